/* SPDX-License-Identifier: MIT */
/** @file
 * The event loop: one per thread, any number per process, restartable.
 * Except where a comment says otherwise, functions are called on the loop's
 * thread, are legal in every callback and call no user code themselves. For
 * the rules, as (L8), see api.h.
 */
#ifndef BIGHT_LOOP_H
#define BIGHT_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

typedef struct bight_loop bight_loop;
typedef struct bight_timer bight_timer;
typedef struct bight_signal bight_signal;

typedef void (*bight_call_fn)(void *ctx);

/** Which machinery turns the loop. */
typedef enum bight_loop_kind {
    /** libuv: real sockets, real time. */
    BIGHT_LOOP_REAL = 0,
    /** libuv's sockets on a clock that only bight_loop_advance moves. */
    BIGHT_LOOP_MANUAL_CLOCK = 1,
    /** No descriptors at all; the clock jumps to each deadline (L11). */
    BIGHT_LOOP_VIRTUAL = 2
} bight_loop_kind;

/** Fill with bight_loop_options_init, then change what you need. */
typedef struct bight_loop_options {
    size_t size;      /**< sizeof(bight_loop_options) */
    const char *name; /**< names the loop in logs; copied */
    bight_loop_kind kind;
    bool leave_sigpipe; /**< do not set SIGPIPE to ignored (L15) */
    /** Log what takes so long (L12); 50. A release build times dispatches, a
     * debug build each callback; 10 lines a second at most. */
    uint64_t slow_callback_ms;
    unsigned pool_threads;   /**< at most so many for bight_work; 4 */
    unsigned lookup_threads; /**< at most so many for lookups; 4 */
    /** Of a virtual loop: what is ready runs in an order that this number
     * gives, the same each time, instead of first come, first served; calls,
     * and timers, stay in order among themselves (L3). For tests; 0: none. */
    uint64_t order_seed;
} bight_loop_options;

/** What outlived the program's own ends when a loop was closed (L9). */
typedef struct bight_survivor {
    const char *kind; /**< "timer", "listener", "connection", ... */
    const char *name; /**< its address or what else names it */
    /** Where it or its owner was made: "function+offset" if the program exports
     * its functions (-rdynamic), else "program+offset", for addr2line. */
    const char *made_at;
    uint64_t age_ms;
} bight_survivor;

typedef struct bight_close_report {
    size_t size;
    size_t count;                    /**< how many survivors there were */
    const bight_survivor *survivors; /**< the first 64; NULL: no memory */
} bight_close_report;

/** Counters since the loop was made; times in ms. */
typedef struct bight_loop_stats {
    size_t size;
    uint64_t dispatches;
    uint64_t ready_run;         /**< ready entries run */
    uint64_t threadsafe;        /**< calls that came from other threads */
    uint64_t slow_callbacks;    /**< dispatches over slow_callback_ms */
    uint64_t slow_histogram[8]; /**< from 1x, 2x, 4x ... slow_callback_ms */
    uint64_t connections;       /**< open now */
    uint64_t deferreds;         /**< alive now: an end is still to be given */
} bight_loop_stats;

/** The report and its texts are lent for the length of the call. */
typedef void (*bight_loop_closed_fn)(void *ctx,
                                     const bight_close_report *report);

BIGHT_API void bight_loop_options_init(bight_loop_options *options);

/**
 * Makes a loop that owns its uv_loop_t; `options` may be NULL. Sets SIGPIPE to
 * ignored where it was default, unless leave_sigpipe. Free it with
 * bight_loop_free. Errors: NO_MEMORY, or the system's.
 */
BIGHT_API bight_error bight_loop_new(const bight_loop_options *options,
                                     bight_loop **ret_loop);

/**
 * Runs until bight_loop_stop, or until nothing is left that could wake it.
 * May be called again. USAGE: the loop is adopted, running or closed.
 */
BIGHT_API bight_error bight_loop_run(bight_loop *loop);

/**
 * Runs what is ready, polls once without blocking, and returns whether
 * anything is left that could wake the loop. For tests and foreign main loops;
 * of a loop that is not adopted.
 */
BIGHT_API bool bight_loop_step(bight_loop *loop);

/** Lets the running callback finish and run() return; drops nothing (L8). Does
 * nothing to a loop that does not run. */
BIGHT_API void bight_loop_stop(bight_loop *loop);

/**
 * Ends everything the loop still holds, connections with LOOP_CLOSED, then
 * calls `fn` (may be NULL) once. An owned loop outside run() does its
 * remaining turns inside this call; otherwise they happen in the running or
 * the host's loop. Legal in callbacks. A second call adds nothing.
 */
BIGHT_API void bight_loop_close(bight_loop *loop, bight_loop_closed_fn fn,
                                void *ctx);

/**
 * Closes an owned loop if need be and frees it. BUSY, nothing freed: called
 * from one of the loop's callbacks, an adopted loop that has not reported its
 * close, or handles of your own still open on bight_loop_uv. An adopted loop
 * may be freed in that report; nothing of the report is valid then. NULL is
 * fine.
 */
BIGHT_API bight_error bight_loop_free(bight_loop *loop);

/** Monotonic time in ns, read anew; virtual time on a virtual loop. */
BIGHT_API uint64_t bight_loop_now_ns(const bight_loop *loop);

/**
 * Moves the clock of a loop that is not BIGHT_LOOP_REAL, stopping at each
 * deadline on the way, and runs what falls due. USAGE otherwise.
 */
BIGHT_API bight_error bight_loop_advance(bight_loop *loop, uint64_t ms);

/** The wall clock in ms since 1970, UTC, read anew. A loop that is not
 * BIGHT_LOOP_REAL keeps one of its own, which goes with its clock: a program
 * that asks here for the time of day can be simulated (L11). */
BIGHT_API uint64_t bight_loop_wall_ms(const bight_loop *loop);

/** Sets that; it begins in 1970. USAGE: the loop is real. */
BIGHT_API bight_error bight_loop_set_wall_ms(bight_loop *loop,
                                             uint64_t unix_ms);

/** Fills what the caller's `stats->size` covers. */
BIGHT_API void bight_loop_stats_get(const bight_loop *loop,
                                    bight_loop_stats *stats);

/** Calls `fn` soon, in the order asked (L3). NO_MEMORY, CLOSED. */
BIGHT_API bight_error bight_call_soon(bight_loop *loop, bight_call_fn fn,
                                      void *ctx);

/**
 * From any thread: calls `fn` on the loop's thread, in the order asked (L5).
 * CLOSED after the loop's close: `fn` is then not called. NO_MEMORY. The loop
 * must not be freed meanwhile.
 */
BIGHT_API bight_error bight_call_threadsafe(bight_loop *loop, bight_call_fn fn,
                                            void *ctx);

/** Makes a stopped timer; starting it later cannot fail. NO_MEMORY, CLOSED. */
BIGHT_API bight_error bight_timer_new(bight_loop *loop, bight_call_fn fn,
                                      void *ctx, bight_timer **ret_timer);

/** Calls back once, `delay_ms` from now, never early; restarts if running. */
BIGHT_API void bight_timer_start(bight_timer *timer, uint64_t delay_ms);

/** Stops it, also when it has expired but not yet called back. Idempotent. */
BIGHT_API void bight_timer_stop(bight_timer *timer);

BIGHT_API bool bight_timer_active(const bight_timer *timer);

/** Stops and frees; NULL is fine. */
BIGHT_API void bight_timer_free(bight_timer *timer);

/**
 * Calls `fn` whenever the process gets `signum`. One loop per process may own
 * a signal: BUSY for a second (L15). Keeps no loop running.
 */
BIGHT_API bight_error bight_signal_new(bight_loop *loop, int signum,
                                       bight_call_fn fn, void *ctx,
                                       bight_signal **ret_signal);

/** Gives the signal back and frees; NULL is fine. */
BIGHT_API void bight_signal_free(bight_signal *signal);

/**
 * In the child after fork(), before anything else on this loop: gives it
 * kernel objects of its own. Without it only exec is legal (L14).
 */
BIGHT_API bight_error bight_loop_after_fork(bight_loop *loop);

/** The version of libuv in use, as "1.44.2". Never freed. Any thread. */
BIGHT_API const char *bight_loop_uv_version(void);

BIGHT_END_DECLS

#endif
