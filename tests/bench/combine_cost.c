/* SPDX-License-Identifier: MIT */
/*
 * What it costs to wait for several and in turn: `bench_combine QUESTION COUNT`
 * goes so many rounds, each begun by the last one's callback. Public headers
 * only, as a program's author would write it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/combine.h>
#include <bight/event.h>
#include <bight/later.h>
#include <bight/lock.h>
#include <bight/queue.h>

static bight_loop *loop;
static bight_lock *lock;
static bight_queue *queue;
static bight_event *event;
static size_t count;
static size_t rounds;
static void (*begin_round)(void);

static void check(bool fact, const char *what)
{
    if (fact)
        return;
    (void)fprintf(stderr, "bench_combine: %s\n", what);
    exit(1);
}

static void next_round(bight_result *result, void *arg)
{
    (void)arg;
    check(!bight_failed(bight_result_error(result)), "a round failed");
    if (++rounds < count)
        begin_round();
}

/* -- several --------------------------------------------------------------- */

static bight_promise *promises[3];
static bight_deferred *inputs[3];

static void make_inputs(void)
{
    for (size_t i = 0; i < 3; i++)
        inputs[i] = bight_deferred_new(loop, &promises[i], NULL, NULL);
}

static void fire_inputs(void)
{
    for (size_t i = 0; i < 3; i++)
        bight_promise_resolve(promises[i], bight_value_integer(1));
}

/* What each of the following pays for its inputs alone. */
static void round_of_none(void)
{
    make_inputs();
    bight_detach(inputs[0]);
    bight_detach(inputs[1]);
    bight_on(inputs[2], next_round, NULL);
    fire_inputs();
}

static void round_of_all(void)
{
    make_inputs();
    bight_on(bight_all(loop, inputs, 3), next_round, NULL);
    fire_inputs();
}

static void round_of_race(void)
{
    make_inputs();
    bight_on(bight_race(loop, inputs, 3, NULL), next_round, NULL);
    fire_inputs();
}

/* -- in turn --------------------------------------------------------------- */

/* The hold is released after the callback, which has begun the next round: so
 * each takes it in the end, and the others wait. */
static void unlock_first(bight_result *result, void *arg)
{
    bight_value_destroy(bight_result_take(result));
    next_round(result, arg);
}

static void round_of_lock(void)
{
    bight_on(bight_lock_acquire(lock), unlock_first, NULL);
}

static void round_of_contended_lock(void)
{
    bight_on(bight_lock_acquire(lock), next_round, NULL);
}

static void round_of_try(void)
{
    for (; rounds < count; rounds++) {
        check(bight_lock_try_acquire(lock), "the lock is held");
        bight_lock_release(lock);
    }
}

static void round_of_queue(void)
{
    bight_detach(bight_queue_put(queue, bight_value_integer(1)));
    bight_on(bight_queue_get(queue), next_round, NULL);
}

static void round_of_waiting_getter(void)
{
    bight_on(bight_queue_get(queue), next_round, NULL);
    bight_detach(bight_queue_put(queue, bight_value_integer(1)));
}

static void round_of_event(void)
{
    bight_on(bight_event_wait(event), next_round, NULL);
    bight_event_set(event);
    bight_event_clear(event);
}

static void round_of_later(void)
{
    bight_on(bight_later(loop, 1), next_round, NULL);
}

static const struct {
    const char *name;
    void (*begin)(void);
} questions[] = {
    {"none", round_of_none},
    {"all", round_of_all},
    {"race", round_of_race},
    {"lock", round_of_lock},
    {"contended", round_of_contended_lock},
    {"try", round_of_try},
    {"queue", round_of_queue},
    {"getter", round_of_waiting_getter},
    {"event", round_of_event},
    {"later", round_of_later},
};

static void measure(const char *name)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    check(!bight_failed(bight_loop_new(&options, &loop)) &&
              !bight_failed(bight_lock_new(loop, &lock)) &&
              !bight_failed(bight_queue_new(loop, 16, &queue)) &&
              !bight_failed(bight_event_new(loop, &event)),
          "no memory");
    begin_round();
    check(!bight_failed(bight_loop_run(loop)), "the loop does not run");
    check(rounds == count, "not every round ended");
    bight_lock_free(lock);
    bight_queue_free(queue);
    bight_event_free(event);
    check(!bight_failed(bight_loop_free(loop)), "the loop is busy");
    (void)printf("{\"question\":\"%s\",\"rounds\":%zu}\n", name, count);
}

int main(int argc, char **argv)
{
    count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        if (count == 0 || strcmp(argv[1], questions[i].name) != 0)
            continue;
        begin_round = questions[i].begin;
        measure(questions[i].name);
        return 0;
    }
    (void)fprintf(stderr, "usage: bench_combine QUESTION COUNT\n");
    return 64;
}
