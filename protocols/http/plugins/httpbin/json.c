/* SPDX-License-Identifier: MIT */
/* JSON (RFC 8259), written as it comes. */
#include "httpbin.h"

static void put(struct json *json, bight_bytes text)
{
    if (!json->failed)
        json->failed = bight_failed(bight_buffer_append(&json->out, text));
}

#define PUT(json, literal) put(json, BIGHT_BYTES(literal))

/* -- text ----------------------------------------------------------------- */

/* The bytes of the character that `text` begins with (RFC 3629, 4); 0: it is
 * none. */
static size_t character_of(bight_bytes text)
{
    uint8_t c = text.data[0];
    uint8_t next = text.size > 1 ? text.data[1] : 0;
    size_t size = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (c > 0xf4 || size > text.size || (c == 0xe0 && next < 0xa0) ||
        (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) ||
        (c == 0xf4 && next > 0x8f))
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((text.data[i] & 0xc0) != 0x80)
            return 0;
    }
    return size;
}

static void put_escaped(struct json *json, uint8_t c)
{
    static const char digits[] = "0123456789abcdef";
    const char pair[] = {'\\', (char)c};
    const char code[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    if (c == '"' || c == '\\')
        put(json, bight_bytes_of(pair, sizeof(pair)));
    else
        put(json, bight_bytes_of(code, sizeof(code)));
}

static void put_string(struct json *json, bight_bytes text)
{
    PUT(json, "\"");
    while (text.size > 0) {
        size_t size = character_of(text);
        uint8_t c = text.data[0];
        if (size == 0)
            PUT(json, "\xef\xbf\xbd");
        else if (size == 1 && (c < ' ' || c == '"' || c == '\\' || c == 0x7f))
            put_escaped(json, c);
        else
            put(json, bight_bytes_head(text, size));
        text = bight_bytes_tail(text, size > 0 ? size : 1);
    }
    PUT(json, "\"");
}

/* -- structure ------------------------------------------------------------ */

static void new_line(struct json *json)
{
    PUT(json, "\n");
    for (unsigned i = 0; i < json->depth; i++)
        PUT(json, "  ");
}

static void begin_member(struct json *json, bight_bytes key)
{
    if (json->filled)
        PUT(json, ",");
    if (json->depth > 0)
        new_line(json);
    json->filled = true;
    if (key.data == NULL)
        return;
    put_string(json, key);
    PUT(json, ": ");
}

static void open(struct json *json, bight_bytes key, char bracket)
{
    begin_member(json, key);
    put(json, bight_bytes_of(&bracket, 1));
    json->depth++;
    json->filled = false;
}

void json_open(struct json *json, const char *key, char bracket)
{
    open(json, bight_bytes_text(key), bracket);
}

void json_close(struct json *json, char bracket)
{
    json->depth--;
    if (json->filled)
        new_line(json);
    put(json, bight_bytes_of(&bracket, 1));
    json->filled = true;
}

void json_text(struct json *json, const char *key, bight_bytes text)
{
    begin_member(json, bight_bytes_text(key));
    put_string(json, text);
}

void json_number(struct json *json, const char *key, uint64_t number)
{
    begin_member(json, bight_bytes_text(key));
    if (!json->failed)
        json->failed = bight_failed(bight_buffer_printf(
            &json->out, "%llu", (unsigned long long)number));
}

void json_true(struct json *json, const char *key)
{
    begin_member(json, bight_bytes_text(key));
    PUT(json, "true");
}

void json_answer(struct json *json, bight_http_exchange *x)
{
    PUT(json, "\n");
    if (json->failed)
        bight_http_fail(x, 500);
    else
        bight_http_answer(x, 200, "application/json",
                          bight_buffer_bytes(&json->out));
    bight_buffer_fini(&json->out);
}

/* -- pairs ---------------------------------------------------------------- */

/* In the text; the value follows the name. */
struct place {
    size_t at, name_size, value_size;
};

void pairs_add(struct pairs *pairs, bight_bytes name, bight_bytes value)
{
    const struct place place = {bight_buffer_bytes(&pairs->text).size,
                                name.size, value.size};
    if (bight_failed(bight_buffer_append(&pairs->text, name)) ||
        bight_failed(bight_buffer_append(&pairs->text, value)) ||
        bight_failed(bight_buffer_append(
            &pairs->places, bight_bytes_of(&place, sizeof(place)))))
        pairs->failed = true;
}

static size_t count_of(const struct pairs *pairs)
{
    return bight_buffer_bytes(&pairs->places).size / sizeof(struct place);
}

static bight_bytes pair_of(const struct pairs *pairs, size_t i,
                           bight_bytes *ret_value)
{
    struct place place;
    memcpy(&place, bight_buffer_bytes(&pairs->places).data + i * sizeof(place),
           sizeof(place));
    bight_bytes rest =
        bight_bytes_tail(bight_buffer_bytes(&pairs->text), place.at);
    *ret_value = bight_bytes_head(bight_bytes_tail(rest, place.name_size),
                                  place.value_size);
    /* An empty name is one, too. */
    return bight_bytes_of(place.name_size > 0 ? (const void *)rest.data : "",
                          place.name_size);
}

/* The next pair of that name from `i` on. */
static bool find(const struct pairs *pairs, bight_bytes name, size_t *i,
                 bight_bytes *ret_value)
{
    for (; *i < count_of(pairs); ++*i) {
        if (bight_bytes_equal(pair_of(pairs, *i, ret_value), name))
            return true;
    }
    return false;
}

static void put_values(struct json *json, const struct pairs *pairs,
                       bight_bytes name, size_t first, bight_bytes value)
{
    bight_bytes other;
    size_t next = first + 1;
    if (!find(pairs, name, &next, &other)) {
        begin_member(json, name);
        put_string(json, value);
        return;
    }
    open(json, name, '[');
    for (size_t i = first; find(pairs, name, &i, &other); i++)
        json_text(json, NULL, other);
    json_close(json, ']');
}

void json_pairs(struct json *json, const char *key, struct pairs *pairs)
{
    json->failed = json->failed || pairs->failed;
    json_open(json, key, '{');
    for (size_t i = 0; !json->failed && i < count_of(pairs); i++) {
        bight_bytes value;
        bight_bytes other;
        bight_bytes name = pair_of(pairs, i, &value);
        size_t first = 0;
        (void)find(pairs, name, &first, &other);
        if (first == i)
            put_values(json, pairs, name, i, value);
    }
    json_close(json, '}');
    bight_buffer_fini(&pairs->text);
    bight_buffer_fini(&pairs->places);
}
