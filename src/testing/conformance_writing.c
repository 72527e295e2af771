/* SPDX-License-Identifier: MIT */
/* T10, T11, T12, T14: what writes take, send and answer. */
#include <stdlib.h>
#include <string.h>

#include "testing/stage.h"

/* -- T11 ------------------------------------------------------------------ */

static void two_writes(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_say(CLIENT, "ab");
    (void)bight__actor_say(CLIENT, "cd");
    SETTLE();
    (void)bight__actor_say(CLIENT, "ef");
    UNTIL(SERVER->received == 6);
    CHECK(strcmp(SERVER->text, "abcdef") == 0);
}

/* Every kind of write, of every size that is treated apart. */
static void write_mixed(struct bight__actor *actor)
{
    static const size_t sizes[] = {1,    17,  2048,  2049, 3,    300,   5000,
                                   2,    700, 1500,  9,    4096, 30000, 5,
                                   2000, 12,  65000, 1,    1,    64,    2047};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        if (i % 4 == 1)
            (void)bight__actor_lend(actor, sizes[i]);
        else if (i % 4 == 3)
            (void)bight__actor_gather(actor, sizes[i], i % 5 + 1);
        else
            (void)bight__actor_more(actor, sizes[i]);
    }
}

static void mixed_outside(struct bight__stage *stage)
{
    OPEN();
    for (unsigned round = 0; round < 4; round++) {
        write_mixed(CLIENT);
        if (round % 2 == 1)
            SETTLE();
    }
    UNTIL(SERVER->received == CLIENT->written);
}

static void mixed_inside(struct bight__stage *stage)
{
    CLIENT->on_data = write_mixed;
    CLIENT->on_made = write_mixed;
    OPEN();
    for (unsigned round = 0; round < 4; round++) {
        (void)bight__actor_more(SERVER, 1);
        UNTIL(CLIENT->received == SERVER->written);
    }
    UNTIL(SERVER->received == CLIENT->written);
}

static void mixed_to_slow_reader(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    for (unsigned round = 0; round < 40; round++)
        write_mixed(CLIENT);
    SETTLE();
    EQUAL(SERVER->received, 0);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == CLIENT->written);
    EQUAL(bight__actor_queued(CLIENT), 0);
}

static void gathered(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_gather(CLIENT, 1000, 40);
    (void)bight__actor_gather(CLIENT, 60000, 64);
    (void)bight__actor_gather(CLIENT, 3, 3);
    UNTIL(SERVER->received == 61003);
}

static void echo_in_slices(struct bight__actor *actor)
{
    bight_bytes data = actor->data;
    size_t step = data.size / 5 + 1;
    while (data.size > 0) {
        bight_bytes slice = bight_bytes_head(data, step);
        (void)bight__actor_write(actor, slice.data, slice.size);
        data = bight_bytes_tail(data, slice.size);
    }
}

static void echoed(struct bight__stage *stage)
{
    SERVER->on_data = echo_in_slices;
    OPEN();
    for (unsigned i = 1; i <= 200; i += 13) {
        (void)bight__actor_more(CLIENT, i * i * 5);
        UNTIL(CLIENT->received == CLIENT->written);
    }
}

static void nothing(struct bight__stage *stage)
{
    OPEN();
    EQUAL(bight__actor_write(CLIENT, NULL, 0), BIGHT_WRITE_READY);
    EQUAL(bight__actor_gather(CLIENT, 0, 0), BIGHT_WRITE_READY);
    EQUAL(bight__actor_gather(CLIENT, 0, 3), BIGHT_WRITE_READY);
    EQUAL(bight__actor_lend(CLIENT, 0), BIGHT_WRITE_READY);
    EQUAL(CLIENT->releases, 1);
    EQUAL(bight__actor_queued(CLIENT), 0);
    SETTLE();
    EQUAL(SERVER->reads, 0);
    CHECK(bight__actor_heard(CLIENT, "M"));
}

/* -- T12 ------------------------------------------------------------------ */

static void answers(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    EQUAL(bight__actor_more(CLIENT, 1), BIGHT_WRITE_READY);
    bight__actor_flood(CLIENT, 64 << 20);
    UNTIL(CLIENT->paused);
    EQUAL(bight__actor_more(CLIENT, 1), BIGHT_WRITE_FULL);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(!CLIENT->paused && SERVER->received == CLIENT->written);
    EQUAL(bight__actor_more(CLIENT, 1), BIGHT_WRITE_READY);
    bight__actor_close(CLIENT);
    EQUAL(bight__actor_more(CLIENT, 1), BIGHT_WRITE_CLOSED);
    UNTIL(OVER());
    EQUAL(SERVER->received, CLIENT->written);
}

static void write_and_spoil(struct bight__actor *actor)
{
    static const size_t sizes[] = {10, 2000, 3000, 1, 50000, 2048};
    static uint8_t buffer[50000];
    actor->stage->patterned = true;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        memcpy(buffer, bight__pattern_at(actor->written), sizes[i]);
        (void)bight__actor_write(actor, buffer, sizes[i]);
        memset(buffer, 0xdd, sizes[i]);
    }
}

static void copied(struct bight__stage *stage)
{
    CLIENT->on_made = write_and_spoil;
    SERVER->on_made = bight__cue_pause;
    OPEN();
    for (unsigned i = 0; i < 100; i++)
        write_and_spoil(CLIENT);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == CLIENT->written);
}

/* -- T10, T14 ------------------------------------------------------------- */

static void is_closed_for_writing(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    size_t queued = bight__actor_queued(actor);
    unsigned loans = actor->loans;
    unsigned releases = actor->releases;
    EQUAL(bight__actor_more(actor, 10), BIGHT_WRITE_CLOSED);
    EQUAL(bight__actor_more(actor, 10000), BIGHT_WRITE_CLOSED);
    EQUAL(bight__actor_gather(actor, 100, 5), BIGHT_WRITE_CLOSED);
    EQUAL(bight__actor_lend(actor, 10), BIGHT_WRITE_CLOSED);
    EQUAL(bight__actor_lend(actor, 10000), BIGHT_WRITE_CLOSED);
    EQUAL(actor->loans, loans + 2);
    EQUAL(actor->releases, releases + 2);
    EQUAL(bight__actor_queued(actor), queued);
    actor->tally[0]++;
}

static void after_close(struct bight__stage *stage)
{
    CLIENT->on_lost = is_closed_for_writing;
    OPEN();
    (void)bight__actor_more(CLIENT, 5);
    bight__actor_close(CLIENT);
    UNLESS_FAILED(is_closed_for_writing(CLIENT));
    UNTIL(OVER());
    EQUAL(CLIENT->tally[0], 2);
    EQUAL(SERVER->received, 5);
}

static void after_write_eof(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    SERVER->stays = true;
    OPEN();
    (void)bight__actor_more(CLIENT, 5);
    OK(bight__actor_write_eof(CLIENT));
    UNLESS_FAILED(is_closed_for_writing(CLIENT));
    UNTIL(SERVER->eofs == 1);
    UNLESS_FAILED(is_closed_for_writing(CLIENT));
    EQUAL(SERVER->received, 5);
}

static void after_loss(struct bight__stage *stage)
{
    CLIENT->on_lost = SERVER->on_lost = is_closed_for_writing;
    OPEN();
    bight__actor_abort(CLIENT);
    UNLESS_FAILED(is_closed_for_writing(CLIENT));
    UNTIL(OVER());
    EQUAL(CLIENT->tally[0], 2);
    EQUAL(SERVER->tally[0], 1);
}

static void setters_answer_closed(struct bight__stage *stage,
                                  bight_transport *t)
{
    static const bight_protocol other = {.size = sizeof(other)};
    static const bight_producer producer = {.size = sizeof(producer)};
    IS(bight_transport_write_eof(t), BIGHT_ERROR_CLOSED);
    IS(bight_transport_set_protocol(t, &other, NULL), BIGHT_ERROR_CLOSED);
    IS(bight_transport_unread(t, BIGHT_BYTES("x")), BIGHT_ERROR_CLOSED);
    IS(bight_transport_set_marks(t, 2, 1), BIGHT_ERROR_CLOSED);
    IS(bight_transport_set_write_cap(t, 1), BIGHT_ERROR_CLOSED);
    IS(bight_transport_set_timeout(t, BIGHT_TIMEOUT_IDLE, 1),
       BIGHT_ERROR_CLOSED);
    IS(bight_transport_register_producer(t, &producer, NULL),
       BIGHT_ERROR_CLOSED);
    IS(bight_pipe(t, t), BIGHT_ERROR_CLOSED);
}

static void enders_do_nothing(struct bight__stage *stage, bight_transport *t)
{
    bight_end end = {.size = sizeof(end)};
    bight_transport_unregister_producer(t);
    bight_transport_pause_reading(t, BIGHT_HOLD_USER);
    bight_transport_resume_reading(t, BIGHT_HOLD_USER);
    bight_transport_close(t);
    bight_transport_close_now(t);
    bight_transport_abort(t);
    bight_transport_fail(t, bight_error_of(BIGHT_ERROR_USAGE));
    bight_transport_end(t, &end);
    IS(end.why, BIGHT_ERROR_ABORTED);
    EQUAL(end.later_causes, 0);
}

static void getters_know_nothing(struct bight__stage *stage, bight_transport *t)
{
    bight_address address;
    EQUAL(bight_transport_queued(t), 0);
    CHECK(!bight_transport_is_open(t));
    CHECK(!bight_transport_can(t, BIGHT_CAN_WRITE_EOF));
    EQUAL(bight_transport_fd(t), UINT64_MAX);
    IS(bight_transport_local(t, &address), BIGHT_ERROR_NOT_FOUND);
    CHECK(bight_transport_below(t) == NULL);
}

static void every_verb(struct bight__actor *actor)
{
    struct bight__stage *stage = actor->stage;
    UNLESS_FAILED(is_closed_for_writing(actor));
    stage->inside_verb++;
    setters_answer_closed(stage, actor->t);
    enders_do_nothing(stage, actor->t);
    getters_know_nothing(stage, actor->t);
    stage->inside_verb--;
}

static void ended_answers_closed(struct bight__stage *stage)
{
    CLIENT->on_lost = every_verb;
    OPEN();
    bight_transport *t = bight_transport_ref(CLIENT->t);
    bight_address peer = bight_transport_peer(t);
    bight__actor_abort(CLIENT);
    UNTIL(OVER());
    SETTLE();
    CLIENT->t = t;
    every_verb(CLIENT);
    CLIENT->t = NULL;
    CHECK(bight_transport_self(t) == NULL);
    bight_address after = bight_transport_peer(t);
    CHECK(bight_address_equal(&peer, &after));
    bight_transport_unref(t);
    EQUAL(CLIENT->lost, 1);
}

const bight_conformance_case bight__writing_cases[] = {
    {"T11", "two writes send what one would", two_writes},
    {"T11", "any mix of writes arrives in order", mixed_outside},
    {"T11", "any mix of writes inside a callback arrives in order",
     mixed_inside},
    {"T11", "any mix of writes reaches a slow reader in order",
     mixed_to_slow_reader},
    {"T11", "a gathered write sends its pieces as one", gathered},
    {"T11", "what is read and written back in slices is what was sent", echoed},
    {"T11", "a write of nothing is a no-op", nothing},
    {"T12", "write answers READY, FULL and CLOSED", answers},
    {"T12", "what was copied may be overwritten at once", copied},
    {"T14", "after close a write queues nothing and answers CLOSED",
     after_close},
    {"T14", "after write_eof a write queues nothing and answers CLOSED",
     after_write_eof},
    {"T14", "after loss a write queues nothing and answers CLOSED", after_loss},
    {"T10", "a referenced transport that ended answers CLOSED to every verb",
     ended_answers_closed},
    {NULL, NULL, NULL},
};
