/* SPDX-License-Identifier: MIT */
/*
 * The second walk over a value's bytes. Items of one array lie side by side,
 * so an array takes the places of all its items before the first is read.
 */
#include "build.h"

#include <string.h>

#include "number.h"

struct builder {
    const uint8_t *data;
    bight_redis_reply *free; /* the next place */
    uint8_t *text;           /* likewise */
};

/* The items of an array that are yet to be read. */
struct level {
    bight_redis_reply *next;
    size_t left;
};

/* A line of the wire: its kind, and what is between that and its end. */
static bight_bytes next_line(const uint8_t **data)
{
    const uint8_t *begin = *data;
    const uint8_t *end = begin;
    while (*end != '\r')
        end++;
    *data = end + 2;
    return bight_bytes_of(begin, (size_t)(end - begin));
}

static bool is_null(bight_bytes line)
{
    return line.size == 3 && line.data[1] == '-';
}

static uint64_t length_of(bight_bytes line)
{
    uint64_t length = 0;
    (void)bight__redis_read_length(line.data + 1, line.size - 1, &length);
    return length;
}

/* How many values follow inside; of an attribute, that which it is of, too. */
static uint64_t inside(bight_bytes line)
{
    switch (line.data[0]) {
    case '*':
    case '~':
    case '>':
        return is_null(line) ? 0 : length_of(line);
    case '%':
        return 2 * length_of(line);
    case '|':
        return 2 * length_of(line) + 1;
    default:
        return 0;
    }
}

static bool has_body(uint8_t kind)
{
    return kind == '$' || kind == '!' || kind == '=';
}

static void skip(struct builder *builder, uint64_t values)
{
    for (; values > 0; values--) {
        bight_bytes line = next_line(&builder->data);
        values += inside(line);
        if (has_body(line.data[0]) && !is_null(line))
            builder->data += length_of(line) + 2;
    }
}

static void put_text(struct builder *builder, bight_redis_reply *value,
                     bight_redis_type type, bight_bytes text)
{
    value->type = type;
    value->text = bight_bytes_of(builder->text, text.size);
    if (text.size > 0)
        memcpy(builder->text, text.data, text.size);
    builder->text[text.size] = '\0';
    builder->text += text.size + 1;
}

static void put_body(struct builder *builder, bight_redis_reply *value,
                     bight_bytes line)
{
    size_t size = (size_t)length_of(line);
    bight_bytes body = bight_bytes_of(builder->data, size);
    builder->data += size + 2;
    if (line.data[0] == '$')
        put_text(builder, value, BIGHT_REDIS_STRING, body);
    else if (line.data[0] == '!')
        put_text(builder, value, BIGHT_REDIS_ERROR, body);
    else
        put_text(builder, value, BIGHT_REDIS_VERBATIM,
                 bight_bytes_tail(body, 4));
}

static void put_items(struct builder *builder, bight_redis_reply *value,
                      bight_redis_type type, bight_bytes line)
{
    value->type = type;
    value->count = (size_t)inside(line);
    value->as.items = value->count > 0 ? builder->free : NULL;
    builder->free += value->count;
}

static void put_value(struct builder *builder, bight_redis_reply *value)
{
    bight_bytes line = next_line(&builder->data);
    bight_bytes text = bight_bytes_tail(line, 1);
    memset(value, 0, sizeof(*value));
    switch (line.data[0]) {
    case '+':
        put_text(builder, value, BIGHT_REDIS_STATUS, text);
        break;
    case '-':
        put_text(builder, value, BIGHT_REDIS_ERROR, text);
        break;
    case '(':
        put_text(builder, value, BIGHT_REDIS_BIG_NUMBER, text);
        break;
    case ',':
        put_text(builder, value, BIGHT_REDIS_DOUBLE, text);
        (void)bight__redis_read_double(value->text, &value->as.number);
        break;
    case ':':
        value->type = BIGHT_REDIS_INTEGER;
        (void)bight__redis_read_integer(text, &value->as.integer);
        break;
    case '#':
        value->type = BIGHT_REDIS_BOOLEAN;
        value->as.truth = text.data[0] == 't';
        break;
    case '*':
        if (!is_null(line))
            put_items(builder, value, BIGHT_REDIS_ARRAY, line);
        break;
    case '%':
        put_items(builder, value, BIGHT_REDIS_MAP, line);
        break;
    case '~':
        put_items(builder, value, BIGHT_REDIS_SET, line);
        break;
    case '>':
        put_items(builder, value, BIGHT_REDIS_PUSH, line);
        break;
    case '_':
        break;
    default:
        if (!is_null(line))
            put_body(builder, value, line);
    }
}

static void skip_attributes(struct builder *builder)
{
    while (*builder->data == '|') {
        bight_bytes line = next_line(&builder->data);
        skip(builder, 2 * length_of(line));
    }
}

bight_redis_reply *bight__redis_build(struct bight__redis_pool *pool,
                                      const uint8_t *data, size_t values,
                                      size_t texts)
{
    struct builder builder = {.data = data};
    struct level levels[DEPTH_MAX + 1];
    bight_redis_reply *root =
        bight__redis_block_new(pool, values, texts, &builder.text);
    if (root == NULL)
        return NULL;
    builder.free = root + 1;
    levels[0] = (struct level){.next = root, .left = 1};
    for (struct level *level = levels;;) {
        while (level->left == 0) {
            if (level == levels)
                return root;
            level--;
        }
        bight_redis_reply *value = level->next++;
        level->left--;
        skip_attributes(&builder);
        put_value(&builder, value);
        if (value->count > 0) {
            level++;
            *level = (struct level){.next = root + (value->as.items - root),
                                    .left = value->count};
        }
    }
}
