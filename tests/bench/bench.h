/* SPDX-License-Identifier: MIT */
/* What the baselines and the load generator of the benchmarks share. */
#ifndef BENCH_H
#define BENCH_H

#include <netinet/in.h>

#define BENCH_BACKLOG 511
#define BENCH_BUFFER_SIZE (256 * 1024)

/** Parses `HOST:PORT` or `tcp:HOST:PORT`, HOST a dotted IPv4 address. Returns
 * 0, or -1 for anything else, and `*ret_address` is untouched then. */
int bench_parse_address(const char *text, struct sockaddr_in *ret_address);

/** Reads `--listen HOST:PORT`, the only option of every baseline; prints the
 * usage and exits with 64 when it is missing or wrong. */
struct sockaddr_in bench_listen_option(int argc, char **argv);

/** Prints the line a runner waits for; called once the socket listens. */
void bench_announce(const struct sockaddr_in *bound);

/** Prints `what` and errno's text to stderr and exits with 1. */
_Noreturn void bench_die(const char *what);

#endif
