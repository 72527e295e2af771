/* SPDX-License-Identifier: MIT */
/** @file
 * Files below a folder, as the answers to GET and HEAD: with types, validators,
 * ranges, codings made beforehand, listings. No path leads out of the folder.
 */
#ifndef BIGHT_HTTP_FILES_H
#define BIGHT_HTTP_FILES_H

#include <bight/http_exchange.h>

BIGHT_BEGIN_DECLS

typedef struct bight_http_files_options {
    size_t size;               /**< sizeof(bight_http_files_options) */
    const char *root;          /**< the folder; it may be a symbolic link */
    const char *prefix;        /**< of paths, taken off: "/static"; or NULL */
    const char *index;         /**< of folders, commas between; "index.html" */
    const char *cache_control; /**< the field's value; NULL: none */
    bool browse;               /**< lists folders that have no index */
    bool spa;                  /**< the root's index for unknown paths whose
                                    last part has no dot */
    bool symlinks;             /**< followed, if they stay below the root */
    bool hidden;               /**< also what begins with a dot */
    bool precompressed;        /**< NAME.br and NAME.gz for NAME; true */
    uint64_t cache_ms;         /**< a file is looked at again after; 1000 */
    size_t cache_entries;      /**< files known at once; 256 */
    size_t cache_bytes;        /**< of contents kept, and of listings; 8 MiB */
    size_t keep; /**< larger ones are sent from the disk; 64 KiB */
} bight_http_files_options;

/** Those defaults, and no root. */
BIGHT_API void bight_http_files_options_init(bight_http_files_options *options);

typedef struct bight_http_files bight_http_files;

/** Opens the root. The options are copied. INVALID: no root, or a field's value
 * that may not be one; errno: the root cannot be opened. NO_MEMORY, CLOSED. */
BIGHT_API bight_error
bight_http_files_new(bight_loop *loop, const bight_http_files_options *options,
                     bight_http_files **ret_files);

/** After the last exchange with it has ended. NULL is fine. */
BIGHT_API void bight_http_files_free(bight_http_files *files);

/**
 * The handler; its ctx is a bight_http_files of the exchange's loop. What is
 * not known is looked for on the loop's pool, so that a slow disk delays
 * nobody else.
 */
BIGHT_API bight_deferred *bight_http_files_handler(void *ctx,
                                                   bight_http_exchange *x);

BIGHT_END_DECLS

#endif
