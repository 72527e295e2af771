/* SPDX-License-Identifier: MIT */
/*
 * Colours, where a person sees them: NO_COLOR takes them away, CLICOLOR_FORCE
 * brings them where no terminal is, --color overrules both.
 */
#ifndef BIGHT_CLI_PAINT_H
#define BIGHT_CLI_PAINT_H

#include <stdbool.h>
#include <stdio.h>

enum color { COLOR_AUTO = 0, COLOR_ALWAYS = 1, COLOR_NEVER = 2 };
enum paint { PAINT_ERROR, PAINT_MARK, PAINT_NAME, PAINT_URL };

void paint_choose(enum color color);

/* What is printed in between has the colour, or none. */
void paint_begin(FILE *out, enum paint paint);
void paint_end(FILE *out);

#endif
