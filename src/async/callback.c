/* SPDX-License-Identifier: MIT */
/*
 * A Deferred's callbacks: two in it, those behind them in blocks that are slots
 * like its own. Each block keeps its last place for bight_on; without a block
 * that callback lies where the block and the outer Deferred would be named. So
 * bight_on never needs memory.
 */
#include "async/callback.h"

#include "async/report.h"
#include "async/result.h"

#define MAGIC 0xca11
#define PLACES 5

struct bight__callbacks {
    uint16_t magic;
    uint16_t place;
    uint8_t head; /* the next to run */
    uint8_t tail;
    uint8_t kinds[PLACES];
    struct bight__callbacks *next;
    struct bight__callback list[PLACES];
};

_Static_assert(sizeof(struct bight__callbacks) <= BIGHT__SLOT_SIZE,
               "a block of callbacks is a slot");

/* How deep callbacks that cannot wait may nest: a program that tries again at
 * once, and fails at once, would not end. */
#define NOW_DEPTH 8

static void block_free(bight_deferred *d, struct bight__callbacks *block)
{
    d->more = block->next;
    bight__slot_put(block);
}

bool bight__callback_refill(bight_deferred *d)
{
    struct bight__callbacks *block = d->more;
    if (d->consumer == BIGHT__CONSUMER_LAST) {
        d->first[0] =
            (struct bight__callback){.fn = d->last, .arg = d->last_arg};
        d->kinds = BIGHT__ON_BOTH;
        d->consumer = BIGHT__CONSUMER_DETACHED;
        d->more = NULL;
        return true;
    }
    if (block == NULL)
        return false;
    d->first[0] = block->list[block->head];
    d->kinds = block->kinds[block->head] & 3;
    if (++block->head == block->tail)
        block_free(d, block);
    return true;
}

bool bight__callback_at_end(const bight_deferred *d)
{
    if (d->kinds != 0)
        return false;
    if (d->consumer == BIGHT__CONSUMER_LAST || d->more == NULL)
        return true;
    return (d->more->kinds[d->more->head] & BIGHT__ON_LAST) != 0;
}

static struct bight__callbacks *block_new(const bight_deferred *d)
{
    struct bight__async *async = bight__slot_async(d, d->place);
    struct bight__callbacks *block = bight__slot_find(async);
    if (block == NULL)
        return NULL;
    block->magic = MAGIC;
    block->head = block->tail = 0;
    block->next = NULL;
    return block;
}

static struct bight__callbacks *last_block(const bight_deferred *d)
{
    struct bight__callbacks *block = d->more;
    while (block != NULL && block->next != NULL)
        block = block->next;
    return block;
}

static void block_add(struct bight__callbacks *block, unsigned kind,
                      bight_result_fn fn, void *arg)
{
    block->kinds[block->tail] = (uint8_t)kind;
    block->list[block->tail++] = (struct bight__callback){.fn = fn, .arg = arg};
}

static bool add_to_blocks(bight_deferred *d, unsigned kind, bight_result_fn fn,
                          void *arg)
{
    struct bight__callbacks *last = last_block(d);
    if (last == NULL || last->tail == PLACES - 1) {
        struct bight__callbacks *block = block_new(d);
        if (block == NULL)
            return false;
        if (last == NULL)
            d->more = block;
        else
            last->next = block;
        last = block;
    }
    block_add(last, kind, fn, arg);
    return true;
}

static bool is_full(const bight_deferred *d)
{
    return d->kinds > 3;
}

static void add_inside(bight_deferred *d, unsigned kind, bight_result_fn fn,
                       void *arg)
{
    unsigned second = d->kinds != 0;
    d->first[second].fn = fn;
    d->first[second].arg = arg;
    d->kinds = (uint8_t)(d->kinds | kind << 2 * second);
}

static bool add(bight_deferred *d, unsigned kind, bight_result_fn fn, void *arg)
{
    if (is_full(d) || d->more != NULL)
        return add_to_blocks(d, kind, fn, arg);
    add_inside(d, kind, fn, arg);
    return true;
}

/* Calls one that has nowhere to wait. */
static void call_now(unsigned kind, bight_result_fn fn, void *arg,
                     bight_error error)
{
    static _Thread_local unsigned depth;
    if (kind == BIGHT__ON_VALUE || depth == NOW_DEPTH)
        return;
    bight_deferred d = {.magic = BIGHT__DEFERRED_MAGIC,
                        .state = BIGHT__RUNNING,
                        .failed = true,
                        .error = error};
    depth++;
    fn((bight_result *)&d, arg);
    depth--;
    if (d.state == BIGHT__CHAINING) {
        d.inner->consumer = BIGHT__CONSUMER_OPEN;
        bight__deferred_detach(d.inner);
        return;
    }
    if (kind == BIGHT__ON_LAST && d.failed && !d.handled)
        bight__report_unhandled(NULL, d.error, NULL);
    bight__result_clear(&d);
}

/* Whether it can be queued at all, and why not. */
static bool is_queueable(const bight_deferred *d, bight_code *ret_code)
{
    *ret_code = BIGHT_ERROR_NO_MEMORY;
    if (d == NULL)
        return false;
    bight__consumer_check(d);
    *ret_code = BIGHT_ERROR_LOOP_CLOSED;
    return !bight__deferred_stranded(d);
}

static bight_deferred *__attribute__((noinline))
add_anywhere(bight_deferred *d, unsigned kind, bight_result_fn fn, void *arg)
{
    bight_code code;
    bool queueable = is_queueable(d, &code);
    if (queueable && (d->starved || !add(d, kind, fn, arg))) {
        code = BIGHT_ERROR_NO_MEMORY;
        d->starved = true;
        queueable = false;
    }
    /* The callback may have given the end away, and with that `d` may be gone.
     * One that has settled has room. */
    if (!queueable)
        call_now(kind, fn, arg, bight_error_of(code));
    else if (d->state == BIGHT__SETTLED)
        bight__deferred_queue(d);
    return d;
}

/* The first two of a pending one are the short way: nothing was taken out yet,
 * so there is nothing behind them. */
static inline bight_deferred *add_callback(bight_deferred *d, unsigned kind,
                                           bight_result_fn fn, void *arg)
{
    if (d == NULL || d->magic != BIGHT__DEFERRED_MAGIC ||
        d->state != BIGHT__PENDING || d->consumer != BIGHT__CONSUMER_OPEN ||
        is_full(d))
        return add_anywhere(d, kind, fn, arg);
#ifdef BIGHT_DEBUG
    bight__loop_check(bight__deferred_loop(d));
#endif
    add_inside(d, kind, fn, arg);
    return d;
}

bight_deferred *bight_then(bight_deferred *d, bight_result_fn fn, void *arg)
{
    return add_callback(d, BIGHT__ON_VALUE, fn, arg);
}

bight_deferred *bight_catch(bight_deferred *d, bight_result_fn fn, void *arg)
{
    return add_callback(d, BIGHT__ON_ERROR, fn, arg);
}

bight_deferred *bight_finally(bight_deferred *d, bight_result_fn fn, void *arg)
{
    return add_callback(d, BIGHT__ON_BOTH, fn, arg);
}

static void add_last(bight_deferred *d, bight_result_fn fn, void *arg)
{
    if (d->more != NULL) {
        block_add(last_block(d), BIGHT__ON_BOTH | BIGHT__ON_LAST, fn, arg);
        d->consumer = BIGHT__CONSUMER_DETACHED;
    } else {
        d->last = fn;
        d->last_arg = arg;
        d->consumer = BIGHT__CONSUMER_LAST;
    }
    if (d->state == BIGHT__SETTLED)
        bight__deferred_queue(d);
}

void bight_on(bight_deferred *d, bight_result_fn fn, void *arg)
{
    bight_code code;
    if (is_queueable(d, &code)) {
        add_last(d, fn, arg);
        return;
    }
    call_now(BIGHT__ON_LAST, fn, arg, bight_error_of(code));
    if (d != NULL)
        bight__deferred_detach(d);
}
