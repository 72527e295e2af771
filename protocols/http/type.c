/* SPDX-License-Identifier: MIT */
/* Media types (RFC 9110, 8.3.1). */
#include <bight/http_type.h>

#include <bight/http_token.h>

#include "chars.h"

bight_error bight_http_type_parse(bight_bytes text, bight_http_type *ret_type)
{
    bight_http_type type;
    bight_http_parameter parameter;
    bight_bytes rest = bight_http_trim(text);
    type.full = rest;
    type.type = bight__http_take(&rest, BIGHT__HTTP_TCHAR);
    bool slash = bight__http_skip(&rest, '/');
    type.subtype = bight__http_take(&rest, BIGHT__HTTP_TCHAR);
    type.full.size = type.type.size + 1 + type.subtype.size;
    type.parameters = rest;
    while (bight_http_parameter_next(&rest, &parameter))
        ;
    if (!slash || type.type.size == 0 || type.subtype.size == 0 ||
        rest.size > 0)
        return bight_error_of(BIGHT_ERROR_INVALID);
    *ret_type = type;
    return bight_ok();
}

bight_error bight_http_type_get(const bight_http_type *type, bight_bytes name,
                                uint8_t *buf, size_t size,
                                bight_bytes *ret_value)
{
    bight_bytes rest = type->parameters;
    bight_http_parameter parameter;
    while (bight_http_parameter_next(&rest, &parameter)) {
        if (bight_http_same(parameter.name, name))
            return bight_http_unescape(parameter.value, buf, size, ret_value);
    }
    return bight_error_of(BIGHT_ERROR_NOT_FOUND);
}

static bool is_one_of(bight_bytes name, const char *const *names)
{
    while (*names) {
        if (bight_http_same(name, bight_bytes_text(*names++)))
            return true;
    }
    return false;
}

static bool ends_in(bight_bytes name, const char *end)
{
    bight_bytes wanted = bight_bytes_text(end);
    return name.size > wanted.size &&
           bight_http_same(bight_bytes_tail(name, name.size - wanted.size),
                           wanted);
}

bool bight_http_type_compresses(bight_bytes type)
{
    static const char *const plain[] = {"application/json",
                                        "application/xml",
                                        "application/javascript",
                                        "application/x-javascript",
                                        "application/ecmascript",
                                        "application/json5",
                                        "application/x-ndjson",
                                        "application/wasm",
                                        "application/yaml",
                                        "application/toml",
                                        "application/sql",
                                        "application/rtf",
                                        "application/postscript",
                                        "application/x-subrip",
                                        "application/x-tar",
                                        "application/x-pem-file",
                                        "application/vnd.apple.mpegurl",
                                        "application/vnd.ms-fontobject",
                                        "application/x-www-form-urlencoded",
                                        "font/ttf",
                                        "font/otf",
                                        "font/collection",
                                        "image/bmp",
                                        "image/x-icon",
                                        "image/vnd.microsoft.icon",
                                        "image/vnd.adobe.photoshop",
                                        "model/obj",
                                        "model/stl",
                                        "message/rfc822",
                                        NULL};
    bight_bytes full =
        bight_http_trim(bight_bytes_head(type, bight__http_find(type, ';')));
    bight_bytes top = bight_bytes_head(full, bight__http_find(full, '/'));
    /* events must leave at once, and a compressor would hold them */
    if (bight_http_same(full, BIGHT_BYTES("text/event-stream")))
        return false;
    return (top.size < full.size &&
            bight_http_same(top, BIGHT_BYTES("text"))) ||
           ends_in(full, "+json") || ends_in(full, "+xml") ||
           ends_in(full, "+text") || is_one_of(full, plain);
}
