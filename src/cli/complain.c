/* SPDX-License-Identifier: MIT */
/* Complaints on stderr. */
#include "complain.h"

#include <stdio.h>

#include "exit.h"

int complain(const bight_diagnostic *diagnostic, bight_bytes text)
{
    char buf[2048];
    (void)bight_diagnostic_format(diagnostic, "bight", text, buf, sizeof(buf));
    (void)fputs(buf, stderr);
    return EXIT_USAGE;
}

/* Paths and names in it are of the person's own making, but a terminal need
 * not obey them. */
int complain_error(bight_error error)
{
    char text[1024];
    (void)bight_error_format(error, text, sizeof(text));
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
    (void)fprintf(stderr, "bight: %s\n", text);
    return exit_code_of(error);
}
