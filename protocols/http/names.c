/* SPDX-License-Identifier: MIT */
/*
 * A name is found in one step: its length and three of its letters give a slot
 * that no other known name has. A new name that takes another's slot does not
 * compile (-Woverride-init); then other multipliers must be found.
 */
#include "names.h"

#define SLOTS 1024

#define SLOT(size, half, late, last)                                           \
    (((size)*858U + (half)*570U + (late)*945U + (last)*939U) % (unsigned)SLOTS)

#define SLOT_OF(name, text, half, late, last)                                  \
    [SLOT(sizeof(text) - 1, half, late, last)] = BIGHT__HTTP_NAME_##name,

static const uint8_t slots[SLOTS] = {BIGHT__HTTP_NAMES(SLOT_OF)};

#define TEXT_OF(name, text, half, late, last)                                  \
    [BIGHT__HTTP_NAME_##name] = {text, sizeof(text) - 1},

static const struct {
    const char *data;
    size_t size;
} texts[BIGHT__HTTP_NAME_COUNT] = {{"", 0}, BIGHT__HTTP_NAMES(TEXT_OF)};

/* Sets 0x20 in those octets that have 0x40: capitals become small letters, and
 * of what may stand in a known name nothing else becomes one. */
static inline uint64_t fold(uint64_t octets)
{
    return octets | (octets & 0x4040404040404040U) >> 1;
}

static inline bool equal_8(const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y || fold(x) == fold(y);
}

static inline bool equal_4(const uint8_t *a, const uint8_t *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y || fold(x) == fold(y);
}

/* The last step overlaps the one before. */
static inline bool equal_folded(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size >= 8) {
        for (size_t i = 0; i + 8 < size; i += 8)
            if (!equal_8(a + i, b + i))
                return false;
        return equal_8(a + size - 8, b + size - 8);
    }
    if (size >= 4)
        return equal_4(a, b) && equal_4(a + size - 4, b + size - 4);
    for (size_t i = 0; i < size; i++)
        if (fold(a[i]) != fold(b[i]))
            return false;
    return true;
}

enum bight__http_name bight__http_name_of(bight_bytes text)
{
    if (text.size < 2)
        return BIGHT__HTTP_NAME_UNKNOWN;
    unsigned half = (unsigned)fold(text.data[text.size / 2]);
    unsigned late = (unsigned)fold(text.data[text.size * 3 / 4]);
    unsigned last = (unsigned)fold(text.data[text.size - 1]);
    uint8_t name = slots[SLOT((unsigned)text.size, half, late, last)];
    if (texts[name].size != text.size ||
        !equal_folded(text.data, (const uint8_t *)texts[name].data, text.size))
        return BIGHT__HTTP_NAME_UNKNOWN;
    return (enum bight__http_name)name;
}

bight_bytes bight__http_name_text(enum bight__http_name name)
{
    return bight_bytes_of(texts[name].data, texts[name].size);
}

bool bight__http_text_equal(bight_bytes a, bight_bytes b)
{
    return a.size == b.size && equal_folded(a.data, b.data, a.size);
}
