/* SPDX-License-Identifier: MIT */
/* Errors across threads. */
#include "loop/parcel.h"

#include <bight/alloc.h>

static char *copy(const char *text)
{
    return *text != '\0' ? bight_strdup(text) : NULL;
}

void bight__parcel_pack(struct bight__parcel *parcel, bight_error error)
{
    parcel->detail = copy(bight_error_detail(error));
    parcel->cause = copy(bight_error_cause(error));
    error.note = 0;
    parcel->error = error;
}

bight_error bight__parcel_unpack(struct bight__parcel *parcel)
{
    bight_error error = parcel->error;
    if (parcel->detail != NULL)
        error = bight_error_note(error, "%s", parcel->detail);
    if (parcel->cause != NULL)
        error = bight_error_because(error, "%s", parcel->cause);
    bight__parcel_fini(parcel);
    return error;
}

void bight__parcel_fini(struct bight__parcel *parcel)
{
    bight_free(parcel->detail);
    bight_free(parcel->cause);
    *parcel = (struct bight__parcel){0};
}
