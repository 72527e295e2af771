/* SPDX-License-Identifier: MIT */
/* Events: the log's JSON without its time and level. */
#include "event.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

bight_error event_write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, text, size);
        if (written < 0 && errno != EINTR)
            return bight_error_errno(errno);
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        }
    }
    return bight_ok();
}

/* A pipe has room for a line once it has room for PIPE_BUF bytes. */
bool event_has_room(int fd, int patience_ms)
{
    struct pollfd out = {.fd = fd, .events = POLLOUT};
    return poll(&out, 1, patience_ms) != 0;
}

bight_error event_write(const char *event, const bight_log_field *fields,
                        size_t count)
{
    char line[BIGHT_LOG_LINE_MAX];
    bight_log_record record = {.size = sizeof(record),
                               .level = BIGHT_LOG_INFO,
                               .event = event,
                               .fields = fields,
                               .count = count};
    size_t size = bight_log_format_json(&record, line, sizeof(line) - 1);
    char *start = strstr(line, "\"event\":");
    if (start == NULL)
        return bight_error_of(BIGHT_ERROR_INVALID);
    *--start = '{';
    line[size++] = '\n';
    return bight_error_note(
        event_write_all(STDOUT_FILENO, start, size - (size_t)(start - line)),
        "write to stdout");
}
