/* SPDX-License-Identifier: MIT */
/* Two ways between threads: work off the loop, and calls from a thread. */
/* ctest: run */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <bight/loop.h>
#include <bight/pool.h>

struct sum {
    unsigned limit;
    unsigned long result;
};

/* On a thread of the pool: the loop may not be touched here. */
static bight_error add_up(void *ctx)
{
    struct sum *sum = ctx;
    for (unsigned i = 1; i <= sum->limit; i++)
        sum->result += i;
    return bight_ok();
}

/* On the loop again. */
static void added_up(void *ctx, bight_error error)
{
    const struct sum *sum = ctx;
    if (!bight_failed(error))
        printf("the sum is %lu\n", sum->result);
}

static void on_message(void *ctx)
{
    printf("a thread says %s\n", (const char *)ctx);
}

static void *other_thread(void *ctx)
{
    bight_loop *loop = ctx;
    bight_call_threadsafe(loop, on_message, "hello");
    return NULL;
}

int main(void)
{
    bight_loop *loop;
    pthread_t thread;
    struct sum sum = {.limit = 1000};

    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(bight_work_submit(loop, add_up, added_up, &sum, NULL)) ||
        pthread_create(&thread, NULL, other_thread, loop) != 0)
        return EXIT_FAILURE;
    pthread_join(thread, NULL);
    bight_loop_run(loop);
    bight_loop_free(loop);
    return sum.result == 500500 ? EXIT_SUCCESS : EXIT_FAILURE;
}
