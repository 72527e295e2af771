/* SPDX-License-Identifier: MIT */
/* Errors' texts that outlive the ring of notes. */
#ifndef BIGHT_ASYNC_TEXTS_H
#define BIGHT_ASYNC_TEXTS_H

#include "async/deferred.h"

/* An error's texts, copied out of the ring; NULL: none, or no memory. */
struct bight__texts *bight__texts_keep(bight_error error);
/* The error with its texts, which may have left the ring. */
bight_error bight__texts_restore(const struct bight__texts *texts,
                                 bight_error error);

#endif
