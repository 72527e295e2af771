/* SPDX-License-Identifier: MIT */
/* Parking: what streams, locks and queues wait by. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "async/park.h"
#include "async/task.h"
#include "tasks.h"

static struct bight__list waiting;

static bight_error park(void *word, bight_value *ret_value)
{
    struct bight__waiter waiter = {.steady = false};
    (void)ret_value;
    bight__list_push_back(&waiting, &waiter.link);
    bight_error error = bight__park(&waiter, NULL);
    ck_assert(bight__list_empty(&waiter.link));
    ck_assert(!bight__unpark(&waiter, bight_ok()));
    tell(word, error);
    return error;
}

static void wake_first(bight_error error)
{
    struct bight__list *link = bight__list_first(&waiting);
    ck_assert_ptr_nonnull(link);
    ck_assert(bight__unpark(bight__container(link, struct bight__waiter, link),
                            error));
}

static void begin_parking(int kind)
{
    begin(kind);
    bight__list_init(&waiting);
}

START_TEST(K2_whoever_is_unparked_goes_on_from_the_ready_queue)
{
    begin_parking(_i);
    bight_detach(spawn(park, "a"));
    bight_detach(spawn(park, "b"));
    turn();
    wake_first(bight_ok());
    trace_add(&trace, "woken");
    turn();
    wake_first(bight_ok());
    turn();
    ck_assert_trace(&trace, "woken a b");
    end();
}
END_TEST

START_TEST(an_error_is_what_it_was_unparked_with)
{
    begin_parking(_i);
    bight_on(spawn(park, "a"), say, "end");
    turn();
    wake_first(fault(BIGHT_ERROR_EOF));
    turn();
    ck_assert_trace(&trace, "a!EOF end!EOF");
    end();
}
END_TEST

START_TEST(K3_a_cancelled_task_is_unparked_and_in_no_list)
{
    begin_parking(_i);
    bight_deferred *d = spawn(park, "a");
    turn();
    bight_cancel(d);
    ck_assert(bight__list_empty(&waiting));
    bight_detach(d);
    turn();
    ck_assert_trace(&trace, "a!CANCELLED");
    end();
}
END_TEST

START_TEST(K3_whoever_was_unparked_before_a_cancel_does_not_see_it)
{
    begin_parking(_i);
    bight_deferred *d = spawn(park, "a");
    turn();
    wake_first(bight_ok());
    bight_cancel(d);
    bight_detach(d);
    turn();
    ck_assert_trace(&trace, "a");
    end();
}
END_TEST

static bight_error park_within_deadline(void *word, bight_value *ret_value)
{
    BIGHT_DEADLINE(budget, 20);
    (void)park(word, ret_value);
    return park(word, ret_value);
}

START_TEST(D10_a_deadline_unparks)
{
    begin_parking(BIGHT_LOOP_VIRTUAL);
    run_task(park_within_deadline, "a");
    ck_assert_trace(&trace, "a!TIMED_OUT a!TIMED_OUT end!TIMED_OUT");
    end();
}
END_TEST

/* -- seeing ---------------------------------------------------------------- */

static char dumped[2048];

static size_t dump(void)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    size_t count = bight_tasks_dump(the_loop, ends[1]);
    (void)close(ends[1]);
    ssize_t length = read(ends[0], dumped, sizeof(dumped) - 1);
    ck_assert_int_ge(length, 0);
    dumped[length] = '\0';
    (void)close(ends[0]);
    return count;
}

static void ck_assert_dumped(const char *text)
{
    ck_assert_msg(strstr(dumped, text) != NULL, "%s", dumped);
}

static bight_error dump_inside(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    ck_assert_uint_eq(dump(), 5);
    return bight_ok();
}

START_TEST(a_dump_names_all_tasks_and_what_they_do)
{
    bight_promise *promise;
    begin_parking(BIGHT_LOOP_VIRTUAL);
    ck_assert_uint_eq(dump(), 0);
    bight_task_options reader = named("reader");
    bight_task_options self = named("self");
    bight_detach(bight_spawn(the_loop, &reader, park, "a"));
    bight_deferred *d = spawn(await_it, make_later(&promise));
    bight_detach(spawn(sleep_long, "b"));
    ck_assert_ok(bight_loop_advance(the_loop, 30));
    bight_cancel(d);
    bight_detach(d);
    bight_detach(bight_spawn(the_loop, &self, dump_inside, NULL));
    bight_detach(spawn(sleep_long, "c"));
    ck_assert_ok(bight_loop_advance(the_loop, 0));
    ck_assert_dumped("task \"reader\" waiting for 30 ms, at ");
    ck_assert_dumped("task \"unnamed\" awaiting (cancelled) for 30 ms, at ");
    ck_assert_dumped("task \"unnamed\" sleeping for 30 ms, at ");
    ck_assert_dumped("task \"self\" running for 0 ms, at ");
    ck_assert_dumped("task \"unnamed\" new for 0 ms, at ");
    wake_first(bight_ok());
    bight_promise_resolve(promise, number(1));
    turn();
    ck_assert_uint_eq(dump(), 0);
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("park");
    TCase *parking = leaks_test_case(suite, "parking");
    tcase_add_kinds_test(parking,
                         K2_whoever_is_unparked_goes_on_from_the_ready_queue);
    tcase_add_kinds_test(parking, an_error_is_what_it_was_unparked_with);
    tcase_add_kinds_test(parking,
                         K3_a_cancelled_task_is_unparked_and_in_no_list);
    tcase_add_kinds_test(
        parking, K3_whoever_was_unparked_before_a_cancel_does_not_see_it);
    tcase_add_test(parking, D10_a_deadline_unparks);
    TCase *seeing = leaks_test_case(suite, "seeing");
    tcase_add_test(seeing, a_dump_names_all_tasks_and_what_they_do);
    return suite;
}
