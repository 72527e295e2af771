/* SPDX-License-Identifier: MIT */
/*
 * The body of an answer in parts. From the disk it goes by send_file, unless
 * middleware codes it: then a thread reads a piece, it is written, and the next
 * one is read when there is room. A large page in memory is written piece by
 * piece, too, so that what waits for a slow reader is not copied for each.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/log.h>

#include "files.h"

#define PIECE ((size_t)32 * 1024)
#define PART_HEAD_MAX 512

/* -- what stands between parts -------------------------------------------- */

static bight_write_status write_part_head(
    bight_http_exchange *x, const struct bight__http_files_parts *parts,
    size_t index)
{
    char text[PART_HEAD_MAX];
    size_t size = bight_http_byteranges_head(
        bight_bytes_text(parts->boundary), bight_bytes_text(parts->type),
        parts->ranges[index], parts->variant->size, text, sizeof(text));
    return bight_http_write(x, bight_bytes_of(text, size));
}

static void write_tail(bight_http_exchange *x,
                       const struct bight__http_files_parts *parts)
{
    char text[64];
    size_t size = bight_http_byteranges_tail(bight_bytes_text(parts->boundary),
                                             text, sizeof(text));
    (void)bight_http_write(x, bight_bytes_of(text, size));
}

/* By a reset (T25): nobody may take what came for all. */
static void break_off(const bight_http_exchange *x, bight_error error)
{
    const bight_log_field field = bight_log_error("why", error);
    bight_transport_log(bight_http_transport(x), BIGHT_LOG_WARNING,
                        "file-broken-off", &field, 1);
    bight_transport_abort(bight_http_transport(x));
}

/* -- at once -------------------------------------------------------------- */

/* The last part takes the descriptor. */
static int take_descriptor(const struct bight__http_files_parts *parts,
                           bool last)
{
    int fd = *parts->fd;
    if (!last)
        return fcntl(fd, F_DUPFD_CLOEXEC, 3);
    *parts->fd = -1;
    return fd;
}

/* A descriptor that was not to be had is a part that is missing: the end tells
 * the client that it has not got all. */
static void send_part(bight_http_exchange *x,
                      const struct bight__http_files_parts *parts, size_t index)
{
    const struct bight__http_files_variant *variant = parts->variant;
    bight_http_range range = parts->ranges[index];
    uint64_t size = range.last - range.first + 1;
    if (variant->content != NULL) {
        (void)bight_http_write(
            x, bight_bytes_of(variant->content + range.first, (size_t)size));
        return;
    }
    int fd = take_descriptor(parts, index + 1 == parts->count);
    if (fd >= 0)
        (void)bight_http_send_file(x, fd, range.first, size);
}

static void send_at_once(bight_http_exchange *x,
                         const struct bight__http_files_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->multipart)
            (void)write_part_head(x, parts, i);
        send_part(x, parts, i);
    }
    if (parts->multipart)
        write_tail(x, parts);
    bight_http_finish(x);
}

/* -- as there is room ----------------------------------------------------- */

struct sending {
    bight_http_exchange *x; /* NULL: over */
    bight_loop *loop;
    struct bight__http_files_entry *entry;
    struct bight__http_files_parts parts;
    bool reading;
    size_t part;     /* the next one */
    uint64_t offset; /* in this one */
    uint64_t left;
    size_t size; /* of the piece that is read */
    int error;
    uint8_t piece[]; /* of a file */
};

static void let_go(struct sending *s)
{
    bight__http_files_entry_unref(s->entry);
    bight_free(s);
}

static bight_error read_piece(void *ctx)
{
    struct sending *s = ctx;
    size_t at = 0;
    while (at < s->size) {
        ssize_t got = pread(s->parts.variant->fd, s->piece + at, s->size - at,
                            (off_t)(s->offset + at));
        if (got == 0 || (got < 0 && errno != EINTR)) {
            s->error = got < 0 ? errno : EIO; /* it has become shorter */
            break;
        }
        at += got > 0 ? (size_t)got : 0;
    }
    return bight_ok();
}

static void pump(struct sending *s);

static void was_read(void *ctx, bight_error error)
{
    struct sending *s = ctx;
    s->reading = false;
    if (s->x == NULL) {
        let_go(s);
        return;
    }
    if (bight_failed(error) || s->error != 0) {
        break_off(s->x,
                  bight_failed(error) ? error : bight_error_errno(s->error));
        return;
    }
    s->offset += s->size;
    s->left -= s->size;
    if (bight_http_write(s->x, bight_bytes_of(s->piece, s->size)) ==
        BIGHT_WRITE_READY)
        pump(s);
}

static void read_on(struct sending *s)
{
    bight_error error =
        bight_work_submit(s->loop, read_piece, was_read, s, NULL);
    s->reading = !bight_failed(error);
    if (!s->reading)
        break_off(s->x, error);
}

static bight_write_status begin_part(struct sending *s)
{
    const bight_http_range *range = &s->parts.ranges[s->part];
    s->offset = range->first;
    s->left = range->last - range->first + 1;
    s->part++;
    return s->parts.multipart ? write_part_head(s->x, &s->parts, s->part - 1)
                              : BIGHT_WRITE_READY;
}

/* It is gone afterwards. */
static void end(struct sending *s)
{
    if (s->parts.multipart)
        write_tail(s->x, &s->parts);
    bight_http_finish(s->x);
}

static void pump(struct sending *s)
{
    const uint8_t *content = s->parts.variant->content;
    bight_write_status status = BIGHT_WRITE_READY;
    while (status == BIGHT_WRITE_READY) {
        if (s->left == 0 && s->part == s->parts.count) {
            end(s);
            return;
        }
        if (s->left == 0)
            status = begin_part(s);
        s->size = s->left < PIECE ? (size_t)s->left : PIECE;
        if (content == NULL && status == BIGHT_WRITE_READY) {
            read_on(s);
            return;
        }
        if (content == NULL || status != BIGHT_WRITE_READY)
            return;
        status = bight_http_write(s->x,
                                  bight_bytes_of(content + s->offset, s->size));
        s->offset += s->size;
        s->left -= s->size;
    }
}

static void resume(void *ctx, bight_http_exchange *x)
{
    struct sending *s = ctx;
    (void)x;
    if (!s->reading)
        pump(s);
}

static void stop(void *ctx, bight_http_exchange *x)
{
    struct sending *s = ctx;
    (void)x;
    s->x = NULL;
    if (!s->reading)
        let_go(s);
}

static const bight_http_source source = {
    .size = sizeof(bight_http_source), .resume = resume, .stop = stop};

static void produce(bight_http_files *files, bight_http_exchange *x,
                    struct bight__http_files_entry *entry,
                    const struct bight__http_files_parts *parts)
{
    size_t room = parts->variant->content == NULL ? PIECE : 0;
    struct sending *s = bight_zalloc(sizeof(*s) + room);
    bight_error error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (s != NULL) {
        s->x = x;
        s->loop = files->loop;
        s->entry = entry;
        s->parts = *parts;
        s->parts.fd = NULL;
        bight__http_files_entry_ref(entry);
        error = bight_http_produce(x, &source, s);
        if (!bight_failed(error))
            return;
        let_go(s);
    }
    break_off(x, error);
}

/* -- which ---------------------------------------------------------------- */

void bight__http_files_send(bight_http_files *files, bight_http_exchange *x,
                            struct bight__http_files_entry *entry,
                            struct bight__http_files_parts *parts)
{
    const struct bight__http_files_variant *variant = parts->variant;
    bool at_once = variant->content != NULL
                       ? variant->size <= BIGHT__HTTP_FILES_AT_ONCE
                       : !bight_http_is_coded(x);
    if (at_once)
        send_at_once(x, parts);
    else
        produce(files, x, entry, parts);
}
