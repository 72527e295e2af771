/* SPDX-License-Identifier: MIT */
/* What a protocol logs (S5): named, told apart by peer, and no flood. */
#include <bight/transport.h>

#include <string.h>

#include "wire/transport.h"
#include "wire/wire.h"

#define FIELDS_MAX 16

/* The event's limit, by its constant name; the oldest makes room. */
static struct bight__log_limit *limit_of(struct bight__wire *wire,
                                         const char *event)
{
    struct bight__log_limit *oldest = &wire->limits[0];
    for (size_t i = 0; i < BIGHT__LOG_LIMITS; i++) {
        struct bight__log_limit *limit = &wire->limits[i];
        if (limit->event != NULL && strcmp(limit->event, event) == 0)
            return limit;
        if (limit->window_ms < oldest->window_ms)
            oldest = limit;
    }
    *oldest = (struct bight__log_limit){.event = event};
    return oldest;
}

void bight_transport_log(const bight_transport *t, bight_log_level level,
                         const char *event, const bight_log_field *fields,
                         size_t count)
{
    bight__transport_check(t);
    if ((t->facts & BIGHT__ORPHANED) != 0) {
        bight_log_write(level, event, fields, count);
        return;
    }
    bight_loop *loop = bight__transport_loop(t);
    uint64_t suppressed = 0;
    if (!bight_log_enabled(level) ||
        !bight__log_limit_allow(limit_of(loop->wire, event), loop->now_ms,
                                &suppressed))
        return;
    char peer[BIGHT_ADDRESS_TEXT_MAX];
    bight_address address = bight_transport_peer(t);
    (void)bight_address_format(&address, peer, sizeof(peer));
    bight_log_field all[FIELDS_MAX + 4];
    size_t used = 0;
    all[used++] = bight_log_text("protocol", t->protocol->name);
    all[used++] = bight_log_text("peer", peer);
    all[used++] = bight_log_int("connection", bight_transport_fd(t));
    for (size_t i = 0; i < count && i < FIELDS_MAX; i++)
        all[used++] = fields[i];
    if (suppressed > 0)
        all[used++] = bight_log_uint("suppressed", suppressed);
    bight_log_write(level, event, all, used);
}
