/* SPDX-License-Identifier: MIT */
/*
 * The deadlines of a connection (T24, T31), all on its one node of the wheel:
 * that waits for the earliest, and looks what it was when it expires (L4).
 */
#include <bight/filter.h>

#include "wire/out.h"
#include "wire/owner.h"

#define DISCARD_MS 2000
#define NEVER UINT32_MAX

/* What is left of `timeout_ms` since `since_ms`; 0: it has passed. */
static uint32_t left_of(const bight_loop *loop, uint32_t since_ms,
                        uint64_t timeout_ms)
{
    uint32_t elapsed = (uint32_t)loop->now_ms - since_ms;
    if (timeout_ms == 0)
        return NEVER;
    if (timeout_ms > INT32_MAX)
        timeout_ms = INT32_MAX;
    return elapsed >= timeout_ms ? 0 : (uint32_t)timeout_ms - elapsed;
}

/* What any layer read or wrote is activity: the upper one's bytes leave it long
 * before a slow peer takes them from the lowest. */
static uint32_t idle_left(const bight_transport *t)
{
    if ((t->facts & BIGHT__FILTERED) != 0)
        return NEVER;
    bight_loop *loop = bight__transport_loop(t);
    uint64_t timeout_ms = bight__transport_limits(t)->idle_timeout_ms;
    if (BIGHT__MUTANT(IDLE_EARLY))
        return left_of(loop, t->opened_ms, timeout_ms);
    uint32_t left = left_of(loop, t->timer.mark, timeout_ms);
    for (const bight_transport *at = bight_transport_below(t);
         at != NULL && at->state == BIGHT__OPEN;
         at = bight_transport_below(at)) {
        uint32_t its = left_of(loop, at->timer.mark, timeout_ms);
        left = its > left ? its : left;
    }
    return left;
}

/* The lowest layer that holds bytes is where progress is seen. */
static uint32_t write_left(const bight_transport *t)
{
    if ((t->facts & BIGHT__FILTERED) != 0)
        return NEVER;
    uint64_t timeout_ms = bight__transport_limits(t)->write_timeout_ms;
    const bight_transport *stuck = NULL;
    for (const bight_transport *at = t; at != NULL;
         at = bight_transport_below(at))
        if (at->out != NULL && at->out->queue.head != NULL)
            stuck = at;
    if (stuck == NULL)
        return NEVER;
    return left_of(bight__transport_loop(t), stuck->out->progress_ms,
                   timeout_ms);
}

/* Filters may talk to the peer before the protocol at the top is made. The
 * wire's transport waits for that; a connect's one deadline goes on (E7). */
static bool is_shaking_hands(const bight_transport *t)
{
    if (t->level > 0 || (t->facts & BIGHT__FILTERED) == 0)
        return false;
    while (t != NULL && (t->facts & BIGHT__FILTERED) != 0)
        t = bight_transport_above(t);
    return t == NULL || (t->facts & BIGHT__WAS_MADE) == 0;
}

static uint32_t handshake_left(const bight_transport *t)
{
    if (!is_shaking_hands(t))
        return NEVER;
    const bight_limits *limits = &t->owner->limits;
    bool connecting = t->owner->ops->made != NULL;
    return left_of(bight__transport_loop(t), t->opened_ms,
                   connecting ? limits->connect_timeout_ms
                              : limits->handshake_timeout_ms);
}

static void rearm_in(bight_transport *t, uint64_t left_ms)
{
    bight__loop_watch(bight__transport_loop(t), &t->timer, left_ms);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* A node that will look in time anyway stays where it is. */
static void rearm_open(bight_transport *t)
{
    uint32_t left = idle_left(t);
    left = least(left, write_left(t));
    left = least(left, handshake_left(t));
    if (left == NEVER)
        return;
    bight_loop *loop = bight__transport_loop(t);
    uint32_t ticks = t->timer.due - (uint32_t)(loop->now_ms / BIGHT__TICK_MS);
    if (t->timer.link != NULL && ticks <= left / BIGHT__TICK_MS + 1)
        return;
    rearm_in(t, left);
}

/* Of the wire itself; what is raised above it is a matter of handshakes. */
static void rearm_connecting(bight_transport *t)
{
    uint32_t left = left_of(bight__transport_loop(t), t->opened_ms,
                            t->owner->limits.connect_timeout_ms);
    if (t->level == 0 && left != NEVER)
        rearm_in(t, left);
}

static void rearm_lingering(bight_transport *t)
{
    bight_loop *loop = bight__transport_loop(t);
    uint32_t left = t->timer.due - (uint32_t)(loop->now_ms / BIGHT__TICK_MS);
    if (left <= DISCARD_MS / BIGHT__TICK_MS)
        t->facts |= BIGHT__LAST_LIMIT;
    else
        rearm_in(t, DISCARD_MS);
}

static bool has_files(const bight_transport *t)
{
    for (; t != NULL; t = bight_transport_below(t))
        if (t->out != NULL && t->out->queue.files > 0)
            return true;
    return false;
}

/* What the wire took and the peer has, too. A kernel has room for minutes of a
 * slow reader's time, in which no layer moves anything. */
static uint64_t arrived(const bight_transport *t)
{
    int unread = 0;
    for (; t->level > 0; t = bight_transport_below(t))
        if (bight_transport_below(t) == NULL)
            return 0;
    (void)t->driver->info(t, BIGHT_DRIVER_UNREAD, &unread);
    return t->bytes_out - (uint64_t)unread;
}

static void rearm_draining(bight_transport *t)
{
    if (t->out != NULL && has_files(t))
        t->out->arrived = arrived(t);
    rearm_in(t, bight__transport_limits(t)->linger_timeout_ms);
}

void bight__transport_rearm(bight_transport *t)
{
    switch ((enum bight__state)t->state) {
    case BIGHT__CONNECTING:
        rearm_connecting(t);
        break;
    case BIGHT__OPEN:
        rearm_open(t);
        break;
    case BIGHT__DRAINING:
        rearm_draining(t);
        break;
    case BIGHT__LINGERING:
        rearm_lingering(t);
        break;
    case BIGHT__ENDING:
    case BIGHT__ENDED:
        break;
    }
}

void bight__transport_await_progress(bight_transport *t)
{
    if (t->state == BIGHT__OPEN &&
        bight__transport_limits(t)->write_timeout_ms > 0)
        rearm_open(t);
}

static void open_expired(bight_transport *t)
{
    if (idle_left(t) == 0)
        bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_IDLE_TIMEOUT),
                                  false);
    else if (write_left(t) == 0)
        bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_WRITE_TIMEOUT),
                                  true);
    else if (handshake_left(t) == 0)
        bight__transport_end_with(
            t, bight_error_of(BIGHT_ERROR_HANDSHAKE_TIMEOUT), false);
    else
        rearm_open(t);
}

/* Since any layer last moved what it has. */
static uint32_t progress_left(const bight_transport *t)
{
    uint32_t most = 0;
    uint64_t timeout_ms = bight__transport_limits(t)->linger_timeout_ms;
    for (const bight_transport *at = t; at != NULL;
         at = bight_transport_below(at)) {
        if (at->out == NULL)
            continue;
        uint32_t left =
            left_of(bight__transport_loop(t), at->out->progress_ms, timeout_ms);
        most = left > most ? left : most;
    }
    return most;
}

/* T24: a file has no deadline but that of its progress. */
static bool file_goes_on(bight_transport *t)
{
    if (!has_files(t))
        return false;
    if (t->out != NULL && t->out->arrived != arrived(t)) {
        rearm_draining(t);
        return true;
    }
    uint32_t left = progress_left(t);
    if (left > 0)
        rearm_in(t, left);
    return left > 0;
}

/* T24: the close did not come to its end; this is why it ended then. */
static void linger_expired(bight_transport *t)
{
    if (BIGHT__MUTANT(NO_DEADLINE))
        return;
    if (t->state == BIGHT__DRAINING && file_goes_on(t))
        return;
    if (t->why == BIGHT_ERROR_CLOSED || t->why == BIGHT_ERROR_EOF)
        t->why = 0;
    bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_LINGER_TIMEOUT),
                              true);
}

void bight__transport_expired(struct bight__wheel_node *node)
{
    bight_transport *t = bight__container(node, bight_transport, timer);
    switch ((enum bight__state)t->state) {
    case BIGHT__CONNECTING:
        bight__transport_end_with(
            t, bight_error_of(BIGHT_ERROR_CONNECT_TIMEOUT), false);
        break;
    case BIGHT__OPEN:
        open_expired(t);
        break;
    case BIGHT__DRAINING:
        linger_expired(t);
        break;
    case BIGHT__LINGERING:
        if ((t->facts & BIGHT__LAST_LIMIT) != 0)
            linger_expired(t);
        else if (!BIGHT__MUTANT(LINGER_ON))
            bight__transport_cut(t, false);
        break;
    case BIGHT__ENDING:
    case BIGHT__ENDED:
        break;
    }
}
