/* SPDX-License-Identifier: MIT */
/* Streams that are joined: a server's task connects on, and gives both away. */
#include "stream_stage.h"

#define BIG (1024 * 1024)

static uint8_t big[BIG];
static bight_port *far_port;
static char far_place[96];
static bight_error piped; /* what the join came to */

/* -- the proxy, and what is behind it -------------------------------------- */

static bight_error pass_on(bight_stream *s)
{
    bight_stream *far_end;
    bight_bytes greeting;
    bight_error error = bight_stream_read_line(s, 16, &greeting);
    if (!bight_failed(error))
        error = bight_stream_connect(far_place, NULL, &far_end);
    if (bight_failed(error))
        return error;
    piped = bight_stream_pipe(s, far_end);
    (void)bight_stream_close(far_end);
    return piped;
}

static void begin(int wire)
{
    for (size_t i = 0; i < BIG; i++)
        big[i] = (uint8_t)(i ^ i >> 8);
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    scene.echo = true;
    far_port = told_listen("tcp:127.0.0.1:0");
    (void)snprintf(
        far_place, sizeof(far_place), "tcp:127.0.0.1:%u",
        bight_listener_address(bight_port_listener(far_port, 0)).port);
    body = pass_on;
    begun = served = 0;
    piped = bight_error_of(BIGHT_ERROR_BUSY);
    port = stage_listen(wire == WIRE_TCP ? "tcp:127.0.0.1:0" : told_place());
    ck_assert_ptr_nonnull(port);
}

static void finish(void)
{
    bight_port_close(far_port);
    end();
}

/* -- clients --------------------------------------------------------------- */

static bight_error open_greeted(bight_stream **ret_stream, const char *text)
{
    bight_error error = bight_stream_connect(place(), NULL, ret_stream);
    return bight_failed(error)
               ? error
               : bight_stream_write(*ret_stream, bight_bytes_text(text));
}

static bight_error send_big(void *stream, bight_value *ret_value)
{
    (void)ret_value;
    return bight_stream_write(stream, bight_bytes_of(big, BIG));
}

/* What came with the greeting goes first. */
static bight_error send_and_receive(void *arg, bight_value *ret_value)
{
    bight_stream *s;
    bight_bytes data;
    (void)arg, (void)ret_value;
    ck_assert_ok(open_greeted(&s, "hello\nearly"));
    {
        BIGHT_GROUP(group);
        ck_assert_ok(bight_stream_read_exactly(s, 5, &data));
        ck_assert(bight_bytes_equal(data, BIGHT_BYTES("early")));
        ck_assert_ok(bight_group_spawn(&group, NULL, send_big, s));
        ck_assert_ok(bight_stream_read_exactly(s, BIG, &data));
        ck_assert(bight_bytes_equal(data, bight_bytes_of(big, BIG)));
    }
    return bight_stream_close(s);
}

START_TEST(K9_joined_streams_carry_bytes_both_ways)
{
    begin(_i);
    ck_assert_ok(run_client(send_and_receive, NULL));
    ck_run_until(served == 1);
    ck_assert_ok(piped);
    finish();
}
END_TEST

static bight_error go_by_reset(void *arg, bight_value *ret_value)
{
    bight_stream *s;
    bight_bytes data;
    (void)arg, (void)ret_value;
    ck_assert_ok(open_greeted(&s, "hello\nx"));
    ck_assert_ok(bight_stream_read_exactly(s, 1, &data));
    bight_stream_abort(s);
    return bight_ok();
}

/* T25: what was cut short must not look like an end. */
START_TEST(K9_a_reset_goes_through_a_join_as_one)
{
    begin(_i);
    ck_assert_ok(run_client(go_by_reset, NULL));
    ck_run_until(served == 1);
    ck_assert_error(piped, BIGHT_ERROR_RESET);
    ck_run_until(scene_last_server()->lost == 1);
    ck_assert_error(scene_last_server()->why, BIGHT_ERROR_RESET);
    finish();
}
END_TEST

static bight_error be_cut_off(void *arg, bight_value *ret_value)
{
    bight_stream *s;
    bight_bytes data;
    (void)arg, (void)ret_value;
    ck_assert_ok(open_greeted(&s, "hello\nx"));
    ck_assert_ok(bight_stream_read_exactly(s, 1, &data));
    bight_transport_abort(scene_last_server()->t);
    bight_error error = bight_stream_read_some(s, 1, &data);
    (void)bight_stream_close(s);
    return error;
}

START_TEST(K9_a_far_reset_comes_back_through_a_join)
{
    begin(_i);
    ck_assert_error(run_client(be_cut_off, NULL), BIGHT_ERROR_RESET);
    ck_run_until(served == 1);
    ck_assert_error(piped, BIGHT_ERROR_RESET);
    finish();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.stream_pipe");
    TCase *tcase = leaks_test_case(suite, "joins");
    tcase_add_loop_test(tcase, K9_joined_streams_carry_bytes_both_ways, 0,
                        WIRE_COUNT);
    tcase_add_loop_test(tcase, K9_a_reset_goes_through_a_join_as_one, WIRE_TCP,
                        WIRE_TCP + 1);
    tcase_add_loop_test(tcase, K9_a_far_reset_comes_back_through_a_join,
                        WIRE_TCP, WIRE_TCP + 1);
    return suite;
}
