/* SPDX-License-Identifier: MIT */
/* Loops for tests, and the trace that their callbacks leave. */
#ifndef BIGHT_TESTS_LOOPS_H
#define BIGHT_TESTS_LOOPS_H

#include <stddef.h>

#include <check.h>

#include <bight/loop.h>

/* Fails the test if the error is one, saying which. */
#define ck_assert_ok(expr) loops_assert_ok((expr), #expr, __FILE__, __LINE__)
void loops_assert_ok(bight_error error, const char *expr, const char *file,
                     int line);

/* Fails the test unless the error is this one of bight_domain. */
#define ck_assert_error(expr, code)                                            \
    ck_assert(bight_error_is((expr), &bight_domain, (code)))

/* Adds a test that runs for each kind of loop, which is its `_i`. */
#define tcase_add_kinds_test(tcase, test)                                      \
    tcase_add_loop_test(tcase, test, BIGHT_LOOP_REAL, BIGHT_LOOP_VIRTUAL + 1)

/* A loop that cannot fail to be made. */
bight_loop *loops_new(bight_loop_kind kind);

/* Frees it, which must succeed. */
void loops_free(bight_loop *loop);

/* Words in the order in which they were said. */
struct trace {
    char text[4096];
    size_t length;
};

void trace_add(struct trace *trace, const char *format, ...) BIGHT_PRINTF(2, 3);

#define ck_assert_trace(trace, expected)                                       \
    ck_assert_str_eq((trace)->text, (expected))

#endif
