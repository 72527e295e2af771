/* SPDX-License-Identifier: MIT */
/*
 * A talk with a protocol's server over memory transports, in virtual time: the
 * test is the client, and sees how the server's connection ended.
 */
#ifndef BIGHT_TESTS_TALK_H
#define BIGHT_TESTS_TALK_H

#include <bight/buffer.h>
#include <bight/listener.h>
#include <bight/memory.h>
#include <bight/plugin.h>

#include "loops.h"

/* Bytes under way in one direction, unless a test says otherwise. */
#define TALK_CAPACITY (64 * 1024)

struct talk {
    struct talk *self;
    bight_loop *loop;
    bool guest;               /* the loop is another talk's */
    bight_listener *listener; /* NULL: joined another's */
    bight_transport *client;  /* NULL once it has ended */
    bight_buffer received;    /* all that the client read */
    size_t enough; /* with so many bytes received it stops reading; 0: never */
    bool eof;
    bool paused; /* its writes are FULL */
    bight_error why;
    unsigned joined; /* how many came after the first */
    bool server_ended;
    bight_end server;   /* how the server's connection ended, the last one */
    bight_factory made; /* for a plugin that has a protocol alone */
};

/* Listens with the factory and connects; `memory` may be NULL. */
void talk_begin(struct talk *talk, const bight_factory *factory,
                const bight_memory_options *memory);
/* Likewise with a plugin that is not registered; `options` may be NULL. */
void talk_begin_plugin(struct talk *talk, const bight_plugin *plugin,
                       const void *options, const bight_memory_options *memory);
/* Connects once more: the client before, which must have ended, is forgotten.
 */
void talk_again(struct talk *talk);
/* Likewise, in the loop of another talk, which ends later. */
void talk_begin_beside(struct talk *talk, struct talk *host,
                       const bight_plugin *plugin, const void *options);
/* Another client of a talk's server, which is told how it ended. Ends first. */
void talk_join(struct talk *talk, struct talk *host);
/* Likewise, but it is there only when the loop has turned. */
void talk_join_soon(struct talk *talk, struct talk *host);
/* Listens under `name` on a loop of its own: this talk's "client" is the
 * connection that comes. */
void talk_await(struct talk *talk, const char *name,
                const bight_memory_options *memory);
/* Aborts what is open and frees all. */
void talk_end(struct talk *talk);

void talk_write(struct talk *talk, bight_bytes data);
void talk_write_eof(struct talk *talk);

/* Turns the loop without moving the clock, as long as something happens. */
void talk_run(struct talk *talk);
/* What was received is forgotten. */
void talk_forget(struct talk *talk);

/* The wire's options for reads of at most `read_chunk` and writes of at most
 * `write_chunk` bytes. */
bight_memory_options talk_split(size_t read_chunk, size_t write_chunk);

/* So many bytes that tell their place, borrowed until the next call. */
bight_bytes talk_pattern(size_t size);

#define ck_assert_received(talk, expected)                                     \
    talk_assert_received((talk), (expected), __FILE__, __LINE__)
void talk_assert_received(const struct talk *talk, bight_bytes expected,
                          const char *file, int line);

#endif
