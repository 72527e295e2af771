/* SPDX-License-Identifier: MIT */
/** @file
 * Something that has happened or has not, for any number of those who wait for
 * it on one loop.
 */
#ifndef BIGHT_EVENT_H
#define BIGHT_EVENT_H

#include <stdbool.h>

#include <bight/api.h>
#include <bight/deferred.h>

BIGHT_BEGIN_DECLS

typedef struct bight_event bight_event;

/** It has not happened yet. NO_MEMORY. */
BIGHT_API bight_error bight_event_new(bight_loop *loop,
                                      bight_event **ret_event);
/** Who waits is rejected with CLOSED. NULL is fine. */
BIGHT_API void bight_event_free(bight_event *event);
/** Comes when it happens, soon if it has; without a value. */
BIGHT_API bight_deferred *bight_event_wait(bight_event *event);
/** It happens: all who wait go on, in the order in which they came, also if it
 * is cleared at once. Calls nobody back from inside. */
BIGHT_API void bight_event_set(bight_event *event);
/** It is yet to happen again. */
BIGHT_API void bight_event_clear(bight_event *event);
BIGHT_API bool bight_event_is_set(const bight_event *event);

BIGHT_END_DECLS

#endif
