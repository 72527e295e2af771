/* SPDX-License-Identifier: MIT */
/* Known names. */
#include <ctype.h>

#include "leaks.h"
#include "names.h"
#include "suite.h"

static enum bight__http_name changed(enum bight__http_name name,
                                     int (*change)(int))
{
    bight_bytes text = bight__http_name_text(name);
    uint8_t copy[64];
    ck_assert_uint_le(text.size, sizeof(copy));
    for (size_t i = 0; i < text.size; i++)
        copy[i] = (uint8_t)change(text.data[i]);
    return bight__http_name_of(bight_bytes_of(copy, text.size));
}

START_TEST(each_name_is_found_in_any_case)
{
    for (int i = 1; i < BIGHT__HTTP_NAME_COUNT; i++) {
        enum bight__http_name name = (enum bight__http_name)i;
        ck_assert_uint_ge(bight__http_name_text(name).size, 2);
        ck_assert_int_eq(bight__http_name_of(bight__http_name_text(name)),
                         name);
        ck_assert_int_eq(changed(name, toupper), name);
        ck_assert_int_eq(changed(name, tolower), name);
    }
}
END_TEST

/* Each octet of each name in turn is every other octet. */
START_TEST(one_octet_more_less_or_changed_is_another_name)
{
    for (int i = 1; i < BIGHT__HTTP_NAME_COUNT; i++) {
        bight_bytes text = bight__http_name_text((enum bight__http_name)i);
        uint8_t copy[64];
        memcpy(copy, text.data, text.size);
        copy[text.size] = 'x';
        ck_assert_int_ne(
            bight__http_name_of(bight_bytes_of(copy, text.size + 1)), i);
        ck_assert_int_ne(
            bight__http_name_of(bight_bytes_of(copy, text.size - 1)), i);
        for (size_t at = 0; at < text.size; at++) {
            for (int octet = 0; octet < 256; octet++) {
                copy[at] = (uint8_t)octet;
                bool same = tolower(octet) == tolower(text.data[at]);
                bight_bytes other = bight_bytes_of(copy, text.size);
                if ((bight__http_name_of(other) == (unsigned)i) != same)
                    ck_abort_msg("%.*s at %zu: %d", (int)text.size, text.data,
                                 at, octet);
            }
            copy[at] = text.data[at];
        }
    }
}
END_TEST

START_TEST(no_text_and_short_ones_are_unknown)
{
    ck_assert_int_eq(bight__http_name_of(bight_bytes_of(NULL, 0)),
                     BIGHT__HTTP_NAME_UNKNOWN);
    ck_assert_int_eq(bight__http_name_of(BIGHT_BYTES("H")),
                     BIGHT__HTTP_NAME_UNKNOWN);
    ck_assert_uint_eq(bight__http_name_text(BIGHT__HTTP_NAME_UNKNOWN).size, 0);
}
END_TEST

START_TEST(texts_are_equal_but_for_the_case_of_letters)
{
    ck_assert(
        bight__http_text_equal(BIGHT_BYTES("cLoSe"), BIGHT_BYTES("ClOsE")));
    ck_assert(bight__http_text_equal(BIGHT_BYTES(""), BIGHT_BYTES("")));
    ck_assert(
        !bight__http_text_equal(BIGHT_BYTES("close"), BIGHT_BYTES("closed")));
    /* what differs by 0x20 without being letters */
    ck_assert(!bight__http_text_equal(BIGHT_BYTES("100-continue"),
                                      BIGHT_BYTES("100\rcontinue")));
    ck_assert(!bight__http_text_equal(BIGHT_BYTES("a-b"), BIGHT_BYTES("a\x0d"
                                                                      "b")));
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.names");
    TCase *tcase = leaks_test_case(suite, "names");
    tcase_add_test(tcase, each_name_is_found_in_any_case);
    tcase_add_test(tcase, one_octet_more_less_or_changed_is_another_name);
    tcase_add_test(tcase, no_text_and_short_ones_are_unknown);
    tcase_add_test(tcase, texts_are_equal_but_for_the_case_of_letters);
    return suite;
}
