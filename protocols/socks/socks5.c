/* SPDX-License-Identifier: MIT */
/*
 * SOCKS 5 (RFC 1928), with or without a password (RFC 1929):
 *
 *     count, methods          5, method (0: none, 2: password, 255: neither)
 *     1, length, user, length, password             1, 0 (welcome) or else
 *     5, command, 0, address, port                  5, reply, 0, address, port
 */
#include <errno.h>
#include <string.h>

#include "socks.h"

enum reply {
    SUCCEEDED = 0,
    FAILED = 1,
    NOT_ALLOWED = 2,
    NETWORK_UNREACHABLE = 3,
    HOST_UNREACHABLE = 4,
    REFUSED = 5,
    EXPIRED = 6,
    NO_SUCH_COMMAND = 7,
    NO_SUCH_ADDRESS = 8
};

enum kind { KIND_IPV4 = 1, KIND_NAME = 3, KIND_IPV6 = 4 };

/* -- answers --------------------------------------------------------------- */

static bight_error reply(bight_stream *stream, enum reply code,
                         const bight_address *bound)
{
    uint8_t bytes[22] = {5, (uint8_t)code, 0, KIND_IPV4};
    size_t size = 4;
    if (bound != NULL && bound->family == BIGHT_ADDRESS_IPV6) {
        bytes[3] = KIND_IPV6;
        size = 16;
    }
    if (bound != NULL && bound->family != BIGHT_ADDRESS_NONE) {
        memcpy(bytes + 4, bound->ip, size);
        bytes[4 + size] = (uint8_t)(bound->port >> 8);
        bytes[5 + size] = (uint8_t)bound->port;
    }
    return bight_stream_write(stream, bight_bytes_of(bytes, 6 + size));
}

static enum reply reply_for_errno(int32_t code)
{
    switch (code) {
    case ECONNREFUSED:
        return REFUSED;
    case ENETUNREACH:
    case EAFNOSUPPORT:
        return NETWORK_UNREACHABLE;
    case EHOSTUNREACH:
        return HOST_UNREACHABLE;
    case ETIMEDOUT:
        return EXPIRED;
    default:
        return FAILED;
    }
}

static enum reply reply_for(bight_error error)
{
    if (!bight_failed(error))
        return SUCCEEDED;
    if (error.domain == &bight_errno_domain)
        return reply_for_errno(error.code);
    if (error.domain == &bight_dns_domain)
        return HOST_UNREACHABLE;
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_REFUSED))
        return NOT_ALLOWED;
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_TIMED_OUT) ||
        bight_error_is(error, &bight_domain, BIGHT_ERROR_CONNECT_TIMEOUT))
        return EXPIRED;
    return FAILED;
}

static bight_error answer(bight_stream *stream, bight_error error,
                          const bight_address *bound)
{
    return reply(stream, reply_for(error), bound);
}

/* -- who it is ------------------------------------------------------------- */

static bight_error read_methods(bight_stream *stream, uint8_t wanted)
{
    bight_bytes bytes;
    bight_error error = bight_stream_read_exactly(stream, 1, &bytes);
    size_t count = bight_failed(error) ? 0 : bytes.data[0];
    if (!bight_failed(error) && count == 0)
        return socks_broken("no methods");
    if (!bight_failed(error))
        error = bight_stream_read_exactly(stream, count, &bytes);
    if (!bight_failed(error) && memchr(bytes.data, wanted, count) == NULL)
        error = bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                                 "none of the methods offered");
    return error;
}

/* The time it takes tells nothing of how much was right. */
static bool equals(bight_bytes given, const char *wanted)
{
    size_t size = strlen(wanted);
    unsigned differ = given.size != size;
    for (size_t i = 0; i < given.size; i++)
        differ |= given.data[i] ^ (uint8_t)wanted[size == 0 ? 0 : i % size];
    return differ == 0;
}

static bight_error read_counted(bight_stream *stream, bight_bytes *ret_bytes)
{
    bight_bytes length;
    bight_error error = bight_stream_read_exactly(stream, 1, &length);
    if (bight_failed(error))
        return error;
    if (length.data[0] == 0)
        return socks_broken("a length of 0");
    return bight_stream_read_exactly(stream, length.data[0], ret_bytes);
}

static bight_error read_password(bight_stream *stream,
                                 const struct options *options)
{
    bight_bytes bytes;
    bight_error error = bight_stream_read_exactly(stream, 1, &bytes);
    if (!bight_failed(error) && bytes.data[0] != 1)
        return socks_broken("no such version of passwords");
    if (!bight_failed(error))
        error = read_counted(stream, &bytes);
    if (bight_failed(error))
        return error;
    bool is_user = equals(bytes, options->user);
    error = read_counted(stream, &bytes);
    if (bight_failed(error))
        return error;
    bool is_password = equals(bytes, options->password);
    return is_user && is_password
               ? bight_ok()
               : bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                                  "wrong user or password");
}

static bight_error greet(bight_stream *stream, const struct options *options)
{
    bool asks = options->user != NULL;
    bight_error error = read_methods(stream, asks ? 2 : 0);
    if (bight_failed(error))
        return socks_refuse(stream, BIGHT_BYTES("\x05\xff"), error);
    if (!asks)
        return bight_stream_write(stream, BIGHT_BYTES("\x05\x00"));
    error = bight_stream_write(stream, BIGHT_BYTES("\x05\x02"));
    if (bight_failed(error))
        return error;
    error = read_password(stream, options);
    if (bight_failed(error))
        return socks_refuse(stream, BIGHT_BYTES("\x01\x01"), error);
    return bight_stream_write(stream, BIGHT_BYTES("\x01\x00"));
}

/* -- what it wants --------------------------------------------------------- */

static bight_error read_ip(bight_stream *stream, size_t size,
                           bight_address *address)
{
    bight_bytes ip;
    bight_error error = bight_stream_read_exactly(stream, size, &ip);
    if (bight_failed(error))
        return error;
    address->family = size == 4 ? BIGHT_ADDRESS_IPV4 : BIGHT_ADDRESS_IPV6;
    memcpy(address->ip, ip.data, size);
    return error;
}

static bight_error read_host(bight_stream *stream, uint8_t kind,
                             struct request *request)
{
    bight_bytes name = {.size = 0};
    if (kind == KIND_IPV4)
        return read_ip(stream, 4, &request->address);
    if (kind == KIND_IPV6)
        return read_ip(stream, 16, &request->address);
    bight_error error = read_counted(stream, &name);
    return bight_failed(error) ? error : socks_request_set_host(request, name);
}

static bight_error read_port(bight_stream *stream, struct request *request)
{
    bight_bytes port;
    bight_error error = bight_stream_read_exactly(stream, 2, &port);
    if (bight_failed(error))
        return error;
    request->port = (uint16_t)(port.data[0] << 8 | port.data[1]);
    request->address.port = request->port;
    return error;
}

/* On an error *ret_code is what to answer. */
static bight_error read_head(bight_stream *stream, uint8_t *ret_kind,
                             enum reply *ret_code)
{
    bight_bytes head;
    *ret_code = FAILED;
    bight_error error = bight_stream_read_exactly(stream, 4, &head);
    if (bight_failed(error))
        return error;
    if (head.data[0] != 5 || head.data[2] != 0)
        return socks_broken("no request");
    *ret_kind = head.data[3];
    *ret_code = NO_SUCH_COMMAND;
    if (head.data[1] != 1)
        return socks_broken("no CONNECT");
    *ret_code = NO_SUCH_ADDRESS;
    if (*ret_kind != KIND_IPV4 && *ret_kind != KIND_NAME &&
        *ret_kind != KIND_IPV6)
        return socks_broken("no such kind of address");
    *ret_code = FAILED;
    return bight_ok();
}

static bight_error read_request(bight_stream *stream,
                                const struct options *options,
                                struct request *ret_request)
{
    uint8_t kind = 0;
    enum reply code = FAILED;
    bight_error error = greet(stream, options);
    if (bight_failed(error))
        return error;
    error = read_head(stream, &kind, &code);
    if (!bight_failed(error))
        error = read_host(stream, kind, ret_request);
    if (!bight_failed(error))
        error = read_port(stream, ret_request);
    if (bight_failed(error))
        (void)reply(stream, code, NULL);
    return error;
}

const struct dialect socks5 = {.read = read_request, .answer = answer};
