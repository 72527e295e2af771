/* SPDX-License-Identifier: MIT */
/*
 * Ident (RFC 1413): whose the connection between two ports is, as a table says
 * it. Nothing of the system is asked, so nothing of it leaks.
 */
#include <stdio.h>

#include <bight/plugin.h>
#include <bight/stream.h>

#include "table.h"

#define QUERY_MAX 64

struct options {
    char *table;
    uint64_t timeout_ms;
};

static const bight_option options[] = {
    {.name = "table",
     .type = BIGHT_OPTION_FILE,
     .offset = offsetof(struct options, table),
     .help = "lines PORT PORT USER; '*' is any port, user '-' hidden"},
    {.name = "query-timeout",
     .type = BIGHT_OPTION_DURATION,
     .offset = offsetof(struct options, timeout_ms),
     .default_text = "60s",
     .min = 1,
     .max = 3600 * 1000,
     .help = "how long to wait for each question"},
};

static const bight_option_table option_table =
    BIGHT_OPTION_TABLE(options, struct options);

/* -- questions: "PORT , PORT" ---------------------------------------------- */

struct pair {
    uint32_t here, there; /* 0: out of range */
};

static void skip_blanks(bight_bytes *text)
{
    while (text->size > 0 && (text->data[0] == ' ' || text->data[0] == '\t'))
        *text = bight_bytes_tail(*text, 1);
}

/* Digits alone; what is no port is 0. */
static bool take_port(bight_bytes *text, uint32_t *ret_port)
{
    uint32_t port = 0;
    size_t size = 0;
    skip_blanks(text);
    for (; size < text->size && text->data[size] >= '0' &&
           text->data[size] <= '9';
         size++)
        if (port <= UINT16_MAX)
            port = port * 10 + (uint32_t)(text->data[size] - '0');
    *text = bight_bytes_tail(*text, size);
    skip_blanks(text);
    *ret_port = port <= UINT16_MAX ? port : 0;
    return size > 0;
}

static bool read_pair(bight_bytes text, struct pair *ret_pair)
{
    if (!take_port(&text, &ret_pair->here) || text.size == 0 ||
        text.data[0] != ',')
        return false;
    text = bight_bytes_tail(text, 1);
    return take_port(&text, &ret_pair->there) && text.size == 0;
}

/* -- answers --------------------------------------------------------------- */

static bight_error answer(bight_stream *stream, const struct pair *pair,
                          const char *what, bight_bytes user)
{
    char head[64];
    int size = snprintf(head, sizeof(head), "%u, %u : %s", pair->here,
                        pair->there, what);
    const bight_bytes pieces[] = {bight_bytes_of(head, (size_t)size), user,
                                  BIGHT_BYTES("\r\n")};
    return bight_stream_writev(stream, pieces, 3);
}

static bight_error answer_error(bight_stream *stream, const struct pair *pair,
                                const char *error)
{
    return answer(stream, pair, "ERROR : ", bight_bytes_text(error));
}

static bight_error answer_query(bight_stream *stream, bight_bytes query)
{
    const struct table *table =
        bight_transport_shared(bight_stream_transport(stream));
    struct pair pair = {.here = 0};
    if (!read_pair(query, &pair)) {
        pair = (struct pair){.here = 0};
        return answer_error(stream, &pair, "INVALID-PORT");
    }
    if (pair.here == 0 || pair.there == 0)
        return answer_error(stream, &pair, "INVALID-PORT");
    const struct entry *entry =
        ident_table_find(table, (uint16_t)pair.here, (uint16_t)pair.there);
    if (entry == NULL)
        return answer_error(stream, &pair, "NO-USER");
    if (bight_bytes_equal(entry->user, BIGHT_BYTES("-")))
        return answer_error(stream, &pair, "HIDDEN-USER");
    return answer(stream, &pair, "USERID : UNIX : ", entry->user);
}

/* -- a client -------------------------------------------------------------- */

static bight_error read_query(bight_stream *stream, bight_bytes *ret_query)
{
    const struct options *values =
        bight_transport_options(bight_stream_transport(stream));
    BIGHT_DEADLINE(patience, values != NULL ? values->timeout_ms : 60000);
    return bight_stream_read_line(stream, QUERY_MAX, ret_query);
}

static bight_error serve(bight_stream *stream)
{
    const struct pair none = {.here = 0};
    bight_bytes query;
    bight_error error = read_query(stream, &query);
    while (!bight_failed(error)) {
        error = answer_query(stream, query);
        if (!bight_failed(error))
            error = read_query(stream, &query);
    }
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_FRAME_TOO_LONG))
        (void)answer_error(stream, &none, "UNKNOWN-ERROR");
    return error;
}

BIGHT_STREAM_PROTOCOL(ident, .serve = serve, .limit = 1024);

/* -- the factory ----------------------------------------------------------- */

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    const struct options *values = given;
    (void)loop;
    return ident_table_read(values != NULL ? values->table : NULL, shared);
}

static void stopped(void *shared)
{
    ident_table_free(shared);
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "ident",
    .protocol = &ident,
    .shared_size = sizeof(struct table),
    .started = started,
    .stopped = stopped,
};

BIGHT_PLUGIN(ident) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "ident",
    .version = BIGHT_VERSION_STRING,
    .summary = "tells whose a connection is, by a table (RFC 1413)",
    .factory = &factory,
    .options = &option_table,
};
