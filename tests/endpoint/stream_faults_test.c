/* SPDX-License-Identifier: MIT */
/* ctest: long */
/*
 * S3: the n-th failing allocation and the n-th failing backend call, looped
 * over a talk of streams until a run in which nothing was injected. Every task
 * ends, and nothing is left.
 */
#include <stdio.h>

#include "faults.h"
#include "loop/loop.h"
#include "stream_stage.h"

#define BIG 20000

static const uint8_t big[BIG];

enum injection { ALLOCATIONS, CALLS };

static bight_error converse(bight_stream *s)
{
    bight_bytes data;
    bight_error error = bight_stream_write(s, BIGHT_BYTES("hello\n"));
    if (!bight_failed(error))
        error = bight_stream_read_line(s, 16, &data);
    if (!bight_failed(error))
        error = bight_stream_write(s, bight_bytes_of(big, BIG));
    if (!bight_failed(error))
        error = bight_stream_read_exactly(s, BIG, &data);
    if (!bight_failed(error))
        error = bight_stream_drain(s);
    return bight_failed(error) ? error : bight_stream_write_eof(s);
}

static bight_error client(void *arg, bight_value *ret_value)
{
    bight_stream *s;
    (void)arg, (void)ret_value;
    bight_error error = bight_stream_connect(place(), NULL, &s);
    if (bight_failed(error))
        return error;
    BIGHT_DEADLINE(budget, 10000);
    error = converse(s);
    bight_error closed = bight_stream_close(s);
    return bight_failed(error) ? error : closed;
}

static bool is_done;
static bool went_well;

static void note_done(bight_result *result, void *arg)
{
    (void)arg;
    is_done = true;
    went_well = !bight_failed(bight_result_error(result));
}

/* A fault may have left a connection half done: deadlines end it. */
static void talk(void)
{
    is_done = false;
    bight_on(bight_spawn(scene.loop, NULL, client, NULL), note_done, NULL);
    for (int i = 0; i < 10 && !is_done; i++)
        scene_settle();
    for (int i = 0; i < 50 && !is_done; i++) {
        (void)bight_loop_advance(scene.loop, 1000);
        scene_settle();
    }
    ck_assert(is_done);
}

static bool run_once(int wire, enum injection injection, unsigned n)
{
    size_t descriptors = leaks_descriptors();
    scene_begin((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    body = echo;
    begun = served = 0;
    port = stage_listen(told_place());
    ck_assert_ptr_nonnull(port);
    if (injection == ALLOCATIONS)
        faults_fail_nth(n);
    else
        scene.loop->faults = n;
    talk();
    bool injected = injection == ALLOCATIONS ? faults_failed() > 0
                                             : scene.loop->faults == 0;
    faults_fail_nth(0);
    scene.loop->faults = 0;
    scene_settle();
    ck_assert_ok(bight_loop_advance(scene.loop, 40000));
    scene_settle();
    ck_assert_uint_eq(begun, served);
    talk();
    ck_assert(went_well);
    end();
    faults_wait_for_live(0);
    ck_assert_uint_eq(leaks_descriptors(), descriptors);
    return injected;
}

static void run_all(int wire, enum injection injection)
{
    unsigned n = 1;
    while (run_once(wire, injection, n))
        n++;
    printf("wire %d: %u failing %s\n", wire, n - 1,
           injection == ALLOCATIONS ? "allocations" : "calls");
    ck_assert_uint_gt(n, injection == ALLOCATIONS ? 10 : 5);
}

START_TEST(S3_the_nth_allocation_fails)
{
    run_all(_i, ALLOCATIONS);
}
END_TEST

START_TEST(S3_the_nth_backend_call_fails)
{
    run_all(_i, CALLS);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.stream_faults");
    TCase *tcase = leaks_test_case(suite, "connect, talk, close");
    tcase_set_timeout(tcase, 100);
    tcase_add_loop_test(tcase, S3_the_nth_allocation_fails, 0, WIRE_COUNT);
    tcase_add_loop_test(tcase, S3_the_nth_backend_call_fails, WIRE_TCP,
                        WIRE_COUNT);
    return suite;
}
