/* SPDX-License-Identifier: MIT */
/*
 * Urlencoded forms, as they come. A field is gathered, decoded, in two buffers;
 * a "%XX" may be cut anywhere, so that its first digit is kept.
 */
#include <bight/alloc.h>
#include <bight/buffer.h>

#include "chars.h"
#include "form.h"

enum escape { NO_ESCAPE, FIRST_DIGIT, SECOND_DIGIT };

struct bight_http_urlencoded {
    bight_http_form_limits limits;
    bight_http_field_fn fn;
    void *ctx;
    bight_error error;
    bight_buffer name, value;
    size_t fields;
    enum escape escape;
    uint8_t digit;
    bool begun;    /* a byte of the field was seen */
    bool in_value; /* so was its "=" */
};

bight_error bight_http_urlencoded_new(const bight_http_form_limits *limits,
                                      bight_http_field_fn fn, void *ctx,
                                      bight_http_urlencoded **ret_parser)
{
    bight_http_urlencoded *parser = bight_zalloc(sizeof(*parser));
    if (!parser)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    parser->limits = bight__http_form_limits_of(limits);
    parser->fn = fn;
    parser->ctx = ctx;
    *ret_parser = parser;
    return bight_ok();
}

static bight_error append(bight_http_urlencoded *parser, bight_bytes text)
{
    bight_buffer *buffer = parser->in_value ? &parser->value : &parser->name;
    size_t limit =
        parser->in_value ? parser->limits.value : parser->limits.name;
    if (text.size > limit - bight_buffer_bytes(buffer).size)
        return bight__http_form_too_much(
            parser->in_value ? "a value" : "a name", limit);
    return bight_buffer_append(buffer, text);
}

static bight_error end_field(bight_http_urlencoded *parser)
{
    bight_error error;
    if (parser->escape != NO_ESCAPE)
        return bight__http_form_broken("% without two hexadecimal digits");
    if (!parser->begun)
        return bight_ok();
    if (parser->fields == parser->limits.fields)
        return bight__http_form_too_much("fields", parser->limits.fields);
    parser->fields++;
    error = parser->fn(parser->ctx, bight_buffer_bytes(&parser->name),
                       bight_buffer_bytes(&parser->value));
    bight_buffer_clear(&parser->name);
    bight_buffer_clear(&parser->value);
    parser->begun = false;
    parser->in_value = false;
    return error;
}

static bight_error take_digit(bight_http_urlencoded *parser, uint8_t c)
{
    if (!bight__http_is(c, BIGHT__HTTP_HEX))
        return bight__http_form_broken("% without two hexadecimal digits");
    if (parser->escape == FIRST_DIGIT) {
        parser->digit = (uint8_t)bight__http_hex(c);
        parser->escape = SECOND_DIGIT;
        return bight_ok();
    }
    c = (uint8_t)((unsigned)parser->digit << 4 | bight__http_hex(c));
    parser->escape = NO_ESCAPE;
    return append(parser, bight_bytes_of(&c, 1));
}

static bool is_special(const bight_http_urlencoded *parser, uint8_t c)
{
    return c == '%' || c == '+' || c == '&' || (c == '=' && !parser->in_value);
}

static bight_error take_special(bight_http_urlencoded *parser, uint8_t c)
{
    if (c == '&')
        return end_field(parser);
    parser->begun = true;
    if (c == '+')
        return append(parser, BIGHT_BYTES(" "));
    if (c == '%')
        parser->escape = FIRST_DIGIT;
    else
        parser->in_value = true;
    return bight_ok();
}

/* Takes one special character, or all up to the next. */
static bight_error step(bight_http_urlencoded *parser, bight_bytes *data)
{
    uint8_t c = data->data[0];
    size_t size = 0;
    bight_error error;
    if (parser->escape != NO_ESCAPE || is_special(parser, c)) {
        *data = bight_bytes_tail(*data, 1);
        return parser->escape != NO_ESCAPE ? take_digit(parser, c)
                                           : take_special(parser, c);
    }
    while (size < data->size && !is_special(parser, data->data[size]))
        size++;
    parser->begun = true;
    error = append(parser, bight_bytes_head(*data, size));
    *data = bight_bytes_tail(*data, size);
    return error;
}

bight_error bight_http_urlencoded_feed(bight_http_urlencoded *parser,
                                       bight_bytes data)
{
    while (data.size > 0 && !bight_failed(parser->error))
        parser->error = step(parser, &data);
    return parser->error;
}

bight_error bight_http_urlencoded_end(bight_http_urlencoded *parser)
{
    if (!bight_failed(parser->error))
        parser->error = end_field(parser);
    return parser->error;
}

void bight_http_urlencoded_free(bight_http_urlencoded *parser)
{
    if (!parser)
        return;
    bight_buffer_fini(&parser->name);
    bight_buffer_fini(&parser->value);
    bight_free(parser);
}
