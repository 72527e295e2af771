/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648, 4), as strict as its section 12 advises. */
#include <bight/http_token.h>

#include "chars.h"
#include "put.h"

/* 64 and more: it is no digit. */
static uint32_t digit_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - (uint32_t)'A';
    if (c >= 'a' && c <= 'z')
        return c - (uint32_t)'a' + 26;
    if (bight__http_is_digit(c))
        return c - (uint32_t)'0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* The bits of four characters, the last `padding` of which are "=". */
static bool read_group(const uint8_t *text, size_t padding, uint32_t *ret_bits)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        bool pad = i >= 4 - padding;
        uint32_t digit = pad ? 0 : digit_of(text[i]);
        if (digit >= 64 || (pad && text[i] != '='))
            return false;
        bits = bits << 6 | digit;
    }
    *ret_bits = bits;
    return (bits & ((UINT32_C(1) << 8 * padding) - 1)) == 0;
}

static size_t padding_of(bight_bytes text)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.size &&
           text.data[text.size - 1 - padding] == '=')
        padding++;
    return padding;
}

bight_error bight_http_base64_decode(bight_bytes text, uint8_t *buf,
                                     size_t size, bight_bytes *ret_bytes)
{
    size_t padding = padding_of(text);
    size_t length = text.size / 4 * 3 - padding;
    size_t used = 0;
    if (text.size % 4 != 0)
        return bight_error_of(BIGHT_ERROR_INVALID);
    if (length > size)
        return bight_error_of(BIGHT_ERROR_RANGE);
    for (size_t at = 0; at < text.size; at += 4) {
        uint32_t bits;
        bool last = at + 4 == text.size;
        if (!read_group(text.data + at, last ? padding : 0, &bits))
            return bight_error_of(BIGHT_ERROR_INVALID);
        for (int shift = 16; shift >= 0 && used < length; shift -= 8)
            buf[used++] = (uint8_t)(bits >> shift);
    }
    *ret_bytes = bight_bytes_of(buf, length);
    return bight_ok();
}

size_t bight_http_base64_encode(bight_bytes bytes, char *buf, size_t size)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct bight__http_put out = {buf, size, 0};
    for (size_t at = 0; at < bytes.size; at += 3) {
        size_t count = bytes.size - at < 3 ? bytes.size - at : 3;
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (i < count ? bytes.data[at + i] : 0u);
        for (size_t i = 0; i < 4; i++)
            bight__http_put_char(
                &out, i > count ? '=' : digits[bits >> (18 - 6 * i) & 63]);
    }
    return bight__http_put_end(&out);
}
