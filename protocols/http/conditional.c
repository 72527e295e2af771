/* SPDX-License-Identifier: MIT */
/* Entity tags and preconditions (RFC 9110, 8.8.3 and 13). */
#include <bight/http_conditional.h>

#include <bight/http_date.h>
#include <bight/http_token.h>

#include "chars.h"
#include "grown.h"
#include "put.h"

/* Takes one from the front. */
static bool take_etag(bight_bytes *text, bight_http_etag *etag)
{
    bight_bytes rest = *text;
    etag->weak = bight__http_skip(&rest, 'W');
    if (etag->weak && !bight__http_skip(&rest, '/'))
        return false;
    if (!bight__http_skip(&rest, '"'))
        return false;
    etag->opaque = bight__http_take(&rest, BIGHT__HTTP_ETAG);
    if (!bight__http_skip(&rest, '"'))
        return false;
    *text = rest;
    return true;
}

bool bight_http_etag_parse(bight_bytes text, bight_http_etag *ret_etag)
{
    bight_http_etag etag;
    if (!take_etag(&text, &etag) || text.size > 0)
        return false;
    *ret_etag = etag;
    return true;
}

/* A tag may have a comma in it, and a backslash that escapes nothing, so that
 * this is not bight_http_list_next's work. */
bool bight_http_etag_next(bight_bytes *inout_rest, bight_http_etag *ret_etag)
{
    bight_http_etag etag;
    while (bight__http_skip(inout_rest, ',') ||
           bight__http_skip(inout_rest, ' ') ||
           bight__http_skip(inout_rest, '\t'))
        ;
    bight_bytes rest = *inout_rest;
    if (!take_etag(&rest, &etag))
        return false;
    bight__http_skip_space(&rest);
    if (rest.size > 0 && rest.data[0] != ',')
        return false;
    *inout_rest = rest;
    *ret_etag = etag;
    return true;
}

bool bight_http_etag_match(bight_http_etag a, bight_http_etag b, bool strong)
{
    return bight_bytes_equal(a.opaque, b.opaque) &&
           !(strong && (a.weak || b.weak));
}

size_t bight_http_etag_format(bight_http_etag etag, char *buf, size_t size)
{
    struct bight__http_put out = {buf, size, 0};
    if (!bight__http_all(etag.opaque, BIGHT__HTTP_ETAG))
        return bight__http_put_end(&out);
    if (etag.weak)
        bight__http_put(&out, BIGHT_BYTES("W/"));
    bight__http_put_char(&out, '"');
    bight__http_put(&out, etag.opaque);
    bight__http_put_char(&out, '"');
    return bight__http_put_end(&out);
}

/* -- preconditions -------------------------------------------------------- */

/* Does a list, or "*", name what there is? */
static bool names(bight_bytes field, const bight_http_validators *there,
                  bool strong)
{
    bight_http_etag etag;
    field = bight_http_trim(field);
    if (bight_bytes_equal(field, BIGHT_BYTES("*")))
        return there->exists;
    while (there->has_etag && bight_http_etag_next(&field, &etag)) {
        if (bight_http_etag_match(etag, there->etag, strong))
            return true;
    }
    return false;
}

/* False: there is no such date to compare with. */
static bool read_date(bight_bytes field, const bight_http_validators *there,
                      int64_t *ret_date)
{
    return there->has_modified &&
           !bight_failed(bight_http_date_parse(bight_http_trim(field),
                                               there->now, ret_date));
}

/* Is what If-Range names unchanged, strongly (13.1.5)? */
static bool range_holds(bight_bytes field, const bight_http_validators *there)
{
    bight_http_etag etag;
    int64_t date;
    field = bight_http_trim(field);
    if (bight_http_etag_parse(field, &etag))
        return there->has_etag &&
               bight_http_etag_match(etag, there->etag, true);
    return read_date(field, there, &date) && date == there->modified &&
           date < there->now;
}

/* Steps 1 and 2 of 13.2.2. */
static bool is_still_so(const bight_http_conditions *asked,
                        const bight_http_validators *there)
{
    int64_t date;
    if (asked->if_match.data)
        return names(asked->if_match, there, true);
    return !asked->if_unmodified_since.data ||
           !read_date(asked->if_unmodified_since, there, &date) ||
           there->modified <= date;
}

/* Steps 3 and 4. */
static bool is_new(const bight_http_conditions *asked,
                   const bight_http_validators *there)
{
    int64_t date;
    if (asked->if_none_match.data)
        return !names(asked->if_none_match, there, false);
    return !asked->reads || !asked->if_modified_since.data ||
           !read_date(asked->if_modified_since, there, &date) ||
           there->modified > date;
}

bight_http_verdict bight_http_judge(const bight_http_conditions *conditions,
                                    const bight_http_validators *validators)
{
    bight_http_conditions asked = {.size = sizeof(asked)};
    bight_http_validators there = {.size = sizeof(there)};
    bight__http_take_known(&asked, sizeof(asked), conditions);
    bight__http_take_known(&there, sizeof(there), validators);
    if (!is_still_so(&asked, &there))
        return BIGHT_HTTP_FAILED;
    if (!is_new(&asked, &there))
        return asked.reads ? BIGHT_HTTP_NOT_MODIFIED : BIGHT_HTTP_FAILED;
    if (asked.has_range && asked.if_range.data &&
        !range_holds(asked.if_range, &there))
        return BIGHT_HTTP_IGNORE_RANGE;
    return BIGHT_HTTP_PROCEED;
}
