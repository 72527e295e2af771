/* SPDX-License-Identifier: MIT */
/*
 * Bounded queues. While values are in nobody waits to get one; while there is
 * room nobody waits to put one. A Deferred is made before anything is moved: if
 * there is no memory for it, nothing has happened.
 */
#include <bight/queue.h>

#include <bight/alloc.h>

#include "async/turn.h"

#define CALLER __builtin_return_address(0)

struct bight_queue {
    bight_loop *loop;
    struct bight__list getters;
    struct bight__list putters;
    bool closed;
    size_t limit;
    size_t count;
    size_t first;
    bight_value values[];
};

bight_error bight_queue_new(bight_loop *loop, size_t limit,
                            bight_queue **ret_queue)
{
    bight_queue *queue = NULL;
    bight__loop_check(loop);
    if (limit == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "queue of no values");
    if (limit <= (SIZE_MAX - sizeof(*queue)) / sizeof(bight_value))
        queue = bight_alloc(sizeof(*queue) + limit * sizeof(bight_value));
    if (queue == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    queue->loop = loop;
    queue->closed = false;
    queue->limit = limit;
    queue->count = queue->first = 0;
    bight__list_init(&queue->getters);
    bight__list_init(&queue->putters);
    *ret_queue = queue;
    return bight_ok();
}

static bight_value pop(bight_queue *queue)
{
    bight_value value = queue->values[queue->first];
    queue->first = queue->first + 1 == queue->limit ? 0 : queue->first + 1;
    queue->count--;
    return value;
}

static void push(bight_queue *queue, bight_value value)
{
    size_t room = queue->limit - queue->first;
    size_t at =
        queue->count < room ? queue->first + queue->count : queue->count - room;
    queue->values[at] = value;
    queue->count++;
}

/* Destructors may look at the queue, which is closed. */
void bight_queue_free(bight_queue *queue)
{
    if (queue == NULL)
        return;
    bight_queue_close(queue);
    while (queue->count > 0)
        bight_value_destroy(pop(queue));
    bight_free(queue);
}

/* -- putting --------------------------------------------------------------- */

static bool is_full(const bight_queue *queue)
{
    return queue->count == queue->limit;
}

static void put_now(bight_queue *queue, bight_value value)
{
    struct bight__turn *getter = bight__turn_first(&queue->getters);
    if (getter != NULL)
        bight__turn_resolve(getter, value);
    else
        push(queue, value);
}

static void putter_left(struct bight__turn *waiter)
{
    bight_value_destroy(waiter->value);
}

static bight_deferred *put_in_turn(bight_queue *queue, bight_value value,
                                   const void *made_at)
{
    struct bight__turn *waiter;
    bight_deferred *d =
        bight__turn_new(queue->loop, &queue->putters, made_at, &waiter);
    if (d == NULL) {
        bight_value_destroy(value);
        return NULL;
    }
    waiter->value = value;
    waiter->left = putter_left;
    return d;
}

bight_deferred *bight_queue_put(bight_queue *queue, bight_value value)
{
    if (queue->closed) {
        bight_value_destroy(value);
        return bight__deferred_rejected(
            queue->loop, bight_error_of(BIGHT_ERROR_CLOSED), CALLER);
    }
    if (is_full(queue))
        return put_in_turn(queue, value, CALLER);
    bight_deferred *d =
        bight__deferred_resolved(queue->loop, bight_value_none(), CALLER);
    if (d == NULL)
        bight_value_destroy(value);
    else
        put_now(queue, value);
    return d;
}

bool bight_queue_try_put(bight_queue *queue, bight_value value)
{
    if (queue->closed || is_full(queue))
        return false;
    put_now(queue, value);
    return true;
}

/* -- getting --------------------------------------------------------------- */

static bight_value get_now(bight_queue *queue)
{
    bight_value value = pop(queue);
    struct bight__turn *putter = bight__turn_first(&queue->putters);
    if (putter == NULL)
        return value;
    push(queue, putter->value);
    bight__turn_resolve(putter, bight_value_none());
    return value;
}

bight_deferred *bight_queue_get(bight_queue *queue)
{
    bight_promise *promise;
    struct bight__turn *waiter;
    if (queue->count == 0 && queue->closed)
        return bight__deferred_rejected(
            queue->loop, bight_error_of(BIGHT_ERROR_CLOSED), CALLER);
    if (queue->count == 0)
        return bight__turn_new(queue->loop, &queue->getters, CALLER, &waiter);
    bight_deferred *d =
        bight__deferred_new(queue->loop, &promise, NULL, NULL, CALLER);
    if (d != NULL)
        bight_promise_resolve(promise, get_now(queue));
    return d;
}

bool bight_queue_try_get(bight_queue *queue, bight_value *ret_value)
{
    if (queue->count == 0)
        return false;
    *ret_value = get_now(queue);
    return true;
}

/* -- the end --------------------------------------------------------------- */

void bight_queue_close(bight_queue *queue)
{
    queue->closed = true;
    bight__turns_reject(&queue->putters, BIGHT_ERROR_CLOSED);
    bight__turns_reject(&queue->getters, BIGHT_ERROR_CLOSED);
}

bool bight_queue_is_closed(const bight_queue *queue)
{
    return queue->closed;
}

size_t bight_queue_count(const bight_queue *queue)
{
    return queue->count;
}
