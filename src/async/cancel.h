/* SPDX-License-Identifier: MIT */
/* Asking a producer to give up, and the deadlines that do. */
#ifndef BIGHT_ASYNC_CANCEL_H
#define BIGHT_ASYNC_CANCEL_H

#include "async/deferred.h"

/* Puts a deadline on the wheel when a Deferred goes WAITING, and takes it off
 * before PENDING or WAITING get a result, whose place it has. */
void bight__deadline_arm(bight_deferred *d);
void bight__deadline_disarm(bight_deferred *d);
void bight__deadline_expired(struct bight__wheel_node *node);

/* Both of them on the wheel of deadlines, told apart by the node's mark. */
struct bight__watch {
    struct bight__wheel_node node;
    void (*expired)(struct bight__watch *watch);
};
#define BIGHT__MARK_DEFERRED 0
#define BIGHT__MARK_WATCH 1

/* Whom the result of `d` depends on now. */
bight_deferred *bight__deferred_innermost(bight_deferred *d);

/* Asks the producer, if it is pending and was not asked before; NOW rejects it
 * with `code`. */
void bight__deferred_ask(bight_deferred *d, enum bight__asker asker,
                         bight_code code);

/* bight_cancel, whoever has the consumer's end; after bight_on only until that
 * has called. If it has fired but not yet come out, what its callbacks hand
 * over is asked instead: who gives up for others must not miss it. NULL is
 * fine; once the loop rejects what is pending, each is rejected for itself. */
void bight__deferred_cancel(bight_deferred *d);

/* Rejects a pending one whose promise is still out. */
void bight__deferred_reject(bight_deferred *d, bight_code code);

#endif
