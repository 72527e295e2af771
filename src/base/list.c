/* SPDX-License-Identifier: MIT */
/* Walks over intrusive lists. */
#include "base/list.h"

_Thread_local struct bight__list_cursor *bight__list_walks;

void bight__list_walk_begin(struct bight__list_cursor *cursor,
                            struct bight__list *list)
{
    cursor->next = bight__list_first(list);
    cursor->last = list->prev;
    cursor->outer = bight__list_walks;
    bight__list_walks = cursor;
}

/* To the next node, or past the end. */
static void step(struct bight__list_cursor *cursor)
{
    if (cursor->next == cursor->last)
        cursor->next = NULL;
    else
        cursor->next = cursor->next->next;
}

struct bight__list *bight__list_walk_next(struct bight__list_cursor *cursor)
{
    struct bight__list *node = cursor->next;

    if (node)
        step(cursor);
    return node;
}

/* Walks end in any order: a task may leave its own while another's goes on. */
void bight__list_walk_end(struct bight__list_cursor *cursor)
{
    struct bight__list_cursor **at = &bight__list_walks;

    while (*at && *at != cursor)
        at = &(*at)->outer;
    if (*at)
        *at = cursor->outer;
    cursor->next = NULL;
}

/* New nodes come only before the next or after the last of a walk, so what
 * lies between is what the walk has still to visit. */
void bight__list_leave_walks(struct bight__list *node)
{
    struct bight__list_cursor *cursor;

    for (cursor = bight__list_walks; cursor; cursor = cursor->outer) {
        if (cursor->next == node)
            step(cursor);
        else if (cursor->next && cursor->last == node)
            cursor->last = node->prev;
    }
}
