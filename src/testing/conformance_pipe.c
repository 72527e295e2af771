/* SPDX-License-Identifier: MIT */
/*
 * T18: pipe. The server of one connection is joined to the client of another:
 *
 *     CLIENT ── SERVER ══pipe══ FAR_CLIENT ── FAR_SERVER
 */
#include "testing/stage.h"

#include <string.h>

static void open_piped(struct bight__stage *stage)
{
    OPEN();
    OPEN_FAR();
    OK(bight__actor_pipe(SERVER, FAR_CLIENT));
    OK(bight__actor_pipe(FAR_CLIENT, SERVER));
}

#define PIPED() UNLESS_FAILED(open_piped(stage))
#define ALL_OVER() (OVER() && bight__stage_over(stage, 1))

static void both_ways(struct bight__stage *stage)
{
    PIPED();
    (void)bight__actor_more(CLIENT, 300000);
    (void)bight__actor_more(FAR_SERVER, 200000);
    UNTIL(FAR_SERVER->received == 300000 && CLIENT->received == 200000);
    (void)bight__actor_more(CLIENT, 1);
    UNTIL(FAR_SERVER->received == 300001);
    EQUAL(SERVER->received + FAR_CLIENT->received, 0);
}

static void undelivered_too(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    (void)bight__actor_more(CLIENT, 1000);
    SETTLE();
    OPEN_FAR();
    OK(bight__actor_pipe(SERVER, FAR_CLIENT));
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(FAR_SERVER->received == 1000);
}

static void half_closes(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    CLIENT->stays = FAR_SERVER->stays = true;
    PIPED();
    (void)bight__actor_more(CLIENT, 100000);
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(FAR_SERVER->eofs == 1);
    EQUAL(FAR_SERVER->received, 100000);
    (void)bight__actor_more(FAR_SERVER, 50000);
    UNTIL(CLIENT->received == 50000);
    OK(bight__actor_write_eof(FAR_SERVER));
    UNTIL(ALL_OVER());
    EQUAL(CLIENT->eofs, 1);
    IS(CLIENT->why, BIGHT_ERROR_EOF);
    IS(SERVER->why, BIGHT_ERROR_EOF);
    IS(FAR_CLIENT->why, BIGHT_ERROR_EOF);
}

static void pressure(struct bight__stage *stage)
{
    PIPED();
    bight__actor_pause(FAR_SERVER, BIGHT_HOLD_USER);
    SETTLE();
    bight__actor_flood(CLIENT, 256 << 20);
    for (unsigned i = 0; i < 1000 && !CLIENT->paused; i++) {
        SETTLE();
        bight__actor_flood(CLIENT, 256 << 20);
    }
    UNTIL(CLIENT->paused);
    for (unsigned i = 0; i < 10; i++) {
        SETTLE();
        CHECK(bight__actor_queued(FAR_CLIENT) < 1 << 20);
    }
    EQUAL(FAR_SERVER->received, 0);
    bight__actor_resume(FAR_SERVER, BIGHT_HOLD_USER);
    UNTIL(FAR_SERVER->received == CLIENT->written);
    UNTIL(!CLIENT->paused);
}

/* A target that was full before it became one. */
static void full_from_the_start(struct bight__stage *stage)
{
    OPEN();
    OPEN_FAR();
    bight__actor_pause(FAR_SERVER, BIGHT_HOLD_USER);
    SETTLE();
    bight__actor_flood(FAR_CLIENT, 64 << 20);
    UNTIL(FAR_CLIENT->paused);
    OK(bight__actor_pipe(SERVER, FAR_CLIENT));
    size_t queued = bight__actor_queued(FAR_CLIENT);
    (void)bight__actor_more(CLIENT, 1000);
    SETTLE();
    EQUAL(bight__actor_queued(FAR_CLIENT), queued);
    EQUAL(SERVER->received, 0);
    stage->patterned = false;
    bight__actor_resume(FAR_SERVER, BIGHT_HOLD_USER);
    UNTIL(FAR_SERVER->received == FAR_CLIENT->written + 1000);
}

static void source_dies(struct bight__stage *stage)
{
    PIPED();
    (void)bight__actor_more(CLIENT, 1000);
    UNTIL(FAR_SERVER->received == 1000);
    bight__actor_abort(CLIENT);
    UNTIL(ALL_OVER());
    if (bight__stage_can(stage, BIGHT_CAN_RESET))
        IS(FAR_CLIENT->why, BIGHT_ERROR_CLOSED);
    IS(FAR_SERVER->why, BIGHT_ERROR_EOF);
}

static void target_dies(struct bight__stage *stage)
{
    PIPED();
    bight__actor_pause(FAR_SERVER, BIGHT_HOLD_USER);
    (void)bight__actor_more(CLIENT, 1000);
    SETTLE();
    bight__actor_abort(FAR_SERVER);
    UNTIL(ALL_OVER());
    IS(SERVER->why, BIGHT_ERROR_CLOSED);
}

static void an_end_aborts(struct bight__stage *stage)
{
    PIPED();
    (void)bight__actor_more(CLIENT, 1000);
    UNTIL(FAR_SERVER->received == 1000);
    bight__actor_abort(SERVER);
    UNTIL(ALL_OVER());
}

static void an_end_closes(struct bight__stage *stage)
{
    PIPED();
    (void)bight__actor_more(CLIENT, 1000);
    UNTIL(FAR_SERVER->received == 1000);
    bight__actor_close(FAR_CLIENT);
    UNTIL(ALL_OVER());
    EQUAL(FAR_SERVER->received, 1000);
}

static void errors(struct bight__stage *stage)
{
    OPEN();
    OPEN_FAR();
    IS(bight__actor_pipe(SERVER, SERVER), BIGHT_ERROR_INVALID);
    OK(bight__actor_pipe(SERVER, FAR_CLIENT));
    IS(bight__actor_pipe(SERVER, CLIENT), BIGHT_ERROR_BUSY);
    IS(bight__actor_pipe(CLIENT, FAR_CLIENT), BIGHT_ERROR_BUSY);
    IS(bight__actor_switch(SERVER), BIGHT_ERROR_BUSY);
    bight__actor_close(FAR_SERVER);
    IS(bight__actor_pipe(FAR_SERVER, CLIENT), BIGHT_ERROR_CLOSED);
    IS(bight__actor_pipe(CLIENT, FAR_SERVER), BIGHT_ERROR_CLOSED);
}

const bight_conformance_case bight__pipe_cases[] = {
    {"T18", "pipe carries bytes both ways", both_ways},
    {"T18", "pipe carries what was not yet delivered", undelivered_too},
    {"T18", "pipe carries half-closes", half_closes},
    {"T18", "pipe reads only as fast as the target takes it", pressure},
    {"T18", "pipe does not read while its target is full from the start",
     full_from_the_start},
    {"T18", "when a pipe's source is lost, its target is closed", source_dies},
    {"T18", "when a pipe's target is lost, its source is closed", target_dies},
    {"T18", "when an end of a pipe aborts, the other is closed", an_end_aborts},
    {"T18", "when an end of a pipe closes, the other is closed", an_end_closes},
    {"T18", "pipe answers INVALID, BUSY and CLOSED", errors},
    {NULL, NULL, NULL},
};
