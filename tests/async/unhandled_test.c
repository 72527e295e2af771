/* SPDX-License-Identifier: MIT */
/* D9: errors that nobody handled, and the texts that errors keep. */
#include <stdio.h>
#include <string.h>

#include <bight/log.h>

#include "deferreds.h"

static unsigned told;
static bight_error told_error;
static char told_at[128];

static void hook(void *ctx, bight_error error, const char *made_at)
{
    ck_assert_ptr_eq(ctx, &told);
    told++;
    told_error = error;
    (void)snprintf(told_at, sizeof(told_at), "%s", made_at);
}

static void begin_hooked(int kind)
{
    told = 0;
    begin(kind);
    bight_loop_set_unhandled(the_loop, hook, &told);
}

static void one_told(int32_t code)
{
    turn();
    ck_assert_uint_eq(told, 1);
    ck_assert_error(told_error, code);
    ck_assert_ptr_nonnull(strstr(told_at, "+0x"));
    told = 0;
}

static void none_told(void)
{
    turn();
    ck_assert_uint_eq(told, 0);
}

START_TEST(D9_an_error_that_ends_unhandled_is_told_once_with_its_origin)
{
    bight_promise *promise;
    begin_hooked(_i);
    bight_deferred *d = make(&promise);
    bight_then(d, say, "never");
    bight_detach(d);
    bight_promise_reject(promise, fault(BIGHT_ERROR_RESET));
    ck_assert_uint_eq(told, 0);
    one_told(BIGHT_ERROR_RESET);
    end();
}
END_TEST

START_TEST(D9_detaching_a_rejected_one_tells_from_the_queue)
{
    begin_hooked(_i);
    bight_detach(bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_REFUSED)));
    ck_assert_uint_eq(told, 0);
    one_told(BIGHT_ERROR_REFUSED);
    end();
}
END_TEST

START_TEST(D9_on_handles_an_error_that_it_looked_at_and_no_other)
{
    begin_hooked(_i);
    bight_on(bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF)), say,
             "a");
    none_told();
    bight_on(bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF)), mark,
             "b");
    one_told(BIGHT_ERROR_EOF);
    ck_assert_trace(&trace, "a!EOF b");
    end();
}
END_TEST

START_TEST(D9_one_that_recovered_is_handled_and_a_new_error_is_not)
{
    begin_hooked(_i);
    bight_deferred *d =
        bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF));
    bight_detach(bight_catch(d, recover, NULL));
    none_told();
    d = bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_EOF));
    bight_catch(d, say, "a");
    bight_detach(bight_finally(d, fail_busy, NULL));
    one_told(BIGHT_ERROR_BUSY);
    end();
}
END_TEST

START_TEST(D9_an_inner_error_is_told_once_by_the_outermost)
{
    bight_promise *promise;
    begin_hooked(_i);
    bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
    bight_then(d, chain_to, make(&promise));
    bight_then(d, mark, "never");
    bight_detach(d);
    turn();
    bight_promise_reject(promise, fault(BIGHT_ERROR_RESET));
    one_told(BIGHT_ERROR_RESET);
    end();
}
END_TEST

START_TEST(D9_a_cancel_that_was_asked_for_is_not_told)
{
    bight_promise *promise;
    begin_hooked(_i);
    bight_deferred *d = make(&promise);
    bight_cancel(d);
    bight_detach(d);
    bight_promise_resolve(promise, number(1));
    none_told();
    bight_deferred *outer = bight_deferred_resolved(the_loop, number(1));
    bight_then(outer, chain_to, make(&promise));
    bight_then(outer, mark, "never");
    turn();
    bight_cancel(outer);
    bight_detach(outer);
    bight_promise_resolve(promise, number(1));
    none_told();
    end();
}
END_TEST

START_TEST(D9_one_that_was_not_asked_for_and_a_timeout_are_told)
{
    bight_promise *promise;
    begin_hooked(BIGHT_LOOP_VIRTUAL);
    bight_detach(
        bight_deferred_rejected(the_loop, fault(BIGHT_ERROR_CANCELLED)));
    one_told(BIGHT_ERROR_CANCELLED);
    bight_detach(bight_timeout(make(&promise), 10));
    one_told(BIGHT_ERROR_TIMED_OUT);
    bight_promise_resolve(promise, number(1));
    end();
}
END_TEST

/* -- the log --------------------------------------------------------------- */

static char logged[512];

static void sink(void *ctx, const bight_log_record *record)
{
    (void)ctx;
    (void)bight_log_format_text(record, logged, sizeof(logged));
}

START_TEST(D9_without_a_hook_it_is_a_line_in_the_log)
{
    begin(_i);
    ck_assert_ok(bight_log_set_sink(sink, NULL, BIGHT_LOG_ERROR));
    bight_detach(bight_deferred_rejected(
        the_loop, bight_error_note(fault(BIGHT_ERROR_RESET), "reading")));
    turn();
    ck_assert_ok(bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF));
    ck_assert_ptr_nonnull(strstr(logged, "error unhandled"));
    ck_assert_ptr_nonnull(strstr(logged, "reading: reset by peer"));
    ck_assert_ptr_nonnull(strstr(logged, "made_at="));
    end();
}
END_TEST

/* -- texts ----------------------------------------------------------------- */

static void forget_notes(void)
{
    for (unsigned i = 0; i < 100; i++)
        (void)bight_error_note(fault(BIGHT_ERROR_BUSY), "other %u", i);
}

static void say_text(bight_result *result, void *arg)
{
    char text[128];
    (void)bight_error_format(bight_result_error(result), text, sizeof(text));
    trace_add(&trace, "%s%s;", (const char *)arg, text);
}

static bight_error noted(void)
{
    return bight_error_because(
        bight_error_note(fault(BIGHT_ERROR_EOF), "read it"), "so");
}

#define TEXT "read it: peer finished (EOF), because so;"

START_TEST(an_error_keeps_its_texts_however_long_it_waits)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    bight_promise_reject(promise, noted());
    forget_notes();
    bight_finally(d, say_text, "a:");
    forget_notes();
    turn();
    forget_notes();
    bight_on(d, say_text, "b:");
    turn();
    ck_assert_trace(&trace, "a:" TEXT " b:" TEXT);
    end();
}
END_TEST

static void fail_noted(bight_result *result, void *arg)
{
    (void)arg;
    bight_result_fail(result, noted());
}

START_TEST(texts_travel_along_a_chain)
{
    begin(_i);
    bight_deferred *inner = bight_deferred_resolved(the_loop, number(1));
    bight_finally(inner, fail_noted, NULL);
    turn();
    forget_notes();
    bight_deferred *d = bight_deferred_resolved(the_loop, number(1));
    bight_then(d, chain_to, inner);
    bight_on(d, say_text, "");
    turn();
    ck_assert_trace(&trace, TEXT);
    end();
}
END_TEST

static bight_cancel_answer later(void *arg)
{
    (void)arg;
    return BIGHT_CANCEL_LATER;
}

START_TEST(a_timeout_keeps_the_text_of_what_was_under_way)
{
    bight_promise *promise;
    begin(BIGHT_LOOP_VIRTUAL);
    bight_deferred *d = bight_deferred_new(the_loop, &promise, later, NULL);
    bight_on(bight_timeout(d, 10), say_text, "");
    turn();
    bight_promise_reject(promise,
                         bight_error_note(fault(BIGHT_ERROR_CANCELLED), "ask"));
    turn();
    ck_assert_trace(&trace, "ask: timed out (TIMED_OUT);");
    end();
}
END_TEST

START_TEST(without_memory_only_the_texts_are_lost)
{
    bight_promise *promise;
    begin(_i);
    bight_deferred *d = make(&promise);
    bight_error error = noted();
    faults_fail_all();
    bight_promise_reject(promise, error);
    faults_fail_nth(0);
    forget_notes();
    bight_on(d, say_text, "");
    turn();
    ck_assert_trace(&trace, "peer finished (EOF);");
    end();
}
END_TEST

static void add_texts(Suite *suite)
{
    TCase *texts = leaks_test_case(suite, "texts");
    tcase_add_kinds_test(texts, an_error_keeps_its_texts_however_long_it_waits);
    tcase_add_kinds_test(texts, texts_travel_along_a_chain);
    tcase_add_test(texts, a_timeout_keeps_the_text_of_what_was_under_way);
    tcase_add_kinds_test(texts, without_memory_only_the_texts_are_lost);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("unhandled");
    TCase *hooks = leaks_test_case(suite, "hooks");
    tcase_add_kinds_test(
        hooks, D9_an_error_that_ends_unhandled_is_told_once_with_its_origin);
    tcase_add_kinds_test(hooks,
                         D9_detaching_a_rejected_one_tells_from_the_queue);
    tcase_add_kinds_test(hooks,
                         D9_on_handles_an_error_that_it_looked_at_and_no_other);
    tcase_add_kinds_test(
        hooks, D9_one_that_recovered_is_handled_and_a_new_error_is_not);
    tcase_add_kinds_test(hooks,
                         D9_an_inner_error_is_told_once_by_the_outermost);
    tcase_add_kinds_test(hooks, D9_a_cancel_that_was_asked_for_is_not_told);
    tcase_add_test(hooks, D9_one_that_was_not_asked_for_and_a_timeout_are_told);
    tcase_add_kinds_test(hooks, D9_without_a_hook_it_is_a_line_in_the_log);
    add_texts(suite);
    return suite;
}
