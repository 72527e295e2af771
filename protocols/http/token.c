/* SPDX-License-Identifier: MIT */
/* Tokens, lists, parameters and quoted strings (RFC 9110, 5.6). */
#include <bight/http_token.h>

#include "chars.h"
#include "put.h"

bool bight_http_is_token(bight_bytes text)
{
    return text.size > 0 && bight__http_all(text, BIGHT__HTTP_TCHAR);
}

bool bight_http_is_value(bight_bytes text)
{
    return bight__http_all(text, BIGHT__HTTP_TEXT) &&
           bight_http_trim(text).size == text.size;
}

bool bight_http_same(bight_bytes a, bight_bytes b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (bight__http_lower(a.data[i]) != bight__http_lower(b.data[i]))
            return false;
    }
    return true;
}

bight_bytes bight_http_trim(bight_bytes text)
{
    bight__http_skip_space(&text);
    while (text.size > 0 && bight__http_is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* The size of a quoted string's inside, whose first quote is gone; the text's
 * if there is no second quote. */
static size_t quoted_size(bight_bytes text)
{
    size_t at = 0;
    while (at < text.size && text.data[at] != '"')
        at += text.data[at] == '\\' && at + 1 < text.size ? 2 : 1;
    return at;
}

/* The size of what stands before the next comma outside quotes. */
static size_t element_size(bight_bytes text)
{
    size_t at = 0;
    while (at < text.size && text.data[at] != ',') {
        if (text.data[at++] == '"')
            at += quoted_size(bight_bytes_tail(text, at)) + 1;
    }
    return at < text.size ? at : text.size;
}

bool bight_http_list_next(bight_bytes *inout_rest, bight_bytes *ret_element)
{
    bight_bytes rest = *inout_rest;
    while (rest.size > 0 &&
           (rest.data[0] == ',' || bight__http_is_space(rest.data[0])))
        rest = bight_bytes_tail(rest, 1);
    size_t size = element_size(rest);
    *inout_rest = bight_bytes_tail(rest, size);
    if (size == 0)
        return false;
    *ret_element = bight_http_trim(bight_bytes_head(rest, size));
    return true;
}

bool bight_http_list_has(bight_bytes list, bight_bytes token)
{
    bight_bytes element;
    while (bight_http_list_next(&list, &element)) {
        if (bight_http_same(element, token))
            return true;
    }
    return false;
}

/* Takes `value` or `"value"` from the front. */
static bool take_value(bight_bytes *rest, bight_http_parameter *parameter)
{
    parameter->quoted = bight__http_skip(rest, '"');
    if (!parameter->quoted) {
        parameter->value = bight__http_take(rest, BIGHT__HTTP_TCHAR);
        return parameter->value.size > 0;
    }
    parameter->value = bight_bytes_head(*rest, quoted_size(*rest));
    *rest = bight_bytes_tail(*rest, parameter->value.size);
    return bight__http_skip(rest, '"') &&
           bight__http_all(parameter->value, BIGHT__HTTP_TEXT);
}

/* Is this a place where a parameter may end? */
static bool at_end(bight_bytes rest)
{
    bight__http_skip_space(&rest);
    return rest.size == 0 || rest.data[0] == ';';
}

bool bight_http_parameter_next(bight_bytes *inout_rest,
                               bight_http_parameter *ret_parameter)
{
    bight_http_parameter parameter;
    bool separated = false;
    for (;;) {
        bight__http_skip_space(inout_rest);
        if (inout_rest->size == 0 || inout_rest->data[0] != ';')
            break;
        *inout_rest = bight_bytes_tail(*inout_rest, 1);
        separated = true;
    }
    bight_bytes rest = *inout_rest;
    if (!separated || rest.size == 0)
        return false;
    parameter.name = bight__http_take(&rest, BIGHT__HTTP_TCHAR);
    if (parameter.name.size == 0 || !bight__http_skip(&rest, '=') ||
        !take_value(&rest, &parameter) || !at_end(rest))
        return false;
    *inout_rest = rest;
    *ret_parameter = parameter;
    return true;
}

bight_error bight_http_unescape(bight_bytes text, uint8_t *buf, size_t size,
                                bight_bytes *ret_text)
{
    size_t length = 0;
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] == '\\' && at + 1 < text.size)
            at++;
        if (length == size)
            return bight_error_of(BIGHT_ERROR_RANGE);
        buf[length++] = text.data[at];
    }
    *ret_text = bight_bytes_of(buf, length);
    return bight_ok();
}

size_t bight_http_quote(bight_bytes text, char *buf, size_t size)
{
    struct bight__http_put out = {buf, size, 0};
    bool token = bight_http_is_token(text);
    if (!bight__http_all(text, BIGHT__HTTP_TEXT))
        return bight__http_put_end(&out);
    if (!token)
        bight__http_put_char(&out, '"');
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] == '"' || text.data[at] == '\\')
            bight__http_put_char(&out, '\\');
        bight__http_put_char(&out, (char)text.data[at]);
    }
    if (!token)
        bight__http_put_char(&out, '"');
    return bight__http_put_end(&out);
}

bool bight_http_same_secret(bight_bytes a, bight_bytes b)
{
    /* volatile: or the loop might end at the first difference */
    volatile uint8_t differences = 0;
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        differences = (uint8_t)(differences | (a.data[i] ^ b.data[i]));
    return differences == 0;
}
