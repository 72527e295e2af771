/* SPDX-License-Identifier: MIT */
#include "field.h"

#include <assert.h>

static inline bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

struct bight__http_field bight__http_field_cut(const uint8_t *bytes,
                                               uint32_t at, uint32_t cr)
{
    uint32_t colon = at, end = cr;
    while (bytes[colon] != ':')
        colon++;
    assert(colon < cr);
    uint32_t value = colon + 1;
    while (value < end && is_blank(bytes[value]))
        value++;
    while (end > value && is_blank(bytes[end - 1]))
        end--;
    return (struct bight__http_field){
        .name = {at, colon - at},
        .value = {value, end - value},
        .known = bight__http_name_of(bight_bytes_of(bytes + at, colon - at)),
    };
}
