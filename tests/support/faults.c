/* SPDX-License-Identifier: MIT */
/*
 * The counting and failing allocator. Its counters are relaxed atomics: a
 * mutex would order the threads under test and hide their races from TSan.
 */
#include "faults.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include <bight/alloc.h>

#define RELAXED memory_order_relaxed

static atomic_size_t live;
static atomic_uint_least64_t countdown; /* 1: the next fails; 0: none */
static atomic_bool fail_all;
static atomic_uint_least64_t failed;

static bool is_countdown_over(void)
{
    uint64_t n = atomic_load_explicit(&countdown, RELAXED);
    while (n > 0 && !atomic_compare_exchange_weak_explicit(
                        &countdown, &n, n - 1, RELAXED, RELAXED))
        continue;
    return n == 1;
}

static bool is_to_fail(void)
{
    bool fails =
        is_countdown_over() || atomic_load_explicit(&fail_all, RELAXED);
    if (fails)
        atomic_fetch_add_explicit(&failed, 1, RELAXED);
    return fails;
}

static void *counted(void *ctx, void *block, size_t size)
{
    (void)ctx;
    if (size == 0) {
        free(block);
        atomic_fetch_sub_explicit(&live, 1, RELAXED);
        return NULL;
    }
    if (is_to_fail())
        return NULL;
    void *result = realloc(block, size);
    if (block == NULL && result != NULL)
        atomic_fetch_add_explicit(&live, 1, RELAXED);
    return result;
}

void faults_begin(void)
{
    atomic_store_explicit(&live, 0, RELAXED);
    faults_fail_nth(0);
    bight_set_allocator(counted, NULL);
}

void faults_end(void)
{
    bight_set_allocator(NULL, NULL);
}

size_t faults_live(void)
{
    return atomic_load_explicit(&live, RELAXED);
}

void faults_wait_for_live(size_t wanted)
{
    while (faults_live() != wanted)
        (void)sched_yield();
}

void faults_fail_nth(uint64_t n)
{
    atomic_store_explicit(&fail_all, false, RELAXED);
    atomic_store_explicit(&failed, 0, RELAXED);
    atomic_store_explicit(&countdown, n, RELAXED);
}

void faults_fail_all(void)
{
    faults_fail_nth(0);
    atomic_store_explicit(&fail_all, true, RELAXED);
}

uint64_t faults_failed(void)
{
    return atomic_load_explicit(&failed, RELAXED);
}
