/* SPDX-License-Identifier: MIT */
/* Topics: what the server knows of a client's subscriptions. */
#ifndef REDIS_TOPIC_H
#define REDIS_TOPIC_H

#include "client.h"

/* Sends all of them, as the connection is new. False: no memory. */
bool bight__redis_topics_send(bight_redis_client *client);
void bight__redis_topics_lost(bight_redis_client *client);
/* Those that wait for their first confirmation. */
void bight__redis_subscriptions_fail(bight_redis_client *client,
                                     bight_error error);
void bight__redis_subscriptions_end(bight_redis_client *client);
void bight__redis_topic_unref(struct bight__redis_topic *topic);
void bight__redis_topic_confirmed(struct bight__redis_topic *topic);
void bight__redis_topic_refused(struct bight__redis_topic *topic,
                                bight_error error);
/* False: it is of no topic. */
bool bight__redis_topics_deliver(bight_redis_client *client,
                                 const bight_redis_reply *push);

#endif
