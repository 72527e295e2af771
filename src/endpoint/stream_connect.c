/* SPDX-License-Identifier: MIT */
/* Streams of clients: connected in a task, which owns them. */
#include <bight/stream.h>

#include "base/table.h"
#include "framing/stream.h"

/* Nothing is read before it is known who reads, and how far ahead. */
static void connection_made(void *self, bight_transport *t)
{
    struct bight__stream *s = self;
    s->paused = true;
    bight_transport_pause_reading(t, BIGHT_HOLD_FRAMER);
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .name = "stream",
    .state_size = sizeof(bight_stream),
    .connection_made = connection_made,
    .eof_received = bight_stream_eof_received,
    .pause_writing = bight_stream_pause_writing,
    .resume_writing = bight_stream_resume_writing,
    .connection_lost = bight_stream_connection_lost,
    .get_buffer = bight_stream_get_buffer,
    .buffer_updated = bight_stream_buffer_updated,
};

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "stream",
    .protocol = &protocol,
};

static size_t limit_of(const bight_stream_options *options)
{
    bool has_limit =
        options != NULL &&
        options->size >= BIGHT__TABLE_PAST(bight_stream_options, limit);
    return has_limit && options->limit > 0 ? options->limit
                                           : BIGHT__STREAM_LIMIT;
}

static const bight_owner_options *owner_of(const bight_stream_options *options)
{
    bool has_owner =
        options != NULL &&
        options->size >= offsetof(bight_stream_options, owner) + sizeof(void *);
    return has_owner ? options->owner : NULL;
}

/* The reference becomes the stream's. */
static bight_error open_stream(bight_deferred *d,
                               const bight_stream_options *options,
                               bight_stream **ret_stream)
{
    bight_value value;
    bight_error error = bight_await(d, &value);
    if (bight_failed(error))
        return error;
    bight_transport *t = value.as.pointer;
    bight_stream *stream = bight_transport_self(t);
    struct bight__stream *s = bight__stream_of(stream);
    s->transport = t;
    s->limit = limit_of(options);
    bight__stream_resume(s);
    *ret_stream = stream;
    return bight_ok();
}

bight_error bight_stream_connect(const char *description,
                                 const bight_stream_options *options,
                                 bight_stream **ret_stream)
{
    bight_deferred *d;
    bight_loop *loop = bight_task_loop();
    if (loop == NULL)
        return bight__task_missing("bight_stream_connect");
    bight_error error =
        bight_connect(loop, description, &factory, owner_of(options), &d);
    return bight_failed(error) ? error : open_stream(d, options, ret_stream);
}

bight_error bight_stream_connect_to(const bight_endpoint *endpoint,
                                    const bight_stream_options *options,
                                    bight_stream **ret_stream)
{
    bight_loop *loop = bight_task_loop();
    if (loop == NULL)
        return bight__task_missing("bight_stream_connect_to");
    return open_stream(
        bight_endpoint_connect(loop, endpoint, &factory, owner_of(options)),
        options, ret_stream);
}
