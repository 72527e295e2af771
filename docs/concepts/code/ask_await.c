/* SPDX-License-Identifier: MIT */
/* A question, an answer, a deadline: in a task. ask_await PORT. */
#include <stdio.h>
#include <stdlib.h>

#include <bight/stream.h>

static bight_error ask(void *place, bight_value *ret_value)
{
    BIGHT_DEADLINE(budget, 300);
    bight_stream *stream;
    bight_bytes line;
    (void)ret_value;
    bight_error e = bight_stream_connect(place, NULL, &stream);
    if (bight_failed(e))
        return e;
    e = bight_stream_write(stream, BIGHT_BYTES("PING\n"));
    if (!bight_failed(e))
        e = bight_stream_read_line(stream, 256, &line);
    if (!bight_failed(e))
        (void)printf("%.*s\n", (int)line.size, (const char *)line.data);
    (void)bight_stream_close(stream);
    return e;
}

static void tell(bight_result *result, void *arg)
{
    bool *ok = arg;
    bight_error error = bight_result_error(result);
    char text[512];
    *ok = !bight_failed(error);
    (void)bight_error_format(error, text, sizeof(text));
    if (!*ok)
        (void)fprintf(stderr, "ask: %s\n", text);
}

int main(int argc, char **argv)
{
    bight_loop *loop;
    bool ok = false;
    char place[64];
    if (argc != 2 || bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    (void)snprintf(place, sizeof(place), "tcp:127.0.0.1:%s", argv[1]);
    bight_on(bight_spawn(loop, NULL, ask, place), tell, &ok);
    (void)bight_loop_run(loop);
    (void)bight_loop_free(loop);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
