/* SPDX-License-Identifier: MIT */
/* Discard: reads everything, answers nothing but the end. */
#include <bight/plugin.h>
#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_discard;

static struct talk talk;

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_discard, NULL, &memory);
}

START_TEST(nothing_comes_back_under_any_split)
{
    const bight_bytes hello = BIGHT_BYTES("hello, world\n");
    begin((size_t)_i, (size_t)_i);
    talk_write(&talk, hello);
    talk_run(&talk);
    ck_assert_uint_eq(bight_transport_queued(talk.client), 0);
    ck_assert_uint_eq(bight_buffer_bytes(&talk.received).size, 0);
    ck_assert(!talk.eof);
    talk_end(&talk);
    ck_assert_uint_eq(talk.server.bytes_in, hello.size);
    ck_assert_uint_eq(talk.server.bytes_out, 0);
}
END_TEST

START_TEST(a_flood_is_swallowed)
{
    begin(0, 0);
    for (int i = 0; i < 16; i++) {
        talk_write(&talk, talk_pattern(1000000));
        talk_run(&talk);
        ck_assert_uint_eq(bight_transport_queued(talk.client), 0);
    }
    talk_end(&talk);
    ck_assert_uint_eq(talk.server.bytes_in, 16000000);
}
END_TEST

START_TEST(an_eof_is_answered_with_an_eof_after_all_was_read)
{
    begin((size_t)_i, 0);
    talk_write(&talk, talk_pattern(1000));
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert(talk.eof);
    ck_assert_error(talk.server.why, BIGHT_ERROR_EOF);
    ck_assert_uint_eq(talk.server.bytes_in, 1000);
    talk_end(&talk);
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_served_all_the_same)
{
    begin(0, 0);
    bight_transport_pause_reading(talk.client, BIGHT_HOLD_USER);
    talk_write(&talk, talk_pattern(1000000));
    talk_run(&talk);
    ck_assert_uint_eq(bight_transport_queued(talk.client), 0);
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.discard");
    TCase *tcase = leaks_test_case(suite, "discard");
    tcase_add_loop_test(tcase, nothing_comes_back_under_any_split, 0, 14);
    tcase_add_test(tcase, a_flood_is_swallowed);
    tcase_add_loop_test(
        tcase, an_eof_is_answered_with_an_eof_after_all_was_read, 0, 4);
    tcase_add_test(tcase, a_peer_that_does_not_read_is_served_all_the_same);
    return suite;
}
