/* SPDX-License-Identifier: MIT */
/* The test of a protocol, without a network and without waiting. */
/* ctest: run */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/loop.h>
#include <bight/memory.h>

/* The protocol under test: it says goodbye to who says nothing for a minute. */

static void greeter_made(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_set_timeout(t, BIGHT_TIMEOUT_IDLE, 60 * 1000);
    bight_transport_write(t, BIGHT_BYTES("who are you?\n"));
}

static void greeter_data(void *self, bight_transport *t, bight_bytes data)
{
    const bight_bytes pieces[] = {BIGHT_BYTES("hello, "), data};
    (void)self;
    bight_transport_writev(t, pieces, 2);
}

static const bight_protocol greeter = {
    .size = sizeof(bight_protocol),
    .name = "greeter",
    .connection_made = greeter_made,
    .data_received = greeter_data,
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
    ear.t = t;
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

/* One byte under way and one byte a read: the worst wire there is. */
static bight_loop *connect_both(void)
{
    const bight_factory servers = {.size = sizeof(servers),
                                   .protocol = &greeter};
    const bight_factory clients = {.size = sizeof(clients), .protocol = &ears};
    bight_loop_options options;
    bight_memory_options wire;
    bight_loop *loop;
    bight_listener *listener;

    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    bight_memory_options_init(&wire);
    wire.capacity = 1;
    wire.read_chunk = 1;
    if (bight_failed(bight_loop_new(&options, &loop)) ||
        bight_failed(bight_memory_listen(loop, &servers, "greeter", &wire, NULL,
                                         &listener)) ||
        bight_failed(bight_memory_connect(loop, &clients, "greeter", NULL, NULL,
                                          NULL, NULL)))
        abort();
    return loop;
}

int main(void)
{
    bight_loop *loop = connect_both();

    bight_loop_advance(loop, 0);
    assert(strcmp(ear.text, "who are you?\n") == 0);

    bight_transport_write(ear.t, BIGHT_BYTES("me"));
    bight_loop_advance(loop, 0);
    printf("%s\n", ear.text + 13);

    bight_loop_advance(loop, 59 * 1000);
    assert(!ear.lost);
    bight_loop_advance(loop, 2 * 1000); /* a minute without a word */
    assert(ear.lost);

    bight_loop_free(loop);
    return EXIT_SUCCESS;
}
