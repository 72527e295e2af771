/* SPDX-License-Identifier: MIT */
/* Files that actors send. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing/stage.h"

#define OFFSET 4099 /* of the pattern in a file */

static void put(int fd, const uint8_t *data, size_t size, off_t at)
{
    while (size > 0) {
        ssize_t put = pwrite(fd, data, size, at);
        if (put <= 0)
            abort();
        data += put;
        size -= (size_t)put;
        at += put;
    }
}

/* It has no name, so nothing is left of it but the descriptor. */
static int file_new(uint64_t from, size_t size)
{
    FILE *stream = tmpfile();
    int fd = stream == NULL ? -1 : dup(fileno(stream));
    if (fd < 0)
        abort();
    (void)fclose(stream);
    for (size_t at = 0; at < size; at += BIGHT__PATTERN_PERIOD) {
        size_t step = size - at < BIGHT__PATTERN_PERIOD ? size - at
                                                        : BIGHT__PATTERN_PERIOD;
        put(fd, bight__pattern_at(from + at), step, (off_t)(OFFSET + at));
    }
    return fd;
}

static struct bight__sent_file *note(struct bight__actor *actor, int fd,
                                     uint64_t length)
{
    struct stat stat;
    struct bight__sent_file *file = &actor->files[actor->file_count];
    if (actor->file_count == BIGHT__SENT_FILES || fstat(fd, &stat) != 0)
        abort();
    *file = (struct bight__sent_file){.actor = actor,
                                      .fd = fd,
                                      .device = stat.st_dev,
                                      .inode = stat.st_ino,
                                      .length = length};
    return file;
}

static bool is_open(const struct bight__sent_file *file)
{
    struct stat stat;
    return fstat(file->fd, &stat) == 0 && stat.st_dev == file->device &&
           stat.st_ino == file->inode;
}

/* T8, T9, T19: like an up-call, in order, before the loss. */
static void sent(void *ctx, bight_transport *t, uint64_t sent,
                 bight_error error)
{
    struct bight__sent_file *file = ctx;
    struct bight__actor *actor = file->actor;
    struct bight__stage *stage = actor->stage;
    if (stage->inside_verb > 0 || stage->depth > 0)
        bight__stage_fail(stage, "T8: a file's end was told in a callback");
    if (file->told || file != &actor->files[actor->files_told])
        bight__stage_fail(stage, "T19: files of %s end twice, or in disorder",
                          actor->name);
    if (actor->t != t)
        bight__stage_fail(stage, "T19: a file of %s ended after the loss",
                          actor->name);
    if (bight_failed(error) ? sent == file->length : sent != file->length)
        bight__stage_fail(stage, "T19: a file of %s did not end like that",
                          actor->name);
    file->told = true;
    file->sent = sent;
    file->error = error;
    actor->files_told++;
    stage->depth++;
    if (actor->on_sent != NULL)
        actor->on_sent(actor);
    stage->depth--;
}

bight_write_status bight__actor_send_file(struct bight__actor *actor,
                                          size_t size, uint64_t length)
{
    struct bight__stage *stage = actor->stage;
    if (actor->t == NULL) {
        bight__stage_fail(stage, "%s has no connection", actor->name);
        return BIGHT_WRITE_CLOSED;
    }
    int fd = file_new(actor->written, size);
    struct bight__sent_file *file = note(actor, fd, length);
    stage->patterned = true;
    stage->inside_verb++;
    bight_write_status status =
        bight_transport_send_file(actor->t, fd, OFFSET, length, sent, file);
    stage->inside_verb--;
    if (status == BIGHT_WRITE_CLOSED && is_open(file))
        bight__stage_fail(stage, "T19: a file not taken was not closed");
    if (status == BIGHT_WRITE_CLOSED)
        return status;
    actor->file_count++;
    actor->written += length;
    return status;
}

void bight__actor_flood_files(struct bight__actor *actor, size_t size)
{
    while (actor->t != NULL && actor->file_count + 2 < BIGHT__SENT_FILES)
        if (bight__actor_send_file(actor, size, size) != BIGHT_WRITE_READY)
            return;
}

bool bight__actor_has_open_files(const struct bight__actor *actor)
{
    for (unsigned i = 0; i < actor->file_count; i++)
        if (is_open(&actor->files[i]))
            return true;
    return false;
}
