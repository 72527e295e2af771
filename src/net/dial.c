/* SPDX-License-Identifier: MIT */
/*
 * One attempt at a time: a socket of its own under a poll, the next at once
 * when it fails.
 *
 *     READY ── entry: next address ──> CONNECTING ── writable ──┬─> told
 *       ^                                  │ refused            │
 *       └── from the poll ─────────────────┘                    └─> told: none
 *                                                                   is left
 */
#include "net/dial.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/uv.h>

#include "base/text.h"
#include "loop/uv.h"
#include "net/socket.h"
#include "net/stream.h"
#include "wire/address.h"

enum dial_state {
    DIAL_READY,      /* its entry is queued */
    DIAL_CONNECTING, /* the poll waits */
    DIAL_CANCELLED   /* its entry is queued, and will only free it */
};

struct bight__dial {
    struct bight__ready ready;
    bight_loop *loop;
    bight__dialed_fn fn;
    void *ctx;
    bight_tcp_options tcp;
    enum dial_state state;
    uv_poll_t *poll; /* on the heap: it outlives the attempt */
    int fd;
    bight_error first; /* why the preferred address failed */
    struct bight__text failures;
    char text[BIGHT__DIAL_TEXT_MAX];
    size_t tried;
    size_t count;
    bight_address addresses[];
};

/* -- one attempt ---------------------------------------------------------- */

static void free_poll(uv_handle_t *handle)
{
    bight_free(handle);
}

static void poll_close(struct bight__dial *dial)
{
    if (dial->poll == NULL)
        return;
    (void)uv_poll_stop(dial->poll);
    uv_close((uv_handle_t *)dial->poll, free_poll);
    dial->poll = NULL;
}

static void attempt_end(struct bight__dial *dial)
{
    poll_close(dial);
    if (dial->fd >= 0)
        (void)close(dial->fd);
    dial->fd = -1;
}

static void on_writable(uv_poll_t *poll, int status, int events);

static bight_error poll_open(struct bight__dial *dial)
{
    if (!bight__uv_can_watch(dial->loop, dial->fd))
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    uv_poll_t *poll = bight_alloc(sizeof(*poll));
    if (poll == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    int status = bight__loop_fault(dial->loop)
                     ? UV_ENOSPC
                     : uv_poll_init(dial->loop->uv, poll, dial->fd);
    if (status != 0) {
        bight_free(poll);
        return bight_error_uv(status);
    }
    poll->data = dial;
    dial->poll = poll;
    return bight_error_uv(uv_poll_start(poll, UV_WRITABLE, on_writable));
}

/* Loopback may answer at once; its socket is writable all the same. */
static bight_error attempt_begin(struct bight__dial *dial,
                                 const bight_address *address)
{
    struct sockaddr_storage name;
    socklen_t size = bight__address_to_sockaddr(address, &name);
    if (bight__loop_fault(dial->loop))
        return bight_error_errno(EMFILE);
    bight_error error = bight__tcp_socket(address, &dial->tcp, &dial->fd);
    if (bight_failed(error))
        return error;
    if (connect(dial->fd, (struct sockaddr *)&name, size) != 0 &&
        errno != EINPROGRESS && errno != EINTR)
        return bight_error_errno(errno);
    return poll_open(dial);
}

/* -- all of them ---------------------------------------------------------- */

static void note_failure(struct bight__dial *dial, const bight_address *address,
                         bight_error error)
{
    char where[BIGHT_ADDRESS_TEXT_MAX];
    char why[128];
    if (dial->tried == 1)
        dial->first = error;
    (void)bight_address_format(address, where, sizeof(where));
    (void)bight_error_format(error, why, sizeof(why));
    bight__text_puts(&dial->failures, dial->tried == 1 ? "" : "; ");
    bight__text_puts(&dial->failures, where);
    bight__text_puts(&dial->failures, ": ");
    bight__text_puts(&dial->failures, why);
    if (bight__text_end(&dial->failures) >= sizeof(dial->text))
        bight__text_mark_cut(dial->text, sizeof(dial->text));
}

/* The preferred address' error, and with several all of them. */
static bight_error outcome(const struct bight__dial *dial)
{
    if (dial->count == 1)
        return dial->first;
    return bight_error_because(dial->first, "%s", dial->text);
}

static void tell(struct bight__dial *dial, int fd, bight_error error)
{
    bight__dialed_fn fn = dial->fn;
    void *ctx = dial->ctx;
    bight_free(dial);
    fn(ctx, fd, error);
}

static void go_on(struct bight__dial *dial)
{
    while (dial->tried < dial->count) {
        const bight_address *address = &dial->addresses[dial->tried++];
        bight_error error = attempt_begin(dial, address);
        dial->state = DIAL_CONNECTING;
        if (!bight_failed(error))
            return;
        attempt_end(dial);
        note_failure(dial, address, error);
    }
    tell(dial, -1, outcome(dial));
}

static int outcome_of(int fd)
{
    int error = 0;
    socklen_t size = sizeof(error);
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error
                                                                    : errno;
}

/* libuv says EBADF of a socket that has failed; the socket knows better. */
static int failure_of(int fd, int status)
{
    int errnum = outcome_of(fd);
    return errnum != 0 ? errnum : -status;
}

static void answered(struct bight__dial *dial, int errnum)
{
    if (errnum != 0) {
        attempt_end(dial);
        note_failure(dial, &dial->addresses[dial->tried - 1],
                     bight_error_errno(errnum));
        go_on(dial);
        return;
    }
    int fd = dial->fd;
    poll_close(dial);
    tell(dial, fd, bight_ok());
}

static void on_writable(uv_poll_t *poll, int status, int events)
{
    struct bight__dial *dial = poll->data;
    bight_loop *loop = dial->loop;
    (void)events;
    bight__uv_begin(loop);
    answered(dial, failure_of(dial->fd, status));
    bight__dispatch_end(loop);
}

static void dial_run(struct bight__ready *entry)
{
    struct bight__dial *dial =
        bight__container(entry, struct bight__dial, ready);
    if (dial->state == DIAL_CANCELLED)
        bight_free(dial);
    else
        go_on(dial);
}

bight_error bight__dial_start(bight_loop *loop, const bight_address *addresses,
                              size_t count, const bight_tcp_options *tcp,
                              bight__dialed_fn fn, void *ctx,
                              struct bight__dial **ret_dial)
{
    struct bight__dial *dial =
        bight_zalloc(sizeof(*dial) + count * sizeof(*addresses));
    if (dial == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    dial->ready.run = dial_run;
    dial->loop = loop;
    dial->fn = fn;
    dial->ctx = ctx;
    dial->tcp = *tcp;
    dial->fd = -1;
    dial->count = count;
    memcpy(dial->addresses, addresses, count * sizeof(*addresses));
    bight__text_init(&dial->failures, dial->text, sizeof(dial->text));
    bight__ready_push(loop, &dial->ready);
    *ret_dial = dial;
    return bight_ok();
}

void bight__dial_cancel(struct bight__dial *dial)
{
    if (dial == NULL)
        return;
    attempt_end(dial);
    if (dial->state == DIAL_READY)
        dial->state = DIAL_CANCELLED;
    else
        bight_free(dial);
}

const char *bight__dial_failures(const struct bight__dial *dial)
{
    return dial->text;
}
