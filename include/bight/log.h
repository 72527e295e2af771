/* SPDX-License-Identifier: MIT */
/* The log: events with typed fields, to a sink that the program chooses. */
#ifndef BIGHT_LOG_H
#define BIGHT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/error.h>

BIGHT_BEGIN_DECLS

typedef enum bight_log_level {
    BIGHT_LOG_TRACE = 0,
    BIGHT_LOG_DEBUG = 1,
    BIGHT_LOG_INFO = 2,
    BIGHT_LOG_WARNING = 3,
    BIGHT_LOG_ERROR = 4,
    BIGHT_LOG_OFF = 5 /* of a sink: nothing; no record has it */
} bight_log_level;

typedef enum bight_log_type {
    BIGHT_LOG_TYPE_TEXT = 1,
    BIGHT_LOG_TYPE_BYTES = 2, /* from a peer, in any encoding or none */
    BIGHT_LOG_TYPE_INT = 3,
    BIGHT_LOG_TYPE_UINT = 4,
    BIGHT_LOG_TYPE_DOUBLE = 5,
    BIGHT_LOG_TYPE_BOOL = 6,
    BIGHT_LOG_TYPE_ERROR = 7
} bight_log_type;

/** A key and a value, both borrowed for the length of the call. Made by the
 * functions below. */
typedef struct bight_log_field {
    const char *key; /* letters, digits, _ - . */
    bight_log_type type;
    union {
        bight_bytes bytes; /* TEXT, BYTES */
        int64_t number;
        uint64_t amount;
        double real;
        bool truth;
        bight_error error;
    } value;
} bight_log_field;

/** What a sink gets, borrowed for the length of the call; it grows at its end
 * only. */
typedef struct bight_log_record {
    size_t size; /* sizeof(bight_log_record) */
    bight_log_level level;
    uint64_t unix_ms; /* the wall clock */
    const char *event;
    const bight_log_field *fields;
    size_t count;
} bight_log_record;

/** Called on the thread that logs, several at once; what it logs itself is
 * dropped. */
typedef void (*bight_log_sink_fn)(void *ctx, const bight_log_record *record);

/** The wall clock in ms since 1970, UTC. */
typedef uint64_t (*bight_log_clock_fn)(void *ctx);

/** Makes this the process's one sink, for `level` and above; NULL, the default:
 * silence. Any thread; when it returns nobody is in the old sink, so `ctx` of
 * that may go. INVALID: no such level. BUSY: called from inside a sink. */
BIGHT_API bight_error bight_log_set_sink(bight_log_sink_fn fn, void *ctx,
                                         bight_log_level level);

/** Replaces the wall clock, for tests; NULL restores it. As
 * bight_log_set_sink. */
BIGHT_API bight_error bight_log_set_clock(bight_log_clock_fn fn, void *ctx);

/** Would a record of this level reach the sink? One atomic load. */
BIGHT_API bool bight_log_enabled(bight_log_level level);

/** Gives the sink a record, if it wants that level. `event` is a short constant
 * name ("accept-failed"); what varies belongs in fields. Any thread. */
BIGHT_API void bight_log_write(bight_log_level level, const char *event,
                               const bight_log_field *fields, size_t count);

/** "trace" ... "off"; "unknown" for anything else. */
BIGHT_API const char *bight_log_level_name(bight_log_level level);

/** Both formatters make one line without newline, never longer than `size` - 1,
 * and return its length. Peers' bytes cannot leave their field: control
 * characters and invalid UTF-8 are escaped. A record that does not fit is cut
 * and says so. Below BIGHT_LOG_LINE_MIN they write "". */
#define BIGHT_LOG_LINE_MIN 128
#define BIGHT_LOG_LINE_MAX 2048 /* of the ready sinks, newline included */

/** "12:00:01.234 warning accept-failed port=80 why=\"too many open files\"",
 * the time in UTC; a cut line ends in "...". */
BIGHT_API size_t bight_log_format_text(const bight_log_record *record,
                                       char *buf, size_t size);

/** {"ts":"2024-02-29T12:00:01.234Z","level":"warning","event":...}: always one
 * valid JSON object; a cut one ends in "truncated":true. */
BIGHT_API size_t bight_log_format_json(const bight_log_record *record,
                                       char *buf, size_t size);

/** Ready sinks; `ctx` is an int * to a descriptor that stays open. One write
 * for each line, so lines of several threads do not mix. A line for which a
 * reader makes no room in 100 ms is dropped, as are those behind it at once,
 * and counted in a later "log_dropped". */
BIGHT_API void bight_log_sink_text(void *ctx, const bight_log_record *record);
BIGHT_API void bight_log_sink_json(void *ctx, const bight_log_record *record);

static inline bight_log_field bight_log_bytes(const char *key,
                                              bight_bytes value)
{
    bight_log_field field;
    field.key = key;
    field.type = BIGHT_LOG_TYPE_BYTES;
    field.value.bytes = value;
    return field;
}

static inline bight_log_field bight_log_text(const char *key, const char *value)
{
    bight_log_field field = bight_log_bytes(key, bight_bytes_text(value));
    field.type = BIGHT_LOG_TYPE_TEXT;
    return field;
}

static inline bight_log_field bight_log_int(const char *key, int64_t value)
{
    bight_log_field field;
    field.key = key;
    field.type = BIGHT_LOG_TYPE_INT;
    field.value.number = value;
    return field;
}

static inline bight_log_field bight_log_uint(const char *key, uint64_t value)
{
    bight_log_field field;
    field.key = key;
    field.type = BIGHT_LOG_TYPE_UINT;
    field.value.amount = value;
    return field;
}

static inline bight_log_field bight_log_double(const char *key, double value)
{
    bight_log_field field;
    field.key = key;
    field.type = BIGHT_LOG_TYPE_DOUBLE;
    field.value.real = value;
    return field;
}

static inline bight_log_field bight_log_bool(const char *key, bool value)
{
    bight_log_field field;
    field.key = key;
    field.type = BIGHT_LOG_TYPE_BOOL;
    field.value.truth = value;
    return field;
}

static inline bight_log_field bight_log_error(const char *key,
                                              bight_error value)
{
    bight_log_field field;
    field.key = key;
    field.type = BIGHT_LOG_TYPE_ERROR;
    field.value.error = value;
    return field;
}

BIGHT_END_DECLS

#endif
