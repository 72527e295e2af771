/* SPDX-License-Identifier: MIT */
/* A framer without a transport: netstrings out of a buffer in two pieces. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/framer.h>

static bool print_frames(bight_framer *framer, bight_bytes data)
{
    bight_framing found;
    bight_bytes frame; /* lent until the next call */
    while ((found = bight_framer_next(framer, &data, &frame)) ==
           BIGHT_FRAMING_FRAME)
        printf("%.*s\n", (int)frame.size, (const char *)frame.data);
    return found == BIGHT_FRAMING_MORE; /* all was taken */
}

int main(void)
{
    bight_framer *framer;
    if (bight_failed(bight_netstring_framer_new(1024, &framer)))
        return EXIT_FAILURE;

    bool whole = print_frames(framer, BIGHT_BYTES("5:hello,5:wo")) &&
                 print_frames(framer, BIGHT_BYTES("rld,")) &&
                 bight_framer_pending(framer) == 0;

    if (!print_frames(framer, BIGHT_BYTES("05:hello,"))) {
        char why[128];
        bight_error_format(bight_framer_error(framer), why, sizeof(why));
        printf("%s\n", why);
    }
    bight_framer_free(framer);
    return whole ? EXIT_SUCCESS : EXIT_FAILURE;
}
