/* SPDX-License-Identifier: MIT */
/* Discard (RFC 863): throws away what it receives. */
#include <bight/plugin.h>

/* A protocol's defaults do all of it: data is ignored, an end is answered with
 * an end. */
static const bight_protocol discard = {
    .size = sizeof(bight_protocol),
    .name = "discard",
};

BIGHT_PLUGIN(discard) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "discard",
    .version = BIGHT_VERSION_STRING,
    .summary = "throws away what it receives (RFC 863)",
    .protocol = &discard,
};
