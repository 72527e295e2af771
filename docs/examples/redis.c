/* SPDX-License-Identifier: MIT */
/* A small Redis client: `redis ENDPOINT COMMAND [ARGUMENT...]` prints the
 * reply; `redis ENDPOINT follow CHANNEL` prints messages, whatever becomes of
 * the server meanwhile, until one of them is "bye". Options: -u USER, -a
 * PASSWORD, -n DATABASE, -2 for RESP2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void print_text(bight_bytes text, const char *behind)
{
    (void)fwrite(text.data, 1, text.size, stdout);
    (void)fputs(behind, stdout);
}

static void print_scalar(const bight_redis_reply *reply)
{
    if (reply->type == BIGHT_REDIS_NULL)
        (void)printf("(none)\n");
    else if (reply->type == BIGHT_REDIS_INTEGER)
        (void)printf("%lld\n", (long long)reply->as.integer);
    else if (reply->type == BIGHT_REDIS_BOOLEAN)
        (void)printf(reply->as.truth ? "true\n" : "false\n");
    else
        print_text(reply->text, "\n");
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
    print_text(message->channel, ": ");
    print_text(message->payload, "\n");
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

/* A server that refuses the password will refuse it again. */
static bool is_fatal(void *ctx, bight_error why)
{
    (void)ctx;
    return why.domain == &bight_redis_domain;
}

static bool read_options(int argc, char **argv, bight_redis_options *options)
{
    int letter;
    while ((letter = getopt(argc, argv, "+u:a:n:2")) != -1) {
        if (letter == 'u')
            options->user = optarg;
        else if (letter == 'a')
            options->password = optarg;
        else if (letter == 'n')
            options->database = (unsigned)strtoul(optarg, NULL, 10);
        else if (letter == '2')
            options->protocol = 2;
        else
            return false;
    }
    return argc - optind >= 2 && argc - optind <= 65;
}

int main(int argc, char **argv)
{
    struct program program = {.status = 0};
    bight_client_service_options service;
    bight_redis_options options;
    bight_client_service_options_init(&service);
    service.is_fatal = is_fatal;
    bight_redis_options_init(&options);
    options.service = &service;
    if (!read_options(argc, argv, &options)) {
        (void)fprintf(stderr, "usage: redis [-u USER] [-a PASSWORD] "
                              "[-n DATABASE] [-2] ENDPOINT COMMAND...\n");
        return 64;
    }
    bight_error error = bight_loop_new(NULL, &program.loop);
    if (!bight_failed(error))
        error = bight_redis_client_new(program.loop, argv[optind], &options,
                                       &program.client);
    if (!bight_failed(error)) {
        begin(&program, argv + optind + 1, (size_t)(argc - optind - 1));
        error = bight_loop_run(program.loop);
    }
    if (bight_failed(error))
        complain(&program, error);
    (void)bight_loop_free(program.loop);
    return program.status;
}
