/* SPDX-License-Identifier: MIT */
/*
 * The reader. A first walk judges and counts as bytes come, and stops where it
 * has to; a second one builds the value when all of it is there (build.c). The
 * bytes lie in what was given, or, from the first value on that ends in a later
 * piece, in `held`.
 */
#include <assert.h>
#include <string.h>

#include <bight/alloc.h>
#include <bight/buffer.h>

#include "build.h"
#include "number.h"

#define LINE_PIECE 256

enum found { MORE, WHOLE, BROKEN };

struct level {
    uint64_t left;
    bool attribute; /* what follows it is no item more, but its value */
};

struct bight_redis_reader {
    struct bight__redis_pool *pool;
    bight_redis_limits limits;
    bight_error broken;
    bight_buffer held;
    /* Of the value under way: */
    size_t at;     /* its bytes judged so far */
    size_t seen;   /* of the line there, that have no end in them */
    size_t body;   /* of a string, with its end; 0: a line comes */
    uint8_t kind;  /* of that body */
    size_t values; /* announced */
    size_t texts;
    unsigned depth;
    struct level levels[DEPTH_MAX];
};

void bight_redis_limits_init(bight_redis_limits *limits)
{
    *limits = (bight_redis_limits){
        .size = sizeof(*limits),
        .bytes = 64 * 1024 * 1024,
        .values = 1024 * 1024,
        .depth = 32,
    };
}

bight_error bight_redis_reader_new(const bight_redis_limits *limits,
                                   bight_redis_reader **ret_reader)
{
    bight_redis_limits all;
    bight_redis_limits_init(&all);
    if (limits != NULL)
        memcpy(&all, limits,
               limits->size < sizeof(all) ? limits->size : sizeof(all));
    if (all.depth > DEPTH_MAX || all.values == 0 || all.bytes < LINE_PIECE)
        return bight_error_note(
            bight_error_of(BIGHT_ERROR_INVALID),
            "redis: limits: a depth above %d, no value, or bytes below %d",
            DEPTH_MAX, LINE_PIECE);
    bight_redis_reader *reader = bight_zalloc(sizeof(*reader));
    struct bight__redis_pool *pool = bight__redis_pool_new();
    if (reader == NULL || pool == NULL) {
        bight_free(reader);
        bight_free(pool);
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    }
    reader->pool = pool;
    reader->limits = all;
    *ret_reader = reader;
    return bight_ok();
}

static void begin_value(bight_redis_reader *reader)
{
    reader->at = reader->seen = reader->body = 0;
    reader->values = reader->texts = 0;
    reader->depth = 0;
}

void bight_redis_reader_reset(bight_redis_reader *reader)
{
    bight_buffer_fini(&reader->held);
    reader->broken = bight_ok();
    begin_value(reader);
}

void bight_redis_reader_free(bight_redis_reader *reader)
{
    if (reader == NULL)
        return;
    bight_buffer_fini(&reader->held);
    bight__redis_pool_close(reader->pool);
    bight_free(reader);
}

/* -- the first walk -------------------------------------------------------- */

static enum found breaks(bight_redis_reader *reader, bight_code code,
                         const char *what)
{
    reader->broken = bight_error_note(bight_error_of(code), "redis: %s", what);
    return BROKEN;
}

static enum found malformed(bight_redis_reader *reader, const char *what)
{
    return breaks(reader, BIGHT_ERROR_PROTOCOL_ERROR, what);
}

static enum found too_long(bight_redis_reader *reader, const char *what)
{
    return breaks(reader, BIGHT_ERROR_FRAME_TOO_LONG, what);
}

/* One value is complete, and with it maybe those that it is the last of. */
static enum found value_ends(bight_redis_reader *reader)
{
    while (reader->depth > 0) {
        struct level *level = &reader->levels[reader->depth - 1];
        if (--level->left > 0)
            return MORE;
        reader->depth--;
        if (level->attribute)
            return MORE;
    }
    return WHOLE;
}

static enum found begin_items(bight_redis_reader *reader, bight_bytes line)
{
    uint64_t count;
    uint8_t kind = line.data[0];
    if (kind == '>' && reader->depth > 0)
        return malformed(reader, "a push inside a value");
    if (!bight__redis_read_length(line.data + 1, line.size - 1, &count))
        return malformed(reader, "a count that is no number");
    if (kind == '%' || kind == '|')
        count *= 2;
    if (count > reader->limits.values - reader->values)
        return too_long(reader, "too many values in one");
    reader->values += (size_t)count;
    if (count == 0)
        return kind == '|' ? MORE : value_ends(reader);
    if (reader->depth >= reader->limits.depth)
        return too_long(reader, "values nested too deeply");
    reader->levels[reader->depth++] =
        (struct level){.left = count, .attribute = kind == '|'};
    return MORE;
}

static enum found begin_body(bight_redis_reader *reader, bight_bytes line)
{
    uint64_t length;
    if (!bight__redis_read_length(line.data + 1, line.size - 1, &length))
        return malformed(reader, "a length that is no number");
    if (length > reader->limits.bytes ||
        length + 2 > reader->limits.bytes - reader->at)
        return too_long(reader, "a value is too long");
    if (line.data[0] == '=' && length < 4)
        return malformed(reader, "a verbatim string without its format");
    reader->kind = line.data[0];
    reader->body = (size_t)length + 2;
    reader->texts += (size_t)length + 1;
    return MORE;
}

static enum found text_ends(bight_redis_reader *reader, bight_bytes text)
{
    if (memchr(text.data, '\n', text.size) != NULL)
        return malformed(reader, "a newline inside a line");
    reader->texts += text.size + 1;
    return value_ends(reader);
}

static bool is_boolean(bight_bytes text)
{
    return text.size == 1 && (text.data[0] == 't' || text.data[0] == 'f');
}

static enum found judge_line(bight_redis_reader *reader, bight_bytes line)
{
    bight_bytes text = bight_bytes_tail(line, 1);
    int64_t unused;
    switch (line.size > 0 ? line.data[0] : 0) {
    case '+':
    case '-':
        return text_ends(reader, text);
    case ':':
        if (!bight__redis_read_integer(text, &unused))
            return malformed(reader, "an integer that is no number");
        return value_ends(reader);
    case '$':
    case '*':
        if (bight_bytes_equal(text, BIGHT_BYTES("-1")))
            return value_ends(reader);
        return line.data[0] == '$' ? begin_body(reader, line)
                                   : begin_items(reader, line);
    case '!':
    case '=':
        return begin_body(reader, line);
    case '%':
    case '~':
    case '>':
    case '|':
        return begin_items(reader, line);
    case '_':
        return text.size == 0 ? value_ends(reader)
                              : malformed(reader, "a null that is something");
    case '#':
        return is_boolean(text) ? value_ends(reader)
                                : malformed(reader, "neither true nor false");
    case ',':
        return bight__redis_is_double(text)
                   ? text_ends(reader, text)
                   : malformed(reader, "a double that is no number");
    case '(':
        return bight__redis_is_big_number(text)
                   ? text_ends(reader, text)
                   : malformed(reader, "a big number that is none");
    default:
        return malformed(reader, "no type of Redis's");
    }
}

/* MORE with `at` where it was: more bytes are needed. */
static enum found walk_line(bight_redis_reader *reader, bight_bytes bytes)
{
    const uint8_t *begin = bytes.data + reader->at;
    size_t size = bytes.size - reader->at;
    const uint8_t *end = size > reader->seen ? memchr(begin + reader->seen,
                                                      '\r', size - reader->seen)
                                             : NULL;
    size_t length = end != NULL ? (size_t)(end - begin) : size;
    if (reader->at + length + 2 > reader->limits.bytes)
        return too_long(reader, "a value is too long");
    reader->seen = length;
    if (end == NULL || length + 1 == size)
        return MORE;
    if (end[1] != '\n')
        return malformed(reader, "a line that does not end in CRLF");
    reader->at += length + 2;
    reader->seen = 0;
    return judge_line(reader, bight_bytes_of(begin, length));
}

static enum found walk_body(bight_redis_reader *reader, bight_bytes bytes)
{
    if (bytes.size - reader->at < reader->body)
        return MORE;
    const uint8_t *body = bytes.data + reader->at;
    const uint8_t *end = body + reader->body - 2;
    if (end[0] != '\r' || end[1] != '\n')
        return malformed(reader, "a string that does not end in CRLF");
    if (reader->kind == '=' && body[3] != ':')
        return malformed(reader, "a verbatim string without its format");
    reader->at += reader->body;
    reader->body = 0;
    return value_ends(reader);
}

static enum found walk(bight_redis_reader *reader, bight_bytes bytes)
{
    if (reader->values == 0)
        reader->values = 1;
    for (;;) {
        size_t before = reader->at;
        if (bytes.size == before)
            return MORE;
        assert(bytes.data != NULL);
        enum found found = reader->body > 0 ? walk_body(reader, bytes)
                                            : walk_line(reader, bytes);
        if (found != MORE || reader->at == before)
            return found;
    }
}

/* -- out of pieces -----------------------------------------------------------
 */

static bight_error finish(bight_redis_reader *reader, const uint8_t *data,
                          bight_redis_reply **ret_reply)
{
    *ret_reply =
        bight__redis_build(reader->pool, data, reader->values, reader->texts);
    begin_value(reader);
    if (*ret_reply == NULL)
        reader->broken = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    return reader->broken;
}

/* The usual answers, in one walk; false: it takes the long way. */
static bool quick(bight_redis_reader *reader, bight_bytes *data,
                  bight_redis_reply **ret_reply)
{
    const uint8_t *p = data->data, *end = p + data->size;
    size_t length = 0;
    uint8_t *text;
    if (*p != '$' || data->size < 6)
        return false;
    for (p++; (unsigned)*p - '0' <= 9 && p < data->data + 8 && p + 2 < end; p++)
        length = length * 10 + (*p - (size_t)'0');
    if (p == data->data + 1 || p[0] != '\r' || p[1] != '\n')
        return false;
    p += 2;
    if ((size_t)(end - p) < length + 2 || p[length] != '\r' ||
        p[length + 1] != '\n' || length + 16 > reader->limits.bytes)
        return false;
    bight_redis_reply *reply =
        bight__redis_block_new(reader->pool, 1, length + 1, &text);
    if (reply == NULL)
        return false;
    reply->type = BIGHT_REDIS_STRING;
    reply->text = bight_bytes_of(text, length);
    reply->count = 0;
    memcpy(text, p, length);
    text[length] = '\0';
    *data = bight_bytes_of(p + length + 2, (size_t)(end - p) - length - 2);
    *ret_reply = reply;
    return true;
}

static bight_error hold(bight_redis_reader *reader, bight_bytes bytes)
{
    bight_error error = bight_buffer_append(&reader->held, bytes);
    if (bight_failed(error))
        reader->broken = error;
    return error;
}

/* A value that begins in `data`. */
static bight_error next_fresh(bight_redis_reader *reader, bight_bytes *data,
                              bight_redis_reply **ret_reply)
{
    if (quick(reader, data, ret_reply))
        return bight_ok();
    enum found found = walk(reader, *data);
    if (found == BROKEN)
        return reader->broken;
    bight_bytes whole = *data;
    if (found == MORE) {
        *data = bight_bytes_tail(*data, data->size);
        return hold(reader, whole);
    }
    *data = bight_bytes_tail(whole, reader->at);
    return finish(reader, whole.data, ret_reply);
}

/* So many bytes more can be of use, as far as is known. */
static size_t wanted(const bight_redis_reader *reader)
{
    size_t held = reader->held.end - reader->held.start;
    return reader->body > 0 ? reader->body - (held - reader->at) : LINE_PIECE;
}

/* A value that began before; what was held too much goes back. */
static bight_error next_held(bight_redis_reader *reader, bight_bytes *data,
                             bight_redis_reply **ret_reply)
{
    bight_bytes piece = bight_bytes_head(*data, wanted(reader));
    bight_error error = hold(reader, piece);
    if (bight_failed(error))
        return error;
    bight_bytes whole = bight_buffer_bytes(&reader->held);
    enum found found = walk(reader, whole);
    if (found == BROKEN)
        return reader->broken;
    size_t taken = piece.size;
    if (found == WHOLE) {
        taken -= whole.size - reader->at;
        error = finish(reader, whole.data, ret_reply);
        bight_buffer_fini(&reader->held);
    }
    *data = bight_bytes_tail(*data, taken);
    return error;
}

bight_error bight_redis_reader_next(bight_redis_reader *reader,
                                    bight_bytes *data,
                                    bight_redis_reply **ret_reply)
{
    bight_error error = reader->broken;
    *ret_reply = NULL;
    while (!bight_failed(error) && *ret_reply == NULL && data->size > 0)
        error = reader->held.end > reader->held.start
                    ? next_held(reader, data, ret_reply)
                    : next_fresh(reader, data, ret_reply);
    return error;
}
