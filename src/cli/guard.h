/* SPDX-License-Identifier: MIT */
/*
 * The door of a server: how many connections there may be, over all of its
 * listeners, and how many from one host (S1).
 */
#ifndef BIGHT_CLI_GUARD_H
#define BIGHT_CLI_GUARD_H

#include <bight/address.h>
#include <bight/error.h>

struct guard;

/* NULL: no memory. */
struct guard *guard_new(size_t most, size_t most_per_host);
void guard_free(struct guard *guard);

/* Whether one more may enter, who then counts; an error: REFUSED. */
bight_error guard_admit(struct guard *guard, const bight_address *peer);

/* To be told of every end, and of every refusal: of those that were its own
 * it says which limit was reached, of others it returns NULL. */
void guard_ended(struct guard *guard, const bight_address *peer);
const char *guard_refused(struct guard *guard, const bight_address *peer);

#endif
