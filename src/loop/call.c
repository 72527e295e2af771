/* SPDX-License-Identifier: MIT */
/*
 * call_soon and call_threadsafe. A loop keeps a reserve of calls for when
 * there is no memory (S3); used ones come back to it, the surplus is freed.
 */
#include "loop/call.h"

#include <bight/alloc.h>

#include "loop/dispatch.h"

struct bight__call {
    struct bight__ready ready;
    bight_loop *loop;
    bight_call_fn fn;
    void *ctx;
};

static void pool_put(bight_loop *loop, struct bight__call *call)
{
    call->ready.next = (struct bight__ready *)loop->call_pool;
    loop->call_pool = call;
    loop->call_pool_size++;
}

static struct bight__call *pool_take(bight_loop *loop)
{
    struct bight__call *call = loop->call_pool;
    if (call == NULL)
        return NULL;
    loop->call_pool = (struct bight__call *)call->ready.next;
    loop->call_pool_size--;
    return call;
}

static void call_release(struct bight__call *call)
{
    if (call->loop->call_pool_size < BIGHT__RESERVE)
        pool_put(call->loop, call);
    else
        bight_free(call);
}

static void call_run(struct bight__ready *entry)
{
    struct bight__call *call =
        bight__container(entry, struct bight__call, ready);
    bight_call_fn fn = call->fn;
    void *ctx = call->ctx;
    call_release(call);
    fn(ctx);
}

bool bight__call_is(const struct bight__ready *entry)
{
    return entry->run == call_run;
}

static struct bight__call *call_init(struct bight__call *call, bight_loop *loop,
                                     bight_call_fn fn, void *ctx)
{
    *call = (struct bight__call){
        .ready = {.run = call_run}, .loop = loop, .fn = fn, .ctx = ctx};
    return call;
}

bool bight__calls_init(bight_loop *loop)
{
    while (loop->call_pool_size < BIGHT__RESERVE) {
        struct bight__call *call = bight_zalloc(sizeof(*call));
        if (call == NULL)
            return false;
        call->loop = loop;
        pool_put(loop, call);
    }
    return true;
}

void bight__calls_refuse(bight_loop *loop)
{
    (void)pthread_mutex_lock(&loop->mutex);
    loop->threadsafe_closed = true;
    (void)pthread_mutex_unlock(&loop->mutex);
    bight__loop_collect(loop);
}

/* The queue may have been left between its two stores: the tail is found
 * again. */
void bight__calls_after_fork(bight_loop *loop)
{
    (void)pthread_mutex_init(&loop->mutex, NULL);
    loop->threadsafe_tail = &loop->threadsafe_head;
    while (*loop->threadsafe_tail != NULL)
        loop->threadsafe_tail = &(*loop->threadsafe_tail)->next;
    bight__loop_collect(loop);
}

/* After the close only calls can still be queued: all else was waited for. */
void bight__calls_fini(bight_loop *loop)
{
    while (loop->ready_head != NULL) {
        struct bight__ready *entry = loop->ready_head;
        loop->ready_head = entry->next;
        if (entry->run == call_run)
            bight_free(bight__container(entry, struct bight__call, ready));
        else
            entry->run(entry);
    }
    struct bight__call *call;
    while ((call = pool_take(loop)) != NULL)
        bight_free(call);
}

bight_error bight_call_soon(bight_loop *loop, bight_call_fn fn, void *ctx)
{
    bight__loop_check(loop);
    if (loop->state >= BIGHT__LOOP_SHUT)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    struct bight__call *call = bight_alloc(sizeof(*call));
    if (call == NULL)
        call = pool_take(loop);
    if (call == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight__ready_push(loop, &call_init(call, loop, fn, ctx)->ready);
    return bight_ok();
}

/* The mutex is held, so the loop cannot close its wake-up meanwhile. */
static void send(bight_loop *loop, struct bight__ready *entry)
{
    bool first = loop->threadsafe_head == NULL;
    entry->next = NULL;
    *loop->threadsafe_tail = entry;
    loop->threadsafe_tail = &entry->next;
    if (first)
        loop->backend->wake(loop);
}

void bight__loop_send(bight_loop *loop, struct bight__ready *entry)
{
    (void)pthread_mutex_lock(&loop->mutex);
    send(loop, entry);
    (void)pthread_mutex_unlock(&loop->mutex);
}

/* The reserve is the loop's thread's own: other threads only allocate. */
bight_error bight_call_threadsafe(bight_loop *loop, bight_call_fn fn, void *ctx)
{
    struct bight__call *call = bight_alloc(sizeof(*call));
    if (call == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    struct bight__ready *entry = &call_init(call, loop, fn, ctx)->ready;
    (void)pthread_mutex_lock(&loop->mutex);
    bool closed = loop->threadsafe_closed;
    if (!closed) {
        send(loop, entry);
        loop->threadsafe_count++;
    }
    (void)pthread_mutex_unlock(&loop->mutex);
    if (!closed)
        return bight_ok();
    bight_free(call);
    return bight_error_of(BIGHT_ERROR_CLOSED);
}

void bight__loop_collect(bight_loop *loop)
{
    (void)pthread_mutex_lock(&loop->mutex);
    struct bight__ready *entry = loop->threadsafe_head;
    loop->threadsafe_head = NULL;
    loop->threadsafe_tail = &loop->threadsafe_head;
    (void)pthread_mutex_unlock(&loop->mutex);
    while (entry != NULL) {
        struct bight__ready *next = entry->next;
        bight__ready_push(loop, entry);
        entry = next;
    }
}
