/* SPDX-License-Identifier: MIT */
/* Counts connections, in all and by host. */
#include "guard.h"

#include <string.h>
#include <sys/random.h>

#include <bight/alloc.h>

#define BUCKETS 4096

/* An IPv4 address, or the /64 of an IPv6 one: what one host may have. */
struct host {
    struct host *next;
    uint64_t name;
    size_t count;
};

struct guard {
    size_t most;
    size_t most_per_host;
    size_t count;
    uint64_t seed; /* so that nobody can fill one bucket */
    const char *reached;
    struct host *buckets[BUCKETS];
};

/* False: not limited. Nobody has the /64 that begins with 0xffffffff. */
static bool host_name(const bight_address *peer, uint64_t *ret_name)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if ((peer->family != BIGHT_ADDRESS_IPV4 &&
         peer->family != BIGHT_ADDRESS_IPV6) ||
        bight_address_is_loopback(peer))
        return false;
    bool ipv4 = peer->family == BIGHT_ADDRESS_IPV4;
    const uint8_t *ip = peer->ip;
    if (!ipv4 && memcmp(ip, mapped, sizeof(mapped)) == 0) {
        ipv4 = true;
        ip += sizeof(mapped);
    }
    uint8_t name[8] = {0xff, 0xff, 0xff, 0xff};
    memcpy(ipv4 ? name + 4 : name, ip, ipv4 ? 4 : 8);
    memcpy(ret_name, name, sizeof(name));
    return true;
}

static struct host **find(struct guard *guard, uint64_t name)
{
    uint64_t hash = (name ^ guard->seed) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    struct host **at = &guard->buckets[hash >> 32 & (BUCKETS - 1)];
    while (*at != NULL && (*at)->name != name)
        at = &(*at)->next;
    return at;
}

static bight_error refuse(struct guard *guard, const char *option)
{
    guard->reached = option;
    return bight_error_of(BIGHT_ERROR_REFUSED);
}

static bight_error enter_host(struct guard *guard, uint64_t name)
{
    struct host **at = find(guard, name);
    if (*at == NULL) {
        *at = bight_zalloc(sizeof(**at));
        if (*at == NULL)
            return refuse(guard, "memory");
        (*at)->name = name;
    }
    if ((*at)->count >= guard->most_per_host)
        return refuse(guard, "max-conn-per-host");
    (*at)->count++;
    return bight_ok();
}

bight_error guard_admit(struct guard *guard, const bight_address *peer)
{
    uint64_t name;
    if (guard->count >= guard->most)
        return refuse(guard, "max-conn");
    bight_error error =
        host_name(peer, &name) ? enter_host(guard, name) : bight_ok();
    if (!bight_failed(error))
        guard->count++;
    return error;
}

static void leave(struct guard *guard, const bight_address *peer)
{
    uint64_t name;
    if (guard->count > 0)
        guard->count--;
    if (!host_name(peer, &name))
        return;
    struct host **at = find(guard, name);
    struct host *host = *at;
    if (host == NULL || --host->count > 0)
        return;
    *at = host->next;
    bight_free(host);
}

struct guard *guard_new(size_t most, size_t most_per_host)
{
    struct guard *guard = bight_zalloc(sizeof(*guard));
    if (guard == NULL)
        return NULL;
    guard->most = most;
    guard->most_per_host = most_per_host;
    if (getrandom(&guard->seed, sizeof(guard->seed), GRND_NONBLOCK) < 0)
        guard->seed = (uintptr_t)guard;
    return guard;
}

void guard_free(struct guard *guard)
{
    if (guard == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (guard->buckets[i] != NULL) {
            struct host *host = guard->buckets[i];
            guard->buckets[i] = host->next;
            bight_free(host);
        }
    }
    bight_free(guard);
}

void guard_ended(struct guard *guard, const bight_address *peer)
{
    leave(guard, peer);
}

/* Its own refusals were not counted; who was, and then failed, leaves. What
 * the listener refuses without asking, for want of memory, leaves without
 * having come: one may then get in that should not. */
const char *guard_refused(struct guard *guard, const bight_address *peer)
{
    const char *reached = guard->reached;
    guard->reached = NULL;
    if (reached == NULL)
        leave(guard, peer);
    return reached;
}
