/* SPDX-License-Identifier: MIT */
/* Every connection of a listener ends in one place, with its numbers. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/loop.h>
#include <bight/memory.h>

static void on_ended(void *ctx, bight_transport *t, const bight_end *end)
{
    unsigned *count = ctx;
    char why[64];
    (void)t;
    bight_error_format(end->why, why, sizeof(why));
    printf("ended: %s, %s, %llu bytes in, %llu out, %llu unsent\n",
           end->who == BIGHT_PARTY_PEER ? "by the peer" : "by us", why,
           (unsigned long long)end->bytes_in,
           (unsigned long long)end->bytes_out, (unsigned long long)end->unsent);
    ++*count;
}

static void on_refused(void *ctx, const bight_address *peer, bight_error why)
{
    unsigned *count = ctx;
    char text[BIGHT_ADDRESS_TEXT_MAX];
    char reason[128];
    bight_address_format(peer, text, sizeof(text));
    bight_error_format(why, reason, sizeof(reason));
    printf("refused: %s, %s\n", text, reason);
    ++*count;
}

static const bight_protocol quiet = {.size = sizeof(bight_protocol)};
static const bight_factory quiets = {.size = sizeof(bight_factory),
                                     .protocol = &quiet};

static void abort_it(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    if (!bight_failed(error))
        bight_transport_abort(t);
}

static void keep_it(void *ctx, bight_transport *t, bight_error error)
{
    bight_transport **kept = ctx;
    (void)error;
    *kept = t;
}

int main(void)
{
    unsigned told = 0;
    bight_transport *kept = NULL;
    bight_owner_options options;
    bight_loop *loop;
    bight_listener *listener;

    bight_owner_options_init(&options);
    options.limits.max_connections = 1;
    options.ended = on_ended;
    options.refused = on_refused;
    options.ctx = &told;
    if (bight_failed(bight_loop_new(NULL, &loop)) ||
        bight_failed(bight_memory_listen(loop, &quiets, "q", NULL, &options,
                                         &listener)) ||
        bight_failed(bight_memory_connect(loop, &quiets, "q", NULL, abort_it,
                                          NULL, NULL)) ||
        bight_failed(bight_memory_connect(loop, &quiets, "q", NULL, keep_it,
                                          &kept, NULL)))
        return EXIT_FAILURE;
    bight_loop_run(loop);
    bight_loop_free(loop);
    return told == 2 && kept == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
