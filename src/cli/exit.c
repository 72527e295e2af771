/* SPDX-License-Identifier: MIT */
/* From errors to exit codes. */
#include "exit.h"

#include <errno.h>

static int code_of_errno(int errnum)
{
    switch (errnum) {
    case EADDRINUSE:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return EXIT_UNAVAILABLE;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return EXIT_SYSTEM;
    case EACCES:
    case EPERM:
        return EXIT_PERMISSION;
    case EEXIST:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EROFS:
        return EXIT_CANNOT_CREATE;
    case EBADF:
    case EIO:
    case ENOSPC:
    case EPIPE:
        return EXIT_IO;
    case ETIMEDOUT:
        return EXIT_TIMED_OUT;
    default:
        return EXIT_RUNTIME;
    }
}

static int code_of_bight(int32_t code)
{
    switch (code) {
    case BIGHT_ERROR_NO_MEMORY:
        return EXIT_SYSTEM;
    case BIGHT_ERROR_USAGE:
    case BIGHT_ERROR_INVALID:
    case BIGHT_ERROR_RANGE:
        return EXIT_USAGE;
    case BIGHT_ERROR_TIMED_OUT:
    case BIGHT_ERROR_CONNECT_TIMEOUT:
    case BIGHT_ERROR_HANDSHAKE_TIMEOUT:
    case BIGHT_ERROR_IDLE_TIMEOUT:
    case BIGHT_ERROR_WRITE_TIMEOUT:
    case BIGHT_ERROR_LINGER_TIMEOUT:
        return EXIT_TIMED_OUT;
    default:
        return EXIT_RUNTIME;
    }
}

int exit_code_of(bight_error error)
{
    if (!bight_failed(error))
        return EXIT_FINE;
    if (error.domain == &bight_errno_domain)
        return code_of_errno(error.code);
    return error.domain == &bight_domain ? code_of_bight(error.code)
                                         : EXIT_RUNTIME;
}
