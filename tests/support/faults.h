/* SPDX-License-Identifier: MIT */
/*
 * An allocator hook that counts blocks and fails where a test wants it. Any
 * thread may allocate; the other functions are the test's own thread's.
 */
#ifndef BIGHT_TESTS_FAULTS_H
#define BIGHT_TESTS_FAULTS_H

#include <stddef.h>
#include <stdint.h>

/* From here to faults_end all of bight's allocations are counted. */
void faults_begin(void);
void faults_end(void);

/* Blocks that are allocated now. */
size_t faults_live(void);

/* Waits until so many blocks are left: for what a detached thread frees. */
void faults_wait_for_live(size_t live);

/* Fails the n-th allocation from now (1: the next); 0: none. */
void faults_fail_nth(uint64_t n);

/* Fails every allocation from now on, until faults_fail_nth(0). */
void faults_fail_all(void);

/* How many were failed since the last of the two calls above. */
uint64_t faults_failed(void);

#endif
