/* SPDX-License-Identifier: MIT */
/* ctest: long */
/*
 * D12 against a model, in virtual time, seed by seed: inputs that end at times
 * of their own, give up at once or later or not at all, an output that may be
 * cancelled. The model knows nothing of queues: it sorts what happens by time.
 */
#include <stdlib.h>
#include <string.h>

#include <bight/combine.h>

#include "deferreds.h"

#define INPUTS_MAX 6
#define SEEDS 2000
#define NEVER UINT64_MAX

enum rule { ALL, RACE, SETTLED, RULES };

/* What an input will do, and what it did. */
struct input {
    uint64_t ends_ms;
    int32_t gives; /* an error's code; 0: a value */
    bool at_once;  /* gives up NOW */
    uint64_t late_ms;
    int32_t late_gives;
    bight_promise *promise;
    bight_timer *timer;
    bool asked;
    /* The model's. */
    uint64_t settles_ms;
    int32_t outcome;
};

struct run {
    enum rule rule;
    unsigned count;
    uint64_t cancel_ms;
    struct input inputs[INPUTS_MAX];
    bight_error errors[INPUTS_MAX];
    bight_deferred *output;
    bight_timer *canceller;
    /* What came of it. */
    uint64_t ended_ms;
    int32_t code;
    int64_t winner;
    unsigned values, gone;
};

static struct run run;
static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

/* -- the inputs ------------------------------------------------------------ */

static void value_gone(void *pointer)
{
    (void)pointer;
    run.gone++;
}

static void fire(struct input *input, int32_t gives)
{
    bight_timer_stop(input->timer);
    if (gives == 0) {
        run.values++;
        bight_promise_resolve(input->promise,
                              bight_value_pointer(input, value_gone));
    } else {
        bight_promise_reject(input->promise, fault((bight_code)gives));
    }
    input->promise = NULL;
}

static void on_time(void *ctx)
{
    struct input *input = ctx;
    bool late =
        input->asked && bight_loop_now_ns(the_loop) / 1000000 < input->ends_ms;
    fire(input, late ? input->late_gives : input->gives);
}

static bight_cancel_answer on_cancel(void *ctx)
{
    struct input *input = ctx;
    uint64_t now_ms = bight_loop_now_ns(the_loop) / 1000000;
    ck_assert(!input->asked);
    input->asked = true;
    if (input->at_once) {
        bight_timer_stop(input->timer);
        return BIGHT_CANCEL_NOW;
    }
    if (now_ms + input->late_ms < input->ends_ms)
        bight_timer_start(input->timer, input->late_ms);
    return BIGHT_CANCEL_LATER;
}

/* All times differ: those of ends by the input's number, those of late ends by
 * eight times that and a half of hundred. */
static void input_make(struct input *input, unsigned i)
{
    static const int32_t codes[] = {0, 0, BIGHT_ERROR_EOF, BIGHT_ERROR_RESET};
    input->ends_ms = 100 * (1 + random_below(10)) + i;
    input->gives = codes[random_below(4)];
    input->at_once = random_below(2) == 0;
    input->late_ms = 100 * random_below(4) + 50 + UINT64_C(8) * i;
    input->late_gives =
        random_below(2) == 0 ? BIGHT_ERROR_CANCELLED : codes[random_below(4)];
    input->asked = false;
    ck_assert_ok(bight_timer_new(the_loop, on_time, input, &input->timer));
    bight_timer_start(input->timer, input->ends_ms);
}

/* -- the output ------------------------------------------------------------ */

static void check_outcome(const bight_outcomes *outcomes, size_t i)
{
    bight_error error = bight_outcomes_error(outcomes, i);
    ck_assert_int_eq(error.code, run.inputs[i].outcome);
    if (error.code == 0)
        ck_assert_ptr_eq(bight_outcomes_peek(outcomes, i).as.pointer,
                         &run.inputs[i]);
}

static void on_end(bight_result *result, void *arg)
{
    (void)arg;
    run.ended_ms = bight_loop_now_ns(the_loop) / 1000000;
    run.code = bight_result_error(result).code;
    const void *value = bight_result_peek(result).as.pointer;
    if (run.code != 0)
        return;
    if (run.rule == RACE) {
        run.winner = (const struct input *)value - run.inputs;
        return;
    }
    ck_assert_uint_eq(bight_outcomes_count(value), run.count);
    for (size_t i = 0; i < run.count; i++)
        check_outcome(value, i);
}

static void cancel_output(void *ctx)
{
    (void)ctx;
    bight_cancel(run.output);
}

static void start(void)
{
    bight_deferred *inputs[INPUTS_MAX];
    for (unsigned i = 0; i < run.count; i++)
        inputs[i] = bight_deferred_new(the_loop, &run.inputs[i].promise,
                                       on_cancel, &run.inputs[i]);
    if (run.rule == ALL)
        run.output = bight_all(the_loop, inputs, run.count);
    else if (run.rule == RACE)
        run.output = bight_race(the_loop, inputs, run.count, run.errors);
    else
        run.output = bight_settled(the_loop, inputs, run.count);
    bight_finally(run.output, on_end, NULL);
}

/* -- the model ------------------------------------------------------------- */

struct verdict {
    uint64_t ended_ms;
    int32_t code;
    int64_t winner; /* of a race; -1 */
};

static bool decides(int32_t outcome)
{
    if (run.rule == ALL)
        return outcome != 0;
    return run.rule == RACE && outcome == 0;
}

/* The first by itself to decide, or NEVER. */
static uint64_t first_decision_ms(void)
{
    uint64_t first = NEVER;
    for (unsigned i = 0; i < run.count; i++)
        if (decides(run.inputs[i].gives) && run.inputs[i].ends_ms < first)
            first = run.inputs[i].ends_ms;
    return first;
}

static void settle(struct input *input, uint64_t asked_ms)
{
    input->settles_ms = input->ends_ms;
    input->outcome = input->gives;
    if (input->ends_ms <= asked_ms)
        return;
    if (input->at_once) {
        input->settles_ms = asked_ms;
        input->outcome = BIGHT_ERROR_CANCELLED;
    } else if (asked_ms + input->late_ms < input->ends_ms) {
        input->settles_ms = asked_ms + input->late_ms;
        input->outcome = input->late_gives;
    }
}

static uint64_t order(const struct input *input)
{
    return 2 * input->settles_ms + (input->settles_ms != input->ends_ms);
}

/* The decisive input: the first to settle among those that decide. Whoever
 * gives up at once does so at the time of the one that decided, but after it.
 */
static const struct input *decisive(void)
{
    const struct input *first = NULL;
    for (unsigned i = 0; i < run.count; i++) {
        const struct input *input = &run.inputs[i];
        if (decides(input->outcome) &&
            (first == NULL || order(input) < order(first)))
            first = input;
    }
    return first;
}

static int32_t race_code(bool cancelled)
{
    for (unsigned i = 0; cancelled && i < run.count; i++)
        if (run.inputs[i].outcome == BIGHT_ERROR_CANCELLED)
            return BIGHT_ERROR_CANCELLED;
    return BIGHT_ERROR_ALL_FAILED;
}

static struct verdict judge(void)
{
    struct verdict verdict = {.winner = -1};
    uint64_t decided_ms = first_decision_ms();
    bool cancelled = run.cancel_ms < decided_ms;
    for (unsigned i = 0; i < run.count; i++) {
        settle(&run.inputs[i], cancelled ? run.cancel_ms : decided_ms);
        if (run.inputs[i].settles_ms > verdict.ended_ms)
            verdict.ended_ms = run.inputs[i].settles_ms;
    }
    const struct input *first = decisive();
    if (run.rule == RACE && first == NULL)
        verdict.code = race_code(run.cancel_ms <= verdict.ended_ms);
    else if (run.rule == RACE)
        verdict.winner = first - run.inputs;
    else if (first != NULL)
        verdict.code = first->outcome;
    return verdict;
}

/* -- both ------------------------------------------------------------------ */

static void check_errors(void)
{
    for (unsigned i = 0; run.rule == RACE && i < run.count; i++) {
        int32_t expected = run.inputs[i].outcome;
        if (expected == 0 && (int64_t)i != run.winner)
            expected = BIGHT_ERROR_CANCELLED;
        ck_assert_int_eq(run.errors[i].code, expected);
    }
}

static void clean_up(void)
{
    bight_detach(run.output);
    bight_timer_free(run.canceller);
    for (unsigned i = 0; i < run.count; i++) {
        bight_timer_free(run.inputs[i].timer);
        bight_promise_resolve(run.inputs[i].promise, bight_value_none());
    }
}

START_TEST(D12_a_random_story_ends_as_the_model_says)
{
    begin(BIGHT_LOOP_VIRTUAL);
    memset(&run, 0, sizeof(run));
    random_state = (uint64_t)_i * UINT64_C(0x9e3779b97f4a7c15) + 1;
    run.rule = (enum rule)random_below(RULES);
    run.count = 1 + (unsigned)random_below(INPUTS_MAX);
    run.cancel_ms =
        random_below(2) == 0 ? NEVER : 100 * (1 + random_below(10)) + 20;
    for (unsigned i = 0; i < run.count; i++)
        input_make(&run.inputs[i], i);
    run.winner = -1;
    start();
    ck_assert_ok(
        bight_timer_new(the_loop, cancel_output, NULL, &run.canceller));
    if (run.cancel_ms != NEVER)
        bight_timer_start(run.canceller, run.cancel_ms);
    struct verdict verdict = judge();
    turn();
    ck_assert_uint_eq(run.ended_ms, verdict.ended_ms);
    ck_assert_int_eq(run.code, verdict.code);
    ck_assert_int_eq(run.winner, verdict.winner);
    check_errors();
    clean_up();
    ck_assert_uint_eq(run.gone, run.values);
    end();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("combine_random");
    TCase *stories = leaks_test_case(suite, "stories");
    tcase_add_loop_test(stories, D12_a_random_story_ends_as_the_model_says, 0,
                        SEEDS);
    return suite;
}
