/* SPDX-License-Identifier: MIT */
/* The process's one sink. */
#include <bight/log.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/log.h"

static atomic_int threshold = BIGHT_LOG_OFF;

/* Writers hold it for reading while they are in the sink, so whoever replaces
 * the sink waits for them. */
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static bight_log_sink_fn sink;
static void *sink_ctx;
static bight_log_clock_fn clock_fn;
static void *clock_ctx;

/* A sink that logs would wait for itself. */
static _Thread_local bool in_sink;

bight_error bight_log_set_sink(bight_log_sink_fn fn, void *ctx,
                               bight_log_level level)
{
    if ((int)level < BIGHT_LOG_TRACE || level > BIGHT_LOG_OFF)
        return bight_error_of(BIGHT_ERROR_INVALID);
    if (in_sink)
        return bight_error_of(BIGHT_ERROR_BUSY);
    pthread_rwlock_wrlock(&lock);
    sink = fn;
    sink_ctx = ctx;
    atomic_store_explicit(&threshold, fn ? (int)level : BIGHT_LOG_OFF,
                          memory_order_relaxed);
    pthread_rwlock_unlock(&lock);
    return bight_ok();
}

bight_error bight_log_set_clock(bight_log_clock_fn fn, void *ctx)
{
    if (in_sink)
        return bight_error_of(BIGHT_ERROR_BUSY);
    pthread_rwlock_wrlock(&lock);
    clock_fn = fn;
    clock_ctx = ctx;
    pthread_rwlock_unlock(&lock);
    return bight_ok();
}

void bight__log_after_fork(void)
{
    if (!in_sink)
        (void)pthread_rwlock_init(&lock, NULL);
}

bool bight_log_enabled(bight_log_level level)
{
    return (int)level >=
               atomic_load_explicit(&threshold, memory_order_relaxed) &&
           level < BIGHT_LOG_OFF;
}

static uint64_t wall_ms(void)
{
    struct timespec now = {0, 0};

    if (clock_fn)
        return clock_fn(clock_ctx);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The level is asked again inside: the sink may have been replaced. */
void bight_log_write(bight_log_level level, const char *event,
                     const bight_log_field *fields, size_t count)
{
    bight_log_record record = {sizeof record, level, 0, event, fields, count};
    int saved = errno;

    if (!bight_log_enabled(level) || in_sink)
        return;
    pthread_rwlock_rdlock(&lock);
    in_sink = true;
    if (bight_log_enabled(level)) {
        record.unix_ms = wall_ms();
        sink(sink_ctx, &record);
    }
    in_sink = false;
    pthread_rwlock_unlock(&lock);
    errno = saved;
}

const char *bight_log_level_name(bight_log_level level)
{
    switch (level) {
    case BIGHT_LOG_TRACE:
        return "trace";
    case BIGHT_LOG_DEBUG:
        return "debug";
    case BIGHT_LOG_INFO:
        return "info";
    case BIGHT_LOG_WARNING:
        return "warning";
    case BIGHT_LOG_ERROR:
        return "error";
    case BIGHT_LOG_OFF:
        return "off";
    }
    return "unknown";
}
