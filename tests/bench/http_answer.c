/* SPDX-License-Identifier: MIT */
/* Both answers, kept as they are sent until the second changes. */
#include "http_answer.h"

#include <stdio.h>
#include <string.h>

static struct http_answer answers[2];
static time_t second = -1;

static void write_answer(struct http_answer *answer, const char *date,
                         const char *connection)
{
    int len = snprintf((char *)answer->bytes, sizeof(answer->bytes),
                       "HTTP/1.1 200 OK\r\nServer: bench\r\nDate: %s\r\n"
                       "Content-Type: text/plain\r\nContent-Length: %zu\r\n"
                       "%s\r\n" HTTP_BODY,
                       date, strlen(HTTP_BODY), connection);
    answer->len = (size_t)len;
}

void http_answer_tick(time_t now)
{
    char date[64];
    struct tm parts;
    if (now == second)
        return;
    second = now;
    (void)gmtime_r(&now, &parts);
    (void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    write_answer(&answers[0], date, "");
    write_answer(&answers[1], date, "Connection: close\r\n");
}

const struct http_answer *http_answer(bool last)
{
    return &answers[last];
}
