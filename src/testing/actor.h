/* SPDX-License-Identifier: MIT */
/*
 * One end of a connection under test: a protocol that records every up-call,
 * checks at each what must always hold (T1 to T5, T8, T9, T15, T20), and then
 * does what the case told it to. All verbs go through the functions below, so
 * that a callback from inside of one is noticed.
 */
#ifndef BIGHT_TESTING_ACTOR_H
#define BIGHT_TESTING_ACTOR_H

#include <bight/testing/conformance.h>

#include "testing/probe.h"

struct bight__stage;
struct bight__actor;

/* What a case does inside a callback. */
typedef void (*bight__cue)(struct bight__actor *actor);

/* The state of the recorder protocol. */
struct bight__part {
    struct bight__actor *actor;
    bool made;
};

/* A file that an actor sent: who has the descriptor, and what it was. */
struct bight__sent_file {
    struct bight__actor *actor;
    int fd;
    uint64_t device;
    uint64_t inode;
    uint64_t length;
    bool told;
    uint64_t sent;
    bight_error error;
};

#define BIGHT__SENT_FILES 64

struct bight__actor {
    struct bight__stage *stage;
    const char *name;
    struct bight__actor *partner;
    bight_protocol protocol;
    bight_protocol second; /* to switch to */
    bight_factory factory;
    bight_owner_options options;
    bight_filter_use filters[4];
    struct bight__probe probe;
    bight_transport *t; /* from connection_made until connection_lost */
    struct bight__part *part;

    /* What to do when. */
    bight__cue on_made;
    bight__cue on_data;
    bight__cue on_eof;
    bight__cue on_pause;
    bight__cue on_resume;
    bight__cue on_lost; /* also when it was handed over */
    bight__cue on_drain;
    bight__cue on_buffer; /* get_buffer asks */
    bight__cue on_sent;   /* the end of a file is told */
    bool stays;           /* what eof_received answers */
    bool refuses;         /* the factory does */
    bight_space space;    /* what get_buffer offers */
    unsigned tally[8];    /* the case's */

    /* What was heard: a letter for each up-call, Data in a row one. */
    char heard[64];
    size_t heard_count;
    bight_bytes data; /* while on_data runs */
    unsigned made;
    unsigned lost;
    unsigned handed_over;
    unsigned eofs;
    unsigned pauses;
    unsigned resumes;
    unsigned reads;
    uint64_t received;
    char text[256]; /* the first bytes received */
    bight_error why;
    bight_end end;
    unsigned ended;
    unsigned told; /* by connect's callback */
    bight_error told_error;
    unsigned refused;
    bight_error refused_error;

    /* What must hold from what was done. */
    uint64_t written; /* bytes that a write took */
    unsigned holds;
    bool closed;
    bool eof_asked;
    bool finishing; /* its producer may still write */
    bool paused;
    unsigned loans;
    unsigned releases;
    struct bight__sent_file files[BIGHT__SENT_FILES];
    unsigned file_count; /* that send_file took */
    unsigned files_told;
};

void bight__actor_init(struct bight__actor *actor, struct bight__stage *stage,
                       const char *name, struct bight__actor *partner);
/* Puts the actor's probe above its transport's filters; before open. */
void bight__actor_probe(struct bight__actor *actor);
/* The callbacks of its owner. */
void bight__actor_told(void *ctx, bight_transport *t, bight_error error);

/* get_buffer of the recorder, for a case that puts it into its table. */
bight_space bight__actor_get_buffer(void *self, bight_transport *t,
                                    size_t hint);

/* -- verbs ---------------------------------------------------------------- */

bight_write_status bight__actor_write(struct bight__actor *actor,
                                      const void *data, size_t size);
bight_write_status bight__actor_say(struct bight__actor *actor,
                                    const char *text);
/* The next bytes of the pattern: in one write, in a gathered one, by
 * reference. */
bight_write_status bight__actor_more(struct bight__actor *actor, size_t size);
bight_write_status bight__actor_gather(struct bight__actor *actor, size_t size,
                                       size_t pieces);
bight_write_status bight__actor_lend(struct bight__actor *actor, size_t size);
/* More, until it is told to stop: `most` bytes at the utmost. */
void bight__actor_flood(struct bight__actor *actor, size_t most);
/* A file that has `size` bytes of the pattern, at an odd offset, for `length`
 * to be sent; more files of that size until it is told to stop. */
bight_write_status bight__actor_send_file(struct bight__actor *actor,
                                          size_t size, uint64_t length);
void bight__actor_flood_files(struct bight__actor *actor, size_t size);
/* A descriptor that was taken is still the file's. */
bool bight__actor_has_open_files(const struct bight__actor *actor);
bight_error bight__actor_write_eof(struct bight__actor *actor);
void bight__actor_close(struct bight__actor *actor);
void bight__actor_close_now(struct bight__actor *actor);
void bight__actor_abort(struct bight__actor *actor);
void bight__actor_give_up(struct bight__actor *actor, bight_error why);
void bight__actor_pause(struct bight__actor *actor, bight_hold reason);
void bight__actor_resume(struct bight__actor *actor, bight_hold reason);
/* Puts back the last `size` bytes of what was just received. */
bight_error bight__actor_unread(struct bight__actor *actor, size_t size);
bight_error bight__actor_marks(struct bight__actor *actor, size_t high,
                               size_t low);
/* To the second protocol, which is a copy of the first unless the case changed
 * it. */
bight_error bight__actor_switch(struct bight__actor *actor);
bight_error bight__actor_produce(struct bight__actor *actor,
                                 const bight_producer *producer, void *ctx);
void bight__actor_unproduce(struct bight__actor *actor);
bight_error bight__actor_pipe(struct bight__actor *from,
                              struct bight__actor *to);

size_t bight__actor_queued(const struct bight__actor *actor);
bight_end bight__actor_end(const struct bight__actor *actor);
/* The transport at the wire, below all filters. */
bight_transport *bight__actor_wire(const struct bight__actor *actor);
bool bight__actor_heard(const struct bight__actor *actor, const char *letters);

/* Cues that many cases need. */
void bight__cue_close(struct bight__actor *actor);
void bight__cue_abort(struct bight__actor *actor);
void bight__cue_pause(struct bight__actor *actor);
void bight__cue_echo(struct bight__actor *actor);

#endif
