/* SPDX-License-Identifier: MIT */
/*
 * Files that may become code of this process.
 *
 * Nobody may load what anybody may write: neither the file nor its folder may
 * be writable by all, but for a folder with the sticky bit, where nobody takes
 * the place of another's file: what lies there must be the user's, or root's.
 * Under root both must also belong to root, and no
 * group but root's may write to them. The folders above are not looked at: who
 * keeps plugins below a folder that others can rename trusts them.
 */
#include "plugin/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bight_error judge_under_root(const struct stat *found, const char *it)
{
    bight_error error = bight_error_of(BIGHT_ERROR_REFUSED);
    if (found->st_uid != 0)
        return bight_error_note(error, "%s belongs to user %ju, not to root",
                                it, (uintmax_t)found->st_uid);
    if ((found->st_mode & S_IWGRP) != 0 && found->st_gid != 0)
        return bight_error_note(error, "group %ju may write to %s",
                                (uintmax_t)found->st_gid, it);
    return bight_ok();
}

static bight_error judge_writers(const struct stat *found, const char *it)
{
    bool sticky = S_ISDIR(found->st_mode) && (found->st_mode & S_ISVTX) != 0;
    if ((found->st_mode & S_IWOTH) != 0 && !sticky)
        return bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                                "anybody may write to %s", it);
    return geteuid() == 0 ? judge_under_root(found, it) : bight_ok();
}

static bight_error judge_owner(const struct stat *file,
                               const struct stat *folder)
{
    if ((folder->st_mode & S_IWOTH) == 0 || file->st_uid == 0 ||
        file->st_uid == geteuid())
        return bight_ok();
    return bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                            "it belongs to user %ju, and anybody may put a "
                            "file into its folder",
                            (uintmax_t)file->st_uid);
}

static bight_error judge_folder(const struct stat *file, const char *real)
{
    char folder[PATH_MAX];
    struct stat found;
    size_t length = (size_t)(strrchr(real, '/') - real);
    memcpy(folder, real, length);
    folder[length] = '\0';
    if (stat(length > 0 ? folder : "/", &found) < 0)
        return bight_error_errno(errno);
    bight_error error = judge_writers(&found, "its folder");
    return bight_failed(error) ? error : judge_owner(file, &found);
}

static bight_error judge_content(int fd)
{
    char magic[4];
    ssize_t size = pread(fd, magic, sizeof(magic), 0);
    if (size < 0)
        return bight_error_errno(errno);
    if (size < (ssize_t)sizeof(magic) || memcmp(magic, "\177ELF", 4) != 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "not an ELF file");
    return bight_ok();
}

static bight_error judge(int fd, const char *real)
{
    struct stat found;
    if (fstat(fd, &found) < 0)
        return bight_error_errno(errno);
    if (!S_ISREG(found.st_mode))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "not a regular file");
    bight_error error = judge_writers(&found, "it");
    if (!bight_failed(error))
        error = judge_folder(&found, real);
    return bight_failed(error) ? error : judge_content(fd);
}

/* Without O_NONBLOCK a FIFO would wait here for a writer. */
bight_error bight__plugin_file(const char *path, char ret_real[PATH_MAX])
{
    if (realpath(path, ret_real) == NULL)
        return bight_error_errno(errno);
    int fd = open(ret_real, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return bight_error_errno(errno);
    bight_error error = judge(fd, ret_real);
    (void)close(fd);
    return error;
}
