/* SPDX-License-Identifier: MIT */
/* Shorthands for the tables of kinds. */
#ifndef BIGHT_ENDPOINT_FIELDS_H
#define BIGHT_ENDPOINT_FIELDS_H

#include "endpoint/kinds.h"

#define ARGUMENT .positional = true
#define SERVER .sides = BIGHT_ENDPOINT_SERVER
#define BOTH .sides = BIGHT_ENDPOINT_BOTH
#define REQUIRED .required = BIGHT_ENDPOINT_BOTH

/* listen(2) takes an int; the system cuts it to its own limit. */
#define BACKLOG_MAX 65535

/* clang-format off */
#define BACKLOG_FIELD                                                          \
    {"backlog", BIGHT_ENDPOINT_UINT, SERVER, .min = 1, .max = BACKLOG_MAX,     \
     .default_text = "511",                                                    \
     .help = "connections that wait to be accepted"}
/* clang-format on */

#endif
