/* SPDX-License-Identifier: MIT */
/* Lines of one name as one list. */
#include "joined.h"

#include <bight/http_token.h>

bight_bytes bight__http_joined(const bight_http_exchange *x, const char *name,
                               bight_buffer *buffer)
{
    bight_bytes value = bight_http_field(x, name);
    bight_bytes other, line;
    bight_error error = bight_ok();
    if (value.data == NULL)
        return value;
    for (size_t i = 0; bight_http_field_at(x, i, &other, &line); i++) {
        if (line.data == value.data ||
            !bight_http_same(other, bight_bytes_text(name)))
            continue;
        if (buffer->end == buffer->start)
            error = bight_buffer_append(buffer, value);
        if (!bight_failed(error))
            error = bight_buffer_append(buffer, BIGHT_BYTES(", "));
        if (!bight_failed(error))
            error = bight_buffer_append(buffer, line);
    }
    return buffer->end > buffer->start ? bight_buffer_bytes(buffer) : value;
}
