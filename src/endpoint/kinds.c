/* SPDX-License-Identifier: MIT */
/* The kinds of endpoints that the library knows. */
#include "endpoint/description.h"

#define ARGUMENT .positional = true
#define SERVER .sides = BIGHT_ENDPOINT_SERVER
#define BOTH .sides = BIGHT__ENDPOINT_BOTH
#define REQUIRED .required = BIGHT__ENDPOINT_BOTH

/* listen(2) takes an int; the system cuts it to its own limit. */
#define BACKLOG_MAX 65535
/* TCP_KEEPIDLE is in seconds, up to MAX_TCP_KEEPIDLE of Linux. */
#define KEEPALIVE_MIN_MS 1000
#define KEEPALIVE_MAX_MS 32767000

static const struct bight__endpoint_field memory_fields[] = {
    {"name", BIGHT__ENDPOINT_TEXT, ARGUMENT, BOTH, REQUIRED},
    {.name = NULL},
};

static const struct bight__endpoint_field tcp_fields[] = {
    {"host", BIGHT__ENDPOINT_HOST, ARGUMENT, BOTH,
     .required = BIGHT_ENDPOINT_CLIENT},
    {"port", BIGHT__ENDPOINT_PORT, ARGUMENT, BOTH, REQUIRED},
    {"backlog", BIGHT__ENDPOINT_UINT, SERVER, .min = 1, .max = BACKLOG_MAX},
    {"interface", BIGHT__ENDPOINT_HOST, SERVER, .stands_for = "host"},
    {"keepalive", BIGHT__ENDPOINT_DURATION, BOTH, .min = KEEPALIVE_MIN_MS,
     .max = KEEPALIVE_MAX_MS},
    {"nodelay", BIGHT__ENDPOINT_BOOL, BOTH},
    {"reuseaddr", BIGHT__ENDPOINT_BOOL, SERVER},
    {"reuseport", BIGHT__ENDPOINT_BOOL, SERVER},
    {.name = NULL},
};

static const struct bight__endpoint_field unix_fields[] = {
    {"path", BIGHT__ENDPOINT_PATH, ARGUMENT, BOTH, REQUIRED},
    {"backlog", BIGHT__ENDPOINT_UINT, SERVER, .min = 1, .max = BACKLOG_MAX},
    {"mode", BIGHT__ENDPOINT_MODE, SERVER},
    {.name = NULL},
};

static const struct bight__endpoint_kind memory_kind = {
    .name = "memory",
    BOTH,
    .fields = memory_fields,
};

static const struct bight__endpoint_kind tcp_kind = {
    .name = "tcp",
    BOTH,
    .url = true,
    .bare = true,
    .fields = tcp_fields,
};

static const struct bight__endpoint_kind unix_kind = {
    .name = "unix",
    BOTH,
    .url = true,
    .fields = unix_fields,
};

const struct bight__endpoint_kind *const bight__endpoint_kinds[] = {
    &memory_kind,
    &tcp_kind,
    &unix_kind,
    NULL,
};
