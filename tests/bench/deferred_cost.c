/* SPDX-License-Identifier: MIT */
/*
 * What a Deferred costs, one question a run: `bench_deferred QUESTION COUNT`
 * prints the answer as one JSON object. Public headers only, as a program's
 * author would write it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/alloc.h>
#include <bight/deferred.h>

#define SMALL_STACK (64 * 1024)

static bight_loop *loop;
static size_t count;

static void check(bool fact, const char *what)
{
    if (fact)
        return;
    (void)fprintf(stderr, "bench_deferred: %s\n", what);
    exit(1);
}

static void make_loop(void)
{
    check(!bight_failed(bight_loop_new(NULL, &loop)), "no loop");
}

static void run_loop(void)
{
    check(!bight_failed(bight_loop_run(loop)), "the loop does not run");
}

static uint64_t alive(void)
{
    bight_loop_stats stats = {.size = sizeof(stats)};
    bight_loop_stats_get(loop, &stats);
    return stats.deferreds;
}

static bight_deferred *make(bight_promise **ret_promise)
{
    bight_deferred *d = bight_deferred_new(loop, ret_promise, NULL, NULL);
    check(d != NULL, "no memory");
    return d;
}

/* -- cycle: new + then + fire + run the queued callback + free ------------- */

static size_t cycles;

static void next_cycle(bight_result *result, void *arg)
{
    bight_promise *promise;
    (void)result;
    (void)arg;
    if (cycles++ == count)
        return;
    bight_deferred *d = bight_deferred_new(loop, &promise, NULL, NULL);
    bight_then(d, next_cycle, NULL);
    bight_detach(d);
    bight_promise_resolve(promise, bight_value_none());
}

static void measure_cycle(void)
{
    next_cycle(NULL, NULL);
    run_loop();
    check(cycles == count + 1 && alive() == 0, "not every cycle ended");
    (void)printf("{\"cycles\":%zu}\n", count);
}

/* -- pending: what so many take ------------------------------------------- */

static size_t taken;

/* Each block knows its size, which the count leaves out. */
static void *counted(void *ctx, void *block, size_t size)
{
    size_t *head = block == NULL ? NULL : (size_t *)block - 2;
    (void)ctx;
    taken -= head == NULL ? 0 : *head;
    if (size == 0) {
        free(head);
        return NULL;
    }
    head = realloc(head, size + 2 * sizeof(size_t));
    check(head != NULL, "no memory");
    *head = size;
    taken += size;
    return head + 2;
}

static void nothing(bight_result *result, void *arg)
{
    (void)result;
    (void)arg;
}

static void measure_pending(void)
{
    bight_promise **promises = calloc(count, sizeof(bight_promise *));
    check(promises != NULL, "no memory");
    bight_detach(bight_deferred_resolved(loop, bight_value_none()));
    size_t before = taken;
    for (size_t i = 0; i < count; i++) {
        bight_deferred *d = make(&promises[i]);
        bight_then(d, nothing, NULL);
        bight_on(bight_catch(d, nothing, NULL), nothing, NULL);
    }
    (void)printf("{\"pending\":%zu,\"bytes\":%zu}\n", count, taken - before);
    for (size_t i = 0; i < count; i++)
        bight_promise_resolve(promises[i], bight_value_none());
    run_loop();
    check(alive() == 0, "some are left");
    free(promises);
}

/* -- depth: a chain of so many on a small stack ---------------------------- */

static size_t ran;

static void chain_to(bight_result *result, void *inner)
{
    bight_result_chain(result, inner);
}

static void count_one(bight_result *result, void *arg)
{
    (void)bight_result_error(result);
    (void)arg;
    ran++;
}

/* Each level waits for the one made before it. */
static bight_deferred *make_chain(bight_promise **ret_innermost)
{
    bight_deferred *d = make(ret_innermost);
    for (size_t i = 1; i < count; i++) {
        bight_promise *promise;
        bight_deferred *outer = make(&promise);
        bight_finally(bight_then(outer, chain_to, d), count_one, NULL);
        bight_promise_resolve(promise, bight_value_none());
        d = outer;
    }
    run_loop();
    return d;
}

static void *run_depth(void *ctx)
{
    bight_promise *innermost;
    (void)ctx;
    make_loop();
    bight_detach(make_chain(&innermost));
    bight_promise_resolve(innermost, bight_value_none());
    run_loop();
    bight_deferred *d = make_chain(&innermost);
    bight_cancel(d);
    bight_detach(d);
    run_loop();
    bight_promise_resolve(innermost, bight_value_none());
    check(alive() == 0, "some are left");
    check(!bight_failed(bight_loop_free(loop)), "the loop is busy");
    return NULL;
}

static void measure_depth(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    check(pthread_attr_init(&attributes) == 0 &&
              pthread_attr_setstacksize(&attributes, SMALL_STACK) == 0 &&
              pthread_create(&thread, &attributes, run_depth, NULL) == 0 &&
              pthread_join(thread, NULL) == 0,
          "no thread");
    (void)printf("{\"depth\":%zu,\"levels\":%zu,\"stack\":%d}\n", count, ran,
                 SMALL_STACK);
}

/* -- turns: a loop that hands over its next turn --------------------------- */

static size_t turns;
static uint64_t most;
static bight_promise *turn_promise;

static void fire_turn(void *ctx)
{
    (void)ctx;
    bight_promise_resolve(turn_promise, bight_value_none());
}

static void next_turn(bight_result *result, void *arg)
{
    (void)arg;
    if (turns++ == count)
        return;
    bight_deferred *d = bight_then(make(&turn_promise), next_turn, NULL);
    check(!bight_failed(bight_call_soon(loop, fire_turn, NULL)), "no memory");
    bight_result_chain(result, d);
    if (alive() > most)
        most = alive();
}

static void measure_turns(void)
{
    bight_deferred *d = bight_deferred_resolved(loop, bight_value_none());
    bight_on(bight_then(d, next_turn, NULL), count_one, NULL);
    run_loop();
    check(ran == 1 && turns == count + 1, "it did not come to its end");
    (void)printf("{\"turns\":%zu,\"most\":%llu}\n", count,
                 (unsigned long long)most);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*measure)(void);
    } questions[] = {{"cycle", measure_cycle},
                     {"pending", measure_pending},
                     {"depth", measure_depth},
                     {"turns", measure_turns}};
    count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    for (size_t i = 0; count > 0 && i < 4; i++) {
        if (strcmp(argv[1], questions[i].name) != 0)
            continue;
        bight_set_allocator(counted, NULL);
        if (i != 2)
            make_loop();
        questions[i].measure();
        if (i != 2)
            check(!bight_failed(bight_loop_free(loop)), "the loop is busy");
        return 0;
    }
    (void)fprintf(stderr, "usage: bench_deferred QUESTION COUNT\n");
    return 64;
}
