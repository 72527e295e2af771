/* SPDX-License-Identifier: MIT */
/*
 * bight_framer_feed over memory transports in virtual time. The server keeps a
 * diary of its frames, and does what a frame tells it to.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bight/framer.h>
#include <bight/log.h>

#include "faults.h"
#include "leaks.h"
#include "suite.h"
#include "talk.h"

static struct talk talk;
static char diary[1024];
static size_t raw_missing;      /* bytes until lines again; 0: lines */
static bight_transport *server; /* NULL once it was lost */
static bight_bytes delimiters[2];
static size_t delimiter_count; /* 0: the usual ones */
static unsigned lost;
static bool unread_after; /* its own, once, after the framer is done */

struct reader {
    bight_framer *framer;
};

static void note(const char *format, ...) BIGHT_PRINTF(1, 2);

static void note(const char *format, ...)
{
    size_t used = strlen(diary);
    va_list args;
    va_start(args, format);
    int size = vsnprintf(diary + used, sizeof(diary) - used, format, args);
    va_end(args);
    ck_assert_int_lt(size, (int)(sizeof(diary) - used));
}

/* What the next protocol heard, however its reads were cut. */
static void check_next(const char *expected)
{
    char text[sizeof(diary)];
    const char *from = strchr(diary, '{');
    size_t size = 0;
    ck_assert_ptr_nonnull(from);
    for (; *from != '\0'; from++)
        if (*from != '{' && *from != '}')
            text[size++] = *from;
    text[size] = '\0';
    ck_assert_str_eq(text, expected);
}

/* -- the server ----------------------------------------------------------- */

static void next_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    note("{%.*s}", (int)data.size, (const char *)data.data);
}

static void next_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self;
    (void)t;
    (void)why;
    server = NULL;
}

static const bight_protocol next_protocol = {
    .size = sizeof(bight_protocol),
    .name = "next",
    .state_size = 1,
    .data_received = next_data,
    .connection_lost = next_lost,
};

/* What fails ends the connection: memory may fail anywhere. */
static void try(bight_transport *t, bight_error error)
{
    if (bight_failed(error))
        bight_transport_fail(t, error);
}

/* Raw until four bytes came; the rest is lines again. */
static void raw_received(struct reader *reader, bight_transport *t,
                         bight_bytes bytes)
{
    bight_bytes mine = bight_bytes_head(bytes, raw_missing);
    note("%.*s", (int)mine.size, (const char *)mine.data);
    raw_missing -= mine.size;
    if (raw_missing > 0)
        return;
    note(">");
    bight_framer_set_raw(reader->framer, false);
    try(t, bight_transport_unread(t, bight_bytes_tail(bytes, mine.size)));
}

static void go_raw(struct reader *reader)
{
    note("<");
    raw_missing = 4;
    bight_framer_set_raw(reader->framer, true);
}

static bool is(bight_bytes frame, const char *word)
{
    return bight_bytes_equal(frame, bight_bytes_text(word));
}

static void obey(struct reader *reader, bight_transport *t, bight_bytes frame)
{
    if (is(frame, "pause"))
        bight_transport_pause_reading(t, BIGHT_HOLD_USER);
    else if (is(frame, "more"))
        bight_transport_pause_reading(t, BIGHT_HOLD_USER);
    else if (is(frame, "rate"))
        bight_transport_pause_reading(t, BIGHT_HOLD_RATE);
    else if (is(frame, "switch"))
        try(t, bight_transport_set_protocol(t, &next_protocol, NULL));
    else if (is(frame, "close"))
        bight_transport_close(t);
    else if (is(frame, "abort"))
        bight_transport_abort(t);
    else if (is(frame, "fail"))
        bight_transport_fail(t, bight_error_of(BIGHT_ERROR_REFUSED));
    else if (is(frame, "unread"))
        try(t, bight_transport_unread(t, BIGHT_BYTES("again\n")));
    else if (is(frame, "raw"))
        go_raw(reader);
}

static void frame_received(void *self, bight_transport *t, bight_bytes frame)
{
    if (raw_missing > 0) {
        raw_received(self, t, frame);
        return;
    }
    note("[%.*s]", (int)frame.size, (const char *)frame.data);
    obey(self, t, frame);
}

static void made(void *self, bight_transport *t)
{
    struct reader *reader = self;
    const bight_line_options options = {
        .size = sizeof(options),
        .limit = 20,
        .delimiters = delimiter_count > 0 ? delimiters : NULL,
        .delimiter_count = delimiter_count,
    };
    server = t;
    if (bight_failed(bight_line_framer_new(&options, &reader->framer)))
        bight_transport_fail(t, bight_error_of(BIGHT_ERROR_NO_MEMORY));
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    const struct reader *reader = self;
    char copy[512];
    ck_assert_uint_le(data.size, sizeof(copy));
    memcpy(copy, data.data, data.size);
    bight_framer_feed(reader->framer, t, data, frame_received);
    if (unread_after && strstr(diary, "[more]") != NULL) {
        unread_after = false;
        try(t, bight_transport_unread(t, BIGHT_BYTES("pause\n")));
    }
    ck_assert_mem_eq(copy, data.data, data.size);
}

static bool eof_received(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    note(".");
    return false;
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct reader *reader = self;
    (void)t;
    bight_framer_free(reader->framer);
    if (!bight_error_is(why, &bight_domain, BIGHT_ERROR_HANDED_OVER))
        server = NULL;
    lost++;
}

static const bight_protocol reader_protocol = {
    .size = sizeof(bight_protocol),
    .name = "reader",
    .state_size = sizeof(struct reader),
    .connection_made = made,
    .data_received = data_received,
    .eof_received = eof_received,
    .connection_lost = connection_lost,
};

static const bight_factory readers = {.size = sizeof(bight_factory),
                                      .protocol = &reader_protocol};

/* -- the stage ------------------------------------------------------------ */

static void begin(size_t read_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, 0);
    diary[0] = '\0';
    lost = 0;
    raw_missing = 0;
    talk_begin(&talk, &readers, &memory);
}

static void begin_with(size_t read_chunk, const char *one, const char *other)
{
    delimiters[0] = bight_bytes_text(one);
    delimiters[1] = bight_bytes_text(other);
    delimiter_count = 2;
    begin(read_chunk);
}

static void end(void)
{
    talk_end(&talk);
    ck_assert_uint_eq(lost, 1);
    delimiter_count = 0;
}

static void say(const char *text)
{
    talk_write(&talk, bight_bytes_text(text));
    talk_run(&talk);
}

static void resume(bight_hold reason)
{
    bight_transport_resume_reading(server, reason);
    talk_run(&talk);
}

/* -- frames --------------------------------------------------------------- */

/* `_i` is the size of a read; 0: all there is. */
START_TEST(S2_the_same_frames_come_for_every_size_of_read)
{
    begin((size_t)_i);
    say("one\r\ntwo\n\nthree");
    ck_assert_str_eq(diary, "[one][two][]");
    say("\n");
    ck_assert_str_eq(diary, "[one][two][][three]");
    end();
}
END_TEST

START_TEST(T20_a_pause_in_mid_batch_holds_the_rest_until_the_resume)
{
    begin((size_t)_i);
    say("one\npause\ntwo\nthree\nfo");
    ck_assert_str_eq(diary, "[one][pause]");
    say("ur\n");
    ck_assert_str_eq(diary, "[one][pause]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[one][pause][two][three][four]");
    end();
}
END_TEST

START_TEST(T20_each_reason_to_pause_counts)
{
    begin((size_t)_i);
    say("pause\nrate\npause\nend\n");
    ck_assert_str_eq(diary, "[pause]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[pause][rate]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[pause][rate]");
    bight_transport_pause_reading(server, BIGHT_HOLD_FRAMER);
    resume(BIGHT_HOLD_RATE);
    ck_assert_str_eq(diary, "[pause][rate]");
    resume(BIGHT_HOLD_FRAMER);
    ck_assert_str_eq(diary, "[pause][rate][pause]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[pause][rate][pause][end]");
    end();
}
END_TEST

/* S2: what is put back again and again is not copied again and again. */
START_TEST(S2_a_pause_after_each_frame_takes_no_memory)
{
    char expected[512] = "";
    begin((size_t)_i);
    for (unsigned i = 0; i < 40; i++)
        talk_write(&talk, BIGHT_BYTES("pause\n"));
    talk_run(&talk);
    for (unsigned i = 0; i < 40; i++) {
        strcat(expected, "[pause]");
        ck_assert_str_eq(diary, expected);
        if (_i == 0)
            faults_fail_all();
        resume(BIGHT_HOLD_USER);
        ck_assert_uint_eq(faults_failed(), 0);
    }
    faults_fail_nth(0);
    say("end\n");
    strcat(expected, "[end]");
    ck_assert_str_eq(diary, expected);
    end();
}
END_TEST

/* By the protocol, after the framer did, while the data is still lent. */
START_TEST(T20_more_may_be_put_back_in_front_of_what_was)
{
    begin((size_t)_i);
    unread_after = true;
    say("pause\nmore\ntwo\n");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[pause][more]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[pause][more][pause]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[pause][more][pause][two]");
    unread_after = false;
    end();
}
END_TEST

START_TEST(T20_an_eof_waits_for_what_was_put_back)
{
    begin((size_t)_i);
    talk_write(&talk, BIGHT_BYTES("pause\nlast\n"));
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert_str_eq(diary, "[pause]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[pause][last].");
    end();
}
END_TEST

START_TEST(T20_a_resume_in_the_same_batch_goes_on)
{
    begin((size_t)_i);
    say("one\nunread\ntwo\nunread\nthree\n");
    ck_assert_str_eq(diary, "[one][unread][again][two][unread][again][three]");
    end();
}
END_TEST

/* -- lines that wait in the framer ---------------------------------------- */

/* "aaa" may be the rest of "aaaaX", so it is kept, and is three lines. */
START_TEST(T20_lines_within_the_framer_wait_too)
{
    begin_with((size_t)_i, "/", "/pause/rate/x!");
    say("one/pause/rate/x");
    say("?/two/");
    ck_assert_str_eq(diary, "[one][pause]");
    resume(BIGHT_HOLD_USER);
    ck_assert_str_eq(diary, "[one][pause][rate]");
    resume(BIGHT_HOLD_RATE);
    ck_assert_str_eq(diary, "[one][pause][rate][x?][two]");
    end();
}
END_TEST

START_TEST(T33_bytes_within_the_framer_are_the_next_protocol_s)
{
    begin_with((size_t)_i, "/", "/switch/it!");
    say("one/switch/it");
    say("?/two/");
    ck_assert_int_eq(strncmp(diary, "[one][switch]{", 14), 0);
    check_next("it?/two/");
    end();
}
END_TEST

START_TEST(bytes_within_the_framer_are_raw_ones)
{
    begin_with((size_t)_i, "/", "/raw/abcd/!");
    say("one/raw/ab");
    ck_assert_str_eq(diary, "[one]");
    say("cd/?/two/");
    ck_assert_str_eq(diary, "[one][raw]<ab"
                            "cd>[][?][two]");
    end();
}
END_TEST

/* -- raw ------------------------------------------------------------------ */

START_TEST(raw_bytes_come_in_mid_batch_and_the_rest_is_lines_again)
{
    begin((size_t)_i);
    say("one\nraw\r\na\nb\ntwo\nraw\n1234");
    ck_assert_str_eq(diary, "[one][raw]<a\nb\n>[two][raw]<1234>");
    say("three\n");
    ck_assert_str_eq(diary, "[one][raw]<a\nb\n>[two][raw]<1234>[three]");
    end();
}
END_TEST

/* -- the protocol changes ------------------------------------------------- */

START_TEST(T33_a_switch_in_mid_batch_gives_the_rest_to_the_next_protocol)
{
    begin((size_t)_i);
    say("one\nswitch\r\ntwo\npause\nthree");
    ck_assert_int_eq(strncmp(diary, "[one][switch]{", 14), 0);
    check_next("two\npause\nthree");
    say("\nfour");
    check_next("two\npause\nthree\nfour");
    ck_assert_uint_eq(lost, 1);
    end();
}
END_TEST

/* -- ends ----------------------------------------------------------------- */

static void check_ended(const char *frames, int32_t why)
{
    ck_assert_str_eq(diary, frames);
    bight_transport_abort(talk.client);
    talk_run(&talk);
    ck_assert(talk.server_ended);
    ck_assert_error(talk.server.why, why);
    end();
}

START_TEST(T23_after_an_end_the_rest_is_dropped)
{
    static const struct {
        const char *word;
        int32_t why;
    } ends[] = {{"close", BIGHT_ERROR_CLOSED},
                {"abort", BIGHT_ERROR_ABORTED},
                {"fail", BIGHT_ERROR_REFUSED}};
    char input[64], expected[64];
    for (size_t i = 0; i < 3; i++) {
        begin((size_t)_i);
        (void)snprintf(input, sizeof(input), "one\n%s\ntwo\n", ends[i].word);
        (void)snprintf(expected, sizeof(expected), "[one][%s]", ends[i].word);
        talk_write(&talk, bight_bytes_text(input));
        talk_run(&talk);
        ck_assert_str_eq(diary, expected);
        if (talk.client != NULL)
            bight_transport_abort(talk.client);
        talk_run(&talk);
        ck_assert(talk.server_ended);
        ck_assert_error(talk.server.why, ends[i].why);
        end();
    }
}
END_TEST

static char logged[512];

static void log_sink(void *ctx, const bight_log_record *record)
{
    (void)ctx;
    bight_log_format_text(record, logged, sizeof(logged));
}

START_TEST(T30_a_broken_frame_ends_the_connection_with_its_error)
{
    ck_assert_ok(bight_log_set_sink(log_sink, NULL, BIGHT_LOG_INFO));
    begin((size_t)_i);
    say("one\n123456789012345678901\ntwo\n");
    ck_assert_ok(bight_log_set_sink(NULL, NULL, BIGHT_LOG_INFO));
    ck_assert_ptr_nonnull(strstr(logged, " frame-broken protocol=reader "));
    ck_assert_ptr_nonnull(strstr(logged, "limit of 20 bytes"));
    check_ended("[one]", BIGHT_ERROR_FRAME_TOO_LONG);
}
END_TEST

/* S3: the n-th allocation fails; each run ends whole, with nothing left. */
static bool run_with_fault(unsigned n)
{
    begin(3);
    faults_fail_nth(n);
    (void)bight_transport_write(talk.client,
                                BIGHT_BYTES("one\npause\ntwo\nth"));
    talk_run(&talk);
    if (server != NULL)
        resume(BIGHT_HOLD_USER);
    if (talk.client != NULL)
        (void)bight_transport_write(talk.client, BIGHT_BYTES("ree\nswitch\nx"));
    talk_run(&talk);
    bool failed = faults_failed() > 0;
    faults_fail_nth(0);
    if (!failed)
        check_next("x");
    end();
    return failed;
}

START_TEST(S3_the_nth_allocation_fails)
{
    unsigned n = 1;
    while (run_with_fault(n))
        n++;
    printf("feed: %u failing allocations\n", n - 1);
    ck_assert_uint_gt(n, 5);
}
END_TEST

#define READS 9

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("framing.feed");
    TCase *tcase = leaks_test_case(suite, "frames");
    tcase_add_loop_test(tcase, S2_the_same_frames_come_for_every_size_of_read,
                        0, READS);
    tcase_add_loop_test(
        tcase, T20_a_pause_in_mid_batch_holds_the_rest_until_the_resume, 0,
        READS);
    tcase_add_loop_test(tcase, T20_each_reason_to_pause_counts, 0, READS);
    tcase_add_loop_test(tcase, S2_a_pause_after_each_frame_takes_no_memory, 0,
                        READS);
    tcase_add_loop_test(tcase, T20_more_may_be_put_back_in_front_of_what_was, 0,
                        READS);
    tcase_add_loop_test(tcase, T20_an_eof_waits_for_what_was_put_back, 0,
                        READS);
    tcase_add_loop_test(tcase, T20_a_resume_in_the_same_batch_goes_on, 0,
                        READS);
    tcase_add_loop_test(tcase, T20_lines_within_the_framer_wait_too, 0, READS);
    tcase_add_loop_test(tcase, bytes_within_the_framer_are_raw_ones, 0, READS);
    tcase_add_loop_test(tcase,
                        raw_bytes_come_in_mid_batch_and_the_rest_is_lines_again,
                        0, READS);
    tcase = leaks_test_case(suite, "ends");
    tcase_add_loop_test(
        tcase, T33_a_switch_in_mid_batch_gives_the_rest_to_the_next_protocol, 0,
        READS);
    tcase_add_loop_test(
        tcase, T33_bytes_within_the_framer_are_the_next_protocol_s, 0, READS);
    tcase_add_loop_test(tcase, T23_after_an_end_the_rest_is_dropped, 0, READS);
    tcase_add_loop_test(
        tcase, T30_a_broken_frame_ends_the_connection_with_its_error, 0, READS);
    tcase_add_test(tcase, S3_the_nth_allocation_fails);
    return suite;
}
