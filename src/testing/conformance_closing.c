/* SPDX-License-Identifier: MIT */
/* T23 to T25: close and abort. */
#include <errno.h>

#include "testing/raw.h"
#include "testing/stage.h"

/* -- T23: close ----------------------------------------------------------- */

static void close_twice(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    OPEN();
    bight__actor_close(CLIENT);
    bight__actor_close(CLIENT);
    SETTLE();
    if (CLIENT->t != NULL)
        bight__actor_close(CLIENT);
    UNTIL(OVER());
    EQUAL(CLIENT->probe.shutdowns, 1);
    EQUAL(CLIENT->probe.closes, 1);
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
    EQUAL(CLIENT->end.who, BIGHT_PARTY_LOCAL);
}

/* The recorder objects to data after a close. */
static void no_data_after_close(struct bight__stage *stage)
{
    CLIENT->on_data = bight__cue_close;
    OPEN();
    (void)bight__actor_more(SERVER, 600000);
    UNTIL(CLIENT->reads == 1);
    UNTIL(OVER());
    CHECK(bight__actor_heard(CLIENT, "MDL"));
}

static void unread_and_close(struct bight__actor *actor)
{
    (void)bight__actor_unread(actor, actor->data.size);
    bight__actor_close(actor);
}

static void not_even_what_was_read(struct bight__stage *stage)
{
    CLIENT->on_data = unread_and_close;
    OPEN();
    (void)bight__actor_more(SERVER, 1000);
    UNTIL(OVER());
    CHECK(bight__actor_heard(CLIENT, "MDL"));
}

static void flushed_first(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    UNTIL(CLIENT->paused);
    bight__actor_close(CLIENT);
    SETTLE();
    EQUAL(CLIENT->lost, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(OVER());
    EQUAL(SERVER->received, CLIENT->written);
    IS(SERVER->why, BIGHT_ERROR_EOF);
    EQUAL(CLIENT->end.unsent, 0);
}

/* The peer's bytes would turn ours into a reset if they were left unread. */
static void nothing_is_destroyed(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_pause(CLIENT, BIGHT_HOLD_USER);
    (void)bight__actor_more(SERVER, 100000);
    (void)bight__actor_more(CLIENT, 400000);
    SETTLE();
    bight__actor_close(CLIENT);
    SETTLE();
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, 400000);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_EOF);
}

static void nothing_is_destroyed_raw(struct bight__stage *stage)
{
    struct bight__raw raw;
    SERVER->on_made = bight__cue_pause;
    RAW(&raw);
    CHECK(bight__raw_send(&raw, 60000) > 0);
    (void)bight__actor_more(SERVER, 400000);
    SETTLE();
    bight__actor_close(SERVER);
    SETTLE();
    UNTIL(bight__raw_read(&raw));
    EQUAL(raw.error, 0);
    EQUAL(raw.received, 400000);
    EQUAL(SERVER->lost, 0);
    bight__raw_close(&raw);
    UNTIL(SERVER->lost == 1);
    IS(SERVER->why, BIGHT_ERROR_CLOSED);
}

static void two_seconds(struct bight__stage *stage)
{
    SERVER->stays = true;
    OPEN();
    bight__actor_close(CLIENT);
    UNTIL(SERVER->eofs == 1);
    ADVANCE(1990);
    EQUAL(CLIENT->lost, 0);
    ADVANCE(40);
    EQUAL(CLIENT->lost, 1);
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
}

/* The peer goes on writing. */
static void one_mebibyte(struct bight__stage *stage)
{
    SERVER->stays = true;
    OPEN();
    bight__actor_close(CLIENT);
    UNTIL(SERVER->eofs == 1);
    (void)bight__actor_more(SERVER, 900000);
    UNTIL(bight__actor_queued(SERVER) == 0);
    SETTLE();
    EQUAL(CLIENT->lost, 0);
    (void)bight__actor_more(SERVER, 400000);
    UNTIL(CLIENT->lost == 1);
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
}

/* No time passes here. */
static void no_waiting_after_eof(struct bight__stage *stage)
{
    CLIENT->stays = SERVER->stays = true;
    OPEN();
    OK(bight__actor_write_eof(SERVER));
    UNTIL(CLIENT->eofs == 1);
    (void)bight__actor_more(CLIENT, 100);
    bight__actor_close(CLIENT);
    UNTIL(OVER());
    EQUAL(SERVER->received, 100);
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
}

static void no_waiting_after_close_now(struct bight__stage *stage)
{
    SERVER->stays = true;
    OPEN();
    (void)bight__actor_more(CLIENT, 300000);
    bight__actor_close_now(CLIENT);
    UNTIL(CLIENT->lost == 1);
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, 300000);
}

static void close_now_while_lingering(struct bight__stage *stage)
{
    SERVER->stays = true;
    OPEN();
    bight__actor_close(CLIENT);
    UNTIL(SERVER->eofs == 1);
    EQUAL(CLIENT->lost, 0);
    bight__actor_close_now(CLIENT);
    UNTIL(CLIENT->lost == 1);
}

/* -- T24 ------------------------------------------------------------------ */

static void thirty_seconds(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    bight__actor_close(CLIENT);
    ADVANCE(29990);
    EQUAL(CLIENT->lost, 0);
    ADVANCE(40);
    EQUAL(CLIENT->lost, 1);
    IS(CLIENT->why, BIGHT_ERROR_LINGER_TIMEOUT);
    EQUAL(CLIENT->end.who, BIGHT_PARTY_LOCAL);
    CHECK(CLIENT->end.unsent > 0);
}

static void becomes_an_abort(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_RESET);
    CLIENT->options.limits.linger_timeout_ms = 500;
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    bight__actor_close(CLIENT);
    ADVANCE(490);
    EQUAL(CLIENT->lost, 0);
    ADVANCE(40);
    EQUAL(CLIENT->lost, 1);
    IS(CLIENT->why, BIGHT_ERROR_LINGER_TIMEOUT);
    UNTIL(SERVER->lost == 1);
    IS(SERVER->why, BIGHT_ERROR_RESET);
}

static void includes_the_wait_for_eof(struct bight__stage *stage)
{
    SERVER->stays = true;
    OPEN();
    OK(bight_transport_set_timeout(CLIENT->t, BIGHT_TIMEOUT_LINGER, 700));
    bight__actor_close(CLIENT);
    UNTIL(SERVER->eofs == 1);
    ADVANCE(690);
    EQUAL(CLIENT->lost, 0);
    ADVANCE(40);
    EQUAL(CLIENT->lost, 1);
    IS(CLIENT->why, BIGHT_ERROR_LINGER_TIMEOUT);
}

/* The peer takes a little now and then. */
static void progress_does_not_put_off(struct bight__stage *stage)
{
    CLIENT->options.limits.linger_timeout_ms = 1000;
    CLIENT->options.limits.write_timeout_ms = 5000;
    SERVER->on_data = SERVER->on_made = bight__cue_pause;
    OPEN();
    for (unsigned i = 0; i < 40; i++)
        (void)bight__actor_lend(CLIENT, 300000);
    bight__actor_close(CLIENT);
    for (unsigned i = 0; i < 3; i++) {
        ADVANCE(300);
        EQUAL(CLIENT->lost, 0);
        unsigned reads = SERVER->reads;
        bight__actor_resume(SERVER, BIGHT_HOLD_USER);
        UNTIL(SERVER->reads > reads);
    }
    ADVANCE(120);
    EQUAL(CLIENT->lost, 1);
    IS(CLIENT->why, BIGHT_ERROR_LINGER_TIMEOUT);
}

/* -- T25 ------------------------------------------------------------------ */

static void abort_drops(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    UNTIL(CLIENT->paused);
    bight__actor_abort(CLIENT);
    bight__actor_abort(CLIENT);
    UNTIL(CLIENT->lost == 1);
    IS(CLIENT->why, BIGHT_ERROR_ABORTED);
    CHECK(CLIENT->end.unsent > 0);
    if (SERVER->t != NULL)
        bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->lost == 1);
    CHECK(SERVER->received < CLIENT->written);
}

static void write_and_abort(struct bight__actor *actor)
{
    (void)bight__actor_more(actor, 100);
    bight__actor_abort(actor);
    bight__actor_abort(actor);
}

static void abort_drops_the_cork(struct bight__stage *stage)
{
    CLIENT->on_data = write_and_abort;
    OPEN();
    (void)bight__actor_more(SERVER, 1);
    UNTIL(OVER());
    EQUAL(SERVER->received, 0);
    EQUAL(CLIENT->end.unsent, 100);
    EQUAL(CLIENT->end.bytes_out, 0);
}

static void abort_resets(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_RESET);
    OPEN();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_RESET);
    EQUAL(SERVER->end.who, BIGHT_PARTY_PEER);
    EQUAL(SERVER->end.system, ECONNRESET);
    EQUAL(SERVER->eofs, 0);
}

static void abort_asks_for_a_reset(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    OPEN();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    EQUAL(CLIENT->probe.resets, 1);
    EQUAL(CLIENT->probe.closes, 1);
}

static void raw_sees_the_reset(struct bight__stage *stage)
{
    struct bight__raw raw;
    NEED(BIGHT_CAN_RESET);
    RAW(&raw);
    bight__actor_abort(SERVER);
    UNTIL(SERVER->lost == 1);
    UNTIL(bight__raw_read(&raw));
    EQUAL(raw.error, ECONNRESET);
}

static void abort_upgrades_close(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_RESET);
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    bight__actor_close(CLIENT);
    SETTLE();
    EQUAL(CLIENT->lost, 0);
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
    EQUAL(CLIENT->end.later_causes, 1);
    IS(SERVER->why, BIGHT_ERROR_RESET);
}

static void abort_while_lingering(struct bight__stage *stage)
{
    SERVER->stays = true;
    OPEN();
    bight__actor_close(CLIENT);
    UNTIL(SERVER->eofs == 1);
    bight__actor_abort(CLIENT);
    UNTIL(CLIENT->lost == 1);
}

const bight_conformance_case bight__closing_cases[] = {
    {"T23", "close is idempotent", close_twice},
    {"T23", "no data comes after close", no_data_after_close},
    {"T23", "what was already read does not come after close",
     not_even_what_was_read},
    {"T23", "close sends what is queued, then eof", flushed_first},
    {"T23", "close over unread input destroys nothing under way",
     nothing_is_destroyed},
    {"T23", "close over unread input destroys nothing for a plain peer",
     nothing_is_destroyed_raw},
    {"T23", "close waits two seconds for the peer's eof", two_seconds},
    {"T23", "close discards at most 1 MiB", one_mebibyte},
    {"T23", "close does not wait once the peer's eof was read",
     no_waiting_after_eof},
    {"T23", "close_now sends what is queued and does not wait",
     no_waiting_after_close_now},
    {"T23", "close_now ends the wait of close", close_now_while_lingering},
    {"T24", "close is over after thirty seconds, with LINGER_TIMEOUT",
     thirty_seconds},
    {"T24", "a close that took too long becomes an abort", becomes_an_abort},
    {"T24", "the linger timeout includes the wait for eof",
     includes_the_wait_for_eof},
    {"T24", "progress does not put off the linger timeout",
     progress_does_not_put_off},
    {"T25", "abort is idempotent and drops what is queued", abort_drops},
    {"T25", "abort drops what was written in the same callback",
     abort_drops_the_cork},
    {"T25", "abort reaches the peer as a reset", abort_resets},
    {"T25", "abort asks the driver for a reset", abort_asks_for_a_reset},
    {"T25", "abort reaches a plain peer as a reset", raw_sees_the_reset},
    {"T25", "abort after close upgrades it", abort_upgrades_close},
    {"T25", "abort ends the wait of close", abort_while_lingering},
    {NULL, NULL, NULL},
};
