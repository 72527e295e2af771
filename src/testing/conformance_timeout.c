/* SPDX-License-Identifier: MIT */
/* T31: the deadlines of one connection: never early, at most two ticks late. */
#include "testing/stage.h"

#define TIMEOUT 500
#define EARLY (TIMEOUT - 1)
#define LATE 21 /* from there on: two ticks of 10 ms */

static void expires(struct bight__stage *stage, bight_code code)
{
    ADVANCE(EARLY);
    EQUAL(CLIENT->lost, 0);
    ADVANCE(LATE);
    EQUAL(CLIENT->lost, 1);
    IS(CLIENT->why, code);
}

#define EXPIRES(code) UNLESS_FAILED(expires(stage, (code)))

/* -- idle ----------------------------------------------------------------- */

static void idle(struct bight__stage *stage)
{
    CLIENT->options.limits.idle_timeout_ms = TIMEOUT;
    OPEN();
    EXPIRES(BIGHT_ERROR_IDLE_TIMEOUT);
    EQUAL(CLIENT->end.who, BIGHT_PARTY_LOCAL);
    UNTIL(SERVER->lost == 1);
}

static void idle_of_the_listener(struct bight__stage *stage)
{
    SERVER->options.limits.idle_timeout_ms = TIMEOUT;
    OPEN();
    ADVANCE(EARLY);
    EQUAL(SERVER->lost, 0);
    ADVANCE(LATE);
    EQUAL(SERVER->lost, 1);
    IS(SERVER->why, BIGHT_ERROR_IDLE_TIMEOUT);
}

static void active_keeps_it_off(struct bight__stage *stage)
{
    CLIENT->options.limits.idle_timeout_ms = TIMEOUT;
    OPEN();
    for (unsigned i = 1; i <= 5; i++) {
        ADVANCE(EARLY);
        (void)bight__actor_more(CLIENT, 1);
        UNTIL(SERVER->received == i);
    }
    for (unsigned i = 1; i <= 5; i++) {
        ADVANCE(EARLY);
        (void)bight__actor_more(SERVER, 1);
        UNTIL(CLIENT->received == i);
    }
    EXPIRES(BIGHT_ERROR_IDLE_TIMEOUT);
}

static void active_in_turns(struct bight__stage *stage)
{
    CLIENT->options.limits.idle_timeout_ms = TIMEOUT;
    SERVER->options.limits.idle_timeout_ms = TIMEOUT;
    SERVER->on_data = bight__cue_echo;
    OPEN();
    for (unsigned i = 1; i <= 30; i++) {
        ADVANCE(37 * (i % 13) + 11);
        (void)bight__actor_more(CLIENT, 1);
        UNTIL(CLIENT->received == i);
    }
    EQUAL(CLIENT->lost + SERVER->lost, 0);
}

static void idle_when_stuck(struct bight__stage *stage)
{
    CLIENT->options.limits.idle_timeout_ms = TIMEOUT;
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    SETTLE();
    EXPIRES(BIGHT_ERROR_IDLE_TIMEOUT);
    CHECK(CLIENT->end.unsent > 0);
    if (!bight__stage_can(stage, BIGHT_CAN_RESET))
        return;
    if (SERVER->t != NULL)
        bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->lost == 1);
    IS(SERVER->why, BIGHT_ERROR_RESET);
}

static void none_by_default(struct bight__stage *stage)
{
    OPEN();
    ADVANCE(24 * 3600 * UINT64_C(1000));
    EQUAL(CLIENT->lost + SERVER->lost, 0);
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    ADVANCE(24 * 3600 * UINT64_C(1000));
    EQUAL(CLIENT->lost + SERVER->lost, 0);
}

/* -- write progress ------------------------------------------------------- */

static void open_stuck(struct bight__stage *stage)
{
    CLIENT->options.limits.write_timeout_ms = TIMEOUT;
    OPEN();
    ADVANCE(10 * TIMEOUT);
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    bight__actor_flood(CLIENT, 64 << 20);
    SETTLE();
    CHECK(bight__actor_queued(CLIENT) > 0);
}

#define STUCK() UNLESS_FAILED(open_stuck(stage))

static void no_progress(struct bight__stage *stage)
{
    STUCK();
    EXPIRES(BIGHT_ERROR_WRITE_TIMEOUT);
    EQUAL(CLIENT->end.who, BIGHT_PARTY_LOCAL);
    CHECK(CLIENT->end.unsent > 0);
}

/* Until the wire takes no more. */
static void fill_up(struct bight__stage *stage)
{
    while (bight__actor_queued(CLIENT) < 6000000) {
        (void)bight__actor_lend(CLIENT, 300000);
        SETTLE();
    }
}

/* Read by read, until the driver's part has left; no more than that. */
static void make_progress(struct bight__stage *stage)
{
    size_t queued = bight__actor_queued(CLIENT);
    SERVER->on_data = bight__cue_pause;
    while (bight__actor_queued(CLIENT) == queued) {
        unsigned reads = SERVER->reads;
        bight__actor_resume(SERVER, BIGHT_HOLD_USER);
        UNTIL(SERVER->reads > reads);
        (void)bight_loop_step(stage->loop);
    }
    SETTLE();
}

static void progress_keeps_it_off(struct bight__stage *stage)
{
    STUCK();
    for (unsigned i = 0; i < 4; i++) {
        UNLESS_FAILED(fill_up(stage));
        ADVANCE(EARLY);
        UNLESS_FAILED(make_progress(stage));
        CHECK(bight__actor_queued(CLIENT) > 0);
        EQUAL(CLIENT->lost, 0);
    }
    EXPIRES(BIGHT_ERROR_WRITE_TIMEOUT);
}

/* -- connect -------------------------------------------------------------- */

static void connecting(struct bight__stage *stage)
{
    if (stage->transport->hang == NULL) {
        bight__stage_unsupported(stage, "its connects never hang");
        return;
    }
    CLIENT->options.limits.connect_timeout_ms = TIMEOUT;
    bight_conformance_call call = bight__stage_call(SERVER);
    OK(stage->transport->hang(stage->pairs[0].state, &call));
    OK(bight__stage_connect(stage, 0));
    ADVANCE(EARLY);
    EQUAL(CLIENT->told, 0);
    ADVANCE(LATE);
    EQUAL(CLIENT->told, 1);
    IS(CLIENT->told_error, BIGHT_ERROR_CONNECT_TIMEOUT);
    EQUAL(CLIENT->made, 0);
}

static void connected_in_time(struct bight__stage *stage)
{
    CLIENT->options.limits.connect_timeout_ms = TIMEOUT;
    OPEN();
    ADVANCE(10 * TIMEOUT);
    EQUAL(CLIENT->lost + SERVER->lost, 0);
}

/* A filter that never lets the protocol be made. */
static void client_handshake(struct bight__stage *stage)
{
    CLIENT->options.limits.connect_timeout_ms = TIMEOUT;
    bight__actor_probe(CLIENT);
    CLIENT->probe.never_opens = true;
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    UNTIL(SERVER->made == 1);
    ADVANCE(EARLY);
    EQUAL(CLIENT->told, 0);
    ADVANCE(LATE);
    EQUAL(CLIENT->told, 1);
    IS(CLIENT->told_error, BIGHT_ERROR_HANDSHAKE_TIMEOUT);
    EQUAL(CLIENT->made, 0);
}

/* Nor do bytes of the peer put it off. */
static void server_handshake(struct bight__stage *stage)
{
    SERVER->options.limits.handshake_timeout_ms = TIMEOUT;
    bight__actor_probe(SERVER);
    SERVER->probe.never_opens = true;
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    UNTIL(CLIENT->made == 1);
    ADVANCE(EARLY - 10);
    (void)bight__actor_more(CLIENT, 10);
    ADVANCE(10);
    EQUAL(SERVER->refused, 0);
    ADVANCE(LATE);
    EQUAL(SERVER->refused, 1);
    IS(SERVER->refused_error, BIGHT_ERROR_HANDSHAKE_TIMEOUT);
    EQUAL(SERVER->made, 0);
}

static void made_in_time(struct bight__stage *stage)
{
    SERVER->options.limits.handshake_timeout_ms = TIMEOUT;
    bight__actor_probe(SERVER);
    OPEN();
    ADVANCE(10 * TIMEOUT);
    EQUAL(CLIENT->lost + SERVER->lost, 0);
}

/* -- setting them --------------------------------------------------------- */

static void set_at_once(struct bight__stage *stage)
{
    OPEN();
    ADVANCE(1000);
    (void)bight__actor_more(CLIENT, 1);
    UNTIL(SERVER->received == 1);
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_IDLE, 9999));
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_IDLE, TIMEOUT));
    EXPIRES(BIGHT_ERROR_IDLE_TIMEOUT);
}

static void set_longer(struct bight__stage *stage)
{
    CLIENT->options.limits.idle_timeout_ms = 100;
    OPEN();
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_IDLE, TIMEOUT));
    EXPIRES(BIGHT_ERROR_IDLE_TIMEOUT);
}

static void switched_off(struct bight__stage *stage)
{
    CLIENT->options.limits.idle_timeout_ms = TIMEOUT;
    OPEN();
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_IDLE, 0));
    ADVANCE(100 * TIMEOUT);
    EQUAL(CLIENT->lost, 0);
    IS(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_LINGER, 0),
       BIGHT_ERROR_INVALID);
}

static void as_the_owner_says(struct bight__stage *stage)
{
    CLIENT->options.limits.idle_timeout_ms = TIMEOUT;
    OPEN();
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_IDLE, 0));
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_IDLE,
                                   BIGHT_TIMEOUT_OF_OWNER));
    EXPIRES(BIGHT_ERROR_IDLE_TIMEOUT);
}

static void write_set_while_stuck(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    bight__actor_flood(CLIENT, 64 << 20);
    SETTLE();
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_WRITE, TIMEOUT));
    EXPIRES(BIGHT_ERROR_WRITE_TIMEOUT);
}

const bight_conformance_case bight__timeout_cases[] = {
    {"T31", "an idle connection ends with IDLE_TIMEOUT, on time", idle},
    {"T31", "an idle accepted connection ends with IDLE_TIMEOUT, on time",
     idle_of_the_listener},
    {"T31", "activity in either direction keeps the idle timeout off",
     active_keeps_it_off},
    {"T31", "activity at any distance keeps the idle timeout off",
     active_in_turns},
    {"T31", "the idle timeout ends a connection that is stuck",
     idle_when_stuck},
    {"T31", "by default nothing but linger and connect times out",
     none_by_default},
    {"T31", "no progress in writing ends with WRITE_TIMEOUT, on time",
     no_progress},
    {"T31", "progress keeps the write timeout off", progress_keeps_it_off},
    {"T31", "a connect that hangs ends with CONNECT_TIMEOUT, on time",
     connecting},
    {"T31", "the connect timeout does not touch who is connected",
     connected_in_time},
    {"T31", "a connect's deadline covers the handshake of its filters",
     client_handshake},
    {"T31", "a handshake that hangs ends with HANDSHAKE_TIMEOUT, on time",
     server_handshake},
    {"T31", "the handshake timeout does not touch who was made", made_in_time},
    {"T31", "a new timeout is in force at once", set_at_once},
    {"T31", "a longer timeout is in force at once", set_longer},
    {"T31", "zero switches a timeout off, but not linger's", switched_off},
    {"T31", "a timeout can be the owner's again", as_the_owner_says},
    {"T31", "a write timeout set while stuck is in force at once",
     write_set_while_stuck},
    {NULL, NULL, NULL},
};
