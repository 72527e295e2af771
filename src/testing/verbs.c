/* SPDX-License-Identifier: MIT */
/* What actors do: every verb, marked while it runs. */
#include <stdlib.h>
#include <string.h>

#include "testing/stage.h"

/* False: the connection is gone, which the case did not expect. */
static bool begin(struct bight__actor *actor)
{
    if (actor->t == NULL)
        bight__stage_fail(actor->stage, "%s has no connection", actor->name);
    else
        actor->stage->inside_verb++;
    return actor->t != NULL;
}

static void end(struct bight__actor *actor)
{
    actor->stage->inside_verb--;
}

/* -- writing -------------------------------------------------------------- */

static bight_write_status wrote(struct bight__actor *actor, size_t size,
                                bight_write_status status)
{
    end(actor);
    if (status != BIGHT_WRITE_CLOSED)
        actor->written += size;
    if (status != BIGHT_WRITE_CLOSED && (actor->closed || actor->eof_asked) &&
        size > 0 && !actor->finishing)
        bight__stage_fail(actor->stage, "T14: %s wrote after its end",
                          actor->name);
    return status;
}

bight_write_status bight__actor_write(struct bight__actor *actor,
                                      const void *data, size_t size)
{
    if (!begin(actor))
        return BIGHT_WRITE_CLOSED;
    return wrote(actor, size,
                 bight_transport_write(actor->t, bight_bytes_of(data, size)));
}

bight_write_status bight__actor_say(struct bight__actor *actor,
                                    const char *text)
{
    return bight__actor_write(actor, text, strlen(text));
}

/* In steps, since the pattern has a period; the status of the last. */
bight_write_status bight__actor_more(struct bight__actor *actor, size_t size)
{
    bight_write_status status;
    actor->stage->patterned = true;
    do {
        size_t step =
            size < BIGHT__PATTERN_PERIOD ? size : BIGHT__PATTERN_PERIOD;
        status =
            bight__actor_write(actor, bight__pattern_at(actor->written), step);
        size -= step;
    } while (size > 0 && status != BIGHT_WRITE_CLOSED);
    return status;
}

bight_write_status bight__actor_gather(struct bight__actor *actor, size_t size,
                                       size_t count)
{
    bight_bytes pieces[64];
    bight_bytes data = bight_bytes_of(bight__pattern_at(actor->written), size);
    actor->stage->patterned = true;
    for (size_t i = 0; i < count; i++) {
        pieces[i] = i + 1 < count ? bight_bytes_head(data, size / count) : data;
        data = bight_bytes_tail(data, pieces[i].size);
    }
    if (!begin(actor))
        return BIGHT_WRITE_CLOSED;
    return wrote(actor, size, bight_transport_writev(actor->t, pieces, count));
}

/* The bytes are spoilt, so that a use after the release is seen. */
static void released(void *ctx, bight_bytes data)
{
    struct bight__loan *loan = ctx;
    struct bight__actor *actor = loan->actor;
    if (data.data != loan->data || data.size != loan->size)
        bight__stage_fail(actor->stage, "T12: %s got other bytes back",
                          actor->name);
    if (loan->released++ > 0)
        bight__stage_fail(actor->stage, "T12: %s got bytes back twice",
                          actor->name);
    memset(loan->data, 0xee, loan->size);
    actor->releases++;
}

bight_write_status bight__actor_lend(struct bight__actor *actor, size_t size)
{
    struct bight__stage *stage = actor->stage;
    if (!begin(actor))
        return BIGHT_WRITE_CLOSED;
    struct bight__loan *loan = malloc(sizeof(*loan) + size);
    if (loan == NULL)
        abort();
    *loan = (struct bight__loan){
        .next = stage->loans, .actor = actor, .size = size};
    stage->loans = loan;
    stage->patterned = true;
    bight__pattern_copy(loan->data, actor->written, size);
    actor->loans++;
    return wrote(actor, size,
                 bight_transport_write_take(actor->t,
                                            bight_bytes_of(loan->data, size),
                                            released, loan));
}

void bight__actor_flood(struct bight__actor *actor, size_t most)
{
    uint64_t limit = actor->written + most;
    while (actor->t != NULL && !actor->paused && actor->written < limit)
        if (bight__actor_more(actor, 16 * 1024) != BIGHT_WRITE_READY)
            return;
}

bight_error bight__actor_write_eof(struct bight__actor *actor)
{
    if (!begin(actor))
        return bight_error_of(BIGHT_ERROR_USAGE);
    bight_error error = bight_transport_write_eof(actor->t);
    end(actor);
    if (!bight_failed(error))
        actor->eof_asked = true;
    return error;
}

/* -- ending --------------------------------------------------------------- */

void bight__actor_close(struct bight__actor *actor)
{
    if (!begin(actor))
        return;
    bight_transport_close(actor->t);
    end(actor);
    actor->closed = true;
}

void bight__actor_close_now(struct bight__actor *actor)
{
    if (!begin(actor))
        return;
    bight_transport_close_now(actor->t);
    end(actor);
    actor->closed = true;
}

void bight__actor_abort(struct bight__actor *actor)
{
    if (!begin(actor))
        return;
    bight_transport_abort(actor->t);
    end(actor);
    actor->closed = true;
}

void bight__actor_give_up(struct bight__actor *actor, bight_error why)
{
    if (!begin(actor))
        return;
    bight_transport_fail(actor->t, why);
    end(actor);
    actor->closed = true;
}

/* -- reading -------------------------------------------------------------- */

void bight__actor_pause(struct bight__actor *actor, bight_hold reason)
{
    if (!begin(actor))
        return;
    bight_transport_pause_reading(actor->t, reason);
    end(actor);
    actor->holds |= (unsigned)reason;
}

void bight__actor_resume(struct bight__actor *actor, bight_hold reason)
{
    if (!begin(actor))
        return;
    bight_transport_resume_reading(actor->t, reason);
    end(actor);
    actor->holds &= ~(unsigned)reason;
}

bight_error bight__actor_unread(struct bight__actor *actor, size_t size)
{
    bight_bytes rest = bight_bytes_tail(actor->data, actor->data.size - size);
    if (!begin(actor))
        return bight_error_of(BIGHT_ERROR_USAGE);
    bight_error error = bight_transport_unread(actor->t, rest);
    end(actor);
    if (!bight_failed(error))
        actor->received -= size;
    return error;
}

bight_error bight__actor_switch(struct bight__actor *actor)
{
    void *self = NULL;
    if (!begin(actor))
        return bight_error_of(BIGHT_ERROR_USAGE);
    bight_error error =
        bight_transport_set_protocol(actor->t, &actor->second, &self);
    end(actor);
    if (!bight_failed(error))
        ((struct bight__part *)self)->actor = actor;
    return error;
}

/* -- the rest ------------------------------------------------------------- */

bight_error bight__actor_marks(struct bight__actor *actor, size_t high,
                               size_t low)
{
    if (!begin(actor))
        return bight_error_of(BIGHT_ERROR_USAGE);
    bight_error error = bight_transport_set_marks(actor->t, high, low);
    end(actor);
    return error;
}

bight_error bight__actor_produce(struct bight__actor *actor,
                                 const bight_producer *producer, void *ctx)
{
    if (!begin(actor))
        return bight_error_of(BIGHT_ERROR_USAGE);
    bight_error error =
        bight_transport_register_producer(actor->t, producer, ctx);
    end(actor);
    return error;
}

void bight__actor_unproduce(struct bight__actor *actor)
{
    if (!begin(actor))
        return;
    bight_transport_unregister_producer(actor->t);
    end(actor);
}

bight_error bight__actor_pipe(struct bight__actor *from,
                              struct bight__actor *to)
{
    if (!begin(from))
        return bight_error_of(BIGHT_ERROR_USAGE);
    bight_error error = bight_pipe(from->t, to->t);
    end(from);
    return error;
}

size_t bight__actor_queued(const struct bight__actor *actor)
{
    return actor->t == NULL ? 0 : bight_transport_queued(actor->t);
}

bight_end bight__actor_end(const struct bight__actor *actor)
{
    bight_end so_far = {.size = sizeof(so_far)};
    if (actor->t == NULL)
        return actor->end;
    bight_transport_end(actor->t, &so_far);
    return so_far;
}

bight_transport *bight__actor_wire(const struct bight__actor *actor)
{
    bight_transport *t = actor->t;
    for (bight_transport *below = t; below != NULL;
         below = bight_transport_below(below))
        t = below;
    return t;
}

bool bight__actor_heard(const struct bight__actor *actor, const char *letters)
{
    return strcmp(actor->heard, letters) == 0;
}

/* -- cues ----------------------------------------------------------------- */

void bight__cue_close(struct bight__actor *actor)
{
    bight__actor_close(actor);
}

void bight__cue_abort(struct bight__actor *actor)
{
    bight__actor_abort(actor);
}

void bight__cue_pause(struct bight__actor *actor)
{
    bight__actor_pause(actor, BIGHT_HOLD_USER);
}

void bight__cue_echo(struct bight__actor *actor)
{
    (void)bight__actor_write(actor, actor->data.data, actor->data.size);
}
