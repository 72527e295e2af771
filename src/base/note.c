/* SPDX-License-Identifier: MIT */
/*
 * The ring of notes. Texts are written one after the other into RING bytes,
 * the oldest giving way; a position counts all bytes ever written, so a text
 * is whole as long as fewer than RING were written since it began. A note's
 * number is unique in the process (until 2^32 of them): threads take numbers
 * in blocks of SLOTS, and the number gives the slot. Nothing is allocated, so
 * noting an error cannot fail, out of memory included (S3).
 */
#include "base/note.h"

#include <stdatomic.h>
#include <string.h>

#define SLOTS 64
#define RING 16384

struct slot {
    uint32_t number;
    uint32_t cause; /* where the cause begins in the text */
    uint64_t position;
};

struct notes {
    uint32_t next; /* a multiple of SLOTS: take a new block */
    uint64_t position;
    struct slot slots[SLOTS];
    char ring[RING];
};

static _Thread_local struct notes notes;

/* Block 0 is never given out: number 0 means none. */
static uint32_t take_number(void)
{
    static atomic_uint_least32_t blocks;
    const uint32_t block_count = UINT32_MAX / SLOTS + 1;

    while (notes.next % SLOTS == 0) {
        uint32_t block = (uint32_t)atomic_fetch_add_explicit(
                             &blocks, 1, memory_order_relaxed) %
                         block_count;
        notes.next = block * SLOTS;
        if (block != 0)
            break;
    }
    return notes.next++;
}

/* Room for `size` bytes in one piece. */
static char *take_room(size_t size, uint64_t *ret_position)
{
    size_t at = (size_t)(notes.position % RING);

    if (at + size > RING)
        notes.position += RING - at;
    *ret_position = notes.position;
    at = (size_t)(notes.position % RING);
    notes.position += size;
    return notes.ring + at;
}

uint32_t bight__note_add(const char *detail, const char *cause)
{
    size_t detail_size = strlen(detail) + 1;
    size_t cause_size = strlen(cause) + 1;
    char copy[2 * BIGHT__NOTE_MAX];
    uint32_t number = take_number();
    struct slot *slot = &notes.slots[number % SLOTS];

    memcpy(copy, detail, detail_size);
    memcpy(copy + detail_size, cause, cause_size);
    slot->number = number;
    slot->cause = (uint32_t)detail_size;
    memcpy(take_room(detail_size + cause_size, &slot->position), copy,
           detail_size + cause_size);
    return number;
}

static const struct slot *find(uint32_t note)
{
    const struct slot *slot = &notes.slots[note % SLOTS];

    if (note == 0 || slot->number != note)
        return NULL;
    return notes.position - slot->position <= RING ? slot : NULL;
}

const char *bight__note_detail(uint32_t note)
{
    const struct slot *slot = find(note);

    return slot ? notes.ring + slot->position % RING : "";
}

const char *bight__note_cause(uint32_t note)
{
    const struct slot *slot = find(note);

    return slot ? notes.ring + slot->position % RING + slot->cause : "";
}
