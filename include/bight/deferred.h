/* SPDX-License-Identifier: MIT */
/** @file
 * Results that come later. A Deferred has two ends: the promise, consumed by
 * one resolve, reject or share, and the consumer's, consumed by one of on,
 * detach, chain (D1). Callbacks run from the ready queue, never inside a call
 * that you make (D3). All of it on the loop's thread, unless a comment says
 * otherwise. Every function accepts NULL as "rejected with NO_MEMORY" (D13):
 * as there is nothing to queue its callbacks in, catch, finally and on call
 * theirs at once. Inside 8 of such calls a ninth is not made, and what its
 * `arg` owns is lost: a program that starts anew at once would not end
 * otherwise.
 *
 * What is pending when the loop closes is rejected with LOOP_CLOSED, and its
 * callbacks run before the loop's report. Ends that are open still may be
 * consumed afterwards, also after bight_loop_free, on any one thread.
 */
#ifndef BIGHT_DEFERRED_H
#define BIGHT_DEFERRED_H

#include <stdbool.h>
#include <stdint.h>

#include <bight/error.h>
#include <bight/loop.h>
#include <bight/value.h>

BIGHT_BEGIN_DECLS

typedef struct bight_deferred bight_deferred;
typedef struct bight_promise bight_promise;
typedef struct bight_shared_promise bight_shared_promise;
/** The result inside a callback: in and out; untouched, it passes on. */
typedef struct bight_result bight_result;

typedef void (*bight_result_fn)(bight_result *result, void *arg);

/** What a canceller answers. */
typedef enum bight_cancel_answer {
    /** The Deferred is rejected with CANCELLED; the promise is still to be
     * consumed, silently (D4). */
    BIGHT_CANCEL_NOW = 0,
    /** The producer will fire soon, whichever way it went: for operations that
     * borrow the caller's memory (D7). */
    BIGHT_CANCEL_LATER = 1
} bight_cancel_answer;

/** Asks the producer to give up. Called at most once, only while pending, from
 * inside the cancel; it must not call user code. */
typedef bight_cancel_answer (*bight_canceller_fn)(void *arg);

/**
 * Makes both ends. `canceller` may be NULL, which answers NOW. NULL and
 * *ret_promise NULL: no memory, the reserve of 64 included, or the loop has
 * closed; both ends may be used as if they were there. A pending Deferred alone
 * keeps no loop running.
 */
BIGHT_API bight_deferred *bight_deferred_new(bight_loop *loop,
                                             bight_promise **ret_promise,
                                             bight_canceller_fn canceller,
                                             void *arg);

/** One that has its result already. The value is the Deferred's, also when
 * there is no memory. */
BIGHT_API bight_deferred *bight_deferred_resolved(bight_loop *loop,
                                                  bight_value value);
BIGHT_API bight_deferred *bight_deferred_rejected(bight_loop *loop,
                                                  bight_error error);

/* -- the producer's end --------------------------------------------------- */

/** Fires; consumes the promise. After a cancel the value is destroyed (D4). */
BIGHT_API void bight_promise_resolve(bight_promise *promise, bight_value value);
/** Fires with an error; consumes the promise. The error's texts are kept
 * however long it waits, unless there is no memory for them. */
BIGHT_API void bight_promise_reject(bight_promise *promise, bight_error error);
/** False once its result is silent (D4): cancelled with NOW, timed out, or the
 * loop closed. */
BIGHT_API bool bight_promise_is_wanted(const bight_promise *promise);

/** Makes a promise that any thread may post to; consumes the promise. The loop
 * runs until it is posted, or cancelled with NOW. NULL: no memory, or the loop
 * closes, and the Deferred was rejected with that; or nobody waits. */
BIGHT_API bight_shared_promise *bight_promise_share(bight_promise *promise);
/** Any thread: fires on the loop, soon; consumes the shared promise. `value`
 * counts if `error` is success, else it is destroyed. From the loop's close on
 * the value is destroyed on the calling thread (D11). */
BIGHT_API void bight_promise_post(bight_shared_promise *promise,
                                  bight_value value, bight_error error);

/* -- the consumer's end --------------------------------------------------- */

/** Runs on success. Returns `d`. The first two callbacks need no memory; one
 * that finds none, the reserve included, makes the result NO_MEMORY for all
 * that follow, and is called as if `d` were NULL (D13). */
BIGHT_API bight_deferred *bight_then(bight_deferred *d, bight_result_fn fn,
                                     void *arg);
/** Runs on an error; setting a value recovers (D2). Returns `d`. */
BIGHT_API bight_deferred *bight_catch(bight_deferred *d, bight_result_fn fn,
                                      void *arg);
/** Runs exactly once on every path, so it may free `arg` (D5), but for a ninth
 * inside 8 of NULL (D13). Returns `d`. */
BIGHT_API bight_deferred *bight_finally(bight_deferred *d, bight_result_fn fn,
                                        void *arg);
/** bight_finally, then bight_detach: the last thing most programs do. Never
 * needs memory. An error that `fn` looked at by bight_result_error counts as
 * handled. To cancel later, keep the end: bight_finally now, detach in `fn`. */
BIGHT_API void bight_on(bight_deferred *d, bight_result_fn fn, void *arg);
/** Gives the consumer's end away: what comes is destroyed; an error that nobody
 * handled is reported (D9). */
BIGHT_API void bight_detach(bight_deferred *d);
/** Asks the innermost pending Deferred's producer to give up (D7); the result
 * will be CANCELLED, unless it comes all the same (D8). Twice, or after it
 * fired: nothing. Does not consume `d`. */
BIGHT_API void bight_cancel(bight_deferred *d);
/** Cancels after `ms`, never early, up to 20 ms late; the result is then
 * TIMED_OUT (D10). It covers what callbacks hand over, needs no memory, and
 * keeps the loop running. Of several the earliest counts; one of more than 100
 * days is none. Returns `d`. */
BIGHT_API bight_deferred *bight_timeout(bight_deferred *d, uint64_t ms);
/** Whether it has fired; its callbacks may still be due. NULL has. */
BIGHT_API bool bight_deferred_has_fired(const bight_deferred *d);
/** NULL for a NULL Deferred. */
BIGHT_API bight_loop *bight_deferred_loop(const bight_deferred *d);

/* -- inside a callback ---------------------------------------------------- */

/** The error, or success; counts as handling it. */
BIGHT_API bight_error bight_result_error(bight_result *result);
/** The value, lent for the length of the callback; none on an error. */
BIGHT_API bight_value bight_result_peek(const bight_result *result);
/** The value, now the caller's; what passes on is none. */
BIGHT_API bight_value bight_result_take(bight_result *result);
/** From here on a success with this value; destroys what was there. */
BIGHT_API void bight_result_set(bight_result *result, bight_value value);
/** From here on this error; destroys what was there. */
BIGHT_API void bight_result_fail(bight_result *result, bight_error error);
/** From here on what `inner` gives, consumed by this: callbacks behind this one
 * wait for it (D6). Itself or a cycle: CIRCULAR. If set, fail or chain is
 * called after it, `inner` is detached. */
BIGHT_API void bight_result_chain(bight_result *result, bight_deferred *inner);
/** NULL in a callback of a NULL Deferred. */
BIGHT_API bight_loop *bight_result_loop(const bight_result *result);

/* -- errors that nobody handled ------------------------------------------- */

/** `made_at`: function and offset that made the Deferred. Lent for the call. */
typedef void (*bight_unhandled_fn)(void *ctx, bight_error error,
                                   const char *made_at);
/** Who is told of them (D9), from the ready queue; NULL: a log line, event
 * "unhandled". */
BIGHT_API void bight_loop_set_unhandled(bight_loop *loop, bight_unhandled_fn fn,
                                        void *ctx);

BIGHT_END_DECLS

#endif
