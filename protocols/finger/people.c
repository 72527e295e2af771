/* SPDX-License-Identifier: MIT */
/* People, read once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>

#include "people.h"

/* -- what is sent ---------------------------------------------------------- */

/* RFC 1288, 3.3: nothing that a terminal would obey, but for tabs. */
static bool is_shown(uint8_t c)
{
    return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* At most two bytes for each, and the last line's end. */
static bight_error set_text(struct person *person, bight_bytes file)
{
    person->text = bight_alloc(2 * file.size + 2);
    if (person->text == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    char *out = person->text;
    for (size_t i = 0; i < file.size; i++) {
        if (file.data[i] == '\n')
            *out++ = '\r';
        if (file.data[i] == '\n' || is_shown(file.data[i]))
            *out++ = (char)file.data[i];
    }
    if (out > person->text && out[-1] != '\n') {
        *out++ = '\r';
        *out++ = '\n';
    }
    size_t size = (size_t)(out - person->text);
    char *end = size > 0 ? memchr(person->text, '\r', size) : NULL;
    size_t first = end != NULL ? (size_t)(end - person->text) : size;
    bight_bytes all = bight_bytes_of(person->text, size);
    person->name = bight_bytes_head(all, first);
    person->plan = bight_bytes_tail(all, first + 2);
    return bight_ok();
}

/* -- files ----------------------------------------------------------------- */

static bool is_login(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return size > 0 && size <= LOGIN_MAX && name[size] == '\0' &&
           name[0] != '.';
}

/* One more than allowed shows that it is too long. */
static bight_error read_fd(int fd, const char *login, struct person *person)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return bight_error_errno(errno);
    if (!S_ISREG(about.st_mode) || about.st_size > PLAN_MAX)
        return bight_error_note(bight_error_of(BIGHT_ERROR_RANGE),
                                "no file of at most %d bytes", PLAN_MAX);
    uint8_t *bytes = bight_alloc((size_t)about.st_size + 1);
    if (bytes == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    ssize_t size = pread(fd, bytes, (size_t)about.st_size, 0);
    bight_error error = size < 0 ? bight_error_errno(errno) : bight_ok();
    if (!bight_failed(error))
        error = set_text(person, bight_bytes_of(bytes, (size_t)size));
    bight_free(bytes);
    memcpy(person->login, login, strlen(login) + 1);
    return error;
}

static bight_error read_one(int folder, const char *login,
                            struct person *person)
{
    int fd =
        openat(folder, login, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return bight_error_note(bight_error_errno(errno), "%s", login);
    bight_error error = read_fd(fd, login, person);
    (void)close(fd);
    return bight_error_note(error, "%s", login);
}

static int compare(const void *a, const void *b)
{
    return strcasecmp(((const struct person *)a)->login,
                      ((const struct person *)b)->login);
}

static bight_error read_all(DIR *folder, struct people *people)
{
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (!is_login(entry->d_name))
            continue;
        if (people->count == PEOPLE_MAX)
            return bight_error_note(bight_error_of(BIGHT_ERROR_RANGE),
                                    "more than %d files", PEOPLE_MAX);
        bight_error error = read_one(dirfd(folder), entry->d_name,
                                     &people->all[people->count++]);
        if (bight_failed(error))
            return error;
    }
    qsort(people->all, people->count, sizeof(people->all[0]), compare);
    return bight_ok();
}

bight_error finger_people_read(const char *folder, struct people *ret_people)
{
    struct people people = {.count = 0};
    *ret_people = people;
    if (folder == NULL)
        return bight_ok();
    DIR *open = opendir(folder);
    if (open == NULL)
        return bight_error_note(bight_error_errno(errno), "%s", folder);
    people.all = bight_zalloc(PEOPLE_MAX * sizeof(people.all[0]));
    bight_error error = people.all != NULL
                            ? read_all(open, &people)
                            : bight_error_of(BIGHT_ERROR_NO_MEMORY);
    (void)closedir(open);
    if (bight_failed(error))
        finger_people_free(&people);
    else
        *ret_people = people;
    return bight_error_note(error, "%s", folder);
}

void finger_people_free(struct people *people)
{
    for (size_t i = 0; i < people->count; i++)
        bight_free(people->all[i].text);
    bight_free(people->all);
    *people = (struct people){.count = 0};
}

const struct person *finger_people_find(const struct people *people,
                                        bight_bytes login)
{
    for (size_t i = 0; i < people->count; i++) {
        const char *name = people->all[i].login;
        if (strlen(name) == login.size &&
            strncasecmp(name, (const char *)login.data, login.size) == 0)
            return &people->all[i];
    }
    return NULL;
}
