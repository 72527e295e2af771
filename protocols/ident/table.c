/* SPDX-License-Identifier: MIT */
/* The table, read once. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/alloc.h>
#include <bight/parse.h>

#include "table.h"

#define FILE_MAX (1024 * 1024)

static bight_bytes take_word(bight_bytes *line)
{
    size_t size = 0;
    while (line->size > 0 && (line->data[0] == ' ' || line->data[0] == '\t'))
        *line = bight_bytes_tail(*line, 1);
    while (size < line->size && line->data[size] != ' ' &&
           line->data[size] != '\t')
        size++;
    bight_bytes word = bight_bytes_head(*line, size);
    *line = bight_bytes_tail(*line, size);
    return word;
}

static bool read_port(bight_bytes word, uint16_t *ret_port)
{
    int64_t port = 0;
    if (bight_bytes_equal(word, BIGHT_BYTES("*"))) {
        *ret_port = 0;
        return true;
    }
    if (bight_failed(bight_parse_int(word, &port)) || port < 1 ||
        port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

static bool is_user(bight_bytes user)
{
    for (size_t i = 0; i < user.size; i++)
        if (user.data[i] < '!' || user.data[i] == 0x7f || user.data[i] == ':')
            return false;
    return user.size > 0 && user.size <= USER_MAX;
}

static bool read_entry(bight_bytes line, struct entry *entry)
{
    if (!read_port(take_word(&line), &entry->here) ||
        !read_port(take_word(&line), &entry->there))
        return false;
    entry->user = take_word(&line);
    return is_user(entry->user) && take_word(&line).size == 0;
}

static bight_bytes take_line(bight_bytes *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->size);
    size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size;
    bight_bytes line = bight_bytes_head(*rest, size);
    *rest = bight_bytes_tail(*rest, size + (end != NULL));
    const uint8_t *comment =
        line.size > 0 ? memchr(line.data, '#', line.size) : NULL;
    if (comment != NULL)
        line.size = (size_t)(comment - line.data);
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

static bool is_blank(bight_bytes line)
{
    return take_word(&line).size == 0;
}

static bight_error read_text(struct table *table, bight_bytes rest)
{
    size_t lines = 1;
    for (size_t i = 0; i < rest.size; i++)
        lines += rest.data[i] == '\n';
    table->all = bight_alloc(lines * sizeof(table->all[0]));
    if (table->all == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    for (size_t number = 1; rest.size > 0; number++) {
        bight_bytes line = take_line(&rest);
        if (is_blank(line))
            continue;
        if (!read_entry(line, &table->all[table->count++]))
            return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                    "line %zu is not PORT PORT USER", number);
    }
    return bight_ok();
}

static bight_error read_fd(int fd, struct table *table)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return bight_error_errno(errno);
    if (!S_ISREG(about.st_mode) || about.st_size > FILE_MAX)
        return bight_error_note(bight_error_of(BIGHT_ERROR_RANGE),
                                "no file of at most %d bytes", FILE_MAX);
    table->text = bight_alloc((size_t)about.st_size + 1);
    if (table->text == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    ssize_t size = pread(fd, table->text, (size_t)about.st_size, 0);
    if (size < 0)
        return bight_error_errno(errno);
    return read_text(table, bight_bytes_of(table->text, (size_t)size));
}

bight_error ident_table_read(const char *path, struct table *ret_table)
{
    struct table table = {.count = 0};
    *ret_table = table;
    if (path == NULL)
        return bight_ok();
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return bight_error_note(bight_error_errno(errno), "%s", path);
    bight_error error = read_fd(fd, &table);
    (void)close(fd);
    if (bight_failed(error))
        ident_table_free(&table);
    else
        *ret_table = table;
    return bight_error_note(error, "%s", path);
}

void ident_table_free(struct table *table)
{
    bight_free(table->text);
    bight_free(table->all);
    *table = (struct table){.count = 0};
}

const struct entry *ident_table_find(const struct table *table, uint16_t here,
                                     uint16_t there)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct entry *entry = &table->all[i];
        if ((entry->here == 0 || entry->here == here) &&
            (entry->there == 0 || entry->there == there))
            return entry;
    }
    return NULL;
}
