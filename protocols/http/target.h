/* SPDX-License-Identifier: MIT */
/* The target of a request, and hosts. */
#ifndef BIGHT_HTTP_TARGET_H
#define BIGHT_HTTP_TARGET_H

#include "head.h"

/* Sets form, path, query and, if the target has one, host from method and
 * target. NULL, or what is wrong. */
const struct bight__http_fault *bight__http_target_read(
    struct bight__http_head *head);

/* uri-host [ ":" port ] (RFC 9110, 7.2), not empty. */
bool bight__http_is_host(bight_bytes text);

#endif
