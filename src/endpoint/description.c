/* SPDX-License-Identifier: MIT */
/* A parsed description: what it says, and its canonical text (E9). */
#include "endpoint/description.h"

#include <string.h>

#include <bight/alloc.h>

#include "base/text.h"

size_t bight__endpoint_field_count(const bight_endpoint_kind *kind)
{
    size_t count = 0;
    while (kind->fields[count].name != NULL)
        count++;
    return count;
}

size_t bight__endpoint_field_index(const bight_endpoint_kind *kind,
                                   bight_bytes name)
{
    size_t i = 0;
    while (kind->fields[i].name != NULL &&
           !bight_bytes_equal(bight_bytes_text(kind->fields[i].name), name))
        i++;
    return i;
}

void bight_endpoint_free(bight_endpoint *endpoint)
{
    while (endpoint != NULL) {
        bight_endpoint *inner = endpoint->inner;
        bight_free(endpoint);
        endpoint = inner;
    }
}

const char *bight_endpoint_kind_name(const bight_endpoint *endpoint)
{
    return endpoint->kind->name;
}

bight_endpoint_side bight_endpoint_get_side(const bight_endpoint *endpoint)
{
    return endpoint->side;
}

static const char *value_of_type(const bight_endpoint *endpoint,
                                 bight_endpoint_type type)
{
    const bight_endpoint_field *fields = endpoint->kind->fields;
    for (size_t i = 0; fields[i].name != NULL; i++) {
        if (fields[i].positional && fields[i].type == type)
            return endpoint->values[i];
    }
    return NULL;
}

const char *bight_endpoint_host(const bight_endpoint *endpoint)
{
    return value_of_type(endpoint, BIGHT_ENDPOINT_HOST);
}

uint16_t bight_endpoint_port(const bight_endpoint *endpoint)
{
    const char *text = value_of_type(endpoint, BIGHT_ENDPOINT_PORT);
    uint64_t port = 0;
    if (text != NULL)
        (void)bight__endpoint_value_uint(BIGHT_ENDPOINT_PORT, text, &port);
    return (uint16_t)port;
}

const char *bight_endpoint_path(const bight_endpoint *endpoint)
{
    return value_of_type(endpoint, BIGHT_ENDPOINT_PATH);
}

static const bight_endpoint_field *find_value(const bight_endpoint *endpoint,
                                              const char *name,
                                              const char **ret_value)
{
    const bight_endpoint_kind *kind = endpoint->kind;
    size_t index = bight__endpoint_field_index(kind, bight_bytes_text(name));
    const bight_endpoint_field *field = &kind->fields[index];
    if (field->name != NULL && field->stands_for != NULL)
        return find_value(endpoint, field->stands_for, ret_value);
    if (field->name == NULL || endpoint->values[index] == NULL)
        return NULL;
    *ret_value = endpoint->values[index];
    return field;
}

const char *bight_endpoint_value(const bight_endpoint *endpoint,
                                 const char *name)
{
    const char *value = NULL;
    (void)find_value(endpoint, name, &value);
    return value;
}

bool bight_endpoint_bool(const bight_endpoint *endpoint, const char *name,
                         bool if_absent)
{
    const char *value;
    bool on = if_absent;
    const bight_endpoint_field *field = find_value(endpoint, name, &value);
    if (field != NULL && field->type == BIGHT_ENDPOINT_BOOL)
        (void)bight__endpoint_value_bool(value, &on);
    return on;
}

uint64_t bight_endpoint_uint(const bight_endpoint *endpoint, const char *name,
                             uint64_t if_absent)
{
    const char *value;
    uint64_t number = if_absent;
    const bight_endpoint_field *field = find_value(endpoint, name, &value);
    if (field != NULL)
        (void)bight__endpoint_value_uint(field->type, value, &number);
    return number;
}

const bight_endpoint *bight_endpoint_inner(const bight_endpoint *endpoint)
{
    return endpoint->inner;
}

static void put_escaped(struct bight__text *text, const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        bool escape =
            *c == ':' || *c == '\\' || *c == '=' || (*c == '[' && c == value);
        if (escape)
            bight__text_puts(text, "\\");
        bight__text_put(text, bight_bytes_of(c, 1));
    }
}

static void put_value(struct bight__text *text,
                      const bight_endpoint_field *field, const char *value)
{
    bool ipv6 = field->type == BIGHT_ENDPOINT_HOST && strchr(value, ':');
    if (!ipv6) {
        put_escaped(text, value);
        return;
    }
    bight__text_puts(text, "[");
    bight__text_puts(text, value);
    bight__text_puts(text, "]");
}

static void put_level(struct bight__text *text, const bight_endpoint *level)
{
    const bight_endpoint_field *fields = level->kind->fields;
    bool first = true;
    bight__text_puts(text, level->kind->name);
    for (size_t i = 0; fields[i].name != NULL; i++) {
        const char *value = level->values[i];
        if (value == NULL)
            continue;
        bight__text_puts(text, ":");
        if (!fields[i].positional) {
            bight__text_puts(text, fields[i].name);
            bight__text_puts(text, "=");
        } else if (first && level->kind->url && !strncmp(value, "//", 2)) {
            /* Else its own slashes would be taken for those of a URL. */
            bight__text_puts(text, "//");
        }
        put_value(text, &fields[i], value);
        first = false;
    }
    if (first || level->inner != NULL)
        bight__text_puts(text, ":");
}

size_t bight_endpoint_format(const bight_endpoint *endpoint, char *buf,
                             size_t n)
{
    struct bight__text text;
    bight__text_init(&text, buf, n);
    for (; endpoint != NULL; endpoint = endpoint->inner)
        put_level(&text, endpoint);
    return bight__text_end(&text);
}
