/* SPDX-License-Identifier: MIT */
/* The GETs through libbight-redis. */
#include <stdio.h>

#include <bight/redis.h>

#include "redis_run.h"

static struct run run;
static bight_redis_client *client;

static void ask(void);

static void answered(bight_result *result, void *arg)
{
    const bight_redis_reply *reply = bight_result_peek(result).as.pointer;
    (void)arg;
    if (bight_failed(bight_result_error(result)))
        return;
    if (run_answered(&run, (const char *)reply->text.data, reply->text.size))
        ask();
    else if (run_is_over(&run))
        bight_redis_client_free(client);
}

static void ask(void)
{
    const bight_bytes arguments[] = {BIGHT_BYTES("GET"), BIGHT_BYTES(KEY)};
    bight_on(bight_redis_command(client, arguments, 2), answered, NULL);
}

static void ready(bight_result *result, void *arg)
{
    (void)arg;
    if (bight_failed(bight_result_error(result)))
        return;
    run_begin(&run);
    while (run.asked < run.depth && run.asked < run.count) {
        run.asked++;
        ask();
    }
}

int main(int argc, char **argv)
{
    char place[256];
    bight_loop *loop;
    if (!run_parse(&run, argc, argv))
        return 64;
    (void)snprintf(place, sizeof(place), "unix:%s", run.path);
    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(bight_redis_client_new(loop, place, NULL, &client)))
        return 1;
    bight_on(bight_redis_when_ready(client, 1), ready, NULL);
    (void)bight_loop_run(loop);
    int status = run_report(&run);
    (void)bight_loop_free(loop);
    return status;
}
