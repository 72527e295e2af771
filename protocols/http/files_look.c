/* SPDX-License-Identifier: MIT */
/*
 * What a thread finds under a name. A fifo or a device must not be opened, for
 * that alone may wait or do something: so everything is looked at by a
 * descriptor that only points to it (O_PATH), and what is opened then is looked
 * at once more, since it may be another by then.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/http_type.h>

#include "files.h"

/* -- errors --------------------------------------------------------------- */

/* What may not be read is not told from what is not there. */
static unsigned status_of(int error)
{
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        return 503;
    case EIO:
    case ESTALE:
    case ETIMEDOUT:
        return 500;
    default:
        return 404;
    }
}

static void fail(struct bight__http_files_entry *entry, int error)
{
    entry->kind = BIGHT__HTTP_FILES_FAILED;
    entry->status = (uint16_t)status_of(error);
    entry->missing = error == ENOENT || error == ENOTDIR;
}

/* -- one file ------------------------------------------------------------- */

/* 0, and what kind of thing it is; an errno. */
static int look_at(const struct bight__http_root *root, const char *path,
                   struct stat *ret_stat)
{
    int fd = bight__http_root_at(root, path, O_PATH);
    if (fd < 0)
        return -fd;
    int error = fstat(fd, ret_stat) == 0 ? 0 : errno;
    (void)close(fd);
    return error;
}

static int open_regular(const struct bight__http_root *root, const char *path,
                        struct stat *ret_stat)
{
    int fd = bight__http_root_at(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fd;
    int error = fstat(fd, ret_stat) == 0 ? 0 : errno;
    if (error == 0 && S_ISREG(ret_stat->st_mode))
        return fd;
    (void)close(fd);
    return error != 0 ? -error : -ENOENT;
}

static void describe(struct bight__http_files_variant *variant,
                     const struct stat *stat)
{
    variant->size = (uint64_t)stat->st_size;
    variant->modified = (int64_t)stat->st_mtim.tv_sec;
    (void)snprintf(variant->etag, sizeof(variant->etag),
                   "%" PRIx64 "-%" PRIx64 "-%" PRIx64, (uint64_t)stat->st_ino,
                   variant->size,
                   (uint64_t)stat->st_mtim.tv_sec * UINT64_C(1000000000) +
                       (uint64_t)stat->st_mtim.tv_nsec);
}

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int read_all(int fd, uint8_t *to, size_t size)
{
    size_t at = 0;
    while (at < size) {
        ssize_t got = pread(fd, to + at, size - at, (off_t)at);
        if (got == 0)
            return EAGAIN; /* it has become shorter */
        if (got < 0 && errno != EINTR)
            return errno;
        at += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

/* Its content, if it is small, as it was while nobody wrote to it; else the
 * descriptor. An errno. */
static int keep(struct bight__http_files_variant *variant, int fd,
                struct stat *stat, size_t most)
{
    struct stat after;
    variant->fd = fd;
    if ((uint64_t)stat->st_size > most)
        return 0;
    variant->content = bight_alloc((size_t)stat->st_size + 1);
    if (variant->content == NULL)
        return ENOMEM;
    int error = read_all(fd, variant->content, (size_t)stat->st_size);
    if (error == 0 && fstat(fd, &after) != 0)
        error = errno;
    if (error == 0 && !same(stat, &after))
        error = EAGAIN;
    if (error != 0)
        return error;
    variant->fd = -1;
    (void)close(fd);
    return 0;
}

static void forget(struct bight__http_files_variant *variant)
{
    if (variant->fd >= 0)
        (void)close(variant->fd);
    bight_free(variant->content);
    *variant = (struct bight__http_files_variant){.fd = -1};
}

/* What is being written to is not kept, but sent as it then is. */
static int load(const bight_http_files *files, const char *path,
                struct bight__http_files_variant *variant)
{
    struct stat stat = {0};
    int error = EAGAIN;
    for (int i = 0; i < 3 && error == EAGAIN; i++) {
        forget(variant);
        int fd = open_regular(&files->root, path, &stat);
        if (fd < 0)
            return -fd;
        error = keep(variant, fd, &stat, i < 2 ? files->options.keep : 0);
    }
    if (error != 0) {
        forget(variant);
        return error;
    }
    variant->exists = true;
    describe(variant, &stat);
    return 0;
}

/* -- a file and its variants ---------------------------------------------- */

static void load_variants(const bight_http_files *files,
                          struct bight__http_files_entry *entry,
                          const char *path, size_t size)
{
    static const char *const endings[] = {".br", ".gz"};
    char name[PATH_MAX + 4];
    struct stat stat = {0};
    if (!files->options.precompressed || size >= PATH_MAX)
        return;
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(name, sizeof(name), "%s%s", path, endings[i]);
        if (look_at(&files->root, name, &stat) == 0 && S_ISREG(stat.st_mode))
            (void)load(files, name, &entry->variants[i]);
    }
}

static void look_at_file(const bight_http_files *files,
                         struct bight__http_files_entry *entry,
                         const char *path)
{
    size_t size = strlen(path);
    int error = load(files, path, &entry->variants[BIGHT__HTTP_FILES_PLAIN]);
    if (error != 0) {
        fail(entry, error);
        return;
    }
    load_variants(files, entry, path, size);
    entry->kind = BIGHT__HTTP_FILES_FILE;
    const char *slash = strrchr(path, '/');
    entry->type = (const char *)bight_http_type_of_name(
                      bight_bytes_text(slash != NULL ? slash + 1 : path))
                      .data;
}

/* -- folders -------------------------------------------------------------- */

/* A regular file of one of the names in the folder; an errno. */
static int find_index(const bight_http_files *files,
                      const struct bight__http_files_name *name,
                      char path[PATH_MAX])
{
    const char *rest = files->options.index != NULL ? files->options.index : "";
    while (*rest != '\0') {
        struct stat stat = {0};
        size_t size = strcspn(rest, ",");
        int length = snprintf(path, PATH_MAX, "%s%s%.*s", name->text,
                              name->size > 0 ? "/" : "", (int)size, rest);
        if (size > 0 && length < PATH_MAX &&
            look_at(&files->root, path, &stat) == 0 && S_ISREG(stat.st_mode))
            return 0;
        rest += size + (rest[size] == ',');
    }
    return ENOENT;
}

static void list(const bight_http_files *files,
                 struct bight__http_files_entry *entry,
                 const struct bight__http_files_name *name)
{
    struct bight__http_files_variant *plain =
        &entry->variants[BIGHT__HTTP_FILES_PLAIN];
    bight_buffer page;
    bight_buffer_init(&page);
    int error = bight__http_files_list(files, name, &page);
    if (error != 0) {
        bight_buffer_fini(&page);
        fail(entry, error);
        return;
    }
    entry->kind = BIGHT__HTTP_FILES_LISTING;
    entry->type =
        name->view.json ? "application/json" : "text/html; charset=utf-8";
    plain->exists = true;
    plain->size = page.end - page.start;
    plain->content = page.data; /* nothing was consumed of it */
}

static void look_at_folder(const bight_http_files *files,
                           struct bight__http_files_entry *entry,
                           const struct bight__http_files_name *name)
{
    char path[PATH_MAX];
    if (!name->folder)
        entry->kind = BIGHT__HTTP_FILES_FOLDER;
    else if (find_index(files, name, path) == 0)
        look_at_file(files, entry, path);
    else if (files->options.browse)
        list(files, entry, name);
    else
        fail(entry, ENOENT);
}

/* -- all of it ------------------------------------------------------------ */

static void look(const bight_http_files *files,
                 struct bight__http_files_entry *entry,
                 const struct bight__http_files_name *name)
{
    struct stat stat = {0};
    int error = look_at(&files->root, name->text, &stat);
    if (error != 0)
        fail(entry, error);
    else if (S_ISDIR(stat.st_mode))
        look_at_folder(files, entry, name);
    else if (S_ISREG(stat.st_mode) && !name->folder)
        look_at_file(files, entry, name->text);
    else
        fail(entry, S_ISREG(stat.st_mode) ? ENOTDIR : EACCES);
}

struct bight__http_files_entry *bight__http_files_look(
    const bight_http_files *files, const struct bight__http_files_name *name,
    bight_bytes key)
{
    struct bight__http_files_entry *entry = bight__http_files_entry_new(key);
    if (entry == NULL)
        return NULL;
    look(files, entry, name);
    for (size_t i = 0; i < BIGHT__HTTP_FILES_VARIANTS; i++) {
        const struct bight__http_files_variant *variant = &entry->variants[i];
        if (variant->content != NULL)
            entry->bytes += (size_t)variant->size;
    }
    return entry;
}
