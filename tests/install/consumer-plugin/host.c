/* SPDX-License-Identifier: MIT */
/* host NAME|PATH TEXT: serves a plugin over memory to a peer that says TEXT,
 * and shows what that hears. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/loop.h>
#include <bight/memory.h>
#include <bight/plugin.h>
#include <bight/transport.h>

static const char *text;

static void connection_made(void *self, bight_transport *t)
{
    (void)self;
    (void)bight_transport_write(t, bight_bytes_text(text));
    (void)bight_transport_write_eof(t);
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    (void)fwrite(data.data, 1, data.size, stdout);
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

static void must(bight_error error)
{
    char words[512];
    if (!bight_failed(error))
        return;
    (void)bight_error_format(error, words, sizeof(words));
    (void)printf("%s\n", words);
    exit(1);
}

static void connected(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    (void)t;
    must(error);
}

static void serve(const bight_plugin_entry *entry, const void *values)
{
    bight_loop_options virtual_time;
    bight_owner_options owner;
    bight_listener *listener;
    bight_loop *loop;
    bight_loop_options_init(&virtual_time);
    virtual_time.kind = BIGHT_LOOP_VIRTUAL;
    must(bight_loop_new(&virtual_time, &loop));
    bight_owner_options_init(&owner);
    owner.factory_options = values;
    must(bight_memory_listen(loop, entry->factory, "x", NULL, &owner,
                             &listener));
    must(bight_memory_connect(loop, &peer, "x", NULL, connected, NULL, NULL));
    must(bight_loop_advance(loop, 60000));
    bight_listener_close(listener);
    must(bight_loop_free(loop));
}

int main(int argc, char **argv)
{
    static union {
        uint64_t align;
        uint8_t bytes[4096];
    } values;
    const bight_plugin_entry *entry;
    if (argc != 3)
        return 2;
    text = argv[2];
    must(strchr(argv[1], '/') != NULL ? bight_plugin_load(argv[1], &entry)
                                      : bight_plugin_find(argv[1], &entry));
    if (entry->plugin.options != NULL)
        must(bight_options_init(entry->plugin.options, &values));
    serve(entry, &values);
    if (entry->plugin.options != NULL)
        bight_options_fini(entry->plugin.options, &values);
    return 0;
}
