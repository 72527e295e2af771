/* SPDX-License-Identifier: MIT */
/* RFC 9112, 3.2, on a target of whose octets each is one that a URI may have.
 * http-parser's own function counts in 16 bits, and is not used. */
#include "target.h"

#include <arpa/inet.h>

#include "octets.h"

static const struct bight__http_fault bad_form = {
    400, "RFC 9112, 3.2", "a target whose form does not fit the method"};
static const struct bight__http_fault bad_escape = {
    400, "RFC 3986, 2.1", "a % without two hexadecimal digits in the target"};
static const struct bight__http_fault bad_authority = {
    400, "RFC 9112, 3.2", "a target without a valid host"};
static const struct bight__http_fault bad_tunnel = {
    400, "RFC 9110, 9.3.6", "a CONNECT to what is not HOST:PORT"};

/* Behind a valid escape at `p`, or NULL. */
static const uint8_t *skip_escape(const uint8_t *p, const uint8_t *end)
{
    return end - p > 2 && bight__http_is(p[1], BIGHT__HTTP_HEX) &&
                   bight__http_is(p[2], BIGHT__HTTP_HEX)
               ? p + 3
               : NULL;
}

/* -- hosts ---------------------------------------------------------------- */

static bool is_port(const uint8_t *p, const uint8_t *end)
{
    uint32_t port = 0;
    if (end - p > 5)
        return false;
    for (; p < end; p++) {
        if (*p < '0' || *p > '9')
            return false;
        port = port * 10 + (uint32_t)(*p - '0');
    }
    return port <= 65535;
}

/* Without its brackets. */
static bool is_ipv6(const uint8_t *p, const uint8_t *end)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    size_t size = (size_t)(end - p);
    if (size >= sizeof(text))
        return false;
    memcpy(text, p, size);
    text[size] = '\0';
    return strlen(text) == size && inet_pton(AF_INET6, text, &address) == 1;
}

/* Where the host ends, or NULL if there is none. */
static __attribute__((noinline)) const uint8_t *skip_host(const uint8_t *p,
                                                          const uint8_t *end)
{
    if (p < end && *p == '[') {
        const uint8_t *close = memchr(p, ']', (size_t)(end - p));
        return close != NULL && is_ipv6(p + 1, close) ? close + 1 : NULL;
    }
    const uint8_t *stop = bight__http_skip(p, end, BIGHT__HTTP_REG);
    while (stop != NULL && stop < end && *stop == '%') {
        stop = skip_escape(stop, end);
        if (stop != NULL)
            stop = bight__http_skip(stop, end, BIGHT__HTTP_REG);
    }
    return stop == p ? NULL : stop;
}

bool bight__http_is_host(bight_bytes text)
{
    const uint8_t *end = text.data + text.size;
    const uint8_t *p = bight__http_skip(text.data, end, BIGHT__HTTP_REG);
    /* Not a name without escapes: what else can it be? */
    if (p == text.data || (p < end && *p != ':'))
        p = skip_host(text.data, end);
    return p != NULL && (p == end || (*p == ':' && is_port(p + 1, end)));
}

/* -- forms ---------------------------------------------------------------- */

/* From `at` to the target's end. */
static const struct bight__http_fault *read_path(struct bight__http_head *head,
                                                 uint32_t at)
{
    uint32_t end_at = head->target.at + head->target.size;
    const uint8_t *end = head->bytes + end_at;
    const uint8_t *p = head->bytes + at;
    head->path = (struct bight__http_slice){at, end_at - at};
    while ((p = bight__http_skip(p, end, BIGHT__HTTP_PLAIN)) < end) {
        if (*p == '%') {
            p = skip_escape(p, end);
            if (p == NULL)
                return &bad_escape;
            continue;
        }
        p++;
        if (head->has_query)
            continue;
        uint32_t query = (uint32_t)(p - head->bytes);
        head->path.size = query - 1 - at;
        head->query = (struct bight__http_slice){query, end_at - query};
        head->has_query = true;
    }
    return NULL;
}

/* Both have a / that may stand for a path that is left out. */
static uint32_t skip_scheme(bight_bytes target)
{
    if (bight__http_text_equal(bight_bytes_head(target, 7),
                               BIGHT_BYTES("http://")))
        return 7;
    if (bight__http_text_equal(bight_bytes_head(target, 8),
                               BIGHT_BYTES("https://")))
        return 8;
    return 0;
}

static __attribute__((noinline)) const struct bight__http_fault *read_absolute(
    struct bight__http_head *head)
{
    bight_bytes target = bight__http_head_slice(head, head->target);
    uint32_t scheme = skip_scheme(target);
    uint32_t at = scheme;
    if (scheme == 0)
        return &bad_form;
    while (at < target.size && target.data[at] != '/' && target.data[at] != '?')
        at++;
    head->form = BIGHT__HTTP_ABSOLUTE;
    head->host =
        (struct bight__http_slice){head->target.at + scheme, at - scheme};
    if (!bight__http_is_host(bight__http_head_slice(head, head->host)))
        return &bad_authority;
    if (at < target.size && target.data[at] == '/')
        return read_path(head, head->target.at + at);
    if (at == target.size &&
        head->method_number == BIGHT__HTTP_METHOD_OPTIONS) {
        head->form = BIGHT__HTTP_ASTERISK;
        return NULL;
    }
    const struct bight__http_fault *fault =
        read_path(head, head->target.at + at);
    head->path = (struct bight__http_slice){head->target.at + scheme - 1, 1};
    return fault;
}

static __attribute__((noinline)) const struct bight__http_fault *read_authority(
    struct bight__http_head *head)
{
    bight_bytes target = bight__http_head_slice(head, head->target);
    const uint8_t *end = target.data + target.size;
    const uint8_t *p = skip_host(target.data, end);
    if (p == NULL || end - p < 2 || *p != ':' || !is_port(p + 1, end))
        return &bad_tunnel;
    head->form = BIGHT__HTTP_AUTHORITY;
    head->host = head->target;
    return NULL;
}

const struct bight__http_fault *bight__http_target_read(
    struct bight__http_head *head)
{
    const uint8_t *target = head->bytes + head->target.at;
    if (head->method_number == BIGHT__HTTP_METHOD_CONNECT)
        return read_authority(head);
    if (*target == '/') {
        head->form = BIGHT__HTTP_ORIGIN;
        return read_path(head, head->target.at);
    }
    if (*target != '*')
        return read_absolute(head);
    if (head->target.size > 1 ||
        head->method_number != BIGHT__HTTP_METHOD_OPTIONS)
        return &bad_form;
    head->form = BIGHT__HTTP_ASTERISK;
    return NULL;
}
