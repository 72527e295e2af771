/* SPDX-License-Identifier: MIT */
/* From a request's path to a name below the root. Each part is decoded once, by
 * itself: a coded slash is no slash, and no file has one in its name. */
#include <string.h>

#include <bight/http_url.h>

#include "files.h"

bool bight__http_files_is_hidden(bight_bytes part)
{
    return part.size > 0 && part.data[0] == '.';
}

/* The path behind the prefix; `data` NULL: it is another. */
static bight_bytes without_prefix(bight_bytes path, const char *prefix)
{
    bight_bytes text = bight_bytes_text(prefix);
    while (text.size > 0 && text.data[text.size - 1] == '/')
        text.size--;
    if (!bight_bytes_equal(bight_bytes_head(path, text.size), text))
        return bight_bytes_of(NULL, 0);
    path = bight_bytes_tail(path, text.size);
    return path.size == 0 || path.data[0] == '/' ? path
                                                 : bight_bytes_of(NULL, 0);
}

/* "." and ".." have a meaning to the kernel which they do not have here. */
static bool is_name(bight_bytes part)
{
    return part.size > 0 && part.size <= NAME_MAX &&
           memchr(part.data, '/', part.size) == NULL &&
           !bight_bytes_equal(part, BIGHT_BYTES(".")) &&
           !bight_bytes_equal(part, BIGHT_BYTES(".."));
}

/* RFC 8615: what is there is meant for everybody. */
static bool is_shown(const bight_http_files_options *options, bight_bytes part,
                     bool first)
{
    return options->hidden || !bight__http_files_is_hidden(part) ||
           (first && bight_bytes_equal(part, BIGHT_BYTES(".well-known")));
}

static unsigned put_part(const bight_http_files_options *options,
                         struct bight__http_files_name *name, bight_bytes part)
{
    bight_bytes text;
    bool first = name->size == 0;
    if (!first)
        name->text[name->size++] = '/';
    uint8_t *to = (uint8_t *)name->text + name->size;
    size_t room = sizeof(name->text) - 2 - name->size;
    bight_error error =
        bight_http_url_decode(part, BIGHT_HTTP_URL_NO_NUL, to, room, &text);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID))
        return 400;
    if (bight_failed(error) || !is_name(text) ||
        !is_shown(options, text, first))
        return 404;
    name->size += text.size;
    return 0;
}

unsigned bight__http_files_name(const bight_http_files_options *options,
                                bight_bytes path,
                                struct bight__http_files_name *name)
{
    path = without_prefix(path, options->prefix);
    name->size = 0;
    name->folder = true;
    if (path.data == NULL)
        return 404;
    if (path.size == 0)
        return 301;
    for (path = bight_bytes_tail(path, 1); path.size > 0;) {
        const uint8_t *slash = memchr(path.data, '/', path.size);
        size_t size = slash != NULL ? (size_t)(slash - path.data) : path.size;
        if (name->size + size / 3 + 3 >= sizeof(name->text))
            return 404;
        unsigned status = put_part(options, name, bight_bytes_head(path, size));
        if (status != 0)
            return status;
        name->folder = slash != NULL;
        path = bight_bytes_tail(path, size + (slash != NULL));
    }
    name->text[name->size] = '\0';
    return 0;
}
