/* SPDX-License-Identifier: MIT */
/* T20, T22: pausing, and whose memory is read into. */
#include <string.h>

#include "testing/stage.h"

/* -- T20 ------------------------------------------------------------------ */

static void per_reason(struct bight__stage *stage)
{
    static const bight_hold all[] = {BIGHT_HOLD_USER, BIGHT_HOLD_RATE,
                                     BIGHT_HOLD_FRAMER, BIGHT_HOLD_UPGRADE};
    OPEN();
    for (unsigned i = 0; i < 4; i++)
        bight__actor_pause(SERVER, all[i]);
    (void)bight__actor_more(CLIENT, 10);
    for (unsigned i = 0; i < 4; i++) {
        SETTLE();
        EQUAL(SERVER->received, 0);
        bight__actor_resume(SERVER, all[i]);
        bight__actor_resume(SERVER, all[i]);
    }
    UNTIL(SERVER->received == 10);
}

static void idempotent(struct bight__stage *stage)
{
    OPEN();
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    for (unsigned i = 0; i < 3; i++)
        bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    (void)bight__actor_more(CLIENT, 10);
    SETTLE();
    EQUAL(SERVER->received, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == 10);
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    (void)bight__actor_more(CLIENT, 10);
    SETTLE();
    EQUAL(SERVER->received, 10);
}

static void eof_waits(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_RATE);
    OK(bight__actor_write_eof(CLIENT));
    SETTLE();
    ADVANCE(10000);
    EQUAL(SERVER->eofs, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_RATE);
    UNTIL(SERVER->eofs == 1);
}

static void eof_waits_although_read(struct bight__stage *stage)
{
    SERVER->on_data = bight__cue_pause;
    OPEN();
    (void)bight__actor_more(CLIENT, 1);
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->reads == 1);
    SETTLE();
    EQUAL(SERVER->eofs, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->eofs == 1);
}

static void pause_between_reads(struct bight__stage *stage)
{
    SERVER->on_data = bight__cue_pause;
    OPEN();
    (void)bight__actor_more(CLIENT, 700000);
    for (unsigned i = 1; i < 100 && SERVER->received < 700000; i++) {
        UNTIL(SERVER->reads == i);
        SETTLE();
        EQUAL(SERVER->reads, i);
        bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    }
    SERVER->on_data = NULL;
    UNTIL(SERVER->received == 700000);
}

static void pause_and_resume(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 3; i++) {
        bight__actor_pause(actor, BIGHT_HOLD_USER);
        bight__actor_resume(actor, BIGHT_HOLD_USER);
    }
}

static void pair_costs_nothing(struct bight__stage *stage)
{
    bight__actor_probe(SERVER);
    SERVER->on_data = pause_and_resume;
    OPEN();
    SETTLE();
    unsigned starts = SERVER->probe.starts;
    unsigned stops = SERVER->probe.stops;
    (void)bight__actor_more(CLIENT, 10);
    UNTIL(SERVER->received == 10);
    pause_and_resume(SERVER);
    (void)bight__actor_more(CLIENT, 10);
    UNTIL(SERVER->received == 20);
    EQUAL(SERVER->probe.starts, starts);
    EQUAL(SERVER->probe.stops, stops);
}

static void driver_hears_later(struct bight__stage *stage)
{
    bight__actor_probe(SERVER);
    OPEN();
    SETTLE();
    EQUAL(SERVER->probe.starts, 1);
    EQUAL(SERVER->probe.stops, 0);
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    EQUAL(SERVER->probe.stops, 0);
    SETTLE();
    EQUAL(SERVER->probe.stops, 1);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    EQUAL(SERVER->probe.starts, 1);
    SETTLE();
    EQUAL(SERVER->probe.starts, 2);
}

static void put_back_and_pause(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->tally[0]++ > 0)
        return;
    OK(bight__actor_unread(actor, actor->data.size));
    bight__actor_pause(actor, BIGHT_HOLD_USER);
}

static void held_after_resume(struct bight__stage *stage)
{
    SERVER->on_data = put_back_and_pause;
    OPEN();
    (void)bight__actor_more(CLIENT, 100);
    UNTIL(SERVER->reads == 1);
    (void)bight__actor_more(CLIENT, 100);
    SETTLE();
    EQUAL(SERVER->received, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    EQUAL(SERVER->received, 0);
    UNTIL(SERVER->received == 200);
}

/* -- T22 ------------------------------------------------------------------ */

static uint8_t own[700];

static void offer(struct bight__actor *actor)
{
    actor->tally[1]++;
    actor->space = (bight_space){own, sizeof(own)};
}

static void must_be_own(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    CHECK(actor->data.data == own);
}

static void into_own_memory(struct bight__stage *stage)
{
    SERVER->protocol.get_buffer = bight__actor_get_buffer;
    SERVER->on_buffer = offer;
    SERVER->on_data = must_be_own;
    OPEN();
    (void)bight__actor_more(CLIENT, 50000);
    UNTIL(SERVER->received == 50000);
    CHECK(SERVER->tally[1] >= 50000 / 700);
}

static void offer_sometimes(struct bight__actor *actor)
{
    bool now = actor->tally[1]++ % 2 == 1;
    actor->space = (bight_space){own, now ? sizeof(own) : 0};
}

static void not_this_time(struct bight__stage *stage)
{
    SERVER->protocol.get_buffer = bight__actor_get_buffer;
    SERVER->on_buffer = offer_sometimes;
    OPEN();
    for (unsigned i = 0; i < 20; i++) {
        (void)bight__actor_more(CLIENT, 5000);
        UNTIL(SERVER->received == CLIENT->written);
    }
    CHECK(SERVER->tally[1] > 20);
}

static void pause_once(struct bight__actor *actor)
{
    offer(actor);
    if (actor->tally[1] == 2)
        bight__actor_pause(actor, BIGHT_HOLD_USER);
}

static void pause_in_get_buffer(struct bight__stage *stage)
{
    SERVER->protocol.get_buffer = bight__actor_get_buffer;
    SERVER->on_buffer = pause_once;
    OPEN();
    (void)bight__actor_more(CLIENT, 5000);
    UNTIL(SERVER->tally[1] == 2);
    SETTLE();
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == 5000);
}

static void close_in_get_buffer(struct bight__stage *stage)
{
    SERVER->protocol.get_buffer = bight__actor_get_buffer;
    SERVER->on_buffer = bight__cue_close;
    OPEN();
    (void)bight__actor_more(CLIENT, 5000);
    UNTIL(OVER());
    EQUAL(SERVER->received, 0);
}

/* What is put back meets what comes later in the right order. */
static void put_most_back(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (++actor->tally[0] % 3 != 0)
        OK(bight__actor_unread(actor, actor->data.size - 1));
}

static void unread_first(struct bight__stage *stage)
{
    SERVER->on_data = put_most_back;
    OPEN();
    for (unsigned i = 0; i < 10; i++) {
        (void)bight__actor_more(CLIENT, 300 + i);
        UNLESS_FAILED((void)bight_loop_step(stage->loop));
    }
    UNTIL(SERVER->received == CLIENT->written);
}

static void put_all_back(struct bight__actor *actor)
{
    if (actor->tally[0]++ < 100)
        (void)bight__actor_unread(actor, actor->data.size);
}

static void note_turn(void *ctx)
{
    struct bight__actor *actor = ctx;
    actor->tally[1] = actor->tally[0];
}

/* A protocol that takes nothing must not keep others from their turn. */
static void unread_in_turns(struct bight__stage *stage)
{
    SERVER->on_data = put_all_back;
    OPEN();
    (void)bight__actor_more(CLIENT, 10);
    UNTIL(SERVER->reads > 0);
    OK(bight_call_soon(stage->loop, note_turn, SERVER));
    UNTIL(SERVER->received == 10);
    SERVER->on_data = NULL;
    (void)bight__actor_more(CLIENT, 10);
    UNTIL(SERVER->received == 20);
}

static void deliver_more(void *ctx)
{
    struct bight__actor *actor = ctx;
    bight__probe_deliver(&actor->probe, BIGHT_BYTES("0123456789"));
}

static void put_some_back(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->tally[0]++ < 3)
        OK(bight__actor_unread(actor, actor->data.size / 2));
}

static void offer_little(struct bight__actor *actor)
{
    actor->space = (bight_space){own, 4};
}

static void unread_from_own_memory(struct bight__stage *stage)
{
    SERVER->protocol.get_buffer = bight__actor_get_buffer;
    SERVER->on_buffer = offer_little;
    SERVER->on_data = put_some_back;
    bight__actor_probe(SERVER);
    OPEN();
    OK(bight_call_soon(stage->loop, deliver_more, SERVER));
    UNTIL(SERVER->received == 10);
    CHECK(strcmp(SERVER->text, "0123456789") == 0);
}

static void read_overflow(struct bight__stage *stage)
{
    SERVER->options.limits.read_limit = 1000;
    SERVER->on_data = put_back_and_pause;
    OPEN();
    (void)bight__actor_more(CLIENT, 1);
    UNTIL(SERVER->reads == 1);
    SETTLE();
    EQUAL(SERVER->lost, 0);
    uint8_t much[1000] = {0};
    stage->inside_verb++;
    bight_error error =
        bight_transport_unread(SERVER->t, bight_bytes_of(much, 1000));
    stage->inside_verb--;
    IS(error, BIGHT_ERROR_READ_OVERFLOW);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_READ_OVERFLOW);
}

/* Bytes that a layer below already has when the one above pauses are held, up
 * to the limit. */
static void held_below_limit(struct bight__stage *stage)
{
    SERVER->options.limits.read_limit = 25;
    bight__actor_probe(SERVER);
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    for (unsigned i = 0; i < 2; i++)
        OK(bight_call_soon(stage->loop, deliver_more, SERVER));
    SETTLE();
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == 20);
    CHECK(strcmp(SERVER->text, "01234567890123456789") == 0);
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    for (unsigned i = 0; i < 3; i++)
        OK(bight_call_soon(stage->loop, deliver_more, SERVER));
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_READ_OVERFLOW);
}

static void deliver_eof(void *ctx)
{
    struct bight__actor *actor = ctx;
    bight__probe_deliver(&actor->probe, BIGHT_BYTES(""));
}

static void eof_from_below_waits(struct bight__stage *stage)
{
    SERVER->stays = true;
    bight__actor_probe(SERVER);
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_FRAMER);
    OK(bight_call_soon(stage->loop, deliver_eof, SERVER));
    SETTLE();
    EQUAL(SERVER->eofs, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_FRAMER);
    UNTIL(SERVER->eofs == 1);
}

static void held_from_below_before_eof(struct bight__stage *stage)
{
    SERVER->stays = true;
    bight__actor_probe(SERVER);
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_FRAMER);
    OK(bight_call_soon(stage->loop, deliver_more, SERVER));
    OK(bight_call_soon(stage->loop, deliver_eof, SERVER));
    SETTLE();
    bight__actor_resume(SERVER, BIGHT_HOLD_FRAMER);
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, 10);
}

const bight_conformance_case bight__reading_cases[] = {
    {"T20", "reading goes on when no reason to pause is left", per_reason},
    {"T20", "pause_reading and resume_reading are idempotent", idempotent},
    {"T20", "eof is not delivered while reading is paused", eof_waits},
    {"T20", "eof behind data at which reading paused waits for resume",
     eof_waits_although_read},
    {"T20", "eof that a lower layer reports while paused waits for resume",
     eof_from_below_waits},
    {"T5", "bytes held from a lower layer come before its eof",
     held_from_below_before_eof},
    {"T20", "a pause in data_received holds the next data",
     pause_between_reads},
    {"T20", "pause and resume within one dispatch cost the driver nothing",
     pair_costs_nothing},
    {"T20", "pause and resume reach the driver after the verb",
     driver_hears_later},
    {"T20", "held bytes are delivered after resume, not inside it",
     held_after_resume},
    {"T22", "reads land in the memory that get_buffer offers", into_own_memory},
    {"T22", "an empty space means data_received this time", not_this_time},
    {"T22", "a pause inside get_buffer loses nothing", pause_in_get_buffer},
    {"T22", "a close inside get_buffer is a close", close_in_get_buffer},
    {"T22", "bytes put back come first", unread_first},
    {"T22", "bytes put back without a pause come in a later turn",
     unread_in_turns},
    {"T22", "bytes put back from own memory come before the rest",
     unread_from_own_memory},
    {"T22", "more held bytes than the limit end it with READ_OVERFLOW",
     read_overflow},
    {"T22", "what a lower layer delivers while paused is held, up to the limit",
     held_below_limit},
    {NULL, NULL, NULL},
};
