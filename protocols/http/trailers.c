/* SPDX-License-Identifier: MIT */
/* Octets that the guard let through, hence lines of a name, a colon, a value.
 */
#include "trailers.h"

#include <bight/alloc.h>

#define ROOM_MIN 256

static const struct bight__http_fault no_memory = {
    503, "no memory", "no memory for the trailers"};

bool bight__http_trailers_append(struct bight__http_trailers *trailers,
                                 const uint8_t *data, size_t size)
{
    size_t needed = (size_t)trailers->used + size;
    if (needed > trailers->room) {
        uint32_t room = trailers->room < ROOM_MIN ? ROOM_MIN : trailers->room;
        while (room < needed)
            room *= 2;
        uint8_t *bytes = bight_realloc(trailers->bytes, room);
        if (bytes == NULL)
            return false;
        trailers->bytes = bytes;
        trailers->room = room;
    }
    memcpy(trailers->bytes + trailers->used, data, size);
    trailers->used = (uint32_t)needed;
    return true;
}

void bight__http_trailers_fini(struct bight__http_trailers *trailers)
{
    bight_free(trailers->bytes);
    bight_free(trailers->fields);
    *trailers = (struct bight__http_trailers){.bytes = NULL};
}

/* RFC 9110, 6.5.1: what frames, routes, authenticates, describes the content,
 * or is for one hop, would be believed too late. */
static bool is_denied(enum bight__http_name name)
{
    switch (name) {
    case BIGHT__HTTP_NAME_HOST:
    case BIGHT__HTTP_NAME_TRANSFER_ENCODING:
    case BIGHT__HTTP_NAME_CONNECTION:
    case BIGHT__HTTP_NAME_EXPECT:
    case BIGHT__HTTP_NAME_UPGRADE:
    case BIGHT__HTTP_NAME_AUTHORIZATION:
    case BIGHT__HTTP_NAME_CACHE_CONTROL:
    case BIGHT__HTTP_NAME_COOKIE:
    case BIGHT__HTTP_NAME_EARLY_DATA:
    case BIGHT__HTTP_NAME_FORWARDED:
    case BIGHT__HTTP_NAME_IF_MATCH:
    case BIGHT__HTTP_NAME_IF_MODIFIED_SINCE:
    case BIGHT__HTTP_NAME_IF_NONE_MATCH:
    case BIGHT__HTTP_NAME_IF_RANGE:
    case BIGHT__HTTP_NAME_IF_UNMODIFIED_SINCE:
    case BIGHT__HTTP_NAME_KEEP_ALIVE:
    case BIGHT__HTTP_NAME_LOCATION:
    case BIGHT__HTTP_NAME_MAX_FORWARDS:
    case BIGHT__HTTP_NAME_PRAGMA:
    case BIGHT__HTTP_NAME_RANGE:
    case BIGHT__HTTP_NAME_RETRY_AFTER:
    case BIGHT__HTTP_NAME_SET_COOKIE:
    case BIGHT__HTTP_NAME_TE:
    case BIGHT__HTTP_NAME_TRAILER:
    case BIGHT__HTTP_NAME_VARY:
    case BIGHT__HTTP_NAME_WWW_AUTHENTICATE:
    case BIGHT__HTTP_NAME_X_REAL_IP:
        return true;
    default:
        return false;
    }
}

static bool begins(bight_bytes name, const char *prefix)
{
    bight_bytes wanted = bight_bytes_text(prefix);
    return bight__http_text_equal(bight_bytes_head(name, wanted.size), wanted);
}

static bool is_denied_field(const struct bight__http_trailers *trailers,
                            const struct bight__http_field *field)
{
    bight_bytes name =
        bight_bytes_of(trailers->bytes + field->name.at, field->name.size);
    return is_denied(field->known) || begins(name, "Content-") ||
           begins(name, "Proxy-") || begins(name, "X-Forwarded-") ||
           begins(name, "Access-Control-");
}

static bool reserve_trailers(struct bight__http_trailers *trailers,
                             uint16_t count)
{
    if (count <= trailers->field_room)
        return true;
    struct bight__http_field *fields =
        bight_realloc(trailers->fields, count * sizeof(*fields));
    if (fields == NULL)
        return false;
    trailers->fields = fields;
    trailers->field_room = count;
    return true;
}

const struct bight__http_fault *bight__http_trailers_parse(
    struct bight__http_trailers *trailers, uint16_t count)
{
    if (!reserve_trailers(trailers, count))
        return &no_memory;
    for (uint32_t at = 0; at + 2 < trailers->used;) {
        const uint8_t *line = trailers->bytes + at;
        const uint8_t *cr = memchr(line, '\r', trailers->used - at);
        uint32_t end = (uint32_t)(cr - trailers->bytes);
        struct bight__http_field field =
            bight__http_field_cut(trailers->bytes, at, end);
        if (!is_denied_field(trailers, &field))
            trailers->fields[trailers->count++] = field;
        at = end + 2;
    }
    return NULL;
}
