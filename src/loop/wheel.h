/* SPDX-License-Identifier: MIT */
/*
 * The timing wheel for per-connection deadlines (L4): four levels of 64 slots
 * of 10 ms ticks, with bitmaps. Adding and removing are O(1) and need no
 * memory; a node further away than the wheel reaches waits at its edge.
 */
#ifndef BIGHT_LOOP_WHEEL_H
#define BIGHT_LOOP_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define BIGHT__TICK_MS 10
#define BIGHT__WHEEL_LEVELS 4
#define BIGHT__WHEEL_SLOTS 64

/* `mark` belongs to the node's owner: there is room for it. */
struct bight__wheel_node {
    struct bight__wheel_node *next;
    struct bight__wheel_node **link; /* what points here; NULL: not queued */
    uint32_t due;                    /* tick */
    uint32_t mark;
};

struct bight__wheel {
    uint32_t now; /* the last tick that expired */
    uint32_t queued;
    uint64_t occupied[BIGHT__WHEEL_LEVELS];
    struct bight__wheel_node *slots[BIGHT__WHEEL_LEVELS][BIGHT__WHEEL_SLOTS];
    void (*expired)(struct bight__wheel_node *node);
};

void bight__wheel_init(struct bight__wheel *wheel, uint32_t now);

/* Queues or requeues; a due tick that has passed expires at the next one. */
void bight__wheel_add(struct bight__wheel *wheel,
                      struct bight__wheel_node *node, uint32_t due);
void bight__wheel_remove(struct bight__wheel *wheel,
                         struct bight__wheel_node *node);

/* Advances to `now`, calling `expired` for each node due, unlinked before. */
void bight__wheel_advance(struct bight__wheel *wheel, uint32_t now);

/* Ticks from now until the wheel must look again; false: it is empty. */
bool bight__wheel_next(const struct bight__wheel *wheel, uint32_t *ret_ticks);

#endif
