/* SPDX-License-Identifier: MIT */
/*
 * SOCKS 4 and 4a. An address 0.0.0.x announces a name behind the user's:
 *
 *     command 1, port 2, address 4, user's name, 0 [, name, 0]
 *     0, 90 or 91, port 2, address 4
 */
#include <string.h>

#include "socks.h"

#define GRANTED 90
#define REJECTED 91

static bight_error answer(bight_stream *stream, bight_error error,
                          const bight_address *bound)
{
    uint8_t reply[8] = {0, bight_failed(error) ? REJECTED : GRANTED};
    if (bound != NULL && bound->family == BIGHT_ADDRESS_IPV4) {
        reply[2] = (uint8_t)(bound->port >> 8);
        reply[3] = (uint8_t)bound->port;
        memcpy(reply + 4, bound->ip, 4);
    }
    return bight_stream_write(stream, bight_bytes_of(reply, sizeof(reply)));
}

static bool announces_name(const uint8_t *ip)
{
    return ip[0] == 0 && ip[1] == 0 && ip[2] == 0 && ip[3] != 0;
}

static bight_error read_name(bight_stream *stream, struct request *request)
{
    bight_bytes name;
    bight_error error =
        bight_stream_read_until(stream, BIGHT_BYTES("\0"), HOST_MAX + 1, &name);
    if (bight_failed(error))
        return error;
    return socks_request_set_host(request,
                                  bight_bytes_head(name, name.size - 1));
}

static bight_error read_all(bight_stream *stream, struct request *request)
{
    bight_bytes head;
    bight_bytes user;
    bight_error error = bight_stream_read_exactly(stream, 7, &head);
    if (bight_failed(error))
        return error;
    if (head.data[0] != 1)
        return socks_broken("no CONNECT");
    request->port = (uint16_t)(head.data[1] << 8 | head.data[2]);
    request->address.family = BIGHT_ADDRESS_IPV4;
    request->address.port = request->port;
    memcpy(request->address.ip, head.data + 3, 4);
    error = bight_stream_read_until(stream, BIGHT_BYTES("\0"), 256, &user);
    if (!bight_failed(error) && announces_name(request->address.ip))
        error = read_name(stream, request);
    return error;
}

/* It has names of users, but no passwords. */
static bight_error read_request(bight_stream *stream,
                                const struct options *options,
                                struct request *ret_request)
{
    bight_error error = read_all(stream, ret_request);
    if (!bight_failed(error) && options->user != NULL)
        error = bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                                 "SOCKS 4 has no passwords");
    if (bight_failed(error))
        (void)answer(stream, error, NULL);
    return error;
}

const struct dialect socks4 = {.read = read_request, .answer = answer};
