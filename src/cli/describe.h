/* SPDX-License-Identifier: MIT */
/* Options and the keys of endpoints in words, for people. All write as snprintf
 * does, and return the full length. */
#ifndef BIGHT_CLI_DESCRIBE_H
#define BIGHT_CLI_DESCRIBE_H

#include <bight/endpoint_kind.h>

#include "settings.h"

/* What stands behind the option's name: "N", "text|json", "FILE|-|off"; "" for
 * a flag. */
size_t describe_value(const bight_option *option, const struct trait *trait,
                      char *buf, size_t size);

/* Its value is a text, and its limits are those of a length. */
bool describe_is_text(const bight_option *option);

/* Its limits: "1 to 10000000", "at least 1s", or "". */
size_t describe_range(const bight_option *option, char *buf, size_t size);

/* The same of a key or an argument: "yes|no", "DURATION". */
const char *describe_field_value(const bight_endpoint_field *field);
size_t describe_field_range(const bight_endpoint_field *field, char *buf,
                            size_t size);

/* "server", "client" or "both sides". */
const char *describe_sides(unsigned sides);

/* How a description of the kind is written: "tcp:[HOST:]PORT[:KEY=VALUE...]".
 * For a server, where the kind has one. */
size_t describe_kind(const bight_endpoint_kind *kind, char *buf, size_t size);

#endif
