/* SPDX-License-Identifier: MIT */
/* Reports pass from protocols to owners. */
#include <bight/report.h>

#include "wire/owner.h"
#include "wire/transport.h"

/* An orphan's owner is gone. */
static bight_reported_fn listener_of(const bight_transport *t)
{
    bight__transport_check(t);
    return (t->facts & BIGHT__ORPHANED) == 0 ? t->owner->reported : NULL;
}

bool bight_transport_is_reported(const bight_transport *t)
{
    return listener_of(t) != NULL;
}

void bight_transport_report(bight_transport *t, const bight_report *report)
{
    bight_reported_fn reported = listener_of(t);
    if (reported != NULL)
        reported(t->owner->ctx, t, report);
}
