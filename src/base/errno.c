/* SPDX-License-Identifier: MIT */
/* The system's error numbers; in words of our own, so that no locale, no
 * buffer of strerror and no thread can change a message. */
#include <bight/error.h>

#include <errno.h>
#include <stddef.h>

struct entry {
    int number;
    const char *symbol;
    const char *text;
};

#define E(symbol, text)                                                        \
    {                                                                          \
        symbol, #symbol, text                                                  \
    }

static const struct entry entries[] = {
    E(EPERM, "operation not permitted"),
    E(ENOENT, "no such file or directory"),
    E(ESRCH, "no such process"),
    E(EINTR, "interrupted system call"),
    E(EIO, "input/output error"),
    E(ENXIO, "no such device or address"),
    E(E2BIG, "argument list too long"),
    E(ENOEXEC, "not a program"),
    E(EBADF, "bad file descriptor"),
    E(ECHILD, "no child processes"),
    E(EAGAIN, "resource temporarily unavailable"),
    E(ENOMEM, "out of memory"),
    E(EACCES, "permission denied"),
    E(EFAULT, "bad address"),
    E(EBUSY, "device or resource busy"),
    E(EEXIST, "file exists"),
    E(EXDEV, "link across devices"),
    E(ENODEV, "no such device"),
    E(ENOTDIR, "not a directory"),
    E(EISDIR, "is a directory"),
    E(EINVAL, "invalid argument"),
    E(ENFILE, "too many open files in the system"),
    E(EMFILE, "too many open files"),
    E(ENOTTY, "not a terminal"),
    E(ETXTBSY, "program file busy"),
    E(EFBIG, "file too large"),
    E(ENOSPC, "no space left on device"),
    E(ESPIPE, "cannot seek"),
    E(EROFS, "read-only file system"),
    E(EMLINK, "too many links"),
    E(EPIPE, "broken pipe"),
    E(EDOM, "argument out of domain"),
    E(ERANGE, "result out of range"),
    E(EDEADLK, "resource deadlock avoided"),
    E(ENAMETOOLONG, "file name too long"),
    E(ENOLCK, "no locks available"),
    E(ENOSYS, "function not implemented"),
    E(ENOTEMPTY, "directory not empty"),
    E(ELOOP, "too many symbolic links"),
    E(EPROTO, "protocol error"),
    E(EBADMSG, "bad message"),
    E(EOVERFLOW, "value too large"),
    E(EILSEQ, "invalid character"),
    E(ENOTSOCK, "not a socket"),
    E(EDESTADDRREQ, "destination address required"),
    E(EMSGSIZE, "message too long"),
    E(EPROTOTYPE, "wrong protocol type for socket"),
    E(ENOPROTOOPT, "protocol option not available"),
    E(EPROTONOSUPPORT, "protocol not supported"),
    E(EOPNOTSUPP, "operation not supported"),
    E(EAFNOSUPPORT, "address family not supported"),
    E(EADDRINUSE, "address already in use"),
    E(EADDRNOTAVAIL, "address not available"),
    E(ENETDOWN, "network is down"),
    E(ENETUNREACH, "network is unreachable"),
    E(ENETRESET, "connection reset by network"),
    E(ECONNABORTED, "connection aborted"),
    E(ECONNRESET, "connection reset by peer"),
    E(ENOBUFS, "no buffer space available"),
    E(EISCONN, "already connected"),
    E(ENOTCONN, "not connected"),
    E(ETIMEDOUT, "connection timed out"),
    E(ECONNREFUSED, "connection refused"),
    E(EHOSTUNREACH, "no route to host"),
    E(EALREADY, "operation already in progress"),
    E(EINPROGRESS, "operation in progress"),
    E(ESTALE, "stale file handle"),
    E(EDQUOT, "disk quota exceeded"),
    E(ECANCELED, "operation cancelled"),
#ifdef EHOSTDOWN
    E(EHOSTDOWN, "host is down"),
#endif
#ifdef ESHUTDOWN
    E(ESHUTDOWN, "sending was shut down"),
#endif
};

static const struct entry *find(int32_t code)
{
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (entries[i].number == code)
            return &entries[i];
    }
    return NULL;
}

static const char *errno_symbol(int32_t code)
{
    const struct entry *entry = find(code);

    return entry ? entry->symbol : NULL;
}

static const char *errno_text(int32_t code)
{
    const struct entry *entry = find(code);

    return entry ? entry->text : NULL;
}

const bight_error_domain bight_errno_domain = {
    .size = sizeof(bight_error_domain),
    .name = "errno",
    .symbol = errno_symbol,
    .text = errno_text,
};
