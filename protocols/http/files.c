/* SPDX-License-Identifier: MIT */
/* The handler: from a request to an entry, known or to be looked for. */
#include <string.h>

#include <bight/alloc.h>
#include <bight/http_quality.h>
#include <bight/http_url.h>

#include "files.h"
#include "grown.h"
#include "joined.h"

/* -- how ------------------------------------------------------------------ */

static bool is_parameter(bight_bytes query, const char *name, const char *value)
{
    uint8_t buf[8];
    bight_bytes text;
    return query.size > 0 &&
           !bight_failed(bight_http_query_get(query, bight_bytes_text(name),
                                              buf, sizeof(buf), &text)) &&
           bight_bytes_equal(text, bight_bytes_text(value));
}

static bool prefers_json(const bight_http_exchange *x)
{
    const bight_bytes offers[] = {BIGHT_BYTES("text/html"),
                                  BIGHT_BYTES("application/json")};
    bight_buffer buffer;
    bight_buffer_init(&buffer);
    bight_bytes accept = bight__http_joined(x, "Accept", &buffer);
    size_t index = 0;
    bool json = accept.data != NULL &&
                bight_http_choose_type(accept, offers, 2, &index) && index == 1;
    bight_buffer_fini(&buffer);
    return json;
}

static void choose_view(const bight_http_exchange *x,
                        struct bight__http_files_view *view)
{
    bight_bytes query = bight_http_query(x);
    view->sort = BIGHT__HTTP_FILES_BY_NAME;
    if (is_parameter(query, "sort", "size"))
        view->sort = BIGHT__HTTP_FILES_BY_SIZE;
    else if (is_parameter(query, "sort", "date"))
        view->sort = BIGHT__HTTP_FILES_BY_DATE;
    view->descending = is_parameter(query, "order", "desc");
    view->json = prefers_json(x);
}

/* -- answers that need no file -------------------------------------------- */

static void answer_methods(bight_http_exchange *x, bool options)
{
    if (bight_failed(bight_http_set_field(x, "Allow",
                                          BIGHT_BYTES("GET, HEAD, OPTIONS"))))
        bight_http_fail(x, 500);
    else if (options)
        bight_http_answer(x, 204, NULL, bight_bytes_of(NULL, 0));
    else
        bight_http_fail(x, 405);
}

/* Relative, so that it is right behind any proxy. */
static bight_error put_location(const bight_http_exchange *x,
                                bight_buffer *location)
{
    bight_bytes path = bight_http_path(x);
    bight_bytes query = bight_http_query(x);
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    bight_error error = bight_buffer_append(location, BIGHT_BYTES("./"));
    if (!bight_failed(error))
        error = bight_buffer_append(location, bight_bytes_tail(path, start));
    if (!bight_failed(error))
        error = bight_buffer_append(location, BIGHT_BYTES("/"));
    if (bight_failed(error) || query.data == NULL)
        return error;
    error = bight_buffer_append(location, BIGHT_BYTES("?"));
    return bight_failed(error) ? error : bight_buffer_append(location, query);
}

static void redirect(bight_http_exchange *x)
{
    bight_buffer location;
    bight_buffer_init(&location);
    bight_error error = put_location(x, &location);
    if (!bight_failed(error))
        error = bight_http_redirect(x, 301, bight_buffer_bytes(&location));
    if (bight_failed(error))
        bight_http_fail(x, 500);
    bight_buffer_fini(&location);
}

static void refuse(bight_http_exchange *x, unsigned status)
{
    if (status == 503)
        (void)bight_http_set_field(x, "Retry-After", BIGHT_BYTES("1"));
    bight_http_fail(x, status);
}

void bight__http_files_give(bight_http_files *files, bight_http_exchange *x,
                            struct bight__http_files_entry *entry)
{
    if (entry == NULL) {
        refuse(x, 503);
    } else if (entry->kind == BIGHT__HTTP_FILES_FAILED) {
        refuse(x, entry->status);
    } else if (entry->kind == BIGHT__HTTP_FILES_FOLDER) {
        redirect(x);
    } else {
        bight__http_files_entry_ref(entry);
        bight__http_files_answer(files, x, entry);
        bight__http_files_entry_unref(entry);
    }
}

/* -- the handler ---------------------------------------------------------- */

static bight_deferred *find(bight_http_files *files, bight_http_exchange *x,
                            struct bight__http_files_name *name)
{
    uint8_t key[BIGHT__HTTP_FILES_KEY];
    name->view = (struct bight__http_files_view){0};
    if (name->folder && files->options.browse)
        choose_view(x, &name->view);
    size_t size = bight__http_files_key(files, name, key);
    struct bight__http_files_entry *entry =
        bight__http_files_cache_find(&files->cache, bight_bytes_of(key, size),
                                     bight_loop_now_ns(files->loop));
    if (entry == NULL)
        return bight__http_files_wait(files, x, name);
    bight__http_files_give(files, x, entry);
    return NULL;
}

bight_deferred *bight_http_files_handler(void *ctx, bight_http_exchange *x)
{
    bight_http_files *files = ctx;
    struct bight__http_files_name name;
    bight_bytes method = bight_http_method(x);
    if (!bight_bytes_equal(method, BIGHT_BYTES("GET")) &&
        !bight_bytes_equal(method, BIGHT_BYTES("HEAD"))) {
        answer_methods(x, bight_bytes_equal(method, BIGHT_BYTES("OPTIONS")));
        return NULL;
    }
    unsigned status =
        bight__http_files_name(&files->options, bight_http_path(x), &name);
    if (status == 0)
        return find(files, x, &name);
    if (status == 301)
        redirect(x);
    else
        refuse(x, status);
    return NULL;
}

/* -- the object ----------------------------------------------------------- */

void bight__http_files_unref(bight_http_files *files)
{
    if (--files->refs > 0)
        return;
    bight__http_root_close(&files->root);
    bight_free((void *)(uintptr_t)files->options.prefix);
    bight_free((void *)(uintptr_t)files->options.index);
    bight_free((void *)(uintptr_t)files->options.cache_control);
    bight_free(files);
}

void bight_http_files_options_init(bight_http_files_options *options)
{
    *options = (bight_http_files_options){.size = sizeof(*options),
                                          .index = "index.html",
                                          .precompressed = true,
                                          .cache_ms = 1000,
                                          .cache_entries = 256,
                                          .cache_bytes = 8 * 1024 * 1024,
                                          .keep = 64 * 1024};
}

static void sweep(void *ctx)
{
    bight_http_files *files = ctx;
    bight__http_files_cache_sweep(&files->cache,
                                  bight_loop_now_ns(files->loop));
    if (files->cache.count > 0)
        bight_timer_start(files->sweeper, files->options.cache_ms);
}

static bool copy_text(const char **text)
{
    if (*text == NULL)
        return true;
    *text = bight_strdup(*text);
    return *text != NULL;
}

/* What is not copied yet is not owned. */
static bool copy_options(bight_http_files *files,
                         const bight_http_files_options *options)
{
    files->options = *options;
    files->options.root = NULL;
    files->options.prefix = files->options.index = NULL;
    files->options.cache_control = NULL;
    const char **const texts[] = {&files->options.prefix, &files->options.index,
                                  &files->options.cache_control};
    const char *const given[] = {options->prefix, options->index,
                                 options->cache_control};
    for (size_t i = 0; i < 3; i++) {
        *texts[i] = given[i];
        if (!copy_text(texts[i]))
            return false;
    }
    return true;
}

static bool is_value(const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        if ((uint8_t)*text < ' ' || (uint8_t)*text >= 0x7f)
            return false;
    return true;
}

static bight_error check(const bight_http_files_options *options)
{
    if (options->root == NULL || *options->root == '\0')
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "static files need a root");
    if (!is_value(options->cache_control))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a control character in Cache-Control");
    return bight_ok();
}

static bight_error open_all(bight_http_files *files,
                            const bight_http_files_options *options)
{
    if (!copy_options(files, options))
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight__http_files_cache_init(&files->cache, options);
    bight_error error =
        bight_timer_new(files->loop, sweep, files, &files->sweeper);
    if (bight_failed(error))
        return error;
    files->seed = bight_loop_wall_ms(files->loop);
    int number =
        bight__http_root_open(&files->root, options->root, options->symlinks);
    return number == 0 ? bight_ok()
                       : bight_error_note(bight_error_errno(number), "open %s",
                                          options->root);
}

bight_error bight_http_files_new(bight_loop *loop,
                                 const bight_http_files_options *given,
                                 bight_http_files **ret_files)
{
    bight_http_files_options options;
    bight_http_files_options_init(&options);
    bight__http_take_known(&options, sizeof(options), given);
    bight_error error = check(&options);
    if (bight_failed(error))
        return error;
    bight_http_files *files = bight_zalloc(sizeof(*files));
    if (files == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    files->loop = loop;
    files->refs = 1;
    files->root.fd = -1;
    bight__http_files_cache_init(&files->cache, &options);
    error = open_all(files, &options);
    if (bight_failed(error))
        bight_http_files_free(files);
    else
        *ret_files = files;
    return error;
}

void bight_http_files_free(bight_http_files *files)
{
    if (files == NULL)
        return;
    files->closed = true;
    bight__http_files_cache_sweep(&files->cache, UINT64_MAX);
    bight_timer_free(files->sweeper);
    files->sweeper = NULL;
    bight__http_files_unref(files);
}
