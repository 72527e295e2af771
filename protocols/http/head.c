/* SPDX-License-Identifier: MIT */
/*
 * A head is parsed at once, when the guard has seen its end. http-parser, made
 * anew for each, reads the start line; the fields are cut as the guard let
 * them through. That http-parser would cut them there, too, the tests ask it.
 */
#include "head.h"

#include <assert.h>

#include <http_parser.h>

#include <bight/alloc.h>

#include "target.h"

#define ROOM_MIN 1024

#define IS_SAME(number, name, text)                                            \
    _Static_assert((number) == HTTP_##name, "http-parser's number of " text);
BIGHT__HTTP_METHODS(IS_SAME)
#undef IS_SAME

/* -- memory --------------------------------------------------------------- */

void bight__http_head_init(struct bight__http_head *head)
{
    head->bytes = head->inline_bytes;
    head->room = sizeof(head->inline_bytes);
    head->fields = head->inline_fields;
    head->field_room =
        sizeof(head->inline_fields) / sizeof(*head->inline_fields);
    head->trailers = (struct bight__http_trailers){.bytes = NULL};
    bight__http_head_reset(head);
}

void bight__http_head_reset(struct bight__http_head *head)
{
    const size_t first = offsetof(struct bight__http_head, minor);
    const size_t last = offsetof(struct bight__http_head, trailers);
    memset((char *)head + first, 0, last - first);
    head->used = 0;
    head->field_count = 0;
    head->trailers.used = 0;
    head->trailers.count = 0;
}

void bight__http_head_fini(struct bight__http_head *head)
{
    if (head == NULL)
        return;
    if (head->bytes != head->inline_bytes)
        bight_free(head->bytes);
    if (head->fields != head->inline_fields)
        bight_free(head->fields);
    bight__http_trailers_fini(&head->trailers);
    bight__http_head_init(head);
}

/* A larger block with what the old one holds; `own` is freed by nobody. */
static void *move(void *old, const void *own, size_t used, size_t size)
{
    if (old != own)
        return bight_realloc(old, size);
    void *block = bight_alloc(size);
    if (block != NULL && used > 0)
        memcpy(block, old, used);
    return block;
}

static uint32_t larger(uint32_t room, size_t needed)
{
    size_t size = room < ROOM_MIN ? ROOM_MIN : room;
    while (size < needed)
        size *= 2;
    return (uint32_t)size;
}

static __attribute__((noinline)) bool grow_bytes(struct bight__http_head *head,
                                                 size_t needed)
{
    uint32_t room = larger(head->room, needed);
    uint8_t *bytes = move(head->bytes, head->inline_bytes, head->used, room);
    if (bytes == NULL)
        return false;
    head->bytes = bytes;
    head->room = room;
    return true;
}

bool bight__http_head_append(struct bight__http_head *head, const uint8_t *data,
                             size_t size)
{
    if (size > head->room - head->used &&
        !grow_bytes(head, (size_t)head->used + size))
        return false;
    memcpy(head->bytes + head->used, data, size);
    head->used += (uint32_t)size;
    return true;
}

/* How many come is known, so fields never move while they are read. */
static bool reserve_fields(struct bight__http_head *head, uint16_t count)
{
    struct bight__http_field *fields;
    if (count <= head->field_room)
        return true;
    fields = move(head->fields, head->inline_fields, 0,
                  count * sizeof(*head->fields));
    if (fields == NULL)
        return false;
    head->fields = fields;
    head->field_room = count;
    return true;
}

const struct bight__http_field *bight__http_head_find(
    const struct bight__http_head *head, enum bight__http_name name,
    const struct bight__http_field *after)
{
    const struct bight__http_field *end = head->fields + head->field_count;
    const struct bight__http_field *field =
        after == NULL ? head->fields : after + 1;
    for (; field < end; field++)
        if (field->known == name)
            return field;
    return NULL;
}

/* -- http-parser ---------------------------------------------------------- */

static inline struct bight__http_slice slice_of(
    const struct bight__http_head *head, const char *at, size_t size)
{
    size_t offset = (size_t)((const uint8_t *)at - head->bytes);
    return (struct bight__http_slice){(uint32_t)offset, (uint32_t)size};
}

static int on_url(http_parser *parser, const char *at, size_t size)
{
    struct bight__http_head *head = parser->data;
    head->target = slice_of(head, at, size);
    return 0;
}

static int on_status(http_parser *parser, const char *at, size_t size)
{
    struct bight__http_head *head = parser->data;
    head->reason = slice_of(head, at, size);
    return 0;
}

static const http_parser_settings settings = {
    .on_url = on_url,
    .on_status = on_status,
};

/* -- faults --------------------------------------------------------------- */

static const struct bight__http_fault unknown_method = {
    501, "RFC 9110, 9.1", "a method that is not known"};
static const struct bight__http_fault bad_version = {
    505, "RFC 9110, 2.5", "a version that is neither 1.0 nor 1.1"};
static const struct bight__http_fault bad_status = {
    400, "RFC 9110, 15", "a status that is not 100 to 599"};
static const struct bight__http_fault bad_target = {400, "RFC 9112, 3.2",
                                                    "a target that is no URI"};
static const struct bight__http_fault unparsed = {
    400, "RFC 9112, 2.2", "http-parser does not take this start line"};
static const struct bight__http_fault no_memory = {503, "no memory",
                                                   "no memory for the fields"};

/* The preface of HTTP/2, "PRI * HTTP/2.0", is refused for its version. */
static const struct bight__http_fault *judge_method(
    const struct bight__http_head *head)
{
    const uint8_t *cr = memchr(head->bytes, '\r', head->used);
    if (cr != NULL && cr - head->bytes > 3 && cr[-3] != '1')
        return &bad_version;
    return &unknown_method;
}

static __attribute__((noinline)) const struct bight__http_fault *judge_errno(
    const struct bight__http_head *head, enum http_errno number)
{
    switch (number) {
    case HPE_INVALID_METHOD:
        return judge_method(head);
    case HPE_INVALID_VERSION:
        return &bad_version;
    case HPE_INVALID_STATUS:
        return &bad_status;
    case HPE_INVALID_URL:
        return &bad_target;
    default:
        return &unparsed;
    }
}

/* -- heads ---------------------------------------------------------------- */

static const struct bight__http_fault *take_start_line(
    struct bight__http_head *head, const http_parser *parser, bool is_response)
{
    if (parser->http_major != 1 || parser->http_minor > 1)
        return &bad_version;
    head->minor = (uint8_t)parser->http_minor;
    if (is_response) {
        head->status = parser->status_code;
        return head->status < 100 || head->status > 599 ? &bad_status : NULL;
    }
    head->method_number = parser->method;
    head->method.size = head->target.at - 1;
    return bight__http_target_read(head);
}

static inline const struct bight__http_fault *read_start_line(
    struct bight__http_head *head, uint32_t size, bool is_response)
{
    http_parser parser;
    http_parser_init(&parser, is_response ? HTTP_RESPONSE : HTTP_REQUEST);
    parser.data = head;
    size_t used = http_parser_execute(&parser, &settings,
                                      (const char *)head->bytes, size);
    if (HTTP_PARSER_ERRNO(&parser) != HPE_OK || used != size)
        return judge_errno(head, HTTP_PARSER_ERRNO(&parser));
    return take_start_line(head, &parser, is_response);
}

/* Where the CR of the line at `at` is. */
static inline uint32_t line_end(const struct bight__http_head *head,
                                uint32_t at)
{
    const uint8_t *cr = memchr(head->bytes + at, '\r', head->used - at);
    return (uint32_t)(cr - head->bytes);
}

static inline void read_fields(struct bight__http_head *head, uint32_t at)
{
    while (head->bytes[at] != '\r') {
        uint32_t cr = line_end(head, at);
        assert(head->field_count < head->field_room);
        head->fields[head->field_count++] =
            bight__http_field_cut(head->bytes, at, cr);
        at = cr + 2;
    }
    assert(at + 2 == head->used);
}

const struct bight__http_fault *bight__http_head_parse(
    struct bight__http_head *head, bool is_response, uint16_t fields)
{
    if (!reserve_fields(head, fields))
        return &no_memory;
    uint32_t line = line_end(head, 0) + 2;
    const struct bight__http_fault *fault =
        read_start_line(head, line, is_response);
    if (fault == NULL)
        read_fields(head, line);
    return fault;
}
