/* SPDX-License-Identifier: MIT */
/* The rate limit of the log. */
#include "base/log_limit.h"

/* A clock that went back begins a window too, or it would stay shut. */
bool bight__log_limit_allow(struct bight__log_limit *limit, uint64_t now_ms,
                            uint64_t *ret_suppressed)
{
    if (now_ms < limit->window_ms ||
        now_ms - limit->window_ms >= BIGHT__LOG_LIMIT_WINDOW_MS) {
        limit->window_ms = now_ms;
        limit->count = 0;
    }
    if (limit->count >= BIGHT__LOG_LIMIT_LINES) {
        limit->suppressed++;
        return false;
    }
    limit->count++;
    *ret_suppressed = limit->suppressed;
    limit->suppressed = 0;
    return true;
}
