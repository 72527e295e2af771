/* SPDX-License-Identifier: MIT */
/* The lock tells whether the process lives, the number only which one it is. */
#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "complain.h"
#include "event.h"
#include "exit.h"

static int complain_pidfile(const char *path)
{
    return complain_error(
        bight_error_note(bight_error_errno(errno), "pidfile %s", path));
}

static int complain_held(int fd, const char *path)
{
    char text[32] = "";
    ssize_t size = pread(fd, text, sizeof(text) - 1, 0);
    complain_text("pidfile %s: held by pid %d", path,
                  size > 0 ? atoi(text) : 0);
    return EXIT_CANNOT_CREATE;
}

/* Empty, or a number and a newline: anything else is somebody's. */
static bool is_pidfile(int fd)
{
    char text[32];
    struct stat file;
    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))
        return false;
    ssize_t size = pread(fd, text, sizeof(text), 0);
    if (size < 0 || (size_t)size == sizeof(text))
        return false;
    return size == 0 || (text[size - 1] == '\n' &&
                         strspn(text, "0123456789") == (size_t)size - 1);
}

static bool is_named(int fd, const char *path)
{
    struct stat file, named;
    return fstat(fd, &file) == 0 && lstat(path, &named) == 0 &&
           file.st_dev == named.st_dev && file.st_ino == named.st_ino;
}

static int lock(int fd, const char *path)
{
    if (!is_pidfile(fd)) {
        complain_text("pidfile %s: it has something else in it", path);
        return EXIT_CANNOT_CREATE;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return errno == EWOULDBLOCK ? complain_held(fd, path)
                                : complain_pidfile(path);
}

/* Whoever held it may have removed it between our open and our lock, which is
 * then one on nothing. */
static int open_and_lock(const char *path, int *ret_fd)
{
    while (true) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
            return complain_pidfile(path);
        int code = lock(fd, path);
        if (code == 0 && is_named(fd, path)) {
            *ret_fd = fd;
            return 0;
        }
        (void)close(fd);
        if (code != 0)
            return code;
    }
}

static int write_number(int fd, const char *path)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(fd, 0) != 0)
        return complain_pidfile(path);
    bight_error error = event_write_all(fd, text, (size_t)size);
    return bight_failed(error)
               ? complain_error(bight_error_note(error, "pidfile %s", path))
               : 0;
}

int pidfile_open(struct pidfile *pidfile, const char *path)
{
    *pidfile = (struct pidfile){.fd = -1};
    if (path == NULL)
        return 0;
    int fd = -1;
    int code = open_and_lock(path, &fd);
    if (code != 0)
        return code;
    code = write_number(fd, path);
    if (code != 0) {
        (void)close(fd);
        return code;
    }
    *pidfile = (struct pidfile){.path = path, .fd = fd};
    return 0;
}

/* Whoever became another user may not remove it, but empty it. */
void pidfile_close(struct pidfile *pidfile)
{
    if (pidfile->path == NULL)
        return;
    if (!is_named(pidfile->fd, pidfile->path) || unlink(pidfile->path) != 0)
        (void)!ftruncate(pidfile->fd, 0);
    (void)close(pidfile->fd);
    *pidfile = (struct pidfile){.fd = -1};
}
