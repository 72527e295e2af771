/* SPDX-License-Identifier: MIT */
/* What lies below a stack: see stack_guard.h. */
#include "async/stack_guard.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define USUAL_MAPS 65530

enum bight__guard bight__guard_best = BIGHT__GUARD_INSTALLED;
unsigned bight__guard_most;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static size_t page_size;
static unsigned usual_most;
static atomic_uint protected_pages;
static atomic_bool cannot_install;

/* A quarter of the maps that a process may have; each page makes two. */
static void look_once(void)
{
    unsigned maps = USUAL_MAPS;
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    if (file != NULL) {
        if (fscanf(file, "%u", &maps) != 1)
            maps = USUAL_MAPS;
        (void)fclose(file);
    }
    usual_most = maps / 4 / 2;
}

size_t bight__guard_size(void)
{
    (void)pthread_once(&once, look_once);
    return page_size;
}

static bool may_protect(void)
{
    unsigned most = bight__guard_most > 0 ? bight__guard_most : usual_most;
    if (atomic_fetch_add(&protected_pages, 1) < most)
        return true;
    (void)atomic_fetch_sub(&protected_pages, 1);
    return false;
}

enum bight__guard bight__guard_make(void *page)
{
    size_t size = bight__guard_size();
    if (bight__guard_best == BIGHT__GUARD_INSTALLED &&
        !atomic_load(&cannot_install)) {
        if (madvise(page, size, MADV_GUARD_INSTALL) == 0)
            return BIGHT__GUARD_INSTALLED;
        atomic_store(&cannot_install, true);
    }
    if (bight__guard_best == BIGHT__GUARD_NONE || !may_protect())
        return BIGHT__GUARD_NONE;
    if (mprotect(page, size, PROT_NONE) == 0)
        return BIGHT__GUARD_PROTECTED;
    bight__guard_unmake(BIGHT__GUARD_PROTECTED);
    return BIGHT__GUARD_NONE;
}

void bight__guard_unmake(enum bight__guard guard)
{
    if (guard == BIGHT__GUARD_PROTECTED)
        (void)atomic_fetch_sub(&protected_pages, 1);
}

/* Eight words all over the page: a page that was never written to is only read
 * as zeros, and takes no memory. */
bool bight__guard_intact(const char *bottom, const void *frame)
{
    size_t size = bight__guard_size();
    const char *page = bottom - size;
    uint64_t all = 0;
    if ((uintptr_t)frame < (uintptr_t)bottom)
        return false;
    for (size_t i = 1; i <= 8; i++) {
        uintptr_t word = (uintptr_t)page + i * (size / 8) - sizeof(uint64_t);
        all |= *(const uint64_t *)word;
    }
    return all == 0;
}
