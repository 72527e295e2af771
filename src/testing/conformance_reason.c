/* SPDX-License-Identifier: MIT */
/* T29, T30: why a connection ended, and fail. */
#include <string.h>

#include "testing/stage.h"

/* -- T29 ------------------------------------------------------------------ */

static void end_is(struct bight__actor *actor, bight_code code, int who)
{
    struct bight__stage *stage = actor->stage;
    IS(actor->why, code);
    IS(actor->end.why, code);
    EQUAL(actor->end.who, who);
}

#define END(actor, code, who) UNLESS_FAILED(end_is((actor), (code), (who)))

/* The other reasons have cases where their rules are. */
static void closed_and_eof(struct bight__stage *stage)
{
    OPEN();
    bight__actor_close(CLIENT);
    UNTIL(OVER());
    END(CLIENT, BIGHT_ERROR_CLOSED, BIGHT_PARTY_LOCAL);
    END(SERVER, BIGHT_ERROR_EOF, BIGHT_PARTY_PEER);
    EQUAL(CLIENT->end.system, 0);
}

static void aborted(struct bight__stage *stage)
{
    OPEN();
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    END(CLIENT, BIGHT_ERROR_ABORTED, BIGHT_PARTY_LOCAL);
}

static void check_loop_closed(struct bight__actor *actor)
{
    if (actor->tally[0]++ == 0 &&
        !bight_error_is(actor->why, &bight_domain, BIGHT_ERROR_LOOP_CLOSED))
        bight__stage_fail(actor->stage, "T29: %s was not told LOOP_CLOSED",
                          actor->name);
}

static void no_report(void *ctx, const bight_close_report *report)
{
    struct bight__stage *stage = ctx;
    stage->survivors = report->count;
}

static void ends_with_the_loop(struct bight__stage *stage)
{
    CLIENT->on_lost = SERVER->on_lost = check_loop_closed;
    OPEN();
    (void)bight__actor_more(CLIENT, 10);
    bight_loop_close(stage->loop, no_report, stage);
    CHECK(OVER());
    END(CLIENT, BIGHT_ERROR_LOOP_CLOSED, BIGHT_PARTY_LOCAL);
    END(SERVER, BIGHT_ERROR_LOOP_CLOSED, BIGHT_PARTY_LOCAL);
    CHECK(stage->survivors >= 2);
}

static void close_loop(void *ctx)
{
    struct bight__stage *stage = ctx;
    bight_loop_close(stage->loop, no_report, stage);
}

static void ends_with_the_loop_inside(struct bight__stage *stage)
{
    CLIENT->on_lost = SERVER->on_lost = check_loop_closed;
    OPEN();
    OK(bight_call_soon(stage->loop, close_loop, stage));
    UNTIL(OVER());
}

static void connecting_ends_with_the_loop(struct bight__stage *stage)
{
    OK(bight__stage_listen(stage, 0));
    OK(bight__stage_connect(stage, 0));
    bight_loop_close(stage->loop, no_report, stage);
    stage->pairs[0].listener = NULL;
    EQUAL(CLIENT->told, 1);
    IS(CLIENT->told_error, BIGHT_ERROR_LOOP_CLOSED);
    EQUAL(CLIENT->made, 0);
}

static void first_cause(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    bight__actor_close(CLIENT);
    bight__actor_give_up(CLIENT, bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR));
    bight__actor_abort(CLIENT);
    bight__actor_abort(CLIENT);
    UNTIL(CLIENT->lost == 1);
    END(CLIENT, BIGHT_ERROR_CLOSED, BIGHT_PARTY_LOCAL);
    EQUAL(CLIENT->end.later_causes, 1);
}

static void bytes_counted(struct bight__stage *stage)
{
    OPEN();
    ADVANCE(250);
    (void)bight__actor_more(CLIENT, 12345);
    (void)bight__actor_more(SERVER, 54321);
    UNTIL(SERVER->received == 12345 && CLIENT->received == 54321);
    bight_end so_far = bight__actor_end(CLIENT);
    CHECK(!bight_failed(so_far.why));
    EQUAL(so_far.bytes_in, 54321);
    EQUAL(so_far.bytes_out, 12345);
    bight__actor_close(CLIENT);
    UNTIL(OVER());
    EQUAL(CLIENT->end.bytes_in, 54321);
    EQUAL(CLIENT->end.bytes_out, 12345);
    EQUAL(CLIENT->end.unsent, 0);
    EQUAL(SERVER->end.bytes_in, 12345);
    EQUAL(SERVER->end.bytes_out, 54321);
    EQUAL(CLIENT->end.duration_ms, 250);
}

static void unsent_counted(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    SETTLE();
    size_t queued = bight__actor_queued(CLIENT);
    bight_end end = bight__actor_end(CLIENT);
    EQUAL(end.unsent, queued);
    EQUAL(end.bytes_out + queued, CLIENT->written);
    CHECK(queued > 0);
    bight__actor_abort(CLIENT);
    UNTIL(CLIENT->lost == 1);
    EQUAL(CLIENT->end.unsent, queued);
    EQUAL(CLIENT->end.bytes_out + queued, CLIENT->written);
}

/* The layers agree on what did not leave, also when the wire broke. */
static void unsent_by_reset(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    SETTLE();
    size_t queued = bight__actor_queued(CLIENT);
    CHECK(queued > 0);
    bight__actor_abort(SERVER);
    UNTIL(OVER());
    CHECK(CLIENT->end.unsent >= 1 && CLIENT->end.unsent <= queued);
    EQUAL(CLIENT->end.bytes_out + CLIENT->end.unsent, CLIENT->written);
    END(CLIENT, BIGHT_ERROR_RESET, BIGHT_PARTY_PEER);
    CHECK(CLIENT->end.system != 0);
}

static void small_end(struct bight__stage *stage)
{
    OPEN();
    bight_end end;
    memset(&end, 0x55, sizeof(end));
    bight_end untouched = end;
    end.size = offsetof(bight_end, bytes_in);
    bight_transport_end(CLIENT->t, &end);
    EQUAL(end.bytes_in, untouched.bytes_in);
    EQUAL(end.later_causes, 0);
}

/* -- T30 ------------------------------------------------------------------ */

static void say_and_fail(struct bight__actor *actor)
{
    (void)bight__actor_say(actor, "421 go away");
    bight__actor_give_up(actor, bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR));
}

static void flushes_the_cork(struct bight__stage *stage)
{
    SERVER->on_data = say_and_fail;
    bight__actor_probe(SERVER);
    OPEN();
    OPEN_FAR();
    (void)bight__actor_say(CLIENT, "?");
    UNTIL(OVER());
    EQUAL(SERVER->probe.tries, 1);
    CHECK(strncmp(CLIENT->text, "421 go away", CLIENT->received) == 0);
    CHECK(CLIENT->received == 11 || SERVER->end.unsent > 0);
    END(SERVER, BIGHT_ERROR_PROTOCOL_ERROR, BIGHT_PARTY_LOCAL);
    EQUAL(FAR_CLIENT->lost + FAR_SERVER->lost, 0);
    (void)bight__actor_say(FAR_CLIENT, "!");
    UNTIL(FAR_SERVER->received == 1);
}

static const bight_error_domain own_domain = {.size = sizeof(own_domain),
                                              .name = "own"};

static void foreign_reason(struct bight__stage *stage)
{
    OPEN();
    bight__actor_give_up(CLIENT, bight_error_make(&own_domain, 777));
    UNTIL(OVER());
    CHECK(bight_error_is(CLIENT->why, &own_domain, 777));
    CHECK(bight_error_is(CLIENT->end.why, &own_domain, 777));
}

/* Trying to flush is all: there is no waiting for a peer that does not read.
 * No time passes here. */
static void does_not_wait(struct bight__stage *stage)
{
    OPEN();
    bight__actor_pause(SERVER, BIGHT_HOLD_USER);
    bight__actor_flood(CLIENT, 64 << 20);
    SETTLE();
    CHECK(bight__actor_queued(CLIENT) > 0);
    bight__actor_give_up(CLIENT, bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR));
    UNTIL(CLIENT->lost == 1);
    END(CLIENT, BIGHT_ERROR_PROTOCOL_ERROR, BIGHT_PARTY_LOCAL);
}

const bight_conformance_case bight__reason_cases[] = {
    {"T29", "a close is CLOSED here and EOF there", closed_and_eof},
    {"T29", "an abort is ABORTED here", aborted},
    {"T29", "a loop that closes ends its connections with LOOP_CLOSED",
     ends_with_the_loop},
    {"T29", "a loop closed inside a callback ends its connections",
     ends_with_the_loop_inside},
    {"T29", "a loop that closes ends a connect under way",
     connecting_ends_with_the_loop},
    {"T29", "the first cause wins, later ones are counted", first_cause},
    {"T29", "the end tells bytes in and out and the duration", bytes_counted},
    {"T29", "the end tells what was not sent", unsent_counted},
    {"T29", "the end tells what was not sent when the peer reset",
     unsent_by_reset},
    {"T29", "a smaller bight_end of an older program stays whole", small_end},
    {"T30", "fail flushes the cork and ends that connection only",
     flushes_the_cork},
    {"T30", "fail takes an error of any domain", foreign_reason},
    {"T30", "fail does not wait for a peer that does not read", does_not_wait},
    {NULL, NULL, NULL},
};
