/* SPDX-License-Identifier: MIT */
/* Users and groups. */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/parse.h>

#include "complain.h"
#include "exit.h"

static bool read_number(const char *text, int64_t *ret)
{
    return !bight_failed(bight_parse_int(bight_bytes_text(text), ret)) &&
           *ret >= 0 && *ret < UINT32_MAX;
}

static int find_user(struct identity *identity, const char *user)
{
    int64_t number;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL && read_number(user, &number))
        entry = getpwuid((uid_t)number);
    if (entry == NULL) {
        complain_text("no user '%s'", user);
        return EXIT_USAGE;
    }
    identity->user = user;
    identity->uid = entry->pw_uid;
    identity->gid = entry->pw_gid;
    identity->sets_group = true;
    return 0;
}

static int find_group(struct identity *identity, const char *group)
{
    int64_t number;
    const struct group *entry = getgrnam(group);
    if (entry == NULL && read_number(group, &number))
        entry = getgrgid((gid_t)number);
    if (entry == NULL) {
        complain_text("no group '%s'", group);
        return EXIT_USAGE;
    }
    identity->gid = entry->gr_gid;
    identity->sets_group = true;
    return 0;
}

int identity_find(struct identity *identity, const char *user,
                  const char *group)
{
    int code = 0;
    *identity = (struct identity){.user = NULL};
    if (user != NULL)
        code = find_user(identity, user);
    if (code == 0 && group != NULL)
        code = find_group(identity, group);
    return code;
}

/* What is at that place may be another's by now: nothing but a socket of ours
 * is given away, and no link is followed. */
static bool give(const struct identity *identity, const char *path)
{
    struct stat file;
    uid_t uid = identity->user != NULL ? identity->uid : (uid_t)-1;
    int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool given = fstat(fd, &file) == 0;
    if (given && (!S_ISSOCK(file.st_mode) || file.st_uid != geteuid())) {
        errno = EPERM;
        given = false;
    }
    given = given && fchownat(fd, "", uid, identity->gid, AT_EMPTY_PATH) == 0;
    int errnum = errno;
    (void)close(fd);
    errno = errnum;
    return given;
}

int identity_give(const struct identity *identity, const char *path)
{
    if (!identity->sets_group || give(identity, path))
        return 0;
    return complain_error(
        bight_error_note(bight_error_errno(errno), "chown unix:%s", path));
}

/* The groups first: afterwards nobody may change them. */
static bool become(const struct identity *identity)
{
    const struct passwd *entry = NULL;
    if (identity->user != NULL) {
        entry = getpwuid(identity->uid);
        if (entry == NULL || initgroups(entry->pw_name, identity->gid) != 0)
            return false;
    } else if (setgroups(1, &identity->gid) != 0) {
        return false;
    }
    if (setresgid(identity->gid, identity->gid, identity->gid) != 0)
        return false;
    return identity->user == NULL ||
           setresuid(identity->uid, identity->uid, identity->uid) == 0;
}

int identity_become(const struct identity *identity)
{
    if (!identity->sets_group || become(identity))
        return 0;
    return complain_error(bight_error_note(
        bight_error_errno(errno), "become %s",
        identity->user != NULL ? identity->user : "of another group"));
}
