/* SPDX-License-Identifier: MIT */
/* What the files about URLs share. */
#ifndef BIGHT_HTTP_URL_INTERNAL_H
#define BIGHT_HTTP_URL_INTERNAL_H

#include <bight/http_url.h>

#include "put.h"

/* Writes scheme, userinfo, host and port. */
void bight__http_put_origin(struct bight__http_put *out,
                            const bight_http_url *url);

#endif
