/* SPDX-License-Identifier: MIT */
/* The fields of a description's text, and where in it something is wrong. */
#ifndef BIGHT_ENDPOINT_SCAN_H
#define BIGHT_ENDPOINT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/bytes.h>
#include <bight/diagnostic.h>

/** A field without '='. */
#define BIGHT__ENDPOINT_NO_KEY SIZE_MAX

/** The place of a field in the text, and of its first '='. */
struct bight__endpoint_span {
    size_t start;
    size_t end;
    size_t equals; /* or BIGHT__ENDPOINT_NO_KEY */
};

struct bight__endpoint_scan {
    bight_bytes text;
    size_t at; /* where the next field starts */
    bool done; /* there is no next field */
    bight_diagnostic *diagnostic;
};

/** Fill the diagnostic for text[start, end); always false. */
bool bight__endpoint_scan_fail(struct bight__endpoint_scan *s, size_t start,
                               size_t end, const char *format, ...)
    BIGHT_PRINTF(4, 5);

/** Bytes of a description as a message repeats them: printable and short. */
struct bight__endpoint_quote {
    char text[48];
};
struct bight__endpoint_quote bight__endpoint_quote(bight_bytes bytes);

/** A part of the text. */
bight_bytes bight__endpoint_scan_slice(const struct bight__endpoint_scan *s,
                                       size_t start, size_t end);

/** Nothing a description may not hold, and not too long; else it fails. */
bool bight__endpoint_scan_check(struct bight__endpoint_scan *s, size_t max);

/** The next field, without passing it. Not when done. */
bool bight__endpoint_scan_field(struct bight__endpoint_scan *s,
                                struct bight__endpoint_span *ret);

/** Go on behind that field. */
void bight__endpoint_scan_pass(struct bight__endpoint_scan *s, size_t end);

/** Where the word that starts there ends: at a ':' or with the text. */
size_t bight__endpoint_scan_word(const struct bight__endpoint_scan *s,
                                 size_t start);

/** Is what comes next PORT, [IPv6] or HOST:PORT, without a type? */
bool bight__endpoint_scan_is_bare(const struct bight__endpoint_scan *s);

/** Narrow the span, which starts with a '[', to what that and its ']' hold. */
bool bight__endpoint_scan_unwrap(struct bight__endpoint_scan *s,
                                 struct bight__endpoint_span *span);

/** Write the span without its escapes, and a NUL; returns what follows. */
char *bight__endpoint_scan_copy(const struct bight__endpoint_scan *s,
                                const struct bight__endpoint_span *span,
                                char *to);

#endif
