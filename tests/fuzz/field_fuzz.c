/* SPDX-License-Identifier: MIT */
/* Lists, weights, types, entity tags, base64: what is read is within what was
 * given, what is written reads back. */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bight/http_conditional.h>
#include <bight/http_quality.h>
#include <bight/http_token.h>
#include <bight/http_type.h>

static void base64(bight_bytes text)
{
    size_t size = bight_http_base64_encode(text, NULL, 0);
    char *coded = malloc(size + 1);
    uint8_t *buf = malloc(text.size + 1);
    bight_bytes back;

    assert(coded && buf);
    assert(bight_http_base64_encode(text, coded, size + 1) == size);
    bight_error e = bight_http_base64_decode(bight_bytes_of(coded, size), buf,
                                             text.size, &back);
    assert(!bight_failed(e) && bight_bytes_equal(back, text));
    /* there is one way to write it */
    e = bight_http_base64_decode(text, buf, text.size, &back);
    if (!bight_failed(e)) {
        char *again = malloc(text.size + 1);
        assert(again);
        assert(bight_http_base64_encode(back, again, text.size + 1) ==
               text.size);
        assert(text.size == 0 || memcmp(again, text.data, text.size) == 0);
        free(again);
    }
    free(coded);
    free(buf);
}

static void quote(bight_bytes text)
{
    size_t size = bight_http_quote(text, NULL, 0);
    char *quoted = malloc(size + 4);
    bight_http_parameter parameter;
    bight_bytes back;

    assert(quoted);
    memcpy(quoted, ";a=", 3);
    (void)bight_http_quote(text, quoted + 3, size + 1);
    back = bight_bytes_of(quoted, size + 3);
    if (size > 0) {
        assert(bight_http_parameter_next(&back, &parameter) && back.size == 0);
        if (parameter.quoted) {
            bight_error e = bight_http_unescape(
                parameter.value, (uint8_t *)quoted, size, &parameter.value);
            assert(!bight_failed(e));
        }
        assert(bight_bytes_equal(parameter.value, text));
    }
    free(quoted);
}

static void lists(bight_bytes text)
{
    bight_bytes rest = text, element;
    bight_http_quality quality;
    bight_http_etag tag, again;
    size_t total = 0;

    while (bight_http_list_next(&rest, &element)) {
        total += element.size;
        assert(element.size > 0 && element.data[0] != ',');
        assert(bight_http_trim(element).size == element.size);
    }
    assert(rest.size == 0 && total <= text.size);
    for (rest = text; bight_http_quality_next(&rest, &quality);)
        assert(quality.weight <= 1000 && quality.value.size > 0);
    for (rest = text; bight_http_etag_next(&rest, &tag);) {
        char *buf = malloc(tag.opaque.size + 5);
        assert(buf);
        size_t size = bight_http_etag_format(tag, buf, tag.opaque.size + 5);
        assert(bight_http_etag_parse(bight_bytes_of(buf, size), &again));
        assert(bight_http_etag_match(tag, again, false));
        assert(tag.weak == again.weak);
        free(buf);
    }
}

static void types(bight_bytes text)
{
    bight_http_type type, known;
    bight_bytes found = bight_http_type_of_name(text);

    assert(!bight_failed(bight_http_type_parse(found, &known)));
    (void)bight_http_type_compresses(text);
    if (!bight_failed(bight_http_type_parse(text, &type)))
        assert(bight_http_is_token(type.type) &&
               bight_http_is_token(type.subtype) &&
               type.full.size == type.type.size + type.subtype.size + 1);
}

static void choose(bight_bytes text)
{
    static const bight_bytes offers[] = {
        {(const uint8_t *)"gzip", 4},    {(const uint8_t *)"identity", 8},
        {(const uint8_t *)"a/b;c=d", 7}, {(const uint8_t *)"a/b", 3},
        {(const uint8_t *)"en-US", 5},   {(const uint8_t *)"en", 2},
    };
    size_t index = 6;

    assert(bight_http_choose_encoding(text, offers, 6, &index) == (index < 6));
    index = 6;
    assert(bight_http_choose_type(text, offers, 6, &index) == (index < 6));
    index = 6;
    assert(bight_http_choose_language(text, offers, 6, &index) == (index < 6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bight_bytes text = bight_bytes_of(data, size);

    if (size > 4096)
        return 0;
    base64(text);
    quote(text);
    lists(text);
    types(text);
    choose(text);
    return 0;
}
