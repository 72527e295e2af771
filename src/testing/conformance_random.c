/* SPDX-License-Identifier: MIT */
/* All rules at once: random scripts on both ends, by numbered seeds. What must
 * hold is what the recorder checks, and that an eof heard means that all
 * arrived. */
#include "testing/stage.h"

#define SEEDS 300
#define ROUNDS 12

static uint32_t roll(struct bight__stage *stage, uint32_t sides)
{
    uint32_t x = stage->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    stage->random = x;
    return x % sides;
}

static size_t some_size(struct bight__stage *stage)
{
    if (roll(stage, 40) == 0)
        return roll(stage, 60000);
    return roll(stage, roll(stage, 4) == 0 ? 3000 : 300);
}

static bight_hold some_hold(struct bight__stage *stage)
{
    return (bight_hold)(1 << roll(stage, 4));
}

static void write_some(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    size_t size = some_size(stage);
    switch (roll(stage, 4)) {
    case 0:
        (void)bight__actor_lend(actor, size);
        break;
    case 1:
        (void)bight__actor_gather(actor, size, roll(stage, 20) + 1);
        break;
    default:
        (void)bight__actor_more(actor, size);
        break;
    }
}

static void echo_some(struct bight__actor *actor)
{
    size_t size = actor->data.size;
    if (size == 0)
        return;
    size = roll(actor->stage, (uint32_t)size) + 1;
    /* What was read is of the pattern, but at another place of it. */
    if (actor->received - actor->data.size == actor->written)
        (void)bight__actor_write(actor, actor->data.data, size);
}

static void end_somehow(struct bight__actor *actor)
{
    switch (roll(actor->stage, 6)) {
    case 0:
        bight__actor_close(actor);
        break;
    case 1:
        bight__actor_close_now(actor);
        break;
    case 2:
        bight__actor_abort(actor);
        break;
    case 3:
        bight__actor_give_up(actor, bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR));
        break;
    default:
        (void)bight__actor_write_eof(actor);
        break;
    }
}

/* -- producers ------------------------------------------------------------ */

enum { BEGUN, ENDED, ASKED };

static void leave_off(struct bight__actor *actor)
{
    bight__actor_unproduce(actor);
    actor->finishing = false;
    actor->tally[ENDED]++;
}

static void resume(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = ctx;
    (void)t;
    if (actor->tally[ASKED]++ < 20)
        write_some(actor);
    if (roll(actor->stage, 8) == 0)
        leave_off(actor);
}

static void finish(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = ctx;
    (void)t;
    write_some(actor);
    if (roll(actor->stage, 2) == 0)
        leave_off(actor);
}

static void stop(void *ctx, bight_transport *t)
{
    struct bight__actor *actor = ctx;
    (void)t;
    actor->finishing = false;
    actor->tally[ENDED]++;
}

static const bight_producer producers[] = {
    {.size = sizeof(bight_producer), .resume = resume, .stop = stop},
    {.size = sizeof(bight_producer),
     .resume = resume,
     .stop = stop,
     .pull = true},
    {.size = sizeof(bight_producer),
     .resume = resume,
     .finish = finish,
     .stop = stop,
     .pull = true},
};

static void produce(struct bight__actor *actor)
{
    const bight_producer *which = &producers[roll(actor->stage, 3)];
    if (bight_failed(bight__actor_produce(actor, which, actor)))
        return;
    actor->tally[BEGUN]++;
    actor->finishing = which->finish != NULL;
}

/* -- acts ----------------------------------------------------------------- */

static void complete(void *ctx)
{
    struct bight__actor *actor = ctx;
    actor->probe.allow = roll(actor->stage, 3000);
    bight__probe_complete(&actor->probe);
}

static void time_out(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    (void)bight_transport_set_timeout(actor->t,
                                      (bight_timeout_kind)(roll(stage, 3) + 1),
                                      roll(stage, 400) + 1);
}

static void tune(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    size_t high = roll(stage, 20000);
    switch (roll(stage, 7)) {
    case 0:
        (void)bight__actor_marks(actor, high, high / 3);
        break;
    case 3:
        produce(actor);
        break;
    case 4:
        (void)bight_call_soon(stage->loop, complete, actor);
        break;
    case 5:
        if (roll(stage, 4) == 0)
            time_out(actor);
        break;
    case 1:
        if (actor->made < 4)
            (void)bight__actor_switch(actor);
        break;
    case 2:
        if (actor->data.size > 0 && actor->reads < 50)
            (void)bight__actor_unread(
                actor, roll(stage, (uint32_t)actor->data.size) + 1);
        break;
    default:
        bight__stage_clog(stage, roll(stage, 600));
        break;
    }
}

static void act(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    if (actor->t == NULL)
        return;
    switch (roll(stage, 12)) {
    case 0:
        bight__actor_pause(actor, some_hold(stage));
        break;
    case 1:
    case 2:
        bight__actor_resume(actor, some_hold(stage));
        break;
    case 3:
        tune(actor);
        break;
    case 4:
        if (roll(stage, 8) == 0)
            end_somehow(actor);
        break;
    case 5:
        echo_some(actor);
        break;
    default:
        write_some(actor);
        break;
    }
}

static void act_maybe(struct bight__actor *actor)
{
    if (roll(actor->stage, 3) == 0)
        act(actor);
    if (roll(actor->stage, 4) == 0)
        act(actor->partner);
}

/* Of any size, which changes from read to read; sometimes none. */
static void resize(struct bight__actor *actor)
{
    actor->space.size = roll(actor->stage, 700);
    act_maybe(actor);
}

static void offer_memory(struct bight__actor *actor)
{
    static uint8_t memory[2][700];
    bool is_client = actor == &actor->stage->pairs[0].client;
    actor->space.data = memory[is_client];
    actor->on_buffer = resize;
    actor->protocol.get_buffer = bight__actor_get_buffer;
    if (roll(actor->stage, 2) == 0)
        actor->second.get_buffer = bight__actor_get_buffer;
}

static void cast(struct bight__stage *stage, struct bight__actor *actor)
{
    actor->stays = roll(stage, 2) == 0;
    actor->on_made = actor->on_data = actor->on_eof = act_maybe;
    actor->on_pause = actor->on_resume = actor->on_lost = act_maybe;
    if (roll(stage, 4) == 0)
        bight__actor_probe(actor);
    actor->probe.choked = roll(stage, 2) == 0;
    actor->probe.allow = roll(stage, 2000);
    if (roll(stage, 5) == 0)
        actor->options.limits.idle_timeout_ms = 300;
    if (roll(stage, 5) == 0)
        actor->options.limits.write_cap = 20000;
    if (roll(stage, 5) == 0)
        actor->options.limits.read_limit = 2000;
    if (roll(stage, 4) == 0)
        offer_memory(actor);
}

static void end_cleanly(struct bight__actor *actor)
{
    actor->on_made = actor->on_data = actor->on_eof = NULL;
    actor->on_pause = actor->on_resume = actor->on_lost = NULL;
    actor->on_buffer = NULL;
    actor->space.size = 0;
    actor->probe.choked = false;
    if (actor->t == NULL)
        return;
    (void)bight_call_soon(actor->stage->loop, complete, actor);
    for (unsigned hold = 1; hold <= 8; hold *= 2)
        bight__actor_resume(actor, (bight_hold)hold);
}

static bool is_over(const struct bight__actor *actor)
{
    return actor->made == actor->lost + actor->handed_over;
}

/* Where there is no reset to send, what was cut short looks like an eof. */
static void check_eof(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    bool cut = actor->partner->end.unsent > 0 &&
               !bight__stage_can(stage, BIGHT_CAN_RESET);
    if (actor->eofs > 0 && !cut)
        EQUAL(actor->received, actor->partner->written);
}

static void play_one(struct bight__stage *stage)
{
    cast(stage, CLIENT);
    cast(stage, SERVER);
    stage->patterned = true;
    OPEN();
    for (unsigned i = 0; i < ROUNDS; i++) {
        act(CLIENT);
        act(SERVER);
        for (uint32_t turns = roll(stage, 4); turns > 0; turns--)
            UNLESS_FAILED((void)bight_loop_step(stage->loop));
        if (roll(stage, 10) == 0)
            ADVANCE(roll(stage, 200));
    }
    end_cleanly(CLIENT);
    end_cleanly(SERVER);
    SETTLE();
    if (CLIENT->t != NULL)
        bight__actor_close(CLIENT);
    SETTLE();
    if (SERVER->t != NULL)
        bight__actor_close(SERVER);
    SETTLE();
    ADVANCE(31000);
    UNTIL(is_over(CLIENT) && is_over(SERVER));
    UNLESS_FAILED(check_eof(CLIENT));
    UNLESS_FAILED(check_eof(SERVER));
    EQUAL(CLIENT->tally[BEGUN], CLIENT->tally[ENDED]);
    EQUAL(SERVER->tally[BEGUN], SERVER->tally[ENDED]);
    CHECK(CLIENT->received <= SERVER->written);
    CHECK(SERVER->received <= CLIENT->written);
}

static void random_scripts(struct bight__stage *stage)
{
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        stage->random = seed * 2654435761u;
        play_one(stage);
        if (!stage->failed)
            bight__stage_renew(stage, 0);
        if (stage->failed) {
            bight__stage_note(stage, seed);
            return;
        }
    }
}

const bight_conformance_case bight__random_cases[] = {
    {"T2", "any script ends in one loss on each end, and eof means all arrived",
     random_scripts},
    {NULL, NULL, NULL},
};
