/* SPDX-License-Identifier: MIT */
/* Lines of one name as one list. */
#ifndef BIGHT_HTTP_JOINED_H
#define BIGHT_HTTP_JOINED_H

#include <bight/buffer.h>
#include <bight/http_exchange.h>

/* A field of the request, its lines joined by commas (RFC 9110, 5.3); `data`
 * NULL: there is none. What has more than one line is put into the empty
 * buffer, as far as there is memory. */
bight_bytes bight__http_joined(const bight_http_exchange *x, const char *name,
                               bight_buffer *buffer);

#endif
