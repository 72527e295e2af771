/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* L6: lookups in a lane of their own; cancel answers NOW, close never joins. */
#include <bight/lookup.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include <bight/pool.h>

#include "faults.h"
#include "gate.h"
#include "leaks.h"
#include "loop/pool.h"
#include "loops.h"
#include "net/lookup.h"
#include "suite.h"

static bight_loop *the_loop;
static struct trace trace;
static struct gate gate;
static unsigned answers;
static atomic_uint resolved;

static void begin(int kind)
{
    trace = (struct trace){.length = 0};
    gate = (struct gate)GATE_INIT;
    answers = 0;
    resolved = 0;
    the_loop = loops_new((bight_loop_kind)kind);
}

static void end(void)
{
    loops_free(the_loop);
    bight__lookup_set_resolver(NULL);
}

static void answered(void *ctx, bight_error error,
                     const bight_address *addresses, size_t count)
{
    char text[256];
    (void)bight_error_format(error, text, sizeof(text));
    trace_add(&trace, "%s: %s", (const char *)ctx, text);
    for (size_t i = 0; i < count; i++) {
        (void)bight_address_format(&addresses[i], text, sizeof(text));
        trace_add(&trace, "%s", text);
    }
    ck_assert(bight_failed(error) == (count == 0));
    answers++;
}

static bight_lookup *start(const char *host, char *ctx)
{
    bight_lookup *lookup = NULL;
    ck_assert_ok(
        bight_lookup_start(the_loop, host, 80, answered, ctx, &lookup));
    return lookup;
}

static void count_answer(void *ctx, bight_error error,
                         const bight_address *addresses, size_t count)
{
    (void)ctx, (void)addresses;
    ck_assert(bight_failed(error) == (count == 0));
    answers++;
}

static bight_lookup *start_counting(void)
{
    bight_lookup *lookup = NULL;
    ck_assert_ok(bight_lookup_start(the_loop, "host.example", 80, count_answer,
                                    NULL, &lookup));
    return lookup;
}

/* -- resolvers, none of which asks the network ----------------------------- */

static int one_address(struct addrinfo **ret_list)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST,
                                     .ai_socktype = SOCK_STREAM};
    return getaddrinfo("192.0.2.1", NULL, &numeric, ret_list);
}

static int resolve_one(const char *node, const char *service,
                       const struct addrinfo *hints, struct addrinfo **ret_list)
{
    resolved++;
    if (strcmp(node, "host.example") != 0 || service != NULL ||
        hints->ai_flags != AI_ADDRCONFIG || hints->ai_socktype != SOCK_STREAM)
        return EAI_BADFLAGS;
    return one_address(ret_list);
}

static int resolve_many(const char *node, const char *service,
                        const struct addrinfo *hints,
                        struct addrinfo **ret_list)
{
    (void)node, (void)service, (void)hints;
    for (unsigned i = 0; i < BIGHT__LOOKUP_ADDRESSES_MAX + 10; i++) {
        int status = one_address(ret_list);
        if (status != 0)
            return status;
        ret_list = &(*ret_list)->ai_next;
    }
    return 0;
}

static int resolve_at_gate(const char *node, const char *service,
                           const struct addrinfo *hints,
                           struct addrinfo **ret_list)
{
    gate_pass(&gate);
    return resolve_one(node, service, hints, ret_list);
}

static _Atomic(int) failure;

static int resolve_failing(const char *node, const char *service,
                           const struct addrinfo *hints,
                           struct addrinfo **ret_list)
{
    (void)node, (void)service, (void)hints, (void)ret_list;
    errno = EMFILE;
    return failure;
}

/* -- answers --------------------------------------------------------------- */

START_TEST(a_numeric_host_needs_no_thread_but_calls_back_later)
{
    begin(_i);
    bight__lookup_set_resolver(resolve_failing);
    failure = EAI_FAIL;
    (void)start("127.0.0.1", "v4");
    (void)start("2001:db8::1", "v6");
    (void)start("fe80::1%7", "scoped");
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "v4: success 127.0.0.1:80 v6: success "
                            "[2001:db8::1]:80 scoped: success [fe80::1%7]:80");
    ck_assert_ptr_null(the_loop->lookups);
    end();
}
END_TEST

START_TEST(a_name_is_resolved_from_a_copy_with_its_port)
{
    char host[] = "host.example";
    begin(_i);
    bight__lookup_set_resolver(resolve_at_gate);
    if (_i == BIGHT_LOOP_VIRTUAL)
        gate_open(&gate);
    (void)start(host, "name");
    memset(host, 'x', sizeof(host) - 1);
    gate_open(&gate);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "name: success 192.0.2.1:80");
    end();
}
END_TEST

START_TEST(at_most_64_addresses_are_kept)
{
    begin(BIGHT_LOOP_REAL);
    bight__lookup_set_resolver(resolve_many);
    (void)start("host.example", "many");
    ck_assert_ok(bight_loop_run(the_loop));
    const char *at = trace.text;
    unsigned count = 0;
    while ((at = strstr(at, "192.0.2.1:80")) != NULL)
        count++, at++;
    ck_assert_uint_eq(count, 64);
    end();
}
END_TEST

static const struct {
    int status;
    const char *text;
} failures[] = {
    {EAI_NONAME, "x: lookup nosuch.invalid: name or service not known "
                 "(EAI_NONAME)"},
    {EAI_AGAIN, "x: lookup nosuch.invalid: name resolution failed for now "
                "(EAI_AGAIN)"},
    {EAI_SYSTEM, "x: lookup nosuch.invalid: too many open files (EMFILE)"},
    {EAI_MEMORY, "x: lookup nosuch.invalid: out of memory (NO_MEMORY)"},
    {-4711, "x: lookup nosuch.invalid: dns -4711"},
};

START_TEST(a_failure_says_what_was_looked_up_and_why_it_failed)
{
    begin(BIGHT_LOOP_REAL);
    failure = failures[_i].status;
    bight__lookup_set_resolver(resolve_failing);
    (void)start("nosuch.invalid", "x");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, failures[_i].text);
    end();
}
END_TEST

START_TEST(every_code_of_getaddrinfo_has_a_symbol_and_a_text)
{
    const int codes[] = {EAI_AGAIN,  EAI_BADFLAGS, EAI_FAIL,    EAI_FAMILY,
                         EAI_MEMORY, EAI_NONAME,   EAI_SERVICE, EAI_SOCKTYPE,
                         EAI_SYSTEM, EAI_OVERFLOW, EAI_NODATA,  EAI_ADDRFAMILY};
    for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        ck_assert_ptr_nonnull(bight_dns_domain.text(codes[i]));
        ck_assert_int_eq(strncmp(bight_dns_domain.symbol(codes[i]), "EAI_", 4),
                         0);
    }
    ck_assert_ptr_null(bight_dns_domain.text(0));
    ck_assert_ptr_null(bight_dns_domain.symbol(0));
}
END_TEST

/* -- cancel ---------------------------------------------------------------- */

/* The orphan's thread may still be on its way. */
static void end_with_orphans(void)
{
    end();
    gate_open(&gate);
    faults_wait_for_live(0);
}

START_TEST(cancelling_a_running_lookup_answers_now)
{
    begin(BIGHT_LOOP_REAL);
    bight__lookup_set_resolver(resolve_at_gate);
    bight_lookup *lookup = start("host.example", "x");
    gate_await_waiting(&gate, 1);
    bight_lookup_cancel(lookup);
    bight_lookup_cancel(lookup);
    ck_assert_trace(&trace, "");
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: lookup host.example: cancelled (CANCELLED)");
    ck_assert_uint_eq(gate_passed(&gate), 0);
    end_with_orphans();
    ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(cancelling_a_waiting_lookup_takes_it_back)
{
    begin(_i);
    bight__lookup_set_resolver(resolve_at_gate);
    for (unsigned i = 0; i < 4 && _i != BIGHT_LOOP_VIRTUAL; i++) {
        (void)start("host.example", "running");
        gate_await_waiting(&gate, i + 1);
    }
    bight_lookup_cancel(start("host.example", "x"));
    (void)bight_loop_step(the_loop);
    ck_assert_trace(&trace, "x: lookup host.example: cancelled (CANCELLED)");
    gate_open(&gate);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(resolved, _i == BIGHT_LOOP_VIRTUAL ? 0 : 4);
    end();
}
END_TEST

START_TEST(cancelling_a_numeric_lookup_answers_cancelled_once)
{
    begin(_i);
    bight_lookup *lookup = start("::1", "x");
    bight_lookup_cancel(lookup);
    bight_lookup_cancel(lookup);
    bight_lookup_cancel(NULL);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: lookup ::1: cancelled (CANCELLED)");
    end();
}
END_TEST

static bight_lookup *the_lookup;

static void cancel_inside(void *ctx, bight_error error,
                          const bight_address *addresses, size_t count)
{
    bight_lookup_cancel(the_lookup);
    answered(ctx, error, addresses, count);
}

static void cancel_both_inside(const char *host)
{
    trace = (struct trace){.length = 0};
    ck_assert_ok(bight_lookup_start(the_loop, host, 80, cancel_inside, "x",
                                    &the_lookup));
    ck_assert_ok(bight_loop_run(the_loop));
}

START_TEST(cancelling_inside_the_answer_does_nothing)
{
    begin(_i);
    bight__lookup_set_resolver(resolve_one);
    cancel_both_inside("host.example");
    ck_assert_trace(&trace, "x: success 192.0.2.1:80");
    cancel_both_inside("127.0.0.1");
    ck_assert_trace(&trace, "x: success 127.0.0.1:80");
    ck_assert_uint_eq(answers, 2);
    end();
}
END_TEST

/* Cancelled at every stage from waiting to being on its way back. */
START_TEST(a_lookup_cancelled_at_any_time_answers_once)
{
    static bight_lookup *lookups[200];
    begin(BIGHT_LOOP_REAL);
    bight__lookup_set_resolver(resolve_one);
    for (unsigned i = 0; i < 200; i++)
        lookups[i] = start_counting();
    for (unsigned i = 0; i < 200; i += 2)
        bight_lookup_cancel(lookups[i * 7 % 200]);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(answers, 200);
    end_with_orphans();
}
END_TEST

/* -- lanes, bounds and the end --------------------------------------------- */

static bight_error succeed(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

static void work_done(void *ctx, bight_error error)
{
    ck_assert(!bight_failed(error));
    trace_add(&trace, "work");
    gate_open(ctx);
}

START_TEST(work_goes_on_while_every_lookup_hangs)
{
    begin(BIGHT_LOOP_REAL);
    bight__lookup_set_resolver(resolve_at_gate);
    for (unsigned i = 0; i < 8; i++)
        (void)start("host.example", "name");
    gate_await_waiting(&gate, 4);
    ck_assert_ok(bight_work_submit(the_loop, succeed, work_done, &gate, NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_int_eq(strncmp(trace.text, "work name", 9), 0);
    ck_assert_uint_eq(answers, 8);
    end();
}
END_TEST

START_TEST(too_many_lookups_are_refused)
{
    bight_lookup *lookup = NULL;
    begin(BIGHT_LOOP_REAL);
    bight__lookup_set_resolver(resolve_at_gate);
    for (unsigned i = 0; i < 4; i++) {
        (void)start_counting();
        gate_await_waiting(&gate, i + 1);
    }
    for (unsigned i = 0; i < BIGHT__LANE_QUEUE_MAX; i++)
        (void)start_counting();
    ck_assert_error(bight_lookup_start(the_loop, "host.example", 80, answered,
                                       NULL, &lookup),
                    BIGHT_ERROR_BUSY);
    ck_assert_ptr_null(lookup);
    gate_open(&gate);
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(answers, 4 + BIGHT__LANE_QUEUE_MAX);
    end();
}
END_TEST

START_TEST(a_host_name_that_cannot_be_one_is_refused)
{
    char host[300];
    begin(_i);
    memset(host, 'a', sizeof(host) - 1);
    host[sizeof(host) - 1] = '\0';
    ck_assert_error(
        bight_lookup_start(the_loop, host, 80, answered, NULL, NULL),
        BIGHT_ERROR_INVALID);
    end();
}
END_TEST

START_TEST(starting_fails_cleanly_without_memory)
{
    begin(_i);
    for (uint64_t n = 1; n <= 3; n++) {
        faults_fail_nth(n);
        ck_assert_error(bight_lookup_start(the_loop, "host.example", 80,
                                           answered, NULL, NULL),
                        BIGHT_ERROR_NO_MEMORY);
        ck_assert_uint_eq(faults_failed(), 1);
    }
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_uint_eq(answers, 0);
    end();
}
END_TEST

START_TEST(no_memory_for_the_addresses_is_the_answer)
{
    begin(BIGHT_LOOP_VIRTUAL);
    bight__lookup_set_resolver(resolve_one);
    (void)start("host.example", "x");
    faults_fail_all();
    ck_assert_ok(bight_loop_run(the_loop));
    faults_fail_nth(0);
    ck_assert_trace(&trace, "x: lookup host.example: out of memory "
                            "(NO_MEMORY)");
    end();
}
END_TEST

static void closed(void *ctx, const bight_close_report *report)
{
    (void)ctx;
    for (size_t i = 0; i < report->count; i++)
        trace_add(&trace, "%s %s,", report->survivors[i].kind,
                  report->survivors[i].name);
    trace_add(&trace, "closed");
}

START_TEST(closing_the_loop_answers_and_never_joins_a_running_lookup)
{
    begin(BIGHT_LOOP_REAL);
    bight__lookup_set_resolver(resolve_at_gate);
    (void)start("host.example", "a");
    gate_await_waiting(&gate, 1);
    (void)start("127.0.0.1", "b");
    bight_loop_close(the_loop, closed, NULL);
    ck_assert_trace(&trace, "b: lookup 127.0.0.1: cancelled (CANCELLED) "
                            "a: lookup host.example: cancelled (CANCELLED) "
                            "lookup host.example, lookup 127.0.0.1, closed");
    ck_assert_error(
        bight_lookup_start(the_loop, "host.example", 80, answered, NULL, NULL),
        BIGHT_ERROR_CLOSED);
    end();
    ck_assert_uint_eq(gate_passed(&gate), 0);
    gate_open(&gate);
    faults_wait_for_live(0);
}
END_TEST

static void close_inside(void *ctx, bight_error error,
                         const bight_address *addresses, size_t count)
{
    bight_loop_close(the_loop, closed, NULL);
    answered(ctx, error, addresses, count);
}

START_TEST(a_close_inside_the_answer_has_no_survivor)
{
    begin(_i);
    ck_assert_ok(
        bight_lookup_start(the_loop, "127.0.0.1", 80, close_inside, "x", NULL));
    ck_assert_ok(bight_loop_run(the_loop));
    ck_assert_trace(&trace, "x: success 127.0.0.1:80 closed");
    end();
}
END_TEST

static void add_cancel(TCase *tcase)
{
    tcase_add_test(tcase, cancelling_a_running_lookup_answers_now);
    tcase_add_kinds_test(tcase, cancelling_a_waiting_lookup_takes_it_back);
    tcase_add_kinds_test(tcase,
                         cancelling_a_numeric_lookup_answers_cancelled_once);
    tcase_add_kinds_test(tcase, cancelling_inside_the_answer_does_nothing);
    tcase_add_test(tcase, a_lookup_cancelled_at_any_time_answers_once);
}

static void add_bounds(TCase *tcase)
{
    tcase_add_test(tcase, work_goes_on_while_every_lookup_hangs);
    tcase_add_test(tcase, too_many_lookups_are_refused);
    tcase_add_kinds_test(tcase, a_host_name_that_cannot_be_one_is_refused);
    tcase_add_loop_test(tcase, starting_fails_cleanly_without_memory, 0, 3);
    tcase_add_test(tcase, no_memory_for_the_addresses_is_the_answer);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("lookup");
    TCase *answer = leaks_test_case(suite, "answer");
    tcase_add_kinds_test(answer,
                         a_numeric_host_needs_no_thread_but_calls_back_later);
    tcase_add_kinds_test(answer, a_name_is_resolved_from_a_copy_with_its_port);
    tcase_add_test(answer, at_most_64_addresses_are_kept);
    tcase_add_loop_test(
        answer, a_failure_says_what_was_looked_up_and_why_it_failed, 0, 5);
    tcase_add_test(answer, every_code_of_getaddrinfo_has_a_symbol_and_a_text);
    add_cancel(leaks_test_case(suite, "cancel"));
    add_bounds(leaks_test_case(suite, "bounds"));

    TCase *close_case = leaks_test_case(suite, "close");
    tcase_add_test(close_case,
                   closing_the_loop_answers_and_never_joins_a_running_lookup);
    tcase_add_kinds_test(close_case, a_close_inside_the_answer_has_no_survivor);
    return suite;
}
