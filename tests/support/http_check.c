/* SPDX-License-Identifier: MIT */
/* Readers of HTTP under every split. */
#include "http_check.h"

#include <stdlib.h>

#include "effort.h"

/* Above it a cut every so many octets, and the last ones; valgrind is slow. */
#define ALL_CUTS 3000
#define CUTS_MAX 1000000

struct check {
    const struct http_feed *feed;
    bight_bytes input;
    const char *expected;
    const char *full;
    const char *file;
    int line;
};

static void check_split(const struct check *check, const size_t *cuts,
                        size_t count)
{
    struct http_events events =
        http_feed(check->feed, check->input, cuts, count);
    if (strcmp(events.text, check->expected) != 0)
        ck_abort_msg("%s:%d: in %zu pieces, the first of %zu: %.300s, not %s",
                     check->file, check->line, count + 1,
                     count > 0 ? cuts[0] : check->input.size, events.text,
                     check->expected);
    if (strcmp(events.full, check->full) != 0)
        ck_abort_msg("%s:%d: in %zu pieces, the first of %zu: %.500s, not "
                     "%.500s",
                     check->file, check->line, count + 1,
                     count > 0 ? cuts[0] : check->input.size, events.full,
                     check->full);
    http_events_fini(&events);
}

static void check_octets(const struct check *check)
{
    size_t size = check->input.size;
    size_t *cuts = calloc(size + 1, sizeof(*cuts));
    if (cuts == NULL || size > CUTS_MAX)
        ck_abort_msg("no memory");
    for (size_t i = 0; i < size; i++)
        cuts[i] = i + 1;
    check_split(check, cuts, size);
    free(cuts);
}

void http_check(const struct http_feed *feed, bight_bytes input,
                const char *expected, const char *file, int line)
{
    struct http_events whole = http_feed(feed, input, NULL, 0);
    struct check check = {feed, input, expected, whole.full, file, line};
    size_t step = 1 + input.size / effort(ALL_CUTS, 16);
    check_split(&check, NULL, 0);
    for (size_t cut = 0; cut <= input.size; cut += step)
        check_split(&check, &cut, 1);
    for (size_t i = 0; step > 1 && i < 8; i++)
        check_split(&check, (const size_t[]){input.size - i}, 1);
    check_octets(&check);
    http_events_fini(&whole);
}

/* Behind the last status that stands alone. */
char *http_why(const struct http_feed *feed, bight_bytes input)
{
    struct http_events events = http_feed(feed, input, NULL, 0);
    const char *why = strstr(events.full, " RFC ");
    char *copy = strdup(why != NULL ? why + 1 : "");
    ck_assert_ptr_nonnull(copy);
    http_events_fini(&events);
    return copy;
}
