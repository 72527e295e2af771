/* SPDX-License-Identifier: MIT */
/* Entries, and the cache of them: at most so many, so many bytes, for so long;
 * the one that was not used for the longest time goes first. */
#include <string.h>
#include <unistd.h>

#include <bight/alloc.h>

#include "files.h"

/* -- entries -------------------------------------------------------------- */

struct bight__http_files_entry *bight__http_files_entry_new(bight_bytes key)
{
    struct bight__http_files_entry *entry =
        bight_zalloc(sizeof(*entry) + key.size);
    if (entry == NULL)
        return NULL;
    entry->refs = 1;
    entry->key_size = key.size;
    if (key.size > 0)
        memcpy(entry->key, key.data, key.size);
    for (size_t i = 0; i < BIGHT__HTTP_FILES_VARIANTS; i++)
        entry->variants[i].fd = -1;
    return entry;
}

void bight__http_files_entry_ref(struct bight__http_files_entry *entry)
{
    entry->refs++;
}

void bight__http_files_entry_unref(struct bight__http_files_entry *entry)
{
    if (entry == NULL || --entry->refs > 0)
        return;
    if (entry->listed != NULL)
        *entry->listed -= entry->bytes;
    for (size_t i = 0; i < BIGHT__HTTP_FILES_VARIANTS; i++) {
        if (entry->variants[i].fd >= 0)
            (void)close(entry->variants[i].fd);
        bight_free(entry->variants[i].content);
    }
    bight_free(entry);
}

/* -- the cache ------------------------------------------------------------ */

void bight__http_files_cache_init(struct bight__http_files_cache *cache,
                                  const bight_http_files_options *options)
{
    cache->used.next = cache->used.prev = &cache->used;
    cache->most_entries = options->cache_entries;
    cache->most_bytes = options->cache_bytes;
    cache->valid_ns = options->cache_ms * UINT64_C(1000000);
}

/* FNV-1a: at most so many entries there are, whoever chooses the names. */
static uint64_t hash_of(bight_bytes key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ key.data[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static struct bight__http_files_entry **bucket_of(
    struct bight__http_files_cache *cache, uint64_t hash)
{
    return &cache->buckets[hash % BIGHT__HTTP_FILES_BUCKETS];
}

static void use(struct bight__http_files_cache *cache,
                struct bight__http_files_node *node)
{
    node->prev = &cache->used;
    node->next = cache->used.next;
    node->next->prev = node;
    cache->used.next = node;
}

static void unuse(struct bight__http_files_node *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
}

static void drop(struct bight__http_files_cache *cache,
                 struct bight__http_files_entry *entry)
{
    struct bight__http_files_entry **at = bucket_of(cache, entry->hash);
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    unuse(&entry->node);
    cache->count--;
    cache->bytes -= entry->bytes;
    bight__http_files_entry_unref(entry);
}

static bool is_valid(const struct bight__http_files_cache *cache,
                     const struct bight__http_files_entry *entry,
                     uint64_t now_ns)
{
    return now_ns - entry->since_ns < cache->valid_ns;
}

static bight_bytes key_of(const struct bight__http_files_entry *entry)
{
    return bight_bytes_of(entry->key, entry->key_size);
}

static struct bight__http_files_entry *known(
    struct bight__http_files_cache *cache, bight_bytes key, uint64_t hash)
{
    struct bight__http_files_entry *entry = *bucket_of(cache, hash);
    while (entry != NULL &&
           (entry->hash != hash || !bight_bytes_equal(key_of(entry), key)))
        entry = entry->next;
    return entry;
}

struct bight__http_files_entry *bight__http_files_cache_find(
    struct bight__http_files_cache *cache, bight_bytes key, uint64_t now_ns)
{
    struct bight__http_files_entry *entry = known(cache, key, hash_of(key));
    if (entry == NULL)
        return NULL;
    if (!is_valid(cache, entry, now_ns)) {
        drop(cache, entry);
        return NULL;
    }
    unuse(&entry->node);
    use(cache, &entry->node);
    return entry;
}

static struct bight__http_files_entry *last_of(
    const struct bight__http_files_cache *cache)
{
    return (struct bight__http_files_entry *)(void *)cache->used.prev;
}

/* There may be one of that key: of a load that nobody waited for any more, but
 * that was at work already, while another began. */
void bight__http_files_cache_put(struct bight__http_files_cache *cache,
                                 struct bight__http_files_entry *entry)
{
    if (cache->most_entries == 0 || cache->valid_ns == 0 ||
        entry->bytes > cache->most_bytes)
        return;
    const bight_bytes key = key_of(entry);
    const uint64_t hash = hash_of(key);
    struct bight__http_files_entry *older = known(cache, key, hash);
    if (older != NULL)
        drop(cache, older);
    while (cache->count > 0 &&
           (cache->count >= cache->most_entries ||
            cache->bytes + entry->bytes > cache->most_bytes))
        drop(cache, last_of(cache));
    entry->hash = hash;
    struct bight__http_files_entry **bucket = bucket_of(cache, entry->hash);
    entry->next = *bucket;
    *bucket = entry;
    use(cache, &entry->node);
    cache->count++;
    cache->bytes += entry->bytes;
    bight__http_files_entry_ref(entry);
}

void bight__http_files_cache_sweep(struct bight__http_files_cache *cache,
                                   uint64_t now_ns)
{
    struct bight__http_files_node *node = cache->used.next;
    while (node != &cache->used) {
        struct bight__http_files_entry *entry =
            (struct bight__http_files_entry *)(void *)node;
        node = node->next;
        if (now_ns == UINT64_MAX || !is_valid(cache, entry, now_ns))
            drop(cache, entry);
    }
}
