/* SPDX-License-Identifier: MIT */
/* T18: producers. */
#include "testing/stage.h"

enum { RESUMES, PAUSES, FINISHES, STOPS, LIMIT };

static struct bight__actor *enter(void *ctx, unsigned what)
{
    struct bight__actor *actor = ctx;
    struct bight__stage *stage = actor->stage;
    if (stage->inside_verb > 0 || stage->depth > 0)
        bight__stage_fail(stage, "T8: a producer was told inside a callback");
    if (actor->tally[STOPS] > 0)
        bight__stage_fail(stage, "T18: a producer was told after its stop");
    actor->tally[what]++;
    return actor;
}

static void resume_pushing(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = enter(ctx, RESUMES);
    (void)t;
    for (unsigned i = 0; i < 1000; i++)
        if (bight__actor_more(actor, 16384) != BIGHT_WRITE_READY)
            break;
}

static void pause(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = enter(ctx, PAUSES);
    (void)t;
    if (actor->tally[PAUSES] > actor->tally[RESUMES])
        bight__stage_fail(actor->stage, "T18: paused without a resume");
}

static void stop(void *ctx, bight_transport *t)
{
    (void)enter(ctx, STOPS);
    (void)t;
}

static const bight_producer pusher = {.size = sizeof(bight_producer),
                                      .resume = resume_pushing,
                                      .pause = pause,
                                      .stop = stop};

/* -- push and pull -------------------------------------------------------- */

static void pushes(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    OK(bight__actor_produce(CLIENT, &pusher, CLIENT));
    EQUAL(CLIENT->tally[RESUMES], 0);
    UNTIL(CLIENT->tally[PAUSES] == 1);
    EQUAL(CLIENT->tally[RESUMES], 1);
    SETTLE();
    EQUAL(CLIENT->tally[RESUMES], 1);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(CLIENT->tally[RESUMES] >= 2);
    bight__actor_unproduce(CLIENT);
    UNTIL(SERVER->received == CLIENT->written);
    EQUAL(CLIENT->tally[STOPS], 0);
}

static void resume_pulling(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = enter(ctx, RESUMES);
    (void)t;
    if (actor->paused)
        bight__stage_fail(actor->stage, "T18: pulled while it is paused");
    (void)bight__actor_more(actor, 1000);
    if (actor->tally[RESUMES] == actor->tally[LIMIT])
        bight__actor_unproduce(actor);
}

static const bight_producer puller = {.size = sizeof(bight_producer),
                                      .resume = resume_pulling,
                                      .stop = stop,
                                      .pull = true};

static void pulled_until_full(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    OK(bight__actor_produce(CLIENT, &puller, CLIENT));
    UNTIL(CLIENT->paused);
    unsigned asked = CLIENT->tally[RESUMES];
    CHECK(asked > 60 && bight__actor_queued(CLIENT) < 100000);
    SETTLE();
    EQUAL(CLIENT->tally[RESUMES], asked);
    CLIENT->tally[LIMIT] = asked + 500;
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == 1000 * (asked + 500));
    EQUAL(CLIENT->tally[RESUMES], asked + 500);
    EQUAL(CLIENT->tally[STOPS], 0);
}

/* Each pull is larger than the high mark: one of them fills the queue. */
static void resume_heavily(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = enter(ctx, RESUMES);
    (void)t;
    (void)bight__actor_lend(actor, 4 << 20);
}

static const bight_producer heavy = {.size = sizeof(bight_producer),
                                     .resume = resume_heavily,
                                     .stop = stop,
                                     .pull = true};

static void full_stops_the_pulling(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    OK(bight__actor_produce(CLIENT, &heavy, CLIENT));
    UNTIL(CLIENT->paused || CLIENT->lost > 0);
    SETTLE();
    EQUAL(CLIENT->lost, 0);
    CHECK(CLIENT->tally[RESUMES] <= 4);
}

/* -- one at a time, one end ----------------------------------------------- */

static void one_at_a_time(struct bight__stage *stage)
{
    OPEN();
    OK(bight__actor_produce(CLIENT, &puller, CLIENT));
    IS(bight__actor_produce(CLIENT, &pusher, CLIENT), BIGHT_ERROR_BUSY);
    bight__actor_unproduce(CLIENT);
    bight__actor_unproduce(CLIENT);
    OK(bight__actor_produce(CLIENT, &pusher, CLIENT));
    bight__actor_unproduce(CLIENT);
    SETTLE();
    EQUAL(CLIENT->tally[RESUMES] + CLIENT->tally[STOPS], 0);
    bight__actor_close(CLIENT);
    IS(bight__actor_produce(CLIENT, &pusher, CLIENT), BIGHT_ERROR_CLOSED);
    UNTIL(OVER());
    EQUAL(CLIENT->tally[STOPS], 0);
}

static void open_producing(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    OK(bight__actor_produce(CLIENT, &pusher, CLIENT));
    UNTIL(CLIENT->tally[PAUSES] == 1);
}

#define PRODUCING() UNLESS_FAILED(open_producing(stage))

static void stopped_by_abort(struct bight__stage *stage)
{
    PRODUCING();
    bight__actor_abort(CLIENT);
    EQUAL(CLIENT->tally[STOPS], 0);
    UNTIL(CLIENT->lost == 1);
    EQUAL(CLIENT->tally[STOPS], 1);
}

static void stopped_by_reset(struct bight__stage *stage)
{
    PRODUCING();
    bight__actor_abort(SERVER);
    UNTIL(OVER());
    EQUAL(CLIENT->tally[STOPS], 1);
}

static void stopped_by_close(struct bight__stage *stage)
{
    PRODUCING();
    bight__actor_close(CLIENT);
    EQUAL(CLIENT->tally[STOPS], 0);
    UNTIL(CLIENT->tally[STOPS] == 1);
    EQUAL(CLIENT->lost, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(OVER());
    EQUAL(SERVER->received, CLIENT->written);
    EQUAL(CLIENT->tally[STOPS], 1);
}

/* -- finish --------------------------------------------------------------- */

static void finish(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = enter(ctx, FINISHES);
    (void)t;
    actor->finishing = true;
    (void)bight__actor_more(actor, 1000);
}

static void write_the_rest(void *ctx)
{
    struct bight__actor *actor = ctx;
    (void)bight__actor_more(actor, 234);
    (void)bight__actor_lend(actor, 10);
    bight__actor_unproduce(actor);
    actor->finishing = false;
    if (bight__actor_more(actor, 1) != BIGHT_WRITE_CLOSED)
        bight__stage_fail(actor->stage, "T14: written after the producer");
}

static const bight_producer finisher = {.size = sizeof(bight_producer),
                                        .resume = resume_pushing,
                                        .pause = pause,
                                        .finish = finish,
                                        .stop = stop};

static void finishes(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    OK(bight__actor_produce(CLIENT, &finisher, CLIENT));
    UNTIL(CLIENT->tally[PAUSES] == 1);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    bight__actor_close(CLIENT);
    bight__actor_close(CLIENT);
    EQUAL(CLIENT->tally[FINISHES], 0);
    UNTIL(CLIENT->tally[FINISHES] == 1);
    UNTIL(SERVER->received == CLIENT->written);
    ADVANCE(5000);
    EQUAL(SERVER->eofs, 0);
    EQUAL(CLIENT->lost, 0);
    OK(bight_call_soon(stage->loop, write_the_rest, CLIENT));
    UNTIL(OVER());
    EQUAL(SERVER->received, CLIENT->written);
    EQUAL(CLIENT->tally[FINISHES], 1);
    EQUAL(CLIENT->tally[STOPS], 0);
}

static void never_finishes(struct bight__stage *stage)
{
    OPEN();
    CLIENT->tally[RESUMES] = 1;
    OK(bight__actor_produce(CLIENT, &finisher, CLIENT));
    bight__actor_close(CLIENT);
    UNTIL(CLIENT->tally[FINISHES] == 1);
    ADVANCE(29000);
    EQUAL(CLIENT->lost, 0);
    ADVANCE(1100);
    EQUAL(CLIENT->lost, 1);
    IS(CLIENT->why, BIGHT_ERROR_LINGER_TIMEOUT);
    EQUAL(CLIENT->tally[STOPS], 1);
    EQUAL(CLIENT->tally[FINISHES], 1);
}

const bight_conformance_case bight__producer_cases[] = {
    {"T18", "a push producer is told to resume, pause and resume", pushes},
    {"T18", "a pull producer is asked until it is full, and again later",
     pulled_until_full},
    {"T18", "a pull producer of large pieces stays below the cap",
     full_stops_the_pulling},
    {"T18", "there is one producer at a time", one_at_a_time},
    {"T18", "abort stops a producer once", stopped_by_abort},
    {"T18", "a reset stops a producer once", stopped_by_reset},
    {"T18", "close stops a producer that cannot finish, once",
     stopped_by_close},
    {"T18", "close tells a producer to finish and waits for it", finishes},
    {"T18", "close does not wait for a producer for ever", never_finishes},
    {NULL, NULL, NULL},
};
