/* SPDX-License-Identifier: MIT */
/* Statuses (RFC 9110, 15; RFC 6585; RFC 8470; RFC 7725). */
#include <stdio.h>

#include "server.h"

#define LINE(status, reason)                                                   \
    {                                                                          \
        status, reason, "HTTP/1.1 " #status " " reason "\r\n",                 \
            sizeof("HTTP/1.1 " #status " " reason "\r\n") - 1                  \
    }

static const struct {
    uint16_t status;
    const char *reason;
    const char *line;
    size_t size;
} statuses[] = {
    LINE(100, "Continue"),
    LINE(101, "Switching Protocols"),
    LINE(200, "OK"),
    LINE(201, "Created"),
    LINE(202, "Accepted"),
    LINE(203, "Non-Authoritative Information"),
    LINE(204, "No Content"),
    LINE(205, "Reset Content"),
    LINE(206, "Partial Content"),
    LINE(300, "Multiple Choices"),
    LINE(301, "Moved Permanently"),
    LINE(302, "Found"),
    LINE(303, "See Other"),
    LINE(304, "Not Modified"),
    LINE(307, "Temporary Redirect"),
    LINE(308, "Permanent Redirect"),
    LINE(400, "Bad Request"),
    LINE(401, "Unauthorized"),
    LINE(402, "Payment Required"),
    LINE(403, "Forbidden"),
    LINE(404, "Not Found"),
    LINE(405, "Method Not Allowed"),
    LINE(406, "Not Acceptable"),
    LINE(407, "Proxy Authentication Required"),
    LINE(408, "Request Timeout"),
    LINE(409, "Conflict"),
    LINE(410, "Gone"),
    LINE(411, "Length Required"),
    LINE(412, "Precondition Failed"),
    LINE(413, "Content Too Large"),
    LINE(414, "URI Too Long"),
    LINE(415, "Unsupported Media Type"),
    LINE(416, "Range Not Satisfiable"),
    LINE(417, "Expectation Failed"),
    LINE(418, "I'm a teapot"),
    LINE(421, "Misdirected Request"),
    LINE(422, "Unprocessable Content"),
    LINE(425, "Too Early"),
    LINE(426, "Upgrade Required"),
    LINE(428, "Precondition Required"),
    LINE(429, "Too Many Requests"),
    LINE(431, "Request Header Fields Too Large"),
    LINE(451, "Unavailable For Legal Reasons"),
    LINE(500, "Internal Server Error"),
    LINE(501, "Not Implemented"),
    LINE(502, "Bad Gateway"),
    LINE(503, "Service Unavailable"),
    LINE(504, "Gateway Timeout"),
    LINE(505, "HTTP Version Not Supported"),
};

#define COUNT (sizeof(statuses) / sizeof(statuses[0]))

static size_t find(unsigned status)
{
    size_t low = 0;
    size_t high = COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (statuses[middle].status < status)
            low = middle + 1;
        else
            high = middle;
    }
    return low < COUNT && statuses[low].status == status ? low : COUNT;
}

/* Most answers are this one. */
#define OK_INDEX 2
_Static_assert(OK_INDEX == 2, "the place of 200 in the table");

bight_bytes bight__http_status_line(unsigned status, char buf[32])
{
    size_t at = status == 200 ? OK_INDEX : find(status);
    if (at < COUNT)
        return bight_bytes_of(statuses[at].line, statuses[at].size);
    int size = snprintf(buf, 32, "HTTP/1.1 %03u \r\n", status % 1000);
    return bight_bytes_of(buf, (size_t)size);
}

const char *bight__http_reason(unsigned status)
{
    size_t at = find(status);
    return at < COUNT ? statuses[at].reason : "";
}

static const char *symbol(int32_t code)
{
    (void)code;
    return NULL;
}

static const char *text(int32_t code)
{
    const char *reason = bight__http_reason(code > 0 ? (unsigned)code : 0);
    return reason[0] != '\0' ? reason : NULL;
}

const bight_error_domain bight_http_domain = {
    .size = sizeof(bight_error_domain),
    .name = "http",
    .symbol = symbol,
    .text = text,
};
