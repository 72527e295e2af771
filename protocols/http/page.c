/* SPDX-License-Identifier: MIT */
/* Answers that the server makes itself: they tell the status, and nothing of
 * the machine or the program. */
#include <stdio.h>

#include "server.h"

static const char page[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\">"
    "<title>%u %s</title><style>"
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:30em;"
    "padding:0 1em;color:#333;background:#fff}h1{font-size:1.4rem}"
    "@media(prefers-color-scheme:dark){body{color:#ccc;background:#111}}"
    "</style></head><body><h1>%u %s</h1></body></html>\n";

static bool wants_page(const bight_http_exchange *x)
{
    bight_bytes accept = bight_http_field(x, "Accept");
    for (size_t i = 0; i + 9 <= accept.size; i++) {
        if (bight_bytes_equal(bight_bytes_of(accept.data + i, 9),
                              BIGHT_BYTES("text/html")))
            return true;
    }
    return false;
}

void bight_http_fail(bight_http_exchange *x, unsigned status)
{
    static const char *const described[] = {"Content-Type", "Content-Encoding",
                                            "ETag", "Last-Modified"};
    char text[768];
    const char *reason = bight__http_reason(status);
    bool html = wants_page(x);
    for (size_t i = 0; i < sizeof(described) / sizeof(described[0]) &&
                       bight_http_is_unanswered(x);
         i++)
        bight__http_remove_field(x, described[i]);
    int size = html ? snprintf(text, sizeof(text), page, status, reason, status,
                               reason)
                    : snprintf(text, sizeof(text), "%u %s\n", status, reason);
    bight_http_answer(x, status,
                      html ? "text/html; charset=utf-8"
                           : "text/plain; charset=utf-8",
                      bight_bytes_of(text, (size_t)size));
}

bight_error bight_http_redirect(bight_http_exchange *x, unsigned status,
                                bight_bytes location)
{
    bight_error error = bight_http_set_field(x, "Location", location);
    if (!bight_failed(error))
        bight_http_fail(x, status);
    return error;
}
