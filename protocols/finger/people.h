/* SPDX-License-Identifier: MIT */
/* Who can be asked for: a folder with a file for each. */
#ifndef FINGER_PEOPLE_H
#define FINGER_PEOPLE_H

#include <bight/bytes.h>
#include <bight/error.h>

#define PEOPLE_MAX 1000
#define LOGIN_MAX 32
#define PLAN_MAX (64 * 1024)

struct person {
    char login[LOGIN_MAX + 1];
    char *text;       /* as it is sent: lines that end in CR LF */
    bight_bytes name; /* its first line, without the end */
    bight_bytes plan; /* the others */
};

struct people {
    struct person *all; /* sorted */
    size_t count;
};

/* Reads the folder; NULL: nobody. What is no name of a user is left out, and
 * what a terminal would obey. An errno, RANGE: too many or too long a file,
 * NO_MEMORY. */
bight_error finger_people_read(const char *folder, struct people *ret_people);
void finger_people_free(struct people *people);

/* Upper case is as lower case. NULL: there is none. */
const struct person *finger_people_find(const struct people *people,
                                        bight_bytes login);

#endif
