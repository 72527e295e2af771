/* SPDX-License-Identifier: MIT */
/* ctest: explore */
/* K3, K6: a program of tasks, cancelled at each suspension point, in many
 * orders, and with each allocation failing. */
#include <bight/group.h>
#include <bight/later.h>
#include <bight/task.h>
#include <bight/testing/explore.h>

#include "leaks.h"
#include "suite.h"

struct work {
    bight_loop *loop;
    bight_error error;
    unsigned begun, ended; /* of the children */
    bool done;
};

static bight_error child(void *arg, bight_value *ret_value)
{
    struct work *work = arg;
    (void)ret_value;
    work->begun++;
    bight_error error = bight_sleep(5);
    if (!bight_failed(error))
        error = bight_await(bight_later(work->loop, 3), NULL);
    work->ended++;
    return error;
}

static bight_error family(struct work *work)
{
    BIGHT_GROUP(group);
    bight_error error = bight_group_spawn(&group, NULL, child, work);
    if (!bight_failed(error))
        error = bight_group_spawn(&group, NULL, child, work);
    if (bight_failed(error))
        return error;
    return bight_group_join(&group);
}

static bight_error parent(void *arg, bight_value *ret_value)
{
    struct work *work = arg;
    BIGHT_DEADLINE(budget, 1000);
    (void)ret_value;
    bight_error error = bight_yield();
    if (!bight_failed(error))
        error = family(work);
    if (!bight_failed(error))
        error = bight_await(bight_later(work->loop, 2), NULL);
    return error;
}

static void ended(bight_result *result, void *arg)
{
    struct work *work = arg;
    work->error = bight_result_error(result);
    work->done = true;
}

static bight_error a_family(bight_exploration *run, bight_loop *loop, void *arg)
{
    struct work work = {.loop = loop};
    (void)arg;
    bight_on(bight_spawn(loop, NULL, parent, &work), ended, &work);
    (void)bight_loop_run(loop);
    (void)bight_explore_check(run, work.done, "the task has not ended");
    (void)bight_explore_check(run, work.begun == work.ended,
                              "%u children outlived their group",
                              work.begun - work.ended);
    return work.error;
}

START_TEST(K3_K6_a_family_ends_wherever_it_is_cancelled)
{
    char report[200];
    ck_assert_msg(bight_explore(a_family, NULL, NULL, report, sizeof(report)),
                  "%s", report);
    /* yield, join, two sleeps, two awaits, the last await */
    ck_assert_msg(strstr(report, " 7 suspensions") != NULL, "%s", report);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("task_explore");
    TCase *all = leaks_test_case(suite, "all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, K3_K6_a_family_ends_wherever_it_is_cancelled);
    return suite;
}
