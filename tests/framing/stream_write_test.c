/* SPDX-License-Identifier: MIT */
/* K9: writing to streams, and their end. */
#include <string.h>

#include "streams.h"

#define HIGH ((size_t)64 * 1024) /* the default high mark (T15) */

static bight_error (*point)(bight_stream *s);

static bight_error write_pattern(bight_stream *s, size_t size)
{
    return bight_stream_write(s, talk_pattern(size));
}

static bight_stream_fn body_for_the_deaf;

static bight_error wait_for_it(bight_stream *s)
{
    bight_bytes unused;
    bight_error error = bight_stream_read_exactly(s, 1, &unused);
    return bight_failed(error) ? error : body_for_the_deaf(s);
}

/* The client does not read until a test says so. */
static void begin_deaf(bight_stream_fn fn)
{
    body_for_the_deaf = fn;
    begin(wait_for_it, 0, 0);
    bight_transport_pause_reading(talk.client, BIGHT_HOLD_USER);
    talk_run(&talk);
    say("!");
}

static void hear(void)
{
    bight_transport_resume_reading(talk.client, BIGHT_HOLD_USER);
    talk_run(&talk);
}

/* -- pressure -------------------------------------------------------------- */

/* The wire takes TALK_CAPACITY; what is behind it is queued. */
static bight_error write_three(bight_stream *s)
{
    bight_error error = bight_ok();
    for (int i = 0; i < 3 && !bight_failed(error); i++) {
        error = write_pattern(s, TALK_CAPACITY);
        trace_add(&trace, "%d", i);
    }
    return error;
}

START_TEST(K9_a_write_waits_only_above_the_high_mark)
{
    begin_deaf(write_three);
    ck_assert_trace(&trace, "0 1");
    ck_assert_uint_eq(served, 0);
    hear();
    ck_assert_trace(&trace, "0 1 2");
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    ck_assert_uint_eq(bight_buffer_bytes(&talk.received).size,
                      3 * TALK_CAPACITY);
    end();
}
END_TEST

static bight_error write_pieces(bight_stream *s)
{
    const bight_bytes pieces[] = {BIGHT_BYTES("one "), BIGHT_BYTES("two "),
                                  BIGHT_BYTES("three")};
    bight_error error = bight_stream_writev(s, pieces, 3);
    return bight_failed(error) ? error : bight_stream_write_eof(s);
}

START_TEST(K9_pieces_and_the_eof_go_in_order)
{
    begin(write_pieces, (size_t)_i, 0);
    talk_run(&talk);
    ck_assert_received(&talk, BIGHT_BYTES("one two three"));
    ck_assert(talk.eof);
    ck_assert_ok(outcome);
    end();
}
END_TEST

static bight_error answer_after_eof(bight_stream *s)
{
    bight_bytes line = {.size = 0};
    bight_error error = bight_stream_write_eof(s);
    ck_assert_error(bight_stream_write(s, BIGHT_BYTES("x")),
                    BIGHT_ERROR_CLOSED);
    if (!bight_failed(error))
        error = bight_stream_read_line(s, 10, &line);
    return tell("line", error, line);
}

START_TEST(K9_reading_goes_on_behind_an_eof)
{
    begin(answer_after_eof, 0, 0);
    talk_run(&talk);
    ck_assert(talk.eof);
    say("hello\n");
    ck_assert_trace(&trace, "line=hello");
    end();
}
END_TEST

static bight_error write_and_drain(bight_stream *s)
{
    bight_error error = write_pattern(s, 100);
    if (!bight_failed(error))
        error = bight_stream_drain(s);
    trace_add(&trace, "little");
    if (!bight_failed(error))
        error = write_pattern(s, TALK_CAPACITY + HIGH / 2);
    if (!bight_failed(error))
        error = bight_stream_drain(s);
    trace_add(&trace, "much");
    ck_assert_uint_eq(bight_transport_queued(bight_stream_transport(s)), 0);
    return error;
}

START_TEST(K9_drain_waits_until_all_has_left)
{
    begin_deaf(write_and_drain);
    ck_assert_trace(&trace, "little");
    hear();
    ck_assert_trace(&trace, "little much");
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    end();
}
END_TEST

static bight_error drain_then_write(bight_stream *s)
{
    bight_error error = write_pattern(s, TALK_CAPACITY + HIGH / 2);
    if (!bight_failed(error))
        error = bight_stream_drain(s);
    return bight_failed(error) ? error : wait_for_it(s);
}

START_TEST(K9_drain_leaves_the_marks_as_they_were)
{
    begin_deaf(drain_then_write);
    body_for_the_deaf = write_three;
    hear();
    bight_transport_pause_reading(talk.client, BIGHT_HOLD_USER);
    talk_run(&talk);
    say("!");
    ck_assert_trace(&trace, "0 1");
    hear();
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    end();
}
END_TEST

/* -- two writers ----------------------------------------------------------- */

static bight_error second(void *stream, bight_value *ret_value)
{
    (void)ret_value;
    (void)tell("write", bight_stream_write(stream, BIGHT_BYTES("x")),
               BIGHT_BYTES("taken"));
    (void)tell("drain", bight_stream_drain(stream), BIGHT_BYTES("done"));
    return bight_ok();
}

static bight_error write_by_two(bight_stream *s)
{
    BIGHT_GROUP(group);
    bight_error error = bight_group_spawn(&group, NULL, second, s);
    if (!bight_failed(error))
        error = write_pattern(s, 3 * TALK_CAPACITY);
    return bight_failed(error) ? error : bight_group_join(&group);
}

START_TEST(K9_a_second_writer_gets_BUSY_while_one_waits)
{
    begin_deaf(write_by_two);
    ck_assert_trace(&trace, "write!BUSY drain!BUSY");
    hear();
    ck_assert_received(&talk, talk_pattern(3 * TALK_CAPACITY));
    ck_assert_ok(outcome);
    end();
}
END_TEST

/* -- cancelling ------------------------------------------------------------ */

static bight_error write_much(bight_stream *s)
{
    return write_pattern(s, 3 * TALK_CAPACITY);
}

static bight_error drain(bight_stream *s)
{
    return bight_stream_drain(s);
}

static bight_error (*const points[])(bight_stream *s) = {write_much, drain};

#define POINTS ((int)(sizeof(points) / sizeof(points[0])))

static bight_error with_a_deadline(bight_stream *s)
{
    {
        BIGHT_DEADLINE(budget, 100);
        ck_assert_error(write_much(s), BIGHT_ERROR_TIMED_OUT);
        ck_assert_error(point(s), BIGHT_ERROR_TIMED_OUT);
    }
    return drain(s);
}

/* The bytes of a write that did not wait for its end were taken. */
START_TEST(K9_a_deadline_ends_the_wait_and_takes_nothing_back)
{
    point = points[_i];
    begin_deaf(with_a_deadline);
    ck_assert_ok(bight_loop_advance(talk.loop, 200));
    ck_assert_uint_eq(served, 0);
    hear();
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    ck_assert_uint_eq(bight_buffer_bytes(&talk.received).size,
                      (point == drain ? 3 : 6) * TALK_CAPACITY);
    end();
}
END_TEST

static bight_error until_it_ends(bight_stream *s)
{
    (void)write_pattern(s, TALK_CAPACITY + HIGH / 2);
    bight_error error = point(s);
    ck_assert_error(point(s), BIGHT_ERROR_RESET);
    ck_assert_error(bight_stream_write(s, BIGHT_BYTES("x")), BIGHT_ERROR_RESET);
    ck_assert_error(bight_task_check(), BIGHT_ERROR_CANCELLED);
    return error;
}

START_TEST(K9_a_write_that_waits_hears_why_its_connection_ended)
{
    point = points[_i];
    begin_deaf(until_it_ends);
    bight_transport_abort(talk.client);
    talk_run(&talk);
    ck_assert_uint_eq(served, 1);
    ck_assert_error(outcome, BIGHT_ERROR_RESET);
    end();
}
END_TEST

/* -- the end --------------------------------------------------------------- */

static bight_error break_the_rules(bight_stream *s)
{
    bight_error error = bight_stream_write(s, BIGHT_BYTES("sorry\n"));
    return bight_failed(error)
               ? error
               : bight_error_note(bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR),
                                  "no such word");
}

START_TEST(K9_the_error_of_a_task_is_its_connections_reason)
{
    begin(break_the_rules, 0, 0);
    talk_run(&talk);
    ck_assert_received(&talk, BIGHT_BYTES("sorry\n"));
    bight_transport_close(talk.client);
    talk_run(&talk);
    ck_assert_error(talk.server.why, BIGHT_ERROR_PROTOCOL_ERROR);
    ck_assert_str_eq(bight_error_detail(talk.server.why), "no such word");
    end();
}
END_TEST

static bight_error close_early(bight_stream *s)
{
    bight_bytes unused;
    bight_error error = bight_stream_write(s, BIGHT_BYTES("bye"));
    ck_assert_ok(bight_stream_close(s));
    ck_assert_ok(bight_stream_close(s));
    ck_assert_error(bight_stream_write(s, BIGHT_BYTES("x")),
                    BIGHT_ERROR_CLOSED);
    ck_assert_error(bight_stream_drain(s), BIGHT_ERROR_CLOSED);
    ck_assert_error(bight_stream_write_eof(s), BIGHT_ERROR_CLOSED);
    ck_assert_error(bight_stream_read_some(s, 1, &unused), BIGHT_ERROR_CLOSED);
    return error;
}

START_TEST(K9_a_server_may_close_early)
{
    begin(close_early, 0, 0);
    talk_run(&talk);
    ck_assert_uint_eq(served, 1);
    ck_assert_received(&talk, BIGHT_BYTES("bye"));
    ck_assert(talk.eof);
    end();
}
END_TEST

static bight_error abort_early(bight_stream *s)
{
    bight_stream_abort(s);
    ck_assert_error(bight_stream_write(s, BIGHT_BYTES("x")),
                    BIGHT_ERROR_ABORTED);
    return bight_ok();
}

START_TEST(K9_a_server_may_abort)
{
    begin(abort_early, 0, 0);
    talk_run(&talk);
    ck_assert_uint_eq(served, 1);
    ck_assert_error(talk.why, BIGHT_ERROR_RESET);
    end();
}
END_TEST

/* A shield that lasts longer than the connection's patience (T36). */
static bight_error outlive_the_connection(bight_stream *s)
{
    bight_bytes line;
    BIGHT_SHIELD(last, 60000);
    ck_assert_ok(bight_sleep(45000));
    bight_error error = bight_stream_read_line(s, 10, &line);
    return tell("line", error, line);
}

START_TEST(K9_a_task_that_outlives_its_connection_still_has_its_stream)
{
    begin(outlive_the_connection, 0, 0);
    say("one\ntwo\n");
    bight_transport_abort(talk.client);
    ck_assert_ok(bight_loop_advance(talk.loop, 40000));
    ck_assert(talk.server_ended);
    ck_assert_uint_eq(served, 0);
    ck_assert_ok(bight_loop_advance(talk.loop, 10000));
    ck_assert_trace(&trace, "line=one");
    ck_assert_uint_eq(served, 1);
    end();
}
END_TEST

static bight_error echo(bight_stream *s)
{
    bight_bytes data;
    bight_error error;
    while (!bight_failed(error = bight_stream_read_some(s, 4096, &data)) &&
           !bight_failed(error = bight_stream_write(s, data)))
        ;
    return bight_error_is(error, &bight_domain, BIGHT_ERROR_EOF) ? bight_ok()
                                                                 : error;
}

START_TEST(K9_a_client_that_never_reads_is_not_read_from)
{
    size_t sent = 0;
    begin_deaf(echo);
    while (!talk.paused && sent < 16 * HIGH) {
        talk_write(&talk, talk_pattern(TALK_CAPACITY / 4));
        sent += TALK_CAPACITY / 4;
        talk_run(&talk);
    }
    ck_assert(talk.paused);
    hear();
    ck_assert(!talk.paused);
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert_uint_eq(bight_buffer_bytes(&talk.received).size, sent);
    ck_assert(talk.eof);
    ck_assert_uint_eq(served, 1);
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("framing.stream_write");
    TCase *writes = leaks_test_case(suite, "writes");
    tcase_add_test(writes, K9_a_write_waits_only_above_the_high_mark);
    tcase_add_loop_test(writes, K9_pieces_and_the_eof_go_in_order, 0, 4);
    tcase_add_test(writes, K9_reading_goes_on_behind_an_eof);
    tcase_add_test(writes, K9_drain_waits_until_all_has_left);
    tcase_add_test(writes, K9_drain_leaves_the_marks_as_they_were);
    tcase_add_test(writes, K9_a_second_writer_gets_BUSY_while_one_waits);
    tcase_add_test(writes, K9_a_client_that_never_reads_is_not_read_from);
    TCase *ends = leaks_test_case(suite, "ends");
    tcase_add_loop_test(
        ends, K9_a_deadline_ends_the_wait_and_takes_nothing_back, 0, POINTS);
    tcase_add_loop_test(
        ends, K9_a_write_that_waits_hears_why_its_connection_ended, 0, POINTS);
    tcase_add_test(ends, K9_the_error_of_a_task_is_its_connections_reason);
    tcase_add_test(ends, K9_a_server_may_close_early);
    tcase_add_test(ends, K9_a_server_may_abort);
    tcase_add_test(ends,
                   K9_a_task_that_outlives_its_connection_still_has_its_stream);
    return suite;
}
