/* SPDX-License-Identifier: MIT */
/* The side poller: see side.h. */
#include "loop/side.h"

#include <bight/alloc.h>
#include <bight/uv.h>

#include "loop/uv.h"

#ifdef __linux__

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 64

/* By descriptor: what is watched, for after a fork, too. */
struct watched {
    void *cookie; /* NULL: not watched */
    uint32_t events;
};

struct bight__side {
    uv_poll_t poll;
    bight_loop *loop;
    bight__side_fn fn; /* one for all: only one kind of cookie is watched */
    int epoll;
    struct watched *watched;
    size_t room;
};

static void tell(const struct bight__side *side,
                 const struct epoll_event *event)
{
    if ((event->events & EPOLLOUT) != 0)
        side->fn(event->data.ptr, true);
    if ((event->events & (EPOLLERR | EPOLLHUP)) != 0)
        side->fn(event->data.ptr, false);
}

/* Edge-triggered, so that a hang-up nobody acts upon is told once; the set is
 * drained, since its own readiness under uv_poll is level-triggered. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct bight__side *side = poll->data;
    bight_loop *loop = side->loop;
    (void)events;
    if (status != 0)
        return;
    struct epoll_event ready[BATCH];
    bight__dispatch_begin(loop,
                          loop->kind == BIGHT_LOOP_REAL ? uv_now(loop->uv) : 0);
    int count;
    do {
        count = epoll_wait(side->epoll, ready, BATCH, 0);
        for (int i = 0; i < count; i++)
            tell(side, &ready[i]);
    } while (count == BATCH);
    bight__dispatch_end(loop);
}

static void on_closed(uv_handle_t *handle)
{
    struct bight__side *side = handle->data;
    (void)close(side->epoll);
    bight_free(side->watched);
    bight_free(side);
}

static bight_error watch_set(bight_loop *loop, struct bight__side *side)
{
    if (!bight__uv_can_watch(loop, side->epoll))
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    side->poll.data = side;
    int status = uv_poll_init(loop->uv, &side->poll, side->epoll);
    if (status != 0)
        return bight_error_uv(status);
    uv_unref((uv_handle_t *)&side->poll);
    return bight_error_uv(uv_poll_start(&side->poll, UV_READABLE, on_poll));
}

static bight_error side_new(bight_loop *loop)
{
    struct bight__side *side = bight_zalloc(sizeof(*side));
    if (side == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    side->loop = loop;
    side->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (side->epoll < 0) {
        bight_free(side);
        return bight_error_errno(errno);
    }
    bight_error error = watch_set(loop, side);
    if (bight_failed(error)) {
        (void)close(side->epoll);
        bight_free(side);
        return error;
    }
    loop->side = side;
    return bight_ok();
}

static bight_error side_ready(bight_loop *loop)
{
    return loop->side == NULL ? side_new(loop) : bight_ok();
}

static bool make_room(struct bight__side *side, size_t fd)
{
    if (fd < side->room)
        return true;
    size_t room = 64;
    while (room <= fd)
        room *= 2;
    struct watched *watched =
        bight_realloc(side->watched, room * sizeof(*watched));
    if (watched == NULL)
        return false;
    memset(watched + side->room, 0, (room - side->room) * sizeof(*watched));
    side->watched = watched;
    side->room = room;
    return true;
}

static bight_error watch(struct bight__side *side, int fd, void *cookie,
                         uint32_t events)
{
    struct epoll_event event = {.events = EPOLLET | events,
                                .data = {.ptr = cookie}};
    if (!make_room(side, (size_t)fd))
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    struct watched *watched = &side->watched[fd];
    int verb = watched->cookie == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (watched->cookie != NULL && watched->events == events)
        return bight_ok();
    if (epoll_ctl(side->epoll, verb, fd, &event) != 0)
        return bight_error_errno(errno);
    *watched = (struct watched){.cookie = cookie, .events = events};
    return bight_ok();
}

static bight_error add(bight_loop *loop, int fd, bight__side_fn fn,
                       void *cookie, uint32_t events)
{
    if (loop->uv == NULL)
        return bight_error_of(BIGHT_ERROR_UNSUPPORTED);
    if (bight__loop_fault(loop))
        return bight_error_errno(ENOSPC);
    bight_error error = side_ready(loop);
    if (bight_failed(error))
        return error;
    loop->side->fn = fn;
    return watch(loop->side, fd, cookie, events);
}

bight_error bight__side_add(bight_loop *loop, int fd, bight__side_fn fn,
                            void *cookie)
{
    bool watched = loop->side != NULL && (size_t)fd < loop->side->room &&
                   loop->side->watched[fd].cookie != NULL;
    if (watched)
        return bight_error_errno(EEXIST);
    return add(loop, fd, fn, cookie, 0);
}

bight_error bight__side_await_room(bight_loop *loop, int fd, bight__side_fn fn,
                                   void *cookie)
{
    return add(loop, fd, fn, cookie, EPOLLOUT);
}

void bight__side_forget(bight_loop *loop, int fd)
{
    struct bight__side *side = loop->side;
    if (side == NULL || (size_t)fd >= side->room ||
        side->watched[fd].cookie == NULL)
        return;
    /* Closing is not enough: where a forked process still has the descriptor,
     * the set would go on to tell of it, with a cookie long freed. */
    side->watched[fd].cookie = NULL;
    (void)epoll_ctl(side->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void bight__side_free(bight_loop *loop)
{
    if (loop->side == NULL)
        return;
    uv_close((uv_handle_t *)&loop->side->poll, on_closed);
    loop->side = NULL;
}

/* An epoll set is shared with the parent, so the child needs one of its own,
 * with the same watches. */
bight_error bight__side_after_fork(bight_loop *loop)
{
    struct bight__side *old = loop->side;
    if (old == NULL)
        return bight_ok();
    loop->side = NULL;
    bight_error error = side_new(loop);
    if (!bight_failed(error))
        loop->side->fn = old->fn;
    for (size_t fd = 0; fd < old->room && !bight_failed(error); fd++)
        if (old->watched[fd].cookie != NULL)
            error = watch(loop->side, (int)fd, old->watched[fd].cookie,
                          old->watched[fd].events);
    uv_close((uv_handle_t *)&old->poll, on_closed);
    return error;
}

#else

bight_error bight__side_add(bight_loop *loop, int fd, bight__side_fn fn,
                            void *cookie)
{
    (void)loop;
    (void)fd;
    (void)fn;
    (void)cookie;
    return bight_error_of(BIGHT_ERROR_UNSUPPORTED);
}

bight_error bight__side_await_room(bight_loop *loop, int fd, bight__side_fn fn,
                                   void *cookie)
{
    return bight__side_add(loop, fd, fn, cookie);
}

void bight__side_forget(bight_loop *loop, int fd)
{
    (void)loop;
    (void)fd;
}

void bight__side_free(bight_loop *loop)
{
    (void)loop;
}

bight_error bight__side_after_fork(bight_loop *loop)
{
    (void)loop;
    return bight_ok();
}

#endif
