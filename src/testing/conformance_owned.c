/* SPDX-License-Identifier: MIT */
/* T12: bytes written by reference come back exactly once, whatever happens.
 * That none comes back twice, or never, is checked of every case. */
#include "testing/stage.h"

static void lend_many(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 20; i++)
        (void)bight__actor_lend(actor, 10000 + i);
    (void)bight__actor_more(actor, 3);
    (void)bight__actor_lend(actor, 1);
}

static void open_slow(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    for (unsigned i = 0; i < 40; i++)
        (void)bight__actor_lend(CLIENT, 200000);
    SETTLE();
    CHECK(bight__actor_queued(CLIENT) > 0);
}

static void all_sent(struct bight__stage *stage)
{
    CLIENT->on_made = lend_many;
    OPEN();
    lend_many(CLIENT);
    UNTIL(SERVER->received == CLIENT->written);
    EQUAL(CLIENT->releases, CLIENT->loans);
}

static void sent_in_parts(struct bight__stage *stage)
{
    UNLESS_FAILED(open_slow(stage));
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == CLIENT->written);
    UNTIL(CLIENT->releases == CLIENT->loans);
}

static void aborted(struct bight__stage *stage)
{
    UNLESS_FAILED(open_slow(stage));
    bight__actor_abort(CLIENT);
    UNTIL(CLIENT->lost == 1);
    EQUAL(CLIENT->releases, CLIENT->loans);
}

static void lend_and_abort(struct bight__actor *actor)
{
    lend_many(actor);
    bight__actor_abort(actor);
}

static void aborted_at_once(struct bight__stage *stage)
{
    CLIENT->on_data = lend_and_abort;
    OPEN();
    (void)bight__actor_more(SERVER, 1);
    UNTIL(OVER());
    EQUAL(CLIENT->releases, CLIENT->loans);
}

static void reset_by_peer(struct bight__stage *stage)
{
    UNLESS_FAILED(open_slow(stage));
    bight__actor_abort(SERVER);
    UNTIL(OVER());
    EQUAL(CLIENT->releases, CLIENT->loans);
}

static void overflown(struct bight__stage *stage)
{
    CLIENT->options.limits.write_cap = 1000000;
    SERVER->on_made = bight__cue_pause;
    OPEN();
    while (bight__actor_lend(CLIENT, 200000) != BIGHT_WRITE_CLOSED)
        CHECK(CLIENT->loans < 1000);
    UNTIL(CLIENT->lost == 1);
    IS(CLIENT->why, BIGHT_ERROR_WRITE_OVERFLOW);
    EQUAL(CLIENT->releases, CLIENT->loans);
}

static void closed(struct bight__stage *stage)
{
    UNLESS_FAILED(open_slow(stage));
    bight__actor_close(CLIENT);
    EQUAL(bight__actor_lend(CLIENT, 100), BIGHT_WRITE_CLOSED);
    SETTLE();
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(OVER());
    EQUAL(SERVER->received, CLIENT->written);
    EQUAL(CLIENT->releases, CLIENT->loans);
}

static void lingered(struct bight__stage *stage)
{
    UNLESS_FAILED(open_slow(stage));
    bight__actor_close(CLIENT);
    ADVANCE(31000);
    UNTIL(CLIENT->lost == 1);
    EQUAL(CLIENT->releases, CLIENT->loans);
}

/* The end of the case closes the loop, and checks. */
static void loop_closed(struct bight__stage *stage)
{
    UNLESS_FAILED(open_slow(stage));
    lend_many(CLIENT);
}

static void driver_refuses(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.choked = true;
    OPEN();
    lend_many(CLIENT);
    SETTLE();
    EQUAL(CLIENT->releases, 0);
    CHECK(CLIENT->probe.rest_open);
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    EQUAL(CLIENT->releases, CLIENT->loans);
}

const bight_conformance_case bight__owned_cases[] = {
    {"T12", "owned bytes come back once when they have left", all_sent},
    {"T12", "owned bytes come back once when they left in parts",
     sent_in_parts},
    {"T12", "owned bytes come back once on abort", aborted},
    {"T12", "owned bytes come back once on an abort in the same callback",
     aborted_at_once},
    {"T12", "owned bytes come back once when the peer resets", reset_by_peer},
    {"T12", "owned bytes come back once on overflow", overflown},
    {"T12", "owned bytes come back once when a close flushes them", closed},
    {"T12", "owned bytes come back once when a close takes too long", lingered},
    {"T12", "owned bytes come back once when the loop closes", loop_closed},
    {"T12", "owned bytes come back once from a driver that has them",
     driver_refuses},
    {NULL, NULL, NULL},
};
