/* SPDX-License-Identifier: MIT */
/*
 * Opening below a folder. openat2(2) does it in the kernel, safe from whoever
 * moves folders meanwhile. Where it is missing (Linux before 5.6, or a filter
 * of system calls) the path is walked: each part is opened by its own, with
 * O_NOFOLLOW and O_PATH, so that a link is seen and never followed unseen; ".."
 * of a link begins again from the root, with what was found to be no link.
 */
#include "files_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINKS_MAX 40
#define TRIES 8

/* -- by the kernel -------------------------------------------------------- */

/* As <linux/openat2.h>, which may be missing. */
struct how {
    uint64_t flags, mode, resolve;
};
#define NO_MAGICLINKS 0x02
#define NO_SYMLINKS 0x04
#define BENEATH 0x08

#ifdef SYS_openat2
#define OPENAT2 SYS_openat2
#else
#define OPENAT2 437 /* on every machine */
#endif

/* EAGAIN: something was moved meanwhile. */
static int open_beneath(const struct bight__http_root *root, const char *path,
                        int flags)
{
    const struct how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .resolve = BENEATH | NO_MAGICLINKS | (root->symlinks ? 0 : NO_SYMLINKS),
    };
    long fd = -1;
    for (int i = 0; i < TRIES; i++) {
        fd = syscall(OPENAT2, root->fd, *path != '\0' ? path : ".", &how,
                     sizeof(how));
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return fd >= 0 ? (int)fd : -errno;
}

/* -- step by step --------------------------------------------------------- */

struct walk {
    const struct bight__http_root *root;
    int dir;             /* the folder that `done` names */
    char done[PATH_MAX]; /* no links, no ".." */
    char todo[PATH_MAX];
    unsigned links;
};

static void enter(struct walk *w, int fd)
{
    if (w->dir != w->root->fd)
        (void)close(w->dir);
    w->dir = fd;
}

/* The next part of the path, cut off it; NULL: there is none. */
static char *next_part(char **inout_rest)
{
    char *part = *inout_rest + strspn(*inout_rest, "/");
    char *end = part + strcspn(part, "/");
    *inout_rest = end;
    if (part == end)
        return NULL;
    if (*end != '\0') {
        *end = '\0';
        *inout_rest = end + 1;
    }
    return part;
}

static int open_part(int dir, const char *part, int flags)
{
    int fd = openat(dir, part, flags | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

static int push_done(struct walk *w, const char *part)
{
    size_t used = strlen(w->done);
    size_t size = strlen(part);
    if (used + 1 + size >= sizeof(w->done))
        return -ENAMETOOLONG;
    if (used > 0)
        w->done[used++] = '/';
    memcpy(w->done + used, part, size + 1);
    return 0;
}

/* Along what was found before; a link in its place is one too many. */
static int go_back(struct walk *w)
{
    char path[PATH_MAX];
    char *rest = path;
    char *part;
    memcpy(path, w->done, strlen(w->done) + 1);
    enter(w, w->root->fd);
    while ((part = next_part(&rest)) != NULL) {
        int fd = open_part(w->dir, part, O_PATH | O_DIRECTORY);
        if (fd < 0)
            return fd;
        enter(w, fd);
    }
    return 0;
}

static int go_up(struct walk *w)
{
    char *slash = strrchr(w->done, '/');
    if (w->done[0] == '\0')
        return -EXDEV;
    *(slash != NULL ? slash : w->done) = '\0';
    return go_back(w);
}

/* What the link says stands in its place. */
static int follow(struct walk *w, int link, const char *rest)
{
    char target[PATH_MAX];
    ssize_t size;
    if (!w->root->symlinks || ++w->links > LINKS_MAX)
        return -ELOOP;
    size = readlinkat(link, "", target, sizeof(target));
    if (size < 0)
        return -errno;
    if (size > 0 && target[0] == '/')
        return -EXDEV;
    size_t more = strlen(rest) + 1;
    if ((size_t)size + 1 + more > sizeof(w->todo))
        return -ENAMETOOLONG;
    memmove(w->todo + size + 1, rest, more);
    memcpy(w->todo, target, (size_t)size);
    w->todo[size] = '/';
    return 0;
}

static bool is_link(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISLNK(stat.st_mode);
}

/* 1: `todo` was changed; 0: on it goes; minus an errno. */
static int step(struct walk *w, const char *part, const char *rest)
{
    if (strcmp(part, ".") == 0)
        return 0;
    if (strcmp(part, "..") == 0)
        return go_up(w);
    int fd = open_part(w->dir, part, O_PATH);
    if (fd < 0)
        return fd;
    if (is_link(fd)) {
        int status = follow(w, fd, rest);
        (void)close(fd);
        return status < 0 ? status : 1;
    }
    enter(w, fd);
    return push_done(w, part);
}

/* Where the walk ended is opened again, by its name in its folder. */
static int open_end(struct walk *w, int flags)
{
    char *slash = strrchr(w->done, '/');
    char name[NAME_MAX + 1];
    const char *last = slash != NULL ? slash + 1 : w->done;
    if (*last == '\0')
        return open_part(w->root->fd, ".", flags);
    if (strlen(last) > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, last, strlen(last) + 1);
    int status = go_up(w);
    return status < 0 ? status : open_part(w->dir, name, flags);
}

static int walk_all(struct walk *w)
{
    char *rest = w->todo;
    char *part;
    while ((part = next_part(&rest)) != NULL) {
        int status = step(w, part, rest);
        if (status < 0)
            return status;
        if (status > 0)
            rest = w->todo;
    }
    return 0;
}

static int walk(const struct bight__http_root *root, const char *path,
                int flags)
{
    struct walk w = {.root = root, .dir = root->fd};
    size_t size = strlen(path);
    if (*path == '/')
        return -EXDEV;
    if (size >= sizeof(w.todo))
        return -ENAMETOOLONG;
    memcpy(w.todo, path, size + 1);
    int status = walk_all(&w);
    if (status == 0)
        status = open_end(&w, flags);
    enter(&w, root->fd);
    return status;
}

/* -- both ----------------------------------------------------------------- */

int bight__http_root_at(const struct bight__http_root *root, const char *path,
                        int flags)
{
    return root->walk ? walk(root, path, flags)
                      : open_beneath(root, path, flags);
}

int bight__http_root_open(struct bight__http_root *root, const char *path,
                          bool symlinks)
{
    root->symlinks = symlinks;
    root->walk = false;
    root->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root->fd < 0)
        return errno;
    int probe = open_beneath(root, "", O_PATH);
    root->walk = probe < 0;
    if (probe >= 0)
        (void)close(probe);
    return 0;
}

void bight__http_root_close(struct bight__http_root *root)
{
    if (root->fd >= 0)
        (void)close(root->fd);
    root->fd = -1;
}
