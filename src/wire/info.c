/* SPDX-License-Identifier: MIT */
/* What is known of a transport. */
#include <bight/filter.h>

#include "wire/owner.h"
#include "wire/transport.h"

bool bight_transport_is_open(const bight_transport *t)
{
    bight__transport_check(t);
    return t->state == BIGHT__OPEN && (t->facts & BIGHT__WAS_MADE) != 0;
}

bool bight_transport_is_paused(const bight_transport *t)
{
    bight__transport_check(t);
    return (t->facts & BIGHT__PAUSED) != 0;
}

bool bight_transport_is_reading(const bight_transport *t)
{
    bight__transport_check(t);
    return t->holds == 0;
}

bight_address bight_transport_peer(const bight_transport *t)
{
    bight__transport_check(t);
    bight_address address;
    bight__peer_unpack(&t->peer, &address);
    return address;
}

/* What a filter's driver does not know, the one below it does. */
static bool ask(const bight_transport *t, bight_driver_query query, void *inout)
{
    for (; t != NULL && t->state < BIGHT__ENDING; t = bight_transport_below(t))
        if (t->driver->info(t, query, inout))
            return true;
    return false;
}

bight_error bight_transport_local(const bight_transport *t,
                                  bight_address *ret_address)
{
    bight__transport_check(t);
    if (ask(t, BIGHT_DRIVER_LOCAL, ret_address))
        return bight_ok();
    return bight_error_of(BIGHT_ERROR_NOT_FOUND);
}

int bight_transport_fd(const bight_transport *t)
{
    bight__transport_check(t);
    int fd;
    return ask(t, BIGHT_DRIVER_FD, &fd) ? fd : -1;
}

bool bight_transport_can(const bight_transport *t, bight_capability what)
{
    bight__transport_check(t);
    int answer = (int)what;
    return ask(t, BIGHT_DRIVER_CAN, &answer) && answer != 0;
}

bight_loop *bight_transport_loop(const bight_transport *t)
{
    return bight__transport_loop(t);
}

void *bight_transport_self(const bight_transport *t)
{
    bight__transport_check(t);
    return (t->facts & BIGHT__ORPHANED) != 0 ? NULL : bight__transport_self(t);
}

void *bight_transport_shared(const bight_transport *t)
{
    bight__transport_check(t);
    return t->owner->factory == NULL ? NULL : t->owner->factory->shared;
}

const void *bight_transport_options(const bight_transport *t)
{
    bight__transport_check(t);
    return t->owner->factory_options;
}
