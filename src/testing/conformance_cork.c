/* SPDX-License-Identifier: MIT */
/* T13: what leaves when, in how many tries; seen by a probe that is the driver
 * of the writing end. */
#include <string.h>

#include "testing/stage.h"

static void open_probed(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    OPEN();
    (void)bight__actor_more(SERVER, 1000);
    UNTIL(CLIENT->received == 1000);
    SETTLE();
    CLIENT->probe.tries = 0;
}

/* Lets the client act inside a callback. */
static void call_client(struct bight__stage *stage, bight__cue cue)
{
    unsigned reads = CLIENT->reads;
    CLIENT->on_data = cue;
    (void)bight__actor_more(SERVER, 1);
    UNTIL(CLIENT->reads > reads);
    CLIENT->on_data = NULL;
}

#define IN_CALLBACK(cue) UNLESS_FAILED(call_client(stage, (cue)))
#define PROBED() UNLESS_FAILED(open_probed(stage))

/* -- one try -------------------------------------------------------------- */

static void write_ten(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    for (unsigned i = 0; i < 10; i++)
        (void)bight__actor_more(actor, 100);
    EQUAL(actor->probe.tries, 0);
}

static void one_try(struct bight__stage *stage)
{
    PROBED();
    IN_CALLBACK(write_ten);
    UNTIL(SERVER->received == 1000);
    EQUAL(CLIENT->probe.tries, 1);
    EQUAL(CLIENT->probe.bytes, 1000);
    EQUAL(CLIENT->probe.pieces, 1);
}

static void one_try_outside(struct bight__stage *stage)
{
    PROBED();
    UNLESS_FAILED(write_ten(CLIENT));
    UNTIL(SERVER->received == 1000);
    EQUAL(CLIENT->probe.tries, 1);
}

static void write_all_kinds(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    (void)bight__actor_more(actor, 100);
    (void)bight__actor_lend(actor, 5000);
    (void)bight__actor_more(actor, 200);
    (void)bight__actor_gather(actor, 300, 3);
    EQUAL(actor->probe.tries, 0);
}

static void kinds_are_gathered(struct bight__stage *stage)
{
    PROBED();
    IN_CALLBACK(write_all_kinds);
    UNTIL(SERVER->received == 5600);
    EQUAL(CLIENT->probe.tries, 1);
    EQUAL(CLIENT->probe.bytes, 5600);
    EQUAL(CLIENT->probe.pieces, 3);
}

/* -- lent bytes ----------------------------------------------------------- */

static void echo_halves(struct bight__actor *actor)
{
    bight_bytes data = actor->data;
    bight_bytes head = bight_bytes_head(data, data.size / 2);
    (void)bight__actor_write(actor, head.data, head.size);
    data = bight_bytes_tail(data, head.size);
    (void)bight__actor_write(actor, data.data, data.size);
    actor->tally[0]++;
    actor->tally[1] += (unsigned)actor->data.size;
    actor->tally[2] = (unsigned)actor->data.size;
    actor->tally[3] = actor->probe.tries;
    actor->space.data = (uint8_t *)(uintptr_t)actor->data.data;
}

/* The last read is looked at: its bytes were offered where they had been read
 * to, and the halves as one piece. */
static void lent_bytes(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    CLIENT->on_data = echo_halves;
    OPEN();
    (void)bight__actor_more(SERVER, 60000);
    UNTIL(SERVER->received == 60000);
    EQUAL(CLIENT->tally[1], 60000);
    CHECK(CLIENT->probe.tries <= CLIENT->tally[0]);
    EQUAL(CLIENT->probe.pieces, 1);
    EQUAL(CLIENT->probe.bytes, CLIENT->tally[2]);
    CHECK(CLIENT->probe.first == CLIENT->space.data);
}

static void swap_halves(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    bight_bytes data = actor->data;
    size_t half = data.size / 2;
    (void)bight__actor_write(actor, data.data + half, data.size - half);
    (void)bight__actor_write(actor, data.data, half);
    EQUAL(actor->probe.tries, actor->reads - 1);
}

static void lent_bytes_apart(struct bight__stage *stage)
{
    bight__actor_probe(CLIENT);
    OPEN();
    SETTLE();
    CLIENT->on_data = swap_halves;
    (void)bight__actor_say(SERVER, "worldhello");
    UNTIL(SERVER->received == 10);
    if (CLIENT->reads > 1)
        return;
    CHECK(strcmp(SERVER->text, "helloworld") == 0);
    EQUAL(CLIENT->probe.tries, 1);
    EQUAL(CLIENT->probe.pieces, 2);
}

/* -- what leaves at once -------------------------------------------------- */

static void write_large(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    (void)bight__actor_more(actor, 10);
    (void)bight__actor_more(actor, 2048);
    EQUAL(actor->probe.tries, 0);
    (void)bight__actor_more(actor, 2049);
    EQUAL(actor->probe.tries, 1);
    EQUAL(actor->probe.bytes, 4107);
    (void)bight__actor_more(actor, 5);
    EQUAL(actor->probe.tries, 1);
}

static void large_leaves_at_once(struct bight__stage *stage)
{
    PROBED();
    IN_CALLBACK(write_large);
    UNTIL(SERVER->received == 4112);
    EQUAL(CLIENT->probe.tries, 2);
}

static void lend_seventeen(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    for (unsigned i = 0; i < 16; i++)
        (void)bight__actor_lend(actor, 10);
    EQUAL(actor->probe.tries, 0);
    (void)bight__actor_lend(actor, 10);
    EQUAL(actor->probe.tries, 1);
    CHECK(actor->probe.pieces >= 16);
}

static void seventeenth_leaves_at_once(struct bight__stage *stage)
{
    PROBED();
    IN_CALLBACK(lend_seventeen);
    UNTIL(SERVER->received == 170);
    CHECK(CLIENT->probe.tries <= 2);
}

static void lend_heavily(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    (void)bight__actor_lend(actor, 200000);
    EQUAL(actor->probe.tries, 0);
    (void)bight__actor_lend(actor, 200000);
    EQUAL(actor->probe.tries, 1);
    EQUAL(actor->probe.bytes, 400000);
}

static void heavy_leaves_at_once(struct bight__stage *stage)
{
    PROBED();
    IN_CALLBACK(lend_heavily);
    UNTIL(SERVER->received == 400000);
}

/* Within one callback, with large pieces of its own, to one that reads
 * nothing. */
static void lend_until_full(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 64; i++)
        if (bight__actor_lend(actor, 3 << 20) != BIGHT_WRITE_READY)
            return;
}

static void obedient_writer(struct bight__stage *stage)
{
    CLIENT->on_data = lend_until_full;
    SERVER->on_made = bight__cue_pause;
    OPEN();
    (void)bight__actor_more(SERVER, 1);
    UNTIL(CLIENT->paused || CLIENT->lost > 0);
    EQUAL(CLIENT->lost, 0);
}

static void copy_much(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 30; i++)
        (void)bight__actor_more(actor, 2000);
}

static void arena_overflows(struct bight__stage *stage)
{
    PROBED();
    IN_CALLBACK(copy_much);
    UNTIL(SERVER->received == 60000);
    CHECK(CLIENT->probe.tries >= 2 && CLIENT->probe.tries <= 30);
}

/* -- a wire that refuses -------------------------------------------------- */

static void complete(void *ctx)
{
    struct bight__actor *actor = ctx;
    actor->tally[4] = actor->probe.tries;
    bight__probe_complete(&actor->probe);
}

static void lend_to_refusing(struct bight__stage *stage)
{
    PROBED();
    CLIENT->probe.choked = true;
    for (unsigned i = 0; i < 10; i++)
        (void)bight__actor_lend(CLIENT, 30000);
    for (unsigned i = 0; i < 10; i++)
        (void)bight__actor_lend(CLIENT, 100);
    SETTLE();
    CHECK(CLIENT->probe.rest_open);
    EQUAL(CLIENT->probe.rests, 1);
}

static void driver_has_little(struct bight__stage *stage)
{
    UNLESS_FAILED(lend_to_refusing(stage));
    while (CLIENT->probe.rest_open) {
        unsigned rests = CLIENT->probe.rests;
        OK(bight_call_soon(stage->loop, complete, CLIENT));
        UNTIL(CLIENT->probe.rests > rests || !CLIENT->probe.rest_open);
        CHECK(CLIENT->probe.rests < 100);
    }
    EQUAL(CLIENT->probe.most_rest, 65536);
    EQUAL(CLIENT->probe.most_count, 4);
    UNTIL(SERVER->received == 301000);
    EQUAL(bight__actor_queued(CLIENT), 0);
}

static void tries_before_it_rests(struct bight__stage *stage)
{
    UNLESS_FAILED(lend_to_refusing(stage));
    CLIENT->probe.choked = false;
    unsigned tries = CLIENT->probe.tries;
    OK(bight_call_soon(stage->loop, complete, CLIENT));
    UNTIL(SERVER->received == 301000);
    EQUAL(CLIENT->probe.rests, 1);
    CHECK(CLIENT->probe.tries > tries);
    EQUAL(bight__actor_queued(CLIENT), 0);
}

static void taken_in_part(struct bight__stage *stage)
{
    PROBED();
    CLIENT->probe.choked = true;
    CLIENT->probe.allow = 5150;
    IN_CALLBACK(write_all_kinds);
    SETTLE();
    EQUAL(CLIENT->probe.tries, 1);
    UNTIL(SERVER->received == 5150);
    EQUAL(bight__actor_queued(CLIENT), 450);
    OK(bight_call_soon(stage->loop, complete, CLIENT));
    UNTIL(SERVER->received == 5600);
}

/* While the driver has the front of the queue, what is written goes behind. */
static void written_behind(struct bight__stage *stage)
{
    UNLESS_FAILED(lend_to_refusing(stage));
    unsigned tries = CLIENT->probe.tries;
    (void)bight__actor_more(CLIENT, 10);
    (void)bight__actor_more(CLIENT, 10000);
    (void)bight__actor_lend(CLIENT, 10);
    SETTLE();
    EQUAL(CLIENT->probe.tries, tries);
    CLIENT->probe.choked = false;
    OK(bight_call_soon(stage->loop, complete, CLIENT));
    UNTIL(SERVER->received == CLIENT->written);
}

/* -- whatever ends meanwhile ---------------------------------------------- */

static void write_and_end(struct bight__actor *actor)
{
    (void)bight__actor_more(actor, 100);
    (void)bight__actor_lend(actor, 100);
    bight__actor_close(actor);
    bight__actor_abort(actor);
}

static void ended_while_dirty(struct bight__stage *stage)
{
    PROBED();
    CLIENT->on_data = write_and_end;
    (void)bight__actor_more(SERVER, 1);
    UNTIL(OVER());
    EQUAL(CLIENT->probe.tries, 0);
    EQUAL(SERVER->received, 0);
    EQUAL(CLIENT->end.unsent, 200);
}

const bight_conformance_case bight__cork_cases[] = {
    {"T13", "what is written during a dispatch leaves in one try", one_try},
    {"T13", "what is written outside a dispatch leaves in one try",
     one_try_outside},
    {"T13", "copied, owned and gathered bytes leave in one try",
     kinds_are_gathered},
    {"T13", "bytes just read are referenced, and adjacent ones merge",
     lent_bytes},
    {"T13", "bytes just read that do not touch stay apart", lent_bytes_apart},
    {"T13", "a copy of more than 2 KiB leaves at once, behind the cork",
     large_leaves_at_once},
    {"T13", "a seventeenth piece leaves at once", seventeenth_leaves_at_once},
    {"T13", "a cork of more than 256 KiB leaves at once", heavy_leaves_at_once},
    {"T17", "a writer that stops at FULL never passes the cap",
     obedient_writer},
    {"T13", "copies that outgrow their arena leave in order", arena_overflows},
    {"T13", "the driver has at most 64 KiB in four pieces", driver_has_little},
    {"T13", "a completion tries further before the driver rests again",
     tries_before_it_rests},
    {"T13", "what is left of a try is queued", taken_in_part},
    {"T13", "what is written while the driver rests goes behind",
     written_behind},
    {"T13", "what ends while it is corked sends nothing", ended_while_dirty},
    {NULL, NULL, NULL},
};
