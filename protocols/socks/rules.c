/* SPDX-License-Identifier: MIT */
/* Which places may be reached. */
#include <string.h>
#include <strings.h>

#include <bight/alloc.h>
#include <bight/parse.h>

#include "socks.h"

/* -- reading them ---------------------------------------------------------- */

static bight_error wrong(bight_diagnostic *d, bight_bytes all, bight_bytes part,
                         const char *what)
{
    if (d != NULL)
        bight_diagnostic_set(d, (size_t)(part.data - all.data), part.size, "%s",
                             what);
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "%s", what);
}

/* Takes what is in front of `c`, or all. */
static bight_bytes take_until(bight_bytes *rest, char c)
{
    const uint8_t *at =
        rest->size == 0 ? NULL : memchr(rest->data, c, rest->size);
    size_t size = at != NULL ? (size_t)(at - rest->data) : rest->size;
    bight_bytes head = bight_bytes_head(*rest, size);
    *rest = bight_bytes_tail(*rest, at != NULL ? size + 1 : size);
    return head;
}

static bight_bytes trim(bight_bytes text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = bight_bytes_tail(text, 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

static bool read_number(bight_bytes text, int64_t least, int64_t most,
                        int64_t *ret_number)
{
    return !bight_failed(bight_parse_int(text, ret_number)) &&
           *ret_number >= least && *ret_number <= most;
}

static unsigned width_of(const bight_address *address)
{
    return address->family == BIGHT_ADDRESS_IPV4 ? 32 : 128;
}

/* "[::1]:80", "host:80", "10.0.0.0/8:80": a host in front, maybe in brackets.
 */
static bight_bytes take_host(bight_bytes *rest)
{
    size_t size = 0;
    if (rest->size > 0 && rest->data[0] == '[' &&
        memchr(rest->data, ']', rest->size) != NULL) {
        *rest = bight_bytes_tail(*rest, 1);
        return take_until(rest, ']');
    }
    while (size < rest->size && rest->data[size] != '/' &&
           rest->data[size] != ':')
        size++;
    bight_bytes host = bight_bytes_head(*rest, size);
    *rest = bight_bytes_tail(*rest, size);
    return host;
}

static const char *read_host(bight_bytes host, struct rule *rule)
{
    bool wild = host.size > 2 && host.data[0] == '*' && host.data[1] == '.';
    if (!bight_failed(bight_address_parse_ip(host, 0, &rule->address))) {
        rule->bits = width_of(&rule->address);
        return NULL;
    }
    if (!socks_is_host_name(wild ? bight_bytes_tail(host, 2) : host) ||
        host.size > HOST_MAX)
        return "neither a name nor an address";
    memcpy(rule->name, host.data, host.size);
    return NULL;
}

/* NULL, or what is wrong. */
static const char *read_rule(bight_bytes text, struct rule *rule)
{
    int64_t number;
    const char *fault = read_host(take_host(&text), rule);
    if (fault != NULL)
        return fault;
    if (text.size > 0 && text.data[0] == '/') {
        text = bight_bytes_tail(text, 1);
        bight_bytes bits = text;
        const uint8_t *colon = memchr(text.data, ':', text.size);
        if (colon != NULL)
            bits.size = (size_t)(colon - text.data);
        text = bight_bytes_tail(text, bits.size);
        if (rule->name[0] != '\0' ||
            !read_number(bits, 0, width_of(&rule->address), &number))
            return "no such number of bits";
        rule->bits = (unsigned)number;
    }
    if (text.size == 0)
        return NULL;
    if (text.data[0] != ':' ||
        !read_number(bight_bytes_tail(text, 1), 1, UINT16_MAX, &number))
        return "no such port";
    rule->port = (uint16_t)number;
    return NULL;
}

static size_t count_rules(bight_bytes text)
{
    size_t count = text.size > 0;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == ',';
    return count;
}

bight_error socks_rules_parse(bight_bytes text, struct rules *ret_rules,
                              bight_diagnostic *d)
{
    struct rules rules = {.count = count_rules(text)};
    bight_bytes rest = text;
    *ret_rules = rules;
    if (rules.count == 0)
        return bight_ok();
    rules.all = bight_zalloc(rules.count * sizeof(rules.all[0]));
    if (rules.all == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    for (size_t i = 0; i < rules.count; i++) {
        bight_bytes one = trim(take_until(&rest, ','));
        const char *fault = read_rule(one, &rules.all[i]);
        if (fault != NULL) {
            socks_rules_free(&rules);
            return wrong(d, text, one, fault);
        }
    }
    *ret_rules = rules;
    return bight_ok();
}

void socks_rules_free(struct rules *rules)
{
    bight_free(rules->all);
    rules->all = NULL;
    rules->count = 0;
}

/* -- asking them ----------------------------------------------------------- */

static bool is_in(const bight_address *address, const uint8_t *net,
                  unsigned bits)
{
    if (memcmp(address->ip, net, bits / 8) != 0)
        return false;
    unsigned rest = bits % 8;
    return rest == 0 ||
           (address->ip[bits / 8] ^ net[bits / 8]) >> (8 - rest) == 0;
}

/* "*.example.org" is all below that, not itself. */
static bool names(const char *pattern, const char *name)
{
    size_t size = strlen(name);
    if (strncmp(pattern, "*.", 2) != 0)
        return strcasecmp(pattern, name) == 0;
    size_t below = strlen(pattern + 1);
    return size > below && strcasecmp(name + size - below, pattern + 1) == 0;
}

bool socks_rules_allow_name(const struct rules *rules, const char *name,
                            uint16_t port)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->all[i];
        if (rule->name[0] != '\0' && names(rule->name, name) &&
            (rule->port == 0 || rule->port == port))
            return true;
    }
    return rules->count == 0;
}

bool socks_rules_allow_address(const struct rules *rules,
                               const bight_address *address)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->all[i];
        if (rule->name[0] == '\0' && rule->address.family == address->family &&
            is_in(address, rule->address.ip, rule->bits) &&
            (rule->port == 0 || rule->port == address->port))
            return true;
    }
    return rules->count == 0;
}

/* -- what is private ------------------------------------------------------- */

/* From the registries of special addresses (RFC 6890). */
static const struct net {
    uint8_t ip[16];
    uint8_t bits;
} nets4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
};

static const struct net nets6[] = {
    {{0}, 8},    {{1}, 8},    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0xfc}, 7}, {{0xfe}, 8}, {{0xff}, 8},
};

/* Addresses of IPv4 inside of IPv6: mapped, of NAT64, of 6to4. */
static bool holds_ipv4(const bight_address *address, bight_address *ret_inner)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    const uint8_t *at = NULL;
    if (memcmp(address->ip, mapped, sizeof(mapped)) == 0 ||
        memcmp(address->ip, nat64, sizeof(nat64)) == 0)
        at = address->ip + 12;
    else if (address->ip[0] == 0x20 && address->ip[1] == 0x02)
        at = address->ip + 2;
    if (at == NULL)
        return false;
    *ret_inner = (bight_address){.family = BIGHT_ADDRESS_IPV4};
    memcpy(ret_inner->ip, at, 4);
    return true;
}

static bool is_in_any(const bight_address *address, const struct net *all,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_in(address, all[i].ip, all[i].bits))
            return true;
    return false;
}

bool socks_is_private(const bight_address *address)
{
    bight_address inner;
    if (address->family == BIGHT_ADDRESS_IPV4)
        return is_in_any(address, nets4, sizeof(nets4) / sizeof(nets4[0]));
    if (address->family != BIGHT_ADDRESS_IPV6)
        return true;
    if (holds_ipv4(address, &inner))
        return socks_is_private(&inner);
    return is_in_any(address, nets6, sizeof(nets6) / sizeof(nets6[0]));
}
