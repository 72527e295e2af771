/* SPDX-License-Identifier: MIT */
/*
 * The tables as a bight of plugin ABI 0.0 would have had them: those of 0.1
 * without their last members. Plugins here are compiled against this alone, so
 * that what is loaded is really smaller than what the host knows.
 */
#ifndef BIGHT_OLDER_H
#define BIGHT_OLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bight_loop bight_loop;
typedef struct bight_transport bight_transport;

typedef struct bight_bytes {
    const uint8_t *data;
    size_t size;
} bight_bytes;

typedef struct bight_error {
    const void *domain;
    int32_t code;
    uint32_t note;
} bight_error;

typedef struct bight_protocol {
    size_t size;
    const char *name;
    size_t state_size;
    void (*connection_made)(void *self, bight_transport *t);
    void (*data_received)(void *self, bight_transport *t, bight_bytes data);
    bool (*eof_received)(void *self, bight_transport *t);
} bight_protocol;

typedef struct bight_factory {
    size_t size;
    const char *name;
    const bight_protocol *protocol;
    size_t shared_size;
    bight_error (*started)(void *shared, const void *options, bight_loop *loop);
} bight_factory;

typedef struct bight_plugin_head {
    uint32_t magic;
    uint32_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t features;
} bight_plugin_head;

typedef struct bight_plugin {
    bight_plugin_head head;
    const char *name;
    const char *version;
    const char *summary;
    const bight_protocol *protocol;
    const bight_factory *factory;
} bight_plugin;

#define BIGHT_PLUGIN_HEAD                                                      \
    {                                                                          \
        UINT32_C(0x6b687462), (uint32_t)sizeof(bight_plugin), 0, 0, 0          \
    }

#define BIGHT_PLUGIN(NAME)                                                     \
    extern __attribute__((visibility("default")))                              \
    const bight_plugin bight_plugin_##NAME;                                    \
    const bight_plugin bight_plugin_##NAME

int bight_transport_write(bight_transport *t, bight_bytes data);
void *bight_transport_shared(const bight_transport *t);

#endif
