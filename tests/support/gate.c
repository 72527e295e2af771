/* SPDX-License-Identifier: MIT */
/* Gates: a mutex and a condition. */
#include "gate.h"

void gate_pass(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->waiting++;
    (void)pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        (void)pthread_cond_wait(&gate->changed, &gate->mutex);
    gate->waiting--;
    gate->passed++;
    (void)pthread_mutex_unlock(&gate->mutex);
}

void gate_open(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->open = true;
    (void)pthread_cond_broadcast(&gate->changed);
    (void)pthread_mutex_unlock(&gate->mutex);
}

void gate_await_waiting(struct gate *gate, unsigned count)
{
    (void)pthread_mutex_lock(&gate->mutex);
    while (gate->waiting < count)
        (void)pthread_cond_wait(&gate->changed, &gate->mutex);
    (void)pthread_mutex_unlock(&gate->mutex);
}

unsigned gate_passed(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    unsigned passed = gate->passed;
    (void)pthread_mutex_unlock(&gate->mutex);
    return passed;
}
