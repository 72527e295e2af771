/* SPDX-License-Identifier: MIT */
/*
 * The loop's inside, shared by the files of this floor and, for the fields
 * that their hot paths touch, by the drivers and the wire above.
 */
#ifndef BIGHT_LOOP_LOOP_H
#define BIGHT_LOOP_LOOP_H

#include <pthread.h>
#include <time.h>
#include <stdatomic.h>

#include <bight/bytes.h>
#include <bight/loop.h>

#include "base/list.h"
#include "base/log_limit.h"
#include "loop/backend.h"
#include "loop/resource.h"
#include "loop/timer.h"
#include "loop/wheel.h"

#define BIGHT__READY_BUDGET 256
#define BIGHT__LEVELS 8
#define BIGHT__READ_BUFFER_SIZE (256 * 1024)
#define BIGHT__RESERVE 64

/* A unit of queued work. Whoever embeds it keeps it alive until it ran. */
struct bight__ready {
    struct bight__ready *next;
    void (*run)(struct bight__ready *entry);
};

/* Something to be flushed at the end of the dispatch. */
struct bight__dirty {
    struct bight__dirty *next;
    void (*flush)(struct bight__dirty *dirty);
};

enum bight__loop_state {
    BIGHT__LOOP_OPEN,    /* may be run */
    BIGHT__LOOP_CLOSING, /* ending what it holds */
    BIGHT__LOOP_SHUT,    /* the backend's own handles are closing */
    BIGHT__LOOP_CLOSED   /* reported; only free is left */
};

struct bight__call;

struct bight_loop {
    /* What every dispatch touches. */
    bool dispatching;
    bool polling; /* the idle handle runs: the next poll does not wait */
    uint8_t dirty_levels; /* bit n: dirty[n] is not empty */
    bool adopted;
    uint64_t now_ms;        /* the cached clock, at most a tick stale */
    struct timespec coarse; /* the coarse clock at the last dispatch's end */
    struct timespec stale;  /* when now_ms is too old */
    struct bight__ready *ready_head;
    struct bight__ready **ready_tail;
    struct bight__ready *later_head; /* for the next dispatch */
    struct bight__ready **later_tail;
    struct bight__dirty *dirty[BIGHT__LEVELS];
    const uint8_t *lent; /* what a write may refer to until the flush */
    const uint8_t *lent_end;
    void *out_pool;     /* the wire's free write blocks */
    const void *served; /* the connection last served (L12) */
    uint64_t dispatches;
    uint64_t ready_run;
    uint64_t order;  /* where the order of a seed is; 0: FIFO */
    uint64_t faults; /* fail the n-th backend call from here; 0: none */
    uint64_t faults_seen;
    uint8_t *read_buffer; /* BIGHT__READ_BUFFER_SIZE, made with the loop */

    enum bight__loop_state state;
    bight_loop_kind kind;
    bool running;
    bool stopping;
    bool in_close_run;
    pthread_t thread;
    char *name;
    bight_loop_options options;

    const struct bight__backend *backend;
    struct uv_loop_s *uv; /* NULL under a virtual loop */
    void *backend_state;
    uint64_t manual_ns; /* the clock of a loop that is not REAL */
    uint64_t wall_ms;   /* the time of day when that was 0 */
    uint64_t armed_ns;  /* when the backend's timer is due; UINT64_MAX: not */
    bool armed_keeps;

    struct bight__timers timers;
    struct bight__wheel wheel;
    struct bight__wheel deadlines; /* those that keep the loop running */
    struct bight__resources resources;
    /* While a layer above makes what the program asked it for: where that was
     * asked. NULL: the caller is the program. */
    const void *origin;
    uint64_t connections;
    uint64_t deferreds; /* objects, until both ends are gone */

    /* The reserve that call_soon falls back to when allocation fails (S3). */
    struct bight__call *call_pool;
    unsigned call_pool_size;

    /* From other threads; the mutex guards exactly these. */
    pthread_mutex_t mutex;
    struct bight__ready *threadsafe_head;
    struct bight__ready **threadsafe_tail;
    bool threadsafe_closed;
    atomic_uint_least64_t threadsafe_count;

    struct bight__pool *pool;    /* work, made at its first use */
    struct bight__pool *lookups; /* lookups, likewise */
    uint64_t jobs;               /* jobs whose result this loop awaits */
    struct bight__side *side;    /* the side poller, likewise */
    struct bight__async *async;  /* what the async floor keeps per loop */
    /* Ends what would wait for ever; whether it queued anything. */
    bool (*async_end)(bight_loop *loop);
    void (*async_fini)(bight_loop *loop);
    /* A bight_unhandled_fn; NULL: a log line. */
    void (*unhandled)(void *ctx, bight_error error, const char *made_at);
    void *unhandled_ctx;
    struct bight__wire *wire; /* what the wire floor keeps per loop */
    void (*wire_fini)(bight_loop *loop);
    void (*served_name)(const void *served, char *buf, size_t size);

    struct bight__ready shut; /* the last entry of a loop that closes */
    bight_loop_closed_fn closed;
    void *closed_ctx;
    struct bight__survivors survivors;

    uint64_t slow_callbacks;
    uint64_t slow_histogram[8];
    struct bight__log_limit slow_limit;
};

/* Asks the backend again what a clock says; see bight_loop_now_ns. */
uint64_t bight__loop_now_ms(const bight_loop *loop);

/* A deadline `ms` after `now_ns`; it saturates (L3). */
static inline uint64_t bight__add_ms(uint64_t now_ns, uint64_t ms)
{
    uint64_t far = UINT64_MAX - 1;
    return ms > (far - now_ns) / 1000000 ? far : now_ns + ms * 1000000;
}

/* Makes sure the loop turns soon although no dispatch is under way (L10). */
void bight__loop_kick(bight_loop *loop);

/* Arms the backend's timer for the earliest deadline of heap and wheel. */
void bight__loop_rearm(bight_loop *loop);

/* Queues or requeues a node to expire `delay_ms` from now: never early, at most
 * two ticks late (L4). Its `due` is set. */
void bight__loop_watch(bight_loop *loop, struct bight__wheel_node *node,
                       uint64_t delay_ms);

/* The same for the wheel of deadlines, in two steps: the tick, and the node. */
uint32_t bight__loop_due(const bight_loop *loop, uint64_t delay_ms);
void bight__loop_watch_deadline(bight_loop *loop,
                                struct bight__wheel_node *node, uint32_t due);
void bight__loop_unwatch_deadline(bight_loop *loop,
                                  struct bight__wheel_node *node);

/* What the backend calls when its timer is due: heap and wheel expire. */
void bight__loop_expire(bight_loop *loop);

/* One more or one less thing without which the loop has nothing to close. */
void bight__loop_release(bight_loop *loop);

/* Reported by the backend once its own handles are gone. */
void bight__loop_backend_closed(bight_loop *loop);

/* From any thread, while something else keeps the loop from closing: `entry`
 * will run on the loop. Never fails. */
void bight__loop_send(bight_loop *loop, struct bight__ready *entry);

/* Takes what other threads sent into the ready queue. */
void bight__loop_collect(bight_loop *loop);

bight_error bight__loop_make(const bight_loop_options *options, void *host,
                             bight_loop **ret_loop);

/* Whether the n-th call is planned to fail and this is it. Every call of a
 * backend or driver that can fail asks, so that tests can loop over n. */
bool bight__loop_fault_planned(bight_loop *loop);

static inline bool bight__loop_fault(bight_loop *loop)
{
    return __builtin_expect(loop->faults != 0, 0) &&
           bight__loop_fault_planned(loop);
}

#endif
