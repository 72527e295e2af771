/* SPDX-License-Identifier: MIT */
/*
 * Lanes of threads. A thread starts when a job finds none at rest, and stays
 * until the loop is freed. A thread sends a result while it holds the lane's
 * mutex, and orphaning takes that mutex too, so a thread never touches a loop
 * that no longer waits for its job.
 */
#include "loop/pool.h"

#include <errno.h>
#include <signal.h>

#include <bight/alloc.h>

#include "loop/call.h"
#include "loop/dispatch.h"

struct worker {
    pthread_t thread;
    struct bight__pool *pool;
    bool busy;
    bool detached; /* nobody will join it: it holds a reference to the lane */
};

struct bight__pool {
    pthread_mutex_t mutex; /* guards what follows, and the jobs' states */
    pthread_cond_t wanted;
    struct bight__list queue;
    unsigned queued;
    unsigned resting; /* threads that wait for a job */
    unsigned refs;    /* the loop's and those of detached threads */
    bool closed;

    struct bight__list awaited; /* the loop's thread alone uses these */
    unsigned started;
    unsigned limit;
    struct worker workers[];
};

static void pool_lock(struct bight__pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
}

static void pool_unlock(struct bight__pool *pool)
{
    (void)pthread_mutex_unlock(&pool->mutex);
}

static void pool_unlock_unref(struct bight__pool *pool)
{
    bool last = --pool->refs == 0;
    pool_unlock(pool);
    if (!last)
        return;
    (void)pthread_cond_destroy(&pool->wanted);
    (void)pthread_mutex_destroy(&pool->mutex);
    bight_free(pool);
}

static void enqueue(struct bight__pool *pool, struct bight__job *job)
{
    bight__list_push_back(&pool->queue, &job->link);
    pool->queued++;
}

static void dequeue(struct bight__pool *pool, struct bight__job *job)
{
    bight__list_remove(&job->link);
    pool->queued--;
}

/* NULL: the lane is closed. The mutex is held, here and in the next two. */
static struct bight__job *wait_for_job(struct bight__pool *pool)
{
    pool->resting++;
    while (bight__list_empty(&pool->queue) && !pool->closed)
        (void)pthread_cond_wait(&pool->wanted, &pool->mutex);
    pool->resting--;
    struct bight__list *link = bight__list_first(&pool->queue);
    if (link == NULL)
        return NULL;
    struct bight__job *job = bight__container(link, struct bight__job, link);
    dequeue(pool, job);
    return job;
}

static void run_job(struct bight__pool *pool, struct bight__job *job)
{
    job->state = BIGHT__JOB_RUNNING;
    pool_unlock(pool);
    job->ops->run(job);
    pool_lock(pool);
    if (job->state == BIGHT__JOB_ORPHANED) {
        pool_unlock(pool);
        job->ops->release(job);
        pool_lock(pool);
        return;
    }
    job->state = BIGHT__JOB_DONE;
    bight__loop_send(job->loop, &job->ready);
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    struct bight__pool *pool = worker->pool;
    struct bight__job *job;
    pool_lock(pool);
    while (!worker->detached && (job = wait_for_job(pool)) != NULL) {
        worker->busy = true;
        run_job(pool, job);
        worker->busy = false;
    }
    if (worker->detached)
        pool_unlock_unref(pool);
    else
        pool_unlock(pool);
    return NULL;
}

/* Signals are for the program's own threads. */
static int start_worker(struct bight__pool *pool)
{
    struct worker *worker = &pool->workers[pool->started];
    sigset_t all, before;
    *worker = (struct worker){.pool = pool};
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&worker->thread, NULL, worker_main, worker);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status == 0)
        pool->started++;
    return status;
}

static void pool_init(struct bight__pool *pool)
{
    (void)pthread_mutex_init(&pool->mutex, NULL);
    (void)pthread_cond_init(&pool->wanted, NULL);
    bight__list_init(&pool->queue);
    pool->queued = pool->resting = pool->started = 0;
    pool->refs = 1;
}

static struct bight__pool *pool_new(unsigned limit)
{
    if (limit == 0)
        limit = 1;
    struct bight__pool *pool =
        bight_zalloc(sizeof(*pool) + limit * sizeof(pool->workers[0]));
    if (pool == NULL)
        return NULL;
    pool_init(pool);
    bight__list_init(&pool->awaited);
    pool->limit = limit;
    return pool;
}

static struct bight__pool *pool_of(bight_loop *loop, enum bight__lane lane)
{
    bool work = lane == BIGHT__LANE_WORK;
    struct bight__pool **pool = work ? &loop->pool : &loop->lookups;
    if (*pool == NULL)
        *pool = pool_new(work ? loop->options.pool_threads
                              : loop->options.lookup_threads);
    return *pool;
}

void bight__loop_hold(bight_loop *loop)
{
    if (loop->jobs++ == 0)
        loop->backend->await_threads(loop, true);
}

void bight__loop_let_go(bight_loop *loop)
{
    if (--loop->jobs == 0)
        loop->backend->await_threads(loop, false);
    bight__loop_release(loop);
}

/* The job's way back ends here. */
static void job_arrived(struct bight__ready *entry)
{
    struct bight__job *job = bight__container(entry, struct bight__job, ready);
    bight_loop *loop = job->loop;
    if (job->state != BIGHT__JOB_ORPHANED)
        job->ops->deliver(job);
    bight__list_remove(&job->awaited);
    job->ops->release(job);
    bight__loop_let_go(loop);
}

static void job_run_here(struct bight__ready *entry)
{
    struct bight__job *job = bight__container(entry, struct bight__job, ready);
    if (job->state == BIGHT__JOB_WAITING) {
        job->state = BIGHT__JOB_RUNNING;
        job->ops->run(job);
        job->state = BIGHT__JOB_DONE;
    }
    job_arrived(entry);
}

static bight_error offer(struct bight__pool *pool, struct bight__job *job)
{
    bight_error error = bight_ok();
    pool_lock(pool);
    if (pool->queued == BIGHT__LANE_QUEUE_MAX) {
        pool_unlock(pool);
        return bight_error_of(BIGHT_ERROR_BUSY);
    }
    enqueue(pool, job);
    if (pool->queued > pool->resting && pool->started < pool->limit) {
        int status = bight__loop_fault(job->loop) ? EAGAIN : start_worker(pool);
        /* One thread is enough to go on with. */
        if (status != 0 && pool->started == 0) {
            dequeue(pool, job);
            error = bight_error_errno(status);
        }
    }
    (void)pthread_cond_signal(&pool->wanted);
    pool_unlock(pool);
    return error;
}

bight_error bight__job_submit(bight_loop *loop, enum bight__lane lane,
                              struct bight__job *job)
{
    if (loop->state != BIGHT__LOOP_OPEN)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    struct bight__pool *pool = pool_of(loop, lane);
    if (pool == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bool here = loop->kind == BIGHT_LOOP_VIRTUAL;
    job->loop = loop;
    job->pool = pool;
    job->state = BIGHT__JOB_WAITING;
    job->ready.next = NULL;
    job->ready.run = here ? job_run_here : job_arrived;
    bight__list_init(&job->link);
    if (here)
        bight__ready_push(loop, &job->ready);
    bight_error error = here ? bight_ok() : offer(pool, job);
    if (bight_failed(error))
        return error;
    bight__list_push_back(&pool->awaited, &job->awaited);
    bight__loop_hold(loop);
    return bight_ok();
}

/* Whether it had not started; then its new state is `to`. */
static bool take_back(struct bight__job *job, enum bight__job_state to)
{
    struct bight__pool *pool = job->pool;
    pool_lock(pool);
    bool waiting = job->state == BIGHT__JOB_WAITING;
    if (waiting && !bight__list_empty(&job->link))
        dequeue(pool, job);
    if (waiting || to == BIGHT__JOB_ORPHANED)
        job->state = to;
    pool_unlock(pool);
    return waiting;
}

void bight__job_revoke(struct bight__job *job)
{
    if (take_back(job, BIGHT__JOB_REVOKED) &&
        job->loop->kind != BIGHT_LOOP_VIRTUAL)
        bight__ready_push(job->loop, &job->ready);
}

bool bight__job_started(const struct bight__job *job)
{
    pool_lock(job->pool);
    bool started = job->state != BIGHT__JOB_WAITING;
    pool_unlock(job->pool);
    return started;
}

/* One that will arrive, or that a virtual loop will meet, is released then. */
void bight__job_orphan(struct bight__job *job)
{
    struct bight__pool *pool = job->pool;
    bight_loop *loop = job->loop;
    pool_lock(pool);
    enum bight__job_state was = job->state;
    bool queued = !bight__list_empty(&job->link);
    job->state = BIGHT__JOB_ORPHANED;
    if (queued)
        dequeue(pool, job);
    if (queued || was == BIGHT__JOB_RUNNING)
        bight__list_remove(&job->awaited);
    pool_unlock(pool);
    if (queued)
        job->ops->release(job);
    if (queued || was == BIGHT__JOB_RUNNING)
        bight__loop_let_go(loop);
}

static void pool_free(struct bight__pool *pool)
{
    if (pool == NULL)
        return;
    pool_lock(pool);
    pool->closed = true;
    (void)pthread_cond_broadcast(&pool->wanted);
    for (unsigned i = 0; i < pool->started; i++) {
        struct worker *worker = &pool->workers[i];
        worker->detached = worker->busy;
        if (!worker->busy)
            continue;
        pool->refs++;
        (void)pthread_detach(worker->thread);
    }
    pool_unlock(pool);
    for (unsigned i = 0; i < pool->started; i++)
        if (!pool->workers[i].detached)
            (void)pthread_join(pool->workers[i].thread, NULL);
    pool_lock(pool);
    pool_unlock_unref(pool);
}

void bight__pools_free(bight_loop *loop)
{
    pool_free(loop->pool);
    pool_free(loop->lookups);
}

static bool is_ready(const bight_loop *loop, const struct bight__ready *entry)
{
    const struct bight__ready *at = loop->ready_head;
    while (at != NULL && at != entry)
        at = at->next;
    return at != NULL;
}

/* Another thread may have held the mutex and have been changing the queue, so
 * both are made anew. */
static void pool_after_fork(bight_loop *loop, struct bight__pool *pool)
{
    if (pool == NULL)
        return;
    pool_init(pool);
    struct bight__list *link = pool->awaited.next;
    for (; link != &pool->awaited; link = link->next) {
        struct bight__job *job =
            bight__container(link, struct bight__job, awaited);
        if (is_ready(loop, &job->ready))
            continue;
        bight__list_init(&job->link);
        job->state = BIGHT__JOB_REVOKED;
        bight__ready_push(loop, &job->ready);
    }
}

/* What an orphan's thread was using stays allocated in the child. */
void bight__pools_after_fork(bight_loop *loop)
{
    pool_after_fork(loop, loop->pool);
    pool_after_fork(loop, loop->lookups);
}
