/* SPDX-License-Identifier: MIT */
/* The recorder protocol: what every up-call is checked for. */
#include "testing/actor.h"

#include <string.h>

#include "testing/stage.h"

#define FAIL(...) bight__stage_fail(actor->stage, __VA_ARGS__)

/* -- every up-call -------------------------------------------------------- */

static void hear(struct bight__actor *actor, char letter)
{
    size_t count = actor->heard_count;
    if (letter == 'D' && count > 0 && actor->heard[count - 1] == 'D')
        return;
    if (count < sizeof(actor->heard) - 1)
        actor->heard[actor->heard_count++] = letter;
}

/* What was switched to knows its actor before it is made. */
static struct bight__actor *actor_of(const struct bight__part *part,
                                     const bight_transport *t)
{
    if (part->actor != NULL)
        return part->actor;
    return (struct bight__actor *)(uintptr_t)bight_transport_options(t);
}

/* T8: not inside a verb. T9: not inside another callback. T2: not after the
 * last. */
static struct bight__actor *enter(void *self, const bight_transport *t,
                                  const char *what)
{
    const struct bight__part *part = self;
    struct bight__actor *actor = actor_of(part, t);
    if (!part->made)
        FAIL("T1: %s of %s without connection_made", what, actor->name);
    if (actor->part != part || actor->t != t)
        FAIL("T2: %s of %s is not the running protocol's", what, actor->name);
    if (actor->stage->inside_verb > 0)
        FAIL("T8: %s of %s came inside a verb", what, actor->name);
    if (actor->stage->depth > 0)
        FAIL("T9: %s of %s came inside another callback", what, actor->name);
    actor->stage->depth++;
    return actor;
}

static void leave(struct bight__actor *actor, bight__cue cue)
{
    if (cue != NULL)
        cue(actor);
    actor->stage->depth--;
}

/* T15, T23: after a local close only connection_lost is heard. */
static void check_open(struct bight__actor *actor, const char *what)
{
    if (actor->closed)
        FAIL("T23: %s of %s came after a local end", what, actor->name);
}

/* -- the callbacks -------------------------------------------------------- */

static void connection_made(void *self, bight_transport *t)
{
    struct bight__part *part = self;
    struct bight__actor *actor = actor_of(part, t);
    if (part->made || actor->part != NULL)
        FAIL("T1: connection_made of %s came twice", actor->name);
    if (actor->t != NULL && actor->t != t)
        FAIL("T1: a second connection of %s", actor->name);
    part->actor = actor;
    part->made = true;
    actor->part = part;
    actor->t = t;
    actor->made++;
    (void)enter(part, t, "connection_made");
    hear(actor, 'M');
    leave(actor, actor->on_made);
}

static void check_pattern(struct bight__actor *actor, bight_bytes data)
{
    uint64_t offset = actor->received;
    while (data.size > 0) {
        bight_bytes piece = bight_bytes_head(data, BIGHT__PATTERN_PERIOD);
        if (memcmp(piece.data, bight__pattern_at(offset), piece.size) != 0)
            FAIL("T11: %s did not read what was written", actor->name);
        offset += piece.size;
        data = bight_bytes_tail(data, piece.size);
    }
}

static void take_in(struct bight__actor *actor, bight_bytes data)
{
    if (data.size == 0)
        FAIL("T4: data of %s is empty", actor->name);
    if (actor->eofs > 0)
        FAIL("T5: data of %s after its eof", actor->name);
    if (actor->holds != 0)
        FAIL("T20: data of %s while it is paused", actor->name);
    check_open(actor, "data");
    if (actor->stage->patterned)
        check_pattern(actor, data);
    else if (actor->received < sizeof(actor->text) - 1)
        memcpy(actor->text + actor->received, data.data,
               data.size < sizeof(actor->text) - 1 - actor->received
                   ? data.size
                   : sizeof(actor->text) - 1 - (size_t)actor->received);
    actor->received += data.size;
    actor->reads++;
    hear(actor, 'D');
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct bight__actor *actor = enter(self, t, "data_received");
    take_in(actor, data);
    actor->data = data;
    leave(actor, actor->on_data);
    actor->data = (bight_bytes){0};
}

static bool eof_received(void *self, bight_transport *t)
{
    struct bight__actor *actor = enter(self, t, "eof_received");
    if (actor->eofs++ > 0)
        FAIL("T5: eof of %s came twice", actor->name);
    if (actor->holds != 0)
        FAIL("T20: eof of %s while it is paused", actor->name);
    check_open(actor, "eof");
    hear(actor, 'E');
    leave(actor, actor->on_eof);
    if (!actor->stays)
        actor->closed = true;
    return actor->stays;
}

static void pause_writing(void *self, bight_transport *t)
{
    struct bight__actor *actor = enter(self, t, "pause_writing");
    if (actor->paused)
        FAIL("T15: pause_writing of %s came twice", actor->name);
    check_open(actor, "pause_writing");
    actor->paused = true;
    actor->pauses++;
    hear(actor, 'P');
    leave(actor, actor->on_pause);
}

static void resume_writing(void *self, bight_transport *t)
{
    struct bight__actor *actor = enter(self, t, "resume_writing");
    if (!actor->paused)
        FAIL("T15: resume_writing of %s without a pause", actor->name);
    check_open(actor, "resume_writing");
    actor->paused = false;
    actor->resumes++;
    hear(actor, 'R');
    leave(actor, actor->on_resume);
}

static void draining(void *self, bight_transport *t)
{
    struct bight__actor *actor = enter(self, t, "draining");
    hear(actor, 'd');
    leave(actor, actor->on_drain);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct bight__actor *actor = enter(self, t, "connection_lost");
    bool handed_over =
        bight_error_is(why, &bight_domain, BIGHT_ERROR_HANDED_OVER);
    if (!bight_failed(why))
        FAIL("T29: %s was lost without a reason", actor->name);
    if (bight_transport_self(t) != self)
        FAIL("T2: the state of %s went before its last call", actor->name);
    hear(actor, handed_over ? 'H' : 'L');
    if (handed_over)
        actor->handed_over++;
    else
        actor->lost++;
    actor->why = why;
    leave(actor, actor->on_lost);
    actor->part = NULL;
    actor->paused = false;
    if (!handed_over)
        actor->t = NULL;
}

bight_space bight__actor_get_buffer(void *self, bight_transport *t, size_t hint)
{
    struct bight__actor *actor = enter(self, t, "get_buffer");
    (void)hint;
    check_open(actor, "get_buffer");
    if (actor->holds != 0)
        FAIL("T20: get_buffer of %s while it is paused", actor->name);
    leave(actor, actor->on_buffer);
    return actor->space;
}

static void buffer_updated(void *self, bight_transport *t, size_t size)
{
    struct bight__actor *actor = enter(self, t, "buffer_updated");
    bight_bytes data = bight_bytes_of(actor->space.data, size);
    if (size > actor->space.size)
        FAIL("T22: more was read than the buffer of %s holds", actor->name);
    take_in(actor, data);
    actor->data = data;
    leave(actor, actor->on_data);
    actor->data = (bight_bytes){0};
}

/* -- the factory and the owner -------------------------------------------- */

static bight_error started(void *shared, const void *options, bight_loop *loop)
{
    (void)loop;
    *(const void **)shared = options;
    return bight_ok();
}

static bight_error build(void *shared, const bight_address *peer,
                         const bight_protocol **ret_protocol)
{
    struct bight__actor *actor = *(struct bight__actor **)shared;
    (void)peer;
    if (actor->refuses)
        return bight_error_of(BIGHT_ERROR_NOT_FOUND);
    *ret_protocol = &actor->protocol;
    return bight_ok();
}

static void ended(void *ctx, bight_transport *t, const bight_end *end)
{
    struct bight__actor *actor = ctx;
    (void)t;
    if (actor->stage->inside_verb > 0 || actor->stage->depth > 0)
        FAIL("T8: the owner of %s was told inside a callback", actor->name);
    if (++actor->ended != actor->lost)
        FAIL("T2: the owner of %s was told before its loss", actor->name);
    if (end->why.domain != actor->why.domain ||
        end->why.code != actor->why.code)
        FAIL("T29: %s and its owner heard different reasons", actor->name);
    actor->end = *end;
}

static void refused(void *ctx, const bight_address *peer, bight_error why)
{
    struct bight__actor *actor = ctx;
    (void)peer;
    if (actor->made > 0)
        FAIL("T3: %s was refused after it was made", actor->name);
    actor->refused++;
    actor->refused_error = why;
}

void bight__actor_told(void *ctx, bight_transport *t, bight_error error)
{
    struct bight__actor *actor = ctx;
    if (actor->stage->inside_verb > 0 || actor->stage->depth > 0)
        FAIL("T8: connect's callback of %s came inside another", actor->name);
    if ((t != NULL) == bight_failed(error))
        FAIL("T7: a transport and an error, or neither, for %s", actor->name);
    if (t != NULL && (actor->made != 1 || (actor->lost == 0 && t != actor->t)))
        FAIL("T7: connect of %s was told before connection_made", actor->name);
    if (t == NULL && actor->made > 0)
        FAIL("T3: a connect that was made failed for %s", actor->name);
    actor->told++;
    actor->told_error = error;
}

/* -- making one ----------------------------------------------------------- */

static const bight_protocol recorder = {
    .size = sizeof(bight_protocol),
    .name = "recorder",
    .state_size = sizeof(struct bight__part),
    .connection_made = connection_made,
    .data_received = data_received,
    .eof_received = eof_received,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
    .connection_lost = connection_lost,
    .buffer_updated = buffer_updated,
    .draining = draining,
};

static void set_up_owner(struct bight__actor *actor)
{
    const bight_conformance_transport *transport = actor->stage->transport;
    bight_owner_options_init(&actor->options);
    actor->options.factory_options = actor;
    actor->options.filters = actor->filters;
    actor->options.filter_count = transport->filter_count;
    actor->options.ended = ended;
    actor->options.refused = refused;
    actor->options.ctx = actor;
    if (transport->filter_count > 0)
        memcpy(actor->filters, transport->filters,
               transport->filter_count * sizeof(*transport->filters));
}

void bight__actor_init(struct bight__actor *actor, struct bight__stage *stage,
                       const char *name, struct bight__actor *partner)
{
    *actor = (struct bight__actor){
        .stage = stage,
        .name = name,
        .partner = partner,
        .protocol = recorder,
        .second = recorder,
        .factory = {.size = sizeof(bight_factory),
                    .name = name,
                    .shared_size = sizeof(void *),
                    .started = started,
                    .build = build},
    };
    actor->second.name = "second";
    set_up_owner(actor);
}

void bight__actor_probe(struct bight__actor *actor)
{
    actor->filters[actor->options.filter_count++] =
        (bight_filter_use){&bight__probe_filter, &actor->probe};
}
