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

struct cut {
    struct http_oracle_field *fields;
    unsigned count;
};

static int on_name(http_parser *parser, const char *at, size_t size)
{
    struct cut *cut = parser->data;
    if (cut->count == HTTP_ORACLE_FIELDS)
        return 1;
    cut->fields[cut->count].name = bight_bytes_of(at, size);
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t size)
{
    struct cut *cut = parser->data;
    while (size > 0 && (at[size - 1] == ' ' || at[size - 1] == '\t'))
        size--;
    cut->fields[cut->count++].value = bight_bytes_of(at, size);
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
                        struct http_oracle_field *ret_fields,
                        unsigned *ret_count)
{
    static const http_parser_settings settings = {
        .on_header_field = on_name,
        .on_header_value = on_value,
        .on_headers_complete = no_body,
        .on_message_complete = pause_it,
    };
    http_parser parser;
    struct cut cut = {ret_fields, 0};
    http_parser_init(&parser, is_response ? HTTP_RESPONSE : HTTP_REQUEST);
    parser.data = &cut;
    size_t used = http_parser_execute(&parser, &settings,
                                      (const char *)input.data, input.size);
    if (HTTP_PARSER_ERRNO(&parser) != HPE_PAUSED)
        return 0;
    *ret_count = cut.count;
    return used;
}

bool http_oracle_agrees(bool is_response, bight_bytes input, size_t size,
                        const struct bight__http_head *head)
{
    static struct http_oracle_field fields[HTTP_ORACLE_FIELDS];
    unsigned count = 0;
    if (http_oracle_head(is_response, input, fields, &count) != size ||
        count != head->field_count)
        return false;
    for (unsigned i = 0; i < count; i++) {
        const struct bight__http_field *ours = &head->fields[i];
        if (!bight_bytes_equal(bight__http_head_slice(head, ours->name),
                               fields[i].name) ||
            !bight_bytes_equal(bight__http_head_slice(head, ours->value),
                               fields[i].value))
            return false;
    }
    return true;
}
