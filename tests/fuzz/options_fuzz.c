/* SPDX-License-Identifier: MIT */
/* Everything that reads a person's or a peer's text on floor 0: value parsers,
 * option tables, diagnostics, log lines. The first byte picks the option. */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bight/log.h>
#include <bight/options.h>

#include "../base/valid.h"

struct values {
    char *string, *path, *secret;
    int64_t number, bounded;
    uint64_t size, duration;
    int32_t choice;
    bool truth;
};

static const char *const choices[] = {"plain", "combined", "json", NULL};

#define OPTION(text, kind, member, least, most, hide)                          \
    {                                                                          \
        .name = text, .type = BIGHT_OPTION_##kind,                             \
        .offset = offsetof(struct values, member), .min = least, .max = most,  \
        .choices = choices, .help = "", .secret = hide,                        \
    }

static const bight_option options[] = {
    OPTION("string", STRING, string, 0, 100, false),
    OPTION("path", PATH, path, 0, 0, false),
    OPTION("secret", STRING, secret, 0, 3, true),
    OPTION("number", INT, number, 0, 0, false),
    OPTION("bounded", INT, bounded, -5, 65535, false),
    OPTION("size", SIZE, size, 0, 0, false),
    OPTION("duration", DURATION, duration, 1, 0, false),
    OPTION("choice", ENUM, choice, 0, 0, false),
    OPTION("truth", BOOL, truth, 0, 0, false),
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

#define COUNT (sizeof options / sizeof *options)

/* Memory of exactly `size` bytes, so that the sanitizer sees one too many. */
static char *exactly(size_t size)
{
    char *buf = malloc(size ? size : 1);

    assert(buf);
    return buf;
}

/* What one formatter says must parse back and be written the same again. */
static void round_trip(const bight_option *option, const void *values)
{
    size_t size =
        bight_options_format(&table, values, option->name, true, NULL, 0) + 1;
    char *text = exactly(size), *again = exactly(size);
    struct values other;
    bight_error e = bight_options_init(&table, &other);

    assert(!bight_failed(e));
    assert(bight_options_format(&table, values, option->name, true, text,
                                size) == size - 1);
    e = bight_options_set(&table, &other, bight_bytes_text(option->name),
                          bight_bytes_text(text), NULL);
    assert(!bight_failed(e));
    (void)bight_options_format(&table, &other, option->name, true, again, size);
    assert(strcmp(text, again) == 0);
    bight_options_fini(&table, &other);
    free(text);
    free(again);
}

/* Three lines at most, nothing in them that a terminal obeys. */
static void judge_diagnostic(const bight_diagnostic *d, bight_bytes text)
{
    size_t size = bight_diagnostic_format(d, "fuzz", text, NULL, 0) + 1;
    char *out = exactly(size);

    assert(d->start <= text.size && d->length <= text.size - d->start);
    assert(bight_diagnostic_format(d, "fuzz", text, out, size) == size - 1);
    for (char *line = out, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert(end);
        *end = '\0';
        assert(valid_plain(line) && valid_utf8(line));
    }
    free(out);
}

static void try_option(const bight_option *option, bight_bytes text)
{
    static const struct values zero;
    struct values values;
    bight_option_issue issue;
    bight_error e = bight_options_init(&table, &values);

    assert(!bight_failed(e));
    e = bight_options_set(&table, &values, bight_bytes_text(option->name), text,
                          &issue);
    if (bight_failed(e)) {
        assert(memcmp(&values, &zero, sizeof zero) == 0);
        assert(bight_error_detail(e)[0]);
        assert(valid_plain(bight_error_detail(e)));
        assert(valid_utf8(bight_error_detail(e)));
        assert(issue.secret == option->secret && !issue.in_name);
        judge_diagnostic(&issue.diagnostic, text);
    } else {
        round_trip(option, &values);
    }
    bight_options_fini(&table, &values);
}

static void try_name(bight_bytes text)
{
    struct values values;
    bight_option_issue issue;
    bight_error e = bight_options_init(&table, &values);

    assert(!bight_failed(e));
    e = bight_options_set(&table, &values, text, BIGHT_BYTES("1"), &issue);
    if (bight_error_is(e, &bight_domain, BIGHT_ERROR_NOT_FOUND)) {
        assert(issue.in_name);
        judge_diagnostic(&issue.diagnostic, text);
    }
    bight_options_fini(&table, &values);
}

static void try_any_place(bight_bytes text, size_t start, size_t length)
{
    bight_diagnostic d;

    bight_diagnostic_set(&d, start, length, "%.*s", (int)text.size,
                         (const char *)text.data);
    bight_diagnostic_choices(&d, text, choices);
    (void)bight_diagnostic_format(&d, NULL, text, NULL, 0);
    if (d.start <= text.size && d.length <= text.size - d.start)
        judge_diagnostic(&d, text);
}

static void judge_log(bight_bytes text, size_t split, size_t size)
{
    char *line = exactly(size);
    char key[16] = "";
    bight_log_field fields[3];
    bight_log_record record = {sizeof record, BIGHT_LOG_INFO, text.size * 7919,
                               "fuzz",        fields,         3};

    memcpy(key, text.data, split < 15 ? split : 15);
    fields[0] = bight_log_bytes(key, bight_bytes_tail(text, split));
    fields[1] = bight_log_double("double", 0);
    memcpy(&fields[1].value.real, text.data, split < 8 ? split : 8);
    fields[2] = bight_log_bytes("all", text);
    assert(bight_log_format_json(&record, line, size) == strlen(line));
    assert(size < BIGHT_LOG_LINE_MIN || valid_json_line(line));
    assert(valid_utf8(line));
    assert(bight_log_format_text(&record, line, size) == strlen(line));
    assert(valid_plain(line) && valid_utf8(line));
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bight_bytes text = bight_bytes_of(data, size);

    if (size < 4 || size > 4096)
        return 0;
    text = bight_bytes_tail(text, 3);
    try_option(&options[data[0] % COUNT], text);
    try_name(text);
    try_any_place(text, data[1], data[2]);
    judge_log(text, data[1] < text.size ? data[1] : text.size,
              1 + (size_t)data[2] * 5);
    return 0;
}
