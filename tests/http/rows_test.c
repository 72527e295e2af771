/* SPDX-License-Identifier: MIT */
/* ctest: long */
/* The 52 rows: each input under every split, and what http-parser does of it.
 */
#include <stdlib.h>

#include "http_check.h"
#include "http_oracle.h"
#include "http_rows.h"
#include "leaks.h"
#include "suite.h"

static void check_input(const struct http_row *row)
{
    const struct http_feed feed = {
        .kind = row->side == 'q' ? BIGHT__HTTP_REQUESTS : BIGHT__HTTP_RESPONSES,
        .head_request = row->side == 'h',
        .connect = row->side == 'c',
    };
    size_t size;
    char *input = http_row_input(row, &size);
    ck_assert_ptr_nonnull(input);
    bight_bytes bytes = bight_bytes_of(input, size);
    ck_assert_http(&feed, bytes, row->ours);
    char *theirs = http_oracle(row->side != 'q', bytes);
    ck_assert_str_eq(theirs, row->theirs);
    free(theirs);
    free(input);
}

static void check_row(unsigned number)
{
    unsigned inputs = 0;
    for (size_t i = 0; i < http_row_count; i++) {
        if (http_rows[i].number != number)
            continue;
        check_input(&http_rows[i]);
        inputs++;
    }
    ck_assert_uint_gt(inputs, 0);
    ck_assert_ptr_nonnull(http_row_titles[number]);
}

#define ROW(digits, number, name)                                              \
    START_TEST(row_##digits##_##name)                                          \
    {                                                                          \
        check_row(number);                                                     \
    }                                                                          \
    END_TEST

/* clang-format off */
ROW(01, 1, white_space_before_the_colon_is_400)
ROW(02, 2, no_token_as_a_name_is_400)
ROW(03, 3, a_space_in_or_before_a_name_is_400)
ROW(04, 4, a_bare_lf_is_400)
ROW(05, 5, a_cr_and_another_octet_do_not_end_the_fields)
ROW(06, 6, a_bare_cr_between_fields_is_400)
ROW(07, 7, a_bare_cr_elsewhere_is_400)
ROW(08, 8, a_control_octet_first_in_a_value_is_400)
ROW(09, 9, a_control_octet_later_in_a_value_is_400)
ROW(10, 10, a_folded_field_is_400)
ROW(11, 11, a_folded_content_length_is_400)
ROW(12, 12, a_folded_transfer_encoding_is_400)
ROW(13, 13, a_folded_connection_is_400)
ROW(14, 14, content_length_and_chunked_is_400)
ROW(15, 15, content_length_and_a_coding_is_400)
ROW(16, 16, chunked_then_identity_is_400)
ROW(17, 17, identity_then_chunked_is_400)
ROW(18, 18, other_codings_are_501_and_chunked_inside_is_400)
ROW(19, 19, a_comma_in_quotes_separates_nothing)
ROW(20, 20, what_is_nearly_chunked_is_400)
ROW(21, 21, htab_is_white_space_of_transfer_encoding)
ROW(22, 22, a_longer_name_is_not_transfer_encoding)
ROW(23, 23, transfer_encoding_in_1_0_is_400)
ROW(24, 24, content_length_is_digits_alone)
ROW(25, 25, a_large_content_length_is_413)
ROW(26, 26, two_content_lengths_are_400)
ROW(27, 27, chunk_extensions_keep_their_grammar)
ROW(28, 28, junk_behind_a_chunk_size_is_400)
ROW(29, 29, chunk_extensions_have_a_limit)
ROW(30, 30, a_chunk_size_is_up_to_16_digits)
ROW(31, 31, a_huge_chunk_is_413)
ROW(32, 32, chunk_data_ends_in_crlf)
ROW(33, 33, framing_fields_as_trailers_are_dropped)
ROW(34, 34, two_spaces_in_the_request_line_are_400)
ROW(35, 35, a_space_at_its_end_or_in_the_target_is_400)
ROW(36, 36, control_and_high_octets_in_the_target_are_400)
ROW(37, 37, a_target_is_a_uri_of_the_right_form)
ROW(38, 38, other_versions_are_505)
ROW(39, 39, what_is_not_http_is_400)
ROW(40, 40, unknown_methods_are_501)
ROW(41, 41, one_empty_line_may_come_before_a_request)
ROW(42, 42, one_good_host_is_needed)
ROW(43, 43, connect_is_to_host_and_port_without_a_body)
ROW(44, 44, upgrade_stops_nothing)
ROW(45, 45, proxy_connection_is_ignored)
ROW(46, 46, connection_is_tokens)
ROW(47, 47, nothing_is_read_behind_a_close)
ROW(48, 48, statuses_without_a_body_have_none)
ROW(49, 49, a_status_is_100_to_599)
ROW(50, 50, a_large_head_is_431)
ROW(51, 51, a_large_target_is_414)
ROW(52, 52, an_input_cut_short_is_told)
/* clang-format on */

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("http.rows");
    TCase *tcase = leaks_test_case(suite, "rows");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, row_01_white_space_before_the_colon_is_400);
    tcase_add_test(tcase, row_02_no_token_as_a_name_is_400);
    tcase_add_test(tcase, row_03_a_space_in_or_before_a_name_is_400);
    tcase_add_test(tcase, row_04_a_bare_lf_is_400);
    tcase_add_test(tcase, row_05_a_cr_and_another_octet_do_not_end_the_fields);
    tcase_add_test(tcase, row_06_a_bare_cr_between_fields_is_400);
    tcase_add_test(tcase, row_07_a_bare_cr_elsewhere_is_400);
    tcase_add_test(tcase, row_08_a_control_octet_first_in_a_value_is_400);
    tcase_add_test(tcase, row_09_a_control_octet_later_in_a_value_is_400);
    tcase_add_test(tcase, row_10_a_folded_field_is_400);
    tcase_add_test(tcase, row_11_a_folded_content_length_is_400);
    tcase_add_test(tcase, row_12_a_folded_transfer_encoding_is_400);
    tcase_add_test(tcase, row_13_a_folded_connection_is_400);
    tcase_add_test(tcase, row_14_content_length_and_chunked_is_400);
    tcase_add_test(tcase, row_15_content_length_and_a_coding_is_400);
    tcase_add_test(tcase, row_16_chunked_then_identity_is_400);
    tcase_add_test(tcase, row_17_identity_then_chunked_is_400);
    tcase_add_test(tcase,
                   row_18_other_codings_are_501_and_chunked_inside_is_400);
    tcase_add_test(tcase, row_19_a_comma_in_quotes_separates_nothing);
    tcase_add_test(tcase, row_20_what_is_nearly_chunked_is_400);
    tcase_add_test(tcase, row_21_htab_is_white_space_of_transfer_encoding);
    tcase_add_test(tcase, row_22_a_longer_name_is_not_transfer_encoding);
    tcase_add_test(tcase, row_23_transfer_encoding_in_1_0_is_400);
    tcase_add_test(tcase, row_24_content_length_is_digits_alone);
    tcase_add_test(tcase, row_25_a_large_content_length_is_413);
    tcase_add_test(tcase, row_26_two_content_lengths_are_400);
    tcase_add_test(tcase, row_27_chunk_extensions_keep_their_grammar);
    tcase_add_test(tcase, row_28_junk_behind_a_chunk_size_is_400);
    tcase_add_test(tcase, row_29_chunk_extensions_have_a_limit);
    tcase_add_test(tcase, row_30_a_chunk_size_is_up_to_16_digits);
    tcase_add_test(tcase, row_31_a_huge_chunk_is_413);
    tcase_add_test(tcase, row_32_chunk_data_ends_in_crlf);
    tcase_add_test(tcase, row_33_framing_fields_as_trailers_are_dropped);
    tcase_add_test(tcase, row_34_two_spaces_in_the_request_line_are_400);
    tcase_add_test(tcase, row_35_a_space_at_its_end_or_in_the_target_is_400);
    tcase_add_test(tcase, row_36_control_and_high_octets_in_the_target_are_400);
    tcase_add_test(tcase, row_37_a_target_is_a_uri_of_the_right_form);
    tcase_add_test(tcase, row_38_other_versions_are_505);
    tcase_add_test(tcase, row_39_what_is_not_http_is_400);
    tcase_add_test(tcase, row_40_unknown_methods_are_501);
    tcase_add_test(tcase, row_41_one_empty_line_may_come_before_a_request);
    tcase_add_test(tcase, row_42_one_good_host_is_needed);
    tcase_add_test(tcase, row_43_connect_is_to_host_and_port_without_a_body);
    tcase_add_test(tcase, row_44_upgrade_stops_nothing);
    tcase_add_test(tcase, row_45_proxy_connection_is_ignored);
    tcase_add_test(tcase, row_46_connection_is_tokens);
    tcase_add_test(tcase, row_47_nothing_is_read_behind_a_close);
    tcase_add_test(tcase, row_48_statuses_without_a_body_have_none);
    tcase_add_test(tcase, row_49_a_status_is_100_to_599);
    tcase_add_test(tcase, row_50_a_large_head_is_431);
    tcase_add_test(tcase, row_51_a_large_target_is_414);
    tcase_add_test(tcase, row_52_an_input_cut_short_is_told);
    return suite;
}
