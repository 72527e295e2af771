/* SPDX-License-Identifier: MIT */
/* A name's addresses, or why there are none: loop_lookup [HOST]. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/lookup.h>
#include <bight/loop.h>

static void complain(bight_error error)
{
    char text[256];
    bight_error_format(error, text, sizeof(text));
    fprintf(stderr, "%s\n", text);
}

static void on_addresses(void *ctx, bight_error error,
                         const bight_address *addresses, size_t count)
{
    size_t *found = ctx;
    char text[BIGHT_ADDRESS_TEXT_MAX];
    if (bight_failed(error))
        complain(error); /* then there are no addresses */
    for (size_t i = 0; i < count; i++) {
        bight_address_format(&addresses[i], text, sizeof(text));
        printf("%s\n", text);
    }
    *found = count;
}

int main(int argc, char **argv)
{
    const char *host = argc > 1 ? argv[1] : "127.0.0.1";
    bight_loop *loop;
    size_t found = 0;

    if (bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    bight_error error =
        bight_lookup_start(loop, host, 80, on_addresses, &found, NULL);
    if (bight_failed(error))
        complain(error);
    bight_loop_run(loop);
    bight_loop_free(loop);
    return found > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
