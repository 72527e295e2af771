/* SPDX-License-Identifier: MIT */
/* T32, T33: filters, and changing the protocol of a live connection. */
#include "testing/stage.h"

#include <string.h>

/* -- T32 ------------------------------------------------------------------ */

static void capabilities(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    OPEN();
    bight_transport *wire = bight__actor_wire(CLIENT);
    CHECK(wire != CLIENT->t);
    for (int what = BIGHT_CAN_WRITE_EOF; what <= BIGHT_CAN_CREDENTIALS; what++)
        EQUAL(bight_transport_can(CLIENT->t, (bight_capability)what),
              bight_transport_can(wire, (bight_capability)what));
    bight_address above = bight_transport_peer(CLIENT->t);
    bight_address below = bight_transport_peer(wire);
    CHECK(bight_address_equal(&above, &below));
    OK(bight_transport_local(CLIENT->t, &above));
    OK(bight_transport_local(wire, &below));
    CHECK(bight_address_equal(&above, &below));
    EQUAL(bight_transport_fd(CLIENT->t), bight_transport_fd(wire));
}

static void layers_know_each_other(struct bight__stage *stage)
{
    size_t layers = stage->transport->filter_count + 1;
    bight__actor_probe(CLIENT);
    OPEN();
    bight_transport *t = CLIENT->t;
    for (size_t i = 0; i < layers; i++) {
        bight_transport *below = bight_transport_below(t);
        CHECK(below != NULL);
        CHECK(bight_transport_above(below) == t);
        CHECK(bight_transport_loop(below) == stage->loop);
        t = below;
    }
    CHECK(bight_transport_below(t) == NULL);
}

static void every_report(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    bight__actor_probe(CLIENT);
    bight__actor_probe(SERVER);
    CLIENT->stays = SERVER->stays = true;
    OPEN();
    (void)bight__actor_more(CLIENT, 100000);
    (void)bight__actor_more(SERVER, 100000);
    UNTIL(SERVER->received == 100000 && CLIENT->received == 100000);
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    UNTIL(CLIENT->pauses == 1);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(CLIENT->resumes == 1);
    OK(bight__actor_write_eof(CLIENT));
    OK(bight__actor_write_eof(SERVER));
    UNTIL(OVER());
    EQUAL(SERVER->received, CLIENT->written);
    EQUAL(SERVER->eofs, 1);
    IS(CLIENT->why, BIGHT_ERROR_EOF);
}

/* The lower layer's news while the upper one's wait in a clogged queue. */
static void put_back_and_pause(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->tally[0]++ > 0)
        return;
    OK(bight__actor_unread(actor, actor->data.size));
    bight__actor_pause(actor, BIGHT_HOLD_USER);
}

static void no_overtaking(struct bight__stage *stage)
{
    bight__actor_probe(SERVER);
    SERVER->on_data = put_back_and_pause;
    OPEN();
    (void)bight__actor_more(CLIENT, 100);
    UNTIL(SERVER->reads == 1);
    for (unsigned i = 0; i < 20; i++) {
        bight__stage_clog(stage, 700);
        if (i == 0)
            bight__actor_resume(SERVER, BIGHT_HOLD_USER);
        (void)bight__actor_more(CLIENT, 100);
        UNLESS_FAILED((void)bight_loop_step(stage->loop));
    }
    UNTIL(SERVER->received == CLIENT->written);
}

/* -- T33 ------------------------------------------------------------------ */

static void switch_now(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    const struct bight__part *part = actor->part;
    if (actor->tally[0]++ > 0)
        return;
    OK(bight__actor_switch(actor));
    IS(bight__actor_switch(actor), BIGHT_ERROR_BUSY);
    CHECK(bight_transport_self(actor->t) == part);
    EQUAL(actor->made, 1);
}

static void after_the_callback(struct bight__stage *stage)
{
    CLIENT->on_data = switch_now;
    OPEN();
    (void)bight__actor_more(SERVER, 1);
    UNTIL(CLIENT->made == 2);
    EQUAL(CLIENT->handed_over, 1);
    CHECK(bight__actor_heard(CLIENT, "MDHM"));
    (void)bight__actor_more(SERVER, 10);
    (void)bight__actor_more(CLIENT, 10);
    UNTIL(CLIENT->received == 11 && SERVER->received == 10);
    CHECK(bight__actor_heard(CLIENT, "MDHMD"));
    bight__actor_close(CLIENT);
    UNTIL(OVER());
    CHECK(bight__actor_heard(CLIENT, "MDHMDL"));
    EQUAL(CLIENT->ended, 1);
}

static void outside_of_callbacks(struct bight__stage *stage)
{
    OPEN();
    for (unsigned i = 1; i <= 3; i++) {
        OK(bight__actor_switch(CLIENT));
        EQUAL(CLIENT->handed_over, i - 1);
        UNTIL(CLIENT->made == i + 1);
    }
    CHECK(bight__actor_heard(CLIENT, "MHMHMHM"));
    (void)bight__actor_more(SERVER, 10);
    UNTIL(CLIENT->received == 10);
}

static void in_connection_made(struct bight__stage *stage)
{
    CLIENT->on_made = switch_now;
    SERVER->on_made = switch_now;
    OPEN();
    (void)bight__actor_more(SERVER, 10);
    UNTIL(CLIENT->received == 10);
    CHECK(bight__actor_heard(CLIENT, "MHMD"));
}

static void put_rest_back(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->tally[0]++ > 0)
        return;
    OK(bight__actor_switch(actor));
    OK(bight__actor_unread(actor, actor->data.size - 1));
}

static void undelivered_first(struct bight__stage *stage)
{
    CLIENT->on_data = put_rest_back;
    OPEN();
    (void)bight__actor_more(SERVER, 1000);
    (void)bight__actor_write_eof(SERVER);
    UNTIL(CLIENT->lost == 1);
    EQUAL(CLIENT->received, 1000);
    CHECK(bight__actor_heard(CLIENT, "MDHMDEL") ||
          bight__actor_heard(CLIENT, "MDHMEL"));
}

/* The layer below delivers twice in one callback. */
static void deliver_twice(void *ctx)
{
    struct bight__actor *actor = ctx;
    bight__probe_deliver(&actor->probe, BIGHT_BYTES("one"));
    bight__probe_deliver(&actor->probe, BIGHT_BYTES("two"));
}

static void later_bytes_are_the_new_ones(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->on_data = switch_now;
    OPEN();
    OK(bight_call_soon(stage->loop, deliver_twice, CLIENT));
    UNTIL(CLIENT->received == 6);
    CHECK(strcmp(CLIENT->text, "onetwo") == 0);
    CHECK(bight__actor_heard(CLIENT, "MDHMD"));
}

static void eof_is_the_new_ones(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(CLIENT, BIGHT_HOLD_USER);
    OK(bight__actor_write_eof(SERVER));
    SETTLE();
    OK(bight__actor_switch(CLIENT));
    bight__actor_resume(CLIENT, BIGHT_HOLD_USER);
    UNTIL(CLIENT->lost == 1);
    CHECK(bight__actor_heard(CLIENT, "MHMEL"));
}

/* A switch while paused: the new one is told of it, and only it is resumed. */
static void paused_meanwhile(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    bight__actor_flood(CLIENT, 64 << 20);
    UNTIL(CLIENT->pauses == 1);
    OK(bight__actor_switch(CLIENT));
    UNTIL(CLIENT->pauses == 2);
    CHECK(bight__actor_heard(CLIENT, "MPHMP"));
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(CLIENT->resumes == 1);
}

static void resumed_meanwhile(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.choked = true;
    OPEN();
    (void)bight__actor_more(CLIENT, 10000);
    SETTLE();
    OK(bight__actor_marks(CLIENT, 5000, 1000));
    UNTIL(CLIENT->pauses == 1);
    OK(bight__actor_marks(CLIENT, 50000, 10000));
    OK(bight__actor_switch(CLIENT));
    UNTIL(CLIENT->made == 2);
    SETTLE();
    CHECK(bight__actor_heard(CLIENT, "MPHM") ||
          bight__actor_heard(CLIENT, "MPRHM"));
}

static void switch_and_close(struct bight__actor *actor)
{
    (void)bight__actor_switch(actor);
    bight__actor_close(actor);
}

static void closed_meanwhile(struct bight__stage *stage)
{
    CLIENT->on_data = switch_and_close;
    OPEN();
    (void)bight__actor_more(SERVER, 10);
    UNTIL(OVER());
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
    CHECK(bight__actor_heard(CLIENT, "MDHML"));
    EQUAL(CLIENT->handed_over, 1);
    EQUAL(CLIENT->ended, 1);
}

static void switch_and_abort(struct bight__actor *actor)
{
    (void)bight__actor_switch(actor);
    bight__actor_abort(actor);
}

static void aborted_meanwhile(struct bight__stage *stage)
{
    CLIENT->on_data = switch_and_abort;
    OPEN();
    (void)bight__actor_more(SERVER, 10);
    UNTIL(OVER());
    IS(CLIENT->why, BIGHT_ERROR_ABORTED);
    CHECK(bight__actor_heard(CLIENT, "MDHML"));
    EQUAL(CLIENT->ended, 1);
}

/* It is being handed over already. */
static void switch_again(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->lost > 0)
        return;
    IS(bight__actor_switch(actor), BIGHT_ERROR_BUSY);
}

static void busy_in_last_call(struct bight__stage *stage)
{
    CLIENT->on_lost = switch_again;
    OPEN();
    OK(bight__actor_switch(CLIENT));
    UNTIL(CLIENT->made == 2);
    EQUAL(CLIENT->handed_over, 1);
    OK(bight__actor_switch(CLIENT));
    UNTIL(CLIENT->made == 3);
}

/* Whoever was made is lost, also when the one before ends the connection. */
static void close_in_last_call(struct bight__stage *stage)
{
    CLIENT->on_lost = bight__cue_abort;
    OPEN();
    OK(bight__actor_switch(CLIENT));
    UNTIL(OVER());
    EQUAL(CLIENT->made, CLIENT->lost + CLIENT->handed_over);
}

const bight_conformance_case bight__layer_cases[] = {
    {"T32", "a filter forwards every capability and address", capabilities},
    {"T32", "layers know the one above and the one below",
     layers_know_each_other},
    {"T32", "a filter forwards data, pressure, eof and the end", every_report},
    {"T32", "what a layer below reads does not overtake held bytes",
     no_overtaking},
    {"T33", "a switch takes effect when the callback returns",
     after_the_callback},
    {"T33", "a switch outside of callbacks takes effect soon",
     outside_of_callbacks},
    {"T33", "a switch inside connection_made follows it", in_connection_made},
    {"T33", "the new protocol gets what was not delivered first",
     undelivered_first},
    {"T33", "what comes later in the same callback is the new protocol's",
     later_bytes_are_the_new_ones},
    {"T33", "an eof not yet heard is the new protocol's", eof_is_the_new_ones},
    {"T33", "a new protocol of a paused transport is told so",
     paused_meanwhile},
    {"T33", "a resume due at the switch does not reach the new protocol alone",
     resumed_meanwhile},
    {"T33", "a switch takes effect although the callback closed",
     closed_meanwhile},
    {"T33", "a switch takes effect although the callback aborted",
     aborted_meanwhile},
    {"T33", "a second switch inside the last call is BUSY", busy_in_last_call},
    {"T33", "an abort inside the last call ends the new protocol too",
     close_in_last_call},
    {NULL, NULL, NULL},
};
