/* SPDX-License-Identifier: MIT */
/*
 * pipe (T18): reading of one transport wired to writing of another. The source
 * gets a copy of its protocol's table with two slots of ours: data and eof go
 * to the target, everything else to the protocol that was there.
 */
#include <bight/alloc.h>

#include "wire/look.h"
#include "wire/transport.h"

static void pipe_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    if (bight_transport_write(t->cold->pipe_to, data) == BIGHT_WRITE_CLOSED)
        bight_transport_close(t);
}

/* The source stays open for what may come back the other way. */
static bool pipe_eof(void *self, bight_transport *t)
{
    (void)self;
    bight_transport *to = t->cold->pipe_to;
    bight_error error = bight_transport_write_eof(to);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_UNSUPPORTED))
        bight_transport_close(to);
    return true;
}

void bight__pipe_target_paused(bight_transport *t, bool paused)
{
    if (t->cold == NULL || t->cold->pipe_from == NULL ||
        BIGHT__MUTANT(UNPRESSED_PIPE))
        return;
    if (paused)
        bight__transport_hold(t->cold->pipe_from, BIGHT__HOLD_PIPE);
    else
        bight__transport_let_go(t->cold->pipe_from, BIGHT__HOLD_PIPE);
}

/* One that has heard an eof and passes one on ends by itself (T28), however
 * slowly its peer reads what is left: a close would give that 30 s (T24). */
static void end(bight_transport *t)
{
    if (!bight__transport_ends_by_itself(t))
        bight_transport_close(t);
}

static void part(bight_transport *from, bight_transport *to)
{
    from->cold->pipe_to = NULL;
    to->cold->pipe_from = NULL;
    end(from);
    end(to);
    bight_transport_unref(from);
    bight_transport_unref(to);
}

void bight__pipe_lost(bight_transport *t)
{
    if (t->cold != NULL && t->cold->pipe_to != NULL)
        part(t, t->cold->pipe_to);
    if (t->cold != NULL && t->cold->pipe_from != NULL)
        part(t->cold->pipe_from, t);
}

static bight_error check(const bight_transport *from, const bight_transport *to)
{
    if (bight__transport_closing(from) || bight__transport_closing(to))
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (from == to || bight__transport_loop(from) != bight__transport_loop(to))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a pipe needs two transports of one loop");
    if ((from->cold != NULL && from->cold->pipe_to != NULL) ||
        (to->cold != NULL && to->cold->pipe_from != NULL) ||
        (from->due & BIGHT__DUE_SWITCH) != 0)
        return bight_error_of(BIGHT_ERROR_BUSY);
    return bight_ok();
}

bight_error bight_pipe(bight_transport *from, bight_transport *to)
{
    bight__transport_check(from);
    bight__transport_check(to);
    bight_error error = check(from, to);
    if (bight_failed(error))
        return error;
    bight_protocol *piped = bight_alloc(sizeof(*piped));
    if (piped == NULL || bight__transport_cold(from) == NULL ||
        bight__transport_cold(to) == NULL) {
        bight_free(piped);
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    }
    *piped = *from->protocol;
    piped->data_received = pipe_data;
    piped->eof_received = pipe_eof;
    piped->get_buffer = NULL;
    from->cold->piped = piped;
    from->cold->pipe_to = bight_transport_ref(to);
    to->cold->pipe_from = bight_transport_ref(from);
    from->protocol = piped;
    if ((to->facts & BIGHT__PAUSED) != 0)
        bight__transport_hold(from, BIGHT__HOLD_PIPE);
    /* An eof that its protocol heard before goes on all the same. */
    if ((from->facts & BIGHT__EOF_HEARD) != 0)
        (void)pipe_eof(NULL, from);
    return bight_ok();
}
