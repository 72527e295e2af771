/* SPDX-License-Identifier: MIT */
/* Topics: what the server knows of a client's subscriptions. */
#ifndef REDIS_TOPIC_H
#define REDIS_TOPIC_H

#include "client.h"

/* Sends all of them, as the connection is new. False: no memory. */
bool topics_send(bight_redis_client *client);
void topics_lost(bight_redis_client *client);
/* Those that wait for their first confirmation. */
void subscriptions_fail(bight_redis_client *client, bight_error error);
void subscriptions_end(bight_redis_client *client);
void topic_unref(struct topic *topic);
void topic_confirmed(struct topic *topic);
void topic_refused(struct topic *topic, bight_error error);
/* False: it is of no topic. */
bool topics_deliver(bight_redis_client *client, const bight_redis_reply *push);

#endif
