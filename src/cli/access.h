/* SPDX-License-Identifier: MIT */
/* The access log: a line for each connection, once it has ended, or for each
 * piece of work that its protocol reports. */
#ifndef BIGHT_CLI_ACCESS_H
#define BIGHT_CLI_ACCESS_H

#include <bight/listener.h>
#include <bight/loop.h>

struct access;

/* Writes to `fd` (-1: nowhere), which stays the caller's. */
bight_error access_new(bight_loop *loop, int fd, bool json,
                       const char *protocol, struct access **ret_access);
void access_free(struct access *access);

/* From the first of these on, connections that end as they should are no line
 * of their own. */
void access_reported(struct access *access, const bight_transport *t,
                     const bight_report *report);

void access_ended(struct access *access, bight_transport *t,
                  const bight_end *end);

/* `limit` is the option whose limit was reached; NULL: it failed with `why`.
 * Ten lines a second, then a count. */
void access_refused(struct access *access, const bight_address *peer,
                    const char *limit, bight_error why);

/* Connections that ended. */
uint64_t access_count(const struct access *access);

#endif
