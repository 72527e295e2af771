/* SPDX-License-Identifier: MIT */
/* Says which library is running. */
#include <bight/api.h>

const char *bight_version(void)
{
    return BIGHT_VERSION_STRING;
}
