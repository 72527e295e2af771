/* SPDX-License-Identifier: MIT */
/* Sockets that systemd, or whoever speaks sd_listen_fds(3), has passed. */
#ifndef BIGHT_ENDPOINT_ACTIVATION_H
#define BIGHT_ENDPOINT_ACTIVATION_H

#include <bight/error.h>

#include "endpoint/bound.h"

/* Takes the descriptors of that name (NULL: all), or of these the one at
 * `index` (SIZE_MAX: all). NOT_FOUND, BUSY: the note says what there is. Any
 * thread. */
bight_error bight__activation_find(const char *name, size_t index,
                                   struct bight__bound *ret_sockets);

/* It became no port's: it may be found again. */
void bight__activation_give_back(int fd);

#endif
