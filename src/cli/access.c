/* SPDX-License-Identifier: MIT */
/* Access lines, as text or JSON. */
#include "access.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <bight/alloc.h>
#include <bight/log.h>

#include "event.h"

#define WINDOW_MS 1000
#define REFUSALS 10 /* lines in a window */
#define PATIENCE_MS 100

struct access {
    int fd;
    bool json;
    const char *protocol;
    uint64_t count;
    uint64_t dropped;    /* lines for which nobody made room */
    bight_timer *window; /* active: one is open */
    unsigned refusals;   /* in this window */
    bool reports;        /* the protocol tells what it does */
};

static uint64_t unix_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Whoever reads the lines too slowly must not stop the server. */
static void put(struct access *access, char *line, size_t length)
{
    if (!event_has_room(access->fd, access->dropped > 0 ? 0 : PATIENCE_MS)) {
        access->dropped++;
        return;
    }
    line[length] = '\n';
    (void)event_write_all(access->fd, line, length + 1);
}

static void put_json(struct access *access, const char *event,
                     const bight_log_field *fields, size_t count)
{
    char line[BIGHT_LOG_LINE_MAX];
    const bight_log_record record = {.size = sizeof(record),
                                     .level = BIGHT_LOG_INFO,
                                     .unix_ms = unix_ms(),
                                     .event = event,
                                     .fields = fields,
                                     .count = count};
    put(access, line, bight_log_format_json(&record, line, sizeof(line) - 1));
}

/* "12:00:01.234 PEER PROTOCOL ", the time in UTC as in the log. */
static size_t put_head(const struct access *access, const char *peer,
                       char *line, size_t size)
{
    unsigned ms = (unsigned)(unix_ms() % 86400000);
    return (size_t)snprintf(line, size, "%02u:%02u:%02u.%03u %s %s ",
                            ms / 3600000, ms / 60000 % 60, ms / 1000 % 60,
                            ms % 1000, peer, access->protocol);
}

static void put_dropped(struct access *access)
{
    char line[512];
    uint64_t lines = access->dropped;
    if (lines == 0 || !event_has_room(access->fd, 0))
        return;
    access->dropped = 0;
    if (access->json) {
        const bight_log_field field = bight_log_uint("lines", lines);
        put_json(access, "dropped", &field, 1);
        return;
    }
    size_t at = put_head(access, "-", line, sizeof(line));
    at += (size_t)snprintf(line + at, sizeof(line) - at,
                           "%" PRIu64 " lines dropped", lines);
    put(access, line, at);
}

static const char *symbol_of(bight_error error)
{
    const char *symbol =
        bight_failed(error) ? error.domain->symbol(error.code) : NULL;
    return symbol != NULL ? symbol : "?";
}

/* The system's number, where the reason alone is vague. */
static const char *system_of(const bight_end *end)
{
    if (end->system == 0 ||
        !bight_error_is(end->why, &bight_domain, BIGHT_ERROR_SYSTEM))
        return "";
    return symbol_of(bight_error_errno(end->system));
}

static void put_ended_text(struct access *access, const char *peer,
                           const bight_end *end)
{
    char line[512];
    const char *detail = system_of(end);
    size_t at = put_head(access, peer, line, sizeof(line));
    at += (size_t)snprintf(line + at, sizeof(line) - at,
                           "closed %s%s%s in=%" PRIu64 " out=%" PRIu64,
                           symbol_of(end->why), *detail != '\0' ? "/" : "",
                           detail, end->bytes_in, end->bytes_out);
    if (end->unsent > 0)
        at += (size_t)snprintf(line + at, sizeof(line) - at, " unsent=%" PRIu64,
                               end->unsent);
    at += (size_t)snprintf(line + at, sizeof(line) - at, " %" PRIu64 "ms",
                           end->duration_ms);
    put(access, line, at);
}

static const char *party_name(bight_party who)
{
    switch (who) {
    case BIGHT_PARTY_LOCAL:
        return "local";
    case BIGHT_PARTY_PEER:
        return "peer";
    case BIGHT_PARTY_SYSTEM:
        break;
    }
    return "system";
}

static void put_ended_json(struct access *access, const char *peer,
                           const bight_end *end)
{
    const bight_log_field fields[] = {
        bight_log_text("peer", peer),
        bight_log_text("proto", access->protocol),
        bight_log_text("reason", symbol_of(end->why)),
        bight_log_text("who", party_name(end->who)),
        bight_log_uint("in", end->bytes_in),
        bight_log_uint("out", end->bytes_out),
        bight_log_uint("unsent", end->unsent),
        bight_log_uint("ms", end->duration_ms),
        bight_log_text("errno", system_of(end)),
    };
    put_json(access, "closed", fields, *system_of(end) != '\0' ? 9 : 8);
}

static bool is_plain(bight_error why)
{
    return bight_error_is(why, &bight_domain, BIGHT_ERROR_CLOSED) ||
           bight_error_is(why, &bight_domain, BIGHT_ERROR_EOF);
}

void access_ended(struct access *access, bight_transport *t,
                  const bight_end *end)
{
    char peer[BIGHT_ADDRESS_TEXT_MAX];
    bight_address address = bight_transport_peer(t);
    access->count++;
    if (access->fd < 0 || (access->reports && is_plain(end->why)))
        return;
    (void)bight_address_format(&address, peer, sizeof(peer));
    put_dropped(access);
    if (access->json)
        put_ended_json(access, peer, end);
    else
        put_ended_text(access, peer, end);
}

/* -- reports -------------------------------------------------------------- */

static void put_reported_json(struct access *access, const char *peer,
                              const bight_report *report)
{
    bight_log_field fields[24] = {bight_log_text("peer", peer),
                                  bight_log_text("proto", access->protocol)};
    size_t count = 2;
    for (size_t i = 0; i < report->count && count < 24; i++)
        fields[count++] = report->fields[i];
    put_json(access, "request", fields, count);
}

/* Peers' bytes are in it: a terminal obeys none of them (S5). */
static void put_reported_text(struct access *access, const char *peer,
                              const bight_report *report)
{
    char line[BIGHT_LOG_LINE_MAX];
    size_t at = put_head(access, peer, line, sizeof(line));
    for (const char *c = report->text; *c != '\0' && at < sizeof(line) - 5;
         c++) {
        if ((unsigned char)*c >= ' ' && *c != 0x7f)
            line[at++] = *c;
        else
            at += (size_t)snprintf(line + at, 5, "\\x%02x", (unsigned char)*c);
    }
    put(access, line, at);
}

void access_reported(struct access *access, const bight_transport *t,
                     const bight_report *report)
{
    char peer[BIGHT_ADDRESS_TEXT_MAX];
    bight_address address = bight_transport_peer(t);
    if (access->fd < 0)
        return;
    access->reports = true;
    (void)bight_address_format(&address, peer, sizeof(peer));
    put_dropped(access);
    if (access->json)
        put_reported_json(access, peer, report);
    else
        put_reported_text(access, peer, report);
}

/* -- refusals ------------------------------------------------------------- */

static void put_refused(struct access *access, const bight_address *from,
                        const char *limit, bight_error why)
{
    char peer[BIGHT_ADDRESS_TEXT_MAX], reason[256], line[512];
    (void)bight_address_format(from, peer, sizeof(peer));
    if (limit != NULL)
        (void)snprintf(reason, sizeof(reason), "--%s is reached", limit);
    else
        (void)bight_error_format(why, reason, sizeof(reason));
    if (access->json) {
        const bight_log_field fields[] = {
            bight_log_text("peer", peer),
            bight_log_text("proto", access->protocol),
            bight_log_text("reason", reason),
        };
        put_json(access, "refused", fields, 3);
        return;
    }
    size_t at = put_head(access, peer, line, sizeof(line));
    at += (size_t)snprintf(line + at, sizeof(line) - at, "refused: %s", reason);
    put(access, line, at);
}

static void window_ended(void *ctx)
{
    struct access *access = ctx;
    unsigned more =
        access->refusals > REFUSALS ? access->refusals - REFUSALS : 0;
    char line[512];
    access->refusals = 0;
    if (more == 0)
        return;
    bight_timer_start(access->window, WINDOW_MS);
    if (access->json) {
        const bight_log_field fields[] = {
            bight_log_text("proto", access->protocol),
            bight_log_uint("count", more),
        };
        put_json(access, "refused_more", fields, 2);
        return;
    }
    size_t at = put_head(access, "-", line, sizeof(line));
    at +=
        (size_t)snprintf(line + at, sizeof(line) - at, "refused %u more", more);
    put(access, line, at);
}

void access_refused(struct access *access, const bight_address *peer,
                    const char *limit, bight_error why)
{
    if (access->fd < 0)
        return;
    if (!bight_timer_active(access->window))
        bight_timer_start(access->window, WINDOW_MS);
    if (access->refusals++ < REFUSALS)
        put_refused(access, peer, limit, why);
}

/* -- life ----------------------------------------------------------------- */

bight_error access_new(bight_loop *loop, int fd, bool json,
                       const char *protocol, struct access **ret_access)
{
    struct access *access = bight_zalloc(sizeof(*access));
    if (access == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    access->fd = fd;
    access->json = json;
    access->protocol = protocol;
    bight_error error =
        bight_timer_new(loop, window_ended, access, &access->window);
    if (bight_failed(error)) {
        bight_free(access);
        return error;
    }
    *ret_access = access;
    return bight_ok();
}

void access_free(struct access *access)
{
    if (access == NULL)
        return;
    put_dropped(access);
    window_ended(access);
    bight_timer_free(access->window);
    bight_free(access);
}

uint64_t access_count(const struct access *access)
{
    return access->count;
}
