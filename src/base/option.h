/* SPDX-License-Identifier: MIT */
/* The value of one option: parsed, stored, formatted, complained about. */
#ifndef BIGHT_BASE_OPTION_H
#define BIGHT_BASE_OPTION_H

#include <bight/options.h>

#include "base/parse.h"

/* The member's size; 0: no such type. */
size_t bight__option_size(bight_option_type type);

/* Parses, checks and stores. On failure the value is untouched, and unless it
 * is NO_MEMORY *ret_diagnostic tells why. */
bight_error bight__option_store(const bight_option *option, void *values,
                                bight_bytes text,
                                bight_diagnostic *ret_diagnostic);

/* What bight_options_verify does, of one option. */
bight_error bight__option_verify(const bight_option *option, const void *values,
                                 bight_diagnostic *ret_diagnostic);

/* Frees what the member owns; the member is as if not set. */
void bight__option_clear(const bight_option *option, void *values);

size_t bight__option_format(const bight_option *option, const void *values,
                            char *buf, size_t size);
bool bight__option_is_set(const bight_option *option, const void *values);

/* Whether it is one of the types that hold a text. */
bool bight__option_is_text(const bight_option *option);

/* Says what is wrong with `text`, given the code and the place. */
void bight__option_complain(const bight_option *option, bight_bytes text,
                            int32_t code, struct bight__span fault,
                            bight_diagnostic *ret_diagnostic);

#endif
