/* SPDX-License-Identifier: MIT */
/*
 * The register of what a loop holds: everything that would survive the end of
 * a program that forgot it, so that a close can end it and name it (L9).
 */
#ifndef BIGHT_LOOP_RESOURCE_H
#define BIGHT_LOOP_RESOURCE_H

#include <bight/loop.h>

#include "base/list.h"

struct bight__resource;
struct bight__survivors;

struct bight__resource_ops {
    const char *kind;
    /* What names it, snprintf-like. May be NULL. */
    size_t (*describe)(const struct bight__resource *, char *buf, size_t size);
    /* Starts its end; it removes itself, now or later. */
    void (*end)(struct bight__resource *);
    /* Adds survivors of its own instead of itself (an owner's connections).
     * May be NULL. */
    void (*report)(struct bight__resource *, struct bight__survivors *);
};

struct bight__resource {
    struct bight__list link;
    const struct bight__resource_ops *ops;
    const void *made_at; /* a return address of the program's */
    uint64_t made_ms;
};

struct bight__resources {
    struct bight__list all;
};

void bight__resources_init(struct bight__resources *resources);
void bight__resource_add(bight_loop *loop, struct bight__resource *resource,
                         const struct bight__resource_ops *ops,
                         const void *made_at);
void bight__resource_remove(bight_loop *loop, struct bight__resource *resource);

/* Starts the end of all; those that end at once are gone afterwards. */
void bight__resources_end(bight_loop *loop);

#define BIGHT__SURVIVORS_MAX 64

struct bight__survivors {
    bight_close_report report;
    struct bight__survivor_list *list; /* NULL: no memory, only counted */
};

/* Fills the loop's. */
void bight__survivors_collect(bight_loop *loop);
void bight__survivors_add(struct bight__survivors *survivors, const char *kind,
                          const char *name, const void *made_at,
                          uint64_t age_ms);
void bight__survivors_log(const bight_loop *loop);
/* "function+0x12" of a return address; "unknown" for NULL. */
void bight__origin_text(const void *address, char *buf, size_t size);
void bight__survivors_fini(struct bight__survivors *survivors);

#endif
