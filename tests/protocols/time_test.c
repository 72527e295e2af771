/* SPDX-License-Identifier: MIT */
/* Time: four bytes that count the seconds since 1900, then the end. */
#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_time;

static struct talk talk;

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_time, NULL, &memory);
    talk_run(&talk);
}

static void assert_told(uint32_t seconds)
{
    const uint8_t bytes[4] = {(uint8_t)(seconds >> 24),
                              (uint8_t)(seconds >> 16), (uint8_t)(seconds >> 8),
                              (uint8_t)seconds};
    ck_assert_received(&talk, bight_bytes_of(bytes, sizeof(bytes)));
    ck_assert(talk.eof);
}

static void ask_at(uint64_t unix_ms)
{
    bight_transport_close(talk.client);
    talk_run(&talk);
    ck_assert_error(talk.server.why, BIGHT_ERROR_CLOSED);
    ck_assert_ok(bight_loop_set_wall_ms(talk.loop, unix_ms));
    talk_again(&talk);
    talk_run(&talk);
}

START_TEST(it_tells_the_time_under_every_split)
{
    for (size_t write = 0; write < 6; write++) {
        begin((size_t)_i, write);
        assert_told(2208988800U);
        talk_end(&talk);
    }
}
END_TEST

/* 1970, 1976, 1980 and 1983 are the RFC's own examples. */
START_TEST(the_examples_of_the_RFC_hold)
{
    begin(0, 0);
    assert_told(2208988800U);
    ask_at(UINT64_C(189302400000));
    assert_told(2398291200U);
    ask_at(UINT64_C(315532800000));
    assert_told(2524521600U);
    ask_at(UINT64_C(420595200000));
    assert_told(2629584000U);
    talk_end(&talk);
}
END_TEST

START_TEST(the_32_bits_begin_again_in_2036)
{
    begin(0, 0);
    ask_at(UINT64_C(2085978495999));
    assert_told(UINT32_MAX);
    ask_at(UINT64_C(2085978496000));
    assert_told(0);
    talk_end(&talk);
}
END_TEST

START_TEST(what_the_peer_says_changes_nothing)
{
    begin(0, 0);
    talk_write(&talk, talk_pattern(100000));
    talk_write_eof(&talk);
    talk_run(&talk);
    assert_told(2208988800U);
    ck_assert(talk.server_ended);
    ck_assert_uint_eq(talk.server.unsent, 0);
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.time");
    TCase *tcase = leaks_test_case(suite, "time");
    tcase_add_loop_test(tcase, it_tells_the_time_under_every_split, 0, 6);
    tcase_add_test(tcase, the_examples_of_the_RFC_hold);
    tcase_add_test(tcase, the_32_bits_begin_again_in_2036);
    tcase_add_test(tcase, what_the_peer_says_changes_nothing);
    return suite;
}
