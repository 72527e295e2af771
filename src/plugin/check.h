/* SPDX-License-Identifier: MIT */
/* Whether a descriptor is one that this host can use. */
#ifndef BIGHT_PLUGIN_CHECK_H
#define BIGHT_PLUGIN_CHECK_H

#include <bight/plugin.h>

/* The descriptor's name; "?" if that cannot be read or is none. */
const char *bight__plugin_name(const bight_plugin *given);

/* Copies the descriptor into a full one, absent members NULL, and judges that.
 * `reserved` are names that no option may have, ended by NULL; may be NULL.
 * UNSUPPORTED, INVALID: the note says what is wrong. NO_MEMORY. */
bight_error bight__plugin_check(const bight_plugin *given,
                                const char *const *reserved,
                                bight_plugin *ret_plugin);

#endif
