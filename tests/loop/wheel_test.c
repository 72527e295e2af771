/* SPDX-License-Identifier: MIT */
/* L4: the timing wheel against a model that looks at every node. */
#include <stdlib.h>
#include <string.h>

#include "effort.h"
#include "leaks.h"
#include "loop/dispatch.h"
#include "loops.h"
#include "suite.h"

#define NODES 200
#define STEPS 100000

/* What the model knows of a node: when the wheel must call it. */
struct item {
    struct bight__wheel_node node;
    uint32_t expected;
    bool queued;
};

static struct bight__wheel wheel;
static struct item items[NODES];
static unsigned expirations;
static uint32_t seed;

static uint32_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* Mostly near, sometimes on any level, sometimes passed or past the reach. */
static int32_t random_distance(void)
{
    unsigned bits = next_random() % 28;
    int32_t distance = (int32_t)(next_random() & ((1u << bits) - 1));
    return next_random() % 16 == 0 ? -(distance & 0xff) : distance;
}

static void add(struct item *item, int32_t distance)
{
    uint32_t due = wheel.now + (uint32_t)distance;
    bight__wheel_add(&wheel, &item->node, due);
    item->expected = distance > 0 ? due : wheel.now + 1;
    item->queued = true;
}

static void expire(struct bight__wheel_node *node)
{
    struct item *item = bight__container(node, struct item, node);
    ck_assert(item->queued);
    ck_assert_uint_eq(wheel.now, item->expected);
    ck_assert_ptr_null(node->link);
    item->queued = false;
    expirations++;
}

static void begin(uint32_t now, uint32_t with_seed)
{
    memset(items, 0, sizeof(items));
    bight__wheel_init(&wheel, now);
    wheel.expired = expire;
    expirations = 0;
    seed = with_seed;
}

/* Nothing is overdue, and the wheel will look before the first is due. */
static void check_against_model(void)
{
    uint32_t queued = 0;
    uint32_t least = UINT32_MAX;
    for (unsigned i = 0; i < NODES; i++) {
        if (!items[i].queued)
            continue;
        uint32_t ahead = items[i].expected - wheel.now;
        ck_assert_int_gt((int32_t)ahead, 0);
        least = ahead < least ? ahead : least;
        queued++;
    }
    uint32_t ticks = 0;
    ck_assert_uint_eq(wheel.queued, queued);
    ck_assert(bight__wheel_next(&wheel, &ticks) == (queued > 0));
    if (queued == 0)
        return;
    ck_assert_uint_ge(ticks, 1);
    ck_assert_uint_le(ticks, least);
}

static void random_step(void)
{
    struct item *item = &items[next_random() % NODES];
    unsigned choice = next_random() % 8;
    if (choice < 4) {
        add(item, random_distance());
    } else if (choice < 5) {
        bight__wheel_remove(&wheel, &item->node);
        item->queued = false;
    } else {
        unsigned bits = next_random() % 14;
        uint32_t by = next_random() & ((1u << bits) - 1);
        bight__wheel_advance(&wheel, wheel.now + by);
    }
}

static void run_random(uint32_t now, uint32_t with_seed)
{
    unsigned steps = effort(STEPS, STEPS / 40);
    begin(now, with_seed);
    for (unsigned i = 0; i < steps; i++) {
        random_step();
        if (i % 16 == 0)
            check_against_model();
    }
    ck_assert_uint_gt(expirations, steps / 10);
}

START_TEST(random_use_agrees_with_a_naive_model)
{
    run_random(1000, 0x9e3779b9u + (uint32_t)_i);
}
END_TEST

START_TEST(the_tick_may_wrap_around)
{
    run_random(UINT32_MAX - 5000, 0x2545f491u + (uint32_t)_i);
}
END_TEST

START_TEST(a_deadline_at_each_distance_up_to_three_levels_is_exact)
{
    begin(UINT32_MAX - 300, 1);
    for (int32_t distance = 1; distance < 64 * 64 * 3; distance++) {
        add(&items[0], distance);
        bight__wheel_advance(&wheel, items[0].expected - 1);
        ck_assert(items[0].queued);
        bight__wheel_advance(&wheel, items[0].expected);
        ck_assert(!items[0].queued);
    }
}
END_TEST

START_TEST(a_deadline_past_the_reach_waits_at_the_edge)
{
    begin(77, 1);
    add(&items[0], 1 << 26);
    bight__wheel_advance(&wheel, items[0].expected - 1);
    ck_assert(items[0].queued);
    bight__wheel_advance(&wheel, items[0].expected);
    ck_assert(!items[0].queued);
}
END_TEST

static void expire_and_add_again(struct bight__wheel_node *node)
{
    expire(node);
    if (expirations < 100)
        add(bight__container(node, struct item, node), 0);
}

START_TEST(a_node_added_again_while_it_expires_waits_for_the_next_tick)
{
    begin(0, 1);
    wheel.expired = expire_and_add_again;
    add(&items[0], 5);
    bight__wheel_advance(&wheel, 50);
    ck_assert_uint_eq(expirations, 46);
    bight__wheel_advance(&wheel, 500);
    ck_assert_uint_eq(expirations, 100);
}
END_TEST

/* Whichever goes first takes the others with it. */
static void expire_and_remove_others(struct bight__wheel_node *node)
{
    expire(node);
    for (unsigned i = 0; i < 10; i++) {
        bight__wheel_remove(&wheel, &items[i].node);
        items[i].queued = false;
    }
}

START_TEST(a_node_may_remove_its_neighbours_while_it_expires)
{
    begin(0, 1);
    wheel.expired = expire_and_remove_others;
    for (unsigned i = 0; i < 10; i++)
        add(&items[i], 7);
    bight__wheel_advance(&wheel, 7);
    ck_assert_uint_eq(expirations, 1);
    ck_assert_uint_eq(wheel.queued, 0);
}
END_TEST

START_TEST(adding_again_moves_a_node)
{
    begin(0, 1);
    add(&items[0], 3);
    add(&items[0], 300);
    ck_assert_uint_eq(wheel.queued, 1);
    bight__wheel_advance(&wheel, 299);
    ck_assert(items[0].queued);
    bight__wheel_advance(&wheel, 300);
    ck_assert(!items[0].queued);
}
END_TEST

START_TEST(removing_twice_does_nothing)
{
    begin(0, 1);
    add(&items[0], 3);
    bight__wheel_remove(&wheel, &items[0].node);
    bight__wheel_remove(&wheel, &items[0].node);
    uint32_t ticks = 0;
    ck_assert(!bight__wheel_next(&wheel, &ticks));
    ck_assert_uint_eq(ticks, 0);
}
END_TEST

START_TEST(an_empty_wheel_jumps_any_distance_at_once)
{
    begin(0, 1);
    add(&items[0], 1);
    bight__wheel_remove(&wheel, &items[0].node);
    bight__wheel_advance(&wheel, 0x7fffffff);
    ck_assert_uint_eq(wheel.now, 0x7fffffff);
}
END_TEST

/* -- inside a loop: ms, never early, at most two ticks late ---------------- */

struct watched {
    struct bight__wheel_node node;
    uint64_t due_ms;
    bool expired;
};

static bight_loop *the_loop;

static void watched_expired(struct bight__wheel_node *node)
{
    struct watched *watched = bight__container(node, struct watched, node);
    uint64_t now_ms = bight__loop_now_ms(the_loop);
    ck_assert_uint_ge(now_ms, watched->due_ms);
    ck_assert_uint_le(now_ms, watched->due_ms + 2 * BIGHT__TICK_MS);
    watched->expired = true;
}

START_TEST(a_loop_expires_nodes_never_early_and_at_most_two_ticks_late)
{
    static struct watched watched[500];
    memset(watched, 0, sizeof(watched));
    seed = 12345;
    the_loop = loops_new((bight_loop_kind)_i);
    the_loop->wheel.expired = watched_expired;
    ck_assert_ok(bight_loop_advance(the_loop, 123456));
    for (unsigned i = 0; i < 500; i++) {
        uint32_t delay_ms = next_random() % (1u << (next_random() % 22));
        watched[i].due_ms = bight__loop_now_ms(the_loop) + delay_ms;
        bight__loop_watch(the_loop, &watched[i].node, delay_ms);
        ck_assert_ok(bight_loop_advance(the_loop, next_random() % 64));
    }
    ck_assert_ok(bight_loop_advance(the_loop, 1u << 22));
    for (unsigned i = 0; i < 500; i++)
        ck_assert(watched[i].expired);
    loops_free(the_loop);
}
END_TEST

/* The wheel's clock is the fresh one, which may be a tick ahead of the cached
 * one by which deadlines are armed. */
START_TEST(a_wheel_ahead_of_the_cached_clock_arms_the_right_deadline)
{
    struct watched watched = {.due_ms = 1070};
    the_loop = loops_new(BIGHT_LOOP_VIRTUAL);
    the_loop->wheel.expired = watched_expired;
    ck_assert_ok(bight_loop_advance(the_loop, 1000));
    bight__wheel_advance(&the_loop->wheel, 102);
    bight__wheel_add(&the_loop->wheel, &watched.node, 107);
    bight__loop_rearm(the_loop);
    ck_assert_uint_eq(the_loop->armed_ns, UINT64_C(1070000000));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert(watched.expired);
    loops_free(the_loop);
}
END_TEST

/* 2^31 ticks are 248 days, after which a deadline would look passed. */
START_TEST(a_wheel_that_was_empty_for_a_year_is_not_early)
{
    uint64_t year_ms = UINT64_C(366) * 24 * 3600 * 1000;
    struct watched watched = {.due_ms = year_ms + 1000};
    the_loop = loops_new(BIGHT_LOOP_VIRTUAL);
    the_loop->wheel.expired = watched_expired;
    ck_assert_ok(bight_loop_advance(the_loop, year_ms));
    bight__loop_watch(the_loop, &watched.node, 1000);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert(watched.expired);
    loops_free(the_loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wheel");
    TCase *model = tcase_create("model");
    tcase_set_timeout(model, 60);
    tcase_add_loop_test(model, random_use_agrees_with_a_naive_model, 0, 4);
    tcase_add_loop_test(model, the_tick_may_wrap_around, 0, 4);
    suite_add_tcase(suite, model);

    TCase *node = tcase_create("node");
    tcase_add_test(node,
                   a_deadline_at_each_distance_up_to_three_levels_is_exact);
    tcase_add_test(node, a_deadline_past_the_reach_waits_at_the_edge);
    tcase_add_test(node,
                   a_node_added_again_while_it_expires_waits_for_the_next_tick);
    tcase_add_test(node, a_node_may_remove_its_neighbours_while_it_expires);
    tcase_add_test(node, adding_again_moves_a_node);
    tcase_add_test(node, removing_twice_does_nothing);
    tcase_add_test(node, an_empty_wheel_jumps_any_distance_at_once);
    suite_add_tcase(suite, node);

    TCase *loop = leaks_test_case(suite, "loop");
    tcase_add_loop_test(
        loop, a_loop_expires_nodes_never_early_and_at_most_two_ticks_late,
        BIGHT_LOOP_MANUAL_CLOCK, BIGHT_LOOP_VIRTUAL + 1);
    tcase_add_test(loop,
                   a_wheel_ahead_of_the_cached_clock_arms_the_right_deadline);
    tcase_add_test(loop, a_wheel_that_was_empty_for_a_year_is_not_early);
    return suite;
}
