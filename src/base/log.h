/* SPDX-License-Identifier: MIT */
/* What the loop needs of the log. */
#ifndef BIGHT_BASE_LOG_H
#define BIGHT_BASE_LOG_H

/* In the child of a fork: other threads of the parent may have held the lock.
 */
void bight__log_after_fork(void);

#endif
