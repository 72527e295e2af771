/* SPDX-License-Identifier: MIT */
/* What a person is told about a value that an option does not take. */
#include "base/option.h"

#include <stdio.h>

#include "base/text.h"

/* One end of an option's range, as it would be written. */
static void put_limit(const bight_option *option, int64_t limit, char buf[32])
{
    uint64_t amount = limit > 0 ? (uint64_t)limit : 0;

    if (option->type == BIGHT_OPTION_SIZE)
        (void)bight_format_size(amount, buf, 32);
    else if (option->type == BIGHT_OPTION_DURATION)
        (void)bight_format_duration(amount, buf, 32);
    else
        (void)bight_format_int(limit, buf, 32);
}

static void hint_range(const bight_option *option, bight_diagnostic *d)
{
    char min[32], max[32];
    const char *unit = bight__option_is_text(option) ? " bytes" : "";

    put_limit(option, option->min, min);
    put_limit(option, option->max, max);
    if (option->min == 0 && option->max == 0)
        bight_diagnostic_hint(d, "no such large number fits");
    else if (option->max < option->min)
        bight_diagnostic_hint(d, "at least %s%s", min, unit);
    else
        bight_diagnostic_hint(d, "from %s to %s%s", min, max, unit);
}

static void complain_kind(const bight_option *option, const char *value,
                          const char *what, const char *example,
                          struct bight__span fault, bight_diagnostic *d)
{
    bight_diagnostic_set(d, fault.start, fault.length, "%s: %s is not a %s",
                         option->name, value, what);
    bight_diagnostic_hint(d, "%s", example);
}

static void complain_text(const bight_option *option, struct bight__span fault,
                          bight_diagnostic *d)
{
    bight_diagnostic_set(d, fault.start, fault.length,
                         fault.length > 0 ? "%s: a text cannot hold a NUL byte"
                                          : "%s: the path is empty",
                         option->name);
}

static void complain_choice(const bight_option *option, bight_bytes text,
                            const char *value, struct bight__span fault,
                            bight_diagnostic *d)
{
    bight_diagnostic_set(d, fault.start, fault.length,
                         "%s: %s is none of its values", option->name, value);
    if (option->secret)
        text.size = 0;
    bight_diagnostic_choices(d, text, option->choices);
}

static void complain_invalid(const bight_option *option, bight_bytes text,
                             const char *value, struct bight__span fault,
                             bight_diagnostic *d)
{
    switch (option->type) {
    case BIGHT_OPTION_INT:
        complain_kind(option, value, BIGHT__INT_WORDS, fault, d);
        break;
    case BIGHT_OPTION_BOOL:
        complain_kind(option, value, BIGHT__BOOL_WORDS, fault, d);
        break;
    case BIGHT_OPTION_SIZE:
        complain_kind(option, value, BIGHT__SIZE_WORDS, fault, d);
        break;
    case BIGHT_OPTION_DURATION:
        complain_kind(option, value, BIGHT__DURATION_WORDS, fault, d);
        break;
    case BIGHT_OPTION_ENUM:
        complain_choice(option, text, value, fault, d);
        break;
    case BIGHT_OPTION_STRING:
    case BIGHT_OPTION_PATH:
    case BIGHT_OPTION_FILE:
    case BIGHT_OPTION_FOLDER:
        complain_text(option, fault, d);
        break;
    }
}

/* S5: of a secret not even the place of its fault is told. */
void bight__option_complain(const bight_option *option, bight_bytes text,
                            int32_t code, struct bight__span fault,
                            bight_diagnostic *ret_diagnostic)
{
    char value[64] = "the value";
    char quoted[56];

    if (option->secret) {
        fault.start = 0;
        fault.length = 0;
    } else {
        bight__text_quote(quoted, sizeof quoted, text);
        (void)snprintf(value, sizeof value, "'%s'", quoted);
    }
    if (code == BIGHT_ERROR_RANGE) {
        bight_diagnostic_set(ret_diagnostic, fault.start, fault.length,
                             "%s: %s is out of range", option->name, value);
        hint_range(option, ret_diagnostic);
    } else {
        complain_invalid(option, text, value, fault, ret_diagnostic);
    }
}
