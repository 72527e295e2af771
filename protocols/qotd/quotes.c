/* SPDX-License-Identifier: MIT */
/* Quotes: read, split, and with the line ends of the network. */
#include "quotes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>

static const char built_in[] =
    "Begin at the beginning, and go on till you come to the end: then stop.\n"
    "    -- Lewis Carroll, Alice's Adventures in Wonderland (1865)\n"
    "%\n"
    "Well done is better than well said.\n"
    "    -- Benjamin Franklin, Poor Richard's Almanack (1737)\n"
    "%\n"
    "Brevity is the soul of wit.\n"
    "    -- William Shakespeare, Hamlet (1603)\n"
    "%\n"
    "A little learning is a dangerous thing.\n"
    "    -- Alexander Pope, An Essay on Criticism (1711)\n"
    "%\n"
    "The Analytical Engine weaves algebraical patterns just as the\n"
    "Jacquard-loom weaves flowers and leaves.\n"
    "    -- Ada Lovelace, Notes (1843)\n"
    "%\n"
    "Reading maketh a full man; conference a ready man; and writing an exact\n"
    "man.\n"
    "    -- Francis Bacon, Of Studies (1597)\n"
    "%\n"
    "Our life is frittered away by detail. Simplify, simplify.\n"
    "    -- Henry David Thoreau, Walden (1854)\n";

/* -- splitting ------------------------------------------------------------ */

/* Takes a line off the front, without its LF or CR LF. */
static bight_bytes next_line(bight_bytes *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->size);
    size_t length = end != NULL ? (size_t)(end - rest->data) : rest->size;
    bight_bytes line = bight_bytes_head(*rest, length);
    *rest = bight_bytes_tail(*rest, length + (end != NULL ? 1 : 0));
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

/* A line of the file is at most one byte shorter than on the wire, and has at
 * least one byte itself; the last may lack its LF. */
static bight_error make_room(struct quotes *quotes, bight_bytes file)
{
    size_t most = 1;
    for (size_t i = 0; i < file.size; i++)
        most += file.data[i] == '%';
    quotes->text = bight_alloc(2 * file.size + 2);
    quotes->all = bight_alloc(most * sizeof(quotes->all[0]));
    return quotes->text != NULL && quotes->all != NULL
               ? bight_ok()
               : bight_error_of(BIGHT_ERROR_NO_MEMORY);
}

static void add_quote(struct quotes *quotes, const char *from, const char *to)
{
    size_t size = (size_t)(to - from);
    if (size > QUOTE_MAX)
        quotes->too_long++;
    else if (size > 0)
        quotes->all[quotes->count++] = bight_bytes_of(from, size);
}

static void split(struct quotes *quotes, bight_bytes rest)
{
    char *out = quotes->text;
    const char *from = out;
    while (rest.size > 0) {
        bight_bytes line = next_line(&rest);
        if (bight_bytes_equal(line, BIGHT_BYTES("%"))) {
            add_quote(quotes, from, out);
            from = out;
            continue;
        }
        if (line.size > 0)
            memcpy(out, line.data, line.size);
        out += line.size;
        *out++ = '\r';
        *out++ = '\n';
    }
    add_quote(quotes, from, out);
}

static bight_error make(bight_bytes file, struct quotes *ret_quotes)
{
    struct quotes quotes = {.text = NULL};
    bight_error error = make_room(&quotes, file);
    if (!bight_failed(error))
        split(&quotes, file);
    if (!bight_failed(error) && quotes.count == 0)
        error =
            bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                             "no quote of at most %d bytes in it", QUOTE_MAX);
    if (bight_failed(error))
        quotes_fini(&quotes);
    else
        *ret_quotes = quotes;
    return error;
}

bight_error quotes_default(struct quotes *ret_quotes)
{
    return make(bight_bytes_text(built_in), ret_quotes);
}

void quotes_fini(struct quotes *quotes)
{
    bight_free(quotes->text);
    bight_free(quotes->all);
    *quotes = (struct quotes){.text = NULL};
}

/* -- reading -------------------------------------------------------------- */

/* One byte more than is allowed tells that there is too much. */
static bight_error read_all(int fd, uint8_t *text, size_t *ret_size)
{
    size_t size = 0;
    ssize_t got = 1;
    while (got != 0 && size <= QUOTES_FILE_MAX) {
        got = read(fd, text + size, QUOTES_FILE_MAX + 1 - size);
        if (got < 0 && errno != EINTR)
            return bight_error_errno(errno);
        size += got > 0 ? (size_t)got : 0;
    }
    if (size > QUOTES_FILE_MAX)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "it is larger than 1M");
    *ret_size = size;
    return bight_ok();
}

static bight_error read_open(int fd, struct quotes *ret_quotes)
{
    struct stat found;
    size_t size = 0;
    if (fstat(fd, &found) < 0)
        return bight_error_errno(errno);
    if (!S_ISREG(found.st_mode))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "not a regular file");
    uint8_t *text = bight_alloc(QUOTES_FILE_MAX + 1);
    if (text == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error = read_all(fd, text, &size);
    if (!bight_failed(error))
        error = make(bight_bytes_of(text, size), ret_quotes);
    bight_free(text);
    return error;
}

/* Without O_NONBLOCK a FIFO would wait here for a writer. */
bight_error quotes_read(const char *path, struct quotes *ret_quotes)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return bight_error_note(bight_error_errno(errno), "quotes of %s", path);
    bight_error error = read_open(fd, ret_quotes);
    (void)close(fd);
    return bight_error_note(error, "quotes of %s", path);
}
