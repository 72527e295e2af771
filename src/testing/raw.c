/* SPDX-License-Identifier: MIT */
/* The peer without bight: see raw.h. */
#include "testing/raw.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void bight__raw_open(struct bight__raw *raw, struct bight__stage *stage)
{
    *raw = (struct bight__raw){.stage = stage};
    if (stage->transport->raw == NULL) {
        bight__stage_unsupported(stage, "its wire is no socket");
        return;
    }
    OK(bight__stage_listen(stage, 0));
    stage->raw_fd = stage->transport->raw(stage->pairs[0].state);
    CHECK(stage->raw_fd >= 0);
    UNTIL(SERVER->made > 0);
    bight__stage_unlisten(stage, 0);
}

bool bight__raw_read(struct bight__raw *raw)
{
    struct bight__stage *stage = raw->stage;
    uint8_t buffer[32 * 1024];
    while (!raw->eof && raw->error == 0) {
        ssize_t size = recv(stage->raw_fd, buffer, sizeof(buffer), 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (size < 0)
            raw->error = errno;
        else if (size == 0)
            raw->eof = true;
        else if (memcmp(buffer, bight__pattern_at(raw->received),
                        (size_t)size) != 0)
            bight__stage_fail(stage, "T11: the peer read other bytes");
        if (size > 0)
            raw->received += (uint64_t)size;
    }
    return raw->eof || raw->error != 0;
}

size_t bight__raw_send(struct bight__raw *raw, size_t size)
{
    size_t all = 0;
    while (size > 0) {
        size_t step =
            size < BIGHT__PATTERN_PERIOD ? size : BIGHT__PATTERN_PERIOD;
        ssize_t sent = send(raw->stage->raw_fd, bight__pattern_at(raw->sent),
                            step, MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        raw->stage->patterned = true;
        raw->sent += (uint64_t)sent;
        all += (size_t)sent;
        size -= (size_t)sent;
    }
    return all;
}

void bight__raw_shutdown(struct bight__raw *raw)
{
    (void)shutdown(raw->stage->raw_fd, SHUT_WR);
}

void bight__raw_close(struct bight__raw *raw)
{
    if (raw->stage->raw_fd >= 0)
        (void)close(raw->stage->raw_fd);
    raw->stage->raw_fd = -1;
}

void bight__raw_reset(struct bight__raw *raw)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(raw->stage->raw_fd, SOL_SOCKET, SO_LINGER, &linger,
                     sizeof(linger));
    bight__raw_close(raw);
}
