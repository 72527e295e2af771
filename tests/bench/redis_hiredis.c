/* SPDX-License-Identifier: MIT */
/* The GETs through hiredis on libuv, by its own adapter. */
#include "redis_run.h"

/* Its adapter is a header, and not written for our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <hiredis/async.h>
#include <hiredis/adapters/libuv.h>
#pragma GCC diagnostic pop

static struct run run;

static void ask(redisAsyncContext *client);

static void answered(redisAsyncContext *client, void *answer, void *arg)
{
    const redisReply *reply = answer;
    (void)arg;
    if (reply == NULL || reply->type != REDIS_REPLY_STRING)
        return;
    if (run_answered(&run, reply->str, (unsigned long)reply->len))
        ask(client);
    else if (run_is_over(&run))
        redisAsyncDisconnect(client);
}

static void ask(redisAsyncContext *client)
{
    const char *arguments[] = {"GET", KEY};
    const size_t sizes[] = {3, sizeof(KEY) - 1};
    (void)redisAsyncCommandArgv(client, answered, NULL, 2, arguments, sizes);
}

static void connected(const redisAsyncContext *client, int status)
{
    if (status != REDIS_OK)
        return;
    run_begin(&run);
    while (run.asked < run.depth && run.asked < run.count) {
        run.asked++;
        ask((redisAsyncContext *)(uintptr_t)client);
    }
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    if (!run_parse(&run, argc, argv))
        return 64;
    redisAsyncContext *client = redisAsyncConnectUnix(run.path);
    if (client == NULL || client->err != 0 || uv_loop_init(&loop) != 0)
        return 1;
    (void)redisLibuvAttach(client, &loop);
    (void)redisAsyncSetConnectCallback(client, connected);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop);
    return run_report(&run);
}
