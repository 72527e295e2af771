/* SPDX-License-Identifier: MIT */
/*
 * The way to a place: its name is looked up here, so that the rules judge the
 * very address that is connected to, and before anything is sent there.
 */
#include <string.h>

#include "socks.h"

#define ADDRESSES_MAX 16

/* -- names ----------------------------------------------------------------- */

bool socks_is_host_name(bight_bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_')
            return false;
    }
    return name.size > 0 && name.size <= HOST_MAX;
}

bight_error socks_request_set_host(struct request *request, bight_bytes host)
{
    bight_address *address = &request->address;
    if (!bight_failed(bight_address_parse_ip(host, request->port, address)))
        return bight_ok();
    if (!socks_is_host_name(host))
        return socks_broken("neither a name nor an address");
    memcpy(request->name, host.data, host.size);
    request->name[host.size] = '\0';
    return bight_ok();
}

struct found {
    bight_promise *promise;
    bight_lookup *lookup;
    bight_address all[ADDRESSES_MAX];
    size_t count;
};

static void note_found(void *ctx, bight_error error,
                       const bight_address *addresses, size_t count)
{
    struct found *found = ctx;
    if (bight_failed(error)) {
        bight_promise_reject(found->promise, error);
        return;
    }
    found->count = count < ADDRESSES_MAX ? count : ADDRESSES_MAX;
    memcpy(found->all, addresses, found->count * sizeof(addresses[0]));
    bight_promise_resolve(found->promise, bight_value_none());
}

/* Its answer still comes, into the task's memory. */
static bight_cancel_answer cancel(void *arg)
{
    struct found *found = arg;
    bight_lookup_cancel(found->lookup);
    return BIGHT_CANCEL_LATER;
}

static bight_error look_up(const char *name, uint16_t port, struct found *found)
{
    bight_loop *loop = bight_task_loop();
    bight_deferred *d =
        bight_deferred_new(loop, &found->promise, cancel, found);
    if (d == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error =
        bight_lookup_start(loop, name, port, note_found, found, &found->lookup);
    if (bight_failed(error))
        bight_promise_reject(found->promise, error);
    return bight_await(d, NULL);
}

/* -- addresses ------------------------------------------------------------- */

static bight_error connect_to(const bight_address *address, uint64_t timeout_ms,
                              bight_stream **ret_stream)
{
    BIGHT_DEADLINE(patience, timeout_ms);
    char place[BIGHT_ADDRESS_TEXT_MAX + 4] = "tcp:";
    const bight_stream_options options = {.size = sizeof(options),
                                          .limit = 1024};
    (void)bight_address_format(address, place + 4, sizeof(place) - 4);
    return bight_stream_connect(place, &options, ret_stream);
}

static bight_error refused(void)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                            "the rules do not allow it");
}

/* An IPv4-mapped one is reached by IPv4, so IPv4's rules are for it. */
static bight_address plain(const bight_address *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bight_address result = *address;
    if (address->family != BIGHT_ADDRESS_IPV6 ||
        memcmp(address->ip, mapped, sizeof(mapped)) != 0)
        return result;
    result.family = BIGHT_ADDRESS_IPV4;
    memset(result.ip, 0, sizeof(result.ip));
    memcpy(result.ip, address->ip + sizeof(mapped), 4);
    return result;
}

static bool may_reach(const struct rules *rules, const bight_address *address,
                      bool by_name)
{
    if (rules->deny_private && socks_is_private(address))
        return false;
    return by_name || socks_rules_allow_address(rules, address);
}

/* The time is shared by the addresses that are left. */
static bight_error connect_to_any(const struct found *found,
                                  const struct rules *rules, bool by_name,
                                  uint64_t timeout_ms,
                                  bight_stream **ret_stream)
{
    bight_error error = refused();
    for (size_t i = 0; i < found->count; i++) {
        bight_address address = plain(&found->all[i]);
        if (!may_reach(rules, &address, by_name))
            continue;
        error =
            connect_to(&address, timeout_ms / (found->count - i), ret_stream);
        if (!bight_failed(error) || bight_failed(bight_task_check()))
            break;
    }
    return error;
}

bight_error socks_reach(const struct request *request,
                        const struct rules *rules, uint64_t timeout_ms,
                        bight_stream **ret_stream)
{
    BIGHT_DEADLINE(patience, timeout_ms);
    struct found found = {.all = {request->address}, .count = 1};
    bool by_name = false;
    if (request->port == 0)
        return socks_broken("a port of 0");
    if (request->name[0] != '\0') {
        bight_error error = look_up(request->name, request->port, &found);
        if (bight_failed(error))
            return error;
        by_name = socks_rules_allow_name(rules, request->name, request->port);
    }
    return connect_to_any(&found, rules, by_name, timeout_ms, ret_stream);
}
