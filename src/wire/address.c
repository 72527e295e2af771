/* SPDX-License-Identifier: MIT */
/* Addresses as values: read, written, compared, to and from sockaddr. */
#include "wire/address.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bight_error invalid(const char *what, bight_bytes text)
{
    char quoted[64];
    bight__text_quote(quoted, sizeof(quoted), text);
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "%s '%s'",
                            what, quoted);
}

static bool parse_with_libc(int family, bight_bytes text, void *ret)
{
    char copy[INET6_ADDRSTRLEN];
    if (text.size == 0 || text.size >= sizeof(copy) ||
        memchr(text.data, 0, text.size) != NULL)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    uint8_t ip[16];
    if (inet_pton(family, copy, ip) != 1)
        return false;
    memcpy(ret, ip, family == AF_INET6 ? 16 : 4);
    return true;
}

bool bight__address_parse_ipv4(bight_bytes text, uint8_t ret[4])
{
    return parse_with_libc(AF_INET, text, ret);
}

bool bight__address_parse_ipv6(bight_bytes text, uint8_t ret[16])
{
    return parse_with_libc(AF_INET6, text, ret);
}

static uint32_t scope_number(bight_bytes text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c < '0' || c > '9')
            return 0;
        number = number * 10 + (uint64_t)(c - '0');
        if (number > UINT32_MAX)
            return 0;
    }
    return (uint32_t)number;
}

static uint32_t scope_of_interface(bight_bytes name)
{
    char copy[IF_NAMESIZE];
    if (name.size == 0 || name.size >= sizeof(copy) ||
        memchr(name.data, 0, name.size) != NULL)
        return 0;
    memcpy(copy, name.data, name.size);
    copy[name.size] = '\0';
    return if_nametoindex(copy);
}

static bight_error parse_scope(bight_bytes text, uint32_t *ret)
{
    uint32_t scope = scope_number(text);
    if (scope == 0)
        scope = scope_of_interface(text);
    if (scope == 0)
        return invalid("no network interface", text);
    *ret = scope;
    return bight_ok();
}

bight_error bight_address_parse_ip(bight_bytes text, uint16_t port,
                                   bight_address *ret)
{
    bight_address address = {.family = BIGHT_ADDRESS_IPV4, .port = port};
    if (bight__address_parse_ipv4(text, address.ip)) {
        *ret = address;
        return bight_ok();
    }
    const uint8_t *percent =
        text.size > 0 ? memchr(text.data, '%', text.size) : NULL;
    bight_bytes ip = text;
    if (percent != NULL)
        ip.size = (size_t)(percent - text.data);
    if (!bight__address_parse_ipv6(ip, address.ip))
        return invalid("not an IP address:", text);
    if (percent != NULL) {
        bight_bytes scope =
            bight_bytes_of(percent + 1, text.size - ip.size - 1);
        bight_error error = parse_scope(scope, &address.scope);
        if (bight_failed(error))
            return error;
    }
    address.family = BIGHT_ADDRESS_IPV6;
    *ret = address;
    return bight_ok();
}

static bool is_mapped(const uint8_t ip[16])
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(ip, prefix, sizeof(prefix)) == 0;
}

static int print_ipv4(const uint8_t ip[4], char *buf, size_t n)
{
    return snprintf(buf, n, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

static unsigned group(const uint8_t ip[16], int i)
{
    return (unsigned)(ip[2 * i] << 8 | ip[2 * i + 1]);
}

/* RFC 5952 4.2: the first of the longest runs of at least two zero groups. */
static int longest_zeros(const uint8_t ip[16], int *ret_length)
{
    int best = -1, best_length = 1, length = 0;
    for (int i = 0; i < 8; i++) {
        length = group(ip, i) == 0 ? length + 1 : 0;
        if (length > best_length) {
            best = i + 1 - length;
            best_length = length;
        }
    }
    *ret_length = best_length;
    return best;
}

static int print_ipv6(const uint8_t ip[16], char *buf, size_t n)
{
    if (is_mapped(ip)) {
        int prefix = snprintf(buf, n, "::ffff:");
        return prefix + print_ipv4(ip + 12, buf + prefix, n - (size_t)prefix);
    }
    int zeros_length, used = 0;
    int zeros = longest_zeros(ip, &zeros_length);
    for (int i = 0; i < 8; i++) {
        char *at = buf + used;
        size_t room = n - (size_t)used;
        if (i == zeros) {
            used += snprintf(at, room, "::");
            i += zeros_length - 1;
            continue;
        }
        bool first = i == 0 || i == zeros + zeros_length;
        used += snprintf(at, room, first ? "%x" : ":%x", group(ip, i));
    }
    return used;
}

static size_t print_ip(const bight_address *a, char buf[BIGHT_ADDRESS_TEXT_MAX])
{
    size_t n = BIGHT_ADDRESS_TEXT_MAX, used = 0;
    if (a->family == BIGHT_ADDRESS_IPV4) {
        used += (size_t)print_ipv4(a->ip, buf, n);
    } else {
        buf[used++] = '[';
        used += (size_t)print_ipv6(a->ip, buf + used, n - used);
        if (a->scope != 0)
            used +=
                (size_t)snprintf(buf + used, n - used, "%%%" PRIu32, a->scope);
        buf[used++] = ']';
    }
    return used + (size_t)snprintf(buf + used, n - used, ":%u", a->port);
}

static size_t print(const bight_address *a, char buf[BIGHT_ADDRESS_TEXT_MAX])
{
    size_t n = BIGHT_ADDRESS_TEXT_MAX;
    switch (a->family) {
    case BIGHT_ADDRESS_IPV4:
    case BIGHT_ADDRESS_IPV6:
        return print_ip(a, buf);
    case BIGHT_ADDRESS_UNIX:
        if (a->creds.uid == UINT32_MAX)
            return (size_t)snprintf(buf, n, "unix");
        return (size_t)snprintf(buf, n, "unix:pid=%" PRId32 ",uid=%" PRIu32,
                                a->creds.pid, a->creds.uid);
    case BIGHT_ADDRESS_MEMORY:
        return (size_t)snprintf(buf, n, "memory");
    case BIGHT_ADDRESS_NONE:
        break;
    }
    return (size_t)snprintf(buf, n, "none");
}

size_t bight_address_format(const bight_address *address, char *buf, size_t n)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    size_t length = print(address, text);
    if (n > 0) {
        size_t fits = length < n ? length : n - 1;
        memcpy(buf, text, fits);
        buf[fits] = '\0';
    }
    return length;
}

bool bight_address_equal(const bight_address *a, const bight_address *b)
{
    if (a->family != b->family)
        return false;
    switch (a->family) {
    case BIGHT_ADDRESS_IPV4:
        return a->port == b->port && memcmp(a->ip, b->ip, 4) == 0;
    case BIGHT_ADDRESS_IPV6:
        return a->port == b->port && a->scope == b->scope &&
               memcmp(a->ip, b->ip, 16) == 0;
    case BIGHT_ADDRESS_UNIX:
        return a->creds.pid == b->creds.pid && a->creds.uid == b->creds.uid &&
               a->creds.gid == b->creds.gid;
    case BIGHT_ADDRESS_NONE:
    case BIGHT_ADDRESS_MEMORY:
        break;
    }
    return true;
}

bool bight_address_is_loopback(const bight_address *address)
{
    static const uint8_t loopback[16] = {[15] = 1};
    if (address->family == BIGHT_ADDRESS_IPV4)
        return address->ip[0] == 127;
    if (address->family != BIGHT_ADDRESS_IPV6)
        return false;
    if (is_mapped(address->ip))
        return address->ip[12] == 127;
    return memcmp(address->ip, loopback, sizeof(loopback)) == 0;
}

void bight__peer_pack(const bight_address *address, struct bight__peer *ret)
{
    struct bight__peer peer = {
        .family = (uint8_t)address->family,
        .port = address->port,
        .scope = address->scope,
    };
    memcpy(peer.ip, address->ip, sizeof(peer.ip));
    *ret = peer;
}

void bight__peer_unpack(const struct bight__peer *peer, bight_address *ret)
{
    bight_address address = {
        .family = (bight_address_family)peer->family,
        .port = peer->port,
        .scope = peer->scope,
    };
    memcpy(address.ip, peer->ip, sizeof(address.ip));
    *ret = address;
}

static bight_address from_ipv4(const struct sockaddr *from)
{
    struct sockaddr_in in;
    memcpy(&in, from, sizeof(in));
    bight_address address = {
        .family = BIGHT_ADDRESS_IPV4,
        .port = ntohs(in.sin_port),
    };
    memcpy(address.ip, &in.sin_addr, 4);
    return address;
}

static bight_address from_ipv6(const struct sockaddr *from)
{
    struct sockaddr_in6 in;
    memcpy(&in, from, sizeof(in));
    bight_address address = {
        .family = BIGHT_ADDRESS_IPV6,
        .port = ntohs(in.sin6_port),
        .scope = in.sin6_scope_id,
    };
    memcpy(address.ip, &in.sin6_addr, 16);
    return address;
}

static bight_address from_unix(void)
{
    bight_address address = {.family = BIGHT_ADDRESS_UNIX};
    /* Zero would read as root. */
    address.creds.uid = UINT32_MAX;
    address.creds.gid = UINT32_MAX;
    return address;
}

bight_error bight__address_from_sockaddr(const struct sockaddr *from,
                                         socklen_t length, bight_address *ret)
{
    sa_family_t family = AF_UNSPEC;
    if (length >= offsetof(struct sockaddr, sa_data))
        family = from->sa_family;
    if (family == AF_INET && length >= sizeof(struct sockaddr_in))
        *ret = from_ipv4(from);
    else if (family == AF_INET6 && length >= sizeof(struct sockaddr_in6))
        *ret = from_ipv6(from);
    else if (family == AF_UNIX)
        *ret = from_unix();
    else
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a socket address of family %d and %u bytes",
                                family, (unsigned)length);
    return bight_ok();
}

static void to_ipv4(const bight_address *address, struct sockaddr_storage *ret)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    in.sin_port = htons(address->port);
    memcpy(&in.sin_addr, address->ip, 4);
    memset(ret, 0, sizeof(*ret));
    memcpy(ret, &in, sizeof(in));
}

static void to_ipv6(const bight_address *address, struct sockaddr_storage *ret)
{
    struct sockaddr_in6 in = {.sin6_family = AF_INET6};
    in.sin6_port = htons(address->port);
    in.sin6_scope_id = address->scope;
    memcpy(&in.sin6_addr, address->ip, 16);
    memset(ret, 0, sizeof(*ret));
    memcpy(ret, &in, sizeof(in));
}

socklen_t bight__address_to_sockaddr(const bight_address *address,
                                     struct sockaddr_storage *ret)
{
    switch (address->family) {
    case BIGHT_ADDRESS_IPV4:
        to_ipv4(address, ret);
        return sizeof(struct sockaddr_in);
    case BIGHT_ADDRESS_IPV6:
        to_ipv6(address, ret);
        return sizeof(struct sockaddr_in6);
    case BIGHT_ADDRESS_NONE:
    case BIGHT_ADDRESS_UNIX:
    case BIGHT_ADDRESS_MEMORY:
        break;
    }
    return 0;
}
