/* SPDX-License-Identifier: MIT */
/*
 * The door of a server: how many connections there may be, over all of its
 * listeners, and how many from one host (S1).
 */
#ifndef BIGHT_CLI_GUARD_H
#define BIGHT_CLI_GUARD_H

#include <bight/protocol.h>

struct guard;

/* A guard before `factory`; it is the process's only one. NULL: no memory. */
struct guard *guard_new(const bight_factory *factory, size_t most,
                        size_t most_per_host);
void guard_free(struct guard *guard);

/* The factory to listen with: it asks the guard first. */
const bight_factory *guard_factory(const struct guard *guard);

/* To be told of every end, and of every refusal: of those that were its own
 * it says which limit was reached, of others it returns NULL. */
void guard_ended(struct guard *guard, const bight_address *peer);
const char *guard_refused(struct guard *guard, const bight_address *peer);

#endif
