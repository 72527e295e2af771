/* SPDX-License-Identifier: MIT */
/* S3: a conversation with a plugin's server, again and again, with another
 * failing allocation each time. */
#ifndef BIGHT_TESTS_FAULTY_H
#define BIGHT_TESTS_FAULTY_H

#include <stddef.h>

#include <bight/plugin.h>

struct faulty {
    const bight_plugin *plugin;
    const void *options;
    const bight_plugin *far; /* listens as "memory:far", without faults */
    const char *says;        /* what each client writes, then an eof */
    unsigned clients;        /* at once; at most 4 */
};

/* Until no failure was injected. It may cost the listener, with NO_MEMORY, a
 * connect or the connections under way; the same server then hears and answers
 * another client without faults. Returns the runs. */
unsigned faulty_talk(const struct faulty *faulty);

#endif
