/* SPDX-License-Identifier: MIT */
/* How often one event may be logged: 10 lines a second, then a count (S5). */
#ifndef BIGHT_BASE_LOG_LIMIT_H
#define BIGHT_BASE_LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define BIGHT__LOG_LIMIT_LINES 10
#define BIGHT__LOG_LIMIT_WINDOW_MS 1000

/* In the owner's memory, one for each event; zero but for the event. */
struct bight__log_limit {
    const char *event;
    uint64_t window_ms;  /* when the window began */
    uint32_t count;      /* lines in it */
    uint64_t suppressed; /* lines since the last that was allowed */
};

/* May a line be written now? If so *ret_suppressed is how many were not since
 * the last one; else it is untouched. One thread at a time. */
bool bight__log_limit_allow(struct bight__log_limit *limit, uint64_t now_ms,
                            uint64_t *ret_suppressed);

#endif
