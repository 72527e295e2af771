/* SPDX-License-Identifier: MIT */
/* Endpoints as people give them. */
#include "place.h"

#include <string.h>
#include <strings.h>

#include <bight/address.h>

#include "complain.h"

/* -- parsing -------------------------------------------------------------- */

static int complain_in(const bight_diagnostic *diagnostic,
                       const struct given *given)
{
    size_t length = strlen(diagnostic->message);
    bight_diagnostic with = *diagnostic;
    if (given->source.origin == ORIGIN_FLAG && given->name.size > 0 &&
        length + given->name.size + 8 < sizeof(with.message)) {
        bight_diagnostic_set(&with, diagnostic->start, diagnostic->length,
                             "%s in --%.*s", diagnostic->message,
                             (int)given->name.size,
                             (const char *)given->name.data);
        memcpy(with.hint, diagnostic->hint, sizeof(with.hint));
    }
    if (given->source.origin != ORIGIN_FLAG)
        return given_complain_value(given, &with, false);
    return complain(&with, given->value);
}

const bight_endpoint *place_innermost(const struct place *place)
{
    const bight_endpoint *at = place->endpoint;
    while (bight_endpoint_inner(at) != NULL)
        at = bight_endpoint_inner(at);
    return at;
}

static bool is_kind(const struct place *place, const char *kind)
{
    return strcmp(bight_endpoint_kind_name(place_innermost(place)), kind) == 0;
}

/* Nobody else lives in this process. */
static int check_kind(const struct place *place, bight_endpoint_side side,
                      const struct given *given)
{
    bight_diagnostic diagnostic;
    if (!is_kind(place, "memory"))
        return 0;
    bight_diagnostic_set(&diagnostic, 0, given->value.size,
                         "endpoint type 'memory' cannot be %s",
                         side == BIGHT_ENDPOINT_SERVER ? "served"
                                                       : "connected to");
    bight_diagnostic_hint(&diagnostic, "it ends at this process");
    return complain_in(&diagnostic, given);
}

int place_parse(struct place *place, bight_endpoint_side side,
                const struct given *given)
{
    bight_diagnostic diagnostic;
    *place = (struct place){.source = given->source};
    bight_error error =
        bight_endpoint_parse(given->value, side, &place->endpoint, &diagnostic);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY))
        return complain_error(error);
    if (bight_failed(error))
        return complain_in(&diagnostic, given);
    return check_kind(place, side, given);
}

/* -- hosts ---------------------------------------------------------------- */

int place_stay_here(struct place *place)
{
    bight_endpoint *here;
    if (!is_kind(place, "tcp") ||
        bight_endpoint_host(place_innermost(place)) != NULL)
        return 0;
    bight_error error =
        bight_endpoint_with_host(place->endpoint, "localhost", &here);
    if (bight_failed(error))
        return complain_error(error);
    bight_endpoint_free(place->endpoint);
    place->endpoint = here;
    place->loopback = true;
    return 0;
}

bool place_has_name(const struct place *place)
{
    const char *host = bight_endpoint_host(place_innermost(place));
    bight_address address;
    return host != NULL && strcasecmp(host, "localhost") != 0 &&
           bight_failed(
               bight_address_parse_ip(bight_bytes_text(host), 0, &address));
}

void place_fini(struct place *place)
{
    bight_endpoint_free(place->endpoint);
    place->endpoint = NULL;
}
