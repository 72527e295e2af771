/* SPDX-License-Identifier: MIT */
/* What the floors above may ask of a transport, beside the public functions. */
#ifndef BIGHT_WIRE_LOOK_H
#define BIGHT_WIRE_LOOK_H

#include <bight/listener.h>

/* Its wire is gone, or about to be: connection_lost is due. */
bool bight__transport_has_ended(const bight_transport *t);

/* Eofs go both ways: it ends when all has left (T28). */
bool bight__transport_ends_by_itself(const bight_transport *t);

/* Bytes that the kernel has refused so far, in all layers. */
size_t bight__out_refused(const bight_transport *t);

/* Those in force. */
const bight_limits *bight__transport_limits(const bight_transport *t);

#endif
