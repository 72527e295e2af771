/* SPDX-License-Identifier: MIT */
/* What `bight serve` can be told. */
#ifndef BIGHT_CLI_OPTIONS_H
#define BIGHT_CLI_OPTIONS_H

#include <bight/options.h>

#include "args.h"

enum format { FORMAT_TEXT = 0, FORMAT_JSON = 1 };
enum trace { TRACE_OFF = 0, TRACE_TEXT = 1, TRACE_HEX = 2 };

struct serve_options {
    char *listen; /* the last one; all go to the words */
    char *access_log;
    bool public;
    bool json;
    bool quiet;
    bool verbose;
    bool help;
    int32_t log_format; /* enum format */
    int32_t log_level;  /* bight_log_level */
    int32_t trace;      /* enum trace */
    int64_t max_conn;
    int64_t max_conn_per_host;
    uint64_t idle_timeout_ms;
    uint64_t drain_timeout_ms;
};

extern const bight_option_table serve_option_table;
extern const struct args_trait serve_option_traits[];

#endif
