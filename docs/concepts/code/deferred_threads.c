/* SPDX-License-Identifier: MIT */
/* A result that another thread has. */
/* ctest: run */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/deferred.h>

/* A thread of the program's own; it knows nothing of the loop. */
static void *write_letter(void *arg)
{
    bight_shared_promise *promise = arg;
    char *letter = strdup("Dear loop");
    if (letter != NULL)
        bight_promise_post(promise, bight_value_pointer(letter, free),
                           bight_ok());
    else
        bight_promise_post(promise, bight_value_none(),
                           bight_error_of(BIGHT_ERROR_NO_MEMORY));
    return NULL;
}

/* On the loop. What is only peeked at is destroyed afterwards. */
static void read_letter(bight_result *result, void *arg)
{
    size_t *length = arg;
    if (bight_failed(bight_result_error(result)))
        return;
    const char *letter = bight_result_peek(result).as.pointer;
    *length = strlen(letter);
    printf("%s\n", letter);
}

int main(void)
{
    bight_loop *loop;
    bight_promise *promise;
    pthread_t thread;
    size_t length = 0;
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    bight_on(bight_deferred_new(loop, &promise, NULL, NULL), read_letter,
             &length);
    bight_shared_promise *shared = bight_promise_share(promise);
    if (pthread_create(&thread, NULL, write_letter, shared) != 0)
        return EXIT_FAILURE;
    bight_loop_run(loop); /* until it came */
    (void)pthread_join(thread, NULL);
    bight_loop_free(loop);
    return length > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
