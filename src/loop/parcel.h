/* SPDX-License-Identifier: MIT */
/*
 * An error on its way to another thread: its texts are notes of the thread
 * that made it, so they travel as copies.
 */
#ifndef BIGHT_LOOP_PARCEL_H
#define BIGHT_LOOP_PARCEL_H

#include <bight/error.h>

/* All zero: success. */
struct bight__parcel {
    bight_error error;
    char *detail; /* NULL: none, or there was no memory for it */
    char *cause;
};

/* On the thread that made the error. */
void bight__parcel_pack(struct bight__parcel *parcel, bight_error error);

/* The error, its texts noted on this thread; the parcel is then empty. */
bight_error bight__parcel_unpack(struct bight__parcel *parcel);

/* Frees what was never unpacked. */
void bight__parcel_fini(struct bight__parcel *parcel);

#endif
