/* SPDX-License-Identifier: MIT */
/* Producers that tell of being asked, for tests of what waits for several. */
#ifndef BIGHT_TESTS_PRODUCERS_H
#define BIGHT_TESTS_PRODUCERS_H

#include "deferreds.h"

#define PRODUCERS_MAX 8

struct producer {
    bight_promise *promise;
    bight_cancel_answer answer;
    unsigned asked;
};

static struct producer producers[PRODUCERS_MAX];

static inline bight_cancel_answer producer_asked(void *arg)
{
    struct producer *producer = arg;
    producer->asked++;
    trace_add(&trace, "%d?", (int)(producer - producers));
    return producer->answer;
}

static inline bight_deferred *produce(unsigned i, bight_cancel_answer answer)
{
    producers[i] = (struct producer){.answer = answer};
    return bight_deferred_new(the_loop, &producers[i].promise, producer_asked,
                              &producers[i]);
}

/* The first `count`, all of which answer so. */
static inline void produce_all(bight_deferred **ret_inputs, unsigned count,
                               bight_cancel_answer answer)
{
    for (unsigned i = 0; i < count; i++)
        ret_inputs[i] = produce(i, answer);
}

static inline void resolve(unsigned i, bight_value value)
{
    bight_promise_resolve(producers[i].promise, value);
    producers[i].promise = NULL;
}

static inline void reject(unsigned i, bight_code code)
{
    bight_promise_reject(producers[i].promise, fault(code));
    producers[i].promise = NULL;
}

/* What was cancelled with NOW has a promise still. */
static inline void let_go_all(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        resolve(i, bight_value_none());
}

#endif
