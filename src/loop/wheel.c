/* SPDX-License-Identifier: MIT */
/* The timing wheel: see wheel.h for what it promises. */
#include "loop/wheel.h"

#include <stddef.h>

#define SLOT_BITS 6
#define SLOT_MASK (BIGHT__WHEEL_SLOTS - 1)
#define REACH ((1u << (SLOT_BITS * BIGHT__WHEEL_LEVELS)) - 1)

static unsigned slot_of(uint32_t tick, unsigned level)
{
    return (tick >> (SLOT_BITS * level)) & SLOT_MASK;
}

void bight__wheel_init(struct bight__wheel *wheel, uint32_t now)
{
    *wheel = (struct bight__wheel){.now = now};
}

static void slot_push(struct bight__wheel *wheel,
                      struct bight__wheel_node *node, unsigned level,
                      unsigned slot)
{
    struct bight__wheel_node **head = &wheel->slots[level][slot];
    node->next = *head;
    node->link = head;
    if (node->next != NULL)
        node->next->link = &node->next;
    *head = node;
    wheel->occupied[level] |= UINT64_C(1) << slot;
}

/* A node sits on the lowest level whose turn, counted from now, covers it. A
 * tick that has passed counts as `least` ticks ahead. */
static void place(struct bight__wheel *wheel, struct bight__wheel_node *node,
                  uint32_t least)
{
    uint32_t ahead = node->due - wheel->now;
    if ((int32_t)ahead <= 0)
        ahead = least;
    if (ahead > REACH)
        ahead = REACH;
    uint32_t tick = wheel->now + ahead;
    unsigned level = 0;
    while (level < BIGHT__WHEEL_LEVELS - 1 &&
           ahead >> (SLOT_BITS * (level + 1)) != 0)
        level++;
    slot_push(wheel, node, level, slot_of(tick, level));
}

void bight__wheel_remove(struct bight__wheel *wheel,
                         struct bight__wheel_node *node)
{
    if (node->link == NULL)
        return;
    *node->link = node->next;
    if (node->next != NULL)
        node->next->link = node->link;
    node->link = NULL;
    node->next = NULL;
    wheel->queued--;
    /* The slot's bit stays set: an empty slot is passed over when it is due. */
}

void bight__wheel_add(struct bight__wheel *wheel,
                      struct bight__wheel_node *node, uint32_t due)
{
    bight__wheel_remove(wheel, node);
    node->due = due;
    wheel->queued++;
    place(wheel, node, 1);
}

/* Takes a slot's nodes off the wheel as a list whose head is `*ret_list`. */
static void take_slot(struct bight__wheel *wheel, unsigned level, unsigned slot,
                      struct bight__wheel_node **ret_list)
{
    *ret_list = wheel->slots[level][slot];
    if (*ret_list != NULL)
        (*ret_list)->link = ret_list;
    wheel->slots[level][slot] = NULL;
    wheel->occupied[level] &= ~(UINT64_C(1) << slot);
}

static struct bight__wheel_node *list_pop(struct bight__wheel_node **list)
{
    struct bight__wheel_node *node = *list;
    *list = node->next;
    if (node->next != NULL)
        node->next->link = list;
    node->next = NULL;
    node->link = NULL;
    return node;
}

static void cascade(struct bight__wheel *wheel, unsigned level)
{
    struct bight__wheel_node *list;
    take_slot(wheel, level, slot_of(wheel->now, level), &list);
    while (list != NULL)
        place(wheel, list_pop(&list), 0);
}

/* The list is on the stack while callbacks run; a node may unlink itself or
 * its neighbours from it, or be added to the wheel again. */
static void expire(struct bight__wheel *wheel)
{
    struct bight__wheel_node *list;
    take_slot(wheel, 0, slot_of(wheel->now, 0), &list);
    while (list != NULL) {
        struct bight__wheel_node *node = list_pop(&list);
        if ((int32_t)(node->due - wheel->now) > 0) {
            place(wheel, node, 1);
            continue;
        }
        wheel->queued--;
        wheel->expired(node);
    }
}

/* Ticks until the next occupied slot of a level has its turn. */
static uint32_t level_ahead(const struct bight__wheel *wheel, unsigned level)
{
    uint64_t occupied = wheel->occupied[level];
    if (occupied == 0)
        return UINT32_MAX;
    unsigned first = (slot_of(wheel->now, level) + 1) & SLOT_MASK;
    if (first != 0)
        occupied = occupied >> first | occupied << (BIGHT__WHEEL_SLOTS - first);
    uint32_t slots = (uint32_t)__builtin_ctzll(occupied) + 1;
    uint32_t shift = SLOT_BITS * level;
    return (((wheel->now >> shift) + slots) << shift) - wheel->now;
}

static uint32_t ticks_to_look(const struct bight__wheel *wheel)
{
    uint32_t least = UINT32_MAX;
    for (unsigned level = 0; level < BIGHT__WHEEL_LEVELS; level++) {
        uint32_t ahead = level_ahead(wheel, level);
        if (ahead < least)
            least = ahead;
    }
    return least;
}

static void tick(struct bight__wheel *wheel)
{
    unsigned level = 0;
    while (level < BIGHT__WHEEL_LEVELS - 1 && slot_of(wheel->now, level) == 0)
        level++;
    for (; level > 0; level--)
        cascade(wheel, level);
    expire(wheel);
}

void bight__wheel_advance(struct bight__wheel *wheel, uint32_t now)
{
    while ((int32_t)(now - wheel->now) > 0) {
        if (wheel->queued == 0) {
            wheel->now = now;
            return;
        }
        uint32_t jump = ticks_to_look(wheel);
        uint32_t left = now - wheel->now;
        wheel->now += jump < left ? jump : left;
        if (jump <= left)
            tick(wheel);
    }
}

bool bight__wheel_next(const struct bight__wheel *wheel, uint32_t *ret_ticks)
{
    if (wheel->queued == 0)
        return false;
    *ret_ticks = ticks_to_look(wheel);
    return true;
}
