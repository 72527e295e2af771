/* SPDX-License-Identifier: MIT */
/*
 * Socket activation: descriptors from 3 on, if LISTEN_PID is this process,
 * LISTEN_FDS of them, with names in LISTEN_FDNAMES. The environment is read
 * once, when first asked; it stays as it is, and children are told apart by the
 * process id in it. Descriptors get FD_CLOEXEC then, as by sd_listen_fds.
 */
#include "endpoint/activation.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bight/parse.h>

#include "base/text.h"

#define FIRST 3
#define PASSED_MAX BIGHT__LOOKUP_ADDRESSES_MAX
#define NAME_BYTES 256

/* One that was passed. */
struct passed {
    char name[NAME_BYTES];
    bool taken;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* What follows is guarded by it. */
static bool was_read;
static size_t count;
static struct passed passed[PASSED_MAX];

/* -- the environment ------------------------------------------------------ */

static bool read_number(const char *variable, unsigned long *ret)
{
    const char *text = getenv(variable);
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    *ret = strtoul(text, &end, 10);
    return *end == '\0';
}

/* Without a list of names each is "unknown", as sd_listen_fds_with_names says;
 * so are those that a list is too short for. */
static void read_names(void)
{
    const char *names = getenv("LISTEN_FDNAMES");
    for (size_t i = 0; i < count; i++) {
        size_t length = names == NULL ? 0 : strcspn(names, ":");
        bool usable = names != NULL && length < NAME_BYTES;
        if (usable)
            memcpy(passed[i].name, names, length);
        else
            strcpy(passed[i].name, "unknown");
        if (names != NULL)
            names = names[length] == ':' ? names + length + 1 : NULL;
    }
}

static void read_environment(void)
{
    unsigned long pid, fds;
    if (was_read)
        return;
    was_read = true;
    if (!read_number("LISTEN_PID", &pid) || !read_number("LISTEN_FDS", &fds) ||
        pid != (unsigned long)getpid())
        return;
    count = fds < PASSED_MAX ? fds : PASSED_MAX;
    read_names();
    for (size_t i = 0; i < count; i++)
        (void)fcntl(FIRST + (int)i, F_SETFD, FD_CLOEXEC);
}

/* -- finding -------------------------------------------------------------- */

static bight_error nothing(const char *name, size_t index)
{
    bight_error error = bight_error_of(BIGHT_ERROR_NOT_FOUND);
    char buf[256];
    struct bight__text names;
    if (count == 0)
        return bight_error_note(error, "no sockets were passed: LISTEN_PID and "
                                       "LISTEN_FDS are not for this process");
    bight__text_init(&names, buf, sizeof(buf));
    for (size_t i = 0; i < count; i++) {
        bight__text_puts(&names, " ");
        bight__text_puts(&names, passed[i].name);
    }
    if (bight__text_end(&names) >= sizeof(buf))
        bight__text_mark_cut(buf, sizeof(buf));
    if (index != SIZE_MAX)
        return bight_error_note(error, "no socket %zu was passed; there are:%s",
                                index, buf);
    return bight_error_note(
        error, "no socket named '%s' was passed; there are:%s", name, buf);
}

static bight_error find(const char *name, size_t index,
                        struct bight__bound *ret_sockets)
{
    size_t seen = 0;
    bool taken = false;
    ret_sockets->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (name != NULL && strcmp(passed[i].name, name) != 0)
            continue;
        if (index != SIZE_MAX && seen++ != index)
            continue;
        taken = taken || passed[i].taken;
        ret_sockets->fds[ret_sockets->count++] = FIRST + (int)i;
    }
    if (ret_sockets->count == 0)
        return nothing(name, index);
    if (taken)
        return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                                "a socket that was passed is in use already");
    return bight_ok();
}

bight_error bight__activation_find(const char *name, size_t index,
                                   struct bight__bound *ret_sockets)
{
    (void)pthread_mutex_lock(&mutex);
    read_environment();
    bight_error error = find(name, index, ret_sockets);
    for (size_t i = 0; !bight_failed(error) && i < ret_sockets->count; i++)
        passed[ret_sockets->fds[i] - FIRST].taken = true;
    (void)pthread_mutex_unlock(&mutex);
    return error;
}

void bight__activation_give_back(int fd)
{
    (void)pthread_mutex_lock(&mutex);
    passed[fd - FIRST].taken = false;
    (void)pthread_mutex_unlock(&mutex);
}
