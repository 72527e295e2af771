/* SPDX-License-Identifier: MIT */
/* Who is told of an error that nobody handled (D9). */
#include "async/report.h"

#include <bight/log.h>

static void log_it(bight_error error, const char *made_at)
{
    const bight_log_field fields[] = {
        bight_log_error("error", error),
        bight_log_text("made_at", made_at),
    };
    bight_log_write(BIGHT_LOG_ERROR, "unhandled", fields, 2);
}

void bight__report_unhandled(bight_loop *loop, bight_error error,
                             const void *made_at)
{
    char origin[96];
    bight__origin_text(made_at, origin, sizeof(origin));
    if (loop != NULL && loop->unhandled != NULL)
        loop->unhandled(loop->unhandled_ctx, error, origin);
    else
        log_it(error, origin);
}

void bight_loop_set_unhandled(bight_loop *loop, bight_unhandled_fn fn,
                              void *ctx)
{
    bight__loop_check(loop);
    loop->unhandled = fn;
    loop->unhandled_ctx = ctx;
}
