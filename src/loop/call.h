/* SPDX-License-Identifier: MIT */
/* call_soon and call_threadsafe: what the loop keeps for them. */
#ifndef BIGHT_LOOP_CALL_H
#define BIGHT_LOOP_CALL_H

#include <stdbool.h>

#include <bight/loop.h>

struct bight__ready;

bool bight__calls_init(bight_loop *loop);

/* From now on call_threadsafe answers CLOSED. */
void bight__calls_refuse(bight_loop *loop);

/* In the child of a fork, where another thread may have held the mutex. */
void bight__calls_after_fork(bight_loop *loop);

/* Whether it is one of these, which come in the order asked (L3). */
bool bight__call_is(const struct bight__ready *entry);

/* Frees the reserve and every call that never ran. */
void bight__calls_fini(bight_loop *loop);

#endif
