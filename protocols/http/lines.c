/* SPDX-License-Identifier: MIT */
/* Every request goes through here: hardly an octet is looked at twice. */
#include "lines.h"

#include <string.h>

#include "octets.h"

const uint8_t *bight__http_skip_request_line(const uint8_t *p,
                                             const uint8_t *end)
{
    static const char version[] = " HTTP/1.1\r\n";
    const size_t size = sizeof(version) - 1;
    const uint8_t *q = bight__http_skip(p, end, BIGHT__HTTP_TOKEN);
    if (q == p || q - p > BIGHT__HTTP_METHOD_MAX || q == end || *q != ' ')
        return p;
    const uint8_t *target = q + 1;
    q = bight__http_skip(target, end, BIGHT__HTTP_URI);
    if (q == target || (size_t)(end - q) < size ||
        memcmp(q, version, size) != 0)
        return p;
    return q + size;
}

const uint8_t *bight__http_skip_fields(struct bight__http_guard *guard,
                                       const uint8_t *p, const uint8_t *end,
                                       bool *ret_done)
{
    unsigned left = (unsigned)guard->fields_most - guard->fields;
    const unsigned before = left;
    while (end - p >= 2 && *p != '\r' && left > 0) {
        const uint8_t *q = bight__http_skip(p, end, BIGHT__HTTP_TOKEN);
        if (q == p || q == end || *q != ':')
            break;
        q = bight__http_skip_text(q + 1, end);
        if (end - q < 2 || q[0] != '\r' || q[1] != '\n')
            break;
        left--;
        p = q + 2;
    }
    guard->fields = (uint16_t)(guard->fields + (before - left));
    *ret_done = end - p >= 2 && p[0] == '\r' && p[1] == '\n';
    return *ret_done ? p + 2 : p;
}
