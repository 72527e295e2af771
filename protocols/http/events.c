/* SPDX-License-Identifier: MIT */
/* Server-sent events: lines gathered in memory of a fixed size, so that a short
 * event is one write. */
#include <bight/http_events.h>

#include <stdio.h>

#include "grown.h"

#define PIECE_MAX 2048

struct piece {
    bight_http_exchange *x;
    bight_write_status status;
    size_t used;
    uint8_t bytes[PIECE_MAX];
};

static void flush(struct piece *piece)
{
    if (piece->used > 0)
        piece->status = bight_http_write(
            piece->x, bight_bytes_of(piece->bytes, piece->used));
    piece->used = 0;
}

static void put(struct piece *piece, bight_bytes text)
{
    if (text.size > PIECE_MAX - piece->used)
        flush(piece);
    if (text.size > PIECE_MAX) {
        piece->status = bight_http_write(piece->x, text);
        return;
    }
    if (text.size > 0)
        memcpy(piece->bytes + piece->used, text.data, text.size);
    piece->used += text.size;
}

/* CR, LF and CRLF end a line. */
static size_t line_of(bight_bytes text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] != '\r' &&
           text.data[size] != '\n')
        size++;
    return size;
}

static bight_bytes behind_break(bight_bytes rest)
{
    bool both = rest.size > 1 && rest.data[0] == '\r' && rest.data[1] == '\n';
    return bight_bytes_tail(rest, both ? 2 : 1);
}

static void put_line(struct piece *piece, bight_bytes name, bight_bytes value)
{
    put(piece, name);
    put(piece, value);
    put(piece, BIGHT_BYTES("\n"));
}

/* A line break at the end of the text stays: behind it is an empty line. */
static void put_lines(struct piece *piece, bight_bytes name, bight_bytes text)
{
    for (;;) {
        size_t size = line_of(text);
        put_line(piece, name, bight_bytes_head(text, size));
        if (size == text.size)
            return;
        text = behind_break(bight_bytes_tail(text, size));
    }
}

static void put_single(struct piece *piece, bight_bytes name, bight_bytes value)
{
    if (value.size > 0 && line_of(value) == value.size &&
        memchr(value.data, '\0', value.size) == NULL)
        put_line(piece, name, value);
}

bight_error bight_http_start_events(bight_http_exchange *x)
{
    bight_error error =
        bight_http_answer_field(x, "Cache-Control").data == NULL
            ? bight_http_set_field(x, "Cache-Control", BIGHT_BYTES("no-store"))
            : bight_ok();
    /* nginx would else gather events before it passes them on. */
    if (!bight_failed(error))
        error = bight_http_set_field(x, "X-Accel-Buffering", BIGHT_BYTES("no"));
    if (!bight_failed(error))
        error = bight_http_start(x, 200, "text/event-stream",
                                 BIGHT_HTTP_LENGTH_UNKNOWN);
    if (bight_failed(error))
        return error;
    bight_http_later(x);
    if (bight_bytes_equal(bight_http_method(x), BIGHT_BYTES("HEAD")))
        bight_http_finish(x);
    return error;
}

bight_write_status bight_http_write_event(bight_http_exchange *x,
                                          const bight_http_event *given)
{
    bight_http_event event = {.size = sizeof(event)};
    struct piece piece = {.x = x};
    char retry[24];
    bight__http_take_known(&event, sizeof(event), given);
    int size = snprintf(retry, sizeof(retry), "%llu",
                        (unsigned long long)event.retry_ms);
    if (event.retry_ms > 0)
        put_line(&piece, BIGHT_BYTES("retry: "),
                 bight_bytes_of(retry, (size_t)size));
    put_single(&piece, BIGHT_BYTES("event: "), event.name);
    put_single(&piece, BIGHT_BYTES("id: "), event.id);
    if (event.data.size > 0)
        put_lines(&piece, BIGHT_BYTES("data: "), event.data);
    put(&piece, BIGHT_BYTES("\n"));
    flush(&piece);
    return piece.status;
}

bight_write_status bight_http_write_comment(bight_http_exchange *x,
                                            bight_bytes text)
{
    struct piece piece = {.x = x};
    put_lines(&piece, BIGHT_BYTES(": "), text);
    put(&piece, BIGHT_BYTES("\n"));
    flush(&piece);
    return piece.status;
}

bight_bytes bight_http_last_event_id(const bight_http_exchange *x)
{
    return bight_http_field(x, "Last-Event-ID");
}
