/* SPDX-License-Identifier: MIT */
/*
 * Connecting a socket to the first of several addresses that answers, before
 * there is a connection: the factory hears of the winner only.
 */
#ifndef BIGHT_NET_DIAL_H
#define BIGHT_NET_DIAL_H

#include <bight/net.h>

/* What an error lists of the addresses that did not answer. */
#define BIGHT__DIAL_TEXT_MAX 480

struct bight__dial;

/* Told once, from a dispatch: a connected socket, the callee's, or an error,
 * whose cause names every address tried if there were several. The dial is gone
 * once it returned. */
typedef void (*bight__dialed_fn)(void *ctx, int fd, bight_error error);

/* Tries the addresses in order; `addresses` and `tcp` are copied. NO_MEMORY. */
bight_error bight__dial_start(bight_loop *loop, const bight_address *addresses,
                              size_t count, const bight_tcp_options *tcp,
                              bight__dialed_fn fn, void *ctx,
                              struct bight__dial **ret_dial);

/* Closes what is open and frees; the callback does not come. NULL is fine. */
void bight__dial_cancel(struct bight__dial *dial);

/* Which addresses failed so far and why; "" for none. */
const char *bight__dial_failures(const struct bight__dial *dial);

#endif
