/* SPDX-License-Identifier: MIT */
/* The allocator hook, for those that put theirs before it for a while. */
#ifndef BIGHT_BASE_ALLOC_H
#define BIGHT_BASE_ALLOC_H

#include <bight/alloc.h>

/* The hook in force; NULL: libc. */
void bight__allocator_get(bight_alloc_fn *ret_fn, void **ret_ctx);

#endif
