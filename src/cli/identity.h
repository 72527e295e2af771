/* SPDX-License-Identifier: MIT */
/* Who the program becomes once it has opened what needs privileges. */
#ifndef BIGHT_CLI_IDENTITY_H
#define BIGHT_CLI_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

struct identity {
    const char *user; /* NULL: stays who it is */
    bool sets_group;
    uid_t uid;
    gid_t gid;
};

/* By name or number; either may be NULL. Returns an exit code; it has
 * complained. `user` is lent. */
int identity_find(struct identity *identity, const char *user,
                  const char *group);

/* Makes a socket's file that we have just made the user's and the group's, as
 * far as these are given. Returns an exit code. */
int identity_give(const struct identity *identity, const char *path);

/* For good: there is no way back. Returns an exit code. */
int identity_become(const struct identity *identity);

#endif
