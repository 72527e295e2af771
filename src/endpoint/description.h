/* SPDX-License-Identifier: MIT */
/* Kinds of endpoints as tables, and the description that they give rise to. */
#ifndef BIGHT_ENDPOINT_DESCRIPTION_H
#define BIGHT_ENDPOINT_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/endpoint.h>

/** A kind has at most that many fields, a table that many kinds. */
#define BIGHT__ENDPOINT_FIELDS_MAX 31
#define BIGHT__ENDPOINT_KINDS_MAX 31
/** Levels of one description: wrappers and what they wrap. */
#define BIGHT__ENDPOINT_DEPTH_MAX 8

#define BIGHT__ENDPOINT_BOTH (BIGHT_ENDPOINT_SERVER | BIGHT_ENDPOINT_CLIENT)

enum bight__endpoint_type {
    BIGHT__ENDPOINT_HOST,    /* name or address, IPv6 in brackets */
    BIGHT__ENDPOINT_PORT,    /* 0..65535, for a client 1..65535 */
    BIGHT__ENDPOINT_PATH,    /* of a UNIX socket */
    BIGHT__ENDPOINT_TEXT,    /* anything but nothing */
    BIGHT__ENDPOINT_BOOL,    /* on or off */
    BIGHT__ENDPOINT_UINT,    /* min..max */
    BIGHT__ENDPOINT_MODE,    /* octal, up to 777 */
    BIGHT__ENDPOINT_DURATION /* min..max in ms, with a unit; or off */
};

/** One argument or key of a kind. */
struct bight__endpoint_field {
    const char *name;               /* NULL ends a list of fields */
    enum bight__endpoint_type type; /* what values are right */
    bool positional;                /* an argument; else a key */
    unsigned sides;                 /* where it may be given */
    unsigned required;              /* where it must be given */
    uint32_t min, max;              /* of UINT and DURATION */
    const char *stands_for;         /* a key that gives this argument */
};

/** A kind of endpoint. A wrapper has keys, then another description. */
struct bight__endpoint_kind {
    const char *name;
    unsigned sides;
    bool wrapper;
    bool url;  /* NAME://... is another spelling of NAME:... */
    bool bare; /* an inner PORT or HOST:PORT means this kind */
    const struct bight__endpoint_field *fields; /* arguments come first */
};

struct bight_endpoint {
    const struct bight__endpoint_kind *kind;
    bight_endpoint_side side;
    bight_endpoint *inner;
    const char *values[]; /* as kind->fields; NULL: absent; the texts follow */
};

/** The kinds that bight_endpoint_parse knows, by name; NULL ends them. */
extern const struct bight__endpoint_kind *const bight__endpoint_kinds[];

/** bight_endpoint_parse with other kinds; they outlive the endpoint. */
bight_error bight__endpoint_parse(
    bight_bytes text, bight_endpoint_side side,
    const struct bight__endpoint_kind *const *kinds,
    bight_endpoint **ret_endpoint, bight_diagnostic *ret_diagnostic);

/** How many fields there are. */
size_t bight__endpoint_field_count(const struct bight__endpoint_kind *kind);

/** Which field has that name; the count of fields if none has. */
size_t bight__endpoint_field_index(const struct bight__endpoint_kind *kind,
                                   bight_bytes name);

/**
 * Is value right for the field? bracketed: it stood in [ ].
 * false: the diagnostic, whose start and length stay, says why.
 */
bool bight__endpoint_value_check(const struct bight__endpoint_field *field,
                                 bight_endpoint_side side, const char *value,
                                 bool bracketed, bight_diagnostic *diagnostic);

/** Read on, yes, true, 1, off, no, false, 0; false: it is none of them. */
bool bight__endpoint_value_bool(const char *value, bool *ret);

/** Read a number, octal for a mode, ms for a duration; false: it is none. */
bool bight__endpoint_value_uint(enum bight__endpoint_type type,
                                const char *value, uint64_t *ret);

#endif
