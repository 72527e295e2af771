/* SPDX-License-Identifier: MIT */
/* The stage: its loop, its connections, and the end of a case. */
#include "testing/stage.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 10000
#define SETTLING_TURNS 8

/* -- checks --------------------------------------------------------------- */

void bight__stage_fail(struct bight__stage *stage, const char *format, ...)
{
    va_list args;
    if (stage->failed)
        return;
    stage->failed = true;
    va_start(args, format);
    (void)vsnprintf(stage->message, stage->message_size, format, args);
    va_end(args);
}

void bight__stage_note(struct bight__stage *stage, uint32_t seed)
{
    size_t length = strlen(stage->message);
    (void)snprintf(stage->message + length, stage->message_size - length,
                   " (seed %" PRIu32 ")", seed);
}

void bight__stage_unsupported(struct bight__stage *stage, const char *why)
{
    stage->unsupported = true;
    (void)snprintf(stage->message, stage->message_size, "%s", why);
}

static const char *name_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash == NULL ? file : slash + 1;
}

bool bight__stage_check(struct bight__stage *stage, bool ok, const char *text,
                        const char *file, int line)
{
    if (!ok)
        bight__stage_fail(stage, "%s:%d: not so: %s", name_of(file), line,
                          text);
    return !stage->failed;
}

bool bight__stage_equal(struct bight__stage *stage, uint64_t a, uint64_t b,
                        const char *text, const char *file, int line)
{
    if (a != b)
        bight__stage_fail(stage, "%s:%d: %s: %" PRIu64 " != %" PRIu64,
                          name_of(file), line, text, a, b);
    return !stage->failed;
}

bool bight__stage_is(struct bight__stage *stage, bight_error error,
                     bight_code code, const char *file, int line)
{
    char got[128];
    char wanted[128];
    if (!bight_error_is(error, &bight_domain, (int32_t)code)) {
        (void)bight_error_format(error, got, sizeof(got));
        (void)bight_error_format(bight_error_of(code), wanted, sizeof(wanted));
        bight__stage_fail(stage, "%s:%d: %s, not %s", name_of(file), line, got,
                          wanted);
    }
    return !stage->failed;
}

/* -- time and turns ------------------------------------------------------- */

/* Turns do not block, so whoever waits in vain spends time here; on a busy
 * machine it spends less of it than passes. */
static uint64_t spent_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t bight__stage_deadline(const struct bight__stage *stage)
{
    return spent_ms() + stage->patience_ms;
}

static void turn(struct bight__stage *stage)
{
    (void)bight_loop_step(stage->loop);
    if (stage->transport->pump == NULL)
        return;
    for (unsigned i = 0; i < BIGHT__PAIRS; i++)
        stage->transport->pump(stage->pairs[i].state);
}

bool bight__stage_turn(struct bight__stage *stage, uint64_t deadline,
                       const char *text, const char *file, int line)
{
    if (stage->failed)
        return false;
    turn(stage);
    if (spent_ms() > deadline)
        bight__stage_fail(stage, "%s:%d: it never came: %s", name_of(file),
                          line, text);
    return !stage->failed;
}

void bight__stage_settle(struct bight__stage *stage)
{
    for (unsigned i = 0; i < SETTLING_TURNS && !stage->failed; i++)
        turn(stage);
}

void bight__stage_advance(struct bight__stage *stage, uint64_t ms)
{
    bight_error error = bight_loop_advance(stage->loop, ms);
    if (bight_failed(error))
        bight__stage_fail(stage, "this loop's clock cannot be moved");
    bight__stage_settle(stage);
}

static void count_call(void *ctx)
{
    struct bight__stage *stage = ctx;
    stage->calls++;
}

void bight__stage_clog(struct bight__stage *stage, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        (void)bight_call_soon(stage->loop, count_call, stage);
}

/* -- the pattern ---------------------------------------------------------- */

static uint8_t pattern[2 * BIGHT__PATTERN_PERIOD];

/* No shift of it looks like itself, so that a byte lost, doubled or swapped
 * does not go unnoticed. */
static void pattern_fill(void)
{
    uint32_t x = 2463534242u;
    for (size_t i = 0; i < BIGHT__PATTERN_PERIOD; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        pattern[i] = (uint8_t)(x >> 8);
    }
    memcpy(pattern + BIGHT__PATTERN_PERIOD, pattern, BIGHT__PATTERN_PERIOD);
}

const uint8_t *bight__pattern_at(uint64_t offset)
{
    if (pattern[1] == 0)
        pattern_fill();
    return pattern + offset % BIGHT__PATTERN_PERIOD;
}

void bight__pattern_copy(uint8_t *to, uint64_t offset, size_t size)
{
    while (size > 0) {
        size_t step =
            size < BIGHT__PATTERN_PERIOD ? size : BIGHT__PATTERN_PERIOD;
        memcpy(to, bight__pattern_at(offset), step);
        to += step;
        offset += step;
        size -= step;
    }
}

/* -- connections ---------------------------------------------------------- */

static struct bight__pair *pair_of(struct bight__actor *actor)
{
    for (unsigned i = 0; i < BIGHT__PAIRS; i++) {
        struct bight__pair *pair = &actor->stage->pairs[i];
        if (actor == &pair->client || actor == &pair->server)
            return pair;
    }
    abort();
}

bight_conformance_call bight__stage_call(struct bight__actor *actor)
{
    return (bight_conformance_call){
        .loop = actor->stage->loop,
        .factory = &actor->factory,
        .owner = &actor->options,
        .options = actor->stage->transport->options,
        .fn = actor == &pair_of(actor)->client ? bight__actor_told : NULL,
        .ctx = actor,
    };
}

bight_error bight__stage_listen(struct bight__stage *stage, unsigned pair)
{
    struct bight__pair *at = &stage->pairs[pair];
    bight_conformance_call call = bight__stage_call(&at->server);
    return stage->transport->listen(at->state, &call, &at->listener);
}

bight_error bight__stage_connect(struct bight__stage *stage, unsigned pair)
{
    struct bight__pair *at = &stage->pairs[pair];
    bight_conformance_call call = bight__stage_call(&at->client);
    return stage->transport->connect(at->state, &call, &at->connector);
}

void bight__stage_unlisten(struct bight__stage *stage, unsigned pair)
{
    bight_listener_close(stage->pairs[pair].listener);
    stage->pairs[pair].listener = NULL;
}

void bight__stage_open(struct bight__stage *stage, unsigned pair)
{
    struct bight__pair *at = &stage->pairs[pair];
    OK(bight__stage_listen(stage, pair));
    OK(bight__stage_connect(stage, pair));
    UNTIL(at->client.told > 0 && at->server.made > 0);
    bight__stage_unlisten(stage, pair);
}

bool bight__stage_over(const struct bight__stage *stage, unsigned pair)
{
    const struct bight__pair *at = &stage->pairs[pair];
    return at->client.lost > 0 && at->server.lost > 0;
}

static void cast(struct bight__stage *stage, unsigned pair)
{
    struct bight__pair *at = &stage->pairs[pair];
    bight__actor_init(&at->client, stage, "client", &at->server);
    bight__actor_init(&at->server, stage, "server", &at->client);
}

static void wire_end(struct bight__stage *stage, unsigned pair)
{
    struct bight__pair *at = &stage->pairs[pair];
    if (stage->transport->end != NULL)
        stage->transport->end(at->state);
    memset(at->state, 0, sizeof(at->state));
}

/* What cues refer to may be gone with the case. */
static void forget_cues(struct bight__actor *actor)
{
    actor->on_made = actor->on_data = actor->on_eof = actor->on_pause = NULL;
    actor->on_resume = actor->on_lost = actor->on_drain = NULL;
    actor->on_buffer = actor->on_sent = NULL;
}

void bight__stage_renew(struct bight__stage *stage, unsigned pair)
{
    struct bight__pair *at = &stage->pairs[pair];
    forget_cues(&at->client);
    forget_cues(&at->server);
    if (at->client.t != NULL)
        bight__actor_abort(&at->client);
    if (at->server.t != NULL)
        bight__actor_abort(&at->server);
    UNTIL(at->client.lost == at->client.made - at->client.handed_over &&
          at->server.lost == at->server.made - at->server.handed_over);
    CHECK(at->client.loans == at->client.releases);
    CHECK(at->server.loans == at->server.releases);
    wire_end(stage, pair);
    cast(stage, pair);
    stage->patterned = false;
}

bool bight__stage_can(const struct bight__stage *stage, bight_capability what)
{
    return (stage->transport->can >> what & 1u) != 0;
}

/* -- a case --------------------------------------------------------------- */

bool bight__stage_begin(struct bight__stage *stage,
                        const bight_conformance_transport *transport,
                        char *message, size_t size)
{
    bight_loop_options options;
    bight_loop_options_init(&options);
    options.kind = transport->kind;
    options.name = "conformance";
    *stage = (struct bight__stage){
        .transport = transport,
        .message = message,
        .message_size = size,
        .raw_fd = -1,
        .patience_ms =
            transport->patience_ms > 0 ? transport->patience_ms : PATIENCE_MS,
    };
    if (transport->kind == BIGHT_LOOP_REAL ||
        transport->state_size > BIGHT__STATE_BYTES ||
        bight_failed(bight_loop_new(&options, &stage->loop))) {
        bight__stage_fail(stage, "there is no stage for this transport");
        return false;
    }
    for (unsigned i = 0; i < BIGHT__PAIRS; i++)
        cast(stage, i);
    return true;
}

static void loop_closed(void *ctx, const bight_close_report *report)
{
    struct bight__stage *stage = ctx;
    stage->survivors = report->count;
}

static void check_actor(struct bight__stage *stage,
                        const struct bight__actor *actor)
{
    EQUAL(actor->made, actor->lost + actor->handed_over);
    EQUAL(actor->ended, actor->lost);
    EQUAL(actor->loans, actor->releases);
    EQUAL(actor->file_count, actor->files_told);
    CHECK(!bight__actor_has_open_files(actor));
    CHECK(actor->told <= 1);
}

static void loans_free(struct bight__stage *stage)
{
    while (stage->loans != NULL) {
        struct bight__loan *loan = stage->loans;
        stage->loans = loan->next;
        free(loan);
    }
}

void bight__stage_finish(struct bight__stage *stage)
{
    for (unsigned i = 0; i < BIGHT__PAIRS; i++) {
        forget_cues(&stage->pairs[i].client);
        forget_cues(&stage->pairs[i].server);
    }
    bight_loop_close(stage->loop, loop_closed, stage);
    for (unsigned i = 0; i < BIGHT__PAIRS; i++) {
        if (!stage->unsupported) {
            check_actor(stage, &stage->pairs[i].client);
            check_actor(stage, &stage->pairs[i].server);
        }
        wire_end(stage, i);
    }
    if (stage->raw_fd >= 0)
        (void)close(stage->raw_fd);
    if (bight_failed(bight_loop_free(stage->loop)))
        bight__stage_fail(stage, "the loop cannot be freed");
    loans_free(stage);
}
