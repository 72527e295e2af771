/* SPDX-License-Identifier: MIT */
/* Compressors against the decoders of others: nothing is kept back. */
#include "coder.h"

#include <brotli/decode.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "leaks.h"
#include "loops.h"
#include "suite.h"

#define MOST ((size_t)300000)

static uint8_t text[MOST];
static uint8_t decoded[MOST + 1];

/* Numbers, as text: some of it repeats, some does not. */
static void write_text(void)
{
    uint32_t state = 1;
    for (size_t i = 0; i < MOST; i++) {
        state = state * 1664525 + 1013904223;
        text[i] = i % 7 == 6 ? '\n' : (uint8_t)('0' + (state >> 24) % 10);
    }
}

/* How many octets come out of a stream that may go on. */
static size_t inflated(bight_bytes coded)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)coded.data,
                  .avail_in = (uInt)coded.size,
                  .next_out = decoded,
                  .avail_out = sizeof(decoded)};
    ck_assert_int_eq(inflateInit2(&z, 16 + 15), Z_OK);
    (void)inflate(&z, Z_SYNC_FLUSH);
    size_t size = z.total_out;
    (void)inflateEnd(&z);
    return size;
}

static size_t unbrotlied(bight_bytes coded)
{
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    size_t in = coded.size;
    size_t room = sizeof(decoded);
    const uint8_t *from = coded.data;
    uint8_t *to = decoded;
    (void)BrotliDecoderDecompressStream(state, &in, &from, &room, &to, NULL);
    BrotliDecoderDestroyInstance(state);
    return sizeof(decoded) - room;
}

static void assert_decodes(enum bight__http_coding coding,
                           const bight_buffer *coded, size_t size)
{
    bight_bytes all = bight_buffer_bytes(coded);
    size_t got = coding == BIGHT__HTTP_GZIP ? inflated(all) : unbrotlied(all);
    ck_assert_uint_eq(got, size);
    ck_assert_int_eq(memcmp(decoded, text, size), 0);
}

static const enum bight__http_coding codings[] = {BIGHT__HTTP_GZIP,
                                                  BIGHT__HTTP_BROTLI};

START_TEST(what_is_given_at_once_comes_out_whole)
{
    static const size_t sizes[] = {1,     511,   16382, 16383, 16384,  16385,
                                   23893, 32768, 65536, 70000, 131073, 300000};
    enum bight__http_coding coding = codings[_i];
    int level = coding == BIGHT__HTTP_GZIP ? 5 : 3;
    write_text();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        bight_buffer out = {.data = NULL};
        struct bight__http_coder *coder =
            bight__http_coder_new(coding, level, sizes[i]);
        ck_assert_ok(bight__http_coder_code(
            coder, bight_bytes_of(text, sizes[i]), BIGHT__HTTP_LAST, &out));
        assert_decodes(coding, &out, sizes[i]);
        bight__http_coder_free(coder);
        bight_buffer_fini(&out);
    }
}
END_TEST

START_TEST(what_is_flushed_can_be_decoded_up_to_there)
{
    enum bight__http_coding coding = codings[_i];
    int level = coding == BIGHT__HTTP_GZIP ? 5 : 3;
    bight_buffer out = {.data = NULL};
    write_text();
    struct bight__http_coder *coder =
        bight__http_coder_new(coding, level, UINT64_MAX);
    size_t at = 0;
    for (size_t step = 1; at + step < MOST; at += step, step = step * 3 + 1) {
        ck_assert_ok(bight__http_coder_code(
            coder, bight_bytes_of(text + at, step), BIGHT__HTTP_FLUSH, &out));
        assert_decodes(coding, &out, at + step);
    }
    ck_assert_ok(bight__http_coder_code(coder, bight_bytes_of(NULL, 0),
                                        BIGHT__HTTP_LAST, &out));
    assert_decodes(coding, &out, at);
    bight__http_coder_free(coder);
    bight_buffer_fini(&out);
}
END_TEST

START_TEST(what_is_gathered_comes_with_the_last)
{
    enum bight__http_coding coding = codings[_i];
    int level = coding == BIGHT__HTTP_GZIP ? 5 : 3;
    bight_buffer out = {.data = NULL};
    write_text();
    struct bight__http_coder *coder =
        bight__http_coder_new(coding, level, MOST);
    for (size_t at = 0; at < MOST; at += 10000)
        ck_assert_ok(bight__http_coder_code(
            coder, bight_bytes_of(text + at, 10000),
            at + 10000 < MOST ? BIGHT__HTTP_GATHER : BIGHT__HTTP_LAST, &out));
    assert_decodes(coding, &out, MOST);
    bight__http_coder_free(coder);
    bight_buffer_fini(&out);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.coder");
    TCase *tcase = leaks_test_case(suite, "coder");
    tcase_add_loop_test(tcase, what_is_given_at_once_comes_out_whole, 0, 2);
    tcase_add_loop_test(tcase, what_is_flushed_can_be_decoded_up_to_there, 0,
                        2);
    tcase_add_loop_test(tcase, what_is_gathered_comes_with_the_last, 0, 2);
    return suite;
}
