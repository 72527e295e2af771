/* SPDX-License-Identifier: MIT */
/* What the values in a description may be, type by type. */
#include "endpoint/description.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/un.h>

#include <bight/parse.h>

#include "base/parse.h"
#include "base/text.h"
#include "endpoint/scan.h"
#include "wire/address.h"

/* RFC 1035 2.3.4, as text and without the root's dot. */
#define HOST_MAX 253
/* IF_NAMESIZE without the NUL. */
#define ZONE_MAX 15
#define UNIX_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

/* A value as a message repeats it; lives as long as the call it stands in. */
#define QUOTE(value) bight__endpoint_quote(bight_bytes_text(value)).text

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool wrong(bight_diagnostic *diagnostic, const char *format, ...)
    BIGHT_PRINTF(2, 3);

static bool wrong(bight_diagnostic *diagnostic, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    bight__text_vformat(diagnostic->message, sizeof(diagnostic->message),
                        format, values);
    va_end(values);
    diagnostic->hint[0] = '\0';
    return false;
}

static bool wrong_hint(bight_diagnostic *diagnostic, const char *hint)
{
    bight_diagnostic_hint(diagnostic, "%s", hint);
    return false;
}

/* Plain decimal: no sign, no blank, no leading zero. */
static bool read_number(const char *text, size_t length, uint64_t *ret)
{
    if (length == 0 || length > 18 || (length > 1 && text[0] == '0') ||
        strspn(text, DIGITS) < length)
        return false;
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    *ret = number;
    return true;
}

static bool read_mode(const char *text, uint64_t *ret)
{
    size_t length = strlen(text);
    if (length == 0 || length > 4 || strspn(text, "01234567") < length)
        return false;
    uint64_t mode = 0;
    for (size_t i = 0; i < length; i++)
        mode = mode << 3 | (uint64_t)(text[i] - '0');
    if (mode > 0777)
        return false;
    *ret = mode;
    return true;
}

static bool read_duration(const char *text, uint64_t *ret)
{
    struct bight__span ignored;
    if (strcmp(text, "off") != 0)
        return bight__parse_duration(bight_bytes_text(text), ret, &ignored) ==
               0;
    *ret = 0;
    return true;
}

bool bight__endpoint_value_bool(const char *value, bool *ret)
{
    struct bight__span ignored;
    return bight__parse_bool(bight_bytes_text(value), ret, &ignored) == 0;
}

bool bight__endpoint_value_uint(bight_endpoint_type type, const char *value,
                                uint64_t *ret)
{
    switch (type) {
    case BIGHT_ENDPOINT_PORT:
    case BIGHT_ENDPOINT_UINT:
        return read_number(value, strlen(value), ret);
    case BIGHT_ENDPOINT_MODE:
        return read_mode(value, ret);
    case BIGHT_ENDPOINT_DURATION:
        return read_duration(value, ret);
    case BIGHT_ENDPOINT_HOST:
    case BIGHT_ENDPOINT_PATH:
    case BIGHT_ENDPOINT_TEXT:
    case BIGHT_ENDPOINT_BOOL:
        break;
    }
    return false;
}

static bool check_ipv6(const char *value, bight_diagnostic *diagnostic)
{
    uint8_t ip[16];
    size_t length = strcspn(value, "%");
    if (!bight__address_parse_ipv6(bight_bytes_of(value, length), ip))
        return wrong(diagnostic, "'%s' is not an IPv6 address", QUOTE(value));
    if (value[length] == '\0')
        return true;
    const char *zone = value + length + 1;
    size_t right = strspn(zone, LETTERS DIGITS "._-");
    if (right == 0 || right > ZONE_MAX || zone[right] != '\0')
        return wrong(diagnostic, "'%s' is not a network interface",
                     QUOTE(zone));
    return true;
}

/* 127.1, 0177.0.0.1 and 0x7f000001 would be addresses to getaddrinfo. */
static bool ends_in_number(const char *host)
{
    size_t length = strlen(host);
    if (host[length - 1] == '.')
        length--;
    size_t start = length;
    while (start > 0 && host[start - 1] != '.')
        start--;
    const char *label = host + start;
    size_t rest = length - start;
    if (strspn(label, DIGITS) >= rest)
        return true;
    return label[0] == '0' && (label[1] == 'x' || label[1] == 'X') &&
           2 + strspn(label + 2, DIGITS "abcdefABCDEF") >= rest;
}

static bool is_host_byte(char c)
{
    return (unsigned char)c >= 0x80 || strchr(LETTERS DIGITS "-._", c) != NULL;
}

static bool check_host_name(const char *value, bight_diagnostic *diagnostic)
{
    for (size_t i = 0; value[i] != '\0'; i++) {
        if (is_host_byte(value[i]))
            continue;
        (void)wrong(diagnostic, "'%c' cannot be part of a host", value[i]);
        if (strcmp(value, "*") != 0)
            return false;
        return wrong_hint(diagnostic, "[::] and 0.0.0.0 are every address");
    }
    if (strlen(value) > HOST_MAX)
        return wrong(diagnostic, "a host has at most %d bytes", HOST_MAX);
    if (value[0] == '.' || strstr(value, "..") != NULL)
        return wrong(diagnostic, "'%s' is not a host", QUOTE(value));
    uint8_t ip[4];
    if (ends_in_number(value) &&
        !bight__address_parse_ipv4(bight_bytes_text(value), ip))
        return wrong(diagnostic, "'%s' is not an IPv4 address", QUOTE(value));
    return true;
}

static bool check_host(const char *value, bool bracketed,
                       bight_diagnostic *diagnostic)
{
    if (bracketed || strchr(value, ':') != NULL)
        return check_ipv6(value, diagnostic);
    return check_host_name(value, diagnostic);
}

/* What was meant, if it is not a number that was mistyped. */
static const char *hint_of_port(const char *value)
{
    if (strpbrk(value, ".[:") != NULL)
        return "a port follows the host: HOST:PORT";
    if (value[0] == '0' && strspn(value, DIGITS) == strlen(value))
        return "without zeros in front";
    return "like 8080";
}

static bool check_port(bight_endpoint_side side, const char *value,
                       bight_diagnostic *diagnostic)
{
    uint64_t port;
    if (!read_number(value, strlen(value), &port) || port > UINT16_MAX) {
        (void)wrong(diagnostic, "port '%s' is not a number up to 65535",
                    QUOTE(value));
        return wrong_hint(diagnostic, hint_of_port(value));
    }
    if (port == 0 && side == BIGHT_ENDPOINT_CLIENT)
        return wrong(diagnostic, "port 0 can only be listened on");
    return true;
}

static bool check_path(const char *value, bight_diagnostic *diagnostic)
{
    if (value[0] == '@') {
        (void)wrong(diagnostic, "'%s' is an abstract socket", QUOTE(value));
        return wrong_hint(diagnostic, "these have no permissions: use a file, "
                                      "or ./@ for a file's name");
    }
    if (strlen(value) > UNIX_PATH_MAX)
        return wrong(diagnostic, "a path of %zu bytes; a UNIX socket has %zu",
                     strlen(value), UNIX_PATH_MAX);
    return true;
}

static bool check_bool(const char *name, const char *value,
                       bight_diagnostic *diagnostic)
{
    bool ignored;
    if (bight__endpoint_value_bool(value, &ignored))
        return true;
    return wrong(diagnostic, "%s '%s' is neither on nor off", name,
                 QUOTE(value));
}

static bool check_uint(const bight_endpoint_field *field, const char *value,
                       bight_diagnostic *diagnostic)
{
    uint64_t number;
    if (read_number(value, strlen(value), &number) && number >= field->min &&
        number <= field->max)
        return true;
    return wrong(diagnostic,
                 "%s '%s' is not a number from %" PRIu32 " to %" PRIu32,
                 field->name, QUOTE(value), field->min, field->max);
}

static bool check_mode(const char *name, const char *value,
                       bight_diagnostic *diagnostic)
{
    uint64_t ignored;
    if (read_mode(value, &ignored))
        return true;
    (void)wrong(diagnostic, "%s '%s' is not an octal number up to 777", name,
                QUOTE(value));
    return wrong_hint(diagnostic, "as with chmod: 660 is the owner and the "
                                  "group");
}

static bool check_duration(const bight_endpoint_field *field, const char *value,
                           bight_diagnostic *diagnostic)
{
    uint64_t ms;
    if (!read_duration(value, &ms)) {
        (void)wrong(diagnostic, "%s '%s' is not a duration", field->name,
                    QUOTE(value));
        return wrong_hint(diagnostic, "like 500ms, 30s, 2m, 1h, or off");
    }
    if (strcmp(value, "off") == 0 || (ms >= field->min && ms <= field->max))
        return true;
    char min[24], max[24];
    (void)bight_format_duration(field->min, min, sizeof(min));
    (void)bight_format_duration(field->max, max, sizeof(max));
    (void)wrong(diagnostic, "%s '%s' is out of range", field->name,
                QUOTE(value));
    bight_diagnostic_hint(diagnostic, "from %s to %s, or off", min, max);
    return false;
}

bool bight__endpoint_value_check(const bight_endpoint_field *field,
                                 bight_endpoint_side side, const char *value,
                                 bool bracketed, bight_diagnostic *diagnostic)
{
    if (value[0] == '\0') {
        (void)wrong(diagnostic, "the %s is empty", field->name);
        if (field->type != BIGHT_ENDPOINT_HOST)
            return false;
        return wrong_hint(diagnostic, "IPv6 is in brackets: [::1]");
    }
    switch (field->type) {
    case BIGHT_ENDPOINT_HOST:
        return check_host(value, bracketed, diagnostic);
    case BIGHT_ENDPOINT_PORT:
        return check_port(side, value, diagnostic);
    case BIGHT_ENDPOINT_PATH:
        return check_path(value, diagnostic);
    case BIGHT_ENDPOINT_BOOL:
        return check_bool(field->name, value, diagnostic);
    case BIGHT_ENDPOINT_UINT:
        return check_uint(field, value, diagnostic);
    case BIGHT_ENDPOINT_MODE:
        return check_mode(field->name, value, diagnostic);
    case BIGHT_ENDPOINT_DURATION:
        return check_duration(field, value, diagnostic);
    case BIGHT_ENDPOINT_TEXT:
        break;
    }
    return true;
}
