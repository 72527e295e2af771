/* SPDX-License-Identifier: MIT */
#ifndef BIGHT_TESTS_SUITE_H
#define BIGHT_TESTS_SUITE_H

#include <check.h>

/* Given by each test file; main.c runs it. */
Suite *bight_test_suite(void);

#endif
