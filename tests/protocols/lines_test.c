/* SPDX-License-Identifier: MIT */
/* The notice board: names, commands, who sees what, and every limit. */
#include <stdio.h>
#include <string.h>

#include <bight/plugin.h>
#include <bight/transport.h>

#include "faulty.h"
#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_lines;

#define WELCOME "Welcome. Your name?\n"
#define NO_NAME "That is no name: a few letters, digits and signs. Another?\n"
#define TAKEN "That name is taken. Another?\n"

/* The values of the plugin's option table. */
static struct {
    uint64_t max_line;
    uint64_t max_backlog;
    int64_t max_name;
    int64_t max_users;
    int64_t history;
    uint64_t name_timeout_ms;
} options;

/* Ann comes first. */
static struct talk ann, bob, cid;

/* The defaults, but nothing is kept. */
static void prepare(void)
{
    ck_assert_uint_eq(sizeof(options), bight_plugin_lines.options->values_size);
    ck_assert_ok(bight_options_init(bight_plugin_lines.options, &options));
    options.history = 0;
}

static void open_split(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&ann, &bight_plugin_lines, &options, &memory);
    talk_run(&ann);
}

static void say(struct talk *talk, const char *text)
{
    talk_write(talk, bight_bytes_text(text));
    talk_run(talk);
}

/* What was told since the last time. */
static void assert_told(struct talk *talk, const char *text)
{
    ck_assert_received(talk, bight_bytes_text(text));
    talk_forget(talk);
}

static void name_ann(void)
{
    say(&ann, "ann\n");
    assert_told(&ann, WELCOME "* here: 1: ann\n");
}

/* Ann and Bob are there, and have read what that told them. */
static void open_two(void)
{
    open_split(0, 0);
    name_ann();
    talk_join(&bob, &ann);
    say(&bob, "bob\n");
    assert_told(&bob, WELCOME "* here: 2: bob, ann\n");
    assert_told(&ann, "* bob joined\n");
}

static void end_two(void)
{
    talk_end(&bob);
    talk_end(&ann);
}

/* -- names ---------------------------------------------------------------- */

START_TEST(all_of_a_talk_works_under_every_split)
{
    prepare();
    for (size_t write = 0; write < 12; write++) {
        open_split((size_t)_i, write);
        say(&ann, "a nn\r\nann\nhello\r\n/me waves\n\n/who\n/quit\nmore\n");
        assert_told(&ann, WELCOME NO_NAME "* here: 1: ann\n<ann> hello\n"
                                          "* ann waves\n* here: 1: ann\n"
                                          "Good-bye.\n");
        ck_assert(ann.eof);
        talk_end(&ann);
    }
}
END_TEST

START_TEST(what_is_no_name_is_refused_and_another_asked_for)
{
    const char *const bad[] = {"\n",         "two words\n",  "/who\n",
                               "*\n",        "<a>\n",        "a\tb\n",
                               "a\x1b[2J\n", "\x7f\n",       "\xc3\xa9va\n",
                               "a,b\n",      "12345678901\n"};
    prepare();
    options.max_name = 10;
    open_split(0, 0);
    say(&ann, bad[_i]);
    assert_told(&ann, WELCOME NO_NAME);
    say(&ann, "1234567890\n");
    assert_told(&ann, "* here: 1: 1234567890\n");
    talk_end(&ann);
}
END_TEST

START_TEST(the_longest_name_that_can_be_allowed_fits)
{
    char name[66];
    char expected[128];
    prepare();
    options.max_name = 64;
    memset(name, 'n', 64);
    (void)snprintf(name + 64, 2, "\n");
    open_split(0, 0);
    say(&ann, name);
    (void)snprintf(expected, sizeof(expected), WELCOME "* here: 1: %s", name);
    assert_told(&ann, expected);
    talk_end(&ann);
}
END_TEST

START_TEST(a_name_is_given_once_and_again_when_it_is_free)
{
    prepare();
    open_two();
    talk_join(&cid, &ann);
    say(&cid, "bob\nBOB\nbo\n/quit\n");
    assert_told(&cid, WELCOME TAKEN TAKEN "* here: 3: bo, bob, ann\n"
                                          "Good-bye.\n");
    assert_told(&bob, "* bo joined\n* bo left\n");
    say(&bob, "/quit\n");
    bight_transport_close(cid.client);
    talk_run(&cid);
    talk_again(&cid);
    say(&cid, "Bob\n");
    assert_told(&cid, WELCOME "* here: 2: Bob, ann\n");
    talk_end(&cid);
    end_two();
}
END_TEST

/* -- commands ------------------------------------------------------------- */

START_TEST(everybody_sees_what_is_said_and_done)
{
    const char *all = "<ann> hello, bob\n* bob waves\n* ann \n<bob>  /who\n";
    prepare();
    open_two();
    talk_join(&cid, &ann);
    say(&ann, "hello, bob\n");
    say(&bob, "/me waves\n");
    say(&ann, "/me\n");
    say(&bob, "\n");
    say(&bob, " /who\n");
    assert_told(&ann, all);
    assert_told(&bob, all);
    assert_told(&cid, WELCOME);
    talk_end(&cid);
    end_two();
}
END_TEST

START_TEST(commands_are_answered_to_who_asks_alone)
{
    prepare();
    open_two();
    say(&bob, "/help\n/who\n/whom\n/\n/ME\n");
    assert_told(&bob,
                "* /who: who is here; /me WORDS: what you do; /quit: leave\n"
                "* here: 2: bob, ann\n"
                "* no such command; /help tells which there are\n"
                "* no such command; /help tells which there are\n"
                "* no such command; /help tells which there are\n");
    assert_told(&ann, "");
    end_two();
}
END_TEST

static void leave_by(int how)
{
    if (how == 0)
        say(&bob, "/quit\n");
    else if (how == 1)
        talk_write_eof(&bob);
    else if (how == 2)
        bight_transport_abort(bob.client);
    else
        bight_transport_close(bob.client);
    talk_run(&bob);
}

START_TEST(the_others_are_told_once_of_who_leaves)
{
    prepare();
    open_two();
    leave_by(_i);
    assert_told(&ann, "* bob left\n");
    ck_assert(bob.eof || bob.client == NULL);
    say(&ann, "/who\n");
    assert_told(&ann, "* here: 1: ann\n");
    end_two();
    ck_assert(ann.server_ended);
}
END_TEST

START_TEST(who_never_gave_a_name_leaves_unnoticed)
{
    prepare();
    open_two();
    talk_join(&cid, &ann);
    talk_run(&cid);
    talk_end(&cid);
    assert_told(&ann, "");
    end_two();
}
END_TEST

/* Nobody types on another's screen: escapes, C1 in one byte and in UTF-8, what
 * is longer than needed, surrogates, what is cut short. */
static const char *const shown[][2] = {
    {"\x1b[2J", ".[2J"},
    {"a\rb\bc\a", "a.b.c."},
    {"tab\there", "tab\there"},
    {"\x7f", "."},
    {"\x9b"
     "31m",
     ".31m"},
    {"\xc2\x9b"
     "31m",
     "..31m"},
    {"gr\xc3\xbc\xc3\x9f"
     "e",
     "gr\xc3\xbc\xc3\x9f"
     "e"},
    {"\xe2\x82\xac", "\xe2\x82\xac"},
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    {"\xe0\x82\x9b", "..."},
    {"\xc0\x9b", ".."},
    {"\xed\xa0\x80", "..."},
    {"\xf4\x90\x80\x80", "...."},
    {"\xff\xfe", ".."},
    {"x\xe2\x82", "x.."},
    {"\xc2", "."},
    {"\xc2z", ".z"},
};

START_TEST(what_a_terminal_would_obey_is_shown_as_dots)
{
    char line[64], expected[64];
    prepare();
    open_two();
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        (void)snprintf(line, sizeof(line), "%s%s\n", _i ? "/me " : "",
                       shown[i][0]);
        (void)snprintf(expected, sizeof(expected),
                       _i ? "* ann %s\n" : "<ann> %s\n", shown[i][1]);
        say(&ann, line);
        assert_told(&bob, expected);
    }
    talk_write(&ann, BIGHT_BYTES("a\0b\n"));
    talk_run(&ann);
    assert_told(&bob, "<ann> a.b\n");
    end_two();
}
END_TEST

/* -- history -------------------------------------------------------------- */

static void say_numbers(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char line[16];
        (void)snprintf(line, sizeof(line), "%u\n", i);
        say(&ann, line);
    }
    talk_forget(&ann);
}

START_TEST(who_comes_reads_the_last_lines)
{
    prepare();
    options.history = 3;
    open_split(0, 0);
    name_ann();
    say_numbers((unsigned)_i);
    static const char *const expected[] = {
        "* ann joined\n",
        "* ann joined\n<ann> 0\n",
        "* ann joined\n<ann> 0\n<ann> 1\n",
        "<ann> 0\n<ann> 1\n<ann> 2\n",
        "<ann> 1\n<ann> 2\n<ann> 3\n",
        "<ann> 2\n<ann> 3\n<ann> 4\n",
        "<ann> 3\n<ann> 4\n<ann> 5\n",
        "<ann> 4\n<ann> 5\n<ann> 6\n",
    };
    char all[128];
    talk_join(&bob, &ann);
    say(&bob, "bob\n");
    (void)snprintf(all, sizeof(all), WELCOME "%s* here: 2: bob, ann\n",
                   expected[_i]);
    assert_told(&bob, all);
    end_two();
}
END_TEST

START_TEST(without_a_history_nothing_is_read)
{
    prepare();
    open_split(0, 0);
    name_ann();
    say_numbers(30);
    talk_join(&bob, &ann);
    say(&bob, "bob\n");
    assert_told(&bob, WELCOME "* here: 2: bob, ann\n");
    end_two();
}
END_TEST

START_TEST(T17_a_backlog_that_holds_no_line_is_refused_at_the_start)
{
    bight_listener *listener = NULL;
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    bight_owner_options owner;
    prepare();
    options.max_line = 1024;
    options.max_backlog = 1024;
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    ck_assert_error(bight_memory_listen(loop, bight_plugin_lines.factory, "s",
                                        NULL, &owner, &listener),
                    BIGHT_ERROR_USAGE);
    ck_assert_ptr_null(listener);
    loops_free(loop);
}
END_TEST

/* Else whoever came would be dropped for not reading all of it at once. */
START_TEST(a_long_history_is_cut_to_what_the_backlog_holds)
{
    bight_memory_options memory = talk_split(0, 0);
    memory.capacity = 64;
    prepare();
    options.history = 10000;
    options.max_backlog = 1024;
    talk_begin_plugin(&ann, &bight_plugin_lines, &options, &memory);
    name_ann();
    say_numbers(1000);
    talk_join(&bob, &ann);
    say(&bob, "bob\n");
    bight_bytes got = bight_buffer_bytes(&bob.received);
    const char *text = (const char *)got.data;
    ck_assert_uint_le(got.size, 256 + 64);
    ck_assert_int_eq(memcmp(text, WELCOME "<ann> 9", 26), 0);
    ck_assert_ptr_nonnull(bob.client);
    ck_assert(!ann.server_ended);
    end_two();
}
END_TEST

/* -- limits --------------------------------------------------------------- */

START_TEST(a_line_that_is_too_long_ends_its_writer_alone)
{
    char line[64];
    prepare();
    options.max_line = 16;
    open_two();
    say(&bob, "1234567890123456\n");
    assert_told(&ann, "<bob> 1234567890123456\n");
    (void)snprintf(line, sizeof(line), "12345678901234567%s", _i ? "\n" : "");
    say(&bob, line);
    ck_assert(bob.eof);
    bight_transport_close(bob.client);
    talk_run(&ann);
    ck_assert(ann.server_ended);
    ck_assert_error(ann.server.why, BIGHT_ERROR_FRAME_TOO_LONG);
    say(&ann, "still here\n");
    assert_told(&ann, "* bob left\n<ann> still here\n");
    end_two();
}
END_TEST

START_TEST(no_more_users_than_allowed_come_in)
{
    prepare();
    options.max_users = 2;
    open_two();
    talk_join(&cid, &ann);
    talk_run(&cid);
    assert_told(&cid, "The board is full.\n");
    ck_assert(cid.eof);
    bight_transport_close(cid.client);
    talk_run(&cid);
    ck_assert_error(ann.server.why, BIGHT_ERROR_REFUSED);
    say(&bob, "/quit\n");
    bight_transport_close(bob.client);
    talk_run(&bob);
    talk_again(&cid);
    say(&cid, "cid\n");
    assert_told(&cid, WELCOME "* here: 2: cid, ann\n");
    talk_end(&cid);
    end_two();
}
END_TEST

START_TEST(of_several_who_come_at_once_no_more_come_in_either)
{
    prepare();
    options.max_users = 2;
    open_split(0, 0);
    name_ann();
    talk_join_soon(&bob, &ann);
    talk_join_soon(&cid, &ann);
    talk_run(&ann);
    assert_told(&bob, WELCOME);
    assert_told(&cid, "The board is full.\n");
    talk_end(&cid);
    end_two();
}
END_TEST

static void advance(uint64_t ms)
{
    ck_assert_ok(bight_loop_advance(ann.loop, ms));
}

/* A byte now and then does not buy time. */
START_TEST(who_gives_no_name_in_time_has_to_go)
{
    prepare();
    options.name_timeout_ms = 1000;
    open_two();
    talk_join(&cid, &ann);
    for (unsigned i = 0; i < 9; i++) {
        advance(100);
        say(&cid, i % 2 ? "\n" : "/");
    }
    ck_assert(!cid.eof);
    talk_forget(&cid);
    advance(100);
    ck_assert(cid.eof);
    assert_told(&cid, "* no name came in time; good-bye\n");
    bight_transport_close(cid.client);
    talk_run(&cid);
    ck_assert_error(ann.server.why, BIGHT_ERROR_IDLE_TIMEOUT);
    advance(3600 * 1000);
    say(&bob, "still here\n");
    assert_told(&ann, "<bob> still here\n");
    talk_end(&cid);
    end_two();
}
END_TEST

START_TEST(without_a_timeout_a_name_is_waited_for)
{
    prepare();
    options.name_timeout_ms = 0;
    open_split(0, 0);
    advance(10 * 3600 * 1000);
    name_ann();
    talk_end(&ann);
}
END_TEST

START_TEST(who_does_not_read_is_dropped_and_the_others_go_on)
{
    static const char line[] = "0123456789012345678901234567890123456789\n";
    bight_memory_options memory = talk_split(0, 0);
    memory.capacity = 256;
    prepare();
    options.max_backlog = 1024;
    talk_begin_plugin(&ann, &bight_plugin_lines, &options, &memory);
    name_ann();
    talk_join(&bob, &ann);
    talk_join(&cid, &ann);
    say(&bob, "bob\n");
    say(&cid, "cid\n");
    bight_transport_pause_reading(bob.client, BIGHT_HOLD_USER);
    talk_forget(&ann);
    unsigned said = 0;
    for (; !ann.server_ended; said++) {
        ck_assert_uint_lt(said, 100);
        say(&ann, line);
    }
    ck_assert_error(ann.server.why, BIGHT_ERROR_WRITE_OVERFLOW);
    ck_assert_uint_gt(said, 1024 / sizeof(line));
    talk_forget(&cid);
    talk_forget(&ann);
    say(&ann, "/who\n");
    say(&cid, "/who\n");
    assert_told(&ann, "* here: 2: cid, ann\n");
    assert_told(&cid, "* here: 2: cid, ann\n");
    talk_end(&cid);
    end_two();
}
END_TEST

START_TEST(the_others_are_told_who_read_too_slowly)
{
    bight_memory_options memory = talk_split(0, 0);
    memory.capacity = 16;
    prepare();
    options.max_backlog = 1024;
    talk_begin_plugin(&ann, &bight_plugin_lines, &options, &memory);
    name_ann();
    talk_join(&bob, &ann);
    say(&bob, "bob\n");
    bight_transport_pause_reading(bob.client, BIGHT_HOLD_USER);
    talk_forget(&ann);
    while (!ann.server_ended) {
        talk_forget(&ann);
        say(&ann, "0123456789012345678901234567890123456789\n");
    }
    assert_told(&ann, "<ann> 0123456789012345678901234567890123456789\n"
                      "* bob left: reads too slowly\n");
    end_two();
}
END_TEST

/* /who is an answer of at most a quarter of the backlog. */
START_TEST(a_long_list_of_users_is_cut)
{
    static struct talk many[20];
    char name[16];
    prepare();
    options.max_backlog = 1024;
    open_split(0, 0);
    name_ann();
    for (unsigned i = 0; i < 20; i++) {
        talk_join(&many[i], &ann);
        (void)snprintf(name, sizeof(name), "abcdefghijkl%02u\n", i);
        say(&many[i], name);
    }
    talk_forget(&ann);
    say(&ann, "/who\n");
    bight_bytes got = bight_buffer_bytes(&ann.received);
    ck_assert_uint_le(got.size, 256 + 32);
    ck_assert_int_eq(memcmp(got.data, "* here: 21: abcdefghijkl19, ", 28), 0);
    ck_assert_int_eq(memcmp(got.data + got.size - 6, ", ...\n", 6), 0);
    for (unsigned i = 0; i < 20; i++)
        talk_end(&many[i]);
    talk_end(&ann);
}
END_TEST

START_TEST(a_stop_is_told_and_ends_everybody)
{
    prepare();
    open_two();
    talk_join(&cid, &ann);
    bight_listener_drain(ann.listener, 1000, NULL, NULL);
    talk_run(&ann);
    assert_told(&ann, "* the board closes\n");
    assert_told(&cid, WELCOME "* the board closes\n");
    ck_assert(ann.eof && bob.eof && cid.eof);
    talk_end(&cid);
    end_two();
}
END_TEST

START_TEST(no_options_at_all_are_the_defaults)
{
    talk_begin_plugin(&ann, &bight_plugin_lines, NULL, NULL);
    name_ann();
    talk_join(&bob, &ann);
    say(&bob, "bob\n");
    assert_told(&bob, WELCOME "* ann joined\n* here: 2: bob, ann\n");
    end_two();
}
END_TEST

/* S3 */
START_TEST(S3_each_failing_allocation_costs_a_user_at_most)
{
    const struct faulty faulty = {
        .plugin = &bight_plugin_lines,
        .options = &options,
        .says = "ann\nbob\ncid\nhello\n/me waves\n/who\n/help\n/quit\n",
        .clients = 3,
    };
    prepare();
    options.history = 2;
    ck_assert_uint_gt(faulty_talk(&faulty), 20);
}
END_TEST

static void add_talks(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "talks");
    tcase_add_loop_test(tcase, all_of_a_talk_works_under_every_split, 0, 20);
    tcase_add_loop_test(tcase, what_is_no_name_is_refused_and_another_asked_for,
                        0, 11);
    tcase_add_test(tcase, the_longest_name_that_can_be_allowed_fits);
    tcase_add_test(tcase, a_name_is_given_once_and_again_when_it_is_free);
    tcase_add_test(tcase, everybody_sees_what_is_said_and_done);
    tcase_add_test(tcase, commands_are_answered_to_who_asks_alone);
    tcase_add_loop_test(tcase, the_others_are_told_once_of_who_leaves, 0, 4);
    tcase_add_test(tcase, who_never_gave_a_name_leaves_unnoticed);
    tcase_add_loop_test(tcase, what_a_terminal_would_obey_is_shown_as_dots, 0,
                        2);
    tcase_add_loop_test(tcase, who_comes_reads_the_last_lines, 0, 8);
    tcase_add_test(tcase, without_a_history_nothing_is_read);
}

static void add_limits(Suite *suite)
{
    TCase *tcase = leaks_test_case(suite, "limits");
    tcase_add_test(tcase,
                   T17_a_backlog_that_holds_no_line_is_refused_at_the_start);
    tcase_add_test(tcase, a_long_history_is_cut_to_what_the_backlog_holds);
    tcase_add_loop_test(tcase, a_line_that_is_too_long_ends_its_writer_alone, 0,
                        2);
    tcase_add_test(tcase, no_more_users_than_allowed_come_in);
    tcase_add_test(tcase, of_several_who_come_at_once_no_more_come_in_either);
    tcase_add_test(tcase, who_gives_no_name_in_time_has_to_go);
    tcase_add_test(tcase, without_a_timeout_a_name_is_waited_for);
    tcase_add_test(tcase, who_does_not_read_is_dropped_and_the_others_go_on);
    tcase_add_test(tcase, the_others_are_told_who_read_too_slowly);
    tcase_add_test(tcase, a_long_list_of_users_is_cut);
    tcase_add_test(tcase, a_stop_is_told_and_ends_everybody);
    tcase_add_test(tcase, no_options_at_all_are_the_defaults);
    tcase_add_test(tcase, S3_each_failing_allocation_costs_a_user_at_most);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.lines");
    add_talks(suite);
    add_limits(suite);
    return suite;
}
