/* SPDX-License-Identifier: MIT */
/* From the lines of a config file to settings. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bight/alloc.h>

#include "complain.h"
#include "exit.h"

/* -- the file ------------------------------------------------------------- */

static int complain_file(const char *path)
{
    int errnum = errno;
    int code = complain_error(
        bight_error_note(bight_error_errno(errnum), "config %s", path));
    return errnum == ENOENT || errnum == ENOTDIR || errnum == EISDIR
               ? EXIT_NO_INPUT
               : code;
}

/* A byte more than the limit tells that there are too many. */
static int read_all(int fd, const char *path, uint8_t *data, size_t *ret_size)
{
    size_t size = 0;
    ssize_t count = 1;
    while (count != 0 && size <= CONFIG_MAX) {
        count = read(fd, data + size, CONFIG_MAX + 1 - size);
        if (count < 0 && errno != EINTR)
            return complain_file(path);
        size += count > 0 ? (size_t)count : 0;
    }
    *ret_size = size;
    if (size <= CONFIG_MAX)
        return 0;
    complain_text("config %s: larger than 1M", path);
    return EXIT_CONFIG;
}

int config_read(struct config *config, const char *path)
{
    size_t size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return complain_file(path);
    uint8_t *data = bight_alloc(CONFIG_MAX + 1);
    int code = data != NULL
                   ? read_all(fd, path, data, &size)
                   : complain_error(bight_error_of(BIGHT_ERROR_NO_MEMORY));
    (void)close(fd);
    if (code != 0) {
        bight_free(data);
        return code;
    }
    *config = (struct config){.path = path, .text = bight_bytes_of(data, size)};
    return 0;
}

void config_fini(struct config *config)
{
    bight_free((void *)(uintptr_t)config->text.data);
    *config = (struct config){.path = NULL};
}

struct peek {
    const char *name;
    char *value;
};

static void peek_value(void *ctx, const struct ini_value *value)
{
    struct peek *peek = ctx;
    if (value->section.size > 0 ||
        !bight_bytes_equal(value->key, bight_bytes_text(peek->name)))
        return;
    bight_free(peek->value);
    peek->value = bight_alloc(value->value.size + 1);
    if (peek->value != NULL)
        memcpy(peek->value, value->value.data, value->value.size + 1);
}

char *config_peek(const struct config *config, const char *name)
{
    static const struct ini_handler handler = {.value = peek_value};
    struct peek peek = {.name = name};
    ini_parse(config->text, &handler, &peek);
    return peek.value;
}

/* -- what it says --------------------------------------------------------- */

struct reader {
    const struct config *config;
    struct settings *settings;
    const struct config_protocols *protocols;
    struct group *group; /* NULL: of a section that is passed over */
    struct group other;  /* of a protocol that is only checked */
    char name[64];       /* of the section */
    int code;
    unsigned faults;
};

/* Whoever has made more of them has given another file than was meant. */
#define FAULTS 100

static struct given given_of(const struct reader *reader,
                             const struct ini_line *line)
{
    return (struct given){.source = {.origin = ORIGIN_FILE,
                                     .where = reader->config->path,
                                     .line = line->number},
                          .shown = line->text};
}

/* Whether the line sets a secret, as far as can be told of one that is wrong;
 * *ret_at is where its value begins. */
static bool sets_secret(const struct reader *reader, bight_bytes line,
                        size_t *ret_at)
{
    bight_option option;
    const uint8_t *equals = memchr(line.data, '=', line.size);
    if (equals == NULL || reader->group == NULL)
        return false;
    size_t from = 0, to = (size_t)(equals - line.data);
    *ret_at = to + 1;
    while (from < to && strchr(" \t", line.data[from]) != NULL)
        from++;
    while (to > from && strchr(" \t", line.data[to - 1]) != NULL)
        to--;
    return group_find(reader->group,
                      bight_bytes_of(line.data + from, to - from), &option) &&
           option.secret;
}

static void complain_line(struct reader *reader, const struct ini_line *line,
                          const bight_diagnostic *why)
{
    struct given given = given_of(reader, line);
    reader->code = sets_secret(reader, line->text, &given.value_at)
                       ? given_complain_masked(&given, why)
                       : given_complain_name(&given, why);
    reader->faults++;
}

static void take_fault(void *ctx, const struct ini_line *line,
                       const bight_diagnostic *why)
{
    struct reader *reader = ctx;
    if (reader->faults < FAULTS)
        complain_line(reader, line, why);
}

static void drop_other(struct reader *reader)
{
    void *values = reader->other.values;
    group_fini(&reader->other);
    bight_free(values);
}

/* Its values are made to be checked, and then dropped. */
static bight_error check_other(struct reader *reader,
                               const bight_option_table *table)
{
    if (table == NULL)
        return bight_ok();
    void *values = bight_zalloc(table->values_size);
    if (values == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error =
        group_init(&reader->other, reader->name, table, NULL, values);
    if (bight_failed(error))
        bight_free(values);
    return error;
}

static bight_error open_section(struct reader *reader)
{
    const bight_option_table *table = NULL;
    const char *own = reader->settings->protocol.section;
    if (own != NULL && strcmp(own, reader->name) == 0) {
        reader->group = &reader->settings->protocol;
        return bight_ok();
    }
    bight_error error = reader->protocols->table(reader->name, &table);
    if (!bight_failed(error))
        error = check_other(reader, table);
    reader->group = bight_failed(error) ? NULL : &reader->other;
    return error;
}

static void complain_section(struct reader *reader, const struct ini_line *line,
                             size_t at, bight_error error)
{
    bight_bytes name = bight_bytes_text(reader->name);
    bight_diagnostic why;
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_NOT_FOUND)) {
        bight_diagnostic_set(&why, at, name.size, "unknown protocol '%s'",
                             reader->name);
        bight_diagnostic_choices(&why, name, reader->protocols->names());
    } else {
        bight_diagnostic_set(&why, at, name.size,
                             "the protocol '%s' cannot be used", reader->name);
        bight_diagnostic_hint(&why, "%s", bight_error_detail(error));
    }
    complain_line(reader, line, &why);
}

static void take_section(void *ctx, const struct ini_line *line,
                         bight_bytes name, size_t name_at)
{
    struct reader *reader = ctx;
    drop_other(reader);
    (void)snprintf(reader->name, sizeof(reader->name), "%.*s", (int)name.size,
                   (const char *)name.data);
    bight_error error = open_section(reader);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY))
        reader->code = complain_error(error);
    else if (bight_failed(error) && reader->faults < FAULTS)
        complain_section(reader, line, name_at, error);
}

/* False: it has complained. */
static bool may_be_given(struct reader *reader, const struct ini_value *value,
                         const bight_option *option)
{
    bight_diagnostic why;
    const struct trait *trait = group_trait(reader->group, option->name);
    unsigned *first = group_line(reader->group, option->name);
    bool repeats = trait != NULL && trait->repeats;
    if (trait != NULL && (trait->here || trait->not_in_file))
        bight_diagnostic_set(&why, value->key_at, value->key.size,
                             "'%s' cannot be set in a file", option->name);
    else if (!repeats && *first != 0)
        bight_diagnostic_set(&why, value->key_at, value->key.size,
                             "'%s' is set twice", option->name);
    else {
        *first = value->line.number;
        return true;
    }
    if (*first != 0)
        bight_diagnostic_hint(&why, "first in line %u", *first);
    struct given given = given_of(reader, &value->line);
    given.value_at = value->value_at;
    (void)(option->secret ? given_complain_masked(&given, &why)
                          : given_complain_name(&given, &why));
    return false;
}

static int give(struct reader *reader, const struct ini_value *value)
{
    struct given given = given_of(reader, &value->line);
    bight_option option;
    given.name = value->key;
    given.value = value->value;
    given.name_at = value->key_at;
    given.value_at = value->value_at;
    given.ini = value;
    if (!group_find(reader->group, given.name, &option))
        return settings_complain_unknown(reader->settings, reader->group,
                                         &given, NULL);
    if (!may_be_given(reader, value, &option))
        return EXIT_CONFIG;
    return settings_give(reader->settings, reader->group, &given);
}

static void take_value(void *ctx, const struct ini_value *value)
{
    struct reader *reader = ctx;
    if (reader->group == NULL || reader->faults >= FAULTS)
        return;
    int code = give(reader, value);
    reader->faults += code != 0;
    reader->code = code != 0 ? code : reader->code;
}

int config_take(const struct config *config, struct settings *settings,
                const struct config_protocols *protocols)
{
    static const struct ini_handler handler = {take_section, take_value,
                                               take_fault};
    struct reader reader = {.config = config,
                            .settings = settings,
                            .protocols = protocols,
                            .group = &settings->command};
    ini_parse(config->text, &handler, &reader);
    drop_other(&reader);
    if (reader.faults >= FAULTS)
        complain_text("config %s: %u faults, and maybe more", config->path,
                      reader.faults);
    else if (reader.faults > 1)
        complain_text("config %s: %u faults", config->path, reader.faults);
    return reader.code;
}
