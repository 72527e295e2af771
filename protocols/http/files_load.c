/* SPDX-License-Identifier: MIT */
/*
 * Looking for what is not known, on the loop's pool. Who asks for what is being
 * looked for waits with those who asked before, so that a disk that hangs costs
 * one thread for each name, and no more.
 */
#include <string.h>

#include <bight/alloc.h>

#include "files.h"

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
    uint8_t key[BIGHT__HTTP_FILES_KEY];
};

/* -- keys ----------------------------------------------------------------- */

size_t bight__http_files_key(const bight_http_files *files,
                             const struct bight__http_files_name *name,
                             uint8_t key[BIGHT__HTTP_FILES_KEY])
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

/* -- looking -------------------------------------------------------------- */

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
        uint8_t key[BIGHT__HTTP_FILES_KEY];
        size_t size = bight__http_files_key(files, &root, key);
        waiter->fallback = false;
        entry = bight__http_files_cache_find(&files->cache,
                                             bight_bytes_of(key, size),
                                             bight_loop_now_ns(files->loop));
        if (entry == NULL && join(files, waiter, &root))
            return;
    }
    bight__http_files_give(files, x, entry);
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

/* False: there are too many already. */
static bool count(bight_http_files *files,
                  struct bight__http_files_entry *entry)
{
    if (entry->kind != BIGHT__HTTP_FILES_LISTING)
        return true;
    if (entry->bytes > BIGHT__HTTP_FILES_LISTED_MAX - files->listed)
        return false;
    files->listed += entry->bytes;
    entry->listed = &files->listed;
    return true;
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
    if (load->entry != NULL && !count(files, load->entry)) {
        bight__http_files_entry_unref(load->entry);
        load->entry = NULL;
    }
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
    bight__http_files_unref(files);
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
    uint8_t text[BIGHT__HTTP_FILES_KEY];
    bight_bytes key =
        bight_bytes_of(text, bight__http_files_key(files, name, text));
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

/* -- waiting -------------------------------------------------------------- */

static bool has_no_dot(const struct bight__http_files_name *name)
{
    size_t at = name->size;
    while (at > 0 && name->text[at - 1] != '/' && name->text[at - 1] != '.')
        at--;
    return at == 0 || name->text[at - 1] == '/';
}

bight_deferred *bight__http_files_wait(
    bight_http_files *files, bight_http_exchange *x,
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
