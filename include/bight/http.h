/* SPDX-License-Identifier: MIT */
/** @file
 * All of libbight-http.
 */
#ifndef BIGHT_HTTP_H
#define BIGHT_HTTP_H

#include <bight/http_access_log.h>
#include <bight/http_basic_auth.h>
#include <bight/http_compress.h>
#include <bight/http_conditional.h>
#include <bight/http_cookie.h>
#include <bight/http_cors.h>
#include <bight/http_date.h>
#include <bight/http_events.h>
#include <bight/http_exchange.h>
#include <bight/http_files.h>
#include <bight/http_form.h>
#include <bight/http_layers.h>
#include <bight/http_middleware.h>
#include <bight/http_quality.h>
#include <bight/http_range.h>
#include <bight/http_read_form.h>
#include <bight/http_router.h>
#include <bight/http_server.h>
#include <bight/http_task.h>
#include <bight/http_token.h>
#include <bight/http_type.h>
#include <bight/http_url.h>

#endif
