/* SPDX-License-Identifier: MIT */
/** @file
 * Kinds of endpoints, as tables: what may be written in a description, what it
 * is checked against, what people are told about it, and how it is used.
 */
#ifndef BIGHT_ENDPOINT_KIND_H
#define BIGHT_ENDPOINT_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/deferred.h>
#include <bight/endpoint.h>
#include <bight/listener.h>

BIGHT_BEGIN_DECLS

/** What a field's text must be. */
typedef enum bight_endpoint_type {
    BIGHT_ENDPOINT_HOST = 1,    /**< name or address, IPv6 in brackets */
    BIGHT_ENDPOINT_PORT = 2,    /**< 0..65535, for a client 1..65535 */
    BIGHT_ENDPOINT_PATH = 3,    /**< of a UNIX socket */
    BIGHT_ENDPOINT_TEXT = 4,    /**< anything but nothing */
    BIGHT_ENDPOINT_BOOL = 5,    /**< yes or no */
    BIGHT_ENDPOINT_UINT = 6,    /**< min..max */
    BIGHT_ENDPOINT_MODE = 7,    /**< octal, up to 777 */
    BIGHT_ENDPOINT_DURATION = 8 /**< min..max in ms, with a unit; or off */
} bight_endpoint_type;

#define BIGHT_ENDPOINT_BOTH (BIGHT_ENDPOINT_SERVER | BIGHT_ENDPOINT_CLIENT)

/** One argument or key of a kind. */
typedef struct bight_endpoint_field {
    const char *name; /**< NULL ends a list of fields */
    bight_endpoint_type type;
    bool positional;          /**< an argument; else a key */
    unsigned sides;           /**< where it may be given */
    unsigned required;        /**< where it must be given */
    uint32_t min, max;        /**< of UINT and DURATION */
    const char *stands_for;   /**< a key that gives this argument */
    const char *default_text; /**< what holds without it; may be NULL */
    const char *help;         /**< one line, at most 200 bytes */
} bight_endpoint_field;

/** As bight_endpoint_listen and _connect, with an endpoint of this kind. */
typedef bight_deferred *(*bight_endpoint_use_fn)(
    bight_loop *loop, const bight_endpoint *endpoint,
    const bight_factory *factory, const bight_owner_options *options);

/** A kind of endpoint. A wrapper has keys, then another description: it adds a
 * filter to the options and uses its inner one. */
typedef struct bight_endpoint_kind {
    size_t size; /**< sizeof(bight_endpoint_kind) */
    const char *name;
    const char *summary; /**< as a field's help */
    unsigned sides;
    bool wrapper;
    bool url;  /**< NAME://... is another spelling of NAME:... */
    bool bare; /**< an inner PORT or HOST:PORT means this kind */
    const bight_endpoint_field *fields; /**< arguments first; at most 31 */
    size_t field_size;                  /**< sizeof(bight_endpoint_field) */
    bight_endpoint_use_fn listen;       /**< of a kind for servers */
    bight_endpoint_use_fn connect;      /**< of a kind for clients */
} bight_endpoint_kind;

/**
 * Makes a kind known to every parse from now on; any thread. The table is
 * copied, what it points to lives as long as the process. BUSY: the name is
 * taken. INVALID: the note says what is wrong with the table. RANGE: 63 are
 * known. NO_MEMORY.
 */
BIGHT_API bight_error bight_endpoint_register(const bight_endpoint_kind *kind);

/** The kinds known now, sorted by name; NULL past the last. Any thread. */
BIGHT_API const bight_endpoint_kind *bight_endpoint_kind_at(size_t index);

/** For a wrapper: uses what the endpoint wraps, with one filter more. The
 * innermost wrapper's filter is the nearest to the wire. `use` is copied, what
 * it points to lives as long as the process. INVALID: too many filters. */
BIGHT_API bight_deferred *bight_endpoint_wrap(
    bight_loop *loop, const bight_endpoint *endpoint,
    const bight_factory *factory, const bight_owner_options *options,
    const bight_filter_use *use);

BIGHT_END_DECLS

#endif
