/* SPDX-License-Identifier: MIT */
/* Bounded text and the escaping of what comes from elsewhere (S5). */
#include "suite.h"

#include <string.h>

#include "base/text.h"
#include "valid.h"

static void expect_escaped(bight_bytes bytes, const char *also,
                           const char *expected, size_t columns)
{
    char buf[256];
    struct bight__text text;

    bight__text_init(&text, buf, sizeof buf);
    ck_assert_uint_eq(bight__text_put_escaped(&text, bytes, also), columns);
    ck_assert_uint_eq(bight__text_end(&text), strlen(expected));
    ck_assert_str_eq(buf, expected);
}

START_TEST(text_counts_beyond_its_size_and_stays_inside)
{
    char buf[8] = "#######";
    struct bight__text text;

    bight__text_init(&text, buf, 4);
    bight__text_puts(&text, "ab");
    bight__text_fill(&text, '-', 3);
    bight__text_put(&text, BIGHT_BYTES("c"));
    ck_assert_uint_eq(bight__text_end(&text), 6);
    ck_assert_str_eq(buf, "ab-");
    ck_assert_str_eq(buf + 4, "###");
}
END_TEST

START_TEST(every_code_point_is_read_back)
{
    for (uint32_t code = 0x80; code <= 0x10ffff; code++) {
        uint8_t utf8[4];
        size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        struct bight__rune rune;
        for (size_t i = size, rest = code; i-- > 0; rest >>= 6)
            utf8[i] = (uint8_t)(0x80 | (rest & 0x3f));
        utf8[0] = (uint8_t)(0xf00 >> size | (code >> (6 * (size - 1))));
        rune = bight__rune_first(bight_bytes_of(utf8, size));
        if (code >= 0xd800 && code <= 0xdfff) {
            ck_assert(!rune.valid && rune.size == 1);
            continue;
        }
        if (!rune.valid || rune.size != size || rune.code != code)
            ck_abort_msg("U+%04X", (unsigned)code);
    }
}
END_TEST

START_TEST(what_is_no_utf8_is_taken_byte_by_byte)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x98",
        "\xc3(",
        "\xe2\x82(",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct bight__rune rune = bight__rune_first(bight_bytes_text(bad[i]));
        ck_assert(!rune.valid);
        ck_assert_uint_eq(rune.size, 1);
        ck_assert_uint_eq(rune.code, (uint8_t)bad[i][0]);
    }
}
END_TEST

START_TEST(printable_text_passes_as_it_is)
{
    expect_escaped(BIGHT_BYTES("plain ~"), "", "plain ~", 7);
    expect_escaped(BIGHT_BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "",
                   "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 3);
    expect_escaped(BIGHT_BYTES("a\"b\\c"), "", "a\"b\\c", 5);
    expect_escaped(BIGHT_BYTES("a\"b\\c"), "\"\\", "a\\\"b\\\\c", 7);
}
END_TEST

START_TEST(what_a_terminal_would_obey_is_escaped)
{
    expect_escaped(BIGHT_BYTES("a\n\r\tb"), "", "a\\n\\r\\tb", 8);
    expect_escaped(BIGHT_BYTES("\x1b[2J\0\x7f"), "", "\\x1b[2J\\x00\\x7f", 15);
    expect_escaped(BIGHT_BYTES("\xc2\x9b"
                               "2J"),
                   "", "\\u009b2J", 8);
    expect_escaped(BIGHT_BYTES("\xe2\x80\xae"
                               "x"),
                   "", "\\u202ex", 7);
    expect_escaped(BIGHT_BYTES("\xff\xc3"), "", "\\xff\\xc3", 8);
}
END_TEST

START_TEST(every_pair_of_bytes_is_plain_utf8_once_escaped)
{
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        uint8_t bytes[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};
        struct bight__text text;
        char buf[32];
        bight__text_init(&text, buf, sizeof buf);
        (void)bight__text_put_escaped(&text, bight_bytes_of(bytes, 2), "");
        (void)bight__text_end(&text);
        if (!valid_plain(buf) || !valid_utf8(buf))
            ck_abort_msg("%04x: %s", pair, buf);
    }
}
END_TEST

START_TEST(a_quote_is_cut_visibly_and_never_within_a_character)
{
    char buf[16];

    bight__text_quote(buf, sizeof buf, BIGHT_BYTES("123456789012345"));
    ck_assert_str_eq(buf, "123456789012345");
    bight__text_quote(buf, sizeof buf, BIGHT_BYTES("1234567890123456"));
    ck_assert_str_eq(buf, "123456789012...");
    bight__text_quote(buf, sizeof buf,
                      BIGHT_BYTES("12345678901\xc3\xa9\xc3\xa9\xc3\xa9"));
    ck_assert_str_eq(buf, "12345678901...");
    bight__text_quote(buf, sizeof buf, bight_bytes_of(NULL, 0));
    ck_assert_str_eq(buf, "");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *bounds = tcase_create("bounds");
    TCase *utf8 = tcase_create("utf8");
    TCase *escape = tcase_create("escape");

    tcase_add_test(bounds, text_counts_beyond_its_size_and_stays_inside);
    tcase_add_test(bounds, a_quote_is_cut_visibly_and_never_within_a_character);
    suite_add_tcase(suite, bounds);

    tcase_add_test(utf8, every_code_point_is_read_back);
    tcase_add_test(utf8, what_is_no_utf8_is_taken_byte_by_byte);
    suite_add_tcase(suite, utf8);

    tcase_add_test(escape, printable_text_passes_as_it_is);
    tcase_add_test(escape, what_a_terminal_would_obey_is_escaped);
    tcase_add_test(escape, every_pair_of_bytes_is_plain_utf8_once_escaped);
    suite_add_tcase(suite, escape);
    return suite;
}
