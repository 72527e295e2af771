/* SPDX-License-Identifier: MIT */
/* A server whose task's body is the test's, and a talk with it. */
#ifndef BIGHT_TESTS_STREAMS_H
#define BIGHT_TESTS_STREAMS_H

#include <bight/group.h>
#include <bight/stream.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

#define LIMIT 1000

static bight_stream_fn body;
static struct talk talk;
static struct trace trace;
static unsigned served; /* bodies that have ended */
static bight_error outcome;

static inline bight_error serve(bight_stream *stream)
{
    outcome = body(stream);
    served++;
    return outcome;
}

BIGHT_STREAM_PROTOCOL(subject, .serve = serve, .limit = LIMIT);

static const bight_factory subjects = {
    .size = sizeof(bight_factory),
    .name = "subject",
    .protocol = &subject,
};

static inline void begin(bight_stream_fn fn, size_t read_chunk,
                         size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    body = fn;
    served = 0;
    outcome = bight_ok();
    trace = (struct trace){.length = 0};
    talk_begin(&talk, &subjects, &memory);
}

static inline void end(void)
{
    talk_end(&talk);
}

/* Says it and turns the loop. */
static inline void say(const char *text)
{
    talk_write(&talk, bight_bytes_text(text));
    talk_run(&talk);
}

/* "name=bytes " or "name!CODE ". */
static inline bight_error tell(const char *name, bight_error error,
                               bight_bytes data)
{
    if (bight_failed(error))
        trace_add(&trace, "%s!%s", name, error.domain->symbol(error.code));
    else
        trace_add(&trace, "%s=%.*s", name, (int)data.size,
                  (const char *)data.data);
    return error;
}

#endif
