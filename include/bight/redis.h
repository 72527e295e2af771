/* SPDX-License-Identifier: MIT */
/** @file
 * All of libbight-redis.
 */
#ifndef BIGHT_REDIS_H
#define BIGHT_REDIS_H

#include <bight/redis_client.h>
#include <bight/redis_error.h>
#include <bight/redis_reply.h>

#endif
