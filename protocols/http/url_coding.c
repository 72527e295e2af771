/* SPDX-License-Identifier: MIT */
/* Percent-coding (RFC 3986, 2.1) and queries. */
#include <bight/http_url.h>

#include "chars.h"
#include "put.h"

/* Takes one octet, decoded, from the front of what is not empty. */
static bool take_octet(bight_bytes *text, unsigned flags, uint8_t *ret)
{
    uint8_t c = text->data[0];
    size_t size = 1;
    if (c == '%') {
        if (text->size < 3 || !bight__http_is(text->data[1], BIGHT__HTTP_HEX) ||
            !bight__http_is(text->data[2], BIGHT__HTTP_HEX))
            return false;
        c = (uint8_t)(bight__http_hex(text->data[1]) << 4 |
                      bight__http_hex(text->data[2]));
        size = 3;
    } else if (c == '+' && (flags & BIGHT_HTTP_URL_PLUS) != 0) {
        c = ' ';
    }
    if (c == 0 && (flags & BIGHT_HTTP_URL_NO_NUL) != 0)
        return false;
    *text = bight_bytes_tail(*text, size);
    *ret = c;
    return true;
}

bight_error bight_http_url_decode(bight_bytes text, unsigned flags,
                                  uint8_t *buf, size_t size,
                                  bight_bytes *ret_text)
{
    size_t length = 0;
    while (text.size > 0) {
        uint8_t octet;
        if (!take_octet(&text, flags, &octet))
            return bight_error_of(BIGHT_ERROR_INVALID);
        if (length == size)
            return bight_error_of(BIGHT_ERROR_RANGE);
        buf[length++] = octet;
    }
    *ret_text = bight_bytes_of(buf, length);
    return bight_ok();
}

static bool may_stay(uint8_t c, bight_http_url_part part)
{
    switch (part) {
    case BIGHT_HTTP_URL_SEGMENT:
        return bight__http_is(c,
                              BIGHT__HTTP_UNRESERVED | BIGHT__HTTP_SUB_DELIM) ||
               c == ':' || c == '@';
    case BIGHT_HTTP_URL_PATH:
        return c == '/' || may_stay(c, BIGHT_HTTP_URL_SEGMENT);
    case BIGHT_HTTP_URL_VALUE:
        return c == '/' || c == '?' ||
               (may_stay(c, BIGHT_HTTP_URL_SEGMENT) && c != '&' && c != '=' &&
                c != '+' && c != ';');
    case BIGHT_HTTP_URL_FORM:
        return bight__http_is(c, BIGHT__HTTP_ALNUM) || c == '*' || c == '-' ||
               c == '.' || c == '_';
    case BIGHT_HTTP_URL_PLAIN:
        break;
    }
    return bight__http_is(c, BIGHT__HTTP_UNRESERVED);
}

size_t bight_http_url_encode(bight_bytes text, bight_http_url_part part,
                             char *buf, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    struct bight__http_put out = {buf, size, 0};
    for (size_t at = 0; at < text.size; at++) {
        uint8_t c = text.data[at];
        if (may_stay(c, part)) {
            bight__http_put_char(&out, (char)c);
        } else if (c == ' ' && part == BIGHT_HTTP_URL_FORM) {
            bight__http_put_char(&out, '+');
        } else {
            bight__http_put_char(&out, '%');
            bight__http_put_char(&out, digits[c >> 4]);
            bight__http_put_char(&out, digits[c & 15]);
        }
    }
    return bight__http_put_end(&out);
}

bool bight_http_query_next(bight_bytes *inout_rest, bight_bytes *ret_name,
                           bight_bytes *ret_value)
{
    bight_bytes pair;
    while (bight__http_skip(inout_rest, '&'))
        ;
    if (inout_rest->size == 0)
        return false;
    pair = bight_bytes_head(*inout_rest, bight__http_find(*inout_rest, '&'));
    *inout_rest = bight_bytes_tail(*inout_rest, pair.size);
    *ret_name = bight_bytes_head(pair, bight__http_find(pair, '='));
    *ret_value = bight_bytes_tail(pair, ret_name->size + 1);
    return true;
}

/* Does the coded text mean this plain one? */
static bool means(bight_bytes coded, bight_bytes plain)
{
    size_t at = 0;
    for (; coded.size > 0 && at < plain.size; at++) {
        uint8_t octet;
        if (!take_octet(&coded, BIGHT_HTTP_URL_PLUS, &octet) ||
            octet != plain.data[at])
            return false;
    }
    return coded.size == 0 && at == plain.size;
}

bight_error bight_http_query_get(bight_bytes query, bight_bytes name,
                                 uint8_t *buf, size_t size,
                                 bight_bytes *ret_value)
{
    bight_bytes found, value;
    while (bight_http_query_next(&query, &found, &value)) {
        if (means(found, name))
            return bight_http_url_decode(value, BIGHT_HTTP_URL_PLUS, buf, size,
                                         ret_value);
    }
    return bight_error_of(BIGHT_ERROR_NOT_FOUND);
}
