/* SPDX-License-Identifier: MIT */
/* The Redis clients' common part. */
#include "redis_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

bool run_parse(struct run *run, int argc, char **argv)
{
    *run = (struct run){.count = 0};
    if (argc == 4) {
        run->path = argv[1];
        run->count = strtoul(argv[2], NULL, 10);
        run->depth = strtoul(argv[3], NULL, 10);
    }
    if (run->count > 0 && run->depth > 0)
        return true;
    (void)fprintf(stderr, "usage: PROGRAM SOCKET COUNT DEPTH\n");
    return false;
}

static double cpu_us(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

void run_begin(struct run *run)
{
    run->begin_us = cpu_us();
}

bool run_answered(struct run *run, const char *text, unsigned long size)
{
    if (size != sizeof(VALUE) - 1 || memcmp(text, VALUE, size) != 0) {
        (void)fprintf(stderr, "a wrong value\n");
        exit(1);
    }
    run->answered++;
    if (run->asked == run->count)
        return false;
    run->asked++;
    return true;
}

bool run_is_over(const struct run *run)
{
    return run->answered == run->count;
}

int run_report(const struct run *run)
{
    if (!run_is_over(run)) {
        (void)fprintf(stderr, "%lu of %lu answers\n", run->answered,
                      run->count);
        return 1;
    }
    (void)printf("{\"commands\": %lu, \"cpu_us\": %.0f}\n", run->answered,
                 cpu_us() - run->begin_us);
    return 0;
}
