/* SPDX-License-Identifier: MIT */
/* Stacks: their guards, on every kind of kernel, their pool and its trimming.
 */
#include <stdlib.h>
#include <string.h>

#include "async/stack_slab.h"
#include "async/task.h"
#include "tasks.h"

#define DEFAULT_POOL 2 /* 16 KiB twice doubled */

static struct bight__stacks *stacks(void)
{
    return &the_loop->async->tasks->stacks;
}

static bight_error note_place(void *arg, bight_value *ret_value)
{
    const void **place = arg;
    (void)ret_value;
    *place = bight__task_current();
    return bight_yield();
}

static bight_error yield_once(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    return bight_yield();
}

static void spawn_many(unsigned count, size_t stack_size)
{
    bight_task_options options = {.size = sizeof(options),
                                  .stack_size = stack_size};
    for (unsigned i = 0; i < count; i++)
        bight_detach(bight_spawn(the_loop, &options, yield_once, NULL));
}

/* -- the pool -------------------------------------------------------------- */

START_TEST(the_stack_used_last_is_used_next)
{
    const void *places[3];
    begin(BIGHT_LOOP_VIRTUAL);
    bight_detach(spawn(note_place, &places[0]));
    bight_detach(spawn(note_place, &places[1]));
    turn();
    ck_assert_ptr_ne(places[0], places[1]);
    bight_detach(spawn(note_place, &places[2]));
    turn();
    ck_assert_ptr_eq(places[2], places[1]);
    end();
}
END_TEST

static bight_error fill_up(void *arg, bight_value *ret_value)
{
    const struct bight__task *task = bight__task_current();
    size_t size = (size_t)((const char *)task - task->stack.bottom);
    (void)ret_value;
    ck_assert_uint_gt(size, *(size_t *)arg / 2);
    volatile char *most = __builtin_alloca(size - 8192);
    memset((char *)(uintptr_t)most, 7, size - 8192);
    return bight_failed(bight_yield()) || most[0] != 7
               ? fault(BIGHT_ERROR_INVALID)
               : bight_ok();
}

START_TEST(a_stack_is_as_large_as_asked_for)
{
    size_t sizes[] = {BIGHT_STACK_LEAST, BIGHT_STACK_DEFAULT, BIGHT_STACK_LARGE,
                      5 * BIGHT_STACK_LEAST};
    begin(BIGHT_LOOP_VIRTUAL);
    for (unsigned i = 0; i < 4; i++) {
        bight_task_options options = {.size = sizeof(options),
                                      .stack_size = sizes[i]};
        bight_on(bight_spawn(the_loop, &options, fill_up, &sizes[i]), say,
                 "end");
    }
    turn();
    ck_assert_trace(&trace, "end=0 end=0 end=0 end=0");
    end();
}
END_TEST

START_TEST(slabs_grow_with_the_number_of_tasks)
{
    unsigned count = 0;
    begin(BIGHT_LOOP_VIRTUAL);
    spawn_many(500, 0);
    const struct bight__stack_pool *pool = &stacks()->pools[DEFAULT_POOL];
    struct bight__list *link = pool->slabs.next;
    for (; link != &pool->slabs; link = link->next)
        count++;
    ck_assert_uint_ge(pool->made, 500);
    ck_assert_uint_le(count, 7);
    turn();
    ck_assert_uint_eq(pool->pooled, 500);
    end();
}
END_TEST

/* -- trimming -------------------------------------------------------------- */

START_TEST(idle_stacks_are_given_back)
{
    begin(BIGHT_LOOP_MANUAL_CLOCK);
    spawn_many(700, 0);
    spawn_many(3, BIGHT_STACK_LARGE);
    turn();
    const struct bight__stack_pool *pool = &stacks()->pools[DEFAULT_POOL];
    ck_assert_uint_eq(pool->pooled, 700);
    ck_assert_ok(bight_loop_advance(the_loop, 2000));
    ck_assert_uint_eq(pool->pooled, 700);
    ck_assert_ok(bight_loop_advance(the_loop, 2000));
    ck_assert_uint_eq(pool->pooled, 700 - 256);
    ck_assert_ok(bight_loop_advance(the_loop, 20));
    ck_assert_uint_eq(pool->pooled, 0);
    ck_assert_uint_eq(pool->made, 0);
    ck_assert_ok(bight_loop_advance(the_loop, 2000));
    ck_assert(!stacks()->trimming);
    end();
}
END_TEST

START_TEST(those_in_use_now_and_then_stay)
{
    begin(BIGHT_LOOP_MANUAL_CLOCK);
    spawn_many(20, 0);
    turn();
    const struct bight__stack_pool *pool = &stacks()->pools[DEFAULT_POOL];
    for (unsigned i = 0; i < 10; i++) {
        ck_assert_ok(bight_loop_advance(the_loop, 900));
        spawn_many(5, 0);
        turn();
    }
    ck_assert_uint_eq(pool->pooled, 5);
    spawn_many(50, 0);
    turn();
    ck_assert_uint_eq(pool->pooled, 50);
    end();
}
END_TEST

START_TEST(the_trimmer_keeps_no_loop_running)
{
    begin(BIGHT_LOOP_REAL);
    spawn_many(1, 0);
    uint64_t begun = bight_loop_now_ns(the_loop);
    turn();
    ck_assert(stacks()->trimming);
    ck_assert_uint_lt(bight_loop_now_ns(the_loop) - begun,
                      UINT64_C(2000000000));
    end();
}
END_TEST

/* -- guards ---------------------------------------------------------------- */

static unsigned count_guards(enum bight__guard guard)
{
    unsigned count = 0;
    struct bight__list *link = the_loop->async->tasks->all.next;
    for (; link != &the_loop->async->tasks->all; link = link->next)
        count +=
            bight__container(link, struct bight__task, link)->stack.guard ==
            guard;
    return count;
}

START_TEST(pages_without_rights_are_limited_and_come_back)
{
    bight__guard_best = BIGHT__GUARD_PROTECTED;
    bight__guard_most = 3;
    for (unsigned round = 0; round < 2; round++) {
        begin(BIGHT_LOOP_MANUAL_CLOCK);
        spawn_many(8, 0);
        ck_assert_uint_eq(count_guards(BIGHT__GUARD_PROTECTED), 3);
        ck_assert_uint_eq(count_guards(BIGHT__GUARD_NONE), 5);
        turn();
        if (round == 0)
            ck_assert_ok(bight_loop_advance(the_loop, 4010));
        end();
    }
    bight__guard_most = 0;
    bight__guard_best = BIGHT__GUARD_INSTALLED;
}
END_TEST

/* Whichever the kernel can. */
START_TEST(usually_every_stack_has_a_guard_of_its_own)
{
    begin(BIGHT_LOOP_VIRTUAL);
    spawn_many(100, 0);
    ck_assert_uint_eq(count_guards(BIGHT__GUARD_NONE), 0);
    turn();
    end();
}
END_TEST

START_TEST(a_guard_is_found_by_its_address)
{
    begin(BIGHT_LOOP_VIRTUAL);
    spawn_many(3, 0);
    struct bight__list *link = the_loop->async->tasks->all.next;
    for (; link != &the_loop->async->tasks->all; link = link->next) {
        const struct bight__stack *stack =
            &bight__container(link, struct bight__task, link)->stack;
        ck_assert_ptr_eq(bight__stack_guarded_at(stack->bottom - 1), stack);
        ck_assert_ptr_eq(
            bight__stack_guarded_at(stack->bottom - bight__guard_size()),
            stack);
        ck_assert_ptr_null(bight__stack_guarded_at(stack->bottom));
    }
    ck_assert_ptr_null(bight__stack_guarded_at(&link));
    turn();
    end();
}
END_TEST

static void forget_force(void)
{
    bight__guard_best = BIGHT__GUARD_INSTALLED;
    bight__guard_most = 0;
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("stack");
    TCase *pool = leaks_test_case(suite, "pool");
    tcase_add_test(pool, the_stack_used_last_is_used_next);
    tcase_add_test(pool, a_stack_is_as_large_as_asked_for);
    tcase_add_test(pool, slabs_grow_with_the_number_of_tasks);
    TCase *trimming = leaks_test_case(suite, "trimming");
    tcase_add_test(trimming, idle_stacks_are_given_back);
    tcase_add_test(trimming, those_in_use_now_and_then_stay);
    tcase_add_test(trimming, the_trimmer_keeps_no_loop_running);
    TCase *guards = leaks_test_case(suite, "guards");
    tcase_add_checked_fixture(guards, NULL, forget_force);
    tcase_add_test(guards, pages_without_rights_are_limited_and_come_back);
    tcase_add_test(guards, usually_every_stack_has_a_guard_of_its_own);
    tcase_add_test(guards, a_guard_is_found_by_its_address);
    return suite;
}
