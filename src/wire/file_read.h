/* SPDX-License-Identifier: MIT */
/* Reading files without a wait for the disk: now, or on a thread. */
#ifndef BIGHT_WIRE_FILE_READ_H
#define BIGHT_WIRE_FILE_READ_H

#include "wire/file.h"

enum bight__file_presence {
    BIGHT__FILE_IN_MEMORY,
    BIGHT__FILE_ON_DISK,
    BIGHT__FILE_UNKNOWN /* the file system does not tell */
};

enum bight__file_presence bight__file_probe(int fd, uint64_t offset,
                                            size_t size);

/* Bytes read, 0 at the file's end, or -errno; -EAGAIN if that would wait, or if
 * the loop is virtual: what is in memory is no part of a seed (L11). */
ssize_t bight__file_read_now(const bight_loop *loop, int fd, uint64_t offset,
                             uint8_t *data, size_t size);

void bight__file_read_init(struct bight__file *file);
/* Reads into its piece, or just into memory, on a thread; file_was_read follows
 * unless this fails. Of one loop 64 are with the threads, others wait. */
bight_error bight__file_read(struct bight__file *file);
/* It is not wanted any more; if it has not begun, file_was_read follows soon.
 */
void bight__file_read_cancel(struct bight__file *file);

/* file.c: it came back; `done` if it was run. */
void bight__file_was_read(struct bight__file *file, bool done);
/* Its connection ends with this. */
void bight__file_fail(struct bight__file *file, bight_error error);

#endif
