/* SPDX-License-Identifier: MIT */
/* A walk over the live connections of a factory (E3). */
#include "wire/owner.h"
#include "wire/transport.h"

struct walk {
    bight_each_fn fn;
    void *ctx;
};

/* Of a connection with filters the application knows the uppermost layer. */
static bool is_live(const bight_transport *t)
{
    return (t->facts & BIGHT__WAS_MADE) != 0 &&
           (t->facts & BIGHT__FILTERED) == 0 && t->state < BIGHT__ENDING;
}

static void walk_owner(const struct walk *walk, struct bight__owner *owner)
{
    struct bight__list_cursor cursor;
    struct bight__list *link;
    bight__list_walk_begin(&cursor, &owner->transports);
    while ((link = bight__list_walk_next(&cursor)) != NULL) {
        bight_transport *t = bight__container(link, bight_transport, link);
        if (is_live(t))
            walk->fn(walk->ctx, t);
    }
    bight__list_walk_end(&cursor);
}

static void walk_factory(const struct walk *walk,
                         struct bight__factory *factory)
{
    struct bight__list_cursor cursor;
    struct bight__list *link;
    bight__list_walk_begin(&cursor, &factory->users);
    while ((link = bight__list_walk_next(&cursor)) != NULL)
        walk_owner(walk, bight__container(link, struct bight__owner, beside));
    bight__list_walk_end(&cursor);
}

/* One factory may be there several times, with different options. */
void bight_factory_each(bight_loop *loop, const bight_factory *factory,
                        bight_each_fn fn, void *ctx)
{
    const struct walk walk = {.fn = fn, .ctx = ctx};
    struct bight__list_cursor cursor;
    struct bight__list *link;
    bight__loop_check(loop);
    if (loop->wire == NULL)
        return;
    bight__list_walk_begin(&cursor, &loop->wire->factories);
    while ((link = bight__list_walk_next(&cursor)) != NULL) {
        struct bight__factory *known =
            bight__container(link, struct bight__factory, link);
        if (known->source == factory)
            walk_factory(&walk, known);
    }
    bight__list_walk_end(&cursor);
}
