/* SPDX-License-Identifier: MIT */
/*
 * What a combinator allocates: one block for all of its inputs, which is its
 * result's value where that is of several parts.
 */
#ifndef BIGHT_ASYNC_OUTCOMES_H
#define BIGHT_ASYNC_OUTCOMES_H

#include <bight/combine.h>

#include "async/deferred.h"

/* Which outcome decides (D12). */
enum bight__rule { BIGHT__RULE_ALL, BIGHT__RULE_RACE, BIGHT__RULE_SETTLED };

enum bight__input_state {
    BIGHT__INPUT_PENDING,
    BIGHT__INPUT_VALUE,
    BIGHT__INPUT_ERROR
};

struct bight__input {
    struct bight_outcomes *outcomes;
    union {
        bight_deferred *d;          /* PENDING */
        struct bight__texts *texts; /* ERROR; NULL: none */
    };
    union {
        bight_value value;
        bight_error error;
    };
    enum bight__input_state state;
};

struct bight_outcomes {
    bight_loop *loop;
    bight_promise *promise;
    bight_error *errors;         /* of a race, lent */
    struct bight_outcomes *next; /* of those to ask, or to destroy */
    size_t count;
    size_t pending;
    size_t decisive; /* the input that decided; `count`: none so far */
    enum bight__rule rule;
    bool cancelled; /* the output was asked to give up */
    struct bight__input inputs[];
};

/* All inputs pending. NULL: no memory. */
struct bight_outcomes *bight__outcomes_new(bight_loop *loop, size_t count,
                                           enum bight__rule rule);

/* The block as a value, which owns it. */
bight_value bight__outcomes_value(struct bight_outcomes *outcomes);

/* With all that nobody took, however deep one lies in another. */
void bight__outcomes_free(struct bight_outcomes *outcomes);

/* The error of an input that failed, with the texts kept for it. */
bight_error bight__input_error(const struct bight__input *input);

#endif
