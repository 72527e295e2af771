/* SPDX-License-Identifier: MIT */
/* Groups: see group.h of the public headers. */
#include <bight/group.h>

#include <stdio.h>
#include <stdlib.h>

#include <bight/alloc.h>

#include "async/cancel.h"
#include "async/park.h"
#include "async/report.h"
#include "async/task.h"
#include "async/texts.h"

#define CALLER __builtin_return_address(0)
#define MEMBER_MAGIC 0x6e6b

struct bight__group {
    struct bight__task *owner; /* NULL: not made in a task */
    struct bight__list tasks;
    struct bight__list members; /* Deferreds that were added */
    struct bight__waiter *joiner;
    struct bight__texts *texts; /* the error's */
    bight_error error;          /* the first that counts */
    const void *made_at;
    uint32_t count; /* children that have not ended */
    bool cancelled;
};

_Static_assert(sizeof(struct bight__group) <= sizeof(bight_group),
               "a group has room in the public one");

/* In a slot like a Deferred's. */
struct member {
    uint16_t magic;
    uint16_t place;
    struct bight__awaiter awaiter;
    struct bight__list link;
    struct bight__group *group;
    bight_deferred *d;
};

_Static_assert(sizeof(struct member) <= BIGHT__SLOT_SIZE &&
                   offsetof(struct member, place) ==
                       offsetof(struct bight__slot, free.place),
               "a member is a slot");

static struct bight__group *inside(bight_group *group)
{
    return (struct bight__group *)group;
}

/* -- its children ---------------------------------------------------------- */

/* No child goes before its ready entry is due, so the lists stay. */
static void cancel(struct bight__group *group)
{
    if (group->cancelled)
        return;
    group->cancelled = true;
    struct bight__list *link = group->tasks.next;
    for (; link != &group->tasks; link = link->next)
        bight__task_cancel(bight__container(link, struct bight__task, sibling));
    for (link = group->members.next; link != &group->members;
         link = link->next) {
        struct member *member = bight__container(link, struct member, link);
        bight__deferred_ask(bight__deferred_innermost(member->d),
                            BIGHT__ASKED_BY_CALLER, BIGHT_ERROR_CANCELLED);
    }
}

/* A cancelled child says nothing of why. */
static void note(struct bight__group *group, bight_error error)
{
    if (!bight_failed(error) || bight_failed(group->error) ||
        bight_error_is(error, &bight_domain, BIGHT_ERROR_CANCELLED))
        return;
    group->error = error;
    group->texts = bight__texts_keep(error);
    cancel(group);
}

void bight__group_child_ended(struct bight__group *group, bight_error error)
{
    note(group, error);
    if (--group->count == 0 && group->joiner != NULL)
        (void)bight__unpark(group->joiner, bight_ok());
}

/* What `d` has, which has settled; it is consumed. */
static bight_error take_error(bight_deferred *d)
{
    bight_error error = d->failed ? d->error : bight_ok();
    if (d->failed)
        bight_free(d->texts);
    else
        bight_value_destroy(d->value);
    bight__deferred_end(d);
    return error;
}

static void member_settled(struct bight__awaiter *awaiter, bight_deferred *d)
{
    struct member *member = bight__container(awaiter, struct member, awaiter);
    struct bight__group *group = member->group;
    bight__list_remove(&member->link);
    bight__slot_put(member);
    bight__group_child_ended(group, take_error(d));
}

static struct member *member_new(struct bight__group *group)
{
    struct member *member = bight__slot_find(group->owner->tasks->async);
    if (member == NULL)
        return NULL;
    member->magic = MEMBER_MAGIC;
    member->awaiter.settled = member_settled;
    member->group = group;
    bight__list_push_back(&group->members, &member->link);
    group->count++;
    return member;
}

/* Whoever gave `d` may not go on before it let go of what it borrows. */
static bight_error refuse(bight_deferred *d, bight_code code)
{
    bight_cancel(d);
    if (bight__task_current() != NULL)
        (void)bight_await(d, NULL);
    else
        bight_detach(d);
    return bight_error_of(code);
}

bight_error bight_group_spawn(bight_group *public,
                              const bight_task_options *options,
                              bight_task_fn fn, void *arg)
{
    struct bight__group *group = inside(public);
    if (group->owner == NULL)
        return bight__task_missing("bight_group_spawn");
    if (group->cancelled)
        return bight_error_of(BIGHT_ERROR_CANCELLED);
    struct bight__task *task =
        bight__task_new(group->owner->loop, options, fn, arg, CALLER);
    if (task == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    task->group = group;
    bight__list_push_back(&group->tasks, &task->sibling);
    group->count++;
    bight__ready_push(task->loop, &task->ready);
    return bight_ok();
}

static bool is_settled(const bight_deferred *d)
{
    return d->state == BIGHT__SETTLED;
}

bight_error bight_group_add(bight_group *public, bight_deferred *d)
{
    struct bight__group *group = inside(public);
    if (group->owner == NULL) {
        (void)refuse(d, BIGHT_ERROR_USAGE);
        return bight__task_missing("bight_group_add");
    }
    if (group->cancelled)
        return refuse(d, BIGHT_ERROR_CANCELLED);
    if (d == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight__consumer_check(d);
    if (is_settled(d)) {
        d->error =
            d->failed ? bight__texts_restore(d->texts, d->error) : d->error;
        note(group, take_error(d));
        return bight_ok();
    }
    struct member *member = member_new(group);
    if (member == NULL)
        return refuse(d, BIGHT_ERROR_NO_MEMORY);
    member->d = d;
    d->consumer = BIGHT__CONSUMER_AWAITED;
    d->awaiter = &member->awaiter;
    return bight_ok();
}

/* -- its end --------------------------------------------------------------- */

void bight_group_enter(bight_group *public)
{
    struct bight__group *group = inside(public);
    *group = (struct bight__group){.owner = bight__task_current(),
                                   .made_at = CALLER};
    bight__list_init(&group->tasks);
    bight__list_init(&group->members);
}

/* Whatever cancelled the owner meanwhile, or success. */
static bight_error wait(struct bight__group *group, bool steady, const void *at)
{
    bight_error why = bight_ok();
    struct bight__waiter waiter;
    bight__list_init(&waiter.link);
    waiter.steady = steady;
    while (group->count > 0) {
        group->joiner = &waiter;
        bight_error error = bight__park(&waiter, at);
        group->joiner = NULL;
        if (!bight_failed(error) || bight_failed(why))
            continue;
        why = error;
        waiter.steady = true;
        cancel(group);
    }
    return why;
}

static bight_error take_first(struct bight__group *group)
{
    bight_error error = bight__texts_restore(group->texts, group->error);
    bight_free(group->texts);
    group->texts = NULL;
    group->error = bight_ok();
    group->cancelled = false;
    return error;
}

bight_error bight_group_join(bight_group *public)
{
    struct bight__group *group = inside(public);
    if (group->owner == NULL || group->owner != bight__task_current())
        return bight__task_missing("bight_group_join");
    bight_error why = wait(group, false, CALLER);
    bight_error error = take_first(group);
    return bight_failed(error) ? error : why;
}

/* From the ready queue, as what any other Deferred leaves. */
static void report_later(const struct bight__group *group, bight_error error)
{
    bight_loop *loop = group->owner->loop;
    bight_promise *promise;
    bight_deferred *d =
        bight__deferred_new(loop, &promise, NULL, NULL, group->made_at);
    if (d == NULL) {
        bight__report_unhandled(loop, error, group->made_at);
        return;
    }
    bight_detach(d);
    bight_promise_reject(promise, error);
}

void bight_group_leave(bight_group *public)
{
    struct bight__group *group = inside(public);
    if (group->owner == NULL)
        return;
    if (group->owner != bight__task_current()) {
        (void)fprintf(stderr,
                      "bight: a group of task \"%s\" is left "
                      "elsewhere\n",
                      group->owner->name);
        abort();
    }
    if (group->count > 0) {
        cancel(group);
        (void)wait(group, true, CALLER);
    }
    bight_error error = take_first(group);
    if (bight_failed(error))
        report_later(group, error);
}

void bight_group_cancel(bight_group *group)
{
    if (inside(group)->owner != NULL)
        cancel(inside(group));
}

size_t bight_group_count(const bight_group *group)
{
    return ((const struct bight__group *)group)->count;
}
