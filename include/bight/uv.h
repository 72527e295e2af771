/* SPDX-License-Identifier: MIT */
/** @file
 * The way out to libuv, for programs that already have a uv_loop_t.
 * It is the one public header that needs libuv's, so such a program names both:
 * pkg-config --cflags --libs bight libuv. <uv.h> itself wants _GNU_SOURCE or
 * _POSIX_C_SOURCE=200809L under -std=c11 (gnu11 defines them).
 */
#ifndef BIGHT_UV_H
#define BIGHT_UV_H

#include <uv.h>

#include <bight/loop.h>

BIGHT_BEGIN_DECLS

/**
 * Makes a loop inside the caller's: bight leaves `host->data`, the allocator
 * and foreign handles alone, never runs the host's loop, and keeps it alive
 * only while it has work (L10). Close it, let the host run until the close is
 * reported, then, or in that report, free it; `host` must live that long.
 * Errors as bight_loop_new.
 */
BIGHT_API bight_error bight_loop_adopt(uv_loop_t *host,
                                       const bight_loop_options *options,
                                       bight_loop **ret_loop);

/** The uv_loop_t under a loop; NULL under a virtual one. Borrowed. */
BIGHT_API uv_loop_t *bight_loop_uv(bight_loop *loop);

/** libuv's error codes (negative errno values) as a domain. */
extern BIGHT_API const bight_error_domain bight_uv_domain;

/** An error of libuv's; where it is an errno, that errno's. */
BIGHT_API bight_error bight_error_uv(int status);

BIGHT_END_DECLS

#endif
