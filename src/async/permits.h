/* SPDX-License-Identifier: MIT */
/* What locks and semaphores are: so many holds, and those who wait for one. */
#ifndef BIGHT_ASYNC_PERMITS_H
#define BIGHT_ASYNC_PERMITS_H

#include "async/turn.h"

/* While one is free nobody waits. */
struct bight__permits {
    bight_loop *loop;
    struct bight__list waiters;
    size_t limit;
    size_t free;
    size_t users;   /* those who wait elsewhere, to wait here then */
    bool abandoned; /* it goes with its last hold and user */
};

struct bight__permits *bight__permits_new(bight_loop *loop, size_t limit);
void bight__permits_free(struct bight__permits *permits);

bight_deferred *bight__permits_acquire(struct bight__permits *permits,
                                       const void *made_at);
bool bight__permits_try_acquire(struct bight__permits *permits);

/* Aborts if there is no hold to be ended. */
void bight__permits_release(struct bight__permits *permits, const char *verb);

/* Who will ask for a hold later, and must find it. */
void bight__permits_use(struct bight__permits *permits);
void bight__permits_unuse(struct bight__permits *permits);

/* Gives one to such a user, now or in its turn; CLOSED if it is gone. */
void bight__permits_grant(struct bight__permits *permits,
                          struct bight__turn *waiter);

#endif
