/* SPDX-License-Identifier: MIT */
/*
 * Finger (RFC 1288): a line asks for everybody or for one, and the answer ends
 * the connection. Only people of a folder are known, none of the system's; and
 * no question is asked elsewhere.
 */
#include <stdio.h>

#include <bight/plugin.h>
#include <bight/stream.h>

#include "people.h"

#define QUERY_MAX 256

struct options {
    char *people;
    uint64_t timeout_ms;
};

static const bight_option options[] = {
    {.name = "people",
     .type = BIGHT_OPTION_FOLDER,
     .offset = offsetof(struct options, people),
     .help = "a file for each: a line with the name, then the plan"},
    {.name = "query-timeout",
     .type = BIGHT_OPTION_DURATION,
     .offset = offsetof(struct options, timeout_ms),
     .default_text = "30s",
     .min = 1,
     .max = 3600 * 1000,
     .help = "how long to wait for the question"},
};

static const bight_option_table option_table =
    BIGHT_OPTION_TABLE(options, struct options);

/* -- answers --------------------------------------------------------------- */

static bight_error tell_login(bight_stream *stream, const struct person *person)
{
    char login[LOGIN_MAX + 16];
    int size = snprintf(login, sizeof(login), "%-16s ", person->login);
    const bight_bytes pieces[] = {bight_bytes_of(login, (size_t)size),
                                  person->name, BIGHT_BYTES("\r\n")};
    return bight_stream_writev(stream, pieces, 3);
}

static bight_error tell_person(bight_stream *stream,
                               const struct person *person)
{
    bool has_plan = person->plan.size > 0;
    const bight_bytes pieces[] = {BIGHT_BYTES("Login: "),
                                  bight_bytes_text(person->login),
                                  BIGHT_BYTES("\r\nName: "),
                                  person->name,
                                  has_plan ? BIGHT_BYTES("\r\nPlan:\r\n")
                                           : BIGHT_BYTES("\r\nNo plan.\r\n"),
                                  person->plan};
    return bight_stream_writev(stream, pieces, 6);
}

static bight_error tell_everybody(bight_stream *stream,
                                  const struct people *people, bool whole)
{
    bight_error error = bight_ok();
    if (people->count == 0)
        return bight_stream_write(stream, BIGHT_BYTES("Nobody is here.\r\n"));
    for (size_t i = 0; i < people->count && !bight_failed(error); i++) {
        if (whole && i > 0)
            error = bight_stream_write(stream, BIGHT_BYTES("\r\n"));
        if (!bight_failed(error))
            error = whole ? tell_person(stream, &people->all[i])
                          : tell_login(stream, &people->all[i]);
    }
    return error;
}

/* What was asked for is not said again: it may be anything. */
static bight_error tell_one(bight_stream *stream, const struct people *people,
                            bight_bytes login)
{
    const struct person *person = finger_people_find(people, login);
    if (person == NULL)
        return bight_stream_write(stream, BIGHT_BYTES("No such user.\r\n"));
    return tell_person(stream, person);
}

/* -- questions ------------------------------------------------------------- */

static bight_bytes trim(bight_bytes text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = bight_bytes_tail(text, 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

/* "/W" stands alone or before a space. */
static bool take_whole(bight_bytes *query)
{
    bool whole = query->size >= 2 && query->data[0] == '/' &&
                 (query->data[1] | 0x20) == 'w' &&
                 (query->size == 2 || query->data[2] == ' ');
    if (whole)
        *query = trim(bight_bytes_tail(*query, 2));
    return whole;
}

static bight_error answer(bight_stream *stream, bight_bytes query)
{
    const struct people *people =
        bight_transport_shared(bight_stream_transport(stream));
    query = trim(query);
    bool whole = take_whole(&query);
    if (query.size == 0)
        return tell_everybody(stream, people, whole);
    if (memchr(query.data, '@', query.size) != NULL)
        return bight_stream_write(
            stream, BIGHT_BYTES("Finger forwarding service denied\r\n"));
    return tell_one(stream, people, query);
}

static bight_error read_query(bight_stream *stream, bight_bytes *ret_query)
{
    const struct options *values =
        bight_transport_options(bight_stream_transport(stream));
    BIGHT_DEADLINE(patience, values != NULL ? values->timeout_ms : 30000);
    return bight_stream_read_line(stream, QUERY_MAX, ret_query);
}

static bight_error serve(bight_stream *stream)
{
    bight_bytes query;
    bight_error error = read_query(stream, &query);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_FRAME_TOO_LONG))
        (void)bight_stream_write(stream, BIGHT_BYTES("Too long.\r\n"));
    return bight_failed(error) ? error : answer(stream, query);
}

BIGHT_STREAM_PROTOCOL(finger, .serve = serve, .limit = 2 * QUERY_MAX);

/* -- the factory ----------------------------------------------------------- */

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    const struct options *values = given;
    (void)loop;
    return finger_people_read(values != NULL ? values->people : NULL, shared);
}

static void stopped(void *shared)
{
    finger_people_free(shared);
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "finger",
    .protocol = &finger,
    .shared_size = sizeof(struct people),
    .started = started,
    .stopped = stopped,
};

BIGHT_PLUGIN(finger) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "finger",
    .version = BIGHT_VERSION_STRING,
    .summary = "tells who is here, and their plans (RFC 1288)",
    .factory = &factory,
    .options = &option_table,
};
