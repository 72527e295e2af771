/* SPDX-License-Identifier: MIT */
/* T1 to T7: which up-calls come, and in which order. */
#include "testing/stage.h"

#include <string.h>

/* -- T1, T2 --------------------------------------------------------------- */

static void made_first_lost_last(struct bight__stage *stage)
{
    SERVER->on_data = bight__cue_echo;
    OPEN();
    (void)bight__actor_say(CLIENT, "ping");
    UNTIL(CLIENT->received == 4);
    CHECK(strcmp(CLIENT->text, "ping") == 0);
    CHECK(bight__actor_heard(CLIENT, "MD"));
    bight__actor_close(CLIENT);
    UNTIL(OVER());
    CHECK(bight__actor_heard(CLIENT, "MDL"));
    CHECK(bight__actor_heard(SERVER, "MDEL"));
}

static void use_state(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    CHECK(actor->part->made && actor->part->actor == actor);
    CHECK(bight_transport_self(actor->t) == actor->part);
    CHECK(bight_transport_options(actor->t) == actor);
    actor->tally[0]++;
}

static void state_lives(struct bight__stage *stage)
{
    CLIENT->on_made = CLIENT->on_lost = use_state;
    SERVER->on_made = SERVER->on_lost = use_state;
    OPEN();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    EQUAL(CLIENT->tally[0], 2);
    EQUAL(SERVER->tally[0], 2);
}

static void driver_is_gone(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    EQUAL(actor->probe.lost, 1);
    EQUAL(bight_transport_fd(actor->t), UINT64_MAX);
}

static void lost_after_driver(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    bight__actor_probe(SERVER);
    CLIENT->on_lost = SERVER->on_lost = driver_is_gone;
    OPEN();
    bight__actor_close(CLIENT);
    UNTIL(OVER());
}

/* -- T3 ------------------------------------------------------------------- */

static void nobody_there(struct bight__stage *stage)
{
    OK(bight__stage_listen(stage, 0));
    bight__stage_unlisten(stage, 0);
    SETTLE();
    if (!bight_failed(bight__stage_connect(stage, 0)))
        UNTIL(CLIENT->told == 1 && bight_failed(CLIENT->told_error));
    SETTLE();
    CHECK(bight__actor_heard(CLIENT, ""));
    EQUAL(SERVER->made, 0);
}

static void cancelled(struct bight__stage *stage)
{
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    stage->inside_verb++;
    bight_connector_cancel(stage->pairs[0].connector);
    stage->inside_verb--;
    EQUAL(CLIENT->told, 0);
    UNTIL(CLIENT->told == 1);
    IS(CLIENT->told_error, BIGHT_ERROR_CANCELLED);
    SETTLE();
    CHECK(bight__actor_heard(CLIENT, ""));
}

/* The peer may see a connection that ends at once. It does not answer the eof,
 * and the refusal does not wait for that. */
static void server_refuses(struct bight__stage *stage)
{
    SERVER->refuses = true;
    CLIENT->stays = true;
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    UNTIL(CLIENT->told == 1 && SERVER->refused == 1);
    IS(SERVER->refused_error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    CHECK(bight__actor_heard(SERVER, ""));
    EQUAL(CLIENT->made, !bight_failed(CLIENT->told_error));
}

static void client_refuses(struct bight__stage *stage)
{
    CLIENT->refuses = true;
    SERVER->stays = true;
    OK(bight__stage_listen(stage, 0));
    bight_error error = bight__stage_connect(stage, 0);
    if (!bight_failed(error)) {
        UNTIL(CLIENT->told == 1);
        error = CLIENT->told_error;
    }
    IS(error, BIGHT_ERROR_REFUSED_BY_FACTORY);
    SETTLE();
    CHECK(bight__actor_heard(CLIENT, ""));
}

static void client_handshake_fails(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.breaks = true;
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    UNTIL(CLIENT->told == 1);
    IS(CLIENT->told_error, BIGHT_ERROR_PROTOCOL_ERROR);
    CHECK(bight__actor_heard(CLIENT, ""));
}

static void server_handshake_fails(struct bight__stage *stage)
{
    bight__actor_probe(SERVER);
    SERVER->probe.breaks = true;
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    UNTIL(CLIENT->lost == 1 && SERVER->refused == 1);
    IS(SERVER->refused_error, BIGHT_ERROR_PROTOCOL_ERROR);
    CHECK(bight__actor_heard(SERVER, ""));
}

static void cancelled_in_handshake(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.never_opens = true;
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    UNTIL(SERVER->made == 1);
    SETTLE();
    EQUAL(CLIENT->told, 0);
    bight_connector_cancel(stage->pairs[0].connector);
    UNTIL(CLIENT->told == 1 && SERVER->lost == 1);
    IS(CLIENT->told_error, BIGHT_ERROR_CANCELLED);
    CHECK(bight__actor_heard(CLIENT, ""));
}

/* -- T4 to T6 ------------------------------------------------------------- */

static void say_hello(struct bight__actor *actor)
{
    (void)bight__actor_say(actor, "hello");
}

static void greetings(struct bight__stage *stage)
{
    CLIENT->on_made = SERVER->on_made = say_hello;
    OPEN();
    UNTIL(CLIENT->received == 5 && SERVER->received == 5);
    CHECK(strcmp(CLIENT->text, "hello") == 0);
    CHECK(strcmp(SERVER->text, "hello") == 0);
    CHECK(bight__actor_heard(CLIENT, "MD"));
    CHECK(bight__actor_heard(SERVER, "MD"));
}

/* The ready queue is full of others' work while connection_made waits in it. */
static void made_before_early_data(struct bight__stage *stage)
{
    CLIENT->on_made = say_hello;
    bight__stage_clog(stage, 2000);
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    bight__stage_clog(stage, 2000);
    UNTIL(SERVER->received == 5);
    CHECK(bight__actor_heard(SERVER, "MD"));
    EQUAL(stage->calls, 4000);
}

static void any_chunks(struct bight__stage *stage)
{
    OPEN();
    for (unsigned i = 0; i < 40; i++) {
        (void)bight__actor_more(CLIENT, i % 7 + 1);
        UNLESS_FAILED((void)bight_loop_step(stage->loop));
    }
    UNTIL(SERVER->received == CLIENT->written);
}

static void eof_last(struct bight__stage *stage)
{
    SERVER->stays = true;
    OPEN();
    (void)bight__actor_more(CLIENT, 300000);
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, 300000);
    SETTLE();
    CHECK(bight__actor_heard(SERVER, "MDE"));
    bight__actor_close(SERVER);
    UNTIL(OVER());
    CHECK(bight__actor_heard(SERVER, "MDEL"));
}

static void put_half_back(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->tally[0]++ > 0)
        return;
    bight__actor_pause(actor, BIGHT_HOLD_USER);
    OK(bight__actor_unread(actor, actor->data.size / 2 + 1));
}

static void held_before_eof(struct bight__stage *stage)
{
    SERVER->on_data = put_half_back;
    OPEN();
    (void)bight__actor_more(CLIENT, 1000);
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->reads == 1);
    SETTLE();
    EQUAL(SERVER->eofs, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, 1000);
}

static void pause_in_made(struct bight__stage *stage)
{
    CLIENT->on_made = say_hello;
    SERVER->on_made = bight__cue_pause;
    OPEN();
    SETTLE();
    EQUAL(SERVER->received, 0);
    ADVANCE(100);
    EQUAL(SERVER->received, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == 5);
}

/* -- T7 ------------------------------------------------------------------- */

static void not_told_yet(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    EQUAL(actor->told, 0);
}

static void told_after_made(struct bight__stage *stage)
{
    CLIENT->on_made = not_told_yet;
    OPEN();
    EQUAL(CLIENT->made, 1);
    OK(CLIENT->told_error);
}

static void told_although_aborted(struct bight__stage *stage)
{
    CLIENT->on_made = bight__cue_abort;
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    UNTIL(CLIENT->lost == 1);
    EQUAL(CLIENT->told, 1);
    OK(CLIENT->told_error);
    UNTIL(SERVER->made == SERVER->lost);
}

const bight_conformance_case bight__order_cases[] = {
    {"T1", "connection_made comes exactly once, before anything else",
     made_first_lost_last},
    {"T2", "a protocol's state lives from connection_made to connection_lost",
     state_lives},
    {"T2", "connection_lost comes after the driver reported closed",
     lost_after_driver},
    {"T3", "a connect that nobody answers fails and its protocol hears nothing",
     nobody_there},
    {"T3", "a cancelled connect fails and its protocol hears nothing",
     cancelled},
    {"T3", "a listener's factory that refuses is told by the refused hook only",
     server_refuses},
    {"T3", "a connecting factory that refuses fails the connect only",
     client_refuses},
    {"T3", "a handshake that fails on the connecting side fails the connect",
     client_handshake_fails},
    {"T3", "a handshake that fails on the listening side is told to the hook",
     server_handshake_fails},
    {"T3", "a connect cancelled during a handshake fails and is not made",
     cancelled_in_handshake},
    {"T4", "data comes after connection_made and is never empty", greetings},
    {"T4",
     "data that waits for a clogged queue does not overtake "
     "connection_made",
     made_before_early_data},
    {"T4", "bytes written one by one arrive as any others", any_chunks},
    {"T5", "eof comes once, after the last data and before loss", eof_last},
    {"T5", "bytes that were held come before eof", held_before_eof},
    {"T6", "a pause made inside connection_made holds until resume",
     pause_in_made},
    {"T7", "connect's callback comes after connection_made", told_after_made},
    {"T7", "connect's callback comes although connection_made aborted",
     told_although_aborted},
    {NULL, NULL, NULL},
};
