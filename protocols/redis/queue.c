/* SPDX-License-Identifier: MIT */
/* Commands that wait and commands under way, from pools; and their bytes. */
#include "client.h"

#include <string.h>

#include <bight/alloc.h>

#include "encode.h"
#include "topic.h"

#define SLAB 64
#define CHUNK_LEAST 4096
#define CHUNK_KEPT ((size_t)256 * 1024)
/* What the transport's cork copies, in one write and in all. */
#define COPIED_WRITE 2048
#define COPIED_MOST (4 * COPIED_WRITE)

/* Bytes for the transport, by reference once they are many. */
struct bight__redis_chunk {
    struct bight__redis_chunk *next;
    bight_redis_client *client;
    size_t size, capacity;
    uint8_t data[];
};

struct bight__redis_slab {
    struct bight__redis_slab *next;
    struct bight__redis_entry entries[SLAB];
};

/* -- entries --------------------------------------------------------------- */

static void queue_init(struct bight__redis_queue *queue)
{
    *queue = (struct bight__redis_queue){.last = &queue->first};
}

static void queue_push(struct bight__redis_queue *queue,
                       struct bight__redis_entry *entry)
{
    entry->next = NULL;
    *queue->last = entry;
    queue->last = &entry->next;
    queue->count++;
}

struct bight__redis_entry *bight__redis_queue_take(
    struct bight__redis_queue *queue)
{
    struct bight__redis_entry *entry = queue->first;
    if (entry == NULL)
        return NULL;
    queue->first = entry->next;
    if (queue->first == NULL)
        queue->last = &queue->first;
    queue->count--;
    return entry;
}

/* All of `from` behind all of `to`. */
static void queue_move(struct bight__redis_queue *from,
                       struct bight__redis_queue *to)
{
    if (from->first == NULL)
        return;
    *to->last = from->first;
    to->last = from->last;
    to->count += from->count;
    queue_init(from);
}

static bool more_entries(bight_redis_client *client)
{
    struct bight__redis_slab *slab = bight_zalloc(sizeof(*slab));
    if (slab == NULL)
        return false;
    slab->next = client->slabs;
    client->slabs = slab;
    for (size_t i = 0; i < SLAB; i++) {
        slab->entries[i].client = client;
        slab->entries[i].next = client->free;
        client->free = &slab->entries[i];
    }
    return true;
}

static struct bight__redis_entry *entry_take(bight_redis_client *client,
                                             enum bight__redis_kind kind)
{
    if (client->free == NULL && !more_entries(client))
        return NULL;
    struct bight__redis_entry *entry = client->free;
    client->free = entry->next;
    entry->kind = (uint8_t)kind;
    entry->cancelled = false;
    entry->promise = NULL;
    entry->topic = NULL;
    return entry;
}

void bight__redis_entry_put(struct bight__redis_entry *entry)
{
    bight_redis_client *client = entry->client;
    if (entry->topic != NULL)
        bight__redis_topic_unref(entry->topic);
    entry->next = client->free;
    client->free = entry;
}

static void entry_fail(struct bight__redis_entry *entry, bight_error error)
{
    if (entry->kind == BIGHT__REDIS_COMMAND)
        bight_promise_reject(entry->promise, error);
    bight__redis_entry_put(entry);
}

void bight__redis_queue_fail(struct bight__redis_queue *queue,
                             bight_error error)
{
    struct bight__redis_entry *entry;
    while ((entry = bight__redis_queue_take(queue)) != NULL)
        entry_fail(entry, error);
}

void bight__redis_queues_init(bight_redis_client *client)
{
    queue_init(&client->waiting);
    queue_init(&client->flying);
}

/* -- chunks ---------------------------------------------------------------- */

static void chunk_keep(bight_redis_client *client,
                       struct bight__redis_chunk *chunk)
{
    if (chunk->capacity > CHUNK_KEPT ||
        (client->spare != NULL && client->spare->next != NULL)) {
        bight_free(chunk);
        return;
    }
    chunk->next = client->spare;
    client->spare = chunk;
}

void bight__redis_queues_fini(bight_redis_client *client)
{
    bight_free(client->out);
    while (client->spare != NULL) {
        struct bight__redis_chunk *chunk = client->spare;
        client->spare = chunk->next;
        bight_free(chunk);
    }
    while (client->slabs != NULL) {
        struct bight__redis_slab *slab = client->slabs;
        client->slabs = slab->next;
        bight_free(slab);
    }
}

static struct bight__redis_chunk *chunk_first(bight_redis_client *client)
{
    struct bight__redis_chunk *chunk = client->spare;
    if (chunk != NULL) {
        client->spare = chunk->next;
    } else {
        chunk = bight_alloc(CHUNK_LEAST);
        if (chunk == NULL)
            return NULL;
        chunk->capacity = CHUNK_LEAST - sizeof(*chunk);
    }
    chunk->size = 0;
    return chunk;
}

/* Where the next bytes go. NULL: no memory. */
static uint8_t *reserve(bight_redis_client *client, size_t room)
{
    struct bight__redis_chunk *chunk = client->out;
    if (chunk == NULL) {
        chunk = client->out = chunk_first(client);
        if (chunk == NULL)
            return NULL;
    }
    if (chunk->capacity - chunk->size < room) {
        size_t capacity = 2 * (chunk->size + room);
        chunk = bight_realloc(chunk, sizeof(*chunk) + capacity);
        if (chunk == NULL)
            return NULL;
        chunk->capacity = capacity;
        client->out = chunk;
    }
    return chunk->data + chunk->size;
}

size_t bight__redis_queue_bytes(const bight_redis_client *client)
{
    return client->out != NULL ? client->out->size : 0;
}

/* -- cancelled ones ----------------------------------------------------------
 */

/* Those that were cancelled before they were sent will not be. */
static void compact(bight_redis_client *client)
{
    struct bight__redis_queue kept;
    struct bight__redis_entry *entry;
    uint8_t *from = client->out->data, *to = from;
    queue_init(&kept);
    while ((entry = bight__redis_queue_take(&client->waiting)) != NULL) {
        size_t size = entry->size;
        if (entry->cancelled) {
            entry_fail(entry, bight_error_of(BIGHT_ERROR_CANCELLED));
        } else {
            memmove(to, from, size);
            to += size;
            queue_push(&kept, entry);
        }
        from += size;
    }
    queue_move(&kept, &client->waiting);
    client->out->size = (size_t)(to - client->out->data);
    client->dead = 0;
}

/* The promise stays with the entry, silent. */
static bight_cancel_answer cancel(void *arg)
{
    struct bight__redis_entry *entry = arg;
    bight_redis_client *client = entry->client;
    entry->cancelled = true;
    if (entry->number >= client->given)
        client->dead++;
    return BIGHT_CANCEL_NOW;
}

void bight__redis_waiting_drop_topics(bight_redis_client *client)
{
    for (struct bight__redis_entry *entry = client->waiting.first;
         entry != NULL; entry = entry->next) {
        if (entry->kind == BIGHT__REDIS_COMMAND || entry->cancelled)
            continue;
        entry->cancelled = true;
        client->dead++;
    }
    if (client->dead > 0)
        compact(client);
}

void bight__redis_waiting_fail(bight_redis_client *client, bight_error error)
{
    bight__redis_queue_fail(&client->waiting, error);
    client->dead = 0;
    if (client->out != NULL)
        client->out->size = 0;
}

/* -- in ----------------------------------------------------------------------
 */

struct bight__redis_entry *bight__redis_queue_command(
    bight_redis_client *client, enum bight__redis_kind kind,
    const bight_bytes *arguments, size_t count, bight_deferred **ret_d)
{
    /* One of the dead is paid for by each that comes after it. */
    if (client->dead > 32 && client->dead > client->waiting.count / 2)
        compact(client);
    uint8_t *to = reserve(client, bight__redis_encoded_room(arguments, count));
    struct bight__redis_entry *entry =
        to != NULL ? entry_take(client, kind) : NULL;
    if (entry == NULL)
        return NULL;
    if (ret_d != NULL) {
        *ret_d =
            bight_deferred_new(client->loop, &entry->promise, cancel, entry);
        if (*ret_d == NULL) {
            bight__redis_entry_put(entry);
            return NULL;
        }
    }
    entry->number = client->made++;
    entry->size = (uint32_t)bight__redis_encode(to, arguments, count);
    client->out->size += entry->size;
    queue_push(&client->waiting, entry);
    bight__redis_flush_soon(client);
    return entry;
}

bool bight__redis_send_now(bight_redis_client *client,
                           enum bight__redis_kind kind,
                           const bight_bytes *arguments, size_t count,
                           struct bight__redis_topic *topic)
{
    uint8_t *to = bight_alloc(bight__redis_encoded_room(arguments, count));
    struct bight__redis_entry *entry =
        to != NULL ? entry_take(client, kind) : NULL;
    if (entry != NULL) {
        size_t size = bight__redis_encode(to, arguments, count);
        entry->number = 0;
        entry->topic = topic;
        queue_push(&client->flying, entry);
        (void)bight_transport_write(client->transport,
                                    bight_bytes_of(to, size));
    }
    bight_free(to);
    return entry != NULL;
}

/* -- out ---------------------------------------------------------------------
 */

static void release(void *ctx, bight_bytes data)
{
    struct bight__redis_chunk *chunk = ctx;
    bight_redis_client *client = chunk->client;
    (void)data;
    client->busy++;
    client->lent--;
    chunk_keep(client, chunk);
    bight__redis_client_leave(client);
}

static bight_write_status write_copies(bight_redis_client *client)
{
    struct bight__redis_chunk *chunk = client->out;
    bight_bytes left = bight_bytes_of(chunk->data, chunk->size);
    bool full = false;
    for (; left.size > 0; left = bight_bytes_tail(left, COPIED_WRITE))
        full |= bight_transport_write(client->transport,
                                      bight_bytes_head(left, COPIED_WRITE)) ==
                BIGHT_WRITE_FULL;
    chunk->size = 0;
    return full ? BIGHT_WRITE_FULL : BIGHT_WRITE_READY;
}

static bight_write_status write_out(bight_redis_client *client)
{
    struct bight__redis_chunk *chunk = client->out;
    if (chunk->size <= COPIED_MOST)
        return write_copies(client);
    client->out = NULL;
    chunk->client = client;
    client->lent++;
    return bight_transport_write_take(client->transport,
                                      bight_bytes_of(chunk->data, chunk->size),
                                      release, chunk);
}

void bight__redis_flush(bight_redis_client *client)
{
    if (client->dead > 0)
        compact(client);
    if (client->phase != BIGHT__REDIS_READY || client->paused ||
        client->waiting.count == 0 ||
        !bight_transport_is_open(client->transport))
        return;
    queue_move(&client->waiting, &client->flying);
    client->given = client->made;
    client->busy++;
    if (write_out(client) == BIGHT_WRITE_FULL)
        client->paused = true;
    bight__redis_client_leave(client);
}

static void flush_now(bight_result *result, void *arg)
{
    bight_redis_client *client = arg;
    (void)result;
    client->flushing = false;
    client->busy++;
    bight__redis_flush(client);
    bight__redis_client_leave(client);
}

/* From the ready queue: behind whatever asks for more in this dispatch. A
 * Deferred is what needs no allocation for that. */
void bight__redis_flush_soon(bight_redis_client *client)
{
    if (client->flushing || client->phase != BIGHT__REDIS_READY ||
        client->paused)
        return;
    bight_deferred *d =
        bight_deferred_resolved(client->loop, bight_value_none());
    if (d == NULL) {
        bight__redis_flush(client);
        return;
    }
    client->flushing = true;
    bight_on(d, flush_now, client);
}
