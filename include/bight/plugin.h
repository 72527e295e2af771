/* SPDX-License-Identifier: MIT */
/** @file
 * Plugins: one const descriptor, the same for a protocol linked into a program
 * and for one loaded from a file. A protocol author writes
 *
 *     BIGHT_PLUGIN(echo) = {.head = BIGHT_PLUGIN_HEAD, .name = "echo", ...};
 *
 * and links a module with -Wl,--defsym,bight_plugin_v1=bight_plugin_echo.
 */
#ifndef BIGHT_PLUGIN_H
#define BIGHT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include <bight/endpoint_kind.h>
#include <bight/error.h>
#include <bight/filter.h>
#include <bight/options.h>
#include <bight/protocol.h>

BIGHT_BEGIN_DECLS

#define BIGHT_PLUGIN_MAGIC UINT32_C(0x6b687462)
/** A plugin loads if its major number is the host's and its minor one is no
 * newer. The minor grows with each table that grows. */
#define BIGHT_PLUGIN_ABI_MAJOR 0
#define BIGHT_PLUGIN_ABI_MINOR 1

/** Never moves, in any version: what a loader may judge before all else. */
typedef struct bight_plugin_head {
    uint32_t magic;
    uint32_t size; /**< sizeof(bight_plugin) */
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t features; /**< that the host must have; none yet */
} bight_plugin_head;

/** Exactly one of protocol, factory, endpoint and filter is given. All of it
 * lives as long as the process: a plugin is never unloaded. */
typedef struct bight_plugin {
    bight_plugin_head head;
    const char *name;    /**< [a-z][a-z0-9-]*, at most 31 bytes */
    const char *version; /**< "1.0", or NULL */
    const char *summary; /**< one line, at most 60 bytes */
    const bight_protocol *protocol;
    const bight_factory *factory;
    const bight_option_table *options; /**< of either, or NULL */
    const bight_endpoint_kind *endpoint;
    const bight_filter *filter;
    const char *scheme; /**< of its URLs over tcp: "http"; NULL: "tcp" */
} bight_plugin;

#define BIGHT_PLUGIN_HEAD                                                      \
    {                                                                          \
        BIGHT_PLUGIN_MAGIC, (uint32_t)sizeof(bight_plugin),                    \
            BIGHT_PLUGIN_ABI_MAJOR, BIGHT_PLUGIN_ABI_MINOR, 0                  \
    }

#ifdef __cplusplus
#define BIGHT_PLUGIN_EXTERN extern "C"
#else
#define BIGHT_PLUGIN_EXTERN extern
#endif

/** Declares and begins the definition of bight_plugin_NAME. */
#define BIGHT_PLUGIN(NAME)                                                     \
    BIGHT_PLUGIN_EXTERN BIGHT_API const bight_plugin bight_plugin_##NAME;      \
    const bight_plugin bight_plugin_##NAME

/** A plugin as the host knows it. Lives as long as the process. */
typedef struct bight_plugin_entry {
    size_t size;
    bight_plugin plugin; /**< a full copy; what the plugin lacks is NULL */
    const char *path;    /**< absolute; NULL: linked into the program */
    /** To listen and connect with: the plugin's own, hence of its size, or one
     * made for its protocol. NULL for other kinds of plugins. Where the plugin
     * has options, their values go into factory_options. */
    const bight_factory *factory;
} bight_plugin_entry;

/**
 * Makes a linked plugin known; any thread. The same one twice is fine. INVALID:
 * the descriptor is wrong, the note says how. UNSUPPORTED: it was built for
 * another ABI. BUSY: the name is another's. NO_MEMORY.
 */
BIGHT_API bight_error bight_plugin_register(const bight_plugin *plugin);

/**
 * Loads a file and makes it known; any thread. `path` needs a slash (USAGE). An
 * errno, REFUSED (anybody may write to the file or its folder, or it is another
 * user's in a sticky one; under root also who is not root), INVALID (no ELF
 * file, an unresolved symbol, no plugin) or as bight_plugin_register; the note
 * says more. The same file twice is fine.
 */
BIGHT_API bight_error bight_plugin_load(const char *path,
                                        const bight_plugin_entry **ret_entry);

/** By name: those known, then NAME.so in the folders of bight_plugin_folder,
 * of which the first decides. NOT_FOUND, or as bight_plugin_load. Any thread.
 */
BIGHT_API bight_error bight_plugin_find(const char *name,
                                        const bight_plugin_entry **ret_entry);

/** The plugins known now, sorted by name; NULL past the last. Any thread. */
BIGHT_API const bight_plugin_entry *bight_plugin_at(size_t index);

/** Where plugins are looked for: those of BIGHT_PLUGIN_PATH (separated by ':',
 * relative ones are left out), then the installed one. NULL past the last; the
 * text is lent until the next call on this thread. */
BIGHT_API const char *bight_plugin_folder(size_t index);

/** Loads each NAME.so of those folders whose name is not known yet; `failed`
 * (may be NULL) is told of what was refused. Any thread. */
BIGHT_API void bight_plugin_load_all(void (*failed)(void *ctx, const char *path,
                                                    bight_error why),
                                     void *ctx);

/** Names that no option of a plugin may have, as a program's own flags; they
 * take the place of those named before, and hold for plugins that come later.
 * Ended by NULL; they live as long as the process. Any thread. */
BIGHT_API void bight_plugin_reserve(const char *const *names);

BIGHT_END_DECLS

#endif
