/* SPDX-License-Identifier: MIT */
/*
 * The handler: from a request to an entry. Who asks for what is being looked
 * for waits with those who asked before, so that a disk that hangs costs one
 * thread for each name, and no more.
 */
#include <string.h>

#include <bight/alloc.h>
#include <bight/http_quality.h>
#include <bight/http_url.h>

#include "files.h"
#include "grown.h"
#include "joined.h"

struct waiter {
    struct waiter *next;
    struct bight__http_files_load *load;
    bight_http_exchange *x;
    bight_promise *promise;
    bool fallback; /* the root's index, if there is nothing */
};

struct bight__http_files_load {
    struct bight__http_files_load *next;
    bight_http_files *files;
    bight_work *work;
    struct waiter *waiters;
    struct bight__http_files_entry *entry;
    uint64_t since_ns;
    struct bight__http_files_name name;
    size_t key_size;
    uint8_t key[PATH_MAX + 2];
};

/* -- keys ----------------------------------------------------------------- */

/* A folder that may be listed is as many things as there are views of it. */
static size_t make_key(const bight_http_files *files,
                       const struct bight__http_files_name *name,
                       uint8_t key[PATH_MAX + 2])
{
    const struct bight__http_files_view *view = &name->view;
    key[0] = name->folder ? '/' : '.';
    key[1] = '.';
    if (name->folder && files->options.browse)
        key[1] =
            (uint8_t)('0' + view->sort * 4 + view->descending * 2 + view->json);
    memcpy(key + 2, name->text, name->size);
    return name->size + 2;
}

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

/* What is answered from may leave the cache meanwhile. */
static void answer(bight_http_files *files, bight_http_exchange *x,
                   struct bight__http_files_entry *entry)
{
    if (entry->kind == BIGHT__HTTP_FILES_FAILED) {
        refuse(x, entry->status);
    } else if (entry->kind == BIGHT__HTTP_FILES_FOLDER) {
        redirect(x);
    } else {
        bight__http_files_entry_ref(entry);
        bight__http_files_answer(files, x, entry);
        bight__http_files_entry_unref(entry);
    }
}

/* -- looking -------------------------------------------------------------- */

static void unref(bight_http_files *files)
{
    if (--files->refs > 0)
        return;
    bight__http_root_close(&files->root);
    bight_free((void *)(uintptr_t)files->options.prefix);
    bight_free((void *)(uintptr_t)files->options.index);
    bight_free((void *)(uintptr_t)files->options.cache_control);
    bight_free(files);
}

static void forget_load(struct bight__http_files_load *load)
{
    struct bight__http_files_load **at = &load->files->loads;
    while (*at != NULL && *at != load)
        at = &(*at)->next;
    if (*at == load)
        *at = load->next;
}

static bool join(bight_http_files *files, struct waiter *waiter,
                 const struct bight__http_files_name *name);

/* The waiter is gone afterwards, or waits again. */
static void tell(bight_http_files *files, struct waiter *waiter,
                 struct bight__http_files_entry *entry)
{
    bight_http_exchange *x = waiter->x;
    if (entry != NULL && entry->kind == BIGHT__HTTP_FILES_FAILED &&
        entry->missing && waiter->fallback) {
        struct bight__http_files_name root = {.folder = true};
        uint8_t key[PATH_MAX + 2];
        size_t size = make_key(files, &root, key);
        waiter->fallback = false;
        entry = bight__http_files_cache_find(&files->cache,
                                             bight_bytes_of(key, size),
                                             bight_loop_now_ns(files->loop));
        if (entry == NULL && join(files, waiter, &root))
            return;
    }
    if (entry != NULL)
        answer(files, x, entry);
    else
        refuse(x, 503);
    bight_promise_resolve(waiter->promise, bight_value_none());
    bight_free(waiter);
}

static void keep(bight_http_files *files, struct bight__http_files_load *load)
{
    struct bight__http_files_entry *entry = load->entry;
    entry->since_ns = load->since_ns;
    if (entry->kind == BIGHT__HTTP_FILES_FAILED || files->closed)
        return;
    bight__http_files_cache_put(&files->cache, entry);
    if (!bight_timer_active(files->sweeper))
        bight_timer_start(files->sweeper, files->options.cache_ms);
}

static void look(struct bight__http_files_load *load)
{
    load->entry = bight__http_files_look(
        load->files, &load->name, bight_bytes_of(load->key, load->key_size));
}

static bight_error run(void *ctx)
{
    look(ctx);
    return bight_ok();
}

static void done(void *ctx, bight_error error)
{
    struct bight__http_files_load *load = ctx;
    bight_http_files *files = load->files;
    (void)error;
    forget_load(load);
    if (load->entry != NULL)
        keep(files, load);
    while (load->waiters != NULL) {
        struct waiter *waiter = load->waiters;
        load->waiters = waiter->next;
        waiter->load = NULL;
        tell(files, waiter, load->entry);
    }
    bight__http_files_entry_unref(load->entry);
    bight_free(load);
    unref(files);
}

static struct bight__http_files_load *begin(
    bight_http_files *files, const struct bight__http_files_name *name,
    bight_bytes key)
{
    struct bight__http_files_load *load = bight_alloc(sizeof(*load));
    if (load == NULL)
        return NULL;
    load->files = files;
    load->waiters = NULL;
    load->entry = NULL;
    load->since_ns = bight_loop_now_ns(files->loop);
    load->name = *name;
    load->key_size = key.size;
    memcpy(load->key, key.data, key.size);
    if (bight_failed(
            bight_work_submit(files->loop, run, done, load, &load->work))) {
        bight_free(load);
        return NULL;
    }
    load->next = files->loads;
    files->loads = load;
    files->refs++;
    return load;
}

static struct bight__http_files_load *find_load(const bight_http_files *files,
                                                bight_bytes key)
{
    struct bight__http_files_load *load = files->loads;
    while (load != NULL &&
           !bight_bytes_equal(bight_bytes_of(load->key, load->key_size), key))
        load = load->next;
    return load;
}

/* False: no memory, or too many look already. */
static bool join(bight_http_files *files, struct waiter *waiter,
                 const struct bight__http_files_name *name)
{
    uint8_t text[PATH_MAX + 2];
    bight_bytes key = bight_bytes_of(text, make_key(files, name, text));
    struct bight__http_files_load *load = find_load(files, key);
    if (load == NULL)
        load = begin(files, name, key);
    if (load == NULL)
        return false;
    struct waiter **at = &load->waiters;
    while (*at != NULL)
        at = &(*at)->next;
    waiter->next = NULL;
    *at = waiter;
    waiter->load = load;
    return true;
}

/* The client has gone. What nobody waits for need not begin. */
static bight_cancel_answer cancel(void *arg)
{
    struct waiter *waiter = arg;
    struct bight__http_files_load *load = waiter->load;
    if (load == NULL)
        return BIGHT_CANCEL_LATER;
    struct waiter **at = &load->waiters;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
    if (load->waiters == NULL) {
        forget_load(load);
        bight_work_cancel(load->work);
    }
    bight_promise_reject(waiter->promise,
                         bight_error_of(BIGHT_ERROR_CANCELLED));
    bight_free(waiter);
    return BIGHT_CANCEL_LATER;
}

/* -- the handler ---------------------------------------------------------- */

static bool has_no_dot(const struct bight__http_files_name *name)
{
    size_t at = name->size;
    while (at > 0 && name->text[at - 1] != '/' && name->text[at - 1] != '.')
        at--;
    return at == 0 || name->text[at - 1] == '/';
}

static bight_deferred *wait_for(bight_http_files *files, bight_http_exchange *x,
                                const struct bight__http_files_name *name)
{
    struct waiter *waiter = bight_zalloc(sizeof(*waiter));
    if (waiter == NULL)
        return NULL;
    bight_deferred *d =
        bight_deferred_new(files->loop, &waiter->promise, cancel, waiter);
    if (d == NULL) {
        bight_free(waiter);
        return NULL;
    }
    waiter->x = x;
    waiter->fallback = files->options.spa && has_no_dot(name);
    if (join(files, waiter, name))
        return d;
    bight_promise_reject(waiter->promise, bight_http_error(503));
    bight_free(waiter);
    return d;
}

static bight_deferred *find(bight_http_files *files, bight_http_exchange *x,
                            struct bight__http_files_name *name)
{
    uint8_t key[PATH_MAX + 2];
    name->view = (struct bight__http_files_view){0};
    if (name->folder && files->options.browse)
        choose_view(x, &name->view);
    size_t size = make_key(files, name, key);
    struct bight__http_files_entry *entry =
        bight__http_files_cache_find(&files->cache, bight_bytes_of(key, size),
                                     bight_loop_now_ns(files->loop));
    if (entry == NULL)
        return wait_for(files, x, name);
    answer(files, x, entry);
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
    unref(files);
}
