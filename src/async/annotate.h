/* SPDX-License-Identifier: MIT */
/*
 * What sanitizers and valgrind are told of stacks. Each switch is told twice:
 * before it, and after it on the stack that was switched to.
 */
#ifndef BIGHT_ASYNC_ANNOTATE_H
#define BIGHT_ASYNC_ANNOTATE_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BIGHT__ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define BIGHT__TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(BIGHT__ASAN)
#define BIGHT__ASAN 1
#endif
#if defined(__SANITIZE_THREAD__) && !defined(BIGHT__TSAN)
#define BIGHT__TSAN 1
#endif

#ifdef BIGHT__ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef BIGHT__TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define BIGHT__VALGRIND 1
#endif
#endif

struct bight__annotation {
#ifdef BIGHT__ASAN
    void *fake;        /* its frames that lie elsewhere, while it is left */
    void *outer_fake;  /* those of the stack that it was entered from, */
    const void *outer; /* and where that is */
    size_t outer_size;
#endif
#ifdef BIGHT__TSAN
    void *fiber;
    void *outer_fiber;
#endif
#ifdef BIGHT__VALGRIND
    unsigned number;
#endif
};

static inline void bight__annotate_made(struct bight__annotation *a,
                                        void *bottom, void *top)
{
    *a = (struct bight__annotation){0};
#ifdef BIGHT__TSAN
    a->fiber = __tsan_create_fiber(0);
#endif
#ifdef BIGHT__VALGRIND
    a->number = VALGRIND_STACK_REGISTER(bottom, top);
#endif
    (void)bottom;
    (void)top;
}

static inline void bight__annotate_gone(struct bight__annotation *a,
                                        void *bottom, void *top)
{
#ifdef BIGHT__ASAN
    __asan_unpoison_memory_region(bottom,
                                  (size_t)((char *)top - (char *)bottom));
#endif
#ifdef BIGHT__TSAN
    __tsan_destroy_fiber(a->fiber);
#endif
#ifdef BIGHT__VALGRIND
    VALGRIND_STACK_DEREGISTER(a->number);
#endif
    (void)a;
    (void)bottom;
    (void)top;
}

/* Another task begins on it: what the last one's frames poisoned is free. */
static inline void bight__annotate_reused(void *bottom, void *top)
{
#ifdef BIGHT__ASAN
    __asan_unpoison_memory_region(bottom,
                                  (size_t)((char *)top - (char *)bottom));
#endif
    (void)bottom;
    (void)top;
}

/* Into it: before, and on the inside. */
static inline void bight__annotate_enter(struct bight__annotation *a,
                                         const void *bottom, const void *top)
{
#ifdef BIGHT__ASAN
    __sanitizer_start_switch_fiber(
        &a->outer_fake, bottom,
        (size_t)((const char *)top - (const char *)bottom));
#endif
#ifdef BIGHT__TSAN
    a->outer_fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(a->fiber, 0);
#endif
    (void)a;
    (void)bottom;
    (void)top;
}

static inline void bight__annotate_entered(struct bight__annotation *a)
{
#ifdef BIGHT__ASAN
    __sanitizer_finish_switch_fiber(a->fake, &a->outer, &a->outer_size);
    a->fake = NULL;
#endif
    (void)a;
}

/* Out of it: before, and on the outside. Nothing on it is left after the last
 * time. */
static inline void bight__annotate_leave(struct bight__annotation *a, int last)
{
#ifdef BIGHT__ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &a->fake, a->outer,
                                   a->outer_size);
#endif
#ifdef BIGHT__TSAN
    __tsan_switch_to_fiber(a->outer_fiber, 0);
#endif
    (void)a;
    (void)last;
}

static inline void bight__annotate_left(struct bight__annotation *a)
{
#ifdef BIGHT__ASAN
    __sanitizer_finish_switch_fiber(a->outer_fake, NULL, NULL);
#endif
    (void)a;
}

#endif
