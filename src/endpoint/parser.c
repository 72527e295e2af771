/* SPDX-License-Identifier: MIT */
/* From the text of a description to an endpoint (E9). */
#include "endpoint/parser.h"

#include <string.h>

#include <bight/alloc.h>

#include "endpoint/kinds.h"

/*
 * Each level of the text becomes one node, with copies of its texts behind it.
 * A field with '=' is a key, any other an argument; keys come last, except
 * that what follows the keys of a wrapper is the next level:
 *
 *     proxy:tls:cert=c.pem:[::1]:8443:nodelay=off
 *     |     |   |          +- a level without a type: tcp
 *     |     |   +- a key of tls
 *     +-----+- wrappers
 */

static const bight_endpoint_kind *find_kind(
    const struct bight__endpoint_parser *p, bight_bytes name)
{
    for (size_t i = 0; p->kinds[i] != NULL; i++) {
        if (bight_bytes_equal(bight_bytes_text(p->kinds[i]->name), name))
            return p->kinds[i];
    }
    return NULL;
}

/* Canonical is without: tcp://h:80 is tcp:h:80, unix:///p is unix:/p. */
static bool skip_slashes(struct bight__endpoint_parser *p,
                         const bight_endpoint_kind *kind)
{
    struct bight__endpoint_scan *s = &p->scan;
    size_t start = s->at;
    if (!kind->url || s->text.size - start < 2 ||
        memcmp(s->text.data + start, "//", 2) != 0)
        return true;
    s->at += 2;
    s->done = s->at == s->text.size;
    if (kind->fields[0].type != BIGHT_ENDPOINT_PATH ||
        (!s->done && s->text.data[s->at] == '/'))
        return true;
    (void)bight__endpoint_scan_fail(
        s, start, s->at, "an absolute path must follow '%s://'", kind->name);
    bight_diagnostic_hint(s->diagnostic, "write %s:PATH or %s:///PATH",
                          kind->name, kind->name);
    return false;
}

static const bight_endpoint_kind *read_kind(struct bight__endpoint_parser *p)
{
    struct bight__endpoint_scan *s = &p->scan;
    size_t end = bight__endpoint_scan_word(s, s->at);
    bool inner = p->outermost != NULL;
    const bight_endpoint_kind *kind =
        find_kind(p, bight__endpoint_scan_slice(s, s->at, end));
    if (kind == NULL) {
        kind = inner ? bight__endpoint_bare_kind(p) : NULL;
        if (kind == NULL)
            (void)bight__endpoint_complain_type(p, end);
        return kind;
    }
    if (!bight__endpoint_has_side(p, kind->sides)) {
        (void)bight__endpoint_complain_type_side(p, kind, end);
        return NULL;
    }
    /* A type without anything behind it needs no ':', but may have it. */
    bight__endpoint_scan_pass(s, end);
    s->done = s->at == s->text.size;
    return skip_slashes(p, kind) ? kind : NULL;
}

static bight_endpoint *new_node(struct bight__endpoint_parser *p,
                                const bight_endpoint_kind *kind)
{
    size_t count = bight__endpoint_field_count(kind);
    size_t head = sizeof(bight_endpoint) + count * sizeof(char *);
    /* Each text fits where it came from, its NUL where the ':' was. */
    size_t texts = p->scan.text.size - p->scan.at + 1;
    bight_endpoint *node = bight_alloc(head + texts);
    if (node == NULL) {
        p->code = BIGHT_ERROR_NO_MEMORY;
        (void)bight__endpoint_scan_fail(&p->scan, 0, 0, "out of memory");
        return NULL;
    }
    memset(node, 0, head);
    node->kind = kind;
    node->side = p->side;
    p->room = (char *)node + head;
    return node;
}

static bool set_value(struct bight__endpoint_parser *p, bight_endpoint *node,
                      size_t index, struct bight__endpoint_span span)
{
    const bight_endpoint_field *field = &node->kind->fields[index];
    bight_diagnostic *diagnostic = p->scan.diagnostic;
    size_t start = span.start, length = span.end - span.start;
    bool host = field->type == BIGHT_ENDPOINT_HOST;
    bool bracketed = host && length > 0 && p->scan.text.data[start] == '[';
    if (bracketed && !bight__endpoint_scan_unwrap(&p->scan, &span))
        return false;
    const char *value = p->room;
    p->room = bight__endpoint_scan_copy(&p->scan, &span, p->room);
    diagnostic->start = start;
    diagnostic->length = length;
    if (!bight__endpoint_value_check(field, p->side, value, bracketed,
                                     diagnostic))
        return false;
    node->values[index] = value;
    return true;
}

/* The optional arguments that are absent are the first ones: [HOST:]PORT. */
static bool assign_arguments(struct bight__endpoint_parser *p,
                             bight_endpoint *node,
                             const struct bight__endpoint_span *spans,
                             size_t absent)
{
    const bight_endpoint_field *fields = node->kind->fields;
    for (size_t i = 0; fields[i].name != NULL; i++) {
        if (!bight__endpoint_is_argument(p, &fields[i]))
            continue;
        if (absent > 0 && !bight__endpoint_has_side(p, fields[i].required))
            absent--;
        else if (!set_value(p, node, i, *spans++))
            return false;
    }
    return true;
}

static void count_arguments(const struct bight__endpoint_parser *p,
                            const bight_endpoint_kind *kind, size_t *ret_least,
                            size_t *ret_most)
{
    size_t least = 0, most = 0;
    for (const bight_endpoint_field *f = kind->fields; f->name; f++) {
        if (!bight__endpoint_is_argument(p, f))
            continue;
        most++;
        if (bight__endpoint_has_side(p, f->required))
            least++;
    }
    *ret_least = least;
    *ret_most = most;
}

static bool too_few(struct bight__endpoint_parser *p,
                    const bight_endpoint *node)
{
    struct bight__endpoint_span span;
    if (!p->scan.done && bight__endpoint_scan_field(&p->scan, &span)) {
        size_t index = bight__endpoint_field_index(
            node->kind,
            bight__endpoint_scan_slice(&p->scan, span.start, span.equals));
        /* Rather an argument with a '=' in it: unix:/a=b */
        if (node->kind->fields[index].name == NULL)
            return bight__endpoint_complain_key(p, node, &span);
    }
    return bight__endpoint_complain_count(p, node->kind, p->scan.at);
}

static bool read_arguments(struct bight__endpoint_parser *p,
                           bight_endpoint *node)
{
    struct bight__endpoint_span spans[BIGHT__ENDPOINT_FIELDS_MAX];
    size_t count = 0, least, most;
    count_arguments(p, node->kind, &least, &most);
    while (!p->scan.done) {
        struct bight__endpoint_span span;
        if (!bight__endpoint_scan_field(&p->scan, &span))
            return false;
        if (span.equals != BIGHT__ENDPOINT_NO_KEY)
            break;
        if (count == most)
            return bight__endpoint_complain_count(p, node->kind,
                                                  p->scan.text.size);
        spans[count++] = span;
        bight__endpoint_scan_pass(&p->scan, span.end);
    }
    if (count < least)
        return too_few(p, node);
    return assign_arguments(p, node, spans, most - count);
}

static bool read_key(struct bight__endpoint_parser *p, bight_endpoint *node,
                     const struct bight__endpoint_span *span)
{
    const bight_endpoint_kind *kind = node->kind;
    size_t index = bight__endpoint_field_index(
        kind, bight__endpoint_scan_slice(&p->scan, span->start, span->equals));
    const bight_endpoint_field *field = &kind->fields[index];
    if (field->name == NULL || field->positional)
        return bight__endpoint_complain_key(p, node, span);
    if (!bight__endpoint_has_side(p, field->sides))
        return bight__endpoint_complain_key_side(p, kind, span);
    if (field->stands_for != NULL)
        index = bight__endpoint_field_index(
            kind, bight_bytes_text(field->stands_for));
    if (node->values[index] != NULL)
        return bight__endpoint_scan_fail(&p->scan, span->start, span->equals,
                                         "%s is given twice",
                                         kind->fields[index].name);
    struct bight__endpoint_span value = *span;
    value.start = span->equals + 1;
    return set_value(p, node, index, value);
}

static bool read_keys(struct bight__endpoint_parser *p, bight_endpoint *node)
{
    while (!p->scan.done) {
        struct bight__endpoint_span span;
        if (!bight__endpoint_scan_field(&p->scan, &span))
            return false;
        if (span.equals == BIGHT__ENDPOINT_NO_KEY) {
            if (node->kind->wrapper)
                return true;
            return bight__endpoint_complain_order(p, node->kind, &span);
        }
        if (!read_key(p, node, &span))
            return false;
        bight__endpoint_scan_pass(&p->scan, span.end);
    }
    return true;
}

static bool check_required(struct bight__endpoint_parser *p,
                           const bight_endpoint *node)
{
    const bight_endpoint_field *f = node->kind->fields;
    for (size_t i = 0; f[i].name != NULL; i++) {
        if (!bight__endpoint_has_side(p, f[i].required) ||
            node->values[i] != NULL)
            continue;
        return bight__endpoint_scan_fail(&p->scan, p->scan.at, p->scan.at,
                                         "%s needs %s=...", node->kind->name,
                                         f[i].name);
    }
    if (!node->kind->wrapper || !p->scan.done)
        return true;
    (void)bight__endpoint_scan_fail(&p->scan, p->scan.at, p->scan.at,
                                    "%s wraps nothing", node->kind->name);
    bight_diagnostic_hint(p->scan.diagnostic,
                          "an endpoint must follow, or only its port");
    return false;
}

static bool read_level(struct bight__endpoint_parser *p, bight_endpoint **at)
{
    const bight_endpoint_kind *kind = read_kind(p);
    if (kind == NULL)
        return false;
    bight_endpoint *node = new_node(p, kind);
    if (node == NULL)
        return false;
    *at = node;
    if (!kind->wrapper && !read_arguments(p, node))
        return false;
    return read_keys(p, node) && check_required(p, node);
}

static bool read_levels(struct bight__endpoint_parser *p)
{
    bight_endpoint **at = &p->outermost;
    for (size_t depth = 0; depth < BIGHT__ENDPOINT_DEPTH_MAX; depth++) {
        if (!read_level(p, at))
            return false;
        if (!(*at)->kind->wrapper)
            return true;
        at = &(*at)->inner;
    }
    return bight__endpoint_scan_fail(&p->scan, p->scan.at, p->scan.text.size,
                                     "more than %d endpoints in one",
                                     BIGHT__ENDPOINT_DEPTH_MAX);
}

static bight_error failure(const struct bight__endpoint_parser *p)
{
    const bight_diagnostic *d = p->scan.diagnostic;
    bight_error error = bight_error_of(p->code);
    if (p->code == BIGHT_ERROR_NO_MEMORY)
        return error;
    if (d->hint[0] == '\0')
        return bight_error_note(error, "%s", d->message);
    return bight_error_note(error, "%s (%s)", d->message, d->hint);
}

bight_error bight__endpoint_parse(bight_bytes text, bight_endpoint_side side,
                                  const bight_endpoint_kind *const *kinds,
                                  bight_endpoint **ret_endpoint,
                                  bight_diagnostic *ret_diagnostic)
{
    bight_diagnostic diagnostic = {.message = ""};
    struct bight__endpoint_parser p = {
        .scan = {.text = text, .diagnostic = &diagnostic},
        .side = side,
        .kinds = kinds,
        .code = BIGHT_ERROR_INVALID,
    };
    if (bight__endpoint_scan_check(&p.scan, BIGHT_ENDPOINT_TEXT_MAX) &&
        read_levels(&p)) {
        *ret_endpoint = p.outermost;
        return bight_ok();
    }
    bight_endpoint_free(p.outermost);
    if (ret_diagnostic != NULL)
        *ret_diagnostic = diagnostic;
    return failure(&p);
}

bight_error bight_endpoint_parse(bight_bytes text, bight_endpoint_side side,
                                 bight_endpoint **ret_endpoint,
                                 bight_diagnostic *ret_diagnostic)
{
    const bight_endpoint_kind *kinds[BIGHT__ENDPOINT_KINDS_MAX + 1];
    bight__endpoint_kinds(kinds);
    return bight__endpoint_parse(text, side, kinds, ret_endpoint,
                                 ret_diagnostic);
}
