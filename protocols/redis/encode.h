/* SPDX-License-Identifier: MIT */
/* Commands as bytes: arrays of strings. */
#ifndef REDIS_ENCODE_H
#define REDIS_ENCODE_H

#include <stdbool.h>

#include <bight/bytes.h>

/* Room that is enough; 0: more than fits in memory. */
size_t bight__redis_encoded_room(const bight_bytes *arguments, size_t count);

/* Writes it; how many bytes it came to. */
size_t bight__redis_encode(uint8_t *to, const bight_bytes *arguments,
                           size_t count);

/* After it the server's answers would no longer be one for each command, or
 * the reader's protocol another. */
bool bight__redis_changes_mode(const bight_bytes *arguments, size_t count);

#endif
