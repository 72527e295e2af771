/* SPDX-License-Identifier: MIT */
/* A factory of an older plugin ABI, which has neither `stopped` nor `build`. */
#include "bight_older.h"

static bight_error started(void *shared, const void *options, bight_loop *loop)
{
    char *greeting = shared;
    (void)options;
    (void)loop;
    greeting[0] = 'o';
    greeting[1] = 'k';
    return (bight_error){.domain = NULL};
}

static void connection_made(void *self, bight_transport *t)
{
    (void)self;
    (void)bight_transport_write(t, (bight_bytes){bight_transport_shared(t), 2});
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .connection_made = connection_made,
};

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .protocol = &protocol,
    .shared_size = 2,
    .started = started,
};

BIGHT_PLUGIN(older_factory) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "older-factory",
    .summary = "of an older plugin ABI",
    .factory = &factory,
};
