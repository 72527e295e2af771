/* SPDX-License-Identifier: MIT */
/* What was wrong with a message: constants, one for each rule. */
#ifndef BIGHT_HTTP_FAULT_H
#define BIGHT_HTTP_FAULT_H

#include <stdint.h>

struct bight__http_fault {
    uint16_t status;  /* that a server answers: 400, 413, 414, 431, 501, 503
                         (no memory), 505 */
    const char *rule; /* "RFC 9112, 6.1" */
    const char *text; /* "more than one Transfer-Encoding", for the log */
};

#endif
