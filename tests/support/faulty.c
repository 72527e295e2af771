/* SPDX-License-Identifier: MIT */
/* Clients that expect nothing, in a loop that was made without faults. */
#include "faulty.h"

#include <bight/listener.h>
#include <bight/memory.h>
#include <bight/transport.h>

#include "faults.h"
#include "loops.h"

#define CLIENTS 4
#define RUNS 5000

/* One more than are tried under faults. */
static bight_transport *peers[CLIENTS + 1];
static size_t heard[CLIENTS + 1];
static unsigned told; /* connects that called back */

static size_t place(const bight_transport *t)
{
    return (size_t)((bight_transport *const *)bight_transport_options(t) -
                    peers);
}

static void connection_made(void *self, bight_transport *t)
{
    (void)self;
    peers[place(t)] = t;
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    heard[place(t)] += data.size;
}

static bool eof_received(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    return true;
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self;
    (void)why;
    peers[place(t)] = NULL;
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .name = "faulty",
    .connection_made = connection_made,
    .data_received = data_received,
    .eof_received = eof_received,
    .connection_lost = connection_lost,
};

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "faulty",
    .protocol = &protocol,
};

/* A server without memory for a connection refuses it, as a kernel does. */
static void connected(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    (void)t;
    (void)error;
    told++;
}

static void settle(bight_loop *loop)
{
    ck_assert_ok(bight_loop_advance(loop, 0));
}

static bight_error listen_as(bight_loop *loop, const char *name,
                             const bight_plugin *plugin, const void *values,
                             bight_listener **ret_listener)
{
    static bight_factory made[2];
    bight_factory *bare = &made[name[0] == 'f'];
    bight_owner_options options;
    bight_owner_options_init(&options);
    options.factory_options = values;
    *bare = (bight_factory){.size = sizeof(*bare),
                            .name = plugin->name,
                            .protocol = plugin->protocol};
    return bight_memory_listen(loop,
                               plugin->factory != NULL ? plugin->factory : bare,
                               name, NULL, &options, ret_listener);
}

static void converse(bight_loop *loop, const struct faulty *faulty,
                     size_t first, size_t count)
{
    unsigned promised = 0;
    told = 0;
    for (size_t i = first; i < first + count; i++) {
        bight_owner_options options;
        bight_owner_options_init(&options);
        options.factory_options = &peers[i];
        promised += !bight_failed(bight_memory_connect(
            loop, &factory, "talk", &options, connected, NULL, NULL));
        settle(loop);
    }
    ck_assert_uint_eq(told, promised);
    for (size_t i = first; i < first + count; i++)
        if (peers[i] != NULL) {
            (void)bight_transport_write(peers[i],
                                        bight_bytes_text(faulty->says));
            settle(loop);
        }
    for (size_t i = first; i < first + count; i++)
        if (peers[i] != NULL)
            (void)bight_transport_write_eof(peers[i]);
    settle(loop);
}

static uint64_t run(const struct faulty *faulty, uint64_t n)
{
    bight_listener *listener = NULL, *far_listener = NULL;
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    for (size_t i = 0; i <= CLIENTS; i++)
        heard[i] = 0;
    if (faulty->far != NULL)
        ck_assert_ok(listen_as(loop, "far", faulty->far, NULL, &far_listener));
    faults_fail_nth(n);
    bight_error error =
        listen_as(loop, "talk", faulty->plugin, faulty->options, &listener);
    if (!bight_failed(error))
        converse(loop, faulty, 0, faulty->clients);
    uint64_t failed = faults_failed();
    faults_fail_nth(0);
    ck_assert(!bight_failed(error) ||
              bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY));
    if (!bight_failed(error)) {
        converse(loop, faulty, CLIENTS, 1);
        ck_assert_uint_gt(heard[CLIENTS], 0);
    }
    for (size_t i = 0; i <= CLIENTS; i++)
        if (peers[i] != NULL)
            bight_transport_abort(peers[i]);
    bight_listener_close(listener);
    bight_listener_close(far_listener);
    ck_assert_ok(bight_loop_run(loop));
    for (size_t i = 0; i <= CLIENTS; i++)
        ck_assert_ptr_null(peers[i]);
    loops_free(loop);
    return failed;
}

unsigned faulty_talk(const struct faulty *faulty)
{
    unsigned runs = 0;
    while (run(faulty, ++runs) > 0)
        ck_assert_uint_lt(runs, RUNS);
    return runs;
}
