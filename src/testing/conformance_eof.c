/* SPDX-License-Identifier: MIT */
/* T26 to T28: half-closes. */
#include "testing/stage.h"

#include <string.h>

/* -- T26 ------------------------------------------------------------------ */

static void eof_after_queued(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    SERVER->stays = true;
    SERVER->on_made = bight__cue_pause;
    OPEN();
    bight__actor_flood(CLIENT, 64 << 20);
    UNTIL(CLIENT->paused);
    OK(bight__actor_write_eof(CLIENT));
    SETTLE();
    EQUAL(SERVER->eofs, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, CLIENT->written);
}

static void reading_goes_on(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    SERVER->stays = true;
    OPEN();
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->eofs == 1);
    (void)bight__actor_more(SERVER, 200000);
    UNTIL(CLIENT->received == 200000);
    (void)bight__actor_more(SERVER, 10);
    UNTIL(CLIENT->received == 200010);
    EQUAL(CLIENT->lost + SERVER->lost, 0);
}

static void eof_twice(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    bight__actor_probe(CLIENT);
    SERVER->stays = true;
    OPEN();
    OK(bight__actor_write_eof(CLIENT));
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->eofs == 1);
    OK(bight__actor_write_eof(CLIENT));
    SETTLE();
    EQUAL(CLIENT->probe.shutdowns, 1);
    CHECK(bight__actor_heard(SERVER, "ME"));
}

static void write_then_eof(struct bight__actor *actor)
{
    (void)bight__actor_more(actor, 100);
    (void)bight__actor_write_eof(actor);
}

static void eof_with_the_cork(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    CLIENT->on_made = write_then_eof;
    SERVER->stays = true;
    OPEN();
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, 100);
}

static void can_tells(struct bight__stage *stage)
{
    OPEN();
    for (int what = BIGHT_CAN_WRITE_EOF; what <= BIGHT_CAN_CREDENTIALS; what++)
        EQUAL(bight_transport_can(CLIENT->t, (bight_capability)what),
              bight__stage_can(stage, (bight_capability)what));
    CHECK(!bight_transport_can(CLIENT->t, (bight_capability)77));
}

static void cannot(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.cannot = true;
    OPEN();
    CHECK(!bight_transport_can(CLIENT->t, BIGHT_CAN_WRITE_EOF));
    IS(bight__actor_write_eof(CLIENT), BIGHT_ERROR_UNSUPPORTED);
    (void)bight__actor_more(CLIENT, 10);
    UNTIL(SERVER->received == 10);
    EQUAL(SERVER->eofs, 0);
}

/* -- T27 ------------------------------------------------------------------ */

static void write_much(struct bight__actor *actor)
{
    (void)bight__actor_more(actor, 300000);
}

static void false_closes(struct bight__stage *stage)
{
    CLIENT->stays = true;
    SERVER->on_eof = write_much;
    OPEN();
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(OVER());
    EQUAL(CLIENT->received, 300000);
    IS(SERVER->why, BIGHT_ERROR_EOF);
    IS(CLIENT->why, BIGHT_ERROR_EOF);
}

static void absent_closes(struct bight__stage *stage)
{
    SERVER->protocol.eof_received = NULL;
    OPEN();
    (void)bight__actor_more(SERVER, 100000);
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(OVER());
    EQUAL(CLIENT->received, 100000);
    IS(SERVER->why, BIGHT_ERROR_EOF);
    EQUAL(SERVER->end.who, BIGHT_PARTY_PEER);
}

static void true_stays(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    SERVER->stays = true;
    OPEN();
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->eofs == 1);
    ADVANCE(60000);
    EQUAL(SERVER->lost, 0);
    (void)bight__actor_more(SERVER, 10);
    UNTIL(CLIENT->received == 10);
    bight__actor_close(SERVER);
    UNTIL(OVER());
    IS(SERVER->why, BIGHT_ERROR_CLOSED);
}

/* -- T28 ------------------------------------------------------------------ */

static void both_ended(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    CLIENT->stays = SERVER->stays = true;
    OPEN();
    (void)bight__actor_more(CLIENT, 1000);
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->lost, 0);
    (void)bight__actor_more(SERVER, 100000);
    OK(bight__actor_write_eof(SERVER));
    UNTIL(OVER());
    EQUAL(CLIENT->received, 100000);
    IS(CLIENT->why, BIGHT_ERROR_EOF);
    IS(SERVER->why, BIGHT_ERROR_EOF);
    CHECK(bight__actor_heard(CLIENT, "MDEL"));
    EQUAL(CLIENT->end.unsent + SERVER->end.unsent, 0);
}

static void both_at_once(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    CLIENT->stays = SERVER->stays = true;
    CLIENT->on_made = SERVER->on_made = write_then_eof;
    OPEN();
    UNTIL(OVER());
    EQUAL(CLIENT->received, 100);
    EQUAL(SERVER->received, 100);
    CHECK(bight__actor_heard(CLIENT, "MDEL"));
    CHECK(bight__actor_heard(SERVER, "MDEL"));
}

/* The eof in is not over until it was heard. */
static void not_before_it_is_heard(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    CLIENT->stays = SERVER->stays = true;
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    (void)bight__actor_more(CLIENT, 1000);
    OK(bight__actor_write_eof(CLIENT));
    OK(bight__actor_write_eof(SERVER));
    UNTIL(CLIENT->eofs == 1);
    SETTLE();
    EQUAL(SERVER->lost, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(OVER());
    EQUAL(SERVER->received, 1000);
}

const bight_conformance_case bight__eof_cases[] = {
    {"T26", "write_eof sends eof after what is queued", eof_after_queued},
    {"T26", "after write_eof reading goes on", reading_goes_on},
    {"T26", "write_eof is idempotent", eof_twice},
    {"T26", "write_eof in the callback that wrote follows its bytes",
     eof_with_the_cork},
    {"T26", "can tells what the transport can", can_tells},
    {"T26", "a transport that cannot write eof answers UNSUPPORTED", cannot},
    {"T27", "eof_received that answers false closes, flushing first",
     false_closes},
    {"T27", "an absent eof_received closes, flushing first", absent_closes},
    {"T27", "eof_received that answers true leaves writing open", true_stays},
    {"T28", "both directions ended by eof end the connection", both_ended},
    {"T28", "eofs that cross end the connection", both_at_once},
    {"T28", "an eof that waits for a resume has not ended its direction",
     not_before_it_is_heard},
    {NULL, NULL, NULL},
};
