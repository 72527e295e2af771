/* SPDX-License-Identifier: MIT */
/* T15 to T17: back-pressure, what counts as queued, and the cap. */
#include "testing/stage.h"

/* -- T15 ------------------------------------------------------------------ */

static void is_above_high(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    CHECK(bight__actor_queued(actor) > actor->options.limits.high_mark);
    CHECK(bight_transport_is_paused(actor->t));
}

static void is_below_low(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    CHECK(bight__actor_queued(actor) <= actor->options.limits.low_mark);
    CHECK(!bight_transport_is_paused(actor->t));
}

static void open_slow(struct bight__stage *stage)
{
    CLIENT->on_pause = is_above_high;
    CLIENT->on_resume = is_below_low;
    SERVER->on_made = bight__cue_pause;
    OPEN();
}

#define SLOW() UNLESS_FAILED(open_slow(stage))

static void rounds(struct bight__stage *stage, unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        bight__actor_flood(CLIENT, 64 << 20);
        UNTIL(CLIENT->pauses == i);
        SETTLE();
        EQUAL(CLIENT->resumes, i - 1);
        bight__actor_resume(SERVER, BIGHT_HOLD_USER);
        UNTIL(CLIENT->resumes == i);
        UNTIL(SERVER->received == CLIENT->written);
        EQUAL(CLIENT->pauses, i);
        bight__actor_pause(SERVER, BIGHT_HOLD_USER);
        SETTLE();
    }
}

static void high_and_low(struct bight__stage *stage)
{
    SLOW();
    EQUAL(CLIENT->options.limits.high_mark, 65536);
    EQUAL(CLIENT->options.limits.low_mark, 16384);
    UNLESS_FAILED(rounds(stage, 4));
}

static void of_the_owner(struct bight__stage *stage)
{
    CLIENT->options.limits.high_mark = 5000;
    CLIENT->options.limits.low_mark = 0;
    SLOW();
    UNLESS_FAILED(rounds(stage, 2));
}

static void of_the_listener(struct bight__stage *stage)
{
    SERVER->options.limits.high_mark = 5000;
    SERVER->options.limits.low_mark = 1000;
    SERVER->on_pause = is_above_high;
    SERVER->on_resume = is_below_low;
    CLIENT->on_made = bight__cue_pause;
    OPEN();
    bight__actor_flood(SERVER, 64 << 20);
    UNTIL(SERVER->pauses == 1);
    bight__actor_resume(CLIENT, BIGHT_HOLD_USER);
    UNTIL(SERVER->resumes == 1);
}

static void write_much_in_pieces(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 15; i++)
        (void)bight__actor_lend(actor, 20000);
}

static void cork_does_not_pause(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.sink = true;
    CLIENT->on_made = write_much_in_pieces;
    OPEN();
    write_much_in_pieces(CLIENT);
    SETTLE();
    EQUAL(CLIENT->pauses, 0);
    EQUAL(CLIENT->releases, 30);
}

static void open_choked(struct bight__stage *stage, size_t queued)
{
    bight__actor_probe(CLIENT);
    CLIENT->probe.choked = true;
    OPEN();
    (void)bight__actor_more(CLIENT, queued);
    SETTLE();
    EQUAL(bight__actor_queued(CLIENT), queued);
}

#define CHOKED(queued) UNLESS_FAILED(open_choked(stage, (queued)))

static void new_marks(struct bight__stage *stage)
{
    CHOKED(10000);
    EQUAL(CLIENT->pauses, 0);
    OK(bight__actor_marks(CLIENT, 5000, 1000));
    EQUAL(CLIENT->pauses, 0);
    UNTIL(CLIENT->pauses == 1);
    OK(bight__actor_marks(CLIENT, 20000, 10000));
    UNTIL(CLIENT->resumes == 1);
    OK(bight__actor_marks(CLIENT, 10000, 1000));
    SETTLE();
    EQUAL(CLIENT->pauses, 1);
    OK(bight__actor_marks(CLIENT, 9999, 1000));
    UNTIL(CLIENT->pauses == 2);
}

static void marks_that_cancel(struct bight__stage *stage)
{
    CHOKED(10000);
    OK(bight__actor_marks(CLIENT, 5000, 1000));
    OK(bight__actor_marks(CLIENT, 20000, 15000));
    SETTLE();
    EQUAL(CLIENT->pauses, CLIENT->resumes);
    OK(bight__actor_marks(CLIENT, 5000, 1000));
    UNTIL(CLIENT->paused);
    unsigned pauses = CLIENT->pauses;
    OK(bight__actor_marks(CLIENT, 20000, 15000));
    OK(bight__actor_marks(CLIENT, 5000, 1000));
    SETTLE();
    EQUAL(CLIENT->pauses, pauses);
    CHECK(CLIENT->paused);
}

static void wrong_marks(struct bight__stage *stage)
{
    CLIENT->options.limits.high_mark = 10;
    CLIENT->options.limits.low_mark = 11;
    OK(bight__stage_listen(stage, 0));
    IS(bight__stage_connect(stage, 0), BIGHT_ERROR_INVALID);
    bight__stage_unlisten(stage, 0);
    bight_limits_init(&CLIENT->options.limits);
    OPEN_FAR();
    IS(bight__actor_marks(FAR_CLIENT, 10, 11), BIGHT_ERROR_INVALID);
    OK(bight__actor_marks(FAR_CLIENT, 10, 10));
}

static void silent_after_close(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    bight__actor_flood(CLIENT, 64 << 20);
    UNTIL(CLIENT->pauses == 1);
    bight__actor_close(CLIENT);
    SETTLE();
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(OVER());
    CHECK(bight__actor_heard(CLIENT, "MPL"));
    EQUAL(SERVER->received, CLIENT->written);
}

static void flood_and_close(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 100; i++)
        (void)bight__actor_more(actor, 60000);
    bight__actor_close(actor);
}

static void silent_after_close_at_once(struct bight__stage *stage)
{
    CLIENT->on_made = flood_and_close;
    OPEN();
    UNTIL(OVER());
    EQUAL(SERVER->received, CLIENT->written);
    CHECK(bight__actor_heard(CLIENT, "ML"));
}

/* -- T16 ------------------------------------------------------------------ */

static void write_and_count(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    size_t before = bight__actor_queued(actor);
    (void)bight__actor_more(actor, 100);
    EQUAL(bight__actor_queued(actor), before + 100);
    (void)bight__actor_lend(actor, 50);
    EQUAL(bight__actor_queued(actor), before + 150);
}

static void complete(void *ctx)
{
    struct bight__actor *actor = ctx;
    bight__probe_complete(&actor->probe);
}

static void all_of_one_layer(struct bight__stage *stage)
{
    CHOKED(0);
    CLIENT->on_data = write_and_count;
    (void)bight__actor_more(SERVER, 1);
    UNTIL(CLIENT->received == 1);
    EQUAL(bight__actor_queued(CLIENT), 150);
    UNLESS_FAILED(write_and_count(CLIENT));
    SETTLE();
    EQUAL(bight__actor_queued(CLIENT), 300);
    OK(bight_call_soon(stage->loop, complete, CLIENT));
    UNTIL(bight__actor_queued(CLIENT) == 150);
    CLIENT->probe.choked = false;
    OK(bight_call_soon(stage->loop, complete, CLIENT));
    UNTIL(bight__actor_queued(CLIENT) == 0);
    UNTIL(SERVER->received == 300);
}

static void all_layers(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    SERVER->on_made = bight__cue_pause;
    OPEN();
    bight_end wire = {.size = sizeof(wire)};
    for (unsigned i = 0; i < 20; i++) {
        (void)bight__actor_lend(CLIENT, 300000);
        SETTLE();
        bight_transport_end(bight__actor_wire(CLIENT), &wire);
        EQUAL(bight__actor_queued(CLIENT) + wire.bytes_out, CLIENT->written);
    }
    CHECK(bight__actor_queued(CLIENT) > 0);
}

/* -- T17 ------------------------------------------------------------------ */

static void tested_before(struct bight__stage *stage)
{
    CHOKED(900);
    OK(bight_transport_set_write_cap(CLIENT->t, 1000));
    (void)bight__actor_more(CLIENT, 200);
    SETTLE();
    EQUAL(CLIENT->lost, 0);
    EQUAL(bight__actor_queued(CLIENT), 1100);
    EQUAL(bight__actor_more(CLIENT, 1), BIGHT_WRITE_CLOSED);
    UNTIL(OVER());
    IS(CLIENT->why, BIGHT_ERROR_WRITE_OVERFLOW);
    EQUAL(CLIENT->end.who, BIGHT_PARTY_LOCAL);
    EQUAL(CLIENT->end.unsent, 1100);
}

static void one_copy_too_large(struct bight__stage *stage)
{
    OPEN();
    OK(bight_transport_set_write_cap(CLIENT->t, 1000));
    (void)bight__actor_lend(CLIENT, 3000);
    UNTIL(SERVER->received == 3000);
    EQUAL(CLIENT->lost, 0);
    EQUAL(bight__actor_more(CLIENT, 1001), BIGHT_WRITE_CLOSED);
    UNTIL(OVER());
    IS(CLIENT->why, BIGHT_ERROR_WRITE_OVERFLOW);
    EQUAL(SERVER->received, 3000);
}

static void on_by_default(struct bight__stage *stage)
{
    CHOKED(0);
    for (unsigned i = 0; i < 18; i++)
        (void)bight__actor_lend(CLIENT, 1 << 20);
    UNTIL(CLIENT->lost == 1);
    IS(CLIENT->why, BIGHT_ERROR_WRITE_OVERFLOW);
}

/* A writer that does not listen to FULL. */
static void of_all_layers(struct bight__stage *stage)
{
    CLIENT->options.limits.write_cap = 300000;
    SERVER->on_made = bight__cue_pause;
    OPEN();
    size_t most = 0;
    while (bight__actor_more(CLIENT, 10000) != BIGHT_WRITE_CLOSED) {
        size_t queued = bight__actor_queued(CLIENT);
        most = queued > most ? queued : most;
        CHECK(most <= 310000 && CLIENT->written < 64 << 20);
        if (CLIENT->written % 40000 == 0)
            SETTLE();
    }
    CHECK(most > 300000);
    UNTIL(CLIENT->lost == 1);
    IS(CLIENT->why, BIGHT_ERROR_WRITE_OVERFLOW);
}

/* One that writes back what it reads, and does not listen either. */
static void echo_and_count(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    bight_write_status status =
        bight__actor_write(actor, actor->data.data, actor->data.size);
    CHECK(bight__actor_queued(actor) <= 300000 + 256 * 1024);
    if (status != BIGHT_WRITE_CLOSED)
        EQUAL(status == BIGHT_WRITE_FULL, bight_transport_is_paused(actor->t));
}

static void of_what_is_echoed(struct bight__stage *stage)
{
    SERVER->options.limits.write_cap = 300000;
    SERVER->on_data = echo_and_count;
    CLIENT->on_made = bight__cue_pause;
    OPEN();
    while (SERVER->lost == 0) {
        CHECK(CLIENT->written < 64 << 20);
        if (CLIENT->t != NULL && bight__actor_queued(CLIENT) < 1000000)
            (void)bight__actor_more(CLIENT, 30000);
        UNLESS_FAILED((void)bight_loop_step(stage->loop));
    }
    IS(SERVER->why, BIGHT_ERROR_WRITE_OVERFLOW);
}

const bight_conformance_case bight__marks_cases[] = {
    {"T15", "pause_writing comes past the high mark, resume at the low mark",
     high_and_low},
    {"T15", "marks are the owner's", of_the_owner},
    {"T15", "marks of accepted connections are the listener's",
     of_the_listener},
    {"T15", "a cork alone never pauses", cork_does_not_pause},
    {"T15", "new marks are in force at once", new_marks},
    {"T15", "marks that cancel each other out are heard in pairs",
     marks_that_cancel},
    {"T15", "a low mark above the high mark is an error", wrong_marks},
    {"T15", "after close no resume is heard", silent_after_close},
    {"T15", "after close no pause is heard", silent_after_close_at_once},
    {"T16", "queued counts cork, queue and the driver's part",
     all_of_one_layer},
    {"T16", "queued counts what all layers hold", all_layers},
    {"T17", "the cap is tested before a write, against what is queued",
     tested_before},
    {"T17", "one copied write larger than the cap is an overflow",
     one_copy_too_large},
    {"T17", "the cap is 16 MiB by default", on_by_default},
    {"T17", "the cap holds for bytes just read, whatever the layers",
     of_what_is_echoed},
    {"T17", "a slow reader never exhausts memory, whatever the layers",
     of_all_layers},
    {NULL, NULL, NULL},
};
