/* SPDX-License-Identifier: MIT */
/* Discard (RFC 863): throws away what it receives. */
#include <bight/protocol.h>

extern const bight_factory bight_protocol_discard;

/* A protocol's defaults do all of it: data is ignored, an end is answered with
 * an end. */
static const bight_protocol discard = {
    .size = sizeof(bight_protocol),
    .name = "discard",
};

const bight_factory bight_protocol_discard = {
    .size = sizeof(bight_factory),
    .name = "discard",
    .protocol = &discard,
};
