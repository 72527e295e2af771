/* SPDX-License-Identifier: MIT */
/* A program that has a libuv loop already lends it to bight. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/uv.h>

static bight_loop *loop;

static void say(void *ctx)
{
    printf("bight: %s\n", (const char *)ctx);
    bight_loop_close(loop, NULL, NULL); /* from now on it only winds down */
}

static void on_host_timer(uv_timer_t *timer)
{
    printf("host: tick\n");
    bight_call_soon(loop, say, "hello from inside your loop");
    uv_close((uv_handle_t *)timer, NULL);
}

int main(void)
{
    uv_loop_t host;
    uv_timer_t timer;

    if (uv_loop_init(&host) != 0 || uv_timer_init(&host, &timer) != 0 ||
        bight_failed(bight_loop_adopt(&host, NULL, &loop)))
        return EXIT_FAILURE;
    uv_timer_start(&timer, on_host_timer, 1, 0);
    uv_run(&host, UV_RUN_DEFAULT); /* the host turns, bight never does */
    if (bight_failed(bight_loop_free(loop)))
        return EXIT_FAILURE;
    return uv_loop_close(&host) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
