/* SPDX-License-Identifier: MIT */
/* Registers what protocols/CMakeLists.txt found in the folders there. */
#include "linked.h"

#include <bight/plugin.h>

/* Ended by NULL. */
extern const bight_plugin *const linked_plugins[];

bight_error linked_register(void)
{
    bight_error error = bight_ok();
    for (size_t i = 0; linked_plugins[i] != NULL; i++) {
        bight_error failed = bight_plugin_register(linked_plugins[i]);
        if (bight_failed(failed) &&
            !bight_error_is(failed, &bight_domain, BIGHT_ERROR_BUSY))
            error = failed;
    }
    return error;
}
