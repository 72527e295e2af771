/* SPDX-License-Identifier: MIT */
/* What tables may call themselves, and say of themselves. */
#ifndef BIGHT_BASE_NAMING_H
#define BIGHT_BASE_NAMING_H

#include <stdbool.h>
#include <stddef.h>

/* The longest name, in bytes, and the longest line of help. */
#define BIGHT__NAME_MAX 31
#define BIGHT__HELP_MAX 200

/* [a-z][a-z0-9-]*, not too long. NULL is none. */
bool bight__is_name(const char *name);

/* 1 to `most` bytes of UTF-8 of which all may go to a terminal, hence one line
 * that moves no cursor. NULL is none. */
bool bight__is_line(const char *text, size_t most);

#endif
