/* SPDX-License-Identifier: MIT */
/*
 * Static files. A request's path becomes a name; of each name there is an
 * entry: what a thread found there, for as long as it is believed. Entries are
 * never changed, and live as long as anybody sends from them.
 *
 *   path --files_name--> name --cache--> entry ----------------> answer
 *                                └─ no ─> load, on a thread ──┘
 */
#ifndef BIGHT_HTTP_FILES_INTERNAL_H
#define BIGHT_HTTP_FILES_INTERNAL_H

#include <limits.h>

#include <bight/buffer.h>
#include <bight/http_files.h>
#include <bight/http_range.h>
#include <bight/pool.h>

#include "files_root.h"

#define BIGHT__HTTP_FILES_VARIANTS 3 /* br, gzip, as it is */
#define BIGHT__HTTP_FILES_ETAG 64

/* What is written with the head; more is written as there is room. */
#define BIGHT__HTTP_FILES_AT_ONCE ((uint64_t)64 * 1024)

/* -- names ---------------------------------------------------------------- */

enum bight__http_files_sort {
    BIGHT__HTTP_FILES_BY_NAME,
    BIGHT__HTTP_FILES_BY_SIZE,
    BIGHT__HTTP_FILES_BY_DATE
};

/* How a folder is to be listed. */
struct bight__http_files_view {
    uint8_t sort; /* enum bight__http_files_sort */
    bool descending;
    bool json;
};

/* What is asked for: relative to the root, "" for the root. */
struct bight__http_files_name {
    char text[PATH_MAX];
    size_t size;
    bool folder; /* a slash was behind it */
    struct bight__http_files_view view;
};

/* Decodes a path, its prefix taken off; else the status: 400, 404. 301: the
 * slash behind the prefix is missing. */
unsigned bight__http_files_name(const bight_http_files_options *options,
                                bight_bytes path,
                                struct bight__http_files_name *ret_name);

/* Whether such a name is not to be seen. */
bool bight__http_files_is_hidden(bight_bytes part);

/* -- entries -------------------------------------------------------------- */

enum bight__http_files_kind {
    BIGHT__HTTP_FILES_FAILED,  /* a status */
    BIGHT__HTTP_FILES_FILE,    /* with variants */
    BIGHT__HTTP_FILES_FOLDER,  /* to be asked for with a slash */
    BIGHT__HTTP_FILES_LISTING, /* a page */
};

/* One file, and what is said of it. */
struct bight__http_files_variant {
    bool exists;
    int fd;           /* -1: its content is kept */
    uint8_t *content; /* owned */
    uint64_t size;
    int64_t modified;                  /* seconds */
    char etag[BIGHT__HTTP_FILES_ETAG]; /* between its quotes */
};

struct bight__http_files_node {
    struct bight__http_files_node *next, *prev;
};

struct bight__http_files_entry {
    struct bight__http_files_node node;   /* of the cache, the latest first */
    struct bight__http_files_entry *next; /* in its bucket */
    size_t refs;
    bool cached;
    uint64_t hash;
    uint64_t since_ns; /* when it was looked for */
    uint8_t kind;      /* enum bight__http_files_kind */
    bool missing;      /* FAILED because there is nothing */
    uint16_t status;   /* of FAILED */
    const char *type;
    size_t bytes;   /* kept in memory */
    size_t *listed; /* where those of a listing are counted */
    struct bight__http_files_variant variants[BIGHT__HTTP_FILES_VARIANTS];
    size_t key_size;
    uint8_t key[];
};

#define BIGHT__HTTP_FILES_PLAIN 2 /* the variant as it is */

struct bight__http_files_entry *bight__http_files_entry_new(bight_bytes key);
void bight__http_files_entry_ref(struct bight__http_files_entry *entry);
void bight__http_files_entry_unref(struct bight__http_files_entry *entry);

/* -- the cache ------------------------------------------------------------ */

#define BIGHT__HTTP_FILES_BUCKETS 256

struct bight__http_files_cache {
    struct bight__http_files_node used; /* the latest first */
    struct bight__http_files_entry *buckets[BIGHT__HTTP_FILES_BUCKETS];
    size_t count, bytes;
    size_t most_entries, most_bytes;
    uint64_t valid_ns;
};

void bight__http_files_cache_init(struct bight__http_files_cache *cache,
                                  const bight_http_files_options *options);
/* Lent; NULL: not known, or not any more. */
struct bight__http_files_entry *bight__http_files_cache_find(
    struct bight__http_files_cache *cache, bight_bytes key, uint64_t now_ns);
/* Refers to it. */
void bight__http_files_cache_put(struct bight__http_files_cache *cache,
                                 struct bight__http_files_entry *entry);
/* Drops what is older than it may be; all, for UINT64_MAX. */
void bight__http_files_cache_sweep(struct bight__http_files_cache *cache,
                                   uint64_t now_ns);

/* -- looking -------------------------------------------------------------- */

/* What is to be found, on any thread; the files' options and root are read
 * only. Never NULL but for want of memory. */
struct bight__http_files_entry *bight__http_files_look(
    const bight_http_files *files, const struct bight__http_files_name *name,
    bight_bytes key);

/* Appends a page that shows the folder. An errno, ENOMEM among them; 0. */
int bight__http_files_list(const bight_http_files *files,
                           const struct bight__http_files_name *name,
                           bight_buffer *page);

/* One of a folder. */
struct bight__http_files_item {
    const char *name; /* ended by NUL */
    size_t name_size;
    uint64_t size;
    int64_t modified;
    bool folder;
};

struct bight__http_files_items {
    const struct bight__http_files_item *items;
    size_t count;
    bool cut; /* there are more */
};

bight_error bight__http_files_html(bight_buffer *page,
                                   const struct bight__http_files_name *name,
                                   const struct bight__http_files_items *items);
bight_error bight__http_files_json(bight_buffer *page,
                                   const struct bight__http_files_name *name,
                                   const struct bight__http_files_items *items);

/* Bytes of all listings together: who reads one slowly holds it. */
#define BIGHT__HTTP_FILES_LISTED_MAX ((size_t)64 * 1024 * 1024)

/* -- loading -------------------------------------------------------------- */

#define BIGHT__HTTP_FILES_KEY (PATH_MAX + 2)

/* Of the cache: a folder that may be listed is as many things as there are
 * views of it. */
size_t bight__http_files_key(const bight_http_files *files,
                             const struct bight__http_files_name *name,
                             uint8_t key[BIGHT__HTTP_FILES_KEY]);

/* Looks for what is not known, and answers. NULL: no memory. */
bight_deferred *bight__http_files_wait(
    bight_http_files *files, bight_http_exchange *x,
    const struct bight__http_files_name *name);

/* -- answers -------------------------------------------------------------- */

/* Which parts of a variant are sent. */
struct bight__http_files_parts {
    const struct bight__http_files_variant *variant;
    const char *type; /* of each */
    int *fd;          /* of this answer alone, to be taken */
    bool multipart;
    size_t count; /* 0: of nothing */
    bight_http_range ranges[BIGHT_HTTP_RANGES_DEFAULT];
    char boundary[24];
};

void bight__http_files_answer(bight_http_files *files, bight_http_exchange *x,
                              struct bight__http_files_entry *entry);
/* What follows the head, which was written; the answer is finished then. */
void bight__http_files_send(bight_http_files *files, bight_http_exchange *x,
                            struct bight__http_files_entry *entry,
                            struct bight__http_files_parts *parts);

/* Answers by it, which may leave the cache meanwhile; NULL: 503. */
void bight__http_files_give(bight_http_files *files, bight_http_exchange *x,
                            struct bight__http_files_entry *entry);

/* -- the object ----------------------------------------------------------- */

struct bight__http_files_load;

struct bight_http_files {
    bight_loop *loop;
    size_t refs; /* the owner's and those of loads */
    bool closed;
    bight_http_files_options options; /* its texts are owned */
    struct bight__http_root root;
    struct bight__http_files_cache cache;
    struct bight__http_files_load *loads;
    size_t listed; /* bytes of listings, cached or being sent */
    bight_timer *sweeper;
    uint64_t seed; /* of boundaries */
};

void bight__http_files_unref(bight_http_files *files);

#endif
