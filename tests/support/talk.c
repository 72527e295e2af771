/* SPDX-License-Identifier: MIT */
/* The client of a talk. */
#include "talk.h"

#include <string.h>

#include <bight/transport.h>

/* Turns after which something is taken to go on for ever. */
#define TURNS 2000000
#define PATTERN_MAX (1024 * 1024)

static struct talk *talk_of(const bight_transport *t)
{
    const struct talk *talk = bight_transport_options(t);
    return talk->self;
}

static void connection_made(void *self, bight_transport *t)
{
    (void)self;
    talk_of(t)->client = t;
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct talk *talk = talk_of(t);
    (void)self;
    ck_assert_ok(bight_buffer_append(&talk->received, data));
    if (talk->enough > 0 &&
        bight_buffer_bytes(&talk->received).size >= talk->enough)
        bight_transport_pause_reading(t, BIGHT_HOLD_USER);
}

static bool eof_received(void *self, bight_transport *t)
{
    (void)self;
    ck_assert(!talk_of(t)->eof);
    talk_of(t)->eof = true;
    return true;
}

static void pause_writing(void *self, bight_transport *t)
{
    (void)self;
    talk_of(t)->paused = true;
}

static void resume_writing(void *self, bight_transport *t)
{
    (void)self;
    talk_of(t)->paused = false;
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self;
    talk_of(t)->client = NULL;
    talk_of(t)->why = why;
}

static const bight_protocol client_protocol = {
    .size = sizeof(bight_protocol),
    .name = "talk",
    .connection_made = connection_made,
    .data_received = data_received,
    .eof_received = eof_received,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
    .connection_lost = connection_lost,
};

static const bight_factory client_factory = {
    .size = sizeof(bight_factory),
    .name = "talk",
    .protocol = &client_protocol,
};

static void server_ended(void *ctx, bight_transport *t, const bight_end *end)
{
    struct talk *talk = ctx;
    (void)t;
    ck_assert(!talk->server_ended || talk->joined > 0);
    talk->server_ended = true;
    talk->server = *end;
}

static void connected(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    (void)t;
    ck_assert_ok(error);
}

static void start_client(struct talk *talk)
{
    bight_owner_options options;
    bight_owner_options_init(&options);
    options.factory_options = talk;
    talk->why = bight_ok();
    ck_assert_ok(bight_memory_connect(talk->loop, &client_factory, "talk",
                                      &options, connected, talk, NULL));
}

static void connect_client(struct talk *talk)
{
    start_client(talk);
    for (unsigned turns = 0; talk->client == NULL && !bight_failed(talk->why);
         turns++) {
        ck_assert_uint_lt(turns, TURNS);
        (void)bight_loop_step(talk->loop);
    }
}

static void begin(struct talk *talk, const bight_factory *factory,
                  const void *factory_options,
                  const bight_memory_options *memory)
{
    bight_owner_options options;
    bight_owner_options_init(&options);
    options.factory_options = factory_options;
    options.ended = server_ended;
    options.ctx = talk;
    ck_assert_ok(bight_memory_listen(talk->loop, factory, "talk", memory,
                                     &options, &talk->listener));
    connect_client(talk);
}

static void empty(struct talk *talk, bight_loop *loop)
{
    *talk = (struct talk){.self = talk, .guest = loop != NULL};
    talk->loop = loop != NULL ? loop : loops_new(BIGHT_LOOP_VIRTUAL);
}

static void begin_plugin(struct talk *talk, const bight_plugin *plugin,
                         const void *options,
                         const bight_memory_options *memory)
{
    talk->made = (bight_factory){
        .size = sizeof(bight_factory),
        .name = plugin->name,
        .protocol = plugin->protocol,
    };
    begin(talk, plugin->factory != NULL ? plugin->factory : &talk->made,
          options, memory);
}

void talk_begin(struct talk *talk, const bight_factory *factory,
                const bight_memory_options *memory)
{
    empty(talk, NULL);
    begin(talk, factory, NULL, memory);
}

void talk_begin_plugin(struct talk *talk, const bight_plugin *plugin,
                       const void *options, const bight_memory_options *memory)
{
    empty(talk, NULL);
    begin_plugin(talk, plugin, options, memory);
}

void talk_begin_beside(struct talk *talk, struct talk *host,
                       const bight_plugin *plugin, const void *options)
{
    empty(talk, host->loop);
    begin_plugin(talk, plugin, options, NULL);
}

void talk_join(struct talk *talk, struct talk *host)
{
    empty(talk, host->loop);
    host->joined++;
    connect_client(talk);
}

void talk_join_soon(struct talk *talk, struct talk *host)
{
    empty(talk, host->loop);
    host->joined++;
    start_client(talk);
}

void talk_await(struct talk *talk, const char *name,
                const bight_memory_options *memory)
{
    bight_owner_options options;
    empty(talk, NULL);
    bight_owner_options_init(&options);
    options.factory_options = talk;
    ck_assert_ok(bight_memory_listen(talk->loop, &client_factory, name, memory,
                                     &options, &talk->listener));
}

void talk_again(struct talk *talk)
{
    ck_assert_ptr_null(talk->client);
    talk_forget(talk);
    talk->eof = false;
    talk->server_ended = false;
    connect_client(talk);
}

void talk_end(struct talk *talk)
{
    if (talk->client != NULL)
        bight_transport_abort(talk->client);
    bight_listener_close(talk->listener);
    if (talk->guest) {
        talk_run(talk);
    } else {
        ck_assert_ok(bight_loop_run(talk->loop));
        loops_free(talk->loop);
    }
    bight_buffer_fini(&talk->received);
}

void talk_forget(struct talk *talk)
{
    bight_buffer_fini(&talk->received);
}

void talk_write(struct talk *talk, bight_bytes data)
{
    ck_assert_int_ne(bight_transport_write(talk->client, data),
                     BIGHT_WRITE_CLOSED);
}

void talk_write_eof(struct talk *talk)
{
    ck_assert_ok(bight_transport_write_eof(talk->client));
}

void talk_run(struct talk *talk)
{
    ck_assert_ok(bight_loop_advance(talk->loop, 0));
}

bight_memory_options talk_split(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory;
    bight_memory_options_init(&memory);
    memory.capacity = TALK_CAPACITY;
    memory.read_chunk = read_chunk;
    memory.write_chunk = write_chunk;
    return memory;
}

bight_bytes talk_pattern(size_t size)
{
    static uint8_t pattern[PATTERN_MAX];
    ck_assert_uint_le(size, sizeof(pattern));
    for (size_t i = 0; i < size; i++)
        pattern[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
    return bight_bytes_of(pattern, size);
}

void talk_assert_received(const struct talk *talk, bight_bytes expected,
                          const char *file, int line)
{
    bight_bytes got = bight_buffer_bytes(&talk->received);
    size_t same = 0;
    while (same < got.size && same < expected.size &&
           got.data[same] == expected.data[same])
        same++;
    if (same < got.size || same < expected.size)
        ck_abort_msg("%s:%d: %zu bytes of %zu, different from byte %zu on",
                     file, line, got.size, expected.size, same);
}
