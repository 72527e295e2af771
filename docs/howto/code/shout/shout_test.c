/* SPDX-License-Identifier: MIT */
/* A talk with shout: over memory, in virtual time, under every split. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/loop.h>
#include <bight/memory.h>
#include <bight/plugin.h>
#include <bight/transport.h>

/* An assert that no NDEBUG removes. */
#define CHECK(what) check((what), #what, __LINE__)

extern const bight_plugin bight_plugin_shout;

static void check(bool holds, const char *what, int line)
{
    if (holds)
        return;
    (void)fprintf(stderr, "line %d: %s\n", line, what);
    exit(1);
}

/* What the peer heard. */
static char heard[256];
static size_t length;

static void connection_made(void *self, bight_transport *t)
{
    (void)self;
    (void)bight_transport_write(t, BIGHT_BYTES("hello, world"));
    (void)bight_transport_write_eof(t);
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    CHECK(length + data.size < sizeof(heard));
    memcpy(heard + length, data.data, data.size);
    length += data.size;
}

static const bight_protocol peer_protocol = {
    .size = sizeof(bight_protocol),
    .connection_made = connection_made,
    .data_received = data_received,
};

static const bight_factory peer = {
    .size = sizeof(bight_factory),
    .protocol = &peer_protocol,
};

static void connected(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    (void)t;
    CHECK(!bight_failed(error));
}

/* Both ends read at most `chunk` bytes at a time. */
static void talk(const bight_plugin_entry *shout, const void *values,
                 size_t chunk)
{
    bight_loop_options virtual_time;
    bight_memory_options memory;
    bight_owner_options owner;
    bight_listener *listener;
    bight_loop *loop;
    bight_loop_options_init(&virtual_time);
    virtual_time.kind = BIGHT_LOOP_VIRTUAL;
    CHECK(!bight_failed(bight_loop_new(&virtual_time, &loop)));
    bight_memory_options_init(&memory);
    memory.read_chunk = chunk;
    bight_owner_options_init(&owner);
    owner.factory_options = values;
    CHECK(!bight_failed(bight_memory_listen(loop, shout->factory, "shout",
                                            &memory, &owner, &listener)));
    CHECK(!bight_failed(bight_memory_connect(loop, &peer, "shout", NULL,
                                             connected, NULL, NULL)));
    length = 0;
    CHECK(!bight_failed(bight_loop_advance(loop, 60000)));
    bight_listener_close(listener);
    CHECK(!bight_failed(bight_loop_free(loop)));
    heard[length] = '\0';
}

int main(void)
{
    /* The values of its options, as the table says they lie. */
    struct {
        char *greeting;
        int64_t most;
    } values;
    const bight_plugin_entry *shout;
    /* It judges the descriptor as the loader does. */
    CHECK(!bight_failed(bight_plugin_register(&bight_plugin_shout)));
    CHECK(!bight_failed(bight_plugin_find("shout", &shout)));
    const bight_option_table *table = shout->plugin.options;
    CHECK(!bight_failed(bight_options_init(table, &values)));
    for (size_t chunk = 0; chunk < 16; chunk++) {
        talk(shout, &values, chunk);
        CHECK(strcmp(heard, "SPEAK UP!\nHELLO, WORLD") == 0);
    }
    CHECK(!bight_failed(bight_options_set(table, &values, BIGHT_BYTES("most"),
                                          BIGHT_BYTES("5"), NULL)));
    for (size_t chunk = 0; chunk < 16; chunk++) {
        talk(shout, &values, chunk);
        CHECK(strcmp(heard, "SPEAK UP!\nHELLO") == 0);
    }
    bight_options_fini(table, &values);
    return 0;
}
