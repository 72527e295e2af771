/* SPDX-License-Identifier: MIT */
/* Copies of endpoints that say a little more. */
#include "endpoint/description.h"

#include <string.h>

#include <bight/alloc.h>

/* The field of the host that is missing; the count of fields if none is. */
static size_t missing_host(const bight_endpoint *level)
{
    const bight_endpoint_field *fields = level->kind->fields;
    size_t i = 0;
    for (; fields[i].name != NULL; i++) {
        if (fields[i].positional && fields[i].type == BIGHT_ENDPOINT_HOST &&
            (fields[i].sides & (unsigned)level->side) != 0 &&
            level->values[i] == NULL)
            break;
    }
    return i;
}

static const char *copy_text(char **room, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*room, text, size);
    *room += size;
    return copy;
}

static bight_endpoint *copy_level(const bight_endpoint *level, const char *host)
{
    size_t count = bight__endpoint_field_count(level->kind);
    size_t missing = missing_host(level);
    size_t head = sizeof(*level) + count * sizeof(level->values[0]);
    size_t texts = missing < count ? strlen(host) + 1 : 0;
    for (size_t i = 0; i < count; i++)
        texts += level->values[i] != NULL ? strlen(level->values[i]) + 1 : 0;
    bight_endpoint *copy = bight_zalloc(head + texts);
    if (copy == NULL)
        return NULL;
    char *room = (char *)copy + head;
    copy->kind = level->kind;
    copy->side = level->side;
    for (size_t i = 0; i < count; i++) {
        const char *value = i == missing ? host : level->values[i];
        copy->values[i] = value != NULL ? copy_text(&room, value) : NULL;
    }
    return copy;
}

static bight_error check(const bight_endpoint *endpoint, const char *host)
{
    static const bight_endpoint_field field = {.name = "host",
                                               .type = BIGHT_ENDPOINT_HOST};
    bight_diagnostic wrong = {.message = ""};
    if (bight__endpoint_value_check(&field, endpoint->side, host, false,
                                    &wrong))
        return bight_ok();
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "%s",
                            wrong.message);
}

bight_error bight_endpoint_with_host(const bight_endpoint *endpoint,
                                     const char *host,
                                     bight_endpoint **ret_endpoint)
{
    bight_endpoint *copy = NULL;
    bight_endpoint **at = &copy;
    bight_error error = check(endpoint, host);
    if (bight_failed(error))
        return error;
    for (; endpoint != NULL; endpoint = endpoint->inner) {
        *at = copy_level(endpoint, host);
        if (*at == NULL) {
            bight_endpoint_free(copy);
            return bight_error_of(BIGHT_ERROR_NO_MEMORY);
        }
        at = &(*at)->inner;
    }
    *ret_endpoint = copy;
    return bight_ok();
}
