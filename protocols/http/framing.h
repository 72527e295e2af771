/* SPDX-License-Identifier: MIT */
/* How long the body is, and what a message says of its connection. */
#ifndef BIGHT_HTTP_FRAMING_H
#define BIGHT_HTTP_FRAMING_H

#include "head.h"

/* Decides for a head that was parsed. NULL, or what is wrong; the connection is
 * of no further use then. */
const struct bight__http_fault *bight__http_frame_request(
    struct bight__http_head *head);

/* `bodiless`: it answers HEAD; `connect`: CONNECT. */
const struct bight__http_fault *bight__http_frame_response(
    struct bight__http_head *head, bool bodiless, bool connect);

#endif
