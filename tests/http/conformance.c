/* SPDX-License-Identifier: MIT */
/* Writes docs/protocols/http-conformance.md: each input of the rows is run, as
 * rows_test.c does under every split. */
#include <stdio.h>
#include <stdlib.h>

#include "http_feed.h"
#include "http_oracle.h"
#include "http_rows.h"

/* Of a long text so much is shown. */
#define SHOWN 60

static const char *const intro =
    "<!-- Written by tests/http/conformance.c: change "
    "tests/support/http_rows.c "
    "instead. -->\n"
    "# HTTP/1.1: what is accepted\n"
    "\n"
    "http-parser reads start lines; what it lets through, bight's guard and\n"
    "framing do not. RFC 9110 and RFC 9112 are the measure. Each input\n"
    "below is a test of `http.rows`, in one piece, in every two pieces, and\n"
    "octet by octet; the columns show what comes of it.\n"
    "\n"
    "- `POST(hello) GET()`: two messages, the first with a body; of a "
    "response\n"
    "  its status stands there. Trailers follow a semicolon.\n"
    "- `400` alone: it is refused, with that status; `closed`: octets behind\n"
    "  the last message are not read; `cut`: the input ended too early.\n"
    "- http-parser is version 2.9.4 as Debian 12 builds it; it names its\n"
    "  errors, and says `upgrade` where it stops for another protocol.\n"
    "- Side: a request, a response, a response to HEAD or to CONNECT.\n"
    "\n"
    "| row | side | input | bight | http-parser |\n"
    "|---|---|---|---|---|\n";

static const char *side_of(const struct http_row *row)
{
    switch (row->side) {
    case 'q':
        return "request";
    case 'h':
        return "to HEAD";
    case 'c':
        return "to CONNECT";
    default:
        return "response";
    }
}

/* As a C string would have it, and nothing that ends a cell. */
static void put_octet(unsigned char octet)
{
    if (octet == '\r')
        printf("\\r");
    else if (octet == '\n')
        printf("\\n");
    else if (octet == '\t')
        printf("\\t");
    else if (octet < ' ' || octet > '~' || octet == '`' || octet == '|')
        printf("\\x%02x", octet);
    else
        putchar(octet);
}

static void put_code(const char *text, size_t size)
{
    if (size == 0) {
        printf("nothing");
        return;
    }
    putchar('`');
    for (size_t i = 0; i < size && i < 4U * SHOWN; i++)
        put_octet((unsigned char)text[i]);
    putchar('`');
}

static void put_text(const char *text)
{
    size_t size = strlen(text);
    if (size > SHOWN) {
        put_code(text, SHOWN);
        printf("...");
    } else {
        put_code(text, size);
    }
}

static void put_input(const struct http_row *row)
{
    put_code(row->input, row->size);
    if (row->unit == NULL)
        return;
    printf(" with %u times ", row->times);
    put_text(row->unit);
    printf(" for the @");
}

static void put_row(const struct http_row *row)
{
    const struct http_feed feed = {
        .kind = row->side == 'q' ? BIGHT__HTTP_REQUESTS : BIGHT__HTTP_RESPONSES,
        .head_request = row->side == 'h',
        .connect = row->side == 'c',
    };
    size_t size;
    char *input = http_row_input(row, &size);
    bight_bytes bytes = bight_bytes_of(input, size);
    struct http_events events = http_feed(&feed, bytes, NULL, 0);
    char *theirs = http_oracle(row->side != 'q', bytes);
    printf("| %u | %s | ", row->number, side_of(row));
    put_input(row);
    printf(" | ");
    put_text(events.text);
    printf(" | ");
    put_text(theirs);
    printf(" |\n");
    free(theirs);
    http_events_fini(&events);
    free(input);
}

int main(void)
{
    printf("%s", intro);
    for (unsigned number = 1; number <= HTTP_ROWS; number++) {
        printf("| **%u** | | **%s** | | |\n", number, http_row_titles[number]);
        for (size_t i = 0; i < http_row_count; i++)
            if (http_rows[i].number == number)
                put_row(&http_rows[i]);
    }
    return 0;
}
