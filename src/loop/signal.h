/* SPDX-License-Identifier: MIT */
/* What the backends need to know of a signal. */
#ifndef BIGHT_LOOP_SIGNAL_H
#define BIGHT_LOOP_SIGNAL_H

#include <bight/loop.h>

bight_loop *bight__signal_loop(const bight_signal *signal);

/* Where the backend keeps its handle. */
void **bight__signal_handle(bight_signal *signal);

/* The signal came; called inside a dispatch. */
void bight__signal_raised(bight_signal *signal);

/* The backend let go of it. */
void bight__signal_stopped(bight_signal *signal);

#endif
