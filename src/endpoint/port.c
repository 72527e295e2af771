/* SPDX-License-Identifier: MIT */
/*
 * Ports. A port may outlive its loop: the loop's close ends the listeners and
 * takes the port off its register, and what is left is memory. And a drain may
 * outlive its port: the last of both frees.
 */
#include <bight/port.h>

#include <assert.h>

#include <bight/alloc.h>

#include "loop/dispatch.h"
#include "loop/resource.h"

/* One listener; the drain's callback gets it. */
struct slot {
    bight_port *port;
    bight_listener *listener;
    bool reported;
};

/* Somebody who waits for the drain; the report is made beforehand. */
struct waiter {
    struct waiter *next;
    bight_promise *promise;
    bight_drain_report *report;
};

struct bight_port {
    bight_loop *loop; /* NULL once it has closed */
    struct bight__resource resource;
    struct slot *slots; /* stay in place once a drain has begun */
    size_t count;
    size_t room;
    size_t reported; /* of the slots, of a drain */
    bool draining;
    bool closed;
    bight_drain_report sum;
    struct waiter *waiters;
};

/* -- life ----------------------------------------------------------------- */

static void free_if_done(bight_port *port)
{
    if (!port->closed || (port->draining && port->reported < port->count))
        return;
    bight_free(port->slots);
    bight_free(port);
}

static void leave_loop(bight_port *port)
{
    bight__resource_remove(port->loop, &port->resource);
    port->loop = NULL;
}

/* The listeners are on the loop's register, too, and end by themselves. */
static void port_end(struct bight__resource *resource)
{
    leave_loop(bight__container(resource, bight_port, resource));
}

/* The listeners are named in its place. */
static void port_report(struct bight__resource *resource,
                        struct bight__survivors *survivors)
{
    (void)resource;
    (void)survivors;
}

static const struct bight__resource_ops port_resource = {
    .kind = "port", .end = port_end, .report = port_report};

bight_error bight_port_new(bight_loop *loop, bight_port **ret_port)
{
    bight__loop_check(loop);
    if (loop->state != BIGHT__LOOP_OPEN)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    bight_port *port = bight_zalloc(sizeof(*port));
    if (port == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    port->loop = loop;
    port->sum.size = sizeof(port->sum);
    bight__resource_add(loop, &port->resource, &port_resource,
                        __builtin_return_address(0));
    *ret_port = port;
    return bight_ok();
}

bight_error bight_port_add(bight_port *port, bight_listener *listener)
{
    assert(!port->draining);
    if (port->count == port->room) {
        size_t room = port->room == 0 ? 2 : 2 * port->room;
        struct slot *more = bight_realloc(port->slots, room * sizeof(*more));
        if (more == NULL)
            return bight_error_of(BIGHT_ERROR_NO_MEMORY);
        port->slots = more;
        port->room = room;
    }
    port->slots[port->count++] =
        (struct slot){.port = port, .listener = listener};
    return bight_ok();
}

static void destroy(void *port)
{
    bight_port_close(port);
}

bight_value bight_port_value(bight_port *port)
{
    return bight_value_pointer(port, destroy);
}

void bight_port_close(bight_port *port)
{
    if (port == NULL)
        return;
    if (port->loop != NULL) {
        for (size_t i = 0; i < port->count; i++)
            bight_listener_close(port->slots[i].listener);
        leave_loop(port);
    }
    port->closed = true;
    free_if_done(port);
}

/* -- listeners ------------------------------------------------------------ */

bight_listener *bight_port_listener(const bight_port *port, size_t index)
{
    if (port->loop == NULL || index >= port->count)
        return NULL;
    return port->slots[index].listener;
}

size_t bight_port_count(const bight_port *port)
{
    size_t connections = 0;
    for (size_t i = 0; port->loop != NULL && i < port->count; i++)
        connections += bight_listener_count(port->slots[i].listener);
    return connections;
}

bight_deferred *bight_port_stop(bight_port *port)
{
    if (port->loop == NULL)
        return NULL;
    for (size_t i = 0; i < port->count; i++)
        bight_listener_stop(port->slots[i].listener);
    return bight_deferred_resolved(port->loop, bight_value_none());
}

/* -- draining ------------------------------------------------------------- */

static void fire(struct waiter *waiter, const bight_drain_report *sum)
{
    *waiter->report = *sum;
    bight_promise_resolve(waiter->promise,
                          bight_value_pointer(waiter->report, bight_free));
    bight_free(waiter);
}

static void fire_all(bight_port *port)
{
    while (port->waiters != NULL) {
        struct waiter *waiter = port->waiters;
        port->waiters = waiter->next;
        fire(waiter, &port->sum);
    }
}

static void drained(void *ctx, const bight_drain_report *report)
{
    struct slot *slot = ctx;
    bight_port *port = slot->port;
    slot->reported = true;
    port->reported++;
    port->sum.served += report->served;
    port->sum.aborted += report->aborted;
    if (port->reported < port->count)
        return;
    fire_all(port);
    free_if_done(port);
}

static bight_deferred *wait_for_drain(bight_port *port)
{
    struct waiter *waiter = bight_zalloc(sizeof(*waiter));
    bight_drain_report *report = bight_zalloc(sizeof(*report));
    bight_deferred *deferred = NULL;
    if (waiter != NULL && report != NULL)
        deferred = bight_deferred_new(port->loop, &waiter->promise, NULL, NULL);
    if (deferred == NULL) {
        bight_free(waiter);
        bight_free(report);
        return NULL;
    }
    waiter->report = report;
    struct waiter **end = &port->waiters;
    while (*end != NULL)
        end = &(*end)->next;
    *end = waiter;
    return deferred;
}

bight_deferred *bight_port_drain(bight_port *port, uint64_t deadline_ms)
{
    if (port->loop == NULL)
        return NULL;
    bight_deferred *deferred = wait_for_drain(port);
    if (deferred == NULL)
        return NULL;
    port->draining = true;
    for (size_t i = 0; i < port->count; i++) {
        struct slot *slot = &port->slots[i];
        if (!slot->reported)
            bight_listener_drain(slot->listener, deadline_ms, drained, slot);
    }
    if (port->reported == port->count)
        fire_all(port);
    return deferred;
}
