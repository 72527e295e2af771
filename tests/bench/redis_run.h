/* SPDX-License-Identifier: MIT */
/* What both Redis clients do: so many GETs of one key, so many of them under
 * way at any time; and how the process time that took is told. */
#ifndef BENCH_REDIS_RUN_H
#define BENCH_REDIS_RUN_H

#include <stdbool.h>

#define KEY "bench:key"
#define VALUE "0123456789abcdef"

struct run {
    const char *path; /* of the server's socket */
    unsigned long count;
    unsigned long depth;
    unsigned long asked;
    unsigned long answered;
    double begin_us;
};

/* PROGRAM SOCKET COUNT DEPTH; false: said why not. */
bool run_parse(struct run *run, int argc, char **argv);

/* The clock begins: everything before is left out. */
void run_begin(struct run *run);

/* One answer, which has to be VALUE. Whether another command is due. */
bool run_answered(struct run *run, const char *text, unsigned long size);

bool run_is_over(const struct run *run);

/* One line of JSON; what main returns. */
int run_report(const struct run *run);

#endif
