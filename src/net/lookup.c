/* SPDX-License-Identifier: MIT */
/*
 * Lookups. The lookup belongs to the loop and to whoever started it; its query
 * belongs to the lookup lane and owns copies of all that a thread needs. So a
 * cancelled lookup answers at once and leaves its query behind, an orphan.
 *
 *     QUERIED ── query delivered ──> ENDED, fn called
 *     NUMERIC ── ready entry ──────> ENDED, fn called
 *     either  ── cancel ──> CANCELLED ── ready entry ──> ENDED, fn called
 */
#include "net/lookup.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#include "loop/dispatch.h"
#include "loop/pool.h"
#include "wire/address.h"

/* RFC 1035: 255 octets; text of it with a scope never needs more. */
#define HOST_MAX 255

struct query {
    struct bight__job job;
    bight_lookup *lookup; /* the loop's thread alone uses it */
    bight__getaddrinfo_fn resolver;
    bight_address *addresses;
    size_t count;
    int status; /* of getaddrinfo */
    int system; /* errno, for EAI_SYSTEM */
    uint16_t port;
    char host[HOST_MAX + 1];
};

enum lookup_state { QUERIED, NUMERIC, CANCELLED, ENDED };

struct bight_lookup {
    struct bight__ready ready;
    struct bight__resource resource;
    bight_loop *loop;
    bight_lookup_fn fn;
    void *ctx;
    struct query *query;
    enum lookup_state state;
    bight_address numeric;
    char host[HOST_MAX + 1];
};

static _Atomic(bight__getaddrinfo_fn) resolver;

void bight__lookup_set_resolver(bight__getaddrinfo_fn fn)
{
    atomic_store(&resolver, fn);
}

static bight__getaddrinfo_fn current_resolver(void)
{
    bight__getaddrinfo_fn fn = atomic_load(&resolver);
    return fn != NULL ? fn : getaddrinfo;
}

static struct query *query_of(struct bight__job *job)
{
    return bight__container(job, struct query, job);
}

static size_t count_list(const struct addrinfo *list)
{
    size_t count = 0;
    for (; list != NULL && count < BIGHT__LOOKUP_ADDRESSES_MAX;
         list = list->ai_next)
        count++;
    return count;
}

/* Families that bight does not know are left out. */
static int keep_list(struct query *query, const struct addrinfo *list)
{
    size_t room = count_list(list);
    query->addresses = bight_alloc(room * sizeof(bight_address));
    if (query->addresses == NULL)
        return EAI_MEMORY;
    for (; room > 0; room--, list = list->ai_next) {
        bight_address *address = &query->addresses[query->count];
        if (bight_failed(bight__address_from_sockaddr(
                list->ai_addr, list->ai_addrlen, address)))
            continue;
        address->port = query->port;
        query->count++;
    }
    return query->count > 0 ? 0 : EAI_NONAME;
}

static void query_run(struct bight__job *job)
{
    struct query *query = query_of(job);
    const struct addrinfo hints = {.ai_flags = AI_ADDRCONFIG,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    query->status = query->resolver(query->host, NULL, &hints, &list);
    query->system = errno;
    if (query->status != 0)
        return;
    query->status = keep_list(query, list);
    freeaddrinfo(list);
}

static bight_error query_error(const struct query *query)
{
    bight_error error = bight_ok();
    if (query->job.state == BIGHT__JOB_REVOKED)
        error = bight_error_of(BIGHT_ERROR_CANCELLED);
    else if (query->status == EAI_MEMORY)
        error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    else if (query->status == EAI_SYSTEM && query->system != 0)
        error = bight_error_errno(query->system);
    else if (query->status != 0)
        error = bight_error_make(&bight_dns_domain, query->status);
    return bight_error_note(error, "lookup %s", query->host);
}

static void call_back(bight_lookup *lookup, bight_error error,
                      const bight_address *addresses, size_t count)
{
    lookup->state = ENDED;
    lookup->fn(lookup->ctx, error, bight_failed(error) ? NULL : addresses,
               bight_failed(error) ? 0 : count);
}

static void query_deliver(struct bight__job *job)
{
    struct query *query = query_of(job);
    bight_lookup *lookup = query->lookup;
    bight__resource_remove(lookup->loop, &lookup->resource);
    call_back(lookup, query_error(query), query->addresses, query->count);
    bight_free(lookup);
}

static void query_release(struct bight__job *job)
{
    struct query *query = query_of(job);
    bight_free(query->addresses);
    bight_free(query);
}

static const struct bight__job_ops query_ops = {
    .run = query_run, .deliver = query_deliver, .release = query_release};

/* A numeric or a cancelled one. What has ended is off the register before its
 * callback, which may close the loop; the hold makes that wait. */
static void lookup_run(struct bight__ready *entry)
{
    bight_lookup *lookup = bight__container(entry, bight_lookup, ready);
    bight_loop *loop = lookup->loop;
    bight_error error = bight_ok();
    if (lookup->state == CANCELLED)
        error = bight_error_note(bight_error_of(BIGHT_ERROR_CANCELLED),
                                 "lookup %s", lookup->host);
    bight__loop_hold(loop);
    bight__resource_remove(loop, &lookup->resource);
    call_back(lookup, error, &lookup->numeric, 1);
    bight_free(lookup);
    bight__loop_let_go(loop);
}

static size_t lookup_describe(const struct bight__resource *resource, char *buf,
                              size_t size)
{
    const bight_lookup *lookup =
        bight__container(resource, const bight_lookup, resource);
    return (size_t)snprintf(buf, size, "%s", lookup->host);
}

static void lookup_end(struct bight__resource *resource)
{
    bight_lookup_cancel(bight__container(resource, bight_lookup, resource));
}

static const struct bight__resource_ops lookup_resource = {
    .kind = "lookup", .describe = lookup_describe, .end = lookup_end};

static bight_error start_query(bight_lookup *lookup, uint16_t port)
{
    struct query *query = bight_zalloc(sizeof(*query));
    if (query == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    query->job.ops = &query_ops;
    query->lookup = lookup;
    query->resolver = current_resolver();
    query->port = port;
    memcpy(query->host, lookup->host, sizeof(query->host));
    bight_error error =
        bight__job_submit(lookup->loop, BIGHT__LANE_LOOKUP, &query->job);
    if (bight_failed(error)) {
        bight_free(query);
        return error;
    }
    lookup->query = query;
    return bight_ok();
}

static bight_error start(bight_lookup *lookup, uint16_t port)
{
    if (bight_failed(bight_address_parse_ip(bight_bytes_text(lookup->host),
                                            port, &lookup->numeric)))
        return start_query(lookup, port);
    lookup->state = NUMERIC;
    bight__ready_push(lookup->loop, &lookup->ready);
    return bight_ok();
}

bight_error bight_lookup_start(bight_loop *loop, const char *host,
                               uint16_t port, bight_lookup_fn fn, void *ctx,
                               bight_lookup **ret_lookup)
{
    bight__loop_check(loop);
    size_t length = strlen(host);
    if (loop->state != BIGHT__LOOP_OPEN)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    if (length > HOST_MAX)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a host name of %zu bytes", length);
    bight_lookup *lookup = bight_zalloc(sizeof(*lookup));
    if (lookup == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    lookup->ready.run = lookup_run;
    lookup->loop = loop;
    lookup->fn = fn;
    lookup->ctx = ctx;
    lookup->state = QUERIED;
    memcpy(lookup->host, host, length + 1);
    bight_error error = start(lookup, port);
    if (bight_failed(error)) {
        bight_free(lookup);
        return bight_error_note(error, "lookup %s", host);
    }
    bight__resource_add(loop, &lookup->resource, &lookup_resource,
                        __builtin_return_address(0));
    if (ret_lookup != NULL)
        *ret_lookup = lookup;
    return bight_ok();
}

void bight_lookup_cancel(bight_lookup *lookup)
{
    if (lookup == NULL)
        return;
    bight__loop_check(lookup->loop);
    switch (lookup->state) {
    case QUERIED:
        bight__job_orphan(&lookup->query->job);
        lookup->query = NULL;
        bight__ready_push(lookup->loop, &lookup->ready);
        lookup->state = CANCELLED;
        return;
    case NUMERIC:
        lookup->state = CANCELLED;
        return;
    case CANCELLED:
    case ENDED:
        return;
    }
}
