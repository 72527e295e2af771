/* SPDX-License-Identifier: MIT */
/* Events for programs: lines of JSON on stdout. */
#ifndef BIGHT_CLI_EVENT_H
#define BIGHT_CLI_EVENT_H

#include <stdbool.h>

#include <bight/log.h>

/* {"event":EVENT,"KEY":VALUE,...}, at once. */
bight_error event_write(const char *event, const bight_log_field *fields,
                        size_t count);

/* All of it, past interruptions; what is left out after an error is lost. */
bight_error event_write_all(int fd, const char *text, size_t size);

/* Whether a line can be written, in so many ms at the latest, without waiting
 * for who reads it. */
bool event_has_room(int fd, int patience_ms);

#endif
