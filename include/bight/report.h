/* SPDX-License-Identifier: MIT */
/** @file
 * What a protocol did for its peer, piece by piece: lines of an access log.
 */
#ifndef BIGHT_REPORT_H
#define BIGHT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <bight/log.h>
#include <bight/protocol.h>

BIGHT_BEGIN_DECLS

/** A request and its answer, a command, a transfer. All of it is lent. */
typedef struct bight_report {
    size_t size;                   /**< sizeof(bight_report) */
    const char *text;              /**< "GET /a.txt 200 3B 0.4ms" */
    const bight_log_field *fields; /**< the same for programs */
    size_t count;                  /**< of the fields */
} bight_report;

/** Hears of each; from the protocol's callbacks. */
typedef void (*bight_reported_fn)(void *ctx, bight_transport *t,
                                  const bight_report *report);

/** Tells the owner's `reported`; nothing if there is none. Calls it from
 * inside: it must not call verbs on `t`. */
BIGHT_API void bight_transport_report(bight_transport *t,
                                      const bight_report *report);

/** Whether anybody hears reports: else there is no need to make them. */
BIGHT_API bool bight_transport_is_reported(const bight_transport *t);

BIGHT_END_DECLS

#endif
