/* SPDX-License-Identifier: MIT */
/* A client of finger (RFC 1288): finger ENDPOINT [USER]. */
#include <stdio.h>
#include <stdlib.h>

#include <bight/stream.h>

struct question {
    const char *endpoint;
    const char *user;
};

static bight_error ask(bight_stream *stream, const char *user)
{
    const bight_bytes pieces[] = {bight_bytes_text(user), BIGHT_BYTES("\r\n")};
    bight_bytes data;
    bight_error error = bight_stream_writev(stream, pieces, 2);
    while (!bight_failed(error)) {
        error = bight_stream_read_some(stream, 4096, &data);
        if (!bight_failed(error))
            (void)fwrite(data.data, 1, data.size, stdout);
    }
    return bight_error_is(error, &bight_domain, BIGHT_ERROR_EOF) ? bight_ok()
                                                                 : error;
}

static bight_error finger(void *arg, bight_value *ret_value)
{
    const struct question *question = arg;
    bight_stream *stream;
    (void)ret_value;
    BIGHT_DEADLINE(patience, 10 * 1000);
    bight_error error = bight_stream_connect(question->endpoint, NULL, &stream);
    if (bight_failed(error))
        return error;
    error = ask(stream, question->user);
    (void)bight_stream_close(stream);
    return error;
}

static void tell(bight_result *result, void *arg)
{
    bight_error *ret_error = arg;
    *ret_error = bight_result_error(result);
    if (bight_failed(*ret_error)) {
        char text[512];
        (void)bight_error_format(*ret_error, text, sizeof(text));
        (void)fprintf(stderr, "finger: %s\n", text);
    }
}

int main(int argc, char **argv)
{
    bight_loop *loop;
    bight_error error;
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: finger ENDPOINT [USER]\n");
        return 64;
    }
    struct question question = {argv[1], argc > 2 ? argv[2] : ""};
    if (bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    bight_on(bight_spawn(loop, NULL, finger, &question), tell, &error);
    (void)bight_loop_run(loop);
    (void)bight_loop_free(loop);
    return bight_failed(error) ? EXIT_FAILURE : EXIT_SUCCESS;
}
