/* SPDX-License-Identifier: MIT */
/*
 * Promises that any thread may post to. A shared one is a mailbox of its own:
 *
 *     OPEN ── post ──> POSTED ── ready queue ──> fires, freed on the loop
 *       └── loop's close ──> CLOSED ── post ──> freed on the posting thread
 *
 * Whoever changes the state decides who frees it; nobody waits for anybody. A
 * loop that closes waits for what was POSTED.
 */
#include "async/shared.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <bight/alloc.h>

#include "async/cancel.h"
#include "loop/parcel.h"
#include "loop/pool.h"

#define MAGIC 0x5aedf00d

enum mail { OPEN, POSTED, CLOSED };

struct bight_shared_promise {
    uint32_t magic;
    atomic_int mail;
    struct bight__ready ready;
    struct bight__list link; /* the loop's thread's, like the next four */
    bight_promise *promise;
    bight_canceller_fn canceller;
    void *canceller_arg;
    bool held; /* the loop turns until it is posted */
    bight_loop *loop;
    const void *posted_at;
    bight_value value;
    struct bight__parcel error;
};

static bool move_mail(bight_shared_promise *shared, int to)
{
    int open = OPEN;
    return atomic_compare_exchange_strong(&shared->mail, &open, to);
}

static void hold(bight_shared_promise *shared)
{
    if (!shared->held)
        bight__loop_hold(shared->loop);
    shared->held = true;
}

static void let_go(bight_shared_promise *shared)
{
    bool held = shared->held;
    shared->held = false;
    if (held)
        bight__loop_let_go(shared->loop);
}

/* The Deferred's own end of the promise, or NULL if nobody waits. */
static bight_deferred *take_back(bight_promise *promise, const void *fired_at)
{
    ((bight_deferred *)promise)->shared = false;
    return bight__promise_take(promise, fired_at);
}

/* On the loop. */
static void arrived(struct bight__ready *entry)
{
    bight_shared_promise *shared =
        bight__container(entry, bight_shared_promise, ready);
    bight_deferred *d = take_back(shared->promise, shared->posted_at);
    bight_error error = bight__parcel_unpack(&shared->error);
    if (d == NULL)
        bight_value_destroy(shared->value);
    else if (bight_failed(error))
        bight__deferred_fire_error(d, error);
    else
        bight__deferred_fire_value(d, shared->value);
    bight__list_remove(&shared->link);
    let_go(shared);
    bight_free(shared);
}

/* A producer that lets go at once is not waited for. */
static bight_cancel_answer shared_cancel(void *arg)
{
    bight_shared_promise *shared = arg;
    bight_cancel_answer answer = BIGHT_CANCEL_NOW;
    if (shared->canceller != NULL)
        answer = shared->canceller(shared->canceller_arg);
    if (answer == BIGHT_CANCEL_NOW)
        let_go(shared);
    return answer;
}

static bight_shared_promise *shared_new(bight_deferred *d)
{
    struct bight__async *async = bight__slot_async(d, d->place);
    bight_shared_promise *shared = bight_zalloc(sizeof(*shared));
    if (shared == NULL)
        return NULL;
    shared->magic = MAGIC;
    shared->ready.run = arrived;
    shared->promise = (bight_promise *)d;
    shared->canceller = d->canceller;
    shared->canceller_arg = d->canceller_arg;
    shared->loop = async->loop;
    d->canceller = shared_cancel;
    d->canceller_arg = shared;
    d->shared = true;
    bight__list_push_back(&async->shared, &shared->link);
    hold(shared);
    return shared;
}

bight_shared_promise *bight_promise_share(bight_promise *promise)
{
    bight_deferred *d = (bight_deferred *)promise;
    if (d == NULL)
        return NULL;
    bight__promise_check(d);
    bight_code code = BIGHT_ERROR_LOOP_CLOSED;
    if (d->state == BIGHT__PENDING &&
        !bight__slot_async(d, d->place)->closing) {
        bight_shared_promise *shared = shared_new(d);
        if (shared != NULL)
            return shared;
        code = BIGHT_ERROR_NO_MEMORY;
    }
    d = bight__promise_take(promise, __builtin_return_address(0));
    if (d != NULL)
        bight__deferred_fire_error(d, bight_error_of(code));
    return NULL;
}

/* Nobody else writes to the mail until its state has moved. */
static void fill(bight_shared_promise *shared, bight_value value,
                 bight_error error)
{
    shared->value = value;
    if (!bight_failed(error))
        return;
    bight_value_destroy(value);
    shared->value = bight_value_none();
    bight__parcel_pack(&shared->error, error);
}

void bight_promise_post(bight_shared_promise *shared, bight_value value,
                        bight_error error)
{
    if (shared == NULL) {
        bight_value_destroy(value);
        return;
    }
    if (shared->magic != MAGIC)
        abort();
    shared->magic = 0;
    shared->posted_at = __builtin_return_address(0);
    fill(shared, value, error);
    if (move_mail(shared, POSTED)) {
        bight__loop_send(shared->loop, &shared->ready);
        return;
    }
    bight_value_destroy(shared->value);
    bight__parcel_fini(&shared->error);
    bight_free(shared);
}

/* From the moment it is CLOSED it is the other thread's; one that was POSTED
 * meanwhile is waited for, also if it was not before. */
static void abandon(bight_shared_promise *shared)
{
    bight_promise *promise = shared->promise;
    bight_loop *loop = shared->loop;
    bight__deferred_ask((bight_deferred *)promise, BIGHT__ASKED_BY_CALLER,
                        BIGHT_ERROR_LOOP_CLOSED);
    bight__list_remove(&shared->link);
    hold(shared);
    if (!move_mail(shared, CLOSED))
        return;
    bight_deferred *d = take_back(promise, NULL);
    if (d != NULL)
        bight__deferred_fire_error(d, bight_error_of(BIGHT_ERROR_LOOP_CLOSED));
    bight__loop_let_go(loop);
}

void bight__shared_abandon(struct bight__async *async)
{
    struct bight__list *link;
    while ((link = bight__list_first(&async->shared)) != NULL)
        abandon(bight__container(link, bight_shared_promise, link));
}
