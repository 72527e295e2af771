/* SPDX-License-Identifier: MIT */
/*
 * Multipart forms, as they come.
 *
 *   PREAMBLE --delimiter--> BOUNDARY --CRLF--> HEAD --empty line--> DATA
 *                             |   ^                                  |
 *                            "--"  +----------- delimiter ------------+
 *                             v
 *                          EPILOGUE
 *
 * The delimiter is CRLF "--" boundary. A CR can be in its first place only, so
 * that after a mismatch nothing but the byte at hand can begin another match:
 * the search is linear without a table. What matched and then did not is data;
 * it need not be kept, since it is the delimiter's own beginning.
 */
#include <bight/alloc.h>
#include <bight/buffer.h>

#include "chars.h"
#include "form.h"
#include "grown.h"

#define DELIMITER_MAX (4 + BIGHT_HTTP_BOUNDARY_MAX)

enum state { PREAMBLE, BOUNDARY, HEAD, DATA, EPILOGUE };

/* What of a boundary's line has come. */
enum boundary { ITS_END, ONE_HYPHEN, PADDING, A_CR };

struct bight_http_multipart {
    bight_http_form_limits limits;
    const bight_http_part_events *events;
    void *ctx;
    bight_error error;
    bight_buffer head;
    size_t parts;
    uint64_t size; /* of this part's data */
    enum state state;
    enum boundary boundary;
    uint8_t line; /* HEAD: bytes of CRLF CRLF that have come */
    uint8_t matched;
    uint8_t absent; /* of those, how many were not there */
    uint8_t delimiter_size;
    uint8_t delimiter[DELIMITER_MAX];
};

/* bchars, the last no space (RFC 2046, 5.1.1). */
static bool is_boundary(bight_bytes boundary)
{
    for (size_t i = 0; i < boundary.size; i++) {
        uint8_t c = boundary.data[i];
        if (!bight__http_is(c, BIGHT__HTTP_ALNUM) &&
            (c == 0 || !strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return boundary.size > 0 && boundary.size <= BIGHT_HTTP_BOUNDARY_MAX &&
           boundary.data[boundary.size - 1] != ' ';
}

/* The lines before and behind an empty piece share one CRLF. */
static void search(bight_http_multipart *parser, enum state state)
{
    parser->state = state;
    parser->matched = 2;
    parser->absent = 2;
}

bight_error bight_http_multipart_new(bight_bytes boundary,
                                     const bight_http_form_limits *limits,
                                     const bight_http_part_events *events,
                                     void *ctx,
                                     bight_http_multipart **ret_parser)
{
    bight_http_multipart *parser;
    if (!is_boundary(boundary))
        return bight__http_form_broken("no boundary, or one that is none");
    parser = bight_zalloc(sizeof(*parser));
    if (!parser)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    parser->limits = bight__http_form_limits_of(limits);
    parser->events = events;
    parser->ctx = ctx;
    memcpy(parser->delimiter, "\r\n--", 4);
    memcpy(parser->delimiter + 4, boundary.data, boundary.size);
    parser->delimiter_size = (uint8_t)(4 + boundary.size);
    search(parser, PREAMBLE);
    *ret_parser = parser;
    return bight_ok();
}

/* -- data ----------------------------------------------------------------- */

/* Hands on what the limit lets through, however the data was cut. */
static bight_error give(bight_http_multipart *parser, bight_bytes data)
{
    uint64_t left = parser->limits.part - parser->size;
    bool too_much = data.size > left;
    bight_error error = bight_ok();
    if (parser->state != DATA)
        return bight_ok();
    if (too_much)
        data = bight_bytes_head(data, (size_t)left);
    parser->size += data.size;
    if (data.size > 0 && BIGHT__HTTP_HAS(parser->events, data))
        error = parser->events->data(parser->ctx, data);
    if (too_much && !bight_failed(error))
        error = bight__http_form_too_much("a part", parser->limits.part);
    return error;
}

/* Hands on those bytes of a failed match that came with earlier pieces. */
static bight_error give_back(bight_http_multipart *parser, size_t held)
{
    size_t missing = parser->absent;
    parser->matched = 0;
    parser->absent = 0;
    return held > missing
               ? give(parser, bight_bytes_of(parser->delimiter + missing,
                                             held - missing))
               : bight_ok();
}

static bight_error end_piece(bight_http_multipart *parser)
{
    bool part = parser->state == DATA;
    parser->state = BOUNDARY;
    parser->boundary = ITS_END;
    return part && BIGHT__HTTP_HAS(parser->events, ended)
               ? parser->events->ended(parser->ctx)
               : bight_ok();
}

/* Takes data up to the end of a delimiter, or all. */
static bight_error take_data(bight_http_multipart *parser, bight_bytes *data)
{
    bight_bytes all = *data;
    size_t at = 0, held = parser->matched;
    bight_error error = bight_ok();
    while (!bight_failed(error)) {
        while (parser->matched < parser->delimiter_size && at < all.size &&
               all.data[at] == parser->delimiter[parser->matched]) {
            parser->matched++;
            at++;
        }
        if (parser->matched == parser->delimiter_size || at == all.size)
            break;
        error = give_back(parser, held);
        held = 0;
        at += bight__http_find(bight_bytes_tail(all, at), '\r');
    }
    *data = bight_bytes_tail(all, at);
    if (!bight_failed(error))
        error =
            give(parser, bight_bytes_head(all, at - (parser->matched - held)));
    if (!bight_failed(error) && parser->matched == parser->delimiter_size)
        error = end_piece(parser);
    return error;
}

/* -- boundary ------------------------------------------------------------- */

static bight_error begin_head(bight_http_multipart *parser)
{
    if (parser->parts == parser->limits.fields)
        return bight__http_form_too_much("parts", parser->limits.fields);
    parser->parts++;
    parser->state = HEAD;
    parser->line = 2; /* a line begins */
    return bight_ok();
}

/* Spaces may follow a boundary, nothing else may: RFC 2046 takes a line that
 * only begins with it for one, others take it for data. */
static bight_error take_boundary(bight_http_multipart *parser,
                                 bight_bytes *data)
{
    uint8_t c = data->data[0];
    *data = bight_bytes_tail(*data, 1);
    switch (parser->boundary) {
    case ITS_END:
        if (c == '-') {
            parser->boundary = ONE_HYPHEN;
            return bight_ok();
        }
        /* fall through */
    case PADDING:
        if (c != '\r' && !bight__http_is_space(c))
            break;
        parser->boundary = c == '\r' ? A_CR : PADDING;
        return bight_ok();
    case ONE_HYPHEN:
        if (c != '-')
            break;
        parser->state = EPILOGUE;
        return bight_ok();
    case A_CR:
        if (c == '\n')
            return begin_head(parser);
        break;
    }
    return bight__http_form_broken("a boundary with something behind it");
}

/* -- head ----------------------------------------------------------------- */

/* Room for what bight__http_part_read decodes is behind the lines. */
static bight_error end_head(bight_http_multipart *parser)
{
    bight_bytes lines = bight_buffer_bytes(&parser->head);
    bight_http_part part;
    uint8_t *spare;
    bight_error error = bight_buffer_reserve(&parser->head, lines.size, &spare);
    if (bight_failed(error))
        return error;
    lines = bight_buffer_bytes(&parser->head);
    lines.size -= 2; /* the empty one */
    error = bight__http_part_read(lines, &parser->limits, spare, &part);
    parser->size = 0;
    search(parser, DATA);
    if (!bight_failed(error))
        error = parser->events->begun(parser->ctx, &part);
    bight_buffer_clear(&parser->head);
    return error;
}

/* Takes up to a CR or LF, or that. */
static size_t step_in_line(bight_http_multipart *parser, bight_bytes data)
{
    static const uint8_t ends[4] = {'\r', '\n', '\r', '\n'};
    size_t size = 0;
    if (parser->line % 2 == 1 || data.data[0] == ends[parser->line]) {
        bool wanted = data.data[0] == ends[parser->line];
        parser->line++;
        return wanted ? 1 : 0;
    }
    while (size < data.size && data.data[size] != '\r' &&
           data.data[size] != '\n')
        size++;
    parser->line = 0;
    return size;
}

static bight_error take_head(bight_http_multipart *parser, bight_bytes *data)
{
    size_t size = step_in_line(parser, *data);
    bight_error error;
    if (size == 0)
        return bight__http_form_broken("a CR or LF alone in a header");
    if (size > parser->limits.head - bight_buffer_bytes(&parser->head).size)
        return bight__http_form_too_much("a header", parser->limits.head);
    error = bight_buffer_append(&parser->head, bight_bytes_head(*data, size));
    *data = bight_bytes_tail(*data, size);
    if (!bight_failed(error) && parser->line == 4)
        error = end_head(parser);
    return error;
}

/* -- the whole ------------------------------------------------------------ */

static bight_error step(bight_http_multipart *parser, bight_bytes *data)
{
    switch (parser->state) {
    case PREAMBLE:
    case DATA:
        return take_data(parser, data);
    case BOUNDARY:
        return take_boundary(parser, data);
    case HEAD:
        return take_head(parser, data);
    case EPILOGUE:
        break;
    }
    *data = bight_bytes_tail(*data, data->size);
    return bight_ok();
}

bight_error bight_http_multipart_feed(bight_http_multipart *parser,
                                      bight_bytes data)
{
    while (data.size > 0 && !bight_failed(parser->error))
        parser->error = step(parser, &data);
    return parser->error;
}

bight_error bight_http_multipart_end(bight_http_multipart *parser)
{
    if (!bight_failed(parser->error) && parser->state != EPILOGUE)
        parser->error =
            bight__http_form_broken("it ends before its last boundary");
    return parser->error;
}

void bight_http_multipart_free(bight_http_multipart *parser)
{
    if (!parser)
        return;
    bight_buffer_fini(&parser->head);
    bight_free(parser);
}
