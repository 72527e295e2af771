/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* The log: the sink, the lines, and that peers cannot forge them (S5). */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bight/log.h>

#include "base/log.h"
#include "effort.h"

#include "valid.h"

#define NOON UINT64_C(1709208001234) /* 2024-02-29T12:00:01.234Z */

struct capture {
    int records;
    bight_log_level level;
    uint64_t unix_ms;
    char event[32];
    bight_error from_inside;
};

static struct capture captured;

static void capture(void *ctx, const bight_log_record *record)
{
    struct capture *to = ctx;

    to->records++;
    to->level = record->level;
    to->unix_ms = record->unix_ms;
    (void)snprintf(to->event, sizeof to->event, "%s", record->event);
    errno = EIO;
}

static uint64_t noon(void *ctx)
{
    (void)ctx;
    return NOON;
}

static void setup(void)
{
    memset(&captured, 0, sizeof captured);
    ck_assert(!bight_failed(bight_log_set_clock(noon, NULL)));
}

static void teardown(void)
{
    ck_assert(!bight_failed(bight_log_set_clock(NULL, NULL)));
    ck_assert(!bight_failed(bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF)));
}

START_TEST(without_a_sink_it_is_silent)
{
    for (int level = BIGHT_LOG_TRACE; level <= BIGHT_LOG_OFF; level++)
        ck_assert(!bight_log_enabled((bight_log_level)level));
    bight_log_write(BIGHT_LOG_ERROR, "nobody-hears", NULL, 0);
}
END_TEST

START_TEST(a_sink_hears_its_level_and_above)
{
    int expected = 0;

    bight_log_set_sink(capture, &captured, BIGHT_LOG_WARNING);
    for (int level = BIGHT_LOG_TRACE; level <= BIGHT_LOG_OFF; level++) {
        bool heard = level == BIGHT_LOG_WARNING || level == BIGHT_LOG_ERROR;
        ck_assert_int_eq(bight_log_enabled((bight_log_level)level), heard);
        bight_log_write((bight_log_level)level, "said", NULL, 0);
        expected += heard;
        ck_assert_int_eq(captured.records, expected);
    }
    ck_assert_int_eq(captured.level, BIGHT_LOG_ERROR);
    ck_assert_str_eq(captured.event, "said");
    ck_assert_uint_eq(captured.unix_ms, NOON);
}
END_TEST

START_TEST(a_level_that_is_none_is_invalid)
{
    bight_error e = bight_log_set_sink(capture, &captured, (bight_log_level)6);

    ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_INVALID));
    ck_assert_str_eq(bight_log_level_name((bight_log_level)6), "unknown");
    ck_assert_str_eq(bight_log_level_name(BIGHT_LOG_OFF), "off");
}
END_TEST

START_TEST(logging_keeps_errno)
{
    bight_log_set_sink(capture, &captured, BIGHT_LOG_TRACE);
    errno = EAGAIN;
    bight_log_write(BIGHT_LOG_INFO, "x", NULL, 0);
    ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

static void reentrant(void *ctx, const bight_log_record *record)
{
    capture(ctx, record);
    bight_log_write(BIGHT_LOG_ERROR, "from inside", NULL, 0);
    captured.from_inside = bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF);
}

START_TEST(a_sink_that_logs_does_not_hear_itself)
{
    bight_log_set_sink(reentrant, &captured, BIGHT_LOG_TRACE);
    bight_log_write(BIGHT_LOG_INFO, "outside", NULL, 0);
    ck_assert_int_eq(captured.records, 1);
    ck_assert(
        bight_error_is(captured.from_inside, &bight_domain, BIGHT_ERROR_BUSY));
}
END_TEST

static bight_log_record record_of(const bight_log_field *fields, size_t count)
{
    bight_log_record record = {
        sizeof record, BIGHT_LOG_WARNING, NOON, "accept-failed", fields, count};

    return record;
}

static void expect_lines(const bight_log_field *fields, size_t count,
                         const char *text, const char *json)
{
    bight_log_record record = record_of(fields, count);
    char line[1024];

    ck_assert_uint_eq(bight_log_format_text(&record, line, sizeof line),
                      strlen(line));
    ck_assert_str_eq(line, text);
    ck_assert_uint_eq(bight_log_format_json(&record, line, sizeof line),
                      strlen(line));
    ck_assert_str_eq(line, json);
    ck_assert(valid_json_line(line));
}

START_TEST(each_type_has_its_form)
{
    bight_log_field fields[] = {
        bight_log_text("peer", "127.0.0.1:80"),
        bight_log_text("say", "two words"),
        bight_log_text("nothing", NULL),
        bight_log_int("i", INT64_MIN),
        bight_log_uint("u", UINT64_MAX),
        bight_log_double("d", 0.1),
        bight_log_bool("b", true),
        bight_log_error("err", bight_error_errno(EMFILE)),
        bight_log_bytes("raw", BIGHT_BYTES("a\0\xff")),
    };

    expect_lines(
        fields, sizeof fields / sizeof *fields,
        "12:00:01.234 warning accept-failed peer=127.0.0.1:80 "
        "say=\"two words\" nothing=\"\" i=-9223372036854775808 "
        "u=18446744073709551615 d=0.1 b=true "
        "err=\"too many open files (EMFILE)\" raw=\"a\\x00\\xff\"",
        "{\"ts\":\"2024-02-29T12:00:01.234Z\",\"level\":\"warning\","
        "\"event\":\"accept-failed\",\"peer\":\"127.0.0.1:80\","
        "\"say\":\"two words\",\"nothing\":\"\",\"i\":-9223372036854775808,"
        "\"u\":18446744073709551615,\"d\":0.1,\"b\":true,"
        "\"err\":\"too many open files (EMFILE)\","
        "\"raw\":\"a\\u0000\\ufffd\"}");
}
END_TEST

START_TEST(numbers_that_json_lacks_are_null)
{
    bight_log_field fields[] = {bight_log_double("a", (double)NAN),
                                bight_log_double("b", -(double)INFINITY),
                                bight_log_double("c", 1e300)};

    expect_lines(fields, 3,
                 "12:00:01.234 warning accept-failed a=nan b=-inf c=1e+300",
                 "{\"ts\":\"2024-02-29T12:00:01.234Z\",\"level\":\"warning\","
                 "\"event\":\"accept-failed\",\"a\":null,\"b\":null,"
                 "\"c\":1e+300}");
}
END_TEST

START_TEST(a_peer_cannot_forge_a_line_or_a_field)
{
    bight_log_field fields[] = {
        bight_log_text("k\n=", "x\n12:00:00.000 error fake a=\"b\\"),
        bight_log_text("t", "\x1b[31m\xc2\x9b\xe2\x80\xae"),
    };

    expect_lines(fields, 2,
                 "12:00:01.234 warning accept-failed "
                 "k__=\"x\\n12:00:00.000 error fake a=\\\"b\\\\\" "
                 "t=\"\\x1b[31m\\u009b\\u202e\"",
                 "{\"ts\":\"2024-02-29T12:00:01.234Z\",\"level\":\"warning\","
                 "\"event\":\"accept-failed\","
                 "\"k\\n=\":\"x\\n12:00:00.000 error fake a=\\\"b\\\\\","
                 "\"t\":\"\\u001b[31m\\u009b\\u202e\"}");
}
END_TEST

/* Every day of 800 years against the C library; the step is no whole week. */
START_TEST(dates_agree_with_the_calendar)
{
    bight_log_record record = record_of(NULL, 0);
    char line[256], expected[64];
    struct tm tm;

    int64_t step = 100 / effort(100, 3);

    for (int64_t day = 0; day < 292194; day += step) {
        time_t seconds = (time_t)(day * 86400);
        record.unix_ms = (uint64_t)seconds * 1000;
        (void)gmtime_r(&seconds, &tm);
        (void)strftime(expected, sizeof expected, "{\"ts\":\"%Y-%m-%dT", &tm);
        (void)bight_log_format_json(&record, line, sizeof line);
        if (strncmp(line, expected, strlen(expected)) != 0)
            ck_abort_msg("%s: %s", expected, line);
    }
}
END_TEST

/* S1: for every size of the buffer, with something to escape at every place. */
START_TEST(a_long_record_is_cut_visibly_and_stays_valid)
{
    char big[3000], line[2100];
    bight_log_field fields[3] = {bight_log_uint("n", UINT64_MAX)};
    bight_log_record record = record_of(fields, 3);

    for (size_t i = 0; i < sizeof big; i++)
        big[i] = "a\n\xc3\xa9\"\xff"[i % 6];
    fields[1] = bight_log_bytes("big", bight_bytes_of(big, 150));
    fields[2] = bight_log_bytes("more", bight_bytes_of(big, sizeof big));
    for (size_t size = BIGHT_LOG_LINE_MIN; size < 2048; size++) {
        size_t length;
        memset(line, '#', sizeof line);
        length = bight_log_format_json(&record, line, size);
        ck_assert(length < size && strlen(line) == length && line[size] == '#');
        ck_assert_msg(valid_json_line(line) && valid_utf8(line), "%s", line);
        ck_assert_ptr_nonnull(strstr(line, ",\"truncated\":true}"));
        length = bight_log_format_text(&record, line, size);
        ck_assert(length < size && strlen(line) == length && line[size] == '#');
        ck_assert_msg(valid_plain(line) && valid_utf8(line), "%s", line);
        ck_assert_str_eq(line + length - 4, " ...");
    }
}
END_TEST

START_TEST(a_buffer_too_small_for_any_line_gets_none)
{
    bight_log_record record = record_of(NULL, 0);
    char line[BIGHT_LOG_LINE_MIN] = "#";

    ck_assert_uint_eq(bight_log_format_text(&record, line, 0), 0);
    ck_assert_int_eq(line[0], '#');
    for (size_t size = 1; size < BIGHT_LOG_LINE_MIN; size++) {
        line[0] = '#';
        ck_assert_uint_eq(bight_log_format_text(&record, line, size), 0);
        ck_assert_uint_eq(bight_log_format_json(&record, line, size), 0);
        ck_assert_str_eq(line, "");
    }
}
END_TEST

START_TEST(a_record_that_fits_exactly_is_not_cut)
{
    bight_log_field field = bight_log_text("k", "v\n");
    bight_log_record record = record_of(&field, 1);
    bool whole = false;
    char line[256];

    for (size_t size = BIGHT_LOG_LINE_MIN; size < sizeof line; size++) {
        bool cut;
        (void)bight_log_format_json(&record, line, size);
        cut = strstr(line, "truncated") != NULL;
        ck_assert(valid_json_line(line));
        ck_assert(cut || strstr(line, "\"k\":\"v\\n\"}"));
        ck_assert(!(whole && cut));
        whole = !cut;
    }
    ck_assert(whole);
}
END_TEST

START_TEST(the_ready_sinks_write_lines)
{
    static const char expected[] =
        "12:00:01.234 info hello to=world\n"
        "{\"ts\":\"2024-02-29T12:00:01.234Z\",\"level\":\"info\","
        "\"event\":\"hello\",\"to\":\"world\"}\n";
    bight_log_field field = bight_log_text("to", "world");
    char got[256] = "";
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    bight_log_set_sink(bight_log_sink_text, &fds[1], BIGHT_LOG_INFO);
    bight_log_write(BIGHT_LOG_INFO, "hello", &field, 1);
    bight_log_set_sink(bight_log_sink_json, &fds[1], BIGHT_LOG_INFO);
    bight_log_write(BIGHT_LOG_INFO, "hello", &field, 1);
    ck_assert_int_eq(read(fds[0], got, sizeof got - 1),
                     (ssize_t)strlen(expected));
    ck_assert_str_eq(got, expected);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(a_sink_that_cannot_write_gives_up)
{
    int fd = -1;

    bight_log_set_sink(bight_log_sink_text, &fd, BIGHT_LOG_INFO);
    bight_log_write(BIGHT_LOG_INFO, "lost", NULL, 0);
}
END_TEST

#define THREADS 4
#define LINES 300

static void *log_lines(void *arg)
{
    char text[1500];
    bight_log_field field;

    memset(text, 'a' + *(int *)arg, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    field = bight_log_text("t", text);
    for (int i = 0; i < LINES; i++)
        bight_log_write(BIGHT_LOG_INFO, "line", &field, 1);
    return NULL;
}

static void *read_lines(void *arg)
{
    FILE *in = fdopen(*(int *)arg, "r");
    char line[BIGHT_LOG_LINE_MAX + 2];
    intptr_t whole = 0;

    while (in && fgets(line, sizeof line, in)) {
        size_t head = strlen("12:00:01.234 info line t=");
        if (strlen(line) == head + 1500 &&
            strspn(line + head, (char[2]){line[head], 0}) == 1499)
            whole++;
    }
    if (in)
        fclose(in);
    return (void *)whole;
}

/* L13 */
START_TEST(lines_of_several_threads_do_not_mix)
{
    pthread_t writers[THREADS], reader;
    int letters[THREADS], fds[2];
    void *whole;

    ck_assert_int_eq(pipe(fds), 0);
    bight_log_set_sink(bight_log_sink_text, &fds[1], BIGHT_LOG_INFO);
    pthread_create(&reader, NULL, read_lines, &fds[0]);
    for (int i = 0; i < THREADS; i++) {
        letters[i] = i;
        pthread_create(&writers[i], NULL, log_lines, &letters[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(writers[i], NULL);
    bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF);
    close(fds[1]);
    pthread_join(reader, &whole);
    ck_assert_int_eq((intptr_t)whole, THREADS * LINES);
}
END_TEST

static void counting(void *ctx, const bight_log_record *record)
{
    (void)record;
    __atomic_add_fetch((int *)ctx, 1, __ATOMIC_RELAXED);
}

static void fill(int fd)
{
    char page[4096] = {0};
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while (write(fd, page, sizeof(page)) > 0)
        continue;
    ck_assert_int_eq(fcntl(fd, F_SETFL, 0), 0);
}

START_TEST(a_reader_that_makes_no_room_loses_lines_and_is_told)
{
    int pipe_fds[2];
    char text[1 << 17];
    int nowhere = open("/dev/null", O_WRONLY);
    ck_assert_int_eq(pipe(pipe_fds), 0);
    /* What other tests lost is told first. */
    bight_log_set_sink(bight_log_sink_text, &nowhere, BIGHT_LOG_INFO);
    bight_log_write(BIGHT_LOG_INFO, "before", NULL, 0);
    (void)close(nowhere);
    fill(pipe_fds[1]);
    bight_log_set_sink(bight_log_sink_text, &pipe_fds[1], BIGHT_LOG_INFO);
    for (int i = 0; i < 1000; i++)
        bight_log_write(BIGHT_LOG_INFO, "lost", NULL, 0);
    ck_assert_int_gt(read(pipe_fds[0], text, sizeof(text)), 0);
    bight_log_write(BIGHT_LOG_INFO, "heard", NULL, 0);
    ssize_t size = read(pipe_fds[0], text, sizeof(text) - 1);
    ck_assert_int_gt(size, 0);
    text[size] = '\0';
    ck_assert_ptr_nonnull(strstr(text, "log_dropped lines=1000"));
    ck_assert_ptr_nonnull(strstr(text, "heard"));
    ck_assert_ptr_null(strstr(text, "lost"));
    bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF);
    (void)close(pipe_fds[0]);
    (void)close(pipe_fds[1]);
}
END_TEST

/* Says that it is in the sink, and stays until it is told to go. */
static void wait_in_sink(void *ctx, const bight_log_record *record)
{
    int *fds = ctx;
    char byte;
    (void)record;
    (void)!write(fds[1], "i", 1);
    (void)!read(fds[2], &byte, 1);
}

static void *log_once(void *ctx)
{
    (void)ctx;
    bight_log_write(BIGHT_LOG_INFO, "x", NULL, 0);
    return NULL;
}

START_TEST(L14_a_child_logs_although_a_thread_of_its_parent_did)
{
    int fds[4];
    char byte;
    pthread_t thread;
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(pipe(fds + 2), 0);
    bight_log_set_sink(wait_in_sink, fds, BIGHT_LOG_INFO);
    pthread_create(&thread, NULL, log_once, NULL);
    ck_assert_int_eq(read(fds[0], &byte, 1), 1);
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(60);
        bight__log_after_fork();
        bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF);
        _exit(0);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(write(fds[3], "g", 1), 1);
    pthread_join(thread, NULL);
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
}
END_TEST

/* The context is freed as soon as set_sink returns. */
START_TEST(a_sink_may_go_while_threads_log)
{
    pthread_t writers[THREADS];
    int letters[THREADS] = {0};

    for (int i = 0; i < THREADS; i++)
        pthread_create(&writers[i], NULL, log_lines, &letters[i]);
    for (int i = 0; i < 100; i++) {
        int *count = calloc(1, sizeof *count);
        bight_log_set_sink(counting, count, BIGHT_LOG_TRACE);
        bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF);
        free(count);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(writers[i], NULL);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("log");
    TCase *sink = tcase_create("sink");
    TCase *lines = tcase_create("lines");
    TCase *threads = tcase_create("threads");

    tcase_add_checked_fixture(sink, setup, teardown);
    tcase_add_test(sink, without_a_sink_it_is_silent);
    tcase_add_test(sink, a_sink_hears_its_level_and_above);
    tcase_add_test(sink, a_level_that_is_none_is_invalid);
    tcase_add_test(sink, logging_keeps_errno);
    tcase_add_test(sink, a_sink_that_logs_does_not_hear_itself);
    tcase_add_test(sink, the_ready_sinks_write_lines);
    tcase_add_test(sink, a_sink_that_cannot_write_gives_up);
    tcase_add_test(sink, a_reader_that_makes_no_room_loses_lines_and_is_told);
    suite_add_tcase(suite, sink);

    tcase_set_timeout(lines, 30);
    tcase_add_test(lines, each_type_has_its_form);
    tcase_add_test(lines, numbers_that_json_lacks_are_null);
    tcase_add_test(lines, a_peer_cannot_forge_a_line_or_a_field);
    tcase_add_test(lines, dates_agree_with_the_calendar);
    tcase_add_test(lines, a_long_record_is_cut_visibly_and_stays_valid);
    tcase_add_test(lines, a_buffer_too_small_for_any_line_gets_none);
    tcase_add_test(lines, a_record_that_fits_exactly_is_not_cut);
    suite_add_tcase(suite, lines);

    tcase_add_checked_fixture(threads, setup, teardown);
    tcase_set_timeout(threads, 30);
    tcase_add_test(threads, lines_of_several_threads_do_not_mix);
    tcase_add_test(threads, a_sink_may_go_while_threads_log);
    suite_add_tcase(suite, threads);

    TCase *process = tcase_create("process");
    tcase_set_tags(process, "fork");
    tcase_add_checked_fixture(process, setup, teardown);
    tcase_add_test(process,
                   L14_a_child_logs_although_a_thread_of_its_parent_did);
    suite_add_tcase(suite, process);
    return suite;
}
