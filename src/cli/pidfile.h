/* SPDX-License-Identifier: MIT */
/* A file with the process id, locked while the process lives. */
#ifndef BIGHT_CLI_PIDFILE_H
#define BIGHT_CLI_PIDFILE_H

struct pidfile {
    const char *path; /* lent; NULL: there is none */
    int fd;
};

/* One that another process holds is left alone; one that nobody holds is taken
 * over. Returns an exit code; it has complained. */
int pidfile_open(struct pidfile *pidfile, const char *path);

/* Removes it. */
void pidfile_close(struct pidfile *pidfile);

#endif
