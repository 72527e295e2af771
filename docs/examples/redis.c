/* SPDX-License-Identifier: MIT */
/* A small Redis client: `redis ENDPOINT COMMAND [ARGUMENT...]` prints the
 * reply; `redis ENDPOINT follow CHANNEL` prints messages, whatever becomes of
 * the server meanwhile, until one of them is "bye". */
#include <stdio.h>
#include <string.h>

#include <bight/redis.h>

struct program {
    bight_loop *loop;
    bight_redis_client *client;
    int status;
};

static void complain(struct program *program, bight_error error)
{
    char text[640];
    (void)bight_error_format(error, text, sizeof(text));
    (void)fprintf(stderr, "redis: %s\n", text);
    program->status = 1;
}

/* -- replies -----------------------------------------------------------------
 */

static void print_scalar(const bight_redis_reply *reply)
{
    if (reply->type == BIGHT_REDIS_NULL)
        (void)printf("(none)\n");
    else if (reply->type == BIGHT_REDIS_INTEGER)
        (void)printf("%lld\n", (long long)reply->as.integer);
    else if (reply->type == BIGHT_REDIS_BOOLEAN)
        (void)printf(reply->as.truth ? "true\n" : "false\n");
    else
        (void)printf("%.*s\n", (int)reply->text.size,
                     (const char *)reply->text.data);
}

static void print_reply(const bight_redis_reply *reply, int depth)
{
    if (reply->count == 0) {
        (void)printf("%*s", depth, "");
        print_scalar(reply);
    }
    for (size_t i = 0; i < reply->count; i++)
        print_reply(&reply->as.items[i], depth + 1);
}

static void answered(bight_result *result, void *ctx)
{
    struct program *program = ctx;
    bight_error error = bight_result_error(result);
    if (bight_failed(error))
        complain(program, error);
    else
        print_reply(bight_result_peek(result).as.pointer, 0);
    bight_redis_client_free(program->client);
}

/* -- messages ----------------------------------------------------------------
 */

static void message(void *ctx, const bight_redis_message *message)
{
    struct program *program = ctx;
    (void)printf("%.*s: %.*s\n", (int)message->channel.size,
                 (const char *)message->channel.data,
                 (int)message->payload.size,
                 (const char *)message->payload.data);
    (void)fflush(stdout);
    if (bight_bytes_equal(message->payload, BIGHT_BYTES("bye")))
        bight_redis_client_free(program->client);
}

static void subscribed(bight_result *result, void *ctx)
{
    struct program *program = ctx;
    bight_error error = bight_result_error(result);
    if (!bight_failed(error)) {
        (void)printf("following\n");
        (void)fflush(stdout);
    } else if (!bight_error_is(error, &bight_domain, BIGHT_ERROR_CANCELLED)) {
        complain(program, error);
        bight_redis_client_free(program->client);
    }
}

static void follow(struct program *program, const char *channel)
{
    bight_redis_subscription *subscription;
    bight_on(bight_redis_subscribe(program->client, BIGHT_REDIS_CHANNEL,
                                   bight_bytes_text(channel), message, program,
                                   &subscription),
             subscribed, program);
}

/* -- the program -------------------------------------------------------------
 */

static void begin(struct program *program, char **words, size_t count)
{
    bight_bytes arguments[64];
    if (count == 2 && strcmp(words[0], "follow") == 0) {
        follow(program, words[1]);
        return;
    }
    for (size_t i = 0; i < count; i++)
        arguments[i] = bight_bytes_text(words[i]);
    bight_on(bight_timeout(
                 bight_redis_command(program->client, arguments, count), 5000),
             answered, program);
}

int main(int argc, char **argv)
{
    struct program program = {.status = 0};
    if (argc < 3 || argc > 66) {
        (void)fprintf(stderr, "usage: redis ENDPOINT COMMAND [ARGUMENT...]\n");
        return 64;
    }
    bight_error error = bight_loop_new(NULL, &program.loop);
    if (!bight_failed(error))
        error = bight_redis_client_new(program.loop, argv[1], NULL,
                                       &program.client);
    if (!bight_failed(error)) {
        begin(&program, argv + 2, (size_t)argc - 2);
        error = bight_loop_run(program.loop);
    }
    if (bight_failed(error))
        complain(&program, error);
    (void)bight_loop_free(program.loop);
    return program.status;
}
