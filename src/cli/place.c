/* SPDX-License-Identifier: MIT */
/* From endpoints to addresses. */
#include "place.h"

#include <string.h>

#include <bight/lookup.h>

#include "complain.h"
#include "exit.h"

static const char *const kinds[] = {"tcp", "unix", NULL};

static int complain_in(bight_diagnostic *diagnostic, const char *option,
                       const char *text)
{
    size_t length = strlen(diagnostic->message);
    bight_diagnostic with = *diagnostic;
    if (option != NULL && length + strlen(option) + 8 < sizeof(with.message))
        bight_diagnostic_set(&with, diagnostic->start, diagnostic->length,
                             "%s in --%s", diagnostic->message, option);
    memcpy(with.hint, diagnostic->hint, sizeof(with.hint));
    return complain(&with, bight_bytes_text(text));
}

static bool is_kind(const struct place *place, const char *kind)
{
    return strcmp(bight_endpoint_kind(place->endpoint), kind) == 0;
}

/* The library knows more kinds than can be served. */
static int check_kind(const struct place *place, const char *option,
                      const char *text)
{
    const char *kind = bight_endpoint_kind(place->endpoint);
    bight_diagnostic diagnostic;
    if (is_kind(place, "tcp") || is_kind(place, "unix"))
        return 0;
    bight_diagnostic_set(&diagnostic, 0, strlen(kind),
                         "endpoint type '%s' cannot be served", kind);
    bight_diagnostic_choices(&diagnostic, bight_bytes_text(kind), kinds);
    return complain_in(&diagnostic, option, text);
}

/* A hint to a kind is a hint to one of ours. */
static void only_ours(bight_diagnostic *diagnostic, const char *text)
{
    if (diagnostic->start == 0 && strstr(diagnostic->hint, "known:") != NULL)
        bight_diagnostic_choices(
            diagnostic, bight_bytes_of(text, diagnostic->length), kinds);
}

int place_parse(struct place *place, const char *option, const char *text)
{
    bight_diagnostic diagnostic;
    *place = (struct place){.endpoint = NULL};
    bight_error error =
        bight_endpoint_parse(bight_bytes_text(text), BIGHT_ENDPOINT_SERVER,
                             &place->endpoint, &diagnostic);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY))
        return complain_error(error);
    if (bight_failed(error)) {
        only_ours(&diagnostic, text);
        return complain_in(&diagnostic, option, text);
    }
    return check_kind(place, option, text);
}

static void add(struct place *place, const bight_address *address)
{
    for (size_t i = 0; i < place->count; i++) {
        if (bight_address_equal(&place->addresses[i], address))
            return;
    }
    if (place->count < PLACE_ADDRESSES)
        place->addresses[place->count++] = *address;
}

static void add_ip(struct place *place, const char *ip)
{
    bight_address address;
    uint16_t port = bight_endpoint_port(place->endpoint);
    if (!bight_failed(
            bight_address_parse_ip(bight_bytes_text(ip), port, &address)))
        add(place, &address);
}

struct query {
    struct place *place;
    bight_error error;
};

static void found(void *ctx, bight_error error, const bight_address *addresses,
                  size_t count)
{
    struct query *query = ctx;
    query->error = error;
    for (size_t i = 0; i < count; i++)
        add(query->place, &addresses[i]);
}

static bight_error look_up(struct place *place, bight_loop *loop)
{
    struct query query = {.place = place, .error = bight_ok()};
    bight_error error = bight_lookup_start(
        loop, bight_endpoint_host(place->endpoint),
        bight_endpoint_port(place->endpoint), found, &query, NULL);
    if (!bight_failed(error))
        error = bight_loop_run(loop);
    return bight_failed(error) ? error : query.error;
}

int place_resolve(struct place *place, bight_loop *loop, bool public)
{
    if (is_kind(place, "unix"))
        return 0;
    if (bight_endpoint_host(place->endpoint) == NULL) {
        place->loopback = !public;
        add_ip(place, public ? "0.0.0.0" : "127.0.0.1");
        add_ip(place, public ? "::" : "::1");
        return 0;
    }
    bight_error error = look_up(place, loop);
    if (!bight_failed(error))
        return 0;
    int code = complain_error(error);
    return code == EXIT_RUNTIME ? EXIT_UNAVAILABLE : code;
}

void place_fini(struct place *place)
{
    bight_endpoint_free(place->endpoint);
    place->endpoint = NULL;
}
