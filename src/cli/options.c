/* SPDX-License-Identifier: MIT */
/* The options of all commands: help texts, errors, completion and the reference
 * come from here. */
#include "options.h"

#define AT(member) offsetof(struct serve_options, member)
#define CONNECT_AT(member) offsetof(struct connect_options, member)
#define PLAIN_AT(member) offsetof(struct plain_options, member)
/* Timeouts are kept in 31 bits of ms: 24 days. */
#define LONGEST (INT64_C(24) * 24 * 3600 * 1000)

static const char *const formats[] = {"text", "json", NULL};
static const char *const levels[] = {"trace",   "debug", "info",
                                     "warning", "error", NULL};
static const char *const traces[] = {"off", "text", "hex", NULL};
static const char *const colors[] = {"auto", "always", "never", NULL};

/* A connection takes a descriptor and half a kilobyte: the default is what a
 * process may have where nobody raised its limits far. */
static const bight_option options[] = {
    {"listen", BIGHT_OPTION_STRING, AT(listen),
     .help = "where to listen; may be repeated"},
    {"public", BIGHT_OPTION_BOOL, AT(public),
     .help = "without HOST: on all interfaces"},
    {"config", BIGHT_OPTION_PATH, AT(config),
     .help = "reads options from a file"},
    {"plugin-path", BIGHT_OPTION_STRING, AT(plugin_path),
     .help = "where plugins are looked for first"},
    {"max-conn", BIGHT_OPTION_INT, AT(max_conn), "10240", 1, 10000000,
     .help = "connections at once; more are closed"},
    {"max-conn-per-host", BIGHT_OPTION_INT, AT(max_conn_per_host), "1024", 1,
     10000000, .help = "from one IPv4 address or IPv6 /64"},
    {"idle-timeout", BIGHT_OPTION_DURATION, AT(idle_timeout_ms), "0", 0,
     LONGEST, .help = "ends a connection so long idle; 0: never"},
    {"drain-timeout", BIGHT_OPTION_DURATION, AT(drain_timeout_ms), "10s", 0,
     LONGEST, .help = "how long a stop waits for connections"},
    {"duration", BIGHT_OPTION_DURATION, AT(duration_ms), "0", 0, LONGEST,
     .help = "stops by itself after so long; 0: never"},
    {"connections", BIGHT_OPTION_INT, AT(connections), "0", 0, INT64_MAX,
     .help = "stops once so many have ended; 0: never"},
    {"access-log", BIGHT_OPTION_PATH, AT(access_log),
     .help = "a line for each connection (on stderr)"},
    {"log-format", BIGHT_OPTION_ENUM, AT(log_format), "text",
     .choices = formats, .help = "of the log and the access log"},
    {"log-level", BIGHT_OPTION_ENUM, AT(log_level), "info", .choices = levels,
     .help = "the lowest level that is logged"},
    {"trace", BIGHT_OPTION_ENUM, AT(trace), "off", .choices = traces,
     .help = "logs the bytes of each connection"},
    {"user", BIGHT_OPTION_STRING, AT(user), .max = 255,
     .help = "who to become once it listens"},
    {"group", BIGHT_OPTION_STRING, AT(group), .max = 255,
     .help = "likewise; by default the user's own"},
    {"chdir", BIGHT_OPTION_PATH, AT(chdir),
     .help = "what logs and sockets are relative to"},
    {"pidfile", BIGHT_OPTION_PATH, AT(pidfile),
     .help = "holds the process id while it serves"},
    {"json", BIGHT_OPTION_BOOL, AT(json),
     .help = "events as JSON lines on stdout, no banner"},
    {"color", BIGHT_OPTION_ENUM, AT(color), "auto", .choices = colors,
     .help = "of what is said on a terminal"},
    {"quiet", BIGHT_OPTION_BOOL, AT(quiet),
     .help = "no banner, no access log, only warnings"},
    {"verbose", BIGHT_OPTION_BOOL, AT(verbose), .help = "--log-level debug"},
    {"dry-run", BIGHT_OPTION_BOOL, AT(dry_run),
     .help = "checks all of it, and does not serve"},
    {"show-origin", BIGHT_OPTION_BOOL, AT(show_origin),
     .help = "shows each value and its origin instead"},
    {"help", BIGHT_OPTION_BOOL, AT(help), .help = "shows this"},
};

const bight_option_table serve_option_table =
    BIGHT_OPTION_TABLE(options, struct serve_options);

const struct trait serve_option_traits[] = {
    {.name = "listen", .letter = 'l', .value = "ENDPOINT", .repeats = true},
    {.name = "config", .letter = 'c', .value = "FILE", .not_in_file = true},
    {.name = "plugin-path", .value = "FOLDER[:...]"},
    {.name = "access-log", .value = "FILE|-|off", .creates = true},
    {.name = "user", .value = "NAME"},
    {.name = "group", .value = "NAME"},
    {.name = "chdir", .value = "FOLDER"},
    {.name = "pidfile", .value = "FILE", .creates = true},
    {.name = "quiet", .letter = 'q'},
    {.name = "verbose", .letter = 'v'},
    {.name = "dry-run", .letter = 'n', .here = true},
    {.name = "show-origin", .here = true},
    {.name = "help", .letter = 'h', .here = true},
    {.name = NULL},
};

static const bight_option connect_options[] = {
    {"connect-timeout", BIGHT_OPTION_DURATION, CONNECT_AT(connect_timeout_ms),
     "30s", 0, LONGEST, .help = "for all addresses of a name; 0: never"},
    {"idle-timeout", BIGHT_OPTION_DURATION, CONNECT_AT(idle_timeout_ms), "0", 0,
     LONGEST, .help = "ends it after so long idle; 0: never"},
    {"no-half-close", BIGHT_OPTION_BOOL, CONNECT_AT(no_half_close),
     .help = "does not tell the peer that input ended"},
    {"end-with-peer", BIGHT_OPTION_BOOL, CONNECT_AT(end_with_peer),
     .help = "ends at the peer's end, whatever input is left"},
    {"trace", BIGHT_OPTION_ENUM, CONNECT_AT(trace), "off", .choices = traces,
     .help = "tells what passes, on stderr"},
    {"color", BIGHT_OPTION_ENUM, CONNECT_AT(color), "auto", .choices = colors,
     .help = "of what is said on a terminal"},
    {"quiet", BIGHT_OPTION_BOOL, CONNECT_AT(quiet),
     .help = "says only what went wrong"},
    {"verbose", BIGHT_OPTION_BOOL, CONNECT_AT(verbose),
     .help = "--trace text, unless that is hex"},
    {"help", BIGHT_OPTION_BOOL, CONNECT_AT(help), .help = "shows this"},
};

const bight_option_table connect_option_table =
    BIGHT_OPTION_TABLE(connect_options, struct connect_options);

const struct trait connect_option_traits[] = {
    {.name = "quiet", .letter = 'q'},
    {.name = "verbose", .letter = 'v'},
    {.name = "help", .letter = 'h', .here = true},
    {.name = NULL},
};

#define PLAIN                                                                  \
    {"color", BIGHT_OPTION_ENUM, PLAIN_AT(color),                              \
     "auto",  .choices = colors, .help = "of what is said on a terminal"},     \
    {                                                                          \
        "help", BIGHT_OPTION_BOOL, PLAIN_AT(help), .help = "shows this"        \
    }

/* The environment's is the library's, which has its own rules. */
#define PLUGIN_PATH                                                            \
    {                                                                          \
        "plugin-path", BIGHT_OPTION_STRING, PLAIN_AT(plugin_path),             \
            .help = "where plugins are looked for first"                       \
    }

static const bight_option plain_options[] = {PLAIN};
static const bight_option json_options[] = {
    {"json", BIGHT_OPTION_BOOL, PLAIN_AT(json), .help = "JSON lines"}, PLAIN};
static const bight_option info_options[] = {PLUGIN_PATH, PLAIN};
static const bight_option list_options[] = {
    {"json", BIGHT_OPTION_BOOL, PLAIN_AT(json), .help = "JSON lines"},
    PLUGIN_PATH,
    PLAIN};
static const bight_option markdown_options[] = {
    {"markdown", BIGHT_OPTION_BOOL, PLAIN_AT(markdown),
     .help = "all commands, as docs/reference/cli.md"},
    PLAIN};

const bight_option_table plain_option_table =
    BIGHT_OPTION_TABLE(plain_options, struct plain_options);
const bight_option_table json_option_table =
    BIGHT_OPTION_TABLE(json_options, struct plain_options);
const bight_option_table info_option_table =
    BIGHT_OPTION_TABLE(info_options, struct plain_options);
const bight_option_table list_option_table =
    BIGHT_OPTION_TABLE(list_options, struct plain_options);
const bight_option_table markdown_option_table =
    BIGHT_OPTION_TABLE(markdown_options, struct plain_options);

const struct trait plain_option_traits[] = {
    {.name = "markdown", .here = true},
    {.name = "plugin-path", .value = "FOLDER[:...]", .here = true},
    {.name = "help", .letter = 'h', .here = true},
    {.name = NULL},
};
