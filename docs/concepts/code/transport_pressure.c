/* SPDX-License-Identifier: MIT */
/* A server that writes a million lines no faster than they are read. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/loop.h>
#include <bight/memory.h>

#define LINES 1000000

struct counter {
    unsigned next;
    size_t most; /* that was ever queued */
};

static struct counter *seen;

static void write_on(struct counter *counter, bight_transport *t)
{
    char line[16];
    while (counter->next < LINES) {
        int size = snprintf(line, sizeof(line), "%u\n", counter->next++);
        bight_bytes data = bight_bytes_of(line, (size_t)size);
        if (bight_transport_write(t, data) != BIGHT_WRITE_READY)
            break; /* it was taken; resume_writing tells when to go on */
    }
    if (bight_transport_queued(t) > counter->most)
        counter->most = bight_transport_queued(t);
    if (counter->next == LINES)
        bight_transport_close(t); /* after the last byte has left */
}

static void counter_made(void *self, bight_transport *t)
{
    seen = self;
    write_on(self, t);
}

static void counter_resume(void *self, bight_transport *t)
{
    write_on(self, t);
}

static void counter_lost(void *self, bight_transport *t, bight_error why)
{
    const struct counter *counter = self;
    (void)t;
    (void)why;
    printf("%u lines, never more than %zu bytes queued\n", counter->next,
           counter->most);
}

static const bight_protocol counter = {
    .size = sizeof(bight_protocol),
    .name = "counter",
    .state_size = sizeof(struct counter),
    .connection_made = counter_made,
    .resume_writing = counter_resume,
    .connection_lost = counter_lost,
};

static size_t read_in_all;

static void reader_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    read_in_all += data.size;
}

static const bight_protocol reader = {
    .size = sizeof(bight_protocol),
    .name = "reader",
    .data_received = reader_data,
};

int main(void)
{
    const bight_factory counters = {.size = sizeof(counters),
                                    .protocol = &counter};
    const bight_factory readers = {.size = sizeof(readers),
                                   .protocol = &reader};
    bight_loop_options options;
    bight_loop *loop;
    bight_listener *listener;

    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&options, &loop)) ||
        bight_failed(bight_memory_listen(loop, &counters, "counter", NULL, NULL,
                                         &listener)) ||
        bight_failed(bight_memory_connect(loop, &readers, "counter", NULL, NULL,
                                          NULL, NULL)))
        return EXIT_FAILURE;
    bight_loop_run(loop);
    bight_loop_free(loop);
    return read_in_all == 6888890 ? EXIT_SUCCESS : EXIT_FAILURE;
}
