/* SPDX-License-Identifier: MIT */
/*
 * The memory wire: two ends in one loop, each with a ring of bytes under way
 * to it. It behaves as a kernel's stream does: writes are taken in part, what
 * was sent before an eof arrives before it, a reset destroys what was under
 * way. Its events are ready entries, so they come in the order they happened.
 */
#include <bight/memory.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#include "wire/listener.h"
#include "wire/transport.h"

#define PREFIX "memory:" /* of a name, in messages */

/* One end's state. What is on its way to it waits in its own ring. */
struct end {
    struct bight__ready ready;
    bight_transport *self;
    struct end *peer;             /* NULL once that end is closed */
    bight_memory_options options; /* a copy: either end may live longer */
    uint8_t *ring;
    size_t start;
    size_t size;
    const bight_bytes *rest; /* an open write_rest of ours ... */
    size_t rest_count;
    size_t rest_done; /* ... and how much of it has left */
    bool queued;
    bool reading;
    bool eof; /* the peer has shut down its writing */
    bool eof_told;
    bool was_reset; /* by the peer */
    bool will_reset;
    bool dialing; /* a client that has yet to look for its listener */
    bool connecting;
    bool closing;
};

static struct end *end_of(const bight_transport *t)
{
    return bight_driver_state(t);
}

static void wake(struct end *end)
{
    if (end == NULL || end->queued)
        return;
    end->queued = true;
    bight__ready_push(bight__transport_loop(end->self), &end->ready);
}

/* -- bytes ---------------------------------------------------------------- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t ring_put(struct end *to, const uint8_t *data, size_t size)
{
    size_t capacity = to->options.capacity;
    size = least(size, capacity - to->size);
    size_t at = (to->start + to->size) % capacity;
    size_t first = least(size, capacity - at);
    memcpy(to->ring + at, data, first);
    memcpy(to->ring, data + first, size - first);
    to->size += size;
    return size;
}

static size_t ring_take(struct end *end, uint8_t *data, size_t size)
{
    size_t capacity = end->options.capacity;
    size = least(size, end->size);
    size_t first = least(size, capacity - end->start);
    memcpy(data, end->ring + end->start, first);
    memcpy(data + first, end->ring, size - first);
    end->start = (end->start + size) % capacity;
    end->size -= size;
    return size;
}

/* Bytes that the wire takes now, beginning at `skip` of the pieces. */
static size_t send_some(struct end *end, const bight_bytes *pieces,
                        size_t count, size_t skip)
{
    size_t chunk = end->options.write_chunk;
    size_t room = chunk > 0 ? chunk : SIZE_MAX;
    size_t sent = 0;
    for (size_t i = 0; i < count; i++) {
        bight_bytes piece = bight_bytes_tail(pieces[i], skip);
        skip -= least(skip, pieces[i].size);
        piece = bight_bytes_head(piece, room - sent);
        size_t put = ring_put(end->peer, piece.data, piece.size);
        sent += put;
        if (put < piece.size || sent == room)
            break;
    }
    if (sent > 0)
        wake(end->peer);
    return sent;
}

/* -- events --------------------------------------------------------------- */

/* Making room to read to flushes what was written, and so may end the peer and
 * all that was under way. */
static void end_read(struct end *end)
{
    bight_transport *t = end->self;
    bight_space space = bight_driver_buffer(t, end->size);
    if (space.size == 0 || end->size == 0) {
        wake(end);
        return;
    }
    size_t most = end->options.read_chunk;
    if (most > 0)
        space.size = least(space.size, most);
    size_t size = ring_take(end, space.data, space.size);
    wake(end->peer);
    if (end->size > 0 || end->eof)
        wake(end);
    bight_driver_received(t, bight_bytes_of(space.data, size));
}

/* The rest goes on as the peer makes room. */
static void end_write(struct end *end)
{
    size_t total = 0;
    for (size_t i = 0; i < end->rest_count; i++)
        total += end->rest[i].size;
    end->rest_done +=
        send_some(end, end->rest, end->rest_count, end->rest_done);
    if (end->rest_done < total)
        return;
    end->rest = NULL;
    bight_driver_written(end->self, bight_ok());
}

static void dial(bight_transport *client);

static void end_report(struct end *end)
{
    bight_transport *t = end->self;
    if (end->dialing) {
        end->dialing = false;
        dial(t);
    } else if (end->was_reset) {
        end->was_reset = false;
        bight_driver_failed(t, bight_error_errno(ECONNRESET));
    } else if (end->connecting) {
        end->connecting = false;
        bight_driver_opened(t);
    } else if (end->reading && end->size > 0) {
        end_read(end);
    } else if (end->reading && end->eof && !end->eof_told) {
        end->eof_told = true;
        bight_driver_eof(t);
    }
    if (end->rest != NULL && end->peer != NULL && !end->closing)
        end_write(end);
}

static void end_run(struct bight__ready *entry)
{
    struct end *end = bight__container(entry, struct end, ready);
    bight_transport *t = end->self;
    end->queued = false;
    if (!end->closing) {
        end_report(end);
        return;
    }
    if (end->rest != NULL) {
        end->rest = NULL;
        bight_driver_written(t, bight_error_of(BIGHT_ERROR_CANCELLED));
    }
    bight_free(end->ring);
    end->ring = NULL;
    bight_driver_closed(t);
}

/* -- the driver ----------------------------------------------------------- */

static bight_error memory_start_read(bight_transport *t)
{
    if (bight__loop_fault(bight__transport_loop(t)))
        return bight_error_errno(ENOTCONN);
    end_of(t)->reading = true;
    wake(end_of(t));
    return bight_ok();
}

static void memory_stop_read(bight_transport *t)
{
    end_of(t)->reading = false;
}

static ptrdiff_t memory_try_writev(bight_transport *t,
                                   const bight_bytes *pieces, size_t count)
{
    struct end *end = end_of(t);
    if (bight__loop_fault(bight__transport_loop(t)))
        return -ECONNRESET;
    if (end->peer == NULL)
        return -EPIPE;
    return (ptrdiff_t)send_some(end, pieces, count, 0);
}

static bight_error memory_write_rest(bight_transport *t,
                                     const bight_bytes *pieces, size_t count,
                                     void *request)
{
    struct end *end = end_of(t);
    (void)request;
    if (bight__loop_fault(bight__transport_loop(t)) || end->peer == NULL)
        return bight_error_errno(EPIPE);
    end->rest = pieces;
    end->rest_count = count;
    end->rest_done = 0;
    wake(end);
    return bight_ok();
}

static bight_error memory_shutdown(bight_transport *t)
{
    struct end *peer = end_of(t)->peer;
    if (bight__loop_fault(bight__transport_loop(t)))
        return bight_error_errno(ECONNRESET);
    if (peer != NULL) {
        peer->eof = true;
        wake(peer);
    }
    return bight_ok();
}

static void memory_reset(bight_transport *t)
{
    end_of(t)->will_reset = true;
}

/* As a kernel does, an end that is closed over unread bytes resets. */
static void memory_close(bight_transport *t)
{
    struct end *end = end_of(t);
    struct end *peer = end->peer;
    end->closing = true;
    end->peer = NULL;
    if (peer != NULL) {
        peer->peer = NULL;
        if (end->will_reset || end->size > 0) {
            peer->was_reset = true;
            peer->size = 0;
        }
        peer->eof = true;
        if (peer->rest != NULL)
            peer->was_reset = true;
        wake(peer);
    }
    wake(end);
}

static bool memory_can(bight_capability what)
{
    return what == BIGHT_CAN_WRITE_EOF || what == BIGHT_CAN_RESET;
}

static bool memory_info(const bight_transport *t, bight_driver_query query,
                        void *inout)
{
    const struct end *peer = end_of(t)->peer;
    switch (query) {
    case BIGHT_DRIVER_LOCAL:
        *(bight_address *)inout =
            (bight_address){.family = BIGHT_ADDRESS_MEMORY};
        return true;
    case BIGHT_DRIVER_CAN:
        *(int *)inout = memory_can(*(bight_capability *)inout);
        return true;
    case BIGHT_DRIVER_UNREAD:
        *(int *)inout = peer == NULL ? 0 : (int)peer->size;
        return true;
    case BIGHT_DRIVER_FD:
    case BIGHT_DRIVER_BELOW:
        break;
    }
    return false;
}

static const bight_driver memory_driver = {
    .size = sizeof(bight_driver),
    .name = "memory",
    .state_size = sizeof(struct end),
    .start_read = memory_start_read,
    .stop_read = memory_stop_read,
    .try_writev = memory_try_writev,
    .write_rest = memory_write_rest,
    .shutdown = memory_shutdown,
    .close = memory_close,
    .reset = memory_reset,
    .info = memory_info,
};

/* -- listening ------------------------------------------------------------ */

struct memory_listener {
    bight_listener listener;
    struct bight__list link; /* in loop->wire->names */
    bight_memory_options options;
    char *name;
};

void bight_memory_options_init(bight_memory_options *options)
{
    *options =
        (bight_memory_options){.size = sizeof(*options), .capacity = 64 * 1024};
}

static struct memory_listener *memory_of(const bight_listener *listener)
{
    return bight__container(listener, struct memory_listener, listener);
}

static void memory_stop(bight_listener *listener)
{
    bight__list_remove(&memory_of(listener)->link);
}

static size_t memory_describe(const bight_listener *listener, char *buf,
                              size_t size)
{
    return (size_t)snprintf(buf, size, PREFIX "%s", memory_of(listener)->name);
}

static void memory_free(bight_listener *base)
{
    struct memory_listener *listener = memory_of(base);
    bight_free(listener->name);
    bight_free(listener);
}

static const struct bight__listener_ops memory_listener = {
    .stop = memory_stop, .describe = memory_describe, .free = memory_free};

static struct memory_listener *find(bight_loop *loop, const char *name)
{
    struct bight__list *all = &loop->wire->names;
    for (struct bight__list *link = all->next; link != all; link = link->next) {
        struct memory_listener *listener =
            bight__container(link, struct memory_listener, link);
        if (strcmp(listener->name, name) == 0)
            return listener;
    }
    return NULL;
}

static bight_error announce(struct memory_listener *listener, const char *name)
{
    bight_loop *loop = listener->listener.owner.loop;
    if (find(loop, name) != NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                                "listen memory:%s", name);
    listener->listener.address.family = BIGHT_ADDRESS_MEMORY;
    bight__list_push_back(&loop->wire->names, &listener->link);
    return bight_ok();
}

bight_error bight_memory_listen(bight_loop *loop, const bight_factory *factory,
                                const char *name,
                                const bight_memory_options *memory,
                                const bight_owner_options *options,
                                bight_listener **ret_listener)
{
    struct memory_listener *listener = bight_zalloc(sizeof(*listener));
    if (listener == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_memory_options_init(&listener->options);
    if (memory != NULL)
        memcpy(&listener->options, memory,
               least(memory->size, sizeof(*memory)));
    if (listener->options.capacity == 0) {
        bight_free(listener);
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a memory wire without capacity");
    }
    bight__list_init(&listener->link);
    listener->name = bight_strdup(name);
    bight_error error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (listener->name != NULL)
        error =
            bight__listener_init(&listener->listener, loop, &memory_listener,
                                 factory, options, __builtin_return_address(0));
    if (bight_failed(error)) {
        memory_free(&listener->listener);
        return error;
    }
    error = announce(listener, name);
    if (bight_failed(error)) {
        bight__listener_discard(&listener->listener);
        return error;
    }
    *ret_listener = &listener->listener;
    return bight_ok();
}

/* -- connecting ----------------------------------------------------------- */

static bool end_init(bight_transport *t, const bight_memory_options *options)
{
    struct end *end = end_of(t);
    end->ready.run = end_run;
    end->self = t;
    if (options == NULL)
        return true;
    end->options = *options;
    end->ring = bight_alloc(options->capacity);
    return end->ring != NULL;
}

static void join(struct end *a, struct end *b)
{
    a->peer = b;
    b->peer = a;
    a->connecting = b->connecting = true;
    wake(a);
    wake(b);
}

/* The listener's side. Where it comes to nothing, the client is refused. */
static bight_error meet(struct memory_listener *listener,
                        bight_transport *client)
{
    const bight_address peer = {.family = BIGHT_ADDRESS_MEMORY};
    bight_transport *server;
    if (!bight__listener_admits(&listener->listener, &peer))
        return bight_error_errno(ECONNREFUSED);
    bight_error error = bight__owner_build(&listener->listener.owner,
                                           &memory_driver, &peer, 0, &server);
    if (bight_failed(error)) {
        bight__owner_refuse(&listener->listener.owner, &peer, error);
        return bight_error_errno(ECONNREFUSED);
    }
    bool ready = end_init(server, &listener->options) &&
                 end_init(client, &listener->options);
    /* Building may have called the program, and that cancelled the client. */
    if (ready && end_of(client)->closing) {
        bight_driver_failed(server, bight_error_errno(ECONNABORTED));
        return bight_error_errno(ECONNABORTED);
    }
    if (!ready) {
        bight_driver_failed(server, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    }
    join(end_of(server), end_of(client));
    return bight_ok();
}

/* From the ready queue, since the listener's user may be asked (T8). */
static void dial(bight_transport *client)
{
    const bight_connector *connector =
        bight__container(client->owner, bight_connector, owner);
    struct memory_listener *listener =
        find(connector->owner.loop, connector->target + strlen(PREFIX));
    bight_error error = listener == NULL ? bight_error_errno(ECONNREFUSED)
                                         : meet(listener, client);
    if (bight_failed(error))
        bight_driver_failed(client, error);
}

bight_error bight_memory_connect(bight_loop *loop, const bight_factory *factory,
                                 const char *name,
                                 const bight_owner_options *options,
                                 bight_connected_fn fn, void *ctx,
                                 bight_connector **ret_connector)
{
    char target[sizeof((*ret_connector)->target)];
    const bight_address peer = {.family = BIGHT_ADDRESS_MEMORY};
    int length = snprintf(target, sizeof(target), PREFIX "%s", name);
    if (length >= (int)sizeof(target))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "the name '%.40s...' is too long", name);
    bight_connector *connector;
    bight_error error = bight__connector_new(
        loop, factory, options, &memory_driver, &peer, target, fn, ctx,
        __builtin_return_address(0), &connector);
    if (bight_failed(error))
        return error;
    struct end *end = end_of(connector->transport);
    (void)end_init(connector->transport, NULL);
    end->dialing = true;
    wake(end);
    if (ret_connector != NULL)
        *ret_connector = connector;
    return bight_ok();
}
