/* SPDX-License-Identifier: MIT */
/* From HTTP to another protocol (RFC 9110, 7.8, 9.3.6). */
#include <bight/http_token.h>

#include "server.h"

static bool is_connect(const bight_http_exchange *x)
{
    return x->head.form == BIGHT__HTTP_AUTHORITY;
}

/* A body has to be read before anything else can be. */
bight_bytes bight_http_upgrade(const bight_http_exchange *x)
{
    if (!x->head.upgrades || bight_http_body_length(x) != 0 ||
        x->head.minor == 0)
        return bight_bytes_of(NULL, 0);
    return bight_http_field(x, "Upgrade");
}

/* RFC 9110, 7.8: in one of its lines. */
static bool is_offered(const bight_http_exchange *x, const char *token)
{
    bight_bytes name, value;
    if (bight_http_upgrade(x).size == 0)
        return false;
    for (size_t i = 0; bight_http_field_at(x, i, &name, &value); i++) {
        if (bight_http_same(name, BIGHT_BYTES("Upgrade")) &&
            bight_http_list_has(value, bight_bytes_text(token)))
            return true;
    }
    return false;
}

static bight_error check(const bight_http_exchange *x, const char *token)
{
    bool asked = token != NULL ? is_offered(x, token) : is_connect(x);
    if (!asked)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "the client did not ask for that protocol");
    if (x->answer != BIGHT__HTTP_NOT_BEGUN)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "an answer was begun before");
    return bight_ok();
}

/* What follows is the new protocol's: nothing is read here any more, and what
 * this one was given already goes back (connection.c). */
bight_error bight_http_switch(bight_http_exchange *x, const char *token,
                              const bight_protocol *protocol, void **ret_self)
{
    struct bight__http_connection *c = x->connection;
    bight_error error = check(x, token);
    if (!bight_failed(error) && token != NULL)
        error = bight_http_set_field(x, "Upgrade", bight_bytes_text(token));
    if (!bight_failed(error))
        error = bight_transport_set_protocol(c->transport, protocol, ret_self);
    if (bight_failed(error)) {
        bight__http_remove_field(x, "Upgrade");
        return error;
    }
    bight__http_answer_switch(x, token != NULL ? 101 : 200);
    if (c->patient)
        (void)bight_transport_set_timeout(c->transport, BIGHT_TIMEOUT_WRITE,
                                          BIGHT_TIMEOUT_OF_OWNER);
    c->switched = true;
    c->closing = true;
    if (c->held)
        bight_transport_resume_reading(c->transport, BIGHT_HOLD_FRAMER);
    return bight_ok();
}
