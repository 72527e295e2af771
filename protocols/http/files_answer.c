/* SPDX-License-Identifier: MIT */
/* An entry as an answer: which variant, whether at all (RFC 9110, 13), and
 * which parts of it (14). */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bight/http_conditional.h>
#include <bight/http_date.h>
#include <bight/http_quality.h>

#include "files.h"
#include "joined.h"

struct answer {
    bight_http_files *files;
    bight_http_exchange *x;
    struct bight__http_files_entry *entry;
    const struct bight__http_files_variant *variant;
    const char *coding; /* NULL: as it is */
    bool varies;
    int fd; /* for this answer; -1: the content is kept, or not asked for */
    bight_error error; /* the first of a field */
};

/* -- the variant ---------------------------------------------------------- */

static const char *const codings[BIGHT__HTTP_FILES_VARIANTS] = {"br", "gzip",
                                                                "identity"};

static void choose_variant(struct answer *a)
{
    struct bight__http_files_entry *entry = a->entry;
    bight_buffer buffer;
    bight_bytes offers[BIGHT__HTTP_FILES_VARIANTS];
    size_t which[BIGHT__HTTP_FILES_VARIANTS];
    size_t count = 0;
    size_t chosen = BIGHT__HTTP_FILES_PLAIN;
    for (size_t i = 0; i < BIGHT__HTTP_FILES_VARIANTS; i++) {
        if (!entry->variants[i].exists)
            continue;
        offers[count] = bight_bytes_text(codings[i]);
        which[count++] = i;
    }
    a->varies = count > 1;
    bight_buffer_init(&buffer);
    bight_bytes accept = bight__http_joined(a->x, "Accept-Encoding", &buffer);
    size_t index;
    if (count > 1 && accept.data != NULL &&
        bight_http_choose_encoding(accept, offers, count, &index))
        chosen = which[index];
    bight_buffer_fini(&buffer);
    a->variant = &entry->variants[chosen];
    a->coding = chosen == BIGHT__HTTP_FILES_PLAIN ? NULL : codings[chosen];
}

/* -- fields --------------------------------------------------------------- */

static void set(struct answer *a, const char *name, bight_bytes value)
{
    if (!bight_failed(a->error))
        a->error = bight_http_set_field(a->x, name, value);
}

static void set_text(struct answer *a, const char *name, const char *value)
{
    set(a, name, bight_bytes_text(value));
}

static bight_http_etag etag_of(const struct bight__http_files_variant *variant)
{
    return (bight_http_etag){.opaque = bight_bytes_text(variant->etag)};
}

/* What a 304 has, too (RFC 9110, 15.4.5). */
static void set_validators(struct answer *a)
{
    char text[BIGHT__HTTP_FILES_ETAG + 4];
    size_t size =
        bight_http_etag_format(etag_of(a->variant), text, sizeof(text));
    set(a, "ETag", bight_bytes_of(text, size));
    if (a->files->options.cache_control != NULL)
        set_text(a, "Cache-Control", a->files->options.cache_control);
    if (a->varies)
        set_text(a, "Vary", "Accept-Encoding");
}

static void set_description(struct answer *a)
{
    char date[BIGHT_HTTP_DATE_SIZE + 1];
    bight_http_date_format(a->variant->modified, date);
    set(a, "Last-Modified", bight_bytes_of(date, BIGHT_HTTP_DATE_SIZE));
    set_text(a, "Accept-Ranges", "bytes");
    set_text(a, "X-Content-Type-Options", "nosniff");
    /* The last: what fails is answered by a page that has no coding. */
    if (a->coding != NULL)
        set_text(a, "Content-Encoding", a->coding);
}

/* -- conditions ----------------------------------------------------------- */

enum { MATCH, UNMODIFIED, NONE_MATCH, MODIFIED, IF_RANGE, RANGE, ASKED };

struct asked {
    bight_bytes values[ASKED];
    bight_buffer buffers[ASKED];
};

static void ask(const bight_http_exchange *x, struct asked *asked)
{
    static const char *const names[ASKED] = {
        "If-Match",      "If-Unmodified-Since",
        "If-None-Match", "If-Modified-Since",
        "If-Range",      "Range"};
    for (size_t i = 0; i < ASKED; i++) {
        bight_buffer_init(&asked->buffers[i]);
        asked->values[i] = bight__http_joined(x, names[i], &asked->buffers[i]);
    }
}

static void forget(struct asked *asked)
{
    for (size_t i = 0; i < ASKED; i++)
        bight_buffer_fini(&asked->buffers[i]);
}

static bool is_get(const bight_http_exchange *x)
{
    return bight_bytes_equal(bight_http_method(x), BIGHT_BYTES("GET"));
}

static bight_http_verdict judge(const struct answer *a,
                                const struct asked *asked)
{
    const bight_bytes *values = asked->values;
    const bight_http_conditions conditions = {
        .size = sizeof(conditions),
        .if_match = values[MATCH],
        .if_unmodified_since = values[UNMODIFIED],
        .if_none_match = values[NONE_MATCH],
        .if_modified_since = values[MODIFIED],
        .if_range = values[IF_RANGE],
        .reads = true,
        .has_range = is_get(a->x) && values[RANGE].data != NULL,
    };
    const bight_http_validators validators = {
        .size = sizeof(validators),
        .exists = true,
        .has_etag = true,
        .has_modified = true,
        .etag = etag_of(a->variant),
        .modified = a->variant->modified,
        .now = (int64_t)(bight_loop_wall_ms(a->files->loop) / 1000),
    };
    return bight_http_judge(&conditions, &validators);
}

/* -- parts ---------------------------------------------------------------- */

/* SplitMix64: it need not be secret, for who writes a file may as well write a
 * part that is none; but no file has it by chance (RFC 2046, 5.1). */
static void make_boundary(bight_http_files *files, char boundary[24])
{
    uint64_t z = files->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    (void)snprintf(boundary, 24, "%016llx", (unsigned long long)(z ^ z >> 31));
}

static void set_content_range(struct answer *a, const bight_http_range *range)
{
    char text[80];
    size_t size = bight_http_content_range_format(range, a->variant->size, text,
                                                  sizeof(text));
    set(a, "Content-Range", bight_bytes_of(text, size));
}

static uint64_t length_of(const struct bight__http_files_parts *parts)
{
    if (parts->count == 0)
        return 0;
    if (!parts->multipart)
        return parts->ranges[0].last - parts->ranges[0].first + 1;
    return bight_http_byteranges_size(
        bight_bytes_text(parts->boundary), bight_bytes_text(parts->type),
        parts->ranges, parts->count, parts->variant->size);
}

/* -- sending -------------------------------------------------------------- */

static void send(struct answer *a, unsigned status, const char *type,
                 struct bight__http_files_parts *parts)
{
    if (bight_failed(a->error)) {
        bight_http_fail(a->x, 503);
        return;
    }
    parts->fd = &a->fd;
    if (!bight_failed(bight_http_start(a->x, status, type, length_of(parts))) &&
        is_get(a->x) && parts->count > 0)
        bight__http_files_send(a->files, a->x, a->entry, parts);
    else
        bight_http_finish(a->x);
}

static void send_all(struct answer *a)
{
    const struct bight__http_files_variant *variant = a->variant;
    struct bight__http_files_parts parts = {.variant = variant,
                                            .type = a->entry->type};
    if (variant->content != NULL &&
        variant->size <= BIGHT__HTTP_FILES_AT_ONCE) {
        if (bight_failed(a->error))
            bight_http_fail(a->x, 503);
        else
            bight_http_answer(
                a->x, 200, parts.type,
                bight_bytes_of(variant->content, (size_t)variant->size));
        return;
    }
    parts.count = variant->size > 0;
    parts.ranges[0] = (bight_http_range){0, variant->size - 1};
    send(a, 200, parts.type, &parts);
}

static void send_parts(struct answer *a, struct bight__http_files_parts *parts)
{
    char type[64];
    parts->multipart = parts->count > 1;
    if (!parts->multipart) {
        set_content_range(a, &parts->ranges[0]);
        set_description(a);
        send(a, 206, parts->type, parts);
        return;
    }
    set_description(a);
    make_boundary(a->files, parts->boundary);
    (void)snprintf(type, sizeof(type), "multipart/byteranges; boundary=%s",
                   parts->boundary);
    send(a, 206, type, parts);
}

/* Too many are refused, and not served whole: who asks for a thousand pieces
 * would get what he did not ask for. */
static void send_outside(struct answer *a)
{
    set_content_range(a, NULL);
    bight_http_fail(a->x, bight_failed(a->error) ? 503 : 416);
}

static void send_ranges(struct answer *a, bight_bytes field)
{
    struct bight__http_files_parts parts = {.variant = a->variant,
                                            .type = a->entry->type};
    switch (bight_http_range_parse(field, a->variant->size, parts.ranges,
                                   BIGHT_HTTP_RANGES_DEFAULT, &parts.count)) {
    case BIGHT_HTTP_RANGES_IGNORED:
        set_description(a);
        send_all(a);
        return;
    case BIGHT_HTTP_RANGES_GIVEN:
        send_parts(a, &parts);
        return;
    case BIGHT_HTTP_RANGES_OUTSIDE:
    case BIGHT_HTTP_RANGES_TOO_MANY:
        send_outside(a);
        return;
    }
}

/* -- all of it ------------------------------------------------------------ */

/* Descriptors that are only kept for later are given up for this one. */
static int duplicate(bight_http_files *files, int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy >= 0)
        return copy;
    bight__http_files_cache_sweep(&files->cache, UINT64_MAX);
    return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static bool has_descriptor(struct answer *a)
{
    if (!is_get(a->x) || a->variant->fd < 0)
        return true;
    a->fd = duplicate(a->files, a->variant->fd);
    return a->fd >= 0;
}

static void answer_body(struct answer *a, bight_bytes range)
{
    if (!has_descriptor(a)) {
        bight_http_fail(a->x, 503);
        return;
    }
    set_validators(a);
    if (range.data != NULL) {
        send_ranges(a, range);
    } else {
        set_description(a);
        send_all(a);
    }
    if (a->fd >= 0)
        (void)close(a->fd);
}

/* By type and length middleware knows what it would have made of the body. */
static void answer_not_modified(struct answer *a)
{
    const char *type = a->coding == NULL ? a->entry->type : NULL;
    set_validators(a);
    if (bight_failed(a->error))
        bight_http_fail(a->x, 503);
    else if (!bight_failed(bight_http_start(a->x, 304, type, a->variant->size)))
        bight_http_finish(a->x);
}

static void answer_file(struct answer *a)
{
    struct asked asked;
    choose_variant(a);
    ask(a->x, &asked);
    bight_bytes range = asked.values[RANGE];
    switch (judge(a, &asked)) {
    case BIGHT_HTTP_FAILED:
        bight_http_fail(a->x, 412);
        break;
    case BIGHT_HTTP_NOT_MODIFIED:
        answer_not_modified(a);
        break;
    case BIGHT_HTTP_IGNORE_RANGE:
        answer_body(a, bight_bytes_of(NULL, 0));
        break;
    case BIGHT_HTTP_PROCEED:
        answer_body(a, is_get(a->x) ? range : bight_bytes_of(NULL, 0));
        break;
    }
    forget(&asked);
}

static void answer_listing(struct answer *a)
{
    a->variant = &a->entry->variants[BIGHT__HTTP_FILES_PLAIN];
    set_text(a, "Cache-Control", "no-cache");
    set_text(a, "Vary", "Accept");
    set_text(a, "X-Content-Type-Options", "nosniff");
    set_text(a, "Content-Security-Policy",
             "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
             "form-action 'none'");
    send_all(a);
}

void bight__http_files_answer(bight_http_files *files, bight_http_exchange *x,
                              struct bight__http_files_entry *entry)
{
    struct answer a = {.files = files, .x = x, .entry = entry, .fd = -1};
    if (entry->kind == BIGHT__HTTP_FILES_LISTING)
        answer_listing(&a);
    else
        answer_file(&a);
}
