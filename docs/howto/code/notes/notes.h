/* SPDX-License-Identifier: MIT */
/* Notes under names: PUT /notes/NAME keeps one, GET answers it. */
#ifndef NOTES_H
#define NOTES_H

#include <bight/http.h>

struct notes;

bight_error notes_new(struct notes **ret_notes);
/* After the servers that use them. NULL is fine. */
void notes_free(struct notes *notes);

/* The handler; `notes` is a struct notes. */
bight_deferred *notes_handle(void *notes, bight_http_exchange *x);

#endif
