/* SPDX-License-Identifier: MIT */
/*
 * Ending (T23 to T31): the verbs, the reason, and the deadlines.
 */
#include <errno.h>
#include <string.h>

#include <bight/alloc.h>
#include <bight/filter.h>

#include "wire/out.h"
#include "wire/owner.h"

#define DISCARD_MS 2000

/* -- the reason ----------------------------------------------------------- */

static uint8_t code_of_errno(int errnum)
{
    switch (errnum) {
    case ECONNRESET:
    case EPIPE:
        return BIGHT_ERROR_RESET;
    case ENOMEM:
        return BIGHT_ERROR_NO_MEMORY;
    case ETIMEDOUT:
        return BIGHT_ERROR_TIMED_OUT;
    case ECONNREFUSED:
        return BIGHT_ERROR_REFUSED;
    default:
        return BIGHT_ERROR_SYSTEM;
    }
}

static void note_foreign(bight_transport *t, bight_error why)
{
    struct bight__cold *cold = bight__transport_cold(t);
    if (cold == NULL) {
        t->why = BIGHT_ERROR_PROTOCOL_ERROR;
        return;
    }
    cold->why = why;
    t->why = BIGHT__WHY_FOREIGN;
}

/* The code is kept for good, its texts as long as the thread's ring does. */
static void note_detail(bight_transport *t, bight_error why)
{
    struct bight__cold *cold =
        why.note != 0 ? bight__transport_cold(t) : t->cold;
    if (cold != NULL)
        cold->why = why;
}

void bight__transport_note(bight_transport *t, bight_error why)
{
    if (t->why != 0 && !BIGHT__MUTANT(LAST_CAUSE)) {
        if (t->later < UINT8_MAX)
            t->later++;
        return;
    }
    if (!bight_failed(why)) {
        t->why = BIGHT_ERROR_PROTOCOL_ERROR;
    } else if (why.domain == &bight_errno_domain) {
        t->why = code_of_errno(why.code);
        t->system = (uint8_t)(why.code & 0xff);
    } else if (why.domain == &bight_domain && why.code > 0 &&
               why.code < BIGHT__WHY_FOREIGN) {
        t->why = (uint8_t)why.code;
        note_detail(t, why);
    } else {
        note_foreign(t, why);
    }
}

static bight_party party_of(uint8_t why)
{
    switch (why) {
    case BIGHT_ERROR_EOF:
    case BIGHT_ERROR_RESET:
    case BIGHT_ERROR_REFUSED:
    case BIGHT_ERROR_TLS_TRUNCATED:
        return BIGHT_PARTY_PEER;
    case BIGHT_ERROR_NO_MEMORY:
    case BIGHT_ERROR_SYSTEM:
    case BIGHT_ERROR_TIMED_OUT:
        return BIGHT_PARTY_SYSTEM;
    default:
        return BIGHT_PARTY_LOCAL;
    }
}

static bight_error reason(const bight_transport *t)
{
    if (t->why == 0)
        return bight_ok();
    if (t->why == BIGHT__WHY_FOREIGN)
        return t->cold->why;
    bight_error why = bight_error_of((bight_code)t->why);
    if (t->cold != NULL && t->cold->why.code == why.code)
        why.note = t->cold->why.note;
    return why;
}

static uint64_t age_ms(const bight_transport *t)
{
    uint64_t opened_ms = (uint64_t)t->peer.spare << 32 | t->opened_ms;
    uint64_t now_ms = bight__transport_loop(t)->now_ms & UINT64_C(0xffffffffff);
    return now_ms > opened_ms ? now_ms - opened_ms : 0;
}

/* What a filter's lower transport holds has not left, though it was taken. */
static uint64_t left_for_good(const bight_transport *t)
{
    const bight_transport *below = bight_transport_below(t);
    uint64_t held = below == NULL ? 0 : bight_transport_queued(below);
    return t->bytes_out > held ? t->bytes_out - held : 0;
}

void bight_transport_end(const bight_transport *t, bight_end *end)
{
    bight__transport_check(t);
    bool ended = t->state >= BIGHT__ENDING;
    bight_end all = {
        .size = end->size,
        .who = party_of(t->why),
        .why = reason(t),
        .system = t->system,
        .later_causes = t->later,
        .bytes_in = t->bytes_in,
        .bytes_out = ended ? t->bytes_out : left_for_good(t),
        .unsent = ended ? t->last.unsent : bight_transport_queued(t),
        .duration_ms = ended ? t->last.lasted_ms : age_ms(t),
    };
    memcpy(end, &all, end->size < sizeof(all) ? end->size : sizeof(all));
}

/* -- ending --------------------------------------------------------------- */

void bight__transport_settle(bight_transport *t)
{
    uint64_t unsent = bight_transport_queued(t);
    uint64_t lasted_ms = age_ms(t);
    t->bytes_out = left_for_good(t);
    t->state = BIGHT__ENDING;
    t->holds |= BIGHT__HOLD_CLOSED;
    t->gate |= BIGHT__GATE_CLOSED;
    bight__wheel_remove(&bight__transport_loop(t)->wheel, &t->timer);
    t->last.unsent = unsent;
    t->last.lasted_ms = lasted_ms;
    bight__out_drop(t);
}

void bight__transport_cut(bight_transport *t, bool reset)
{
    if (t->state >= BIGHT__ENDING)
        return;
    bight__transport_settle(t);
    /* What was dropped must not look like all there was. */
    reset = reset || (t->last.unsent > 0 && !BIGHT__MUTANT(GENTLE_ABORT));
    if (BIGHT__MUTANT(LOST_EARLY)) {
        t->due |= BIGHT__DUE_LOST;
        bight__transport_schedule(t);
    }
    if (reset)
        t->driver->reset(t);
    /* A driver that waits to be told where to read to cannot end just now. */
    if (bight__transport_loop(t)->wire->asked == t) {
        t->facts |= BIGHT__CLOSE_LATER;
        bight__transport_schedule(t);
    } else {
        t->driver->close(t);
    }
}

void bight__transport_end_with(bight_transport *t, bight_error why, bool reset)
{
    if (t->state >= BIGHT__ENDED)
        return;
    bight__transport_note(t, why);
    bight__transport_cut(t, reset);
}

void bight__transport_drain(bight_transport *t)
{
    t->state = BIGHT__DRAINING;
    t->holds |= BIGHT__HOLD_CLOSED;
    t->gate |= BIGHT__GATE_CLOSED;
    t->timer.mark = 0;
    t->due |= BIGHT__DUE_PRODUCE;
    bight__transport_rearm(t);
    if (BIGHT__MUTANT(CLOSE_DROPS))
        bight__out_drop(t);
    bight__transport_schedule(t);
}

static void close_because(bight_transport *t, bight_code why)
{
    if (t->state == BIGHT__CONNECTING) {
        bight__transport_end_with(t, bight_error_of(why), false);
    } else if (t->state == BIGHT__OPEN) {
        bight__transport_note(t, bight_error_of(why));
        bight__transport_drain(t);
    }
}

void bight_transport_close(bight_transport *t)
{
    bight__transport_check(t);
    close_because(t, BIGHT_ERROR_CLOSED);
}

void bight_transport_close_now(bight_transport *t)
{
    bight__transport_check(t);
    close_because(t, BIGHT_ERROR_CLOSED);
    t->facts |= BIGHT__HURRY;
    if (t->state == BIGHT__LINGERING)
        bight__transport_cut(t, false);
    else if (t->state == BIGHT__DRAINING)
        bight__transport_schedule(t);
}

/* T27: the peer wrote its last, and the protocol does not mind. */
void bight__transport_close_for_eof(bight_transport *t)
{
    close_because(t, BIGHT_ERROR_EOF);
}

void bight_transport_abort(bight_transport *t)
{
    bight__transport_check(t);
    if (t->state >= BIGHT__ENDING)
        return;
    bight__transport_end_with(t, bight_error_of(BIGHT_ERROR_ABORTED),
                              !BIGHT__MUTANT(GENTLE_ABORT));
    if (BIGHT__MUTANT(CALL_INSIDE_VERB) && (t->facts & BIGHT__WAS_MADE) != 0)
        t->protocol->pause_writing(bight__transport_self(t), t);
}

/* The cork gets its one try; if all of it left, the wire ends as gently as by
 * close, so that the peer can read what it was told. */
void bight_transport_fail(bight_transport *t, bight_error why)
{
    bight__transport_check(t);
    if (bight__transport_closing(t))
        return;
    if (t->state == BIGHT__CONNECTING) {
        bight__transport_end_with(t, why, true);
        return;
    }
    bight__transport_note(t, why);
    if (!BIGHT__MUTANT(FAIL_SILENTLY))
        bight__out_flush_now(t);
    if (t->state == BIGHT__OPEN &&
        (bight__out_refused(t) > 0 || BIGHT__MUTANT(FAIL_SILENTLY)))
        bight__transport_cut(t, true);
    else if (t->state == BIGHT__OPEN)
        bight__transport_drain(t);
}

bight_error bight_transport_write_eof(bight_transport *t)
{
    bight__transport_check(t);
    if (t->state != BIGHT__OPEN)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if ((t->facts & BIGHT__EOF_ASKED) != 0)
        return bight_ok();
    if (!bight_transport_can(t, BIGHT_CAN_WRITE_EOF))
        return bight_error_of(BIGHT_ERROR_UNSUPPORTED);
    t->facts |= BIGHT__EOF_ASKED;
    t->gate |= BIGHT__GATE_CLOSED;
    t->due |= BIGHT__DUE_PRODUCE;
    bight__transport_schedule(t);
    return bight_ok();
}

/* -- deadlines ------------------------------------------------------------ */

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
        if (at->out != NULL && at->out->queue.size > 0)
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
        rearm_in(t, bight__transport_limits(t)->linger_timeout_ms);
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

/* T24: the close did not come to its end; this is why it ended then. */
static void linger_expired(bight_transport *t)
{
    if (BIGHT__MUTANT(NO_DEADLINE))
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

/* -- overrides ------------------------------------------------------------ */

bight_error bight__transport_own_limits(bight_transport *t,
                                        bight_limits **ret_limits)
{
    if (bight__transport_closing(t))
        return bight_error_of(BIGHT_ERROR_CLOSED);
    struct bight__cold *cold = bight__transport_cold(t);
    if (cold == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (!cold->own_limits)
        cold->limits = t->owner->limits;
    cold->own_limits = true;
    *ret_limits = &cold->limits;
    return bight_ok();
}

bight_error bight_transport_set_marks(bight_transport *t, size_t high,
                                      size_t low)
{
    bight__transport_check(t);
    if (low > high)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "the low mark is above the high mark");
    bight_limits *limits;
    bight_error error = bight__transport_own_limits(t, &limits);
    if (bight_failed(error))
        return error;
    limits->high_mark = high;
    limits->low_mark = low;
    bight__out_judge(t);
    return bight_ok();
}

bight_error bight_transport_set_write_cap(bight_transport *t, size_t cap)
{
    bight__transport_check(t);
    bight_limits *limits;
    bight_error error = bight__transport_own_limits(t, &limits);
    if (bight_failed(error))
        return error;
    limits->write_cap = cap;
    return bight_ok();
}

bight_error bight_transport_set_timeout(bight_transport *t, bight_timeout which,
                                        uint64_t ms)
{
    bight__transport_check(t);
    if (which == BIGHT_TIMEOUT_LINGER && ms == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "the linger timeout cannot be switched off");
    bight_limits *limits;
    bight_error error = bight__transport_own_limits(t, &limits);
    if (bight_failed(error))
        return error;
    if (which == BIGHT_TIMEOUT_IDLE)
        limits->idle_timeout_ms = ms;
    else if (which == BIGHT_TIMEOUT_WRITE)
        limits->write_timeout_ms = ms;
    else
        limits->linger_timeout_ms = ms;
    bight__transport_rearm(t);
    return bight_ok();
}
