/* SPDX-License-Identifier: MIT */
/* T21: a peer that is gone is noticed, whether we read or not. */
#include "testing/raw.h"
#include "testing/stage.h"

static void aborted_while_stopped(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_RESET);
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    (void)bight__actor_more(CLIENT, 10);
    SETTLE();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_RESET);
    CHECK(bight__actor_heard(SERVER, "ML"));
}

/* Bytes that a peer never read make a reset of any of its ends. */
static void leave_unread(struct bight__stage *stage)
{
    bight__actor_pause(CLIENT, BIGHT_HOLD_USER);
    SETTLE();
    (void)bight__actor_more(SERVER, 1000);
    SETTLE();
}

static void gone_while_stopped(struct bight__stage *stage)
{
    OPEN();
    UNLESS_FAILED(leave_unread(stage));
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_RESET);
}

static void gone_after_write_eof(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    OPEN();
    UNLESS_FAILED(leave_unread(stage));
    OK(bight__actor_write_eof(SERVER));
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_RESET);
}

static void gone_after_eof(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    SERVER->stays = true;
    OPEN();
    UNLESS_FAILED(leave_unread(stage));
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->eofs == 1);
    SETTLE();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_RESET);
}

/* Data and the reset come in one turn, and the data is what it pauses at. */
static void reset_behind_data(struct bight__stage *stage)
{
    struct bight__raw raw;
    NEED(BIGHT_CAN_RESET);
    RAW(&raw);
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    SETTLE();
    SERVER->on_data = bight__cue_pause;
    EQUAL(bight__raw_send(&raw, 100), 100);
    bight__raw_reset(&raw);
    UNTIL(SERVER->lost == 1);
    IS(SERVER->why, BIGHT_ERROR_RESET);
}

/* As before, but nothing pauses: what was cut short is no eof. */
static void reset_is_no_eof(struct bight__stage *stage)
{
    struct bight__raw raw;
    NEED(BIGHT_CAN_RESET);
    SERVER->stays = true;
    RAW(&raw);
    SETTLE();
    EQUAL(bight__raw_send(&raw, 100), 100);
    bight__raw_reset(&raw);
    UNTIL(SERVER->lost == 1);
    IS(SERVER->why, BIGHT_ERROR_RESET);
    EQUAL(SERVER->eofs, 0);
}

const bight_conformance_case bight__reset_cases[] = {
    {"T21", "a reset is noticed while reading is stopped",
     aborted_while_stopped},
    {"T21", "a peer that leaves our bytes unread is noticed while stopped",
     gone_while_stopped},
    {"T21", "a reset after write_eof is noticed while stopped",
     gone_after_write_eof},
    {"T21", "a reset after the peer's eof is noticed", gone_after_eof},
    {"T21", "a reset right behind data at which reading stops is noticed",
     reset_behind_data},
    {"T21", "a reset right behind data is no eof", reset_is_no_eof},
    {NULL, NULL, NULL},
};
