/* SPDX-License-Identifier: MIT */
/* Between a transport and a framer: data_received's whole body. */
#include <bight/framer.h>

#include "framing/framer.h"
#include "wire/transport.h"

/* The reason of an end keeps no note (T29), so what was wrong is told here. */
static void fail(const bight_framer *framer, bight_transport *t)
{
    const bight_log_field fields[] = {bight_log_error("why", framer->why)};
    bight_transport_log(t, BIGHT_LOG_WARNING, "frame-broken", fields, 1);
    bight_transport_fail(t, framer->why);
}

/* The bytes behind a frame may all be in the framer: those that could have
 * belonged to a longer delimiter. A frame that has begun stays there. */
static void put_back(bight_framer *framer, bight_transport *t, bight_bytes data)
{
    bight__framer_drop(framer);
    if (!framer->begun) {
        bight_bytes kept = bight_buffer_bytes(&framer->kept);
        framer->taken -= kept.size;
        bight__transport_hold_back(t, kept);
        bight_buffer_fini(&framer->kept);
    }
    bight__transport_hold_back(t, data);
}

void bight_framer_feed(bight_framer *framer, bight_transport *t,
                       bight_bytes data, bight_frame_fn fn)
{
    bight_framing found = BIGHT_FRAMING_FRAME;
    bight_bytes frame;
    while (found == BIGHT_FRAMING_FRAME && bight_transport_is_reading(t)) {
        found = bight_framer_next(framer, &data, &frame);
        if (found == BIGHT_FRAMING_FRAME)
            fn(bight_transport_self(t), t, frame);
    }
    if (found == BIGHT_FRAMING_BROKEN)
        fail(framer, t);
    else if (found == BIGHT_FRAMING_FRAME)
        put_back(framer, t, data);
}
