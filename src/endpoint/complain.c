/* SPDX-License-Identifier: MIT */
/* What a person is told who mistyped a description: E9's names and hints. */
#include "endpoint/parser.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* Part of the text as a message repeats it, for the call it stands in. */
#define QUOTE(s, start, end)                                                   \
    bight__endpoint_quote(bight__endpoint_scan_slice(s, start, end)).text

static const char *side_name(const struct bight__endpoint_parser *p)
{
    return p->side == BIGHT_ENDPOINT_SERVER ? "server" : "client";
}

static void list_types(const struct bight__endpoint_parser *p,
                       const char *ret_names[BIGHT__ENDPOINT_KINDS_MAX + 1])
{
    size_t count = 0;
    for (size_t i = 0; p->kinds[i] && count < BIGHT__ENDPOINT_KINDS_MAX; i++) {
        if (bight__endpoint_has_side(p, p->kinds[i]->sides))
            ret_names[count++] = p->kinds[i]->name;
    }
    ret_names[count] = NULL;
}

static void hint_keys(struct bight__endpoint_parser *p,
                      const bight_endpoint_kind *kind, bight_bytes word)
{
    const char *names[BIGHT__ENDPOINT_FIELDS_MAX + 1];
    size_t count = 0;
    const bight_endpoint_field *f = kind->fields;
    for (; f->name && count < BIGHT__ENDPOINT_FIELDS_MAX; f++) {
        if (bight__endpoint_is_key(p, f))
            names[count++] = f->name;
    }
    names[count] = NULL;
    if (count > 0)
        bight_diagnostic_choices(p->scan.diagnostic, word, names);
    else
        bight_diagnostic_hint(p->scan.diagnostic, "a %s's %s has no keys",
                              side_name(p), kind->name);
}

static void put_argument(struct bight__text *usage, const char *name,
                         bool optional, bool last)
{
    bight__text_puts(usage, optional ? "[" : "");
    for (; *name != '\0'; name++) {
        uint8_t upper = (uint8_t)toupper((unsigned char)*name);
        bight__text_put(usage, bight_bytes_of(&upper, 1));
    }
    bight__text_puts(usage, !optional ? "" : last ? "]" : ":]");
}

/* "write tcp:[HOST:]PORT, then keys; IPv6 as [::1]" */
static void hint_usage(struct bight__endpoint_parser *p,
                       const bight_endpoint_kind *kind)
{
    char buf[128];
    struct bight__text usage;
    const char *keys = "", *brackets = "", *separator = ":";
    bight__text_init(&usage, buf, sizeof(buf));
    bight__text_puts(&usage, kind->name);
    for (const bight_endpoint_field *f = kind->fields; f->name; f++) {
        if (bight__endpoint_is_key(p, f))
            keys = ", then keys";
        if (!bight__endpoint_is_argument(p, f))
            continue;
        if (f->type == BIGHT_ENDPOINT_HOST)
            brackets = "; IPv6 as [::1]";
        bool optional = !bight__endpoint_has_side(p, f->required);
        bight__text_puts(&usage, separator);
        bool last = f[1].name == NULL || !f[1].positional;
        put_argument(&usage, f->name, optional, last);
        separator = optional ? "" : ":";
    }
    (void)bight__text_end(&usage);
    bight_diagnostic_hint(p->scan.diagnostic, "write %s%s%s", buf, keys,
                          brackets);
}

const bight_endpoint_kind *bight__endpoint_bare_kind(
    const struct bight__endpoint_parser *p)
{
    if (!bight__endpoint_scan_is_bare(&p->scan))
        return NULL;
    for (size_t i = 0; p->kinds[i] != NULL; i++) {
        if (p->kinds[i]->bare &&
            bight__endpoint_has_side(p, p->kinds[i]->sides))
            return p->kinds[i];
    }
    return NULL;
}

/* "8080", "localhost:8080", ":8080" */
static bool type_is_missing(struct bight__endpoint_parser *p, const char *bare)
{
    struct bight__endpoint_scan *s = &p->scan;
    size_t end = s->text.size;
    (void)bight__endpoint_scan_fail(
        s, s->at, end, "no endpoint type before '%s'", QUOTE(s, s->at, end));
    bight_diagnostic_hint(s->diagnostic, "did you mean '%s%s%s'?", bare,
                          s->text.data[s->at] == ':' ? "" : ":",
                          QUOTE(s, s->at, end));
    return false;
}

bool bight__endpoint_complain_type(struct bight__endpoint_parser *p, size_t end)
{
    struct bight__endpoint_scan *s = &p->scan;
    const char *names[BIGHT__ENDPOINT_KINDS_MAX + 1];
    const size_t colon = end == s->at && end < s->text.size;
    s->at += colon;
    const bight_endpoint_kind *bare = bight__endpoint_bare_kind(p);
    s->at -= colon;
    bight_bytes word = bight__endpoint_scan_slice(s, s->at, end);
    list_types(p, names);
    if (bare != NULL && bight_nearest(word, names) == NULL)
        return type_is_missing(p, bare->name);
    (void)bight__endpoint_scan_fail(s, s->at, end, "unknown endpoint type '%s'",
                                    bight__endpoint_quote(word).text);
    if (word.size > 0 && memchr(word.data, '/', word.size) != NULL)
        bight_diagnostic_hint(s->diagnostic, "a socket file is unix:PATH");
    else
        bight_diagnostic_choices(s->diagnostic, word, names);
    return false;
}

bool bight__endpoint_complain_type_side(struct bight__endpoint_parser *p,
                                        const bight_endpoint_kind *kind,
                                        size_t end)
{
    const char *names[BIGHT__ENDPOINT_KINDS_MAX + 1];
    (void)bight__endpoint_scan_fail(&p->scan, p->scan.at, end,
                                    "endpoint type '%s' is not for a %s",
                                    kind->name, side_name(p));
    list_types(p, names);
    bight_diagnostic_choices(p->scan.diagnostic, bight_bytes_text(NULL), names);
    return false;
}

bool bight__endpoint_complain_count(struct bight__endpoint_parser *p,
                                    const bight_endpoint_kind *kind, size_t end)
{
    const char *many = p->scan.at < end ? "many" : "few";
    (void)bight__endpoint_scan_fail(
        &p->scan, p->scan.at, end, "too %s arguments for %s", many, kind->name);
    hint_usage(p, kind);
    return false;
}

bool bight__endpoint_complain_order(struct bight__endpoint_parser *p,
                                    const bight_endpoint_kind *kind,
                                    const struct bight__endpoint_span *span)
{
    (void)bight__endpoint_scan_fail(&p->scan, span->start, span->end,
                                    "'%s' is an argument that follows a key",
                                    QUOTE(&p->scan, span->start, span->end));
    hint_usage(p, kind);
    return false;
}

/* A name that no key could have is rather an argument that holds a '='. */
static bool looks_like_key(bight_bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (!isalnum(name.data[i]) && name.data[i] != '_' &&
            name.data[i] != '-')
            return false;
    }
    return name.size > 0;
}

static const bight_endpoint *outer_with_key(
    const struct bight__endpoint_parser *p, const bight_endpoint *node,
    bight_bytes name)
{
    const bight_endpoint *outer = p->outermost;
    for (; outer != node; outer = outer->inner) {
        size_t index = bight__endpoint_field_index(outer->kind, name);
        if (outer->kind->fields[index].name != NULL)
            return outer;
    }
    return NULL;
}

bool bight__endpoint_complain_key(struct bight__endpoint_parser *p,
                                  const bight_endpoint *node,
                                  const struct bight__endpoint_span *span)
{
    struct bight__endpoint_scan *s = &p->scan;
    bight_bytes name = bight__endpoint_scan_slice(s, span->start, span->equals);
    const bight_endpoint *outer = outer_with_key(p, node, name);
    (void)bight__endpoint_scan_fail(
        s, span->start, span->equals, "unknown key '%s' of %s",
        bight__endpoint_quote(name).text, node->kind->name);
    if (outer != NULL)
        bight_diagnostic_hint(s->diagnostic,
                              "keys of %s go before what it wraps",
                              outer->kind->name);
    else if (looks_like_key(name))
        hint_keys(p, node->kind, name);
    else
        bight_diagnostic_hint(s->diagnostic,
                              "write \\= for a '=' that ends no key");
    return false;
}

bool bight__endpoint_complain_key_side(struct bight__endpoint_parser *p,
                                       const bight_endpoint_kind *kind,
                                       const struct bight__endpoint_span *span)
{
    struct bight__endpoint_scan *s = &p->scan;
    (void)bight__endpoint_scan_fail(
        s, span->start, span->equals, "key '%s' of %s is not for a %s",
        QUOTE(s, span->start, span->equals), kind->name, side_name(p));
    hint_keys(p, kind, bight_bytes_text(NULL));
    return false;
}
