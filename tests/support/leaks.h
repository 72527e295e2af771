/* SPDX-License-Identifier: MIT */
/*
 * A checked fixture: each test must leave as many blocks and descriptors as it
 * found. tcase_add_checked_fixture(tcase, leaks_begin, leaks_end).
 */
#ifndef BIGHT_TESTS_LEAKS_H
#define BIGHT_TESTS_LEAKS_H

#include <stddef.h>

#include <check.h>

/* Open descriptors of this process. */
size_t leaks_descriptors(void);

void leaks_begin(void);
void leaks_end(void);

/* A test case of `suite` with that fixture. */
TCase *leaks_test_case(Suite *suite, const char *name);

#endif
