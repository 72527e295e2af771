/* SPDX-License-Identifier: MIT */
/* The options of `bight serve`: its help text and its errors come from here. */
#include "options.h"

#define AT(member) offsetof(struct serve_options, member)
/* Timeouts are kept in 31 bits of ms: 24 days. */
#define LONGEST (INT64_C(24) * 24 * 3600 * 1000)

static const char *const formats[] = {"text", "json", NULL};
static const char *const levels[] = {"trace",   "debug", "info",
                                     "warning", "error", NULL};
static const char *const traces[] = {"off", "text", "hex", NULL};

/* A connection takes a descriptor and half a kilobyte: the default is what a
 * process may have where nobody raised its limits far. */
static const bight_option options[] = {
    {"listen", BIGHT_OPTION_STRING, AT(listen),
     .help = "where to listen; may be repeated"},
    {"public", BIGHT_OPTION_BOOL, AT(public),
     .help = "without HOST: on all interfaces"},
    {"max-conn", BIGHT_OPTION_INT, AT(max_conn), "10240", 1, 10000000,
     .help = "connections at once; more are closed"},
    {"max-conn-per-host", BIGHT_OPTION_INT, AT(max_conn_per_host), "1024", 1,
     10000000, .help = "from one IPv4 address or IPv6 /64"},
    {"idle-timeout", BIGHT_OPTION_DURATION, AT(idle_timeout_ms), "0", 0,
     LONGEST, .help = "ends a connection so long idle; 0: never"},
    {"drain-timeout", BIGHT_OPTION_DURATION, AT(drain_timeout_ms), "10s", 0,
     LONGEST, .help = "how long a stop waits for connections"},
    {"access-log", BIGHT_OPTION_PATH, AT(access_log),
     .help = "a line for each connection (on stderr)"},
    {"log-format", BIGHT_OPTION_ENUM, AT(log_format), "text",
     .choices = formats, .help = "of the log and the access log"},
    {"log-level", BIGHT_OPTION_ENUM, AT(log_level), "info", .choices = levels,
     .help = "the lowest level that is logged"},
    {"trace", BIGHT_OPTION_ENUM, AT(trace), "off", .choices = traces,
     .help = "logs the bytes of each connection"},
    {"json", BIGHT_OPTION_BOOL, AT(json),
     .help = "events as JSON lines on stdout, no banner"},
    {"quiet", BIGHT_OPTION_BOOL, AT(quiet),
     .help = "no banner, no access log, only warnings"},
    {"verbose", BIGHT_OPTION_BOOL, AT(verbose), .help = "--log-level debug"},
    {"help", BIGHT_OPTION_BOOL, AT(help), .help = "shows this"},
};

const bight_option_table serve_option_table =
    BIGHT_OPTION_TABLE(options, struct serve_options);

const struct args_trait serve_option_traits[] = {
    {.name = "listen", .letter = 'l', .value = "ENDPOINT", .repeats = true},
    {.name = "access-log", .value = "FILE|-|off"},
    {.name = "quiet", .letter = 'q'},
    {.name = "verbose", .letter = 'v'},
    {.name = "help", .letter = 'h'},
    {.name = NULL},
};
