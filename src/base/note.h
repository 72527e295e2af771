/* SPDX-License-Identifier: MIT */
/* The details of this thread's latest errors, in a ring. */
#ifndef BIGHT_BASE_NOTE_H
#define BIGHT_BASE_NOTE_H

#include <stdint.h>

/* The longest detail or cause, with its NUL. */
#define BIGHT__NOTE_MAX 512

/* Copies both texts, which may themselves lie in the ring and end in NUL
 * within BIGHT__NOTE_MAX. Returns the new note's number, never 0. */
uint32_t bight__note_add(const char *detail, const char *cause);

/* "" for 0, and for what was overwritten or is another thread's. */
const char *bight__note_detail(uint32_t note);
const char *bight__note_cause(uint32_t note);

#endif
