/* SPDX-License-Identifier: MIT */
/* How much a random or exhaustive test does. */
#ifndef BIGHT_TESTS_EFFORT_H
#define BIGHT_TESTS_EFFORT_H

#include <stdlib.h>

#include "sanitizer.h"

/* All of it where code runs as users run it, a fourth under a sanitizer, and
 * under valgrind, which is slower still, as much as is said. */
static inline unsigned effort(unsigned all, unsigned in_valgrind)
{
    unsigned part = HAS_ASAN || HAS_TSAN ? all / 4 : all;
    if (getenv("BIGHT_VALGRIND") != NULL || part < in_valgrind)
        return in_valgrind;
    return part;
}

#endif
