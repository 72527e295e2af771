/* SPDX-License-Identifier: MIT */
/* What middleware adds to the fields of an answer. */
#ifndef BIGHT_HTTP_VARY_H
#define BIGHT_HTTP_VARY_H

#include <bight/http_exchange.h>
#include <bight/http_token.h>

/* Says that the answer depends on that field of the request (RFC 9110,
 * 12.5.5). */
static inline bight_error bight__http_vary(bight_http_exchange *x,
                                           const char *name)
{
    bight_bytes list = bight_http_answer_field(x, "Vary");
    if (bight_http_list_has(list, bight_bytes_text(name)) ||
        bight_http_list_has(list, BIGHT_BYTES("*")))
        return bight_ok();
    return bight_http_add_field(x, "Vary", bight_bytes_text(name));
}

#endif
