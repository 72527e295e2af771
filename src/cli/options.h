/* SPDX-License-Identifier: MIT */
/* What the commands can be told. */
#ifndef BIGHT_CLI_OPTIONS_H
#define BIGHT_CLI_OPTIONS_H

#include <bight/options.h>

#include "settings.h"

enum format { FORMAT_TEXT = 0, FORMAT_JSON = 1 };
enum trace { TRACE_OFF = 0, TRACE_TEXT = 1, TRACE_HEX = 2 };

struct serve_options {
    char *listen; /* the last one; all go to the words */
    char *config;
    char *plugin_path;
    char *access_log;
    char *pidfile;
    char *user;
    char *group;
    char *chdir;
    bool public;
    bool dry_run;
    bool show_origin;
    bool json;
    bool quiet;
    bool verbose;
    bool help;
    int32_t log_format; /* enum format */
    int32_t log_level;  /* bight_log_level */
    int32_t trace;      /* enum trace */
    int32_t color;      /* enum color */
    int64_t max_conn;
    int64_t max_conn_per_host;
    int64_t connections; /* 0: no end */
    uint64_t idle_timeout_ms;
    uint64_t drain_timeout_ms;
    uint64_t duration_ms; /* 0: no end */
};

extern const bight_option_table serve_option_table;
extern const struct trait serve_option_traits[];

struct connect_options {
    bool no_half_close;
    bool end_with_peer;
    bool quiet;
    bool verbose;
    bool help;
    int32_t trace; /* enum trace */
    int32_t color; /* enum color */
    uint64_t connect_timeout_ms;
    uint64_t idle_timeout_ms;
};

extern const bight_option_table connect_option_table;
extern const struct trait connect_option_traits[];

/* The options of commands that have hardly any. */
struct plain_options {
    bool json;
    bool markdown;
    bool help;
    int32_t color;
    char *plugin_path; /* set in the environment; gone after the parsing */
};

/* By --help and --color alone, and with others before them. */
extern const bight_option_table plain_option_table;
extern const bight_option_table info_option_table;
extern const bight_option_table list_option_table;
extern const bight_option_table json_option_table;
extern const bight_option_table markdown_option_table;
extern const struct trait plain_option_traits[];

#endif
