/* SPDX-License-Identifier: MIT */
/* Whether a file may be loaded as code. */
#ifndef BIGHT_PLUGIN_FILE_H
#define BIGHT_PLUGIN_FILE_H

#include <limits.h>

#include <bight/error.h>

/* Writes where the file really is, and judges it: an errno, INVALID or REFUSED,
 * the note says why. */
bight_error bight__plugin_file(const char *path, char ret_real[PATH_MAX]);

#endif
