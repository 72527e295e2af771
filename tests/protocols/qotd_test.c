/* SPDX-License-Identifier: MIT */
/* Quote of the day: one of a collection, then the end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/transport.h>

#include "faults.h"
#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_qotd;

#define DAY_MS UINT64_C(86400000)
#define LONGEST 511

static struct talk talk;
static char path[64];

/* The values of the plugin's option table. */
static struct {
    char *file;
} options;

static void write_file(bight_bytes text)
{
    (void)snprintf(path, sizeof(path), "/tmp/bight-qotd-XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text.data, text.size), (ssize_t)text.size);
    ck_assert_int_eq(close(fd), 0);
    options.file = path;
}

static void begin_split(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_qotd, &options, &memory);
    talk_run(&talk);
}

static void begin_with(bight_bytes text)
{
    write_file(text);
    begin_split(0, 0);
}

static void end(void)
{
    talk_end(&talk);
    if (options.file != NULL)
        ck_assert_int_eq(unlink(options.file), 0);
    options.file = NULL;
}

static void ask_on_day(uint64_t day)
{
    bight_transport_close(talk.client);
    talk_run(&talk);
    ck_assert_ok(bight_loop_set_wall_ms(talk.loop, day * DAY_MS + 1));
    talk_again(&talk);
    talk_run(&talk);
}

static void assert_told(const char *quote)
{
    ck_assert_received(&talk, bight_bytes_text(quote));
    ck_assert(talk.eof);
}

/* How listening with the file fails, as text. */
static const char *refusal(void)
{
    static char text[512];
    bight_owner_options owner;
    bight_listener *listener;
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    bight_error error = bight_memory_listen(loop, bight_plugin_qotd.factory,
                                            "qotd", NULL, &owner, &listener);
    ck_assert(bight_failed(error));
    (void)bight_error_format(error, text, sizeof(text));
    loops_free(loop);
    return text;
}

START_TEST(a_quote_arrives_under_every_split)
{
    for (size_t write = 0; write < 20; write++) {
        write_file(BIGHT_BYTES("Festina lente.\n"));
        begin_split((size_t)_i, write);
        assert_told("Festina lente.\r\n");
        end();
    }
}
END_TEST

START_TEST(each_day_has_its_quote)
{
    begin_with(BIGHT_BYTES("one\n%\ntwo\nlines\n%\nthree\n"));
    assert_told("one\r\n");
    ask_on_day(1);
    assert_told("two\r\nlines\r\n");
    ask_on_day(2);
    assert_told("three\r\n");
    ask_on_day(3);
    assert_told("one\r\n");
    ask_on_day(3);
    assert_told("one\r\n");
    end();
}
END_TEST

/* A separator at either end, two in a row, CR LF, a last line without LF, and
 * lines that only look like separators. */
START_TEST(the_forms_of_a_fortune_file_are_read)
{
    begin_with(BIGHT_BYTES("%\n%\none\r\n%\r\n%\n100 %\n%%\n\n%\nlast"));
    assert_told("one\r\n");
    ask_on_day(1);
    assert_told("100 %\r\n%%\r\n\r\n");
    ask_on_day(2);
    assert_told("last\r\n");
    ask_on_day(3);
    assert_told("one\r\n");
    end();
}
END_TEST

/* 509 letters and their CR LF are 511 bytes; one more is too many. */
START_TEST(quotes_that_are_too_long_are_left_out)
{
    char letters[511] = {0};
    char text[1100];
    char expected[LONGEST + 1];
    memset(letters, 'x', 510);
    (void)snprintf(text, sizeof(text), "%s\n%%\n%.509s\n", letters, letters);
    (void)snprintf(expected, sizeof(expected), "%.509s\r\n", letters);
    begin_with(bight_bytes_text(text));
    assert_told(expected);
    ask_on_day(1);
    assert_told(expected);
    end();
}
END_TEST

START_TEST(the_built_in_quotes_are_short_and_more_than_one)
{
    static char first[LONGEST + 1];
    begin_split(0, 0);
    for (uint64_t day = 0; day < 30; day++) {
        bight_bytes got = bight_buffer_bytes(&talk.received);
        ck_assert(talk.eof);
        ck_assert_uint_gt(got.size, 10);
        ck_assert_uint_le(got.size, LONGEST);
        ck_assert_int_eq(memcmp(got.data + got.size - 2, "\r\n", 2), 0);
        if (day == 0)
            memcpy(first, got.data, got.size);
        if (day == 1)
            ck_assert_int_ne(memcmp(first, got.data, 10), 0);
        ask_on_day(day + 1);
    }
    end();
}
END_TEST

START_TEST(no_options_at_all_are_the_defaults)
{
    talk_begin_plugin(&talk, &bight_plugin_qotd, NULL, NULL);
    talk_run(&talk);
    ck_assert_uint_gt(bight_buffer_bytes(&talk.received).size, 10);
    talk_end(&talk);
}
END_TEST

START_TEST(what_is_in_the_file_counts_when_a_loop_begins_to_serve)
{
    begin_with(BIGHT_BYTES("old\n"));
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs("new\n", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ask_on_day(0);
    assert_told("old\r\n");
    talk_end(&talk);
    begin_split(0, 0);
    assert_told("new\r\n");
    end();
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
    char missing[] = "/nowhere/quotes";
    options.file = missing;
    ck_assert_ptr_nonnull(strstr(refusal(),
                                 "quotes of /nowhere/quotes: no such file or "
                                 "directory (ENOENT)"));
    options.file = NULL;
}
END_TEST

START_TEST(a_file_without_quotes_is_refused)
{
    write_file(BIGHT_BYTES("%\n%\n"));
    ck_assert_ptr_nonnull(
        strstr(refusal(), "no quote of at most 511 bytes in it"));
    ck_assert_int_eq(unlink(path), 0);
    options.file = NULL;
}
END_TEST

START_TEST(a_file_that_is_too_large_is_refused)
{
    write_file(BIGHT_BYTES("one\n"));
    ck_assert_int_eq(truncate(path, 1024 * 1024 + 1), 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "it is larger than 1M"));
    ck_assert_int_eq(unlink(path), 0);
    options.file = NULL;
}
END_TEST

START_TEST(a_FIFO_is_refused_and_not_waited_for)
{
    (void)snprintf(path, sizeof(path), "/tmp/bight-qotd-fifo-%d",
                   (int)getpid());
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    options.file = path;
    ck_assert_ptr_nonnull(strstr(refusal(), "not a regular file"));
    ck_assert_int_eq(unlink(path), 0);
    options.file = NULL;
}
END_TEST

START_TEST(without_memory_listening_fails_and_leaves_nothing)
{
    bight_owner_options owner;
    bight_error error;
    uint64_t n = 0;
    write_file(BIGHT_BYTES("one\n%\ntwo\n"));
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    do {
        bight_listener *listener = NULL;
        bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
        faults_fail_nth(++n);
        error = bight_memory_listen(loop, bight_plugin_qotd.factory, "qotd",
                                    NULL, &owner, &listener);
        faults_fail_nth(0);
        if (!bight_failed(error))
            bight_listener_close(listener);
        loops_free(loop);
        ck_assert(!bight_failed(error) ||
                  bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY));
    } while (bight_failed(error));
    ck_assert_uint_gt(n, 3);
    ck_assert_int_eq(unlink(path), 0);
    options.file = NULL;
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.qotd");
    TCase *tcase = leaks_test_case(suite, "qotd");
    tcase_add_loop_test(tcase, a_quote_arrives_under_every_split, 0, 20);
    tcase_add_test(tcase, each_day_has_its_quote);
    tcase_add_test(tcase, the_forms_of_a_fortune_file_are_read);
    tcase_add_test(tcase, quotes_that_are_too_long_are_left_out);
    tcase_add_test(tcase, the_built_in_quotes_are_short_and_more_than_one);
    tcase_add_test(tcase, no_options_at_all_are_the_defaults);
    tcase_add_test(tcase,
                   what_is_in_the_file_counts_when_a_loop_begins_to_serve);
    tcase_add_test(tcase, a_file_that_is_not_there_is_named);
    tcase_add_test(tcase, a_file_without_quotes_is_refused);
    tcase_add_test(tcase, a_file_that_is_too_large_is_refused);
    tcase_add_test(tcase, a_FIFO_is_refused_and_not_waited_for);
    tcase_add_test(tcase, without_memory_listening_fails_and_leaves_nothing);
    return suite;
}
