/* SPDX-License-Identifier: MIT */
/* A library for LD_PRELOAD that counts the allocations of a process.
 *
 * At the process's normal end it writes one line with the totals to the file
 * that BENCH_ALLOC_FILE names. It leans on glibc's second names of the
 * allocator, since looking the originals up by dlsym would itself allocate. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *memalign(size_t alignment, size_t size);

static atomic_ulong mallocs, callocs, reallocs, aligned;

static void count(atomic_ulong *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void *malloc(size_t size)
{
    count(&mallocs);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    count(&callocs);
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
    count(&reallocs);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
    count(&aligned);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    count(&aligned);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 ||
        (alignment & (alignment - 1)) != 0)
        return EINVAL;
    count(&aligned);
    void *memory = __libc_memalign(alignment, size);
    if (!memory)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}

__attribute__((destructor)) static void write_totals(void)
{
    unsigned long m = mallocs, c = callocs, r = reallocs, a = aligned;
    const char *name = getenv("BENCH_ALLOC_FILE");
    FILE *file = name ? fopen(name, "w") : NULL;
    if (!file)
        return;
    fprintf(file,
            "{\"malloc\":%lu,\"calloc\":%lu,\"realloc\":%lu,"
            "\"aligned\":%lu,\"total\":%lu}\n",
            m, c, r, a, m + c + r + a);
    (void)fclose(file);
}
