/* SPDX-License-Identifier: MIT */
/* http-parser as Debian builds it, with none of the guard. */
#undef NDEBUG
#include "http_oracle.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <http_parser.h>

#include "http_feed.h"

/* -- all of the input ----------------------------------------------------- */

static int on_head(http_parser *parser)
{
    FILE *out = parser->data;
    if (ftell(out) > 0)
        (void)fputc(' ', out);
    if (parser->type == HTTP_RESPONSE)
        (void)fprintf(out, "%u(", parser->status_code);
    else
        (void)fprintf(out, "%s(", http_method_str(parser->method));
    return 0;
}

static int on_body(http_parser *parser, const char *at, size_t size)
{
    http_put(parser->data, bight_bytes_of(at, size));
    return 0;
}

static int on_end(http_parser *parser)
{
    (void)fputc(')', parser->data);
    return 0;
}

char *http_oracle(bool is_response, bight_bytes input)
{
    static const http_parser_settings settings = {
        .on_headers_complete = on_head,
        .on_body = on_body,
        .on_message_complete = on_end,
    };
    http_parser parser;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert(out != NULL);
    http_parser_init(&parser, is_response ? HTTP_RESPONSE : HTTP_REQUEST);
    parser.data = out;
    size_t used = http_parser_execute(&parser, &settings,
                                      (const char *)input.data, input.size);
    if (parser.http_errno == HPE_OK && parser.upgrade)
        (void)fputs(" upgrade", out);
    else if (parser.http_errno == HPE_OK && used == input.size)
        (void)http_parser_execute(&parser, &settings, NULL, 0);
    if (parser.http_errno != HPE_OK)
        (void)fprintf(out, "%s%s", ftell(out) > 0 ? " " : "",
                      http_errno_name(parser.http_errno) + 4);
    (void)fclose(out);
    return text;
}

/* -- one head ------------------------------------------------------------- */

static int on_value(http_parser *parser, const char *at, size_t size)
{
    unsigned *fields = parser->data;
    (void)at;
    (void)size;
    (*fields)++;
    return 0;
}

static int no_body(http_parser *parser)
{
    (void)parser;
    return 1;
}

static int pause_it(http_parser *parser)
{
    http_parser_pause(parser, 1);
    return 0;
}

size_t http_oracle_head(bool is_response, bight_bytes input,
                        unsigned *ret_fields)
{
    static const http_parser_settings settings = {
        .on_header_value = on_value,
        .on_headers_complete = no_body,
        .on_message_complete = pause_it,
    };
    http_parser parser;
    unsigned fields = 0;
    http_parser_init(&parser, is_response ? HTTP_RESPONSE : HTTP_REQUEST);
    parser.data = &fields;
    size_t used = http_parser_execute(&parser, &settings,
                                      (const char *)input.data, input.size);
    if (HTTP_PARSER_ERRNO(&parser) != HPE_PAUSED)
        return 0;
    *ret_fields = fields;
    return used;
}
