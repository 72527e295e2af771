/* SPDX-License-Identifier: MIT */
/* K9: reading from streams, whatever pieces the bytes come in. */
#include <string.h>

#include "streams.h"

static bight_error line(bight_stream *s, size_t limit)
{
    bight_bytes data = {0};
    bight_error error = bight_stream_read_line(s, limit, &data);
    return tell("line", error, data);
}

static bight_error exactly(bight_stream *s, size_t size)
{
    bight_bytes data = {0};
    bight_error error = bight_stream_read_exactly(s, size, &data);
    return tell("exactly", error, data);
}

static bight_error until(bight_stream *s, const char *delimiter, size_t limit)
{
    bight_bytes data = {0};
    bight_error error =
        bight_stream_read_until(s, bight_bytes_text(delimiter), limit, &data);
    return tell("until", error, data);
}

static bight_error some(bight_stream *s, size_t limit)
{
    bight_bytes data = {0};
    bight_error error = bight_stream_read_some(s, limit, &data);
    return tell("some", error, data);
}

/* -- what comes ------------------------------------------------------------ */

/* Single bytes, so that the trace is the same for every split. */
static bight_error read_all_ways(bight_stream *s)
{
    (void)line(s, 16);
    (void)line(s, 0 + 1);
    (void)exactly(s, 5);
    (void)until(s, "--", 16);
    (void)line(s, 4);
    while (!bight_failed(some(s, 1)))
        ;
    return bight_ok();
}

START_TEST(K9_reads_are_the_same_for_every_split)
{
    const char *all = "alpha\r\n\n12345a-b--l\rx\rtail";
    for (size_t write = 0; write <= strlen(all); write++) {
        begin(read_all_ways, (size_t)_i, write);
        talk_write(&talk, bight_bytes_text(all));
        talk_write_eof(&talk);
        talk_run(&talk);
        ck_assert_trace(&trace,
                        "line=alpha line= exactly=12345 until=a-b-- "
                        "line!FRAME_TOO_LONG some=l some=\r some=x some=\r "
                        "some=t some=a some=i some=l some!EOF");
        ck_assert_uint_eq(served, 1);
        end();
    }
}
END_TEST

static bight_error read_what_is_there(bight_stream *s)
{
    bight_error error = bight_sleep(1000);
    if (bight_failed(error))
        return error;
    (void)line(s, 16);
    (void)line(s, 16);
    (void)exactly(s, 5);
    (void)some(s, 100);
    (void)some(s, 100);
    return bight_ok();
}

START_TEST(K9_what_was_read_comes_before_the_eof_and_is_not_lost_by_it)
{
    begin(read_what_is_there, 0, 0);
    say("one\ntwo");
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert_uint_eq(served, 0);
    ck_assert_ok(bight_loop_advance(talk.loop, 1000));
    ck_assert_trace(&trace, "line=one line!EOF exactly!EOF some=two some!EOF");
    end();
}
END_TEST

static bight_error read_twice(bight_stream *s)
{
    (void)line(s, 3);
    (void)line(s, 3);
    (void)until(s, ";", 4);
    (void)some(s, 2);
    return bight_ok();
}

START_TEST(K9_a_line_that_is_sure_to_be_too_long_is_a_named_error)
{
    begin(read_twice, 0, 0);
    say("abc\r");
    ck_assert_trace(&trace, "");
    say("\nabcd");
    ck_assert_trace(&trace, "line=abc line!FRAME_TOO_LONG "
                            "until!FRAME_TOO_LONG some=ab");
    end();
}
END_TEST

static bight_error read_without_limits(bight_stream *s)
{
    (void)line(s, 0);
    (void)until(s, "x", 0);
    (void)until(s, "", 10);
    (void)some(s, 0);
    (void)exactly(s, 0);
    return bight_ok();
}

START_TEST(K9_limits_are_required)
{
    begin(read_without_limits, 0, 0);
    talk_run(&talk);
    ck_assert_trace(&trace, "line!USAGE until!USAGE until!INVALID some!USAGE "
                            "exactly!USAGE");
    end();
}
END_TEST

/* -- what is lent ---------------------------------------------------------- */

static bight_error keep_while_more_comes(bight_stream *s)
{
    bight_bytes lent;
    bight_error error = bight_stream_read_line(s, 100, &lent);
    if (!bight_failed(error))
        error = bight_sleep(1000);
    if (bight_failed(error))
        return error;
    (void)tell("kept", error, lent);
    error = bight_stream_read_exactly(s, 50000, &lent);
    ck_assert(bight_bytes_equal(lent, talk_pattern(50000)));
    return error;
}

START_TEST(K9_lent_bytes_live_until_the_next_read_whatever_comes)
{
    begin(keep_while_more_comes, (size_t)_i, 0);
    say("mine\n");
    talk_write(&talk, talk_pattern(50000));
    talk_run(&talk);
    ck_assert_ok(bight_loop_advance(talk.loop, 1000));
    talk_run(&talk);
    ck_assert_trace(&trace, "kept=mine");
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    end();
}
END_TEST

/* -- pressure -------------------------------------------------------------- */

static bight_transport *server_end;

static bight_error sleep_then_read(bight_stream *s)
{
    size_t sum = 0;
    server_end = bight_stream_transport(s);
    bight_error error = bight_sleep(1000);
    while (!bight_failed(error) && sum < 200000) {
        bight_bytes data;
        error = bight_stream_read_some(s, 300, &data);
        if (!bight_failed(error))
            sum += data.size;
    }
    return error;
}

static uint64_t bytes_in(const bight_transport *t)
{
    bight_end so_far = {.size = sizeof(so_far)};
    bight_transport_end(t, &so_far);
    return so_far.bytes_in;
}

START_TEST(K9_reading_pauses_at_the_limit_and_goes_on)
{
    begin(sleep_then_read, (size_t)_i, 0);
    talk_write(&talk, talk_pattern(200000));
    talk_run(&talk);
    ck_assert(talk.paused);
    ck_assert_uint_le(bytes_in(server_end), LIMIT);
    ck_assert_uint_ge(bytes_in(server_end), LIMIT / 2);
    ck_assert_ok(bight_loop_advance(talk.loop, 1000));
    talk_run(&talk);
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    ck_assert(!talk.paused);
    end();
}
END_TEST

/* More than the limit is read if it is what was asked for, and of a peer that
 * sends less no memory is taken for it. */
static bight_error read_much(bight_stream *s)
{
    bight_bytes data;
    bight_error error = bight_stream_read_exactly(s, 300000, &data);
    if (!bight_failed(error))
        ck_assert(bight_bytes_equal(data, talk_pattern(300000)));
    return error;
}

START_TEST(K9_a_read_of_more_than_the_limit_gets_it)
{
    begin(read_much, (size_t)_i, 0);
    talk_write(&talk, talk_pattern(300000));
    talk_run(&talk);
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    end();
}
END_TEST

/* -- two readers ----------------------------------------------------------- */

static bight_error second(void *stream, bight_value *ret_value)
{
    (void)ret_value;
    (void)line(stream, 16);
    return bight_ok();
}

static bight_error read_by_two(bight_stream *s)
{
    BIGHT_GROUP(group);
    bight_error error = bight_group_spawn(&group, NULL, second, s);
    if (bight_failed(error))
        return error;
    (void)line(s, 16);
    error = bight_group_join(&group);
    (void)line(s, 16);
    return error;
}

START_TEST(K9_a_second_reader_gets_BUSY_and_disturbs_nothing)
{
    begin(read_by_two, 0, 0);
    talk_run(&talk);
    ck_assert_trace(&trace, "line!BUSY");
    say("one\ntwo\n");
    ck_assert_trace(&trace, "line!BUSY line=one line=two");
    end();
}
END_TEST

/* -- cancelling ------------------------------------------------------------ */

static bight_error (*point)(bight_stream *s);

static bight_error read_line_5(bight_stream *s)
{
    return line(s, 5);
}

static bight_error read_exactly_5(bight_stream *s)
{
    return exactly(s, 5);
}

static bight_error read_until_x(bight_stream *s)
{
    return until(s, "x", 5);
}

static bight_error read_some_5(bight_stream *s)
{
    return some(s, 5);
}

static bight_error (*const points[])(bight_stream *s) = {
    read_line_5, read_exactly_5, read_until_x, read_some_5};

#define POINTS ((int)(sizeof(points) / sizeof(points[0])))

static bight_error with_a_deadline(bight_stream *s)
{
    {
        BIGHT_DEADLINE(budget, 100);
        ck_assert_error(point(s), BIGHT_ERROR_TIMED_OUT);
        ck_assert_error(point(s), BIGHT_ERROR_TIMED_OUT);
    }
    return point(s);
}

START_TEST(K9_a_deadline_ends_the_wait_and_the_stream_goes_on)
{
    point = points[_i];
    begin(with_a_deadline, 0, 0);
    talk_run(&talk);
    ck_assert_uint_eq(served, 0);
    ck_assert_ok(bight_loop_advance(talk.loop, 200));
    trace = (struct trace){.length = 0};
    say("abcx\n");
    ck_assert_uint_eq(served, 1);
    ck_assert_ok(outcome);
    end();
}
END_TEST

static bight_error until_cancelled(bight_stream *s)
{
    ck_assert_error(bight_sleep(60000), BIGHT_ERROR_CANCELLED);
    ck_assert_error(point(s), BIGHT_ERROR_RESET);
    return bight_task_check();
}

START_TEST(K9_a_servers_task_is_cancelled_when_its_client_goes)
{
    point = points[_i % POINTS];
    begin(_i < POINTS ? point : until_cancelled, 0, 0);
    talk_run(&talk);
    bight_transport_abort(talk.client);
    talk_run(&talk);
    ck_assert_uint_eq(served, 1);
    ck_assert_error(outcome,
                    _i < POINTS ? BIGHT_ERROR_RESET : BIGHT_ERROR_CANCELLED);
    ck_assert(talk.server_ended);
    ck_assert_error(talk.server.why, BIGHT_ERROR_RESET);
    end();
}
END_TEST

/* K3: data that is there beats the cancellation. */
static bight_error read_although_cancelled(bight_stream *s)
{
    (void)bight_sleep(1000);
    (void)line(s, 16);
    (void)line(s, 16);
    return bight_ok();
}

START_TEST(K9_what_was_read_comes_before_the_cancellation)
{
    begin(read_although_cancelled, 0, 0);
    say("one\ntwo");
    bight_transport_abort(talk.client);
    talk_run(&talk);
    ck_assert_trace(&trace, "line=one line!RESET");
    end();
}
END_TEST

static bight_error read_to_the_end(bight_stream *s)
{
    while (!bight_failed(line(s, 16)))
        ;
    return bight_ok();
}

START_TEST(K9_a_server_that_stops_ends_reads_between_messages)
{
    begin(read_to_the_end, 0, 0);
    say("one\ntw");
    bight_listener_drain(talk.listener, 10000, NULL, NULL);
    talk_run(&talk);
    ck_assert_trace(&trace, "line=one");
    say("o\n");
    ck_assert_trace(&trace, "line=one line=two line!CLOSED");
    ck_assert_uint_eq(served, 1);
    end();
}
END_TEST

START_TEST(K9_a_loop_that_closes_ends_the_read)
{
    begin(read_to_the_end, 0, 0);
    say("one\ntw");
    bight_loop_close(talk.loop, NULL, NULL);
    ck_assert_uint_eq(served, 1);
    ck_assert_error(talk.server.why, BIGHT_ERROR_LOOP_CLOSED);
    talk.client = NULL;
    talk.listener = NULL;
    bight_loop_free(talk.loop);
    bight_buffer_fini(&talk.received);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("framing.stream_read");
    TCase *reads = leaks_test_case(suite, "reads");
    tcase_add_loop_test(reads, K9_reads_are_the_same_for_every_split, 0, 8);
    tcase_add_test(reads,
                   K9_what_was_read_comes_before_the_eof_and_is_not_lost_by_it);
    tcase_add_test(reads,
                   K9_a_line_that_is_sure_to_be_too_long_is_a_named_error);
    tcase_add_test(reads, K9_limits_are_required);
    tcase_add_loop_test(
        reads, K9_lent_bytes_live_until_the_next_read_whatever_comes, 0, 3);
    tcase_add_loop_test(reads, K9_reading_pauses_at_the_limit_and_goes_on, 0,
                        3);
    tcase_add_loop_test(reads, K9_a_read_of_more_than_the_limit_gets_it, 0, 3);
    tcase_add_test(reads, K9_a_second_reader_gets_BUSY_and_disturbs_nothing);
    TCase *ends = leaks_test_case(suite, "ends");
    tcase_add_loop_test(
        ends, K9_a_deadline_ends_the_wait_and_the_stream_goes_on, 0, POINTS);
    tcase_add_loop_test(ends,
                        K9_a_servers_task_is_cancelled_when_its_client_goes, 0,
                        2 * POINTS);
    tcase_add_test(ends, K9_what_was_read_comes_before_the_cancellation);
    tcase_add_test(ends, K9_a_server_that_stops_ends_reads_between_messages);
    tcase_add_test(ends, K9_a_loop_that_closes_ends_the_read);
    return suite;
}
