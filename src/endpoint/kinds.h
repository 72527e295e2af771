/* SPDX-License-Identifier: MIT */
/* The kinds that are known: those of the library, and those registered. */
#ifndef BIGHT_ENDPOINT_KINDS_H
#define BIGHT_ENDPOINT_KINDS_H

#include "endpoint/description.h"

extern const bight_endpoint_kind bight__endpoint_fd;
extern const bight_endpoint_kind bight__endpoint_memory;
extern const bight_endpoint_kind bight__endpoint_systemd;
extern const bight_endpoint_kind bight__endpoint_tcp;
extern const bight_endpoint_kind bight__endpoint_trace;
extern const bight_endpoint_kind bight__endpoint_unix;

/* All of them, sorted by name, ended by NULL. Any thread. */
void bight__endpoint_kinds(
    const bight_endpoint_kind *ret_kinds[BIGHT__ENDPOINT_KINDS_MAX + 1]);

/* Is the table as the parser needs it? INVALID: the note says why not. */
bight_error bight__endpoint_kind_check(const bight_endpoint_kind *kind);

#endif
