/* SPDX-License-Identifier: MIT */
/* What a service manager is told, by sd_notify(3)'s protocol. */
#ifndef BIGHT_CLI_NOTIFY_H
#define BIGHT_CLI_NOTIFY_H

/* "READY=1", "STOPPING=1"; to nobody where NOTIFY_SOCKET is not set. */
void notify_send(const char *state);

#endif
