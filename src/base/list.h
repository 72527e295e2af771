/* SPDX-License-Identifier: MIT */
/* Intrusive doubly linked lists, and walks that survive any change. */
#ifndef BIGHT_BASE_LIST_H
#define BIGHT_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The head and the links are one type; an unlinked node points at itself. */
struct bight__list {
    struct bight__list *prev, *next;
};

/* One walk over a list. It visits the nodes that were there when it began, in
 * order, each at most once, but none that was removed before its turn (also
 * when it was put back). During a walk any node may be added, removed and
 * freed, other walks may begin, and the head may go once its nodes are gone. */
struct bight__list_cursor {
    struct bight__list *next; /* to visit; NULL: none left */
    struct bight__list *last; /* the last to visit */
    struct bight__list_cursor *outer;
};

/* The walks of this thread, innermost first: bight__list_remove moves those
 * that stand on its node. Nothing of a walk lies in the list, so a list may be
 * used as ever while it is walked. Not of the model initial-exec: the library
 * could then not be loaded by a program that runs already. */
extern _Thread_local struct bight__list_cursor *bight__list_walks
    __attribute__((visibility("hidden")));

/* By way of an integer: what holds a const member may itself be const. */
#define bight__container(ptr, type, member)                                    \
    ((type *)((uintptr_t)(ptr)-offsetof(type, member)))

static inline void bight__list_init(struct bight__list *list)
{
    list->prev = list;
    list->next = list;
}

static inline bool bight__list_empty(const struct bight__list *list)
{
    return list->next == list;
}

/* NULL if the list is empty. */
static inline struct bight__list *bight__list_first(
    const struct bight__list *list)
{
    return list->next == list ? NULL : list->next;
}

static inline void bight__list_insert_after(struct bight__list *at,
                                            struct bight__list *node)
{
    node->prev = at;
    node->next = at->next;
    at->next->prev = node;
    at->next = node;
}

/* The node must be unlinked. */
static inline void bight__list_push_front(struct bight__list *list,
                                          struct bight__list *node)
{
    bight__list_insert_after(list, node);
}

/* The node must be unlinked. */
static inline void bight__list_push_back(struct bight__list *list,
                                         struct bight__list *node)
{
    bight__list_insert_after(list->prev, node);
}

void bight__list_leave_walks(struct bight__list *node);

/* Does nothing to a node that is initialised and in no list. */
static inline void bight__list_remove(struct bight__list *node)
{
    if (bight__list_walks)
        bight__list_leave_walks(node);
    node->prev->next = node->next;
    node->next->prev = node->prev;
    bight__list_init(node);
}

/* Each walk is ended by bight__list_walk_end on the thread that began it, also
 * when it was left early; the cursor stays where it is until then. */
void bight__list_walk_begin(struct bight__list_cursor *cursor,
                            struct bight__list *list);

/* NULL after the last. */
struct bight__list *bight__list_walk_next(struct bight__list_cursor *cursor);

/* A second call does nothing. */
void bight__list_walk_end(struct bight__list_cursor *cursor);

#endif
