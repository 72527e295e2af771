/* SPDX-License-Identifier: MIT */
/* Pages: whole in one file, for phones and desks, light and dark. */
#include <string.h>

#include "httpbin.h"

#define HEAD(title)                                                            \
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"  \
    "<meta name=\"viewport\" content=\"width=device-width\">\n"                \
    "<link rel=\"icon\" href=\"data:,\">\n<title>" title "</title>\n<style>\n" \
    ":root{color-scheme:light dark;--line:#d8dce3;--soft:#5b6472;"             \
    "--link:#0b57d0;--card:#f6f8fb;--page:#fff}\n"                             \
    "@media(prefers-color-scheme:dark){:root{--line:#333a45;--soft:#9aa4b2;"   \
    "--link:#8ab4f8;--card:#1c2128;--page:#111}}\n"                            \
    "*{box-sizing:border-box}\n"                                               \
    "body{font:1rem/1.55 system-ui,sans-serif;max-width:46rem;"                \
    "margin:2rem auto;padding:0 1rem}\n"                                       \
    "h1{font-size:1.7rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .4rem}\n" \
    "p{margin:.3rem 0}.soft{color:var(--soft)}\n"                              \
    "a{color:var(--link);text-decoration:none}a:hover{text-decoration:"        \
    "underline}\n"                                                             \
    "code{font:.93rem ui-monospace,monospace;overflow-wrap:anywhere}\n"        \
    "dl{display:grid;grid-template-columns:minmax(0,17rem) 1fr;margin:0;"      \
    "border-top:1px solid var(--line)}\n"                                      \
    "dt,dd{margin:0;padding:.5rem 0;border-bottom:1px solid var(--line)}\n"    \
    "@media(max-width:34rem){dl{grid-template-columns:1fr}"                    \
    "dt{border:0;padding-bottom:0}dd{padding-top:0}}\n"                        \
    "pre{background:var(--card);border:1px solid var(--line);"                 \
    "border-radius:.4rem;padding:.7rem;overflow-x:auto}\n"                     \
    "label{display:block;margin:.8rem 0 .2rem}\n"                              \
    "input,textarea,button{font:inherit;width:100%;padding:.5rem;"             \
    "border:1px solid var(--line);border-radius:.4rem}\n"                      \
    "textarea{display:block;resize:vertical}\n"                                \
    "button{margin:1.2rem 0;cursor:pointer;font-weight:600;color:var(--page);" \
    "background:var(--link);border-color:var(--link)}\n"                       \
    "</style>\n</head>\n<body>\n"

#define ROW(path, text)                                                        \
    "<dt><a href=\"" path "\"><code>" path "</code></a></dt>"                  \
    "<dd>" text "</dd>\n"
#define NOTE(name, text) "<dt><code>" name "</code></dt><dd>" text "</dd>\n"

/* clang-format off */
static const char front_text[] =
    HEAD("httpbin on bight")
    "<h1>httpbin</h1>\n<p class=\"soft\">A mirror for whoever writes HTTP "
    "clients, made of libbight-http.</p>\n"
    "<h2>What you sent</h2>\n<dl>\n"
    ROW("/anything", "all of a request, of any method, as JSON")
    NOTE("POST /echo", "the body comes back, while it is sent")
    ROW("/headers", "the fields")
    ROW("/ip", "your address")
    ROW("/cookies", "your cookies")
    ROW("/cookies/set?taste=sweet", "sets them, and goes to /cookies")
    ROW("/forms", "a form; what is posted to it comes back as JSON")
    ROW("/basic-auth/user/secret", "asks for that name and password")
    "</dl>\n<h2>What you get</h2>\n<dl>\n"
    ROW("/status/418", "that status, 200 to 599")
    ROW("/redirect/3", "so many redirects, up to 20")
    ROW("/gzip", "a body in gzip or brotli, if you accept it")
    ROW("/bytes/1024", "so many bytes, up to 1 GiB, always the same")
    ROW("/stream/10", "so many lines of JSON, in chunks, up to 1000")
    ROW("/sse?count=5", "server-sent events, one a second")
    ROW("/delay/2", "an answer after so many seconds, up to 10")
    "</dl>\n<h2>Try it</h2>\n"
    "<pre><code>curl -d hello http://";
static const char front_between[] =
    "/echo\n"
    "curl -N http://";
static const char front_end[] =
    "/sse</code></pre>\n"
    "</body>\n</html>\n";

static const char form_text[] =
    HEAD("A form")
    "<h1>A form</h1>\n"
    "<p class=\"soft\">Its fields come back as JSON; of a file only its size "
    "is told.</p>\n"
    "<form method=\"post\" enctype=\"multipart/form-data\">\n"
    "<label for=\"name\">Name</label>\n"
    "<input id=\"name\" name=\"name\" autocomplete=\"off\">\n"
    "<label for=\"text\">Text</label>\n"
    "<textarea id=\"text\" name=\"text\" rows=\"4\"></textarea>\n"
    "<label for=\"file\">File</label>\n"
    "<input id=\"file\" name=\"file\" type=\"file\">\n"
    "<button>Send</button>\n</form>\n"
    "<p><a href=\"/\">Back</a></p>\n</body>\n</html>\n";
/* clang-format on */

static bight_deferred *show(bight_http_exchange *x, bight_bytes page)
{
    bight_http_answer(x, 200, "text/html; charset=utf-8", page);
    return NULL;
}

/* As the client named it; what would have to be coded in a page, or comes from
 * a client that named nothing, is left to whoever reads it. */
static bight_bytes host_of(const bight_http_exchange *x)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    bight_bytes host = bight_http_host(x);
    for (size_t i = 0; i < host.size; i++) {
        if (host.data[i] == '\0' || strchr(plain, host.data[i]) == NULL)
            host.size = 0;
    }
    return host.size > 0 ? host : BIGHT_BYTES("HOST");
}

bight_deferred *bin_front(void *ctx, bight_http_exchange *x)
{
    bight_bytes host = host_of(x);
    const bight_bytes pieces[] = {bight_bytes_text(front_text), host,
                                  bight_bytes_text(front_between), host,
                                  bight_bytes_text(front_end)};
    bight_buffer page;
    bight_error error = bight_ok();
    (void)ctx;
    bight_buffer_init(&page);
    for (size_t i = 0; i < 5 && !bight_failed(error); i++)
        error = bight_buffer_append(&page, pieces[i]);
    if (bight_failed(error))
        bight_http_fail(x, 503);
    else
        (void)show(x, bight_buffer_bytes(&page));
    bight_buffer_fini(&page);
    return NULL;
}

bight_deferred *bin_form_page(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    return show(x, bight_bytes_of(form_text, sizeof(form_text) - 1));
}
