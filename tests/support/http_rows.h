/* SPDX-License-Identifier: MIT */
/*
 * The conformance table: what http-parser lets through, and what bight makes of
 * it. Tests run it, and docs/protocols/http-conformance.md is written from it.
 */
#ifndef BIGHT_TESTS_HTTP_ROWS_H
#define BIGHT_TESTS_HTTP_ROWS_H

#include <stddef.h>

#define HTTP_ROWS 52

struct http_row {
    unsigned number;   /* 1 to HTTP_ROWS; several inputs may have one */
    char side;         /* 'q': requests; 'r': responses; 'h': to HEAD; 'c': to
                          CONNECT */
    unsigned times;    /* how often `unit` stands at the @ of `input` */
    const char *input; /* octets; ended by `size` */
    size_t size;
    const char *unit;
    const char *ours;   /* in the words of http_feed.h */
    const char *theirs; /* the same of http-parser in Debian's build */
};

extern const struct http_row http_rows[];
extern const size_t http_row_count;

/* What each number is about. */
extern const char *const http_row_titles[HTTP_ROWS + 1];

/* The input with its units; the caller frees it. */
char *http_row_input(const struct http_row *row, size_t *ret_size);

#endif
