/* SPDX-License-Identifier: MIT */
/*
 * Several Deferreds as one. Each input's last callback stores what it gave and
 * asks the rule whether that decides; whoever is still pending then is asked to
 * give up. The last one to settle fires the output:
 *
 *     all pending ── decided, or cancelled ──> asked ──┐
 *          └──────── none is pending ──────────────────┴──> fires
 *
 * An output that the loop's close rejected first stays silent; the block goes
 * with the last of its inputs all the same.
 */
#include "async/outcomes.h"

#include <bight/alloc.h>

#include "async/cancel.h"
#include "async/texts.h"
#include "base/note.h"
#include "base/text.h"

#define CALLER __builtin_return_address(0)

/* -- asking ---------------------------------------------------------------- */

static void ask_inputs(struct bight_outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++)
        if (outcomes->inputs[i].state == BIGHT__INPUT_PENDING)
            bight__deferred_cancel(outcomes->inputs[i].d);
}

/* An input may be another combinator's output, which asks its own: one after
 * the other, or they would nest. */
static void ask(struct bight_outcomes *outcomes)
{
    struct bight__async *async = outcomes->loop->async;
    outcomes->next = async->to_ask;
    async->to_ask = outcomes;
    if (async->asking)
        return;
    async->asking = true;
    while ((outcomes = async->to_ask) != NULL) {
        async->to_ask = outcomes->next;
        ask_inputs(outcomes);
    }
    async->asking = false;
}

static bight_cancel_answer cancel(void *arg)
{
    struct bight_outcomes *outcomes = arg;
    outcomes->cancelled = true;
    ask(outcomes);
    return BIGHT_CANCEL_LATER;
}

/* -- the end --------------------------------------------------------------- */

static void put_error(struct bight__text *text, bight_error error, bool first)
{
    char one[BIGHT__NOTE_MAX];
    (void)bight_error_format(error, one, sizeof(one));
    bight__text_puts(text, first ? "" : "; ");
    bight__text_puts(text, one);
}

/* What went wrong with each, in the order of the inputs. */
static bight_error with_causes(const struct bight_outcomes *outcomes,
                               bight_error error)
{
    char causes[BIGHT__NOTE_MAX];
    struct bight__text text;
    bight__text_init(&text, causes, sizeof(causes));
    for (size_t i = 0; i < outcomes->count && text.length < text.size; i++)
        put_error(&text, bight__input_error(&outcomes->inputs[i]), i == 0);
    if (bight__text_end(&text) >= sizeof(causes))
        bight__text_mark_cut(causes, sizeof(causes));
    return outcomes->count == 0 ? bight_error_note(error, "race of nothing")
                                : bight_error_because(error, "%s", causes);
}

/* One that ended because it was asked to, which nobody did but the caller. */
static bool gave_up(const struct bight_outcomes *outcomes)
{
    for (size_t i = 0; outcomes->cancelled && i < outcomes->count; i++)
        if (bight_error_is(outcomes->inputs[i].error, &bight_domain,
                           BIGHT_ERROR_CANCELLED))
            return true;
    return false;
}

static bight_error race_error(const struct bight_outcomes *outcomes)
{
    bight_code code =
        gave_up(outcomes) ? BIGHT_ERROR_CANCELLED : BIGHT_ERROR_ALL_FAILED;
    return with_causes(outcomes, bight_error_of(code));
}

/* Of several that went well one has won, and the others lost. */
static bight_error lent_error(const struct bight_outcomes *outcomes, size_t i)
{
    if (outcomes->inputs[i].state == BIGHT__INPUT_ERROR)
        return bight__input_error(&outcomes->inputs[i]);
    return i == outcomes->decisive ? bight_ok()
                                   : bight_error_of(BIGHT_ERROR_CANCELLED);
}

static void lend_errors(const struct bight_outcomes *outcomes)
{
    if (outcomes->errors == NULL || !bight_promise_is_wanted(outcomes->promise))
        return;
    for (size_t i = 0; i < outcomes->count; i++)
        outcomes->errors[i] = lent_error(outcomes, i);
}

static void finish_race(struct bight_outcomes *outcomes)
{
    bight_promise *promise = outcomes->promise;
    size_t winner = outcomes->decisive;
    lend_errors(outcomes);
    if (winner == outcomes->count)
        bight_promise_reject(promise, race_error(outcomes));
    else
        bight_promise_resolve(promise, bight_outcomes_take(outcomes, winner));
    bight__outcomes_free(outcomes);
}

static void finish(struct bight_outcomes *outcomes)
{
    bight_promise *promise = outcomes->promise;
    if (outcomes->rule == BIGHT__RULE_RACE) {
        finish_race(outcomes);
    } else if (outcomes->decisive == outcomes->count) {
        bight_promise_resolve(promise, bight__outcomes_value(outcomes));
    } else {
        bight_promise_reject(
            promise, bight_outcomes_error(outcomes, outcomes->decisive));
        bight__outcomes_free(outcomes);
    }
}

/* -- the inputs ------------------------------------------------------------ */

static bool decides(const struct bight_outcomes *outcomes,
                    const struct bight__input *input)
{
    switch (outcomes->rule) {
    case BIGHT__RULE_ALL:
        return input->state == BIGHT__INPUT_ERROR;
    case BIGHT__RULE_RACE:
        return input->state == BIGHT__INPUT_VALUE;
    case BIGHT__RULE_SETTLED:
        break;
    }
    return false;
}

static void count_one(struct bight_outcomes *outcomes,
                      const struct bight__input *input)
{
    outcomes->pending--;
    if (outcomes->decisive < outcomes->count || !decides(outcomes, input))
        return;
    outcomes->decisive = (size_t)(input - outcomes->inputs);
    if (outcomes->pending > 0 && !outcomes->cancelled)
        ask(outcomes);
}

static void store_error(struct bight__input *input, bight_error error)
{
    input->state = BIGHT__INPUT_ERROR;
    input->error = error;
    input->texts = bight__texts_keep(error);
}

static void settled(bight_result *result, void *arg)
{
    struct bight__input *input = arg;
    struct bight_outcomes *outcomes = input->outcomes;
    bight_error error = bight_result_error(result);
    if (bight_failed(error)) {
        store_error(input, error);
    } else {
        input->state = BIGHT__INPUT_VALUE;
        input->value = bight_result_take(result);
    }
    count_one(outcomes, input);
    if (outcomes->pending == 0)
        finish(outcomes);
}

/* What cannot call back, or would at once, is counted here. */
static void attach(struct bight_outcomes *outcomes, struct bight__input *input)
{
    bight_deferred *d = input->d;
    if (d != NULL && !bight__deferred_stranded(d)) {
        bight_on(d, settled, input);
        return;
    }
    store_error(input, bight_error_of(d == NULL ? BIGHT_ERROR_NO_MEMORY
                                                : BIGHT_ERROR_LOOP_CLOSED));
    if (d != NULL)
        bight_detach(d);
    count_one(outcomes, input);
}

/* Nothing can be decided before all of them are known. */
static void attach_all(struct bight_outcomes *outcomes,
                       bight_deferred *const *inputs)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        struct bight__input *input = &outcomes->inputs[i];
        input->outcomes = outcomes;
        input->d = inputs[i];
        input->state = BIGHT__INPUT_PENDING;
    }
    for (size_t i = 0; i < outcomes->count; i++)
        attach(outcomes, &outcomes->inputs[i]);
    if (outcomes->pending == 0)
        finish(outcomes);
}

/* -- without memory -------------------------------------------------------- */

static void go_on(bight_result *result, void *rest)
{
    (void)bight_result_error(result);
    bight_result_chain(result, rest);
}

static void starve(bight_result *result, void *arg)
{
    (void)arg;
    (void)bight_result_error(result);
    bight_result_fail(result, bight_error_of(BIGHT_ERROR_NO_MEMORY));
}

/* The inputs wait for each other, and the first stands for all of them. */
static bight_deferred *give_up(bight_deferred *const *inputs, size_t count)
{
    bight_deferred *rest = NULL;
    for (size_t i = count; i-- > 0;) {
        bight_deferred *d = inputs[i];
        if (d == NULL)
            continue;
        bight_cancel(d);
        bight_finally(d, rest == NULL ? starve : go_on, rest);
        rest = d;
    }
    return rest;
}

/* -- the combinators ------------------------------------------------------- */

/* Without a block or an output there is nothing to be freed but the former. */
static bight_deferred *combine(struct bight_outcomes *outcomes,
                               bight_deferred *const *inputs, size_t count,
                               const void *made_at)
{
    bight_deferred *output = NULL;
    if (outcomes != NULL)
        output = bight__deferred_new(outcomes->loop, &outcomes->promise, cancel,
                                     outcomes, made_at);
    if (output == NULL) {
        bight_free(outcomes);
        return give_up(inputs, count);
    }
    attach_all(outcomes, inputs);
    return output;
}

bight_deferred *bight_all(bight_loop *loop, bight_deferred *const *inputs,
                          size_t count)
{
    return combine(bight__outcomes_new(loop, count, BIGHT__RULE_ALL), inputs,
                   count, CALLER);
}

bight_deferred *bight_race(bight_loop *loop, bight_deferred *const *inputs,
                           size_t count, bight_error *errors)
{
    struct bight_outcomes *outcomes =
        bight__outcomes_new(loop, count, BIGHT__RULE_RACE);
    if (outcomes != NULL)
        outcomes->errors = errors;
    return combine(outcomes, inputs, count, CALLER);
}

bight_deferred *bight_settled(bight_loop *loop, bight_deferred *const *inputs,
                              size_t count)
{
    return combine(bight__outcomes_new(loop, count, BIGHT__RULE_SETTLED),
                   inputs, count, CALLER);
}
