/* SPDX-License-Identifier: MIT */
/* Tasks that tell of themselves in the trace of deferreds.h. */
#ifndef BIGHT_TESTS_TASKS_H
#define BIGHT_TESTS_TASKS_H

#include <bight/group.h>

#include "deferreds.h"

static inline bight_task_options named(const char *name)
{
    return (bight_task_options){.size = sizeof(bight_task_options),
                                .name = name};
}

/* One that cannot fail to be made. */
static inline bight_deferred *spawn(bight_task_fn fn, void *arg)
{
    bight_deferred *d = bight_spawn(the_loop, NULL, fn, arg);
    ck_assert_ptr_nonnull(d);
    return d;
}

/* Runs one to its end, and everything with it. */
static inline void run_task(bight_task_fn fn, void *arg)
{
    bight_on(spawn(fn, arg), say, "end");
    turn();
}

static inline void tell(const char *word, bight_error error)
{
    trace_add(&trace, "%s%s%s", word, bight_failed(error) ? "!" : "",
              bight_failed(error) ? error.domain->symbol(error.code) : "");
}

/* A task that says its argument, yields, and says it again. */
static inline bight_error twice(void *word, bight_value *ret_value)
{
    (void)ret_value;
    tell(word, bight_ok());
    bight_error error = bight_yield();
    tell(word, error);
    return error;
}

/* Awaits its argument and says what it got. */
static inline bight_error await_it(void *d, bight_value *ret_value)
{
    bight_error error = bight_await(d, ret_value);
    tell("got", error);
    return error;
}

static inline bight_error sleep_long(void *word, bight_value *ret_value)
{
    (void)ret_value;
    bight_error error = bight_sleep(1000);
    tell(word, error);
    return error;
}

static inline bight_cancel_answer later(void *arg)
{
    (void)arg;
    trace_add(&trace, "asked");
    return BIGHT_CANCEL_LATER;
}

/* A pending one that answers LATER. */
static inline bight_deferred *make_later(bight_promise **ret_promise)
{
    bight_deferred *d = bight_deferred_new(the_loop, ret_promise, later, NULL);
    ck_assert_ptr_nonnull(d);
    return d;
}

#endif
