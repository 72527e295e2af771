/* SPDX-License-Identifier: MIT */
/* A server's streams: each has a task, which its connection owns. */
#include "framing/stream.h"

/* A fail would drop what does not leave at once (T30), as an answer that says
 * what was wrong. */
static void send_last_words(struct bight__stream *s)
{
    BIGHT_SHIELD(last,
                 bight__transport_limits(s->transport)->linger_timeout_ms);
    (void)bight_stream_drain((bight_stream *)s);
}

/* What the task left open ends; its error says why, if nothing else did. A
 * close bounds what the peer has yet to read; what ends by itself does not. */
static void finish(struct bight__stream *s, bight_error error)
{
    if (bight_failed(error)) {
        send_last_words(s);
        bight_transport_fail(s->transport, error);
    } else if (!bight__transport_ends_by_itself(s->transport)) {
        bight_transport_close(s->transport);
    }
    bight__stream_release(s);
}

static bight_error run(void *arg, bight_value *ret_value)
{
    struct bight__stream *s = arg;
    (void)ret_value;
    s->begun = true;
    finish(s, s->serve((bight_stream *)s));
    return bight_ok();
}

/* K4: one that was cancelled before. A task that outlives its connection's
 * patience releases the stream itself. */
static void ended(bight_result *result, void *arg)
{
    struct bight__stream *s = arg;
    (void)result;
    if (!s->begun)
        bight__stream_release(s);
}

static void start(struct bight__stream *s, bight_transport *t,
                  const bight_stream_server *server)
{
    const bight_task_options options = {
        .size = sizeof(options),
        .name = server->name,
        .stack_size = server->stack_size,
    };
    bight_deferred *d = bight_spawn(bight_transport_loop(t), &options, run, s);
    if (d == NULL) {
        bight_transport_fail(t, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    s->transport = bight_transport_ref(t);
    bight_transport_own(t, bight_finally(d, ended, s));
}

void bight_stream_begin(bight_stream *stream, bight_transport *t,
                        const bight_stream_server *server)
{
    struct bight__stream *s = bight__stream_of(stream);
    s->serve = server->serve;
    s->limit = server->limit;
    if (server->limit > 0)
        start(s, t, server);
    else
        bight_transport_fail(
            t, bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "a server of streams without a limit"));
}
