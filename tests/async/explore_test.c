/* SPDX-License-Identifier: MIT */
/* What waits for several or in turn, in every order and with each step going
 * wrong. */
/* ctest: explore */
#include <bight/combine.h>
#include <bight/later.h>
#include <bight/lock.h>
#include <bight/offload.h>
#include <bight/queue.h>
#include <bight/testing/explore.h>

#include "deferreds.h"

static void count_one(bight_result *result, void *arg)
{
    (void)bight_result_error(result);
    ++*(unsigned *)arg;
}

static void gone(void *pointer)
{
    --*(unsigned *)pointer;
}

/* -- combinators ----------------------------------------------------------- */

struct combined {
    bight_loop *loop;
    unsigned ended;
    unsigned values; /* alive */
};

static void give_value(bight_result *result, void *arg)
{
    struct combined *combined = arg;
    combined->values++;
    bight_result_set(result, bight_value_pointer(&combined->values, gone));
}

static void go_on(bight_result *result, void *arg)
{
    struct combined *combined = arg;
    bight_result_chain(result, bight_then(bight_later(combined->loop, 5),
                                          give_value, combined));
}

/* Three that take two steps each; two of them at the same times. */
static void steps(struct combined *combined, bight_deferred *ret_inputs[3])
{
    for (unsigned i = 0; i < 3; i++)
        ret_inputs[i] = bight_then(bight_later(combined->loop, 5 * (1 + i / 2)),
                                   go_on, combined);
}

static bight_error combinators_end_once(bight_exploration *run,
                                        bight_loop *loop, void *arg)
{
    bight_deferred *inputs[3];
    bight_deferred *nested[3];
    struct combined combined = {.loop = loop};
    (void)arg;
    steps(&combined, inputs);
    nested[0] = bight_all(loop, inputs, 3);
    steps(&combined, inputs);
    nested[1] = bight_race(loop, inputs, 3, NULL);
    steps(&combined, inputs);
    nested[2] = bight_timeout(bight_settled(loop, inputs, 3), 8);
    for (unsigned i = 0; i < 3; i++)
        bight_finally(nested[i], count_one, &combined.ended);
    bight_on(bight_settled(loop, nested, 3), count_one, &combined.ended);
    bight_error error = bight_loop_run(loop);
    (void)bight_explore_check(
        run, combined.ended == 4 || bight_explore_injected(run),
        "%u of 4 have ended", combined.ended);
    (void)bight_explore_check(run, combined.values == 0, "%u values are left",
                              combined.values);
    return error;
}

START_TEST(D12_combinators_end_once_and_lose_no_value)
{
    BIGHT_CK_EXPLORE(combinators_end_once, NULL);
}
END_TEST

/* -- locks ----------------------------------------------------------------- */

#define WORKERS 4

struct workshop {
    bight_exploration *run;
    bight_loop *loop;
    bight_lock *lock;
    unsigned inside;
    unsigned next; /* FIFO: whose turn it is */
    unsigned ended;
};

struct worker {
    struct workshop *shop;
    unsigned number;
    bight_value hold;
};

static void leave(bight_result *result, void *arg)
{
    struct worker *worker = arg;
    (void)bight_result_error(result);
    worker->shop->inside--;
    bight_value_destroy(worker->hold);
}

static void enter(bight_result *result, void *arg)
{
    struct worker *worker = arg;
    struct workshop *shop = worker->shop;
    worker->hold = bight_result_take(result);
    (void)bight_explore_check(shop->run, shop->inside++ == 0, "two are inside");
    (void)bight_explore_check(shop->run,
                              shop->next++ == worker->number ||
                                  bight_explore_injected(shop->run),
                              "%u is not in turn", worker->number);
    bight_result_chain(
        result, bight_finally(bight_later(shop->loop, 1), leave, worker));
}

static bight_error one_is_inside(bight_exploration *run, bight_loop *loop,
                                 void *arg)
{
    struct workshop shop = {.run = run, .loop = loop};
    struct worker workers[WORKERS];
    (void)arg;
    bight_error error = bight_lock_new(loop, &shop.lock);
    if (bight_failed(error))
        return error;
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.shop = &shop, .number = i};
        bight_deferred *d =
            bight_then(bight_lock_acquire(shop.lock), enter, &workers[i]);
        bight_on(d, count_one, &shop.ended);
    }
    error = bight_loop_run(loop);
    (void)BIGHT_EXPLORE_CHECK(run, shop.ended == WORKERS);
    (void)BIGHT_EXPLORE_CHECK(run, !bight_lock_is_held(shop.lock));
    bight_lock_free(shop.lock);
    return error;
}

START_TEST(a_lock_lets_one_in_at_a_time_and_in_turn)
{
    BIGHT_CK_EXPLORE(one_is_inside, NULL);
}
END_TEST

/* -- queues ---------------------------------------------------------------- */

#define VALUES 20

struct shop {
    bight_exploration *run;
    bight_queue *queue;
    unsigned values; /* alive */
    unsigned put;
    unsigned got;
    bool done;
};

static void put_next(bight_result *result, void *arg)
{
    struct shop *shop = arg;
    if (bight_failed(bight_result_error(result)) || shop->put == VALUES) {
        bight_queue_close(shop->queue);
        return;
    }
    shop->put++;
    shop->values++;
    bight_on(
        bight_queue_put(shop->queue, bight_value_pointer(&shop->values, gone)),
        put_next, arg);
}

static void get_next(bight_result *result, void *arg)
{
    struct shop *shop = arg;
    if (bight_failed(bight_result_error(result))) {
        shop->done = true;
        bight_queue_close(shop->queue); /* or who puts would wait for ever */
        return;
    }
    shop->got++;
    bight_on(bight_queue_get(shop->queue), get_next, arg);
}

static bight_error nothing_is_lost(bight_exploration *run, bight_loop *loop,
                                   void *arg)
{
    struct shop shop = {.run = run};
    (void)arg;
    bight_error error = bight_queue_new(loop, 3, &shop.queue);
    if (bight_failed(error))
        return error;
    bight_on(bight_queue_get(shop.queue), get_next, &shop);
    bight_on(bight_later(loop, 10), put_next, &shop);
    error = bight_loop_run(loop);
    (void)BIGHT_EXPLORE_CHECK(run, shop.done);
    (void)BIGHT_EXPLORE_CHECK(run, shop.got == VALUES ||
                                       bight_explore_injected(run));
    bight_queue_free(shop.queue);
    (void)bight_explore_check(run, shop.values == 0, "%u values are left",
                              shop.values);
    return error;
}

START_TEST(a_queue_loses_nothing)
{
    BIGHT_CK_EXPLORE(nothing_is_lost, NULL);
}
END_TEST

/* -- time and threads ------------------------------------------------------ */

static bight_error no_work(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    return bight_ok();
}

static bight_deferred *work(void *arg, uint64_t ticks)
{
    (void)ticks;
    return bight_offload(arg, no_work, NULL);
}

static bight_error a_ticker_ends(bight_exploration *run, bight_loop *loop,
                                 void *arg)
{
    unsigned ended = 0;
    (void)arg;
    bight_deferred *d = bight_ticker_start(loop, 10, work, loop, NULL);
    bight_on(bight_timeout(d, 100), count_one, &ended);
    bight_error error = bight_loop_run(loop);
    (void)BIGHT_EXPLORE_CHECK(run, ended == 1);
    return error;
}

START_TEST(D10_a_ticker_of_work_ends_in_time)
{
    BIGHT_CK_EXPLORE(a_ticker_ends, NULL);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("explore");
    TCase *scenarios = leaks_test_case(suite, "scenarios");
    tcase_set_timeout(scenarios, 120);
    tcase_add_test(scenarios, D12_combinators_end_once_and_lose_no_value);
    tcase_add_test(scenarios, a_lock_lets_one_in_at_a_time_and_in_turn);
    tcase_add_test(scenarios, a_queue_loses_nothing);
    tcase_add_test(scenarios, D10_a_ticker_of_work_ends_in_time);
    return suite;
}
