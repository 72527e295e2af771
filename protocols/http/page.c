/* SPDX-License-Identifier: MIT */
/* Answers that the server makes itself: they tell the status, and nothing of
 * the machine or the program. */
#include <stdio.h>

#include <bight/http_quality.h>

#include "joined.h"
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
    const bight_bytes offers[] = {BIGHT_BYTES("text/plain"),
                                  BIGHT_BYTES("text/html")};
    bight_buffer buffer;
    size_t index = 0;
    bight_buffer_init(&buffer);
    bight_bytes accept = bight__http_joined(x, "Accept", &buffer);
    bool html = accept.data != NULL &&
                bight_http_choose_type(accept, offers, 2, &index) && index == 1;
    bight_buffer_fini(&buffer);
    return html;
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
