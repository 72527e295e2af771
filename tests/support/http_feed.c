/* SPDX-License-Identifier: MIT */
/* A reader of HTTP under a split of its input. */
#undef NDEBUG
#include "http_feed.h"

#include <assert.h>
#include <stdlib.h>

struct run {
    struct bight__http_reader reader;
    struct bight__http_head head;
    FILE *text, *full;
    bool open; /* within a message */
    bool over;
};

void http_put(FILE *out, bight_bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t octet = bytes.data[i];
        if (octet >= ' ' && octet <= '~' && !strchr("\\();", octet))
            (void)fputc(octet, out);
        else
            (void)fprintf(out, "\\x%02x", octet);
    }
}

static void put_both(struct run *run, const char *text)
{
    (void)fputs(text, run->text);
    (void)fputs(text, run->full);
}

static void put_gap(struct run *run)
{
    if (ftell(run->text) > 0)
        put_both(run, " ");
}

/* -- heads ---------------------------------------------------------------- */

static void put_slice(struct run *run, const char *what,
                      struct bight__http_slice slice)
{
    (void)fprintf(run->full, " %s=", what);
    http_put(run->full, bight__http_head_slice(&run->head, slice));
}

static void put_flags(struct run *run)
{
    const struct bight__http_head *head = &run->head;
    (void)fprintf(
        run->full, " %d.%d form=%d framing=%d length=%llu %s%s%s%s%s", 1,
        head->minor, head->form, head->framing,
        (unsigned long long)head->length, head->keep_alive ? "keep " : "",
        head->continues ? "continue " : "",
        head->unknown_expectation ? "expect " : "",
        head->upgrades ? "upgrade " : "", head->has_query ? "query" : "");
    put_slice(run, "target", head->target);
    put_slice(run, "path", head->path);
    put_slice(run, "query", head->query);
    put_slice(run, "host", head->host);
    put_slice(run, "reason", head->reason);
}

static void put_head(struct run *run)
{
    const struct bight__http_head *head = &run->head;
    bight_bytes method = bight__http_head_slice(head, head->method);
    put_gap(run);
    if (head->status > 0) {
        (void)fprintf(run->text, "%u(", head->status);
        (void)fprintf(run->full, "%u", head->status);
    } else {
        http_put(run->text, method);
        (void)fputc('(', run->text);
        http_put(run->full, method);
    }
    put_flags(run);
    for (unsigned i = 0; i < head->field_count; i++) {
        (void)fprintf(run->full, " [%d", head->fields[i].known);
        put_slice(run, "name", head->fields[i].name);
        put_slice(run, "value", head->fields[i].value);
        (void)fputc(']', run->full);
    }
    (void)fputc('(', run->full);
    assert(!run->open);
    run->open = true;
}

static void put_end(struct run *run)
{
    const struct bight__http_trailers *trailers = &run->head.trailers;
    for (unsigned i = 0; i < trailers->count; i++) {
        const struct bight__http_field *field = &trailers->fields[i];
        FILE *both[] = {run->text, run->full};
        for (int k = 0; k < 2; k++) {
            (void)fputs("; ", both[k]);
            http_put(both[k],
                     bight__http_trailer_slice(&run->head, field->name));
            (void)fputs(": ", both[k]);
            http_put(both[k],
                     bight__http_trailer_slice(&run->head, field->value));
        }
    }
    put_both(run, ")");
    run->open = false;
    bight__http_head_reset(&run->head);
}

/* -- events --------------------------------------------------------------- */

/* It is for good, and takes nothing more. */
static void check_over(struct run *run, enum bight__http_event event)
{
    bight_bytes more = BIGHT_BYTES("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const bight_bytes before = more;
    bight_bytes data;
    run->over = true;
    assert(bight__http_reader_step(&run->reader, &run->head, &more, &data) ==
           event);
    assert(more.data == before.data && more.size == before.size);
}

static void put_fail(struct run *run)
{
    const struct bight__http_fault *fault = run->reader.fault;
    assert(fault != NULL);
    put_gap(run);
    (void)fprintf(run->text, "%u", fault->status);
    (void)fprintf(run->full, "%u %s: %s", fault->status, fault->rule,
                  fault->text);
    check_over(run, BIGHT__HTTP_FAIL);
}

static void put_closed(struct run *run, bight_bytes rest)
{
    if (rest.size == 0)
        return;
    put_gap(run);
    put_both(run, "closed");
    check_over(run, BIGHT__HTTP_CLOSED);
}

/* False when the piece has nothing more. */
static bool step(struct run *run, bight_bytes *piece)
{
    const bight_bytes before = *piece;
    bight_bytes data = {NULL, 0};
    enum bight__http_event event =
        bight__http_reader_step(&run->reader, &run->head, piece, &data);
    assert(piece->data + piece->size == before.data + before.size);
    assert((event == BIGHT__HTTP_FAIL) == (run->reader.fault != NULL));
    switch (event) {
    case BIGHT__HTTP_MORE:
        assert(piece->size == 0);
        return false;
    case BIGHT__HTTP_HEAD:
        put_head(run);
        return true;
    case BIGHT__HTTP_DATA:
        assert(data.size > 0 && run->open && data.data >= before.data &&
               data.data + data.size <= piece->data);
        http_put(run->text, data);
        http_put(run->full, data);
        return true;
    case BIGHT__HTTP_END:
        put_end(run);
        return true;
    case BIGHT__HTTP_CLOSED:
        put_closed(run, *piece);
        return false;
    case BIGHT__HTTP_FAIL:
        put_fail(run);
        return false;
    }
    return false;
}

/* What is kept of a piece must be a copy: each is freed at once. */
static void put_piece(struct run *run, bight_bytes piece)
{
    uint8_t *copy = malloc(piece.size > 0 ? piece.size : 1);
    assert(copy != NULL);
    if (piece.size > 0)
        memcpy(copy, piece.data, piece.size);
    piece.data = copy;
    while (step(run, &piece)) {
    }
    free(copy);
}

static void put_eof(struct run *run)
{
    bool idle = bight__http_reader_is_idle(&run->reader);
    enum bight__http_event event = bight__http_reader_eof(&run->reader);
    if (event == BIGHT__HTTP_END && run->open)
        put_end(run);
    if (event == BIGHT__HTTP_FAIL) {
        assert(!idle);
        put_gap(run);
        put_both(run, "cut");
        check_over(run, BIGHT__HTTP_FAIL);
    }
}

struct http_events http_feed(const struct http_feed *feed, bight_bytes input,
                             const size_t *cuts, size_t count)
{
    struct run run = {.open = false};
    struct http_events events;
    size_t sizes[2], start = 0;
    run.text = open_memstream(&events.text, &sizes[0]);
    run.full = open_memstream(&events.full, &sizes[1]);
    assert(run.text != NULL && run.full != NULL);
    bight__http_head_init(&run.head);
    bight__http_reader_init(&run.reader, feed->kind,
                            feed->limits != NULL ? feed->limits
                                                 : &bight__http_default_limits);
    run.reader.head_request = feed->head_request;
    run.reader.connect = feed->connect;
    for (size_t i = 0; i <= count && !run.over; i++) {
        size_t end = i < count ? cuts[i] : input.size;
        bight_bytes piece = bight_bytes_tail(input, start);
        put_piece(&run, bight_bytes_head(piece, end - start));
        start = end;
    }
    if (!run.over)
        put_eof(&run);
    (void)fclose(run.text);
    (void)fclose(run.full);
    bight__http_head_fini(&run.head);
    return events;
}

void http_events_fini(struct http_events *events)
{
    free(events->text);
    free(events->full);
}

/* -- for fuzzers ---------------------------------------------------------- */

const struct bight__http_limits http_small_limits = {
    .target = 40,
    .head = 300,
    .line = 60,
    .fields = 6,
    .body = 50,
    .chunk_line = 20,
    .chunk_extras = 40,
    .chunks = 3,
    .trailer_bytes = 80,
    .trailers = 2,
};

static void compare(const struct http_feed *feed, bight_bytes input,
                    const struct http_events *whole, const size_t *cuts,
                    size_t count)
{
    struct http_events events = http_feed(feed, input, cuts, count);
    assert(strcmp(events.text, whole->text) == 0);
    assert(strcmp(events.full, whole->full) == 0);
    http_events_fini(&events);
}

struct http_events http_feed_all(const struct http_feed *feed,
                                 bight_bytes input, size_t cut, size_t step)
{
    struct http_events whole = http_feed(feed, input, NULL, 0);
    size_t *cuts = calloc(input.size + 1, sizeof(*cuts));
    size_t count = 0;
    assert(cuts != NULL && step > 0);
    cuts[0] = cut % (input.size + 1);
    compare(feed, input, &whole, cuts, 1);
    for (size_t at = step; at < input.size; at += step)
        cuts[count++] = at;
    compare(feed, input, &whole, cuts, count);
    free(cuts);
    return whole;
}
