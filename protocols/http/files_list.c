/* SPDX-License-Identifier: MIT */
/* Reading a folder: what can be asked for and may be seen, sorted. On a thread,
 * since both the names and what is told of each may have to come from a disk.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>

#include "files.h"

#define ITEMS_MAX 10000
#define LOOKED_AT_MAX ((size_t)4 * ITEMS_MAX) /* hidden ones among them */

struct reading {
    const bight_http_files *files;
    const struct bight__http_files_name *folder;
    int fd;
    struct bight__http_files_item *items;
    size_t count, capacity;
    bool cut;
};

/* -- what is there -------------------------------------------------------- */

/* A link is what it leads to, if it may be followed. */
static bool look_at_link(const struct reading *r, const char *name,
                         struct stat *ret_stat)
{
    char path[PATH_MAX];
    int size = snprintf(path, sizeof(path), "%s%s%s", r->folder->text,
                        r->folder->size > 0 ? "/" : "", name);
    if (!r->files->root.symlinks || size >= (int)sizeof(path))
        return false;
    int fd = bight__http_root_at(&r->files->root, path, O_PATH);
    if (fd < 0)
        return false;
    bool found = fstat(fd, ret_stat) == 0;
    (void)close(fd);
    return found;
}

static bool look_at(const struct reading *r, const char *name,
                    struct stat *ret_stat)
{
    if (fstatat(r->fd, name, ret_stat, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    if (S_ISLNK(ret_stat->st_mode) && !look_at_link(r, name, ret_stat))
        return false;
    return S_ISREG(ret_stat->st_mode) || S_ISDIR(ret_stat->st_mode);
}

static int grow(struct reading *r)
{
    size_t capacity = r->capacity > 0 ? r->capacity * 2 : 64;
    if (r->count < r->capacity)
        return 0;
    void *items = bight_realloc(r->items, capacity * sizeof(*r->items));
    if (items == NULL)
        return ENOMEM;
    r->items = items;
    r->capacity = capacity;
    return 0;
}

static int add(struct reading *r, const char *name, const struct stat *stat)
{
    if (grow(r) != 0)
        return ENOMEM;
    char *copy = bight_strdup(name);
    if (copy == NULL)
        return ENOMEM;
    r->items[r->count++] = (struct bight__http_files_item){
        .name = copy,
        .name_size = strlen(name),
        .size = (uint64_t)stat->st_size,
        .modified = (int64_t)stat->st_mtim.tv_sec,
        .folder = S_ISDIR(stat->st_mode),
    };
    return 0;
}

static bool is_wanted(const struct reading *r, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    return r->files->options.hidden ||
           !bight__http_files_is_hidden(bight_bytes_text(name));
}

static int take(struct reading *r, const char *name)
{
    struct stat stat;
    if (!is_wanted(r, name) || !look_at(r, name, &stat))
        return 0;
    r->cut = r->count == ITEMS_MAX;
    return r->cut ? 0 : add(r, name, &stat);
}

static int read_names(struct reading *r, DIR *dir)
{
    int error = 0;
    for (size_t i = 0; error == 0 && !r->cut; i++) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL)
            return errno;
        if (i == LOOKED_AT_MAX)
            r->cut = true;
        else
            error = take(r, entry->d_name);
    }
    return error;
}

/* -- the order ------------------------------------------------------------ */

static int by_name(const struct bight__http_files_item *a,
                   const struct bight__http_files_item *b)
{
    return strcmp(a->name, b->name);
}

static int by_size(const struct bight__http_files_item *a,
                   const struct bight__http_files_item *b)
{
    return (a->size > b->size) - (a->size < b->size);
}

static int by_date(const struct bight__http_files_item *a,
                   const struct bight__http_files_item *b)
{
    return (a->modified > b->modified) - (a->modified < b->modified);
}

/* Folders first, which have no size; equal ones by their names. */
static int compare(const struct bight__http_files_item *a,
                   const struct bight__http_files_item *b, uint8_t sort)
{
    int order = 0;
    if (sort == BIGHT__HTTP_FILES_BY_SIZE && !a->folder)
        order = by_size(a, b);
    else if (sort == BIGHT__HTTP_FILES_BY_DATE)
        order = by_date(a, b);
    return order != 0 ? order : by_name(a, b);
}

#define COMPARE(name, sort, sign)                                              \
    static int name(const void *first, const void *second)                     \
    {                                                                          \
        const struct bight__http_files_item *a = first;                        \
        const struct bight__http_files_item *b = second;                       \
        if (a->folder != b->folder)                                            \
            return a->folder ? -1 : 1;                                         \
        return (sign)*compare(a, b, (sort));                                   \
    }
COMPARE(name_up, BIGHT__HTTP_FILES_BY_NAME, 1)
COMPARE(name_down, BIGHT__HTTP_FILES_BY_NAME, -1)
COMPARE(size_up, BIGHT__HTTP_FILES_BY_SIZE, 1)
COMPARE(size_down, BIGHT__HTTP_FILES_BY_SIZE, -1)
COMPARE(date_up, BIGHT__HTTP_FILES_BY_DATE, 1)
COMPARE(date_down, BIGHT__HTTP_FILES_BY_DATE, -1)

static void sort(struct reading *r)
{
    static int (*const orders[][2])(const void *, const void *) = {
        {name_up, name_down}, {size_up, size_down}, {date_up, date_down}};
    const struct bight__http_files_view *view = &r->folder->view;
    if (r->count > 1)
        qsort(r->items, r->count, sizeof(*r->items),
              orders[view->sort][view->descending]);
}

/* -- all of it ------------------------------------------------------------ */

static int write_page(const struct reading *r, bight_buffer *page)
{
    const struct bight__http_files_items items = {
        .items = r->items, .count = r->count, .cut = r->cut};
    bight_error error = r->folder->view.json
                            ? bight__http_files_json(page, r->folder, &items)
                            : bight__http_files_html(page, r->folder, &items);
    return bight_failed(error) ? ENOMEM : 0;
}

static int read_folder(struct reading *r)
{
    DIR *dir = fdopendir(r->fd);
    if (dir == NULL) {
        int error = errno;
        (void)close(r->fd);
        return error;
    }
    int error = read_names(r, dir);
    (void)closedir(dir);
    return error;
}

int bight__http_files_list(const bight_http_files *files,
                           const struct bight__http_files_name *name,
                           bight_buffer *page)
{
    struct reading r = {.files = files, .folder = name};
    r.fd = bight__http_root_at(&files->root, name->text,
                               O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    if (r.fd < 0)
        return -r.fd;
    int error = read_folder(&r);
    sort(&r);
    if (error == 0)
        error = write_page(&r, page);
    for (size_t i = 0; i < r.count; i++)
        bight_free((void *)(uintptr_t)r.items[i].name);
    bight_free(r.items);
    return error;
}
