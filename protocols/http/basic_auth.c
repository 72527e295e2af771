/* SPDX-License-Identifier: MIT */
/* Middleware for the scheme Basic (RFC 7617). */
#include <bight/http_basic_auth.h>

#include <stdio.h>
#include <string.h>

#include <bight/http_token.h>

#include "grown.h"

/* Of a name and a password together. */
#define CREDENTIALS_MAX 1024

bight_error bight_http_basic_read(const bight_http_exchange *x, uint8_t *buf,
                                  size_t size, bight_bytes *ret_name,
                                  bight_bytes *ret_password)
{
    const bight_bytes scheme = BIGHT_BYTES("Basic ");
    bight_bytes field = bight_http_field(x, "Authorization");
    bight_bytes text;
    if (!bight_http_same(bight_bytes_head(field, scheme.size), scheme))
        return bight_error_of(BIGHT_ERROR_NOT_FOUND);
    field = bight_http_trim(bight_bytes_tail(field, scheme.size));
    bight_error error = bight_http_base64_decode(field, buf, size, &text);
    if (bight_failed(error))
        return error;
    const uint8_t *colon =
        text.size > 0 ? memchr(text.data, ':', text.size) : NULL;
    if (colon == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "credentials without a colon");
    size_t at = (size_t)(colon - text.data);
    *ret_name = bight_bytes_head(text, at);
    *ret_password = bight_bytes_tail(text, at + 1);
    return bight_ok();
}

void bight_http_basic_ask(bight_http_exchange *x, const char *realm)
{
    char quoted[256];
    char field[320];
    bight_bytes text = bight_bytes_text(realm);
    size_t size = bight_http_quote(text, quoted, sizeof(quoted));
    bool fits = size > 0 && size < sizeof(quoted);
    const char *mark = fits && quoted[0] != '"' ? "\"" : "";
    int length =
        snprintf(field, sizeof(field), "Basic realm=%s%s%s, charset=\"UTF-8\"",
                 mark, fits ? quoted : "\"\"", mark);
    if (bight_failed(bight_http_set_field(
            x, "WWW-Authenticate", bight_bytes_of(field, (size_t)length))))
        bight_http_fail(x, 500);
    else
        bight_http_fail(x, 401);
}

/* All are compared, whoever it is. */
static bool is_user(const bight_http_basic_auth_options *options,
                    bight_bytes name, bight_bytes password)
{
    unsigned found = 0;
    for (size_t i = 0; i < options->user_count; i++) {
        const bight_http_user *user = &options->users[i];
        unsigned same_name =
            bight_http_same_secret(name, bight_bytes_text(user->name));
        unsigned same_password =
            bight_http_same_secret(password, bight_bytes_text(user->password));
        found |= same_name & same_password;
    }
    return found != 0;
}

static bool request(void *ctx, void *state, bight_http_exchange *x)
{
    bight_http_basic_auth_options options = {.size = sizeof(options)};
    uint8_t buf[CREDENTIALS_MAX];
    bight_bytes name = bight_bytes_of(NULL, 0);
    bight_bytes password = bight_bytes_of(NULL, 0);
    (void)state;
    bight__http_take_known(&options, sizeof(options), ctx);
    bight_error error =
        bight_http_basic_read(x, buf, sizeof(buf), &name, &password);
    if (!bight_failed(error) &&
        (is_user(&options, name, password) ||
         (options.check != NULL &&
          options.check(options.ctx, x, name, password))))
        return true;
    bight_http_basic_ask(x, options.realm);
    return false;
}

const bight_http_middleware bight_http_basic_auth = {
    .size = sizeof(bight_http_middleware),
    .name = "basic-auth",
    .request = request,
};
