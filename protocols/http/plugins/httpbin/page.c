/* SPDX-License-Identifier: MIT */
/* Pages: whole in one file, for phones and desks, light and dark. */
#include "httpbin.h"

#define HEAD(title)                                                            \
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"  \
    "<meta name=\"viewport\" content=\"width=device-width\">\n"                \
    "<link rel=\"icon\" href=\"data:,\">\n<title>" title "</title>\n<style>\n" \
    ":root{color-scheme:light dark;--line:#d8dce3;--soft:#5b6472;"             \
    "--link:#0b57d0;--card:#f6f8fb}\n"                                         \
    "@media(prefers-color-scheme:dark){:root{--line:#333a45;--soft:#9aa4b2;"   \
    "--link:#8ab4f8;--card:#1c2128}}\n"                                        \
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
    "dt,dd{margin:0;padding:.5rem .2rem;border-bottom:1px solid "              \
    "var(--line)}\n"                                                           \
    "@media(max-width:34rem){dl{grid-template-columns:1fr}"                    \
    "dt{border:0;padding-bottom:0}dd{padding-top:0}}\n"                        \
    "pre{background:var(--card);border:1px solid var(--line);"                 \
    "border-radius:.4rem;padding:.7rem;overflow-x:auto}\n"                     \
    "label{display:block;margin:.8rem 0 .2rem}\n"                              \
    "input,textarea,button{font:inherit;width:100%;padding:.5rem;"             \
    "border:1px solid var(--line);border-radius:.4rem}\n"                      \
    "button{margin-top:1rem;cursor:pointer}\n"                                 \
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
    "<pre><code>curl -d hello http://127.0.0.1:8080/echo\n"
    "curl -N http://127.0.0.1:8080/sse</code></pre>\n"
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

bight_deferred *bin_front(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    return show(x, bight_bytes_of(front_text, sizeof(front_text) - 1));
}

bight_deferred *bin_form_page(void *ctx, bight_http_exchange *x)
{
    (void)ctx;
    return show(x, bight_bytes_of(form_text, sizeof(form_text) - 1));
}
