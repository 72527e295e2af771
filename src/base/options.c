/* SPDX-License-Identifier: MIT */
/* Tables of options. */
#include <bight/options.h>

#include <stdio.h>
#include <string.h>

#include "base/option.h"
#include "base/table.h"
#include "base/text.h"

/* Names that a hint lists; one more is for the NULL. */
#define LISTED 32

/* A shorter struct reads as one whose newer members are zero. */
bool bight_options_at(const bight_option_table *table, size_t index,
                      bight_option *ret_option)
{
    size_t known =
        table->stride < sizeof *ret_option ? table->stride : sizeof *ret_option;

    if (index >= table->count)
        return false;
    memset(ret_option, 0, sizeof *ret_option);
    memcpy(ret_option, (const char *)table->options + index * table->stride,
           known);
    return true;
}

static bool find(const bight_option_table *table, bight_bytes name,
                 bight_option *ret)
{
    bight_option option;

    for (size_t i = 0; bight_options_at(table, i, &option); i++) {
        if (bight_bytes_equal(name, bight_bytes_text(option.name))) {
            *ret = option;
            return true;
        }
    }
    return false;
}

static bight_error usage(const char *name, const char *what)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE), "option '%s' %s",
                            name, what);
}

static bight_error check_option(const bight_option_table *table,
                                const bight_option *option)
{
    size_t size = bight__option_size(option->type);
    bight_option first;

    if (!option->name)
        return usage("", "has no name");
    if (find(table, bight_bytes_text(option->name), &first) &&
        first.offset != option->offset)
        return usage(option->name, "is there twice");
    if (size == 0)
        return usage(option->name, "is of an unknown type");
    if (size > table->values_size || option->offset > table->values_size - size)
        return usage(option->name, "lies outside of the values");
    if (option->type == BIGHT_OPTION_ENUM &&
        (!option->choices || !option->choices[0]))
        return usage(option->name, "has no choices");
    return bight_ok();
}

static bight_error check_table(const bight_option_table *table)
{
    bight_option option;
    bight_error e = bight_ok();

    if (table->size < BIGHT__TABLE_PAST(bight_option_table, values_size) ||
        table->stride < offsetof(bight_option, help))
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "the option table is too short");
    for (size_t i = 0; bight_options_at(table, i, &option); i++) {
        e = check_option(table, &option);
        if (bight_failed(e))
            break;
    }
    return e;
}

static bight_error store_default(const bight_option_table *table, void *values,
                                 const bight_option *option)
{
    bight_error e;

    if (!option->default_text)
        return bight_ok();
    e = bight_options_set(table, values, bight_bytes_text(option->name),
                          bight_bytes_text(option->default_text), NULL);
    if (!bight_failed(e) ||
        bight_error_is(e, &bight_domain, BIGHT_ERROR_NO_MEMORY))
        return e;
    return bight_error_wrap(bight_error_of(BIGHT_ERROR_USAGE), e,
                            "the default of option '%s'", option->name);
}

bight_error bight_options_init(const bight_option_table *table, void *values)
{
    bight_option option;
    bight_error e = check_table(table);

    if (bight_failed(e))
        return e;
    memset(values, 0, table->values_size);
    for (size_t i = 0; bight_options_at(table, i, &option); i++) {
        e = store_default(table, values, &option);
        if (bight_failed(e)) {
            bight_options_fini(table, values);
            break;
        }
    }
    return e;
}

void bight_options_fini(const bight_option_table *table, void *values)
{
    bight_option option;

    if (!values)
        return;
    for (size_t i = 0; bight_options_at(table, i, &option); i++)
        bight__option_clear(&option, values);
    memset(values, 0, table->values_size);
}

static void complain_name(const bight_option_table *table, bight_bytes name,
                          bight_diagnostic *d)
{
    const char *names[LISTED + 1];
    char quoted[64];
    bight_option option;
    size_t count = 0;

    while (count < LISTED && bight_options_at(table, count, &option))
        names[count++] = option.name;
    names[count] = NULL;
    bight__text_quote(quoted, sizeof quoted, name);
    bight_diagnostic_set(d, 0, name.size, "unknown option '%s'", quoted);
    bight_diagnostic_choices(d, name, names);
}

/* The note and the issue say the same. */
static bight_error report(bight_error e, const bight_option_issue *issue,
                          bight_option_issue *ret_issue)
{
    const bight_diagnostic *d = &issue->diagnostic;

    if (ret_issue)
        *ret_issue = *issue;
    if (d->hint[0])
        return bight_error_note(e, "%s (%s)", d->message, d->hint);
    return bight_error_note(e, "%s", d->message);
}

bight_error bight_options_set(const bight_option_table *table, void *values,
                              bight_bytes name, bight_bytes text,
                              bight_option_issue *ret_issue)
{
    bight_option_issue issue = {false, false, {0, 0, "", ""}};
    bight_option option;
    bight_error e;

    if (!find(table, name, &option)) {
        issue.in_name = true;
        complain_name(table, name, &issue.diagnostic);
        return report(bight_error_of(BIGHT_ERROR_NOT_FOUND), &issue, ret_issue);
    }
    e = bight__option_store(&option, values, text, &issue.diagnostic);
    if (!bight_failed(e) ||
        bight_error_is(e, &bight_domain, BIGHT_ERROR_NO_MEMORY))
        return e;
    issue.secret = option.secret;
    return report(e, &issue, ret_issue);
}

bight_error bight_options_verify(const bight_option_table *table,
                                 const void *values, size_t *index,
                                 bight_option_issue *ret_issue)
{
    bight_option_issue issue = {false, false, {0, 0, "", ""}};
    bight_option option;

    for (; bight_options_at(table, *index, &option); ++*index) {
        bight_error e =
            bight__option_verify(&option, values, &issue.diagnostic);
        if (bight_failed(e)) {
            issue.in_name = e.code == BIGHT_ERROR_INVALID &&
                            !bight__option_is_set(&option, values);
            issue.secret = option.secret;
            return report(e, &issue, ret_issue);
        }
    }
    return bight_ok();
}

size_t bight_options_format(const bight_option_table *table, const void *values,
                            const char *name, bool reveal, char *buf,
                            size_t size)
{
    bight_option option;

    if (!find(table, bight_bytes_text(name), &option))
        return (size_t)snprintf(buf, size, "%s", "");
    if (option.secret && !reveal && bight__option_is_set(&option, values))
        return (size_t)snprintf(buf, size, "***");
    return bight__option_format(&option, values, buf, size);
}
