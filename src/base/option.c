/* SPDX-License-Identifier: MIT */
/* The value of one option. */
#include "base/option.h"

#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

/* Large enough for every type that is stored by copying. */
union value {
    int64_t number;
    uint64_t amount;
    bool truth;
    int32_t choice;
    char *text;
};

size_t bight__option_size(bight_option_type type)
{
    switch (type) {
    case BIGHT_OPTION_STRING:
    case BIGHT_OPTION_PATH:
    case BIGHT_OPTION_FILE:
    case BIGHT_OPTION_FOLDER:
        return sizeof(char *);
    case BIGHT_OPTION_INT:
        return sizeof(int64_t);
    case BIGHT_OPTION_BOOL:
        return sizeof(bool);
    case BIGHT_OPTION_SIZE:
    case BIGHT_OPTION_DURATION:
        return sizeof(uint64_t);
    case BIGHT_OPTION_ENUM:
        return sizeof(int32_t);
    }
    return 0;
}

static void load(const bight_option *option, const void *values,
                 union value *ret)
{
    memset(ret, 0, sizeof *ret);
    memcpy(ret, (const char *)values + option->offset,
           bight__option_size(option->type));
}

static void save(const bight_option *option, void *values,
                 const union value *value)
{
    memcpy((char *)values + option->offset, value,
           bight__option_size(option->type));
}

bool bight__option_is_text(const bight_option *option)
{
    return option->type == BIGHT_OPTION_STRING ||
           option->type == BIGHT_OPTION_PATH ||
           option->type == BIGHT_OPTION_FILE ||
           option->type == BIGHT_OPTION_FOLDER;
}

static int32_t parse_choice(const bight_option *option, bight_bytes text,
                            int32_t *ret, struct bight__span *ret_fault)
{
    for (int32_t i = 0; option->choices[i]; i++) {
        if (bight_bytes_equal(text, bight_bytes_text(option->choices[i]))) {
            *ret = i;
            return 0;
        }
    }
    ret_fault->start = 0;
    ret_fault->length = text.size;
    return BIGHT_ERROR_INVALID;
}

/* A C string cannot hold NUL; an empty path is always a mistake. */
static int32_t check_text(const bight_option *option, bight_bytes text,
                          struct bight__span *ret_fault)
{
    const uint8_t *nul = text.size ? memchr(text.data, 0, text.size) : NULL;

    if (!nul && (text.size > 0 || option->type == BIGHT_OPTION_STRING))
        return 0;
    ret_fault->start = nul ? (size_t)(nul - text.data) : 0;
    ret_fault->length = nul ? 1 : 0;
    return BIGHT_ERROR_INVALID;
}

static int32_t parse(const bight_option *option, bight_bytes text,
                     union value *ret, struct bight__span *ret_fault)
{
    switch (option->type) {
    case BIGHT_OPTION_STRING:
    case BIGHT_OPTION_PATH:
    case BIGHT_OPTION_FILE:
    case BIGHT_OPTION_FOLDER:
        return check_text(option, text, ret_fault);
    case BIGHT_OPTION_INT:
        return bight__parse_int(text, &ret->number, ret_fault);
    case BIGHT_OPTION_BOOL:
        return bight__parse_bool(text, &ret->truth, ret_fault);
    case BIGHT_OPTION_SIZE:
        return bight__parse_size(text, &ret->amount, ret_fault);
    case BIGHT_OPTION_DURATION:
        return bight__parse_duration(text, &ret->amount, ret_fault);
    case BIGHT_OPTION_ENUM:
        return parse_choice(option, text, &ret->choice, ret_fault);
    }
    return BIGHT_ERROR_USAGE;
}

static bool amount_within(uint64_t amount, int64_t min, int64_t max)
{
    if (min > 0 && amount < (uint64_t)min)
        return false;
    return max < min || (max >= 0 && amount <= (uint64_t)max);
}

static bool within(const bight_option *option, bight_bytes text,
                   const union value *value)
{
    int64_t min = option->min, max = option->max;

    if (min == 0 && max == 0)
        return true;
    switch (option->type) {
    case BIGHT_OPTION_STRING:
    case BIGHT_OPTION_PATH:
    case BIGHT_OPTION_FILE:
    case BIGHT_OPTION_FOLDER:
        return amount_within(text.size, min, max);
    case BIGHT_OPTION_INT:
        return value->number >= min && (max < min || value->number <= max);
    case BIGHT_OPTION_SIZE:
    case BIGHT_OPTION_DURATION:
        return amount_within(value->amount, min, max);
    case BIGHT_OPTION_BOOL:
    case BIGHT_OPTION_ENUM:
        break;
    }
    return true;
}

static char *copy_text(bight_bytes text)
{
    char *copy = bight_alloc(text.size + 1);

    if (!copy)
        return NULL;
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

static bight_error judge(const bight_option *option, bight_bytes text,
                         union value *ret, bight_diagnostic *ret_diagnostic)
{
    struct bight__span fault = {0, text.size};
    int32_t code = parse(option, text, ret, &fault);

    if (code == 0 && !within(option, text, ret))
        code = BIGHT_ERROR_RANGE;
    if (code != 0) {
        bight__option_complain(option, text, code, fault, ret_diagnostic);
        return bight_error_make(&bight_domain, code);
    }
    return option->check ? option->check(text, ret_diagnostic) : bight_ok();
}

/* The copy comes first: `text` may be the old value. */
bight_error bight__option_store(const bight_option *option, void *values,
                                bight_bytes text,
                                bight_diagnostic *ret_diagnostic)
{
    union value value;
    bight_error e = judge(option, text, &value, ret_diagnostic);

    if (bight_failed(e))
        return e;
    if (bight__option_is_text(option)) {
        value.text = copy_text(text);
        if (!value.text)
            return bight_error_of(BIGHT_ERROR_NO_MEMORY);
        bight__option_clear(option, values);
    }
    save(option, values, &value);
    return bight_ok();
}

void bight__option_clear(const bight_option *option, void *values)
{
    union value value;

    if (!bight__option_is_text(option))
        return;
    load(option, values, &value);
    bight_free(value.text);
    value.text = NULL;
    save(option, values, &value);
}

bool bight__option_is_set(const bight_option *option, const void *values)
{
    union value value;

    load(option, values, &value);
    return !bight__option_is_text(option) || value.text != NULL;
}

static int32_t choice_count(const bight_option *option)
{
    int32_t count = 0;

    while (option->choices[count])
        count++;
    return count;
}

size_t bight__option_format(const bight_option *option, const void *values,
                            char *buf, size_t size)
{
    union value value;
    const char *text = "";

    load(option, values, &value);
    switch (option->type) {
    case BIGHT_OPTION_INT:
        return bight_format_int(value.number, buf, size);
    case BIGHT_OPTION_BOOL:
        return bight_format_bool(value.truth, buf, size);
    case BIGHT_OPTION_SIZE:
        return bight_format_size(value.amount, buf, size);
    case BIGHT_OPTION_DURATION:
        return bight_format_duration(value.amount, buf, size);
    case BIGHT_OPTION_ENUM:
        if (value.choice >= 0 && value.choice < choice_count(option))
            text = option->choices[value.choice];
        break;
    case BIGHT_OPTION_STRING:
    case BIGHT_OPTION_PATH:
    case BIGHT_OPTION_FILE:
    case BIGHT_OPTION_FOLDER:
        if (value.text)
            text = value.text;
        break;
    }
    return (size_t)snprintf(buf, size, "%s", text);
}
