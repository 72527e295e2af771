/* SPDX-License-Identifier: MIT */
/*
 * What turns a loop: libuv, or virtual time. Both keep the rules L1 to L15.
 */
#ifndef BIGHT_LOOP_BACKEND_H
#define BIGHT_LOOP_BACKEND_H

#include <bight/loop.h>

struct bight__backend {
    const char *name;
    /* Makes the backend's state; `host` is an adopted uv_loop_t or NULL. */
    bight_error (*open)(bight_loop *loop, void *host);
    /* Turns until stop or until nothing can wake it; once: one poll that
     * does not block. Answers whether something is left. */
    bool (*run)(bight_loop *loop, bool once);
    void (*stop)(bight_loop *loop);
    uint64_t (*now_ns)(const bight_loop *loop);
    /* One timer; UINT64_MAX disarms. `keep`: it keeps the loop running. */
    void (*arm)(bight_loop *loop, uint64_t due_ns, bool keep);
    /* While on, polls do not wait, and each is a dispatch. */
    void (*keep_polling)(bight_loop *loop, bool on);
    /* From any thread: makes bight__loop_collect run. */
    void (*wake)(bight_loop *loop);
    /* Whether jobs on other threads keep the loop running. */
    void (*await_threads)(bight_loop *loop, bool on);
    /* Starts the end of its own handles: bight__loop_backend_closed. */
    void (*close)(bight_loop *loop);
    /* Frees the state after that; false: the program's own handles are open on
     * it, and nothing was freed. */
    bool (*free)(bight_loop *loop);
    bight_error (*after_fork)(bight_loop *loop);
    bight_error (*signal_start)(bight_loop *loop, bight_signal *signal,
                                int signum);
    /* Ends with bight__signal_stopped. */
    void (*signal_stop)(bight_loop *loop, bight_signal *signal);
};

extern const struct bight__backend bight__backend_uv;
extern const struct bight__backend bight__backend_virtual;

#endif
