/* SPDX-License-Identifier: MIT */
/* Events. */
#include <bight/event.h>

#include <bight/alloc.h>

#include "async/turn.h"

struct bight_event {
    bight_loop *loop;
    struct bight__list waiters; /* none while it is set */
    bool set;
};

bight_error bight_event_new(bight_loop *loop, bight_event **ret_event)
{
    bight__loop_check(loop);
    bight_event *event = bight_alloc(sizeof(*event));
    if (event == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    event->loop = loop;
    event->set = false;
    bight__list_init(&event->waiters);
    *ret_event = event;
    return bight_ok();
}

void bight_event_free(bight_event *event)
{
    if (event == NULL)
        return;
    bight__turns_reject(&event->waiters, BIGHT_ERROR_CLOSED);
    bight_free(event);
}

bight_deferred *bight_event_wait(bight_event *event)
{
    const void *made_at = __builtin_return_address(0);
    struct bight__turn *waiter;
    if (event->set)
        return bight__deferred_resolved(event->loop, bight_value_none(),
                                        made_at);
    return bight__turn_new(event->loop, &event->waiters, made_at, &waiter);
}

void bight_event_set(bight_event *event)
{
    event->set = true;
    bight__turns_resolve(&event->waiters);
}

void bight_event_clear(bight_event *event)
{
    event->set = false;
}

bool bight_event_is_set(const bight_event *event)
{
    return event->set;
}
