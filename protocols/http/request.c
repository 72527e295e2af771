/* SPDX-License-Identifier: MIT */
/* What an exchange tells of its request. */
#include <string.h>

#include <bight/http_token.h>

#include "server.h"

static bight_bytes slice(const bight_http_exchange *x,
                         struct bight__http_slice at)
{
    return bight__http_head_slice(&x->head, at);
}

static bight_bytes nothing(void)
{
    return bight_bytes_of(NULL, 0);
}

bight_bytes bight_http_method(const bight_http_exchange *x)
{
    return slice(x, x->head.method);
}

bight_bytes bight_http_target(const bight_http_exchange *x)
{
    return slice(x, x->head.target);
}

/* An absolute target may end at its authority (RFC 9112, 3.2.2). */
bight_bytes bight_http_path(const bight_http_exchange *x)
{
    bight_bytes path = slice(x, x->head.path);
    if (path.size == 0 && x->head.form == BIGHT__HTTP_ABSOLUTE)
        return BIGHT_BYTES("/");
    if (path.size == 0 && x->head.form == BIGHT__HTTP_ASTERISK)
        return BIGHT_BYTES("*");
    return path;
}

bight_bytes bight_http_query(const bight_http_exchange *x)
{
    return x->head.has_query ? slice(x, x->head.query) : nothing();
}

bight_bytes bight_http_host(const bight_http_exchange *x)
{
    return slice(x, x->head.host);
}

unsigned bight_http_minor(const bight_http_exchange *x)
{
    return x->head.minor;
}

bight_bytes bight_http_field(const bight_http_exchange *x, const char *name)
{
    const struct bight__http_head *head = &x->head;
    size_t size = strlen(name);
    for (size_t i = 0; i < head->field_count; i++) {
        const struct bight__http_field *field = &head->fields[i];
        if (field->name.size == size &&
            bight_http_same(slice(x, field->name), bight_bytes_of(name, size)))
            return slice(x, field->value);
    }
    return nothing();
}

bool bight_http_field_at(const bight_http_exchange *x, size_t index,
                         bight_bytes *ret_name, bight_bytes *ret_value)
{
    if (index >= x->head.field_count)
        return false;
    *ret_name = slice(x, x->head.fields[index].name);
    *ret_value = slice(x, x->head.fields[index].value);
    return true;
}

bool bight_http_trailer_at(const bight_http_exchange *x, size_t index,
                           bight_bytes *ret_name, bight_bytes *ret_value)
{
    const struct bight__http_trailers *trailers = &x->head.trailers;
    if (!x->complete || index >= trailers->count)
        return false;
    const struct bight__http_field *field = &trailers->fields[index];
    *ret_name = bight__http_trailer_slice(&x->head, field->name);
    *ret_value = bight__http_trailer_slice(&x->head, field->value);
    return true;
}

bight_bytes bight_http_path_value(const bight_http_exchange *x,
                                  const char *name)
{
    for (size_t i = 0; i < x->value_count; i++) {
        if (strcmp(x->values[i].name, name) == 0)
            return slice(x, x->values[i].value);
    }
    return nothing();
}

bight_transport *bight_http_transport(const bight_http_exchange *x)
{
    return x->connection->transport;
}

bight_loop *bight_http_loop(const bight_http_exchange *x)
{
    return x->connection->server->loop;
}

uint64_t bight_http_began_ns(const bight_http_exchange *x)
{
    return x->began_ns;
}

uint64_t bight_http_body_length(const bight_http_exchange *x)
{
    if (x->head.framing == BIGHT__HTTP_LENGTH)
        return x->head.length;
    return x->head.framing == BIGHT__HTTP_NO_BODY ? 0 : UINT64_MAX;
}

uint64_t bight_http_received(const bight_http_exchange *x)
{
    return x->received;
}
