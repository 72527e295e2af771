/* SPDX-License-Identifier: MIT */
/*
 * A state is the part that the next octet belongs to:
 *
 *   request:  METHOD SP TARGET SP VERSION CR LF
 *   response: PROTOCOL SP STATUS [SP REASON] CR LF
 *   then:     (NAME ":" VALUE CR LF)* CR LF
 *
 * `part` counts the octets of the part, for a field those of its line. A part
 * is looked at within a window that its limit cuts short, so a limit is passed
 * at the same octet for every split.
 */
#include "guard.h"

#include <string.h>

#include "lines.h"
#include "octets.h"

#define VERSION_SIZE 8 /* "HTTP/1.1" */

enum state {
    METHOD,
    TARGET,
    VERSION,
    PROTOCOL,
    STATUS,
    REASON,
    LINE_END, /* the LF behind a CR */
    FIELD,    /* the first octet of a line */
    NAME,
    VALUE,
    LAST, /* the LF of the empty line */
    DONE
};

struct scan {
    struct bight__http_guard *guard;
    const struct bight__http_limits *limits;
    const struct bight__http_fault *fault;
};

/* -- faults --------------------------------------------------------------- */

static const struct bight__http_fault bare_cr = {400, "RFC 9112, 2.2",
                                                 "a CR without an LF"};
static const struct bight__http_fault bare_lf = {400, "RFC 9112, 2.2",
                                                 "an LF without a CR"};
static const struct bight__http_fault bad_method = {
    400, "RFC 9112, 3.1", "a method that is not a token"};
static const struct bight__http_fault long_method = {
    501, "RFC 9112, 3", "a method of more than 32 octets"};
static const struct bight__http_fault spaces = {
    400, "RFC 9112, 3", "more than one space between parts of the start line"};
static const struct bight__http_fault no_version = {
    400, "RFC 9112, 3", "a request line without a version"};
static const struct bight__http_fault bad_target = {
    400, "RFC 9112, 3.2", "an octet in the target that a URI cannot have"};
static const struct bight__http_fault long_target = {
    414, "RFC 9112, 3", "a target above the limit"};
static const struct bight__http_fault bad_version = {
    400, "RFC 9112, 2.3", "what should be HTTP/1.1 is not"};
static const struct bight__http_fault bad_status = {
    400, "RFC 9112, 4", "a status that is not three digits"};
static const struct bight__http_fault bad_reason = {
    400, "RFC 9112, 4", "a control octet in the reason"};
static const struct bight__http_fault long_reason = {
    431, "RFC 9112, 4", "a status line above the limit"};
static const struct bight__http_fault folded = {
    400, "RFC 9112, 5.2", "a field line that begins with white space"};
static const struct bight__http_fault no_name = {400, "RFC 9112, 5",
                                                 "a field without a name"};
static const struct bight__http_fault space_in_name = {
    400, "RFC 9112, 5.1", "white space between a field's name and its colon"};
static const struct bight__http_fault no_colon = {
    400, "RFC 9112, 5", "a field line without a colon"};
static const struct bight__http_fault bad_name = {
    400, "RFC 9110, 5.6.2", "an octet in a field's name that no token has"};
static const struct bight__http_fault bad_value = {
    400, "RFC 9110, 5.5", "a control octet in a field's value"};
static const struct bight__http_fault long_line = {
    431, "RFC 6585, 5", "a field line above the limit"};
static const struct bight__http_fault many_fields = {
    431, "RFC 6585, 5", "more fields than the limit"};
static const struct bight__http_fault long_head = {431, "RFC 6585, 5",
                                                   "fields above the limit"};

static const uint8_t *refuse(struct scan *scan, const uint8_t *p,
                             const struct bight__http_fault *fault)
{
    scan->fault = fault;
    return p;
}

/* An octet that ended a part too early: of line ends the fault is known. */
static const uint8_t *refuse_octet(struct scan *scan, const uint8_t *p,
                                   const struct bight__http_fault *otherwise)
{
    return refuse(scan, p, *p == '\n' ? &bare_lf : otherwise);
}

/* -- what the parts have in common ---------------------------------------- */

/* The end of what may be looked at, if `most` octets may be in this part. */
static inline const uint8_t *window(const struct scan *scan, const uint8_t *p,
                                    const uint8_t *end, uint32_t most)
{
    size_t left = most - scan->guard->part;
    return (size_t)(end - p) > left ? p + left : end;
}

static inline const uint8_t *enter(struct scan *scan, const uint8_t *p,
                                   enum state state)
{
    scan->guard->state = (uint8_t)state;
    scan->guard->part = 0;
    return p;
}

/* Behind a CR: mostly its LF is there, too. */
static inline const uint8_t *end_line(struct scan *scan, const uint8_t *p,
                                      const uint8_t *end)
{
    if (p < end && *p == '\n')
        return enter(scan, p + 1, FIELD);
    return enter(scan, p, LINE_END);
}

static const uint8_t *scan_line_end(struct scan *scan, const uint8_t *p)
{
    if (*p != '\n')
        return refuse(scan, p, &bare_cr);
    return enter(scan, p + 1, FIELD);
}

/* -- the start line ------------------------------------------------------- */

static const uint8_t *scan_method(struct scan *scan, const uint8_t *p,
                                  const uint8_t *end)
{
    const uint8_t *stop = window(scan, p, end, BIGHT__HTTP_METHOD_MAX);
    const uint8_t *q = bight__http_skip(p, stop, BIGHT__HTTP_TOKEN);
    scan->guard->part += (uint32_t)(q - p);
    if (q == end)
        return q;
    if (*q == ' ' && scan->guard->part > 0)
        return enter(scan, q + 1, TARGET);
    if (bight__http_is(*q, BIGHT__HTTP_TOKEN))
        return refuse(scan, q, &long_method);
    return refuse_octet(scan, q, &bad_method);
}

static const uint8_t *refuse_target(struct scan *scan, const uint8_t *p)
{
    if (bight__http_is(*p, BIGHT__HTTP_URI))
        return refuse(scan, p, &long_target);
    if (*p == ' ')
        return refuse(scan, p, &spaces);
    return refuse_octet(scan, p, *p == '\r' ? &no_version : &bad_target);
}

static const uint8_t *scan_target(struct scan *scan, const uint8_t *p,
                                  const uint8_t *end)
{
    const uint8_t *stop = window(scan, p, end, scan->limits->target);
    const uint8_t *q = bight__http_skip(p, stop, BIGHT__HTTP_URI);
    scan->guard->part += (uint32_t)(q - p);
    if (q == end)
        return q;
    if (*q == ' ' && scan->guard->part > 0)
        return enter(scan, q + 1, VERSION);
    return refuse_target(scan, q);
}

/* Which of them it is, is asked later: here only the form. */
static bool fits_version(uint32_t at, uint8_t octet)
{
    if (at == 5 || at == 7)
        return octet >= '0' && octet <= '9';
    return octet == (uint8_t) "HTTP/1.1"[at];
}

static const uint8_t *scan_version_part(struct scan *scan, const uint8_t *p,
                                        const uint8_t *end)
{
    const uint8_t *stop = window(scan, p, end, VERSION_SIZE);
    for (; p < stop; p++, scan->guard->part++)
        if (!fits_version(scan->guard->part, *p))
            return refuse_octet(scan, p, *p == ' ' ? &spaces : &bad_version);
    return p;
}

static const uint8_t *scan_version(struct scan *scan, const uint8_t *p,
                                   const uint8_t *end)
{
    if (scan->guard->part == 0 && end - p >= 10 &&
        memcmp(p, "HTTP/1.1\r\n", 10) == 0)
        return enter(scan, p + 10, FIELD);
    p = scan_version_part(scan, p, end);
    if (scan->fault != NULL || p == end)
        return p;
    if (*p != '\r')
        return refuse_octet(scan, p, &bad_version);
    return end_line(scan, p + 1, end);
}

static const uint8_t *scan_protocol(struct scan *scan, const uint8_t *p,
                                    const uint8_t *end)
{
    p = scan_version_part(scan, p, end);
    if (scan->fault != NULL || p == end)
        return p;
    if (*p != ' ')
        return refuse_octet(scan, p, &bad_version);
    return enter(scan, p + 1, STATUS);
}

static const uint8_t *scan_status(struct scan *scan, const uint8_t *p,
                                  const uint8_t *end)
{
    const uint8_t *stop = window(scan, p, end, 3);
    for (; p < stop; p++, scan->guard->part++)
        if (*p < '0' || *p > '9')
            return refuse_octet(scan, p, *p == ' ' ? &spaces : &bad_status);
    if (p == end)
        return p;
    if (*p == '\r')
        return end_line(scan, p + 1, end);
    if (*p != ' ')
        return refuse_octet(scan, p, &bad_status);
    return enter(scan, p + 1, REASON);
}

static const uint8_t *scan_reason(struct scan *scan, const uint8_t *p,
                                  const uint8_t *end)
{
    const uint8_t *stop = window(scan, p, end, scan->limits->line);
    const uint8_t *q = bight__http_skip_text(p, stop);
    scan->guard->part += (uint32_t)(q - p);
    if (q == end)
        return q;
    if (*q == '\r')
        return end_line(scan, q + 1, end);
    if (bight__http_is(*q, BIGHT__HTTP_TEXT))
        return refuse(scan, q, &long_reason);
    return refuse_octet(scan, q, &bad_reason);
}

/* -- fields --------------------------------------------------------------- */

static const uint8_t *refuse_name(struct scan *scan, const uint8_t *p)
{
    if (scan->guard->part == scan->limits->line)
        return refuse(scan, p, &long_line);
    if (*p == ':')
        return refuse(scan, p, &no_name);
    if (*p == ' ' || *p == '\t')
        return refuse(scan, p, &space_in_name);
    return refuse_octet(scan, p, *p == '\r' ? &no_colon : &bad_name);
}

static inline const uint8_t *scan_name(struct scan *scan, const uint8_t *p,
                                       const uint8_t *end)
{
    const uint8_t *stop = window(scan, p, end, scan->limits->line);
    const uint8_t *q = bight__http_skip(p, stop, BIGHT__HTTP_TOKEN);
    scan->guard->part += (uint32_t)(q - p);
    if (q == end)
        return q;
    if (q == stop || *q != ':' || scan->guard->part == 0)
        return refuse_name(scan, q);
    scan->guard->part++;
    scan->guard->state = VALUE;
    return q + 1;
}

static inline const uint8_t *scan_field(struct scan *scan, const uint8_t *p,
                                        const uint8_t *end)
{
    if (*p == '\r') {
        scan->guard->state = LAST;
        return p + 1;
    }
    if (*p == ' ' || *p == '\t')
        return refuse(scan, p, &folded);
    if (scan->guard->fields == scan->guard->fields_most)
        return refuse(scan, p, &many_fields);
    scan->guard->fields++;
    scan->guard->state = NAME;
    return scan_name(scan, p, end);
}

static inline const uint8_t *scan_value(struct scan *scan, const uint8_t *p,
                                        const uint8_t *end)
{
    const uint8_t *stop = window(scan, p, end, scan->limits->line);
    const uint8_t *q = bight__http_skip_text(p, stop);
    scan->guard->part += (uint32_t)(q - p);
    if (q == end)
        return q;
    if (*q == '\r')
        return end_line(scan, q + 1, end);
    if (q == stop)
        return refuse(scan, q, &long_line);
    return refuse_octet(scan, q, &bad_value);
}

static const uint8_t *scan_last(struct scan *scan, const uint8_t *p)
{
    if (*p != '\n')
        return refuse(scan, p, &bare_cr);
    scan->guard->state = DONE;
    return p + 1;
}

/* -- all of it ------------------------------------------------------------ */

/* Most heads come whole, and are far below each limit. Then no part needs a
 * window; where a line is not whole or not right, the careful way begins. */
static inline bool is_small(const struct bight__http_guard *guard,
                            const struct bight__http_limits *limits,
                            size_t size)
{
    return size <= guard->left && size <= limits->target &&
           size <= limits->line && guard->part == 0;
}

static inline const uint8_t *hurry(struct bight__http_guard *guard,
                                   const uint8_t *p, const uint8_t *end)
{
    if (guard->state == METHOD) {
        const uint8_t *line = bight__http_skip_request_line(p, end);
        if (line == p)
            return p;
        guard->state = FIELD;
        p = line;
    }
    if (guard->state != FIELD)
        return p;
    bool done;
    p = bight__http_skip_fields(guard, p, end, &done);
    if (done)
        guard->state = DONE;
    return p;
}

static inline const uint8_t *scan_part(struct scan *scan, const uint8_t *p,
                                       const uint8_t *end)
{
    switch ((enum state)scan->guard->state) {
    case METHOD:
        return scan_method(scan, p, end);
    case TARGET:
        return scan_target(scan, p, end);
    case VERSION:
        return scan_version(scan, p, end);
    case PROTOCOL:
        return scan_protocol(scan, p, end);
    case STATUS:
        return scan_status(scan, p, end);
    case REASON:
        return scan_reason(scan, p, end);
    case LINE_END:
        return scan_line_end(scan, p);
    case FIELD:
        return scan_field(scan, p, end);
    case NAME:
        return scan_name(scan, p, end);
    case VALUE:
        return scan_value(scan, p, end);
    case LAST:
        return scan_last(scan, p);
    case DONE:
        break;
    }
    return p;
}

/* Octets of a head that is not whole, not small, or not right. */
static const uint8_t *scan_all(struct scan *scan, const uint8_t *p,
                               const uint8_t *end)
{
    while (p < end && scan->fault == NULL && scan->guard->state != DONE)
        p = scan_part(scan, p, end);
    return p;
}

static __attribute__((noinline)) const struct bight__http_fault *scan_carefully(
    struct bight__http_guard *guard, const struct bight__http_limits *limits,
    bight_bytes *in)
{
    struct scan scan = {guard, limits, NULL};
    bight_bytes most = bight_bytes_head(*in, guard->left);
    const uint8_t *p = scan_all(&scan, most.data, most.data + most.size);
    size_t used = (size_t)(p - most.data);
    guard->left -= (uint32_t)used;
    *in = bight_bytes_tail(*in, used);
    if (scan.fault == NULL && guard->state != DONE && in->size > 0)
        return &long_head;
    return scan.fault;
}

const struct bight__http_fault *bight__http_guard_scan(
    struct bight__http_guard *guard, const struct bight__http_limits *limits,
    bight_bytes *in)
{
    if (is_small(guard, limits, in->size)) {
        const uint8_t *end = in->data + in->size;
        const uint8_t *p = hurry(guard, in->data, end);
        guard->left -= (uint32_t)(p - in->data);
        *in = bight_bytes_of(p, (size_t)(end - p));
    }
    return guard->state == DONE ? NULL : scan_carefully(guard, limits, in);
}

static void begin(struct bight__http_guard *guard, enum state state,
                  uint32_t octets, uint16_t fields)
{
    guard->left = octets;
    guard->part = 0;
    guard->fields = 0;
    guard->fields_most = fields;
    guard->state = (uint8_t)state;
}

void bight__http_guard_request(struct bight__http_guard *guard,
                               const struct bight__http_limits *limits)
{
    begin(guard, METHOD, limits->head, limits->fields);
}

void bight__http_guard_response(struct bight__http_guard *guard,
                                const struct bight__http_limits *limits)
{
    begin(guard, PROTOCOL, limits->head, limits->fields);
}

void bight__http_guard_trailers(struct bight__http_guard *guard,
                                const struct bight__http_limits *limits)
{
    begin(guard, FIELD, limits->trailer_bytes, limits->trailers);
}

bool bight__http_guard_is_done(const struct bight__http_guard *guard)
{
    return guard->state == DONE;
}
