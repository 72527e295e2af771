/* SPDX-License-Identifier: MIT */
/* The register of what a loop holds, and the report on what outlived it. */
#include "loop/resource.h"

#include <dlfcn.h>
#include <stdio.h>

#include <bight/alloc.h>
#include <bight/log.h>

#include "loop/loop.h"

struct entry {
    char name[96];
    char made_at[96];
};

struct bight__survivor_list {
    bight_survivor list[BIGHT__SURVIVORS_MAX];
    struct entry texts[BIGHT__SURVIVORS_MAX];
};

void bight__resources_init(struct bight__resources *resources)
{
    bight__list_init(&resources->all);
}

void bight__resource_add(bight_loop *loop, struct bight__resource *resource,
                         const struct bight__resource_ops *ops,
                         const void *made_at)
{
    resource->ops = ops;
    resource->made_at = loop->origin != NULL ? loop->origin : made_at;
    resource->made_ms = bight__loop_now_ms(loop);
    bight__list_push_back(&loop->resources.all, &resource->link);
}

void bight__resource_remove(bight_loop *loop, struct bight__resource *resource)
{
    bight__list_remove(&resource->link);
    bight__loop_release(loop);
}

void bight__resources_end(bight_loop *loop)
{
    struct bight__list_cursor cursor;
    bight__list_walk_begin(&cursor, &loop->resources.all);
    struct bight__list *link;
    while ((link = bight__list_walk_next(&cursor)) != NULL) {
        struct bight__resource *resource =
            bight__container(link, struct bight__resource, link);
        resource->ops->end(resource);
    }
    bight__list_walk_end(&cursor);
}

void bight__origin_text(const void *address, char *buf, size_t size)
{
    Dl_info info;
    if (address == NULL || dladdr(address, &info) == 0) {
        (void)snprintf(buf, size, "unknown");
        return;
    }
    const char *base = info.dli_sname != NULL ? info.dli_sname : info.dli_fname;
    const void *from = info.dli_sname != NULL ? info.dli_saddr : info.dli_fbase;
    (void)snprintf(buf, size, "%s+0x%zx", base,
                   (size_t)((const char *)address - (const char *)from));
}

void bight__survivors_add(struct bight__survivors *survivors, const char *kind,
                          const char *name, const void *made_at,
                          uint64_t age_ms)
{
    size_t i = survivors->report.count++;
    struct bight__survivor_list *list = survivors->list;
    if (list == NULL || i >= BIGHT__SURVIVORS_MAX)
        return;
    struct entry *texts = &list->texts[i];
    (void)snprintf(texts->name, sizeof(texts->name), "%s", name);
    bight__origin_text(made_at, texts->made_at, sizeof(texts->made_at));
    list->list[i] = (bight_survivor){.kind = kind,
                                     .name = texts->name,
                                     .made_at = texts->made_at,
                                     .age_ms = age_ms};
}

static void add_resource(bight_loop *loop, struct bight__survivors *survivors,
                         struct bight__resource *resource)
{
    if (resource->ops->report != NULL) {
        resource->ops->report(resource, survivors);
        return;
    }
    char name[96] = "";
    if (resource->ops->describe != NULL)
        (void)resource->ops->describe(resource, name, sizeof(name));
    bight__survivors_add(survivors, resource->ops->kind, name,
                         resource->made_at,
                         bight__loop_now_ms(loop) - resource->made_ms);
}

void bight__survivors_collect(bight_loop *loop)
{
    struct bight__survivors *survivors = &loop->survivors;
    const struct bight__list *all = &loop->resources.all;
    survivors->report.size = sizeof(survivors->report);
    if (all->next == all)
        return;
    survivors->list = bight_zalloc(sizeof(*survivors->list));
    if (survivors->list != NULL)
        survivors->report.survivors = survivors->list->list;
    for (struct bight__list *link = all->next; link != all; link = link->next)
        add_resource(loop, survivors,
                     bight__container(link, struct bight__resource, link));
}

static void log_survivor(const bight_loop *loop, const bight_survivor *survivor)
{
    const bight_log_field fields[] = {
        bight_log_text("loop", loop->name),
        bight_log_text("kind", survivor->kind),
        bight_log_text("name", survivor->name),
        bight_log_text("made_at", survivor->made_at),
        bight_log_uint("age_ms", survivor->age_ms),
    };
    bight_log_write(BIGHT_LOG_INFO, "survivor", fields, 5);
}

void bight__survivors_log(const bight_loop *loop)
{
    const bight_close_report *report = &loop->survivors.report;
    size_t listed = report->survivors == NULL ? 0 : report->count;
    if (listed > BIGHT__SURVIVORS_MAX)
        listed = BIGHT__SURVIVORS_MAX;
    for (size_t i = 0; i < listed; i++)
        log_survivor(loop, &report->survivors[i]);
}

void bight__survivors_fini(struct bight__survivors *survivors)
{
    bight_free(survivors->list);
    *survivors = (struct bight__survivors){0};
}
