/* SPDX-License-Identifier: MIT */
/* Kinds that only tests know: wrappers, and kinds that one side has. */
#ifndef BIGHT_TESTS_ENDPOINT_WRAPPERS_H
#define BIGHT_TESTS_ENDPOINT_WRAPPERS_H

#include "endpoint/description.h"

static const bight_endpoint_field test_exec_fields[] = {
    {.name = "command",
     .type = BIGHT_ENDPOINT_TEXT,
     .positional = true,
     .sides = BIGHT_ENDPOINT_CLIENT,
     .required = BIGHT_ENDPOINT_CLIENT},
    {.name = NULL},
};

static const bight_endpoint_field test_no_fields[] = {
    {.name = NULL},
};

static const bight_endpoint_field test_tls_fields[] = {
    {.name = "cert",
     .type = BIGHT_ENDPOINT_TEXT,
     .sides = BIGHT_ENDPOINT_BOTH,
     .required = BIGHT_ENDPOINT_SERVER},
    {.name = "key", .type = BIGHT_ENDPOINT_TEXT, .sides = BIGHT_ENDPOINT_BOTH},
    {.name = "peer",
     .type = BIGHT_ENDPOINT_HOST,
     .sides = BIGHT_ENDPOINT_CLIENT},
    {.name = NULL},
};

static const bight_endpoint_kind test_exec = {
    .name = "exec",
    .sides = BIGHT_ENDPOINT_CLIENT,
    .fields = test_exec_fields,
};

static const bight_endpoint_kind test_proxy = {
    .name = "proxy",
    .sides = BIGHT_ENDPOINT_SERVER,
    .wrapper = true,
    .fields = test_no_fields,
};

static const bight_endpoint_kind test_stdio = {
    .name = "stdio",
    .sides = BIGHT_ENDPOINT_BOTH,
    .fields = test_no_fields,
};

static const bight_endpoint_kind test_tls = {
    .name = "tls",
    .sides = BIGHT_ENDPOINT_BOTH,
    .wrapper = true,
    .fields = test_tls_fields,
};

/* The library's kinds and these, ended by NULL. */
static inline const bight_endpoint_kind *const *test_kinds(void)
{
    static const bight_endpoint_kind *kinds[BIGHT__ENDPOINT_KINDS_MAX + 1];
    size_t count = 0;
    kinds[count++] = &test_exec;
    kinds[count++] = &test_proxy;
    kinds[count++] = &test_stdio;
    kinds[count++] = &test_tls;
    for (size_t i = 0; bight_endpoint_kind_at(i) != NULL; i++)
        kinds[count++] = bight_endpoint_kind_at(i);
    kinds[count] = NULL;
    return kinds;
}

#endif
