/* SPDX-License-Identifier: MIT */
/* The load generator's command line. */
#include "load_options.h"

#include "bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_SIZE (16 * 1024)

static const char usage[] =
    "usage: bench_load --connect HOST:PORT [OPTION]...\n"
    "  --mode echo|connect|idle  what to do (echo)\n"
    "  --connections N           how many at once (1)\n"
    "  --size BYTES              of one message (64)\n"
    "  --request TEXT            instead: each message is this HTTP request\n"
    "  --depth N                 messages under way on a connection (1)\n"
    "  --messages N              stop after so many\n"
    "  --seconds S               or after so long (1)\n"
    "  --lockstep                send on all, read from all, again\n"
    "  --hold                    connect, print {\"event\":\"ready\"}, then\n"
    "                            obey lines on stdin until its end:\n"
    "                            `count MESSAGES` or `time SECONDS`\n"
    "  --max-seconds S           give up, with exit code 75 (60)\n";

static const struct option names[] = {
    {"connect", required_argument, NULL, 'c'},
    {"mode", required_argument, NULL, 'm'},
    {"connections", required_argument, NULL, 'n'},
    {"size", required_argument, NULL, 's'},
    {"request", required_argument, NULL, 'r'},
    {"depth", required_argument, NULL, 'd'},
    {"messages", required_argument, NULL, 'k'},
    {"seconds", required_argument, NULL, 't'},
    {"lockstep", no_argument, NULL, 'l'},
    {"hold", no_argument, NULL, 'o'},
    {"max-seconds", required_argument, NULL, 'x'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static _Noreturn void refuse(const char *why, const char *what)
{
    fprintf(stderr, "bench_load: %s%s%s\n%s", why, what ? ": " : "",
            what ? what : "", usage);
    exit(64);
}

static uint64_t number(const char *text, uint64_t max)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end || *text == '-' || errno || !value || value > max)
        refuse("not a number in range", text);
    return value;
}

static double duration(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value > 0) || value > 3600)
        refuse("not a duration in seconds", text);
    return value;
}

static enum load_mode mode(const char *text)
{
    if (strcmp(text, "echo") == 0)
        return LOAD_ECHO;
    if (strcmp(text, "connect") == 0)
        return LOAD_CONNECT;
    if (strcmp(text, "idle") == 0)
        return LOAD_IDLE;
    refuse("unknown mode", text);
}

static void take(struct load_options *o, int name, const char *value)
{
    switch (name) {
    case 'c':
        if (bench_parse_address(value, &o->peer) != 0)
            refuse("not HOST:PORT", value);
        break;
    case 'm':
        o->mode = mode(value);
        break;
    case 'n':
        o->connections = number(value, 1000000);
        break;
    case 's':
        o->size = number(value, 16 << 20);
        break;
    case 'r':
        o->request = value;
        break;
    case 'd':
        o->depth = number(value, 1024);
        break;
    case 'k':
        o->messages = number(value, UINT64_MAX);
        break;
    case 't':
        o->seconds = duration(value);
        break;
    case 'l':
        o->lockstep = true;
        break;
    case 'o':
        o->hold = true;
        break;
    case 'x':
        o->max_seconds = (unsigned)number(value, 3600);
        break;
    case 'h':
        fputs(usage, stdout);
        exit(0);
    default:
        refuse("see the usage", NULL);
    }
}

struct load_options load_options_parse(int argc, char **argv)
{
    struct load_options o = {
        .connections = 1,
        .size = 64,
        .depth = 1,
        .seconds = 1,
        .max_seconds = 60,
    };
    int name;
    opterr = 0;
    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1)
        take(&o, name, optarg);
    if (optind < argc)
        refuse("unexpected argument", argv[optind]);
    if (!o.peer.sin_port)
        refuse("--connect is missing", NULL);
    if (o.mode == LOAD_CONNECT && (o.depth > 1 || o.size > SMALL_SIZE))
        refuse("--mode connect wants one message of at most 16 KiB", NULL);
    if (o.mode == LOAD_CONNECT && o.lockstep)
        refuse("--lockstep does not go with --mode connect", NULL);
    if (o.mode == LOAD_IDLE)
        o.hold = true;
    return o;
}
