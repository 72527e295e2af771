/* SPDX-License-Identifier: MIT */
/* T8, T9: every verb in every callback; nothing is entered from inside. That no
 * callback comes inside a verb or another is checked of every case. */
#include "testing/stage.h"

/* -- the verbs ------------------------------------------------------------ */

static void do_fail(struct bight__actor *actor)
{
    bight__actor_give_up(actor, bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR));
}

static void do_write(struct bight__actor *actor)
{
    (void)bight__actor_more(actor, 100);
}

static void do_write_much(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 20; i++)
        (void)bight__actor_more(actor, 50000);
}

static void do_lend(struct bight__actor *actor)
{
    (void)bight__actor_lend(actor, 5000);
}

static void do_write_eof(struct bight__actor *actor)
{
    (void)bight__actor_write_eof(actor);
}

static void do_write_and_close(struct bight__actor *actor)
{
    (void)bight__actor_more(actor, 70000);
    bight__actor_close(actor);
}

static void do_write_and_close_now(struct bight__actor *actor)
{
    (void)bight__actor_lend(actor, 70000);
    bight__actor_close_now(actor);
}

static void do_write_and_abort(struct bight__actor *actor)
{
    (void)bight__actor_lend(actor, 70000);
    (void)bight__actor_more(actor, 100);
    bight__actor_abort(actor);
}

static void do_close_and_abort(struct bight__actor *actor)
{
    bight__actor_close(actor);
    bight__actor_abort(actor);
}

static void do_resume(struct bight__actor *actor)
{
    bight__actor_resume(actor, BIGHT_HOLD_USER);
}

static void do_pause_and_resume(struct bight__actor *actor)
{
    bight__actor_pause(actor, BIGHT_HOLD_RATE);
    bight__actor_resume(actor, BIGHT_HOLD_RATE);
}

static void do_switch(struct bight__actor *actor)
{
    if (actor->made < 3)
        (void)bight__actor_switch(actor);
}

static void do_switch_and_abort(struct bight__actor *actor)
{
    (void)bight__actor_switch(actor);
    bight__actor_abort(actor);
}

static void do_unread(struct bight__actor *actor)
{
    if (actor->reads < 5 && actor->data.size > 0)
        (void)bight__actor_unread(actor, actor->data.size);
}

static void do_marks(struct bight__actor *actor)
{
    (void)bight__actor_marks(actor, 100, 10);
    (void)bight__actor_marks(actor, 1 << 20, 1 << 19);
}

static void do_end_both(struct bight__actor *actor)
{
    bight__actor_abort(actor);
    if (actor->partner->t != NULL)
        bight__actor_abort(actor->partner);
}

static void do_close_other(struct bight__actor *actor)
{
    if (actor->partner->t != NULL)
        bight__actor_close(actor->partner);
}

static void do_time_out(struct bight__actor *actor)
{
    (void)bight_transport_set_timeout(actor->t, BIGHT_TIMEOUT_IDLE, 10);
    (void)bight_transport_set_timeout(actor->t, BIGHT_TIMEOUT_WRITE, 10);
    (void)bight_transport_set_timeout(actor->t, BIGHT_TIMEOUT_LINGER, 20);
}

static void resume_producing(void *ctx, bight_transport *t)
{
    (void)t;
    bight__actor_abort(ctx);
}

static const bight_producer producer = {.size = sizeof(bight_producer),
                                        .resume = resume_producing};

static void do_produce(struct bight__actor *actor)
{
    (void)bight__actor_produce(actor, &producer, actor);
}

static const bight__cue verbs[] = {
    bight__cue_close,
    bight__cue_abort,
    bight__cue_pause,
    bight__actor_close_now,
    do_fail,
    do_write,
    do_write_much,
    do_lend,
    do_write_eof,
    do_write_and_close,
    do_write_and_close_now,
    do_write_and_abort,
    do_close_and_abort,
    do_resume,
    do_pause_and_resume,
    do_switch,
    do_switch_and_abort,
    do_unread,
    do_marks,
    do_end_both,
    do_close_other,
    do_time_out,
    do_produce,
};

#define VERBS (sizeof(verbs) / sizeof(*verbs))

/* -- the callbacks -------------------------------------------------------- */

/* Brings a connection to where the callback comes. */
typedef void (*provoke_fn)(struct bight__stage *stage, bight__cue cue);

static void at_made(struct bight__stage *stage, bight__cue cue)
{
    CLIENT->on_made = cue;
    OPEN();
    if (SERVER->t != NULL)
        (void)bight__actor_more(SERVER, 10);
}

static void at_data(struct bight__stage *stage, bight__cue cue)
{
    CLIENT->on_data = cue;
    OPEN();
    (void)bight__actor_more(SERVER, 300000);
    (void)bight__actor_more(CLIENT, 5000);
    UNTIL(CLIENT->reads > 0);
}

static void at_eof(struct bight__stage *stage, bight__cue cue)
{
    CLIENT->on_eof = cue;
    CLIENT->stays = true;
    OPEN();
    (void)bight__actor_more(SERVER, 3000);
    OK(bight__actor_write_eof(SERVER));
    UNTIL(CLIENT->eofs > 0);
}

static void choke(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.choked = true;
    OPEN();
    (void)bight__actor_more(CLIENT, 1000);
    (void)bight__actor_lend(CLIENT, 1000);
    SETTLE();
    OK(bight__actor_marks(CLIENT, 500, 100));
}

static void at_pause(struct bight__stage *stage, bight__cue cue)
{
    CLIENT->on_pause = cue;
    UNLESS_FAILED(choke(stage));
    UNTIL(CLIENT->pauses > 0);
}

static void at_resume(struct bight__stage *stage, bight__cue cue)
{
    CLIENT->on_resume = cue;
    UNLESS_FAILED(choke(stage));
    UNTIL(CLIENT->pauses > 0);
    OK(bight__actor_marks(CLIENT, 5000, 2000));
    UNTIL(CLIENT->resumes > 0);
}

static void at_lost(struct bight__stage *stage, bight__cue cue)
{
    CLIENT->on_lost = cue;
    OPEN();
    (void)bight__actor_more(CLIENT, 100);
    bight__actor_abort(SERVER);
    UNTIL(CLIENT->lost > 0);
}

static void at_handed_over(struct bight__stage *stage, bight__cue cue)
{
    CLIENT->on_lost = cue;
    OPEN();
    (void)bight__actor_more(CLIENT, 100);
    OK(bight__actor_switch(CLIENT));
    UNTIL(CLIENT->handed_over > 0);
}

static void at_get_buffer(struct bight__stage *stage, bight__cue cue)
{
    static uint8_t own[400];
    CLIENT->protocol.get_buffer = bight__actor_get_buffer;
    CLIENT->space = (bight_space){own, sizeof(own)};
    CLIENT->on_buffer = cue;
    OPEN();
    (void)bight__actor_more(SERVER, 3000);
    SETTLE();
}

static void every_verb(struct bight__stage *stage, provoke_fn provoke)
{
    for (size_t i = 0; i < VERBS; i++) {
        CLIENT->tally[0] = (unsigned)i;
        UNLESS_FAILED(provoke(stage, verbs[i]));
        SETTLE();
        UNLESS_FAILED(bight__stage_renew(stage, 0));
    }
}

static void in_made(struct bight__stage *stage)
{
    every_verb(stage, at_made);
}

static void in_data(struct bight__stage *stage)
{
    every_verb(stage, at_data);
}

static void in_eof(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    every_verb(stage, at_eof);
}

static void in_pause(struct bight__stage *stage)
{
    every_verb(stage, at_pause);
}

static void in_resume(struct bight__stage *stage)
{
    every_verb(stage, at_resume);
}

static void in_lost(struct bight__stage *stage)
{
    every_verb(stage, at_lost);
}

static void in_handed_over(struct bight__stage *stage)
{
    every_verb(stage, at_handed_over);
}

static void in_get_buffer(struct bight__stage *stage)
{
    every_verb(stage, at_get_buffer);
}

/* With everything due that can be. */
static void outside(struct bight__stage *stage)
{
    for (size_t i = 0; i < VERBS; i++) {
        UNLESS_FAILED(choke(stage));
        bight__actor_pause(CLIENT, BIGHT_HOLD_USER);
        (void)bight__actor_more(SERVER, 1000);
        (void)bight__actor_write_eof(SERVER);
        SETTLE();
        verbs[i](CLIENT);
        SETTLE();
        UNLESS_FAILED(bight__stage_renew(stage, 0));
    }
}

/* -- order ---------------------------------------------------------------- */

/* The pause waits behind others' work when the peer's bytes come. */
static void no_overtaking(struct bight__stage *stage)
{
    OPEN();
    OK(bight__actor_marks(CLIENT, 1 << 30, 0));
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    while (bight__actor_queued(CLIENT) == 0) {
        (void)bight__actor_lend(CLIENT, 1000000);
        SETTLE();
    }
    bight__stage_clog(stage, 3000);
    OK(bight__actor_marks(CLIENT, 0, 0));
    (void)bight__actor_more(SERVER, 10);
    UNTIL(CLIENT->received == 10);
    EQUAL(stage->calls, 3000);
    CHECK(bight__actor_heard(CLIENT, "MPD"));
}

static void no_reads_meanwhile(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    EQUAL(actor->reads, actor->tally[1]);
}

/* The peer's bytes wait behind others' work when the pause comes. */
static void no_overtaking_by_order(struct bight__stage *stage)
{
    CLIENT->on_pause = no_reads_meanwhile;
    OPEN();
    OK(bight__actor_marks(CLIENT, 1 << 30, 0));
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    while (bight__actor_queued(CLIENT) == 0) {
        (void)bight__actor_lend(CLIENT, 1000000);
        SETTLE();
    }
    bight__stage_clog(stage, 3000);
    (void)bight__actor_more(SERVER, 10);
    UNLESS_FAILED((void)bight_loop_step(stage->loop));
    OK(bight__actor_marks(CLIENT, 0, 0));
    CLIENT->tally[1] = CLIENT->reads;
    UNTIL(CLIENT->received == 10 && CLIENT->pauses == 1);
}

static void held_then_read(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->tally[0]++ > 0)
        return;
    OK(bight__actor_unread(actor, actor->data.size));
    bight__actor_pause(actor, BIGHT_HOLD_USER);
}

static void no_overtaking_of_held(struct bight__stage *stage)
{
    CLIENT->on_data = held_then_read;
    OPEN();
    (void)bight__actor_more(SERVER, 10);
    UNTIL(CLIENT->reads == 1);
    SETTLE();
    bight__stage_clog(stage, 3000);
    bight__actor_resume(CLIENT, BIGHT_HOLD_USER);
    (void)bight__actor_more(SERVER, 10);
    UNTIL(CLIENT->received == 20);
}

/* -- T9 ------------------------------------------------------------------- */

static void end_all(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->tally[0]++ > 0)
        return;
    (void)bight__actor_more(FAR_CLIENT, 100);
    bight__actor_close(FAR_CLIENT);
    bight__actor_abort(FAR_SERVER);
    bight__actor_abort(SERVER);
    EQUAL(FAR_CLIENT->lost + FAR_SERVER->lost + SERVER->lost, 0);
}

static void others_are_not_nested(struct bight__stage *stage)
{
    CLIENT->on_data = end_all;
    OPEN();
    OPEN_FAR();
    (void)bight__actor_more(SERVER, 10);
    UNTIL(OVER() && bight__stage_over(stage, 1));
}

static void hand_on(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    struct bight__actor *next = actor == SERVER       ? FAR_CLIENT
                                : actor == FAR_SERVER ? CLIENT
                                                      : NULL;
    if (next != NULL && next->written < 20000)
        (void)bight__actor_write(next, actor->data.data, actor->data.size);
}

static void rings_are_not_nested(struct bight__stage *stage)
{
    SERVER->on_data = FAR_SERVER->on_data = hand_on;
    OPEN();
    OPEN_FAR();
    (void)bight__actor_say(CLIENT, "0123456789");
    UNTIL(CLIENT->written >= 20000);
}

const bight_conformance_case bight__reentrancy_cases[] = {
    {"T8", "every verb is legal inside connection_made", in_made},
    {"T8", "every verb is legal inside data_received", in_data},
    {"T8", "every verb is legal inside eof_received", in_eof},
    {"T8", "every verb is legal inside pause_writing", in_pause},
    {"T8", "every verb is legal inside resume_writing", in_resume},
    {"T8", "every verb is legal inside connection_lost", in_lost},
    {"T8", "every verb is legal inside the last call of a switched protocol",
     in_handed_over},
    {"T8", "every verb is legal inside get_buffer", in_get_buffer},
    {"T8", "no verb outside of callbacks calls back", outside},
    {"T8", "a read does not overtake a queued up-call", no_overtaking},
    {"T8", "a read that waits its turn does not overtake a later up-call",
     no_overtaking_by_order},
    {"T8", "a read does not overtake bytes that are held",
     no_overtaking_of_held},
    {"T9", "ending other connections in a callback does not nest theirs",
     others_are_not_nested},
    {"T9", "bytes that go in a ring do not nest callbacks",
     rings_are_not_nested},
    {NULL, NULL, NULL},
};
