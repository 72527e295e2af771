/* SPDX-License-Identifier: MIT */
/* The test of a protocol, without a network and without waiting. */
/* ctest: run */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/loop.h>
#include <bight/memory.h>

/* The protocol under test: it answers each line in capitals, and is done with
 * who says nothing for a minute. */

struct capitals {
    char line[64];
    size_t size;
};

static void capitals_made(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_set_timeout(t, BIGHT_TIMEOUT_IDLE, 60 * 1000);
}

static void too_long(bight_transport *t)
{
    bight_error why =
        bight_error_note(bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR),
                         "a line of more than 64 bytes");
    bight_transport_write(t, BIGHT_BYTES("that line is too long\n"));
    bight_transport_fail(t, why);
}

/* Where one read ends and the next begins means nothing. */
static void capitals_data(void *self, bight_transport *t, bight_bytes data)
{
    struct capitals *capitals = self;
    for (size_t i = 0; i < data.size; i++) {
        if (capitals->size == sizeof(capitals->line)) {
            too_long(t);
            return;
        }
        capitals->line[capitals->size++] = (char)toupper(data.data[i]);
        if (data.data[i] != '\n')
            continue;
        bight_transport_write(t,
                              bight_bytes_of(capitals->line, capitals->size));
        capitals->size = 0;
    }
}

static const bight_protocol capitals = {
    .size = sizeof(bight_protocol),
    .name = "capitals",
    .state_size = sizeof(struct capitals),
    .connection_made = capitals_made,
    .data_received = capitals_data,
    .pause_writing = bight_pause_own_reading,
    .resume_writing = bight_resume_own_reading,
};

static const bight_factory servers = {
    .size = sizeof(bight_factory),
    .protocol = &capitals,
};

/* The other end remembers what it heard. */

struct ear {
    bight_transport *t;
    char text[64];
    size_t size;
    bool lost;
};

static struct ear ear;

static void ear_made(void *self, bight_transport *t)
{
    (void)self;
    ear = (struct ear){.t = t};
}

static void ear_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    assert(ear.size + data.size < sizeof(ear.text));
    memcpy(ear.text + ear.size, data.data, data.size);
    ear.size += data.size;
}

static void ear_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self;
    (void)t;
    (void)why;
    ear.lost = true;
}

static const bight_protocol ears = {
    .size = sizeof(bight_protocol),
    .name = "ear",
    .connection_made = ear_made,
    .data_received = ear_data,
    .connection_lost = ear_lost,
};

static const bight_factory clients = {
    .size = sizeof(bight_factory),
    .protocol = &ears,
};

static bight_loop *connect_both(const bight_memory_options *wire)
{
    bight_loop_options options;
    bight_loop *loop;
    bight_listener *listener;

    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&options, &loop)) ||
        bight_failed(bight_memory_listen(loop, &servers, "capitals", wire, NULL,
                                         &listener)) ||
        bight_failed(bight_memory_connect(loop, &clients, "capitals", NULL,
                                          NULL, NULL, NULL)))
        abort();
    bight_loop_advance(loop, 0);
    return loop;
}

static void lines_come_back_and_silence_ends(void)
{
    bight_memory_options wire;
    bight_memory_options_init(&wire);
    wire.capacity = 1; /* one byte under way and one byte a read */
    wire.read_chunk = 1;
    bight_loop *loop = connect_both(&wire);

    bight_transport_write(ear.t, BIGHT_BYTES("hello\nwor"));
    bight_transport_write(ear.t, BIGHT_BYTES("ld\n"));
    bight_loop_advance(loop, 0);
    assert(strcmp(ear.text, "HELLO\nWORLD\n") == 0);

    bight_loop_advance(loop, 60 * 1000 - 1);
    assert(!ear.lost); /* never early */
    bight_loop_advance(loop, 1 + 20);
    assert(ear.lost); /* at most two ticks of 10 ms late */
    bight_loop_free(loop);
}

static void who_rambles_is_told_so(void)
{
    bight_loop *loop = connect_both(NULL);

    for (int i = 0; i < 10; i++)
        bight_transport_write(ear.t, BIGHT_BYTES("and then "));
    bight_loop_advance(loop, 0);
    assert(strcmp(ear.text, "that line is too long\n") == 0);
    assert(ear.lost);
    bight_loop_free(loop);
}

int main(void)
{
    lines_come_back_and_silence_ends();
    who_rambles_is_told_so();
    return EXIT_SUCCESS;
}
