/* SPDX-License-Identifier: MIT */
/* The limits of one connection: its owner's, or its own. */
#include <bight/alloc.h>

#include "wire/out.h"
#include "wire/owner.h"

const bight_limits *bight__transport_limits(const bight_transport *t)
{
    if (t->cold != NULL && t->cold->own_limits)
        return &t->cold->limits;
    return &t->owner->limits;
}

bight_error bight__transport_own_limits(bight_transport *t,
                                        bight_limits **ret_limits)
{
    if (bight__transport_closing(t))
        return bight_error_of(BIGHT_ERROR_CLOSED);
    struct bight__cold *cold = bight__transport_cold(t);
    if (cold == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    if (!cold->own_limits)
        cold->limits = t->owner->limits;
    cold->own_limits = true;
    *ret_limits = &cold->limits;
    return bight_ok();
}

bight_error bight_transport_set_marks(bight_transport *t, size_t high,
                                      size_t low)
{
    bight__transport_check(t);
    if (low > high)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "the low mark is above the high mark");
    bight_limits *limits;
    bight_error error = bight__transport_own_limits(t, &limits);
    if (bight_failed(error))
        return error;
    limits->high_mark = high;
    limits->low_mark = low;
    bight__out_judge(t);
    return bight_ok();
}

bight_error bight_transport_set_write_cap(bight_transport *t, size_t cap)
{
    bight__transport_check(t);
    bight_limits *limits;
    bight_error error = bight__transport_own_limits(t, &limits);
    if (bight_failed(error))
        return error;
    limits->write_cap = cap;
    return bight_ok();
}

bight_error bight_transport_set_timeout(bight_transport *t,
                                        bight_timeout_kind which, uint64_t ms)
{
    bight__transport_check(t);
    if (which == BIGHT_TIMEOUT_LINGER && ms == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "the linger timeout cannot be switched off");
    bight_limits *limits;
    bight_error error = bight__transport_own_limits(t, &limits);
    if (bight_failed(error))
        return error;
    const bight_limits *given = &t->owner->limits;
    bool owners = ms == BIGHT_TIMEOUT_OF_OWNER;
    if (which == BIGHT_TIMEOUT_IDLE)
        limits->idle_timeout_ms = owners ? given->idle_timeout_ms : ms;
    else if (which == BIGHT_TIMEOUT_WRITE)
        limits->write_timeout_ms = owners ? given->write_timeout_ms : ms;
    else
        limits->linger_timeout_ms = owners ? given->linger_timeout_ms : ms;
    bight__transport_rearm(t);
    return bight_ok();
}
