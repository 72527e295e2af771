/* SPDX-License-Identifier: MIT */
/* A loop, a trace, and callbacks that tell of themselves in it. */
#ifndef BIGHT_TESTS_DEFERREDS_H
#define BIGHT_TESTS_DEFERREDS_H

#include <bight/deferred.h>

#include "faults.h"
#include "leaks.h"
#include "loops.h"
#include "suite.h"

static bight_loop *the_loop;
static struct trace trace;

static inline void begin(int kind)
{
    trace = (struct trace){.length = 0};
    the_loop = loops_new((bight_loop_kind)kind);
}

static inline uint64_t alive(void)
{
    bight_loop_stats stats = {.size = sizeof(stats)};
    bight_loop_stats_get(the_loop, &stats);
    return stats.deferreds;
}

/* Nothing may be left. */
static inline void end(void)
{
    ck_assert_uint_eq(alive(), 0);
    loops_free(the_loop);
}

static inline void turn(void)
{
    ck_assert_ok(bight_loop_run(the_loop));
}

static inline bight_value number(int64_t n)
{
    return bight_value_integer(n);
}

static inline bight_error fault(bight_code code)
{
    return bight_error_of(code);
}

/* "word=7", or "word!CANCELLED"; looks at the error. */
static inline void say(bight_result *result, void *word)
{
    bight_error error = bight_result_error(result);
    if (bight_failed(error))
        trace_add(&trace, "%s!%s", (const char *)word,
                  error.domain->symbol(error.code));
    else
        trace_add(&trace, "%s=%d", (const char *)word,
                  (int)bight_result_peek(result).as.integer);
}

/* "word"; looks at nothing. */
static inline void mark(bight_result *result, void *word)
{
    (void)result;
    trace_add(&trace, "%s", (const char *)word);
}

static inline void add_one(bight_result *result, void *arg)
{
    (void)arg;
    bight_result_set(result, number(bight_result_take(result).as.integer + 1));
}

static inline void fail_busy(bight_result *result, void *arg)
{
    (void)arg;
    bight_result_fail(result, fault(BIGHT_ERROR_BUSY));
}

static inline void recover(bight_result *result, void *arg)
{
    (void)arg;
    bight_result_set(result, number(42));
}

/* `arg` is the Deferred to go on with. */
static inline void chain_to(bight_result *result, void *arg)
{
    bight_result_chain(result, arg);
}

/* A pending one without a canceller. */
static inline bight_deferred *make(bight_promise **ret_promise)
{
    bight_deferred *d = bight_deferred_new(the_loop, ret_promise, NULL, NULL);
    ck_assert_ptr_nonnull(d);
    ck_assert_ptr_nonnull(*ret_promise);
    return d;
}

static unsigned destroyed;

static inline void destroy(void *pointer)
{
    (void)pointer;
    destroyed++;
}

/* A value that must be destroyed exactly once. */
static inline bight_value owned(void)
{
    destroyed = 0;
    return bight_value_pointer(&destroyed, destroy);
}

#endif
