/* SPDX-License-Identifier: MIT */
/*
 * A gate between threads: those that come wait until it opens, and a test can
 * wait until so many have come.
 */
#ifndef BIGHT_TESTS_GATE_H
#define BIGHT_TESTS_GATE_H

#include <pthread.h>
#include <stdbool.h>

struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned waiting;
    unsigned passed;
    bool open;
};

#define GATE_INIT                                                              \
    {                                                                          \
        .mutex = PTHREAD_MUTEX_INITIALIZER,                                    \
        .changed = PTHREAD_COND_INITIALIZER                                    \
    }

/* Waits until it is open. */
void gate_pass(struct gate *gate);

/* For good; those that wait go on. */
void gate_open(struct gate *gate);

/* Waits until `count` wait at it. */
void gate_await_waiting(struct gate *gate, unsigned count);

unsigned gate_passed(struct gate *gate);

#endif
