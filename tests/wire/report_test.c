/* SPDX-License-Identifier: MIT */
/* What a protocol did is told to its owner, if that asks. */
#include <bight/report.h>

#include <stdio.h>

#include "leaks.h"
#include "loops.h"
#include "scene.h"
#include "suite.h"

static unsigned reported;
static char text[32];

static void on_reported(void *ctx, bight_transport *t,
                        const bight_report *report)
{
    ck_assert_ptr_eq(ctx, scene.options.ctx);
    ck_assert_ptr_eq(t, scene_last_server()->t);
    ck_assert_uint_eq(report->count, 1);
    ck_assert_str_eq(report->fields[0].key, "status");
    (void)snprintf(text, sizeof(text), "%s", report->text);
    reported++;
}

static void report(bight_transport *t)
{
    const bight_log_field field = bight_log_uint("status", 200);
    const bight_report told = {.size = sizeof(told),
                               .text = "GET / 200",
                               .fields = &field,
                               .count = 1};
    bight_transport_report(t, &told);
}

START_TEST(an_owner_hears_of_what_was_done)
{
    reported = 0;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    scene.options.reported = on_reported;
    scene_listen();
    scene_connect();
    ck_assert(bight_transport_is_reported(scene_last_server()->t));
    report(scene_last_server()->t);
    ck_assert_uint_eq(reported, 1);
    ck_assert_str_eq(text, "GET / 200");
    ck_assert(!bight_transport_is_reported(scene_last_client()->t));
    report(scene_last_client()->t);
    ck_assert_uint_eq(reported, 1);
    scene_end();
}
END_TEST

START_TEST(T10_what_is_over_reports_to_nobody)
{
    reported = 0;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    scene.options.reported = on_reported;
    scene_listen();
    scene_connect();
    bight_transport *t = bight_transport_ref(scene_last_server()->t);
    bight_transport_abort(t);
    scene_settle();
    ck_assert(!bight_transport_is_reported(t));
    report(t);
    ck_assert_uint_eq(reported, 0);
    bight_transport_unref(t);
    scene_end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("wire.report");
    TCase *tcase = leaks_test_case(suite, "reports");
    tcase_add_test(tcase, an_owner_hears_of_what_was_done);
    tcase_add_test(tcase, T10_what_is_over_reports_to_nobody);
    return suite;
}
