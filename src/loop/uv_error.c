/* SPDX-License-Identifier: MIT */
/* libuv's error codes as bight errors: the one place that translates them. */
#include <bight/uv.h>

static const char *uv_symbol(int32_t code)
{
    return uv_err_name(code);
}

static const char *uv_text(int32_t code)
{
    return uv_strerror(code);
}

const bight_error_domain bight_uv_domain = {
    .size = sizeof(bight_error_domain),
    .name = "libuv",
    .symbol = uv_symbol,
    .text = uv_text,
};

/* libuv's own codes start at -3000 (getaddrinfo's) and -4000 (the rest); what
 * lies above is a negated errno. */
bight_error bight_error_uv(int status)
{
    if (status >= 0)
        return bight_ok();
    if (status == UV_ENOMEM)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (status > -3000)
        return bight_error_errno(-status);
    return bight_error_make(&bight_uv_domain, status);
}
