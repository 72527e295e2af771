/* SPDX-License-Identifier: MIT */
/* A loop that runs one call and returns. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/loop.h>

static void say(void *ctx)
{
    printf("%s\n", (const char *)ctx);
}

int main(void)
{
    bight_loop *loop;
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    if (bight_failed(bight_call_soon(loop, say, "second")))
        return EXIT_FAILURE;
    printf("first\n");
    bight_loop_run(loop); /* returns: nothing is left that could wake it */
    bight_loop_free(loop);
    return EXIT_SUCCESS;
}
