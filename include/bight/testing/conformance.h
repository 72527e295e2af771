/* SPDX-License-Identifier: MIT */
/** @file
 * The rules of section T (contracts.md, see api.h) as cases that any transport
 * or filter can be put to, with whatever test runner drives them:
 *
 *     for (i = 0; (c = bight_conformance_case_at(i)) != NULL; i++)
 *         outcome = bight_conformance_run(c, &mine, message, sizeof(message));
 */
#ifndef BIGHT_TESTING_CONFORMANCE_H
#define BIGHT_TESTING_CONFORMANCE_H

#include <bight/filter.h>
#include <bight/listener.h>
#include <bight/loop.h>
#include <bight/memory.h>

BIGHT_BEGIN_DECLS

/** What to listen or connect with. */
typedef struct bight_conformance_call {
    bight_loop *loop;
    const bight_factory *factory;
    const bight_owner_options *owner;
    const void *options;   /**< of the transport's table */
    bight_connected_fn fn; /**< connect only, with `ctx` */
    void *ctx;
} bight_conformance_call;

/**
 * A transport under test. `state` is `state_size` zeroed bytes per connection
 * made, where listen leaves what connect needs. To put a filter to the test,
 * copy one of the tables below and set `filters`.
 */
typedef struct bight_conformance_transport {
    size_t size;                     /**< sizeof(bight_conformance_transport) */
    const char *name;                /**< for messages */
    bight_loop_kind kind;            /**< not BIGHT_LOOP_REAL: time is moved */
    unsigned can;                    /**< bits 1 << bight_capability */
    const bight_filter_use *filters; /**< from the wire up */
    size_t filter_count;             /**< at most 3 */
    const void *options;             /**< for the slots; lent */
    unsigned patience_ms; /**< time of this thread's to spend on waiting for
                             what must come; 0: 10 s */
    size_t state_size;
    bight_error (*listen)(void *state, const bight_conformance_call *call,
                          bight_listener **ret_listener);
    /** Once the listener is closed, nobody is there: the connect must fail. */
    bight_error (*connect)(void *state, const bight_conformance_call *call,
                           bight_connector **ret_connector);
    /** Frees what the state owns. May be NULL. */
    void (*end)(void *state);
    /** Whatever must turn beside the loop. May be NULL. */
    void (*pump)(void *state);
    /** A socket connected to the listener, not blocking, -1 for none: a peer
     * without any of bight. NULL where the wire is no socket. */
    int (*raw)(void *state);
    /** Listens in such a way that a connect neither succeeds nor fails. NULL
     * where there is no such way. */
    bight_error (*hang)(void *state, const bight_conformance_call *call);
} bight_conformance_transport;

typedef enum bight_conformance_outcome {
    BIGHT_CONFORMANCE_PASSED = 0,
    BIGHT_CONFORMANCE_FAILED = 1,
    BIGHT_CONFORMANCE_UNSUPPORTED = 2 /**< the transport has no way to tell */
} bight_conformance_outcome;

struct bight__stage;

/** One case: "T5", "eof comes once, after the last data". */
typedef struct bight_conformance_case {
    const char *rule;
    const char *sentence;
    void (*play)(struct bight__stage *stage); /**< the suite's own */
} bight_conformance_case;

/** The case of that number from 0 on; NULL after the last. */
BIGHT_API const bight_conformance_case *bight_conformance_case_at(size_t index);

/** Plays one case on a loop of its own. Unless it passed, `message` is told
 * why. It leaves nothing behind: a runner may count blocks and descriptors. */
BIGHT_API bight_conformance_outcome bight_conformance_run(
    const bight_conformance_case *what,
    const bight_conformance_transport *transport, char *message, size_t size);

/** Told of each case. False: no more. */
typedef bool (*bight_conformance_fn)(void *ctx,
                                     const bight_conformance_case *what,
                                     bight_conformance_outcome outcome,
                                     const char *message);

typedef struct bight_conformance_report {
    size_t size;
    size_t passed;
    size_t failed;
    size_t unsupported;
} bight_conformance_report;

/** Plays all cases; `fn` may be NULL. True: none failed. */
BIGHT_API bool bight_conformance_suite(
    const bight_conformance_transport *transport, bight_conformance_fn fn,
    void *ctx, bight_conformance_report *report);

/** Over loopback. */
extern BIGHT_API const bight_conformance_transport bight_conformance_tcp;
/** In a folder of its own under TMPDIR. */
extern BIGHT_API const bight_conformance_transport bight_conformance_unix;
/** `options` is a bight_memory_options, or NULL. */
extern BIGHT_API const bight_conformance_transport bight_conformance_memory;

BIGHT_END_DECLS

#endif
