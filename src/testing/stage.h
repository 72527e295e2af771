/* SPDX-License-Identifier: MIT */
/*
 * The stage of a conformance case: a loop, up to two connections with an actor
 * at each end, and the checks that end a case when something is wrong.
 *
 * A case is a function of the stage; the macros below use its variable `stage`
 * and return from it at the first failure.
 */
#ifndef BIGHT_TESTING_STAGE_H
#define BIGHT_TESTING_STAGE_H

#include <bight/testing/conformance.h>

#include "testing/actor.h"

#define BIGHT__PAIRS 2
#define BIGHT__STATE_BYTES 512
#define BIGHT__PATTERN_PERIOD 65521

/* Bytes that an actor lent by write_take; kept until the case is over, so that
 * a second release is seen. */
struct bight__loan {
    struct bight__loan *next;
    struct bight__actor *actor;
    unsigned released;
    size_t size;
    uint8_t data[];
};

struct bight__pair {
    _Alignas(16) uint8_t state[BIGHT__STATE_BYTES]; /* the transport's */
    struct bight__actor client;
    struct bight__actor server;
    bight_listener *listener;
    bight_connector *connector;
};

struct bight__stage {
    const bight_conformance_transport *transport;
    bight_loop *loop;
    struct bight__pair pairs[BIGHT__PAIRS];
    struct bight__loan *loans;
    unsigned inside_verb; /* a verb is running: nothing may call back */
    unsigned depth;       /* callbacks of the application that are running */
    bool patterned;       /* all bytes are of the pattern, and checked */
    bool failed;
    bool unsupported;
    unsigned calls; /* that bight__stage_clog's entries made */
    int raw_fd;     /* of the peer without bight, -1: none */
    uint64_t survivors;
    uint32_t random;
    uint64_t patience_ms;
    char *message;
    size_t message_size;
};

/* -- checks --------------------------------------------------------------- */

/* Only the first failure is kept. */
void bight__stage_fail(struct bight__stage *stage, const char *format, ...)
    BIGHT_PRINTF(2, 3);
/* Adds the seed to a failure. */
void bight__stage_note(struct bight__stage *stage, uint32_t seed);
void bight__stage_unsupported(struct bight__stage *stage, const char *why);
bool bight__stage_check(struct bight__stage *stage, bool ok, const char *text,
                        const char *file, int line);
bool bight__stage_equal(struct bight__stage *stage, uint64_t a, uint64_t b,
                        const char *text, const char *file, int line);
bool bight__stage_is(struct bight__stage *stage, bight_error error,
                     bight_code code, const char *file, int line);

/* The case goes on only if this holds. */
#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!bight__stage_check(stage, (condition), #condition, __FILE__,      \
                                __LINE__))                                     \
            return;                                                            \
    } while (0)
#define EQUAL(a, b)                                                            \
    do {                                                                       \
        if (!bight__stage_equal(stage, (uint64_t)(a), (uint64_t)(b),           \
                                #a " == " #b, __FILE__, __LINE__))             \
            return;                                                            \
    } while (0)
#define OK(error) CHECK(!bight_failed(error))
/* An error is this one of bight's own. */
#define IS(error, code)                                                        \
    do {                                                                       \
        if (!bight__stage_is(stage, (error), (code), __FILE__, __LINE__))      \
            return;                                                            \
    } while (0)
/* After something that checks for itself. */
#define UNLESS_FAILED(call)                                                    \
    do {                                                                       \
        (call);                                                                \
        if (stage->failed || stage->unsupported)                               \
            return;                                                            \
    } while (0)

/* -- time and turns ------------------------------------------------------- */

/* When patience with something that began now will be over. */
uint64_t bight__stage_deadline(const struct bight__stage *stage);
/* One turn of the loop; false: failed, or the deadline has passed. */
bool bight__stage_turn(struct bight__stage *stage, uint64_t deadline,
                       const char *text, const char *file, int line);
/* As many turns as it takes for what is under way to arrive. */
void bight__stage_settle(struct bight__stage *stage);
/* Moves the clock, then settles. */
void bight__stage_advance(struct bight__stage *stage, uint64_t ms);

#define UNTIL(condition)                                                       \
    do {                                                                       \
        uint64_t deadline_ = bight__stage_deadline(stage);                     \
        while (!(condition))                                                   \
            if (!bight__stage_turn(stage, deadline_, #condition, __FILE__,     \
                                   __LINE__))                                  \
                return;                                                        \
        if (stage->failed)                                                     \
            return;                                                            \
    } while (0)
#define SETTLE() UNLESS_FAILED(bight__stage_settle(stage))
#define ADVANCE(ms) UNLESS_FAILED(bight__stage_advance(stage, (ms)))

/* Fills the ready queue with `n` entries that do nothing. */
void bight__stage_clog(struct bight__stage *stage, unsigned n);

/* -- connections ---------------------------------------------------------- */

bight_conformance_call bight__stage_call(struct bight__actor *actor);
/* The parts of open. */
bight_error bight__stage_listen(struct bight__stage *stage, unsigned pair);
bight_error bight__stage_connect(struct bight__stage *stage, unsigned pair);
/* Stops listening: nobody is there any more. */
void bight__stage_unlisten(struct bight__stage *stage, unsigned pair);
/* Makes the connection of a pair, with its actors' options; no more is listened
 * afterwards. Checks for itself. */
void bight__stage_open(struct bight__stage *stage, unsigned pair);
/* Both ends lost their connection, and all that goes with it was told. */
bool bight__stage_over(const struct bight__stage *stage, unsigned pair);

#define OPEN() UNLESS_FAILED(bight__stage_open(stage, 0))
#define OPEN_FAR() UNLESS_FAILED(bight__stage_open(stage, 1))
#define OVER() bight__stage_over(stage, 0)
#define CLIENT (&stage->pairs[0].client)
#define SERVER (&stage->pairs[0].server)
#define FAR_CLIENT (&stage->pairs[1].client)
#define FAR_SERVER (&stage->pairs[1].server)

/* Ends the connections of the pair by abort and makes it ready for another. */
void bight__stage_renew(struct bight__stage *stage, unsigned pair);

bool bight__stage_can(const struct bight__stage *stage, bight_capability what);
/* Unsupported unless the transport can. */
#define NEED(what)                                                             \
    do {                                                                       \
        if (!bight__stage_can(stage, (what))) {                                \
            bight__stage_unsupported(stage, "it has no " #what);               \
            return;                                                            \
        }                                                                      \
    } while (0)

/* -- a case --------------------------------------------------------------- */

bool bight__stage_begin(struct bight__stage *stage,
                        const bight_conformance_transport *transport,
                        char *message, size_t size);
/* Closes the loop, checks what must hold of every case, and frees. */
void bight__stage_finish(struct bight__stage *stage);

/* Copies any number of bytes of the pattern. */
void bight__pattern_copy(uint8_t *to, uint64_t offset, size_t size);
/* Byte `offset` and those after it, a period of them, of the pattern. */
const uint8_t *bight__pattern_at(uint64_t offset);

/* The suite's cases, by file; each table ends with a NULL rule. */
extern const bight_conformance_case bight__order_cases[];
extern const bight_conformance_case bight__reentrancy_cases[];
extern const bight_conformance_case bight__writing_cases[];
extern const bight_conformance_case bight__owned_cases[];
extern const bight_conformance_case bight__file_cases[];
extern const bight_conformance_case bight__cork_cases[];
extern const bight_conformance_case bight__marks_cases[];
extern const bight_conformance_case bight__producer_cases[];
extern const bight_conformance_case bight__pipe_cases[];
extern const bight_conformance_case bight__reading_cases[];
extern const bight_conformance_case bight__reset_cases[];
extern const bight_conformance_case bight__closing_cases[];
extern const bight_conformance_case bight__eof_cases[];
extern const bight_conformance_case bight__reason_cases[];
extern const bight_conformance_case bight__timeout_cases[];
extern const bight_conformance_case bight__layer_cases[];
extern const bight_conformance_case bight__random_cases[];

#endif
