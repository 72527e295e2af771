/* SPDX-License-Identifier: MIT */
/* What the parsers of forms share. */
#include "form.h"

#include <inttypes.h>

#include "grown.h"

static size_t limit_or(size_t limit, size_t other)
{
    return limit > 0 ? limit : other;
}

bight_http_form_limits bight__http_form_limits_of(
    const bight_http_form_limits *limits)
{
    bight_http_form_limits full = {.size = sizeof(full)};
    if (limits)
        bight__http_take_known(&full, sizeof(full), limits);
    full.fields = limit_or(full.fields, 1000);
    full.name = limit_or(full.name, 1024);
    full.value = limit_or(full.value, (size_t)64 * 1024);
    full.head = limit_or(full.head, (size_t)8 * 1024);
    if (full.part == 0)
        full.part = UINT64_MAX;
    return full;
}

bight_error bight__http_form_broken(const char *what)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID), "form: %s",
                            what);
}

bight_error bight__http_form_too_much(const char *what, uint64_t limit)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_RANGE),
                            "form: %s above the limit of %" PRIu64, what,
                            limit);
}
