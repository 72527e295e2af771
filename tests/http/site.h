/* SPDX-License-Identifier: MIT */
/*
 * A folder of files that is served to one client over memory, in virtual time.
 * The folder is made anew for each test, its files of 2020.
 */
#ifndef BIGHT_TESTS_HTTP_SITE_H
#define BIGHT_TESTS_HTTP_SITE_H

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/http.h>

#include "files.h"
#include "talk.h"

#define SITE_TIME 1577934245 /* Thu, 02 Jan 2020 03:04:05 GMT */
#define SITE_DATE "Thu, 02 Jan 2020 03:04:05 GMT"

struct site {
    char root[64];
    struct talk talk;
    bight_http_files_options files;
    const bight_http_use *middleware;
    size_t middleware_count;
    bool walk; /* without openat2 */
    bight_http_files *made;
};

static struct site site;

/* -- the folder ----------------------------------------------------------- */

static inline const char *site_path(const char *name)
{
    static char path[2][512];
    static unsigned turn;
    char *to = path[turn++ % 2];
    (void)snprintf(to, sizeof(path[0]), "%s/%s", site.root, name);
    return to;
}

static inline void site_age(const char *name)
{
    const struct timespec times[2] = {{.tv_sec = SITE_TIME},
                                      {.tv_sec = SITE_TIME}};
    ck_assert_int_eq(
        utimensat(AT_FDCWD, site_path(name), times, AT_SYMLINK_NOFOLLOW), 0);
}

static inline void site_put(const char *name, bight_bytes content)
{
    int fd = open(site_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    if (content.size > 0)
        ck_assert_int_eq(write(fd, content.data, content.size),
                         (ssize_t)content.size);
    (void)close(fd);
    site_age(name);
}

static inline void site_text(const char *name, const char *content)
{
    site_put(name, bight_bytes_text(content));
}

static inline void site_folder(const char *name)
{
    ck_assert_int_eq(mkdir(site_path(name), 0755), 0);
}

static inline void site_link(const char *name, const char *target)
{
    ck_assert_int_eq(symlink(target, site_path(name)), 0);
}

static inline void site_remove(int dir)
{
    DIR *names = fdopendir(dir);
    struct dirent *entry;
    ck_assert_ptr_nonnull(names);
    while ((entry = readdir(names)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dir, entry->d_name, 0) == 0)
            continue;
        site_remove(openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY));
        ck_assert_int_eq(unlinkat(dir, entry->d_name, AT_REMOVEDIR), 0);
    }
    (void)closedir(names);
}

static inline void site_make(void)
{
    memset(&site, 0, sizeof(site));
    (void)snprintf(site.root, sizeof(site.root), "/tmp/bight-files-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(site.root));
    bight_http_files_options_init(&site.files);
    site.files.root = site.root;
}

static inline void site_unmake(void)
{
    int dir = open(site.root, O_RDONLY | O_DIRECTORY);
    site_remove(dir);
    ck_assert_int_eq(rmdir(site.root), 0);
}

/* -- the server ----------------------------------------------------------- */

struct site_shared {
    bight_http_server *server;
    bight_http_files *files;
};

static inline bight_error site_started(void *shared, const void *options,
                                       bight_loop *loop)
{
    struct site_shared *self = shared;
    bight_http_options http;
    (void)options;
    bight_error error = bight_http_files_new(loop, &site.files, &self->files);
    if (bight_failed(error))
        return error;
    self->files->root.walk = self->files->root.walk || site.walk;
    site.made = self->files;
    bight_http_options_init(&http);
    http.handler = bight_http_files_handler;
    http.ctx = self->files;
    http.middleware = site.middleware;
    http.middleware_count = site.middleware_count;
    error = bight_http_server_new(loop, &http, &self->server);
    if (bight_failed(error))
        bight_http_files_free(self->files);
    return error;
}

static inline void site_stopped(void *shared)
{
    struct site_shared *self = shared;
    bight_http_server_free(self->server);
    bight_http_files_free(self->files);
}

static const bight_factory site_factory = {
    .size = sizeof(bight_factory),
    .name = "site",
    .protocol = &bight_http_protocol,
    .shared_size = sizeof(struct site_shared),
    .started = site_started,
    .stopped = site_stopped,
};

static inline void site_begin(void)
{
    talk_begin(&site.talk, &site_factory, NULL);
    ck_assert_ok(bight_loop_set_wall_ms(site.talk.loop,
                                        (SITE_TIME + UINT64_C(1000)) * 1000));
}

static inline void site_end(void)
{
    talk_end(&site.talk);
    site_unmake();
}

/* -- talking -------------------------------------------------------------- */

/* All that came for one request, ended by NUL; until the next. `head` is the
 * request line without its version, and fields, lines ended by "\n". */
static inline const char *site_ask(const char *format, ...) BIGHT_PRINTF(1, 2);
static inline const char *site_ask(const char *format, ...)
{
    char text[8192];
    char request[9000];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    size_t size = strcspn(text, "\n");
    int at = snprintf(request, sizeof(request), "%.*s HTTP/1.1\r\nHost: h\r\n",
                      (int)size, text);
    for (const char *c = text + size + (text[size] == '\n'); *c != '\0'; c++) {
        if (*c == '\n')
            request[at++] = '\r';
        request[at++] = *c;
    }
    (void)snprintf(request + at, sizeof(request) - (size_t)at, "%s\r\n",
                   text[size] == '\n' ? "\r\n" : "");
    talk_forget(&site.talk);
    talk_write(&site.talk, bight_bytes_text(request));
    talk_run(&site.talk);
    ck_assert_ok(bight_buffer_append(&site.talk.received, BIGHT_BYTES("\0")));
    return (const char *)bight_buffer_bytes(&site.talk.received).data;
}

static inline unsigned site_status(const char *answer)
{
    ck_assert_msg(strncmp(answer, "HTTP/1.1 ", 9) == 0, "no answer: '%.40s'",
                  answer);
    return (unsigned)strtoul(answer + 9, NULL, 10);
}

static inline const char *site_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    ck_assert_ptr_nonnull(end);
    return end + 4;
}

/* The field's value until the next call; NULL: it is not there. */
static inline const char *site_field(const char *answer, const char *name)
{
    static char value[512];
    size_t size = strlen(name);
    const char *end = site_body(answer);
    for (const char *line = strchr(answer, '\n') + 1; line + 2 < end;
         line = strchr(line, '\n') + 1) {
        if (strncmp(line, name, size) != 0 || line[size] != ':')
            continue;
        (void)snprintf(value, sizeof(value), "%.*s",
                       (int)strcspn(line + size + 2, "\r"), line + size + 2);
        return value;
    }
    return NULL;
}

#define ck_assert_status(expected, ...)                                        \
    do {                                                                       \
        unsigned status_ = site_status(site_ask(__VA_ARGS__));                 \
        ck_assert_msg(status_ == (expected), "%u, not %u", status_,            \
                      (unsigned)(expected));                                   \
    } while (0)

#define ck_assert_field(answer, name, expected)                                \
    ck_assert_pstr_eq(site_field((answer), (name)), (expected))

#endif
