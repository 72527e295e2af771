/* SPDX-License-Identifier: MIT */
/*
 * Lines. A delimiter may straddle reads, so all places are counted in the line:
 * what is kept of it, then the data. The first place where a delimiter stands,
 * or may have begun at the end of the data, decides; before it nothing is ever
 * looked at again.
 *
 * At one place the longest counts. The line does not depend on which that is,
 * so the shortest already ends it, and the rest of a longer one is dropped when
 * it comes: a peer that ends its lines in "\r" does not wait for its answer
 * although "\r\n" is a delimiter too.
 *
 * To find places memchr looks for needles: bytes of which every delimiter has
 * at least one, in its first `reach` + 1 bytes.
 */
#include <bight/framer.h>

#include <string.h>

#include "framing/framer.h"

#define DELIMITERS_MAX 8
#define DELIMITER_SIZE_MAX 16
#define WINDOW 128

struct delimiter {
    uint8_t size;
    uint8_t data[DELIMITER_SIZE_MAX];
};

struct line {
    bight_framer framer;
    size_t searched;              /* no delimiter begins before */
    const struct delimiter *last; /* a longer one may go on after it */
    uint8_t needles[DELIMITERS_MAX];
    uint8_t needle_count;
    uint8_t reach;
    uint8_t count;
    struct delimiter delimiters[]; /* the longest first */
};

struct view {
    bight_bytes kept;
    bight_bytes data;
    size_t size;
};

/* What stands at a place. */
struct match {
    const struct delimiter *whole; /* the longest */
    bool longer;                   /* one may have begun that is longer still */
};

static struct view view_of(const bight_framer *framer, bight_bytes data)
{
    struct view view = {bight_buffer_bytes(&framer->kept), data, data.size};
    view.size += view.kept.size;
    return view;
}

static uint8_t byte_at(const struct view *view, size_t at)
{
    if (__builtin_expect(at < view->kept.size, 0))
        return view->kept.data[at];
    return view->data.data[at - view->kept.size];
}

/* -- matching ------------------------------------------------------------- */

/* What the bytes from `at` on say of a delimiter of which `from` bytes stand
 * before; `sofar` of longer ones. Called, it would be a tenth of a line. */
static inline __attribute__((always_inline)) struct match add_match(
    struct match sofar, const struct view *view, size_t at,
    const struct delimiter *delimiter, size_t from)
{
    size_t size = from;
    while (size < delimiter->size && at < view->size &&
           byte_at(view, at) == delimiter->data[size]) {
        size++;
        at++;
    }
    if (size == delimiter->size)
        sofar.whole = delimiter;
    else if (at == view->size)
        sofar.longer = true;
    return sofar;
}

static struct match match_at(const struct line *line, const struct view *view,
                             size_t at)
{
    struct match match = {0};
    uint8_t first = byte_at(view, at);
    const struct delimiter *end = line->delimiters + line->count;
    for (const struct delimiter *one = line->delimiters; one < end; one++) {
        if (one->data[0] != first)
            continue;
        match = add_match(match, view, at + 1, one, 1);
        if (match.whole != NULL)
            break;
    }
    return match;
}

/* Of the delimiters that begin as the last one, and are longer. */
static struct match match_rest(const struct line *line, const struct view *view)
{
    struct match match = {0};
    const struct delimiter *last = line->last;
    for (const struct delimiter *one = line->delimiters;
         one->size > last->size && match.whole == NULL; one++)
        if (memcmp(one->data, last->data, last->size) == 0)
            match = add_match(match, view, 0, one, last->size);
    return match;
}

/* -- searching ------------------------------------------------------------ */

static size_t find_one(uint8_t needle, const uint8_t *data, size_t at,
                       size_t end)
{
    const uint8_t *found =
        at < end ? memchr(data + at, needle, end - at) : NULL;
    return found != NULL ? (size_t)(found - data) : end;
}

/* The first needle, or `end`. Of several a rare one must not make each line
 * search all of the data, hence the windows. */
static size_t find_needle(const struct line *line, const uint8_t *data,
                          size_t at, size_t end)
{
    if (line->needle_count == 1)
        return find_one(line->needles[0], data, at, end);
    for (size_t window = WINDOW; at < end; window *= 2) {
        size_t stop = end - at < window ? end : at + window;
        size_t first = stop;
        for (size_t i = 0; i < line->needle_count; i++)
            first = find_one(line->needles[i], data, at, first);
        if (first < stop)
            return first;
        at = stop;
    }
    return end;
}

/* The place from `at` on of the next needle. All in what is kept are places
 * worth a look, as it was searched before; past the limit none is. */
static size_t next_needle(const struct line *line, const struct view *view,
                          size_t at)
{
    size_t kept = view->kept.size;
    size_t end = line->framer.limit + 1 + line->reach - kept;
    if (at < kept)
        return at;
    if (end > view->data.size)
        end = view->data.size;
    return kept + find_needle(line, view->data.data, at - kept, end);
}

/* Returns where the line ends, or may end: there is no delimiter before. */
static size_t find_end(const struct line *line, const struct view *view,
                       struct match *ret_match)
{
    size_t at = line->searched;
    size_t stop = line->framer.limit + 1;
    if (stop > view->size)
        stop = view->size;
    while (at < stop) {
        size_t needle = next_needle(line, view, at);
        if (needle > at + line->reach)
            at = needle - line->reach;
        for (; at <= needle && at < stop; at++) {
            *ret_match = match_at(line, view, at);
            if (ret_match->whole != NULL || ret_match->longer)
                return at;
        }
    }
    return stop;
}

/* -- taking: what is rare stays out of the way ---------------------------- */

/* Is done with so many bytes of the view; kept ones go at the next call. */
static void spend(bight_framer *framer, bight_bytes *data, size_t size)
{
    size_t kept = bight_buffer_bytes(&framer->kept).size;
    framer->spent = size < kept ? size : kept;
    bight__framer_take(framer, data, size - framer->spent);
}

static __attribute__((noinline)) bight_framing lend_kept(bight_framer *framer,
                                                         bight_bytes *data,
                                                         size_t size,
                                                         size_t delimiter,
                                                         bight_bytes *ret_frame)
{
    size_t kept = bight_buffer_bytes(&framer->kept).size;
    if (size > kept &&
        bight__framer_keep(framer, data, size - kept) == BIGHT_FRAMING_BROKEN)
        return BIGHT_FRAMING_BROKEN;
    *ret_frame = bight_bytes_head(bight_buffer_bytes(&framer->kept), size);
    spend(framer, data, size + delimiter);
    return bight__framer_end_frame(framer);
}

/* After it `last` is NULL, or this was not enough to tell. */
static __attribute__((noinline)) bight_framing end_delimiter(struct line *line,
                                                             bight_bytes *data)
{
    bight_framer *framer = &line->framer;
    while (line->last != NULL) {
        struct view view = view_of(framer, *data);
        struct match match = match_rest(line, &view);
        if (match.whole == NULL && match.longer)
            return bight__framer_keep(framer, data, data->size);
        if (match.whole != NULL) {
            spend(framer, data, (size_t)(match.whole->size - line->last->size));
            bight__framer_drop(framer);
        }
        line->last = match.longer ? match.whole : NULL;
    }
    return BIGHT_FRAMING_FRAME;
}

static bight_framing next(bight_framer *framer, bight_bytes *data,
                          bight_bytes *ret_frame)
{
    struct line *line = (struct line *)framer;
    if (line->last != NULL) {
        bight_framing found = end_delimiter(line, data);
        if (line->last != NULL)
            return found;
    }
    if (bight__framer_is_raw(framer))
        return bight__framer_lend_raw(framer, data, ret_frame);
    struct view view = view_of(framer, *data);
    struct match match = {0};
    size_t end = find_end(line, &view, &match);
    if (end > framer->limit)
        return bight__framer_too_long(framer, "a line");
    if (match.whole == NULL) {
        line->searched = end;
        framer->begun = view.size > 0;
        return bight__framer_keep(framer, data, data->size);
    }
    line->searched = 0;
    line->last = match.longer ? match.whole : NULL;
    if (view.kept.size > 0)
        return lend_kept(framer, data, end, match.whole->size, ret_frame);
    *ret_frame = bight_bytes_head(*data, end);
    bight__framer_take(framer, data, end + match.whole->size);
    return bight__framer_end_frame(framer);
}

/* -- making --------------------------------------------------------------- */

/* Where the needle stands in the delimiter; its size, if nowhere. */
static size_t place_of(const struct delimiter *delimiter, uint8_t needle)
{
    size_t at = 0;
    while (at < delimiter->size && delimiter->data[at] != needle)
        at++;
    return at;
}

/* A needle that all delimiters have saves searching for several. */
static bool choose_common(struct line *line, uint8_t needle)
{
    size_t reach = 0;
    for (size_t i = 0; i < line->count; i++) {
        size_t at = place_of(&line->delimiters[i], needle);
        if (at == line->delimiters[i].size)
            return false;
        if (at > reach)
            reach = at;
    }
    line->needles[0] = needle;
    line->needle_count = 1;
    line->reach = (uint8_t)reach;
    return true;
}

static void choose_needles(struct line *line)
{
    const struct delimiter *shortest = &line->delimiters[line->count - 1];
    for (size_t i = shortest->size; i > 0; i--)
        if (choose_common(line, shortest->data[i - 1]))
            return;
    for (size_t i = 0; i < line->count; i++) {
        uint8_t first = line->delimiters[i].data[0];
        if (memchr(line->needles, first, line->needle_count) == NULL)
            line->needles[line->needle_count++] = first;
    }
}

static void add_delimiter(struct line *line, bight_bytes bytes)
{
    size_t at = line->count++;
    for (; at > 0 && line->delimiters[at - 1].size < bytes.size; at--)
        line->delimiters[at] = line->delimiters[at - 1];
    line->delimiters[at].size = (uint8_t)bytes.size;
    memcpy(line->delimiters[at].data, bytes.data, bytes.size);
}

static bight_error check(const bight_bytes *delimiters, size_t count)
{
    bight_error invalid = bight_error_of(BIGHT_ERROR_INVALID);
    if (count == 0 || count > DELIMITERS_MAX)
        return bight_error_note(invalid, "%zu delimiters, not 1 to %d", count,
                                DELIMITERS_MAX);
    for (size_t i = 0; i < count; i++)
        if (delimiters[i].size == 0 || delimiters[i].size > DELIMITER_SIZE_MAX)
            return bight_error_note(invalid,
                                    "a delimiter of %zu bytes, not 1 to %d",
                                    delimiters[i].size, DELIMITER_SIZE_MAX);
    return bight_ok();
}

bight_error bight_line_framer_new(const bight_line_options *options,
                                  bight_framer **ret_framer)
{
    const bight_bytes usual[] = {BIGHT_BYTES("\r\n"), BIGHT_BYTES("\n")};
    bight_line_options all = {0};
    bight_framer *framer;

    memcpy(&all, options,
           options->size < sizeof(all) ? options->size : sizeof(all));
    if (all.delimiters == NULL) {
        all.delimiters = usual;
        all.delimiter_count = 2;
    }
    bight_error error = check(all.delimiters, all.delimiter_count);
    if (bight_failed(error))
        return error;
    error = bight__framer_new(
        sizeof(struct line) + all.delimiter_count * sizeof(struct delimiter),
        all.limit, next, &framer);
    if (bight_failed(error))
        return error;
    struct line *line = (struct line *)framer;
    for (size_t i = 0; i < all.delimiter_count; i++)
        add_delimiter(line, all.delimiters[i]);
    choose_needles(line);
    *ret_framer = framer;
    return bight_ok();
}
