/* SPDX-License-Identifier: MIT */
/* A folder that no path leads out of. */
#ifndef BIGHT_HTTP_FILES_ROOT_H
#define BIGHT_HTTP_FILES_ROOT_H

#include <stdbool.h>

struct bight__http_root {
    int fd;        /* -1: not open */
    bool symlinks; /* are followed, if they stay below */
    bool walk;     /* step by step: the kernel has no openat2, or a test */
};

/* An errno, or 0. */
int bight__http_root_open(struct bight__http_root *root, const char *path,
                          bool symlinks);
void bight__http_root_close(struct bight__http_root *root);

/* Opens what is below the root; "" is the root. A descriptor (close-on-exec),
 * or minus an errno: EXDEV leads out, ELOOP a link that is not followed. Any
 * thread. `flags` as of open(2), never to create. */
int bight__http_root_at(const struct bight__http_root *root, const char *path,
                        int flags);

#endif
