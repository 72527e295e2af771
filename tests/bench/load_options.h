/* SPDX-License-Identifier: MIT */
/* What the load generator is asked to do. */
#ifndef BENCH_LOAD_OPTIONS_H
#define BENCH_LOAD_OPTIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum load_mode {
    LOAD_ECHO,    /* messages over connections that stay */
    LOAD_CONNECT, /* connect, one message, close, over and over */
    LOAD_IDLE,    /* connections with one message each, then nothing */
};

struct load_options {
    struct sockaddr_in peer;
    enum load_mode mode;
    size_t connections;
    size_t size;
    const char *request; /* NULL: messages are of `size` bytes and echoed */
    size_t depth;
    uint64_t messages; /* 0: as many as `seconds` allow */
    double seconds;
    unsigned max_seconds;
    bool lockstep;
    bool hold;
};

/** Reads the command line; exits with 64 and a reason if it makes no sense,
 * with 0 after `--help`. */
struct load_options load_options_parse(int argc, char **argv);

#endif
