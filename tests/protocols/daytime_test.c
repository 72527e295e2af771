/* SPDX-License-Identifier: MIT */
/* Daytime: one line that tells the date and the time, then the end. */
#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_daytime;

static struct talk talk;

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_daytime, NULL, &memory);
    talk_run(&talk);
}

static void assert_told(const char *line)
{
    ck_assert_received(&talk, bight_bytes_text(line));
    ck_assert(talk.eof);
}

/* Asks again at another time. */
static void ask_at(uint64_t unix_ms)
{
    bight_transport_close(talk.client);
    talk_run(&talk);
    ck_assert(talk.server_ended);
    ck_assert_error(talk.server.why, BIGHT_ERROR_CLOSED);
    ck_assert_ok(bight_loop_set_wall_ms(talk.loop, unix_ms));
    talk_again(&talk);
    talk_run(&talk);
}

START_TEST(it_tells_the_time_under_every_split)
{
    for (size_t write = 0; write < 45; write++) {
        begin((size_t)_i, write);
        assert_told("Thursday, January 1, 1970 00:00:00-UTC\r\n");
        talk_end(&talk);
    }
}
END_TEST

/* Checked with `date -u -d @SECONDS`. */
START_TEST(it_asks_the_clock_for_every_peer)
{
    begin(0, 0);
    ask_at(UINT64_C(1795621690999));
    assert_told("Wednesday, November 25, 2026 15:48:10-UTC\r\n");
    ask_at(UINT64_C(951868799000));
    assert_told("Tuesday, February 29, 2000 23:59:59-UTC\r\n");
    ask_at(UINT64_C(4102444800000));
    assert_told("Friday, January 1, 2100 00:00:00-UTC\r\n");
    talk_end(&talk);
}
END_TEST

START_TEST(the_clock_goes_on_between_peers)
{
    begin(0, 0);
    ask_at(UINT64_C(1795621690000));
    bight_transport_close(talk.client);
    ck_assert_ok(bight_loop_advance(talk.loop, 61000));
    talk_again(&talk);
    talk_run(&talk);
    assert_told("Wednesday, November 25, 2026 15:49:11-UTC\r\n");
    talk_end(&talk);
}
END_TEST

START_TEST(what_the_peer_says_changes_nothing)
{
    begin(0, 0);
    talk_write(&talk, talk_pattern(100000));
    talk_write_eof(&talk);
    talk_run(&talk);
    assert_told("Thursday, January 1, 1970 00:00:00-UTC\r\n");
    ck_assert(talk.server_ended);
    ck_assert_uint_eq(talk.server.unsent, 0);
    talk_end(&talk);
}
END_TEST

START_TEST(the_last_moment_that_a_clock_can_tell_has_a_line_too)
{
    begin(0, 0);
    ask_at(UINT64_MAX);
    assert_told("Wednesday, April 3, 584556019 14:25:51-UTC\r\n");
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.daytime");
    TCase *tcase = leaks_test_case(suite, "daytime");
    tcase_add_loop_test(tcase, it_tells_the_time_under_every_split, 0, 45);
    tcase_add_test(tcase, it_asks_the_clock_for_every_peer);
    tcase_add_test(tcase, the_clock_goes_on_between_peers);
    tcase_add_test(tcase, what_the_peer_says_changes_nothing);
    tcase_add_test(tcase, the_last_moment_that_a_clock_can_tell_has_a_line_too);
    return suite;
}
