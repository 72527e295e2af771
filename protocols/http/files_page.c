/* SPDX-License-Identifier: MIT */
/* A folder as a page: a table, sortable by links, that a phone can show and
 * that needs no script; and as JSON. */
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "files_text.h"

typedef struct bight__http_files_text text;

#define put bight__http_files_put

static const char style[] =
    ":root{color-scheme:light dark;--line:#8883;--soft:#666}"
    "@media(prefers-color-scheme:dark){:root{--soft:#aaa}}"
    "*{box-sizing:border-box}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:56rem;"
    "padding:1.5rem 1rem 3rem}"
    "h1{font-size:1.25rem;font-weight:600;overflow-wrap:anywhere;margin:0 "
    ".5rem "
    "1rem}"
    "a{text-decoration:none}a:hover,a:focus{text-decoration:underline}"
    "table{border-collapse:collapse;table-layout:fixed;width:100%}"
    "th,td{border-bottom:1px solid var(--line);padding:.45rem .5rem;"
    "text-align:left;vertical-align:top;white-space:nowrap}"
    "th{font-size:.875rem;font-weight:600}th a{color:inherit}"
    "td a{display:block;white-space:normal;overflow-wrap:anywhere}"
    ".s{width:6.5rem;text-align:right}.d{width:11rem;text-align:right}"
    "td.s,td.d,p{color:var(--soft);font-size:.875rem;"
    "font-variant-numeric:tabular-nums}"
    "p{margin:1rem .5rem}tbody tr:hover{background:#8881}"
    "@media(max-width:40rem){body{padding:1rem .5rem 2rem}"
    ".s{width:5.25rem}.d{width:6.25rem}.d span{display:none}}";

/* -- the head ------------------------------------------------------------- */

static size_t depth_of(const struct bight__http_files_name *name)
{
    size_t depth = name->size > 0;
    for (size_t i = 0; i < name->size; i++)
        depth += name->text[i] == '/';
    return depth;
}

static void put_up(text *out, size_t steps)
{
    if (steps == 0)
        put(out, "./");
    for (size_t i = 0; i < steps; i++)
        put(out, "../");
}

static void put_crumb(text *out, bight_bytes part, size_t steps)
{
    if (steps > 0) {
        put(out, "<a href=\"");
        put_up(out, steps);
        put(out, "\">");
    }
    bight__http_files_put_html(out, part);
    put(out, steps > 0 ? "</a>/" : "/");
}

/* Each part leads to its folder. */
static void put_crumbs(text *out, const struct bight__http_files_name *name)
{
    size_t steps = depth_of(name);
    bight_bytes rest = bight_bytes_of(name->text, name->size);
    put(out, steps > 0 ? "<a href=\"" : "");
    if (steps > 0)
        put_up(out, steps);
    put(out, steps > 0 ? "\">/</a>" : "/");
    while (rest.size > 0) {
        const uint8_t *slash = memchr(rest.data, '/', rest.size);
        size_t size = slash != NULL ? (size_t)(slash - rest.data) : rest.size;
        put_crumb(out, bight_bytes_head(rest, size), --steps);
        rest = bight_bytes_tail(rest, size + 1);
    }
}

static void put_head(text *out, const struct bight__http_files_name *name)
{
    put(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width,"
             "initial-scale=1\"><title>/");
    bight__http_files_put_html(out, bight_bytes_of(name->text, name->size));
    put(out, name->size > 0 ? "/</title><style>" : "</title><style>");
    put(out, style);
    put(out, "</style></head>\n<body><h1>");
    put_crumbs(out, name);
    put(out, "</h1>\n");
}

/* -- the table ------------------------------------------------------------ */

static void put_column(text *out, const struct bight__http_files_view *view,
                       uint8_t sort, const char *name)
{
    static const char *const words[] = {"name", "size", "date"};
    static const char *const classes[] = {"", " class=\"s\"", " class=\"d\""};
    bool here = view->sort == sort;
    put(out, "<th scope=\"col\"");
    put(out, classes[sort]);
    if (here)
        put(out, view->descending ? " aria-sort=\"descending\""
                                  : " aria-sort=\"ascending\"");
    put(out, "><a href=\"?sort=");
    put(out, words[sort]);
    put(out, here && !view->descending ? "&amp;order=desc\">" : "\">");
    put(out, name);
    if (here)
        put(out, view->descending ? " &#9660;" : " &#9650;");
    put(out, "</a></th>");
}

static void put_size(text *out, uint64_t size)
{
    static const char *const units[] = {"B",   "KiB", "MiB", "GiB",
                                        "TiB", "PiB", "EiB"};
    char line[32];
    size_t unit = 0;
    double value = (double)size;
    for (; value >= 1023.95 && unit < 6; unit++)
        value /= 1024;
    (void)snprintf(line, sizeof(line), unit > 0 ? "%.1f %s" : "%.0f %s", value,
                   units[unit]);
    put(out, line);
}

static void put_row(text *out, const struct bight__http_files_item *item)
{
    bight_bytes name = bight_bytes_of(item->name, item->name_size);
    put(out, "<tr><td><a href=\"");
    bight__http_files_put_reference(out, name, item->folder);
    put(out, "\"><bdi>");
    bight__http_files_put_html(out, name);
    put(out, item->folder ? "/</bdi></a></td><td class=\"s\">&ndash;"
                          : "</bdi></a></td><td class=\"s\">");
    if (!item->folder)
        put_size(out, item->size);
    put(out, "</td><td class=\"d\">");
    bight__http_files_put_day(out, item->modified);
    put(out, "<span> ");
    bight__http_files_put_time(out, item->modified, false);
    put(out, "</span></td></tr>\n");
}

static void put_count(text *out, size_t count, const char *one,
                      const char *many)
{
    bight__http_files_put_number(out, count);
    put(out, count == 1 ? one : many);
}

static void put_summary(text *out, const struct bight__http_files_items *items,
                        size_t shown)
{
    size_t folders = 0;
    for (size_t i = 0; i < shown; i++)
        folders += items->items[i].folder;
    put(out, "<p>");
    put_count(out, folders, " folder, ", " folders, ");
    put_count(out, shown - folders, " file", " files");
    if (items->cut || shown < items->count)
        put(out, " &ndash; there are more, which are not shown");
    put(out, "</p>\n");
}

bight_error bight__http_files_html(bight_buffer *page,
                                   const struct bight__http_files_name *name,
                                   const struct bight__http_files_items *items)
{
    text out = {.page = page};
    size_t shown = 0;
    put_head(&out, name);
    put(&out, "<table><thead><tr>");
    put_column(&out, &name->view, BIGHT__HTTP_FILES_BY_NAME, "Name");
    put_column(&out, &name->view, BIGHT__HTTP_FILES_BY_SIZE, "Size");
    put_column(&out, &name->view, BIGHT__HTTP_FILES_BY_DATE,
               "Changed<span> (UTC)</span>");
    put(&out, "</tr></thead><tbody>\n");
    if (name->size > 0)
        put(&out, "<tr><td><a href=\"../\">../</a></td><td class=\"s\"></td>"
                  "<td class=\"d\"></td></tr>\n");
    for (; shown < items->count && !bight__http_files_is_full(&out); shown++)
        put_row(&out, &items->items[shown]);
    put(&out, "</tbody></table>\n");
    put_summary(&out, items, shown);
    put(&out, "</body></html>\n");
    return out.error;
}

/* -- JSON ----------------------------------------------------------------- */

static void put_object(text *out, const struct bight__http_files_item *item)
{
    bight_bytes name = bight_bytes_of(item->name, item->name_size);
    put(out, "{\"name\":\"");
    bight__http_files_put_json(out, name);
    put(out, "\",\"href\":\"");
    bight__http_files_put_reference(out, name, item->folder);
    put(out, item->folder ? "\",\"type\":\"folder\"" : "\",\"type\":\"file\"");
    if (!item->folder) {
        put(out, ",\"size\":");
        bight__http_files_put_number(out, item->size);
    }
    put(out, ",\"modified\":\"");
    bight__http_files_put_day(out, item->modified);
    put(out, "T");
    bight__http_files_put_time(out, item->modified, true);
    put(out, "Z\"}");
}

bight_error bight__http_files_json(bight_buffer *page,
                                   const struct bight__http_files_name *name,
                                   const struct bight__http_files_items *items)
{
    text out = {.page = page};
    size_t shown = 0;
    put(&out, "{\"path\":\"/");
    bight__http_files_put_json(&out, bight_bytes_of(name->text, name->size));
    put(&out, name->size > 0 ? "/\",\"entries\":[" : "\",\"entries\":[");
    for (; shown < items->count && !bight__http_files_is_full(&out); shown++) {
        put(&out, shown > 0 ? ",\n" : "\n");
        put_object(&out, &items->items[shown]);
    }
    put(&out, items->cut || shown < items->count ? "\n],\"complete\":false}\n"
                                                 : "\n],\"complete\":true}\n");
    return out.error;
}
