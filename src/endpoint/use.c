/* SPDX-License-Identifier: MIT */
/* Descriptions in use: each kind's own way to listen and to connect (E1). */
#include <string.h>

#include "async/deferred.h"
#include "endpoint/description.h"
#include "endpoint/outcome.h"

/* A kind is asked only for what it was parsed for. */
static bight_deferred *ask(bight_loop *loop, const bight_endpoint *endpoint,
                           const bight_factory *factory,
                           const bight_owner_options *options,
                           bight_endpoint_side side, bight_endpoint_use_fn fn)
{
    const char *what = side == BIGHT_ENDPOINT_SERVER ? "listen" : "connect";
    const char *name = endpoint->kind->name;
    if (endpoint->side != side)
        return bight_deferred_rejected(
            loop,
            bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                             "%s %s: parsed for the other side", what, name));
    if (fn == NULL)
        return bight_deferred_rejected(
            loop, bight_error_note(bight_error_of(BIGHT_ERROR_UNSUPPORTED),
                                   "%s %s", what, name));
    return fn(loop, endpoint, factory, options);
}

/* L9: what comes of it is named by where the program asked for it, through any
 * number of wrappers. */
static bight_deferred *use(bight_loop *loop, const bight_endpoint *endpoint,
                           const bight_factory *factory,
                           const bight_owner_options *options,
                           bight_endpoint_side side, const void *made_at)
{
    const void *outer = loop->origin;
    if (outer == NULL)
        loop->origin = made_at;
    bight_deferred *deferred =
        ask(loop, endpoint, factory, options, side,
            side == BIGHT_ENDPOINT_SERVER ? endpoint->kind->listen
                                          : endpoint->kind->connect);
    if (deferred != NULL)
        deferred->made_at = loop->origin;
    loop->origin = outer;
    return deferred;
}

bight_deferred *bight_endpoint_listen(bight_loop *loop,
                                      const bight_endpoint *endpoint,
                                      const bight_factory *factory,
                                      const bight_owner_options *options)
{
    return use(loop, endpoint, factory, options, BIGHT_ENDPOINT_SERVER,
               __builtin_return_address(0));
}

bight_deferred *bight_endpoint_connect(bight_loop *loop,
                                       const bight_endpoint *endpoint,
                                       const bight_factory *factory,
                                       const bight_owner_options *options)
{
    return use(loop, endpoint, factory, options, BIGHT_ENDPOINT_CLIENT,
               __builtin_return_address(0));
}

bight_error bight_listen(bight_loop *loop, const char *description,
                         const bight_factory *factory,
                         const bight_owner_options *options,
                         bight_deferred **ret_port)
{
    bight_endpoint *endpoint;
    bight_error error = bight_endpoint_parse(
        bight_bytes_text(description), BIGHT_ENDPOINT_SERVER, &endpoint, NULL);
    if (bight_failed(error))
        return bight_error_note(error, "listen %s", description);
    *ret_port = use(loop, endpoint, factory, options, BIGHT_ENDPOINT_SERVER,
                    __builtin_return_address(0));
    bight_endpoint_free(endpoint);
    return bight_ok();
}

bight_error bight_connect(bight_loop *loop, const char *description,
                          const bight_factory *factory,
                          const bight_owner_options *options,
                          bight_deferred **ret_transport)
{
    bight_endpoint *endpoint;
    bight_error error = bight_endpoint_parse(
        bight_bytes_text(description), BIGHT_ENDPOINT_CLIENT, &endpoint, NULL);
    if (bight_failed(error))
        return bight_error_note(error, "connect %s", description);
    *ret_transport = use(loop, endpoint, factory, options,
                         BIGHT_ENDPOINT_CLIENT, __builtin_return_address(0));
    bight_endpoint_free(endpoint);
    return bight_ok();
}

/* -- wrappers ------------------------------------------------------------- */

/* Filters stand from the wire up, and wrappers from the application down: the
 * outermost comes here first, and those inside it go below. */
bight_deferred *bight_endpoint_wrap(bight_loop *loop,
                                    const bight_endpoint *endpoint,
                                    const bight_factory *factory,
                                    const bight_owner_options *options,
                                    const bight_filter_use *use_filter)
{
    bight_filter_use filters[BIGHT__FILTERS_MAX];
    struct bight__kept_options kept;
    bight__options_keep(&kept, options);
    if (kept.options.filter_count >= BIGHT__FILTERS_MAX)
        return bight_deferred_rejected(
            loop, bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                   "%s: more than %d filters",
                                   endpoint->kind->name, BIGHT__FILTERS_MAX));
    filters[0] = *use_filter;
    memcpy(&filters[1], kept.filters,
           kept.options.filter_count * sizeof(filters[0]));
    kept.options.filters = filters;
    kept.options.filter_count++;
    return endpoint->side == BIGHT_ENDPOINT_SERVER
               ? bight_endpoint_listen(loop, endpoint->inner, factory,
                                       &kept.options)
               : bight_endpoint_connect(loop, endpoint->inner, factory,
                                        &kept.options);
}
