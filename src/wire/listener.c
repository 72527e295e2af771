/* SPDX-License-Identifier: MIT */
/* Listeners, whatever their wire: stopping, draining, ending (E2 to E4, E11).
 */
#include "wire/listener.h"

#include <bight/alloc.h>
#include <bight/filter.h>

#include "wire/transport.h"

static bight_listener *listener_of(const struct bight__owner *owner)
{
    return bight__container(owner, bight_listener, owner);
}

static size_t owner_describe(const struct bight__owner *owner, char *buf,
                             size_t size)
{
    return bight_listener_describe(listener_of(owner), buf, size);
}

static void owner_end(struct bight__owner *owner)
{
    bight_listener_close(listener_of(owner));
}

static void owner_failed(struct bight__owner *owner, const bight_address *peer,
                         bight_error why)
{
    bight__owner_refuse(owner, peer, why);
}

static void report_if_drained(bight_listener *listener)
{
    if (listener->drain != BIGHT__DRAIN_WAITING || listener->owner.wires > 0)
        return;
    listener->drain = BIGHT__DRAIN_REPORTING;
    bight__owner_ref(&listener->owner);
    bight__ready_push(listener->owner.loop, &listener->drained_ready);
}

static void owner_ended(struct bight__owner *owner)
{
    bight_listener *listener = listener_of(owner);
    if (listener->drain == BIGHT__DRAIN_WAITING)
        listener->report.served++;
    report_if_drained(listener);
}

static void owner_free(struct bight__owner *owner)
{
    bight_listener *listener = listener_of(owner);
    listener->ops->free(listener);
}

static const struct bight__owner_ops listener_owner = {
    .kind = "listener",
    .describe = owner_describe,
    .end = owner_end,
    .failed = owner_failed,
    .ended = owner_ended,
    .free = owner_free,
};

static void tell_drained(struct bight__ready *entry)
{
    bight_listener *listener =
        bight__container(entry, bight_listener, drained_ready);
    bight_drain_report report = listener->report;
    bight_timer_free(listener->deadline);
    listener->deadline = NULL;
    listener->drain = BIGHT__DRAIN_NONE;
    report.size = sizeof(report);
    report.served -= report.aborted;
    if (listener->drained != NULL)
        listener->drained(listener->drained_ctx, &report);
    bight__owner_unref(&listener->owner);
}

bight_error bight__listener_init(bight_listener *listener, bight_loop *loop,
                                 const struct bight__listener_ops *ops,
                                 const bight_factory *factory,
                                 const bight_owner_options *options,
                                 const void *made_at)
{
    listener->ops = ops;
    listener->drained_ready.run = tell_drained;
    return bight__owner_init(&listener->owner, loop, &listener_owner, factory,
                             options, made_at);
}

void bight__listener_discard(bight_listener *listener)
{
    listener->stopped = true;
    bight__owner_retire(&listener->owner);
}

static bight_error may_enter(bight_listener *listener,
                             const bight_address *peer)
{
    struct bight__owner *owner = &listener->owner;
    size_t most = owner->limits.max_connections;
    if (most > 0 && owner->wires >= most)
        return bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                                "%zu connections are the limit", most);
    return owner->admit == NULL ? bight_ok() : owner->admit(owner->ctx, peer);
}

bool bight__listener_admits(bight_listener *listener, const bight_address *peer)
{
    bight_error why = may_enter(listener, peer);
    if (!bight_failed(why) && listener->stopped) /* by `admit` (E4) */
        why = bight_error_of(BIGHT_ERROR_CLOSED);
    if (bight_failed(why))
        bight__owner_refuse(&listener->owner, peer, why);
    return !bight_failed(why);
}

bight_address bight_listener_address(const bight_listener *listener)
{
    return listener->address;
}

size_t bight_listener_describe(const bight_listener *listener, char *buf,
                               size_t size)
{
    return listener->ops->describe(listener, buf, size);
}

size_t bight_listener_count(const bight_listener *listener)
{
    return listener->owner.wires;
}

void bight_listener_stop(bight_listener *listener)
{
    bight__loop_check(listener->owner.loop);
    if (listener->stopped)
        return;
    listener->stopped = true;
    listener->ops->stop(listener);
}

void bight_listener_close(bight_listener *listener)
{
    if (listener == NULL)
        return;
    bight_listener_stop(listener);
    bight__owner_retire(&listener->owner);
}

/* -- draining ------------------------------------------------------------- */

typedef void (*each_fn)(bight_listener *listener, bight_transport *t);

/* The upper ones only: their filters end with them. */
static void each(bight_listener *listener, each_fn fn)
{
    struct bight__list_cursor cursor;
    bight__list_walk_begin(&cursor, &listener->owner.transports);
    struct bight__list *link;
    while ((link = bight__list_walk_next(&cursor)) != NULL) {
        bight_transport *t = bight__container(link, bight_transport, link);
        if ((t->facts & BIGHT__FILTERED) == 0 ||
            (t->facts & BIGHT__RAISED) == 0)
            fn(listener, t);
    }
    bight__list_walk_end(&cursor);
}

static void ask_to_finish(bight_listener *listener, bight_transport *t)
{
    (void)listener;
    if (t->state > BIGHT__OPEN)
        return;
    t->due |= BIGHT__DUE_DRAIN;
    bight__transport_schedule(t);
}

/* An upper transport that is ending may wait for one below that is not. */
static void cut_off(bight_listener *listener, bight_transport *t)
{
    while (t != NULL && t->state == BIGHT__ENDING)
        t = bight_transport_below(t);
    if (t == NULL || t->state == BIGHT__ENDED)
        return;
    listener->report.aborted++;
    bight_transport_abort(t);
}

static void deadline_passed(void *ctx)
{
    bight_listener *listener = ctx;
    each(listener, cut_off);
}

/* Without memory for a timer there is no waiting. */
static void wait_for(bight_listener *listener, uint64_t deadline_ms)
{
    bight_error error = bight_ok();
    if (listener->deadline == NULL)
        error = bight__timer_new(listener->owner.loop, deadline_passed,
                                 listener, &listener->deadline);
    if (bight_failed(error) || deadline_ms == 0)
        deadline_passed(listener);
    else
        bight_timer_start(listener->deadline, deadline_ms);
}

void bight_listener_drain(bight_listener *listener, uint64_t deadline_ms,
                          bight_drained_fn fn, void *ctx)
{
    bight_listener_stop(listener);
    listener->drained = fn;
    listener->drained_ctx = ctx;
    if (listener->drain == BIGHT__DRAIN_REPORTING)
        return;
    if (listener->drain == BIGHT__DRAIN_NONE)
        each(listener, ask_to_finish);
    listener->drain = BIGHT__DRAIN_WAITING;
    if (listener->owner.wires > 0)
        wait_for(listener, deadline_ms);
    report_if_drained(listener);
}
