/* SPDX-License-Identifier: MIT */
/* Steps that follow each other, and what errors skip. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/deferred.h>

/* Stands for a query to some server. */
static bight_deferred *ask(bight_loop *loop, int64_t question)
{
    if (question > 100)
        return bight_deferred_rejected(loop, bight_error_of(BIGHT_ERROR_RANGE));
    return bight_deferred_resolved(loop, bight_value_integer(question + 1));
}

/* Its result is that of the second question. */
static void ask_again(bight_result *result, void *arg)
{
    int64_t answer = bight_result_take(result).as.integer;
    (void)arg;
    bight_result_chain(result, ask(bight_result_loop(result), answer));
}

static void use_default(bight_result *result, void *arg)
{
    (void)arg;
    if (bight_error_is(bight_result_error(result), &bight_domain,
                       BIGHT_ERROR_RANGE))
        bight_result_set(result, bight_value_integer(7));
}

struct answer {
    int64_t number;
};

static void answered(bight_result *result, void *arg)
{
    struct answer *answer = arg;
    if (!bight_failed(bight_result_error(result)))
        answer->number = bight_result_peek(result).as.integer;
    printf("the answer is %d\n", (int)answer->number);
}

static void ask_twice(bight_loop *loop, int64_t question, struct answer *answer)
{
    bight_deferred *d = ask(loop, question);
    bight_then(d, ask_again, NULL);    /* if it went well, the next question */
    bight_catch(d, use_default, NULL); /* if any step failed */
    bight_on(d, answered, answer);     /* in any case, and that is all */
}

int main(void)
{
    bight_loop *loop;
    struct answer first = {0}, second = {0};
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    ask_twice(loop, 40, &first);
    ask_twice(loop, 100, &second);
    bight_loop_run(loop);
    bight_loop_free(loop);
    return first.number == 42 && second.number == 7 ? EXIT_SUCCESS
                                                    : EXIT_FAILURE;
}
