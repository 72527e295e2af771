/* SPDX-License-Identifier: MIT */
/*
 * Ending (T23 to T31): the verbs and the reason.
 */
#include <errno.h>
#include <string.h>

#include <bight/alloc.h>
#include <bight/filter.h>

#include "wire/look.h"
#include "wire/out.h"
#include "wire/owner.h"

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
        .unsent = ended ? t->last.unsent
                        : bight_transport_queued(t) + bight__out_promised(t),
        .duration_ms = ended ? t->last.lasted_ms : age_ms(t),
    };
    memcpy(end, &all, end->size < sizeof(all) ? end->size : sizeof(all));
}

bool bight__transport_has_ended(const bight_transport *t)
{
    return t->state >= BIGHT__ENDING;
}

bool bight__transport_ends_by_itself(const bight_transport *t)
{
    const uint16_t both = BIGHT__EOF_HEARD | BIGHT__EOF_ASKED;
    return (t->facts & both) == both;
}

/* -- ending --------------------------------------------------------------- */

void bight__transport_settle(bight_transport *t)
{
    uint64_t unsent = bight_transport_queued(t) + bight__out_promised(t);
    uint64_t lasted_ms = age_ms(t);
    t->bytes_out = left_for_good(t);
    t->state = BIGHT__ENDING;
    t->holds |= BIGHT__HOLD_CLOSED;
    t->gate |= BIGHT__GATE_CLOSED;
    bight__wheel_remove(&bight__transport_loop(t)->wheel, &t->timer);
    t->last.unsent = unsent;
    t->last.lasted_ms = lasted_ms;
    bight__out_drop(t);
    if (bight__transport_awaits_owned(t))
        bight__transport_schedule(t);
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
