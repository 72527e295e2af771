/* SPDX-License-Identifier: MIT */
/* T19: files among what is written. */
#include <unistd.h>

#include "testing/stage.h"

/* More than any wire takes while nobody reads. */
#define HEAP ((size_t)1024 * 1024)

/* -- order ---------------------------------------------------------------- */

static void in_order(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_more(CLIENT, 10);
    (void)bight__actor_send_file(CLIENT, 150000, 150000);
    (void)bight__actor_lend(CLIENT, 5000);
    (void)bight__actor_send_file(CLIENT, 1000, 1000);
    (void)bight__actor_gather(CLIENT, 300, 4);
    (void)bight__actor_send_file(CLIENT, 70000, 70000);
    (void)bight__actor_more(CLIENT, 3000);
    UNTIL(SERVER->received == CLIENT->written);
    UNTIL(CLIENT->files_told == 3);
    EQUAL(bight__actor_queued(CLIENT), 0);
}

static void write_all_kinds(struct bight__actor *actor)
{
    if (actor->tally[0]++ > 0)
        return;
    for (size_t i = 1; i <= 24; i++) {
        (void)bight__actor_more(actor, i * 50);
        (void)bight__actor_send_file(actor, i * i * 40, i * i * 40);
        if (i % 3 == 0)
            (void)bight__actor_lend(actor, i * 100);
    }
}

static void in_order_inside(struct bight__stage *stage)
{
    CLIENT->on_data = write_all_kinds;
    OPEN();
    (void)bight__actor_more(SERVER, 1);
    UNTIL(CLIENT->files_told == 24);
    UNTIL(SERVER->received == CLIENT->written);
}

enum { READ_TO = 1 };

/* What is paused and resumed as it goes waits in every place there is. */
static void pause_there(struct bight__actor *actor)
{
    if (actor->received >= actor->tally[READ_TO])
        bight__actor_pause(actor, BIGHT_HOLD_USER);
}

static void read_some(struct bight__stage *stage, unsigned size)
{
    SERVER->tally[READ_TO] += size;
    if (SERVER->received >= SERVER->tally[READ_TO])
        return;
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received >= SERVER->tally[READ_TO]);
}

static void to_slow_reader(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    bight__actor_flood_files(CLIENT, 40000);
    (void)bight__actor_more(CLIENT, 5000);
    (void)bight__actor_send_file(CLIENT, 20000, 20000);
    (void)bight__actor_more(CLIENT, 1);
    SETTLE();
    EQUAL(SERVER->received, 0);
    SERVER->on_data = pause_there;
    for (unsigned i = 0; i < 10; i++)
        UNLESS_FAILED(read_some(stage, 6000));
    SERVER->on_data = NULL;
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(SERVER->received == CLIENT->written);
    UNTIL(CLIENT->files_told == CLIENT->file_count);
}

static void nothing(struct bight__stage *stage)
{
    OPEN();
    EQUAL(bight__actor_send_file(CLIENT, 0, 0), BIGHT_WRITE_READY);
    EQUAL(CLIENT->files_told, 0);
    UNTIL(CLIENT->files_told == 1);
    SETTLE();
    EQUAL(SERVER->reads, 0);
}

static void send_another(struct bight__actor *actor)
{
    if (actor->file_count < 5)
        (void)bight__actor_send_file(actor, 30000, 30000);
    else
        bight__actor_close(actor);
}

static void chained(struct bight__stage *stage)
{
    CLIENT->on_sent = send_another;
    OPEN();
    (void)bight__actor_send_file(CLIENT, 100, 100);
    UNTIL(OVER());
    EQUAL(CLIENT->files_told, 5);
    EQUAL(SERVER->received, 100 + 4 * 30000);
}

/* -- how much ------------------------------------------------------------- */

static void full_and_resumed(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    for (unsigned i = 0; i < 40 && !CLIENT->paused; i++) {
        (void)bight__actor_send_file(CLIENT, HEAP / 4, HEAP / 4);
        SETTLE();
    }
    CHECK(CLIENT->paused);
    EQUAL(bight__actor_more(CLIENT, 1), BIGHT_WRITE_FULL);
    bight__actor_resume(SERVER, BIGHT_HOLD_USER);
    UNTIL(!CLIENT->paused && SERVER->received == CLIENT->written);
    EQUAL(bight__actor_more(CLIENT, 1), BIGHT_WRITE_READY);
    EQUAL(CLIENT->pauses, CLIENT->resumes);
}

static void larger_than_the_cap(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    OPEN();
    (void)bight__actor_send_file(CLIENT, 1, 1);
    OK(bight_transport_set_write_cap(CLIENT->t, 300000));
    for (unsigned i = 0; i < 12; i++)
        (void)bight__actor_send_file(CLIENT, HEAP, HEAP);
    SETTLE();
    EQUAL(CLIENT->lost, 0);
    CHECK(bight__actor_queued(CLIENT) < 200000);
    CHECK(bight__actor_end(CLIENT).unsent > 3 * HEAP);
    bight__actor_abort(CLIENT);
    UNTIL(CLIENT->lost == 1);
    CHECK(CLIENT->end.unsent > 3 * HEAP);
    EQUAL(CLIENT->end.unsent + CLIENT->end.bytes_out, CLIENT->written);
}

/* -- ends behind it ------------------------------------------------------- */

static void closed_behind(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_send_file(CLIENT, 200000, 200000);
    (void)bight__actor_more(CLIENT, 7);
    bight__actor_close(CLIENT);
    UNTIL(OVER());
    EQUAL(SERVER->received, 200007);
    EQUAL(SERVER->eofs, 1);
    OK(CLIENT->files[0].error);
    IS(CLIENT->why, BIGHT_ERROR_CLOSED);
}

static void eof_behind(struct bight__stage *stage)
{
    NEED(BIGHT_CAN_WRITE_EOF);
    SERVER->stays = true;
    OPEN();
    (void)bight__actor_send_file(CLIENT, 200000, 200000);
    OK(bight__actor_write_eof(CLIENT));
    UNTIL(SERVER->eofs == 1);
    EQUAL(SERVER->received, 200000);
    (void)bight__actor_send_file(SERVER, 100000, 100000);
    bight__actor_close(SERVER);
    UNTIL(OVER());
    EQUAL(CLIENT->received, 100000);
}

static void pile_up(struct bight__actor *actor)
{
    for (unsigned i = 0; i < 12; i++)
        (void)bight__actor_send_file(actor, HEAP, HEAP);
}

/* A kernel that holds much tells its peer of room only when there is enough of
 * it, so what counts is that bytes left, not how many were read. */
static void read_until_some_leave(struct bight__stage *stage)
{
    size_t unsent = bight__actor_end(CLIENT).unsent;
    while (CLIENT->lost == 0 && bight__actor_end(CLIENT).unsent == unsent) {
        UNLESS_FAILED(read_some(stage, 150000));
        SETTLE();
    }
}

static void slowly_after_close(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    SERVER->on_data = pause_there;
    CLIENT->on_made = pile_up;
    OPEN();
    SETTLE();
    bight__actor_close(CLIENT);
    for (unsigned i = 0; i < 5; i++) {
        ADVANCE(14000);
        EQUAL(CLIENT->lost, 0);
        UNLESS_FAILED(read_until_some_leave(stage));
    }
    bight__actor_abort(CLIENT);
    UNTIL(CLIENT->lost == 1);
}

static void never_after_close(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    CLIENT->on_made = pile_up;
    OPEN();
    SETTLE();
    bight__actor_close(CLIENT);
    ADVANCE(29000);
    EQUAL(CLIENT->lost, 0);
    ADVANCE(31000);
    UNTIL(CLIENT->lost == 1);
    IS(CLIENT->why, BIGHT_ERROR_LINGER_TIMEOUT);
    IS(CLIENT->files[11].error, BIGHT_ERROR_LINGER_TIMEOUT);
}

/* -- ends of it ----------------------------------------------------------- */

static void aborted(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    CLIENT->on_made = pile_up;
    OPEN();
    SETTLE();
    bight__actor_abort(CLIENT);
    CHECK(CLIENT->files_told < 12);
    UNTIL(CLIENT->lost == 1);
    EQUAL(CLIENT->files_told, 12);
    IS(CLIENT->files[11].error, BIGHT_ERROR_ABORTED);
    EQUAL(CLIENT->files[11].sent, 0);
}

static void reset_by_peer(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    CLIENT->on_made = pile_up;
    OPEN();
    SETTLE();
    bight__actor_abort(SERVER);
    UNTIL(OVER());
    EQUAL(CLIENT->files_told, 12);
    IS(CLIENT->files[11].error, BIGHT_ERROR_RESET);
}

/* The file ends before, or after, what it was sent for. */
static void too_short(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_more(CLIENT, 10);
    (void)bight__actor_send_file(CLIENT, 100000, 100001);
    (void)bight__actor_more(CLIENT, 10);
    UNTIL(OVER());
    IS(CLIENT->why, BIGHT_ERROR_FILE_TOO_SHORT);
    IS(CLIENT->files[0].error, BIGHT_ERROR_FILE_TOO_SHORT);
    EQUAL(CLIENT->files[0].sent, 100000);
    CHECK(SERVER->received <= 100010);
    CHECK(SERVER->eofs == 0 || !bight__stage_can(stage, BIGHT_CAN_RESET));
}

static void beyond_the_end(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_send_file(CLIENT, 0, 5);
    UNTIL(OVER());
    IS(CLIENT->why, BIGHT_ERROR_FILE_TOO_SHORT);
    EQUAL(CLIENT->files[0].sent, 0);
    EQUAL(SERVER->received, 0);
}

static void longer(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_send_file(CLIENT, 120000, 70000);
    (void)bight__actor_send_file(CLIENT, 500, 499);
    (void)bight__actor_more(CLIENT, 9);
    UNTIL(SERVER->received == CLIENT->written);
    SETTLE();
    EQUAL(SERVER->received, 70508);
}

static void after_the_end(struct bight__stage *stage)
{
    OPEN();
    bight__actor_close(CLIENT);
    EQUAL(bight__actor_send_file(CLIENT, 100, 100), BIGHT_WRITE_CLOSED);
    UNTIL(OVER());
    EQUAL(CLIENT->files_told, 0);
}

static void switched(struct bight__stage *stage)
{
    OPEN();
    (void)bight__actor_send_file(CLIENT, 100, 100);
    IS(bight__actor_switch(CLIENT), BIGHT_ERROR_BUSY);
    UNTIL(CLIENT->files_told == 1);
    OK(bight__actor_switch(CLIENT));
    UNTIL(CLIENT->handed_over == 1);
}

static void loop_closes(struct bight__stage *stage)
{
    SERVER->on_made = bight__cue_pause;
    CLIENT->on_made = pile_up;
    OPEN();
    bight_loop_close(stage->loop, NULL, NULL);
    EQUAL(CLIENT->files_told, 12);
    IS(CLIENT->files[11].error, BIGHT_ERROR_LOOP_CLOSED);
}

const bight_conformance_case bight__file_cases[] = {
    {"T19", "files leave in order among writes", in_order},
    {"T19", "files written inside a callback leave in order", in_order_inside},
    {"T19", "files reach a slow reader in order", to_slow_reader},
    {"T19", "a file of nothing is a no-op that is told", nothing},
    {"T19", "the end of a file may send another", chained},
    {"T19", "files pause the writer, and resume it", full_and_resumed},
    {"T19", "files are no part of the cap", larger_than_the_cap},
    {"T19", "close behind a file sends all of it", closed_behind},
    {"T19", "write_eof behind a file waits for it", eof_behind},
    {"T19", "close waits for a file that makes progress", slowly_after_close},
    {"T19", "close does not wait for a file that makes none",
     never_after_close},
    {"T19", "abort drops files and tells", aborted},
    {"T19", "a reset drops files and tells", reset_by_peer},
    {"T19", "a file that is too short ends the connection", too_short},
    {"T19", "a file sent from beyond its end ends the connection",
     beyond_the_end},
    {"T19", "of a longer file only what was asked for is sent", longer},
    {"T19", "after close no file is taken", after_the_end},
    {"T19", "a protocol whose file is on its way is not switched", switched},
    {"T19", "the loop's close drops files and tells", loop_closes},
    {NULL, NULL, NULL},
};
