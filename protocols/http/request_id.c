/* SPDX-License-Identifier: MIT */
/* Middleware that names requests. */
#include <bight/http_layers.h>

#include <string.h>
#include <sys/random.h>

#include "grown.h"

#define BITS 128
#define TRUSTED_MAX 128

static bool is_id(bight_bytes text)
{
    if (text.size == 0 || text.size > TRUSTED_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        bool other = c != '\0' && strchr("0123456789-._~+/=:", c) != NULL;
        if (!letter && !other)
            return false;
    }
    return true;
}

static bool make(char id[BITS / 4])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[BITS / 8];
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return false;
    for (size_t i = 0; i < sizeof(random); i++) {
        id[2 * i] = digits[random[i] >> 4];
        id[2 * i + 1] = digits[random[i] & 15];
    }
    return true;
}

/* Without randomness, or memory, a request goes on without a name. */
static bool request(void *ctx, void *state, bight_http_exchange *x)
{
    bight_http_request_id_options options = {.size = sizeof(options)};
    char made[BITS / 4];
    bight_bytes id = bight_bytes_of(NULL, 0);
    (void)state;
    if (ctx != NULL)
        bight__http_take_known(&options, sizeof(options), ctx);
    if (options.trusted != NULL)
        id = bight_http_field(x, options.trusted);
    if (!is_id(id))
        id = bight_bytes_of(made, make(made) ? sizeof(made) : 0);
    if (id.size > 0)
        (void)bight_http_set_field(x, "X-Request-Id", id);
    return true;
}

const bight_http_middleware bight_http_request_id = {
    .size = sizeof(bight_http_middleware),
    .name = "request-id",
    .request = request,
};
