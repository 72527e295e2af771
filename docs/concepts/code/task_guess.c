/* SPDX-License-Identifier: MIT */
/* A server and its client, both tasks, over memory in virtual time. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/memory.h>
#include <bight/parse.h>
#include <bight/stream.h>

/* -- the server ------------------------------------------------------------ */

static bight_error say(bight_stream *stream, const char *text)
{
    return bight_stream_write(stream, bight_bytes_text(text));
}

/* One connection. What it needs to remember are its variables. */
static bight_error guess(bight_stream *stream)
{
    bight_bytes line;
    int64_t number;
    bight_error e = say(stream, "a number below 100?\n");
    while (!bight_failed(e)) {
        e = bight_stream_read_line(stream, 80, &line);
        if (bight_failed(e))
            break;
        if (bight_failed(bight_parse_int(line, &number)))
            e = say(stream, "that is none\n");
        else if (number == 42)
            return say(stream, "yes\n");
        else
            e = say(stream, number < 42 ? "more\n" : "less\n");
    }
    return e;
}

BIGHT_STREAM_PROTOCOL(guessing, .serve = guess, .limit = 1024);

static const bight_factory factory = {.size = sizeof(bight_factory),
                                      .protocol = &guessing};

/* -- the client ------------------------------------------------------------ */

static bight_error try_number(bight_stream *stream, int number, bool *ret_found)
{
    char text[16];
    bight_bytes line;
    int size = snprintf(text, sizeof(text), "%d\n", number);
    bight_error e =
        bight_stream_write(stream, bight_bytes_of(text, (size_t)size));
    if (!bight_failed(e))
        e = bight_stream_read_line(stream, 80, &line);
    if (bight_failed(e))
        return e;
    (void)printf("%d: %.*s\n", number, (int)line.size, (const char *)line.data);
    *ret_found = bight_bytes_equal(line, BIGHT_BYTES("yes"));
    return e;
}

static bight_error player(void *arg, bight_value *ret_value)
{
    bool *found = arg;
    bight_stream *stream;
    bight_bytes greeting;
    (void)ret_value;
    bight_error e = bight_stream_connect("memory:game", NULL, &stream);
    if (bight_failed(e))
        return e;
    e = bight_stream_read_line(stream, 80, &greeting);
    for (int i = 40; i < 100 && !*found && !bight_failed(e); i++)
        e = try_number(stream, i, found);
    (void)bight_stream_close(stream);
    return e;
}

int main(void)
{
    bight_loop_options options;
    bight_loop *loop;
    bight_listener *listener;
    bool found = false;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&options, &loop)))
        return EXIT_FAILURE;
    if (bight_failed(
            bight_memory_listen(loop, &factory, "game", NULL, NULL, &listener)))
        return EXIT_FAILURE;
    bight_detach(bight_spawn(loop, NULL, player, &found));
    (void)bight_loop_advance(loop, 1000);
    bight_listener_close(listener);
    bool ok = !bight_failed(bight_loop_free(loop)) && found;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
