/* SPDX-License-Identifier: MIT */
/* Echo: every byte comes back, at the pace at which it is read. */
#include <bight/plugin.h>
#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_echo;

static struct talk talk;

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_echo, NULL, &memory);
}

/* Chunks of 0 are unlimited. */
START_TEST(every_byte_comes_back_under_every_split)
{
    const bight_bytes hello = BIGHT_BYTES("hello, world\n\0\xff");
    for (size_t write = 0; write <= hello.size; write++) {
        begin((size_t)_i, write);
        talk_write(&talk, hello);
        talk_run(&talk);
        ck_assert_received(&talk, hello);
        talk_end(&talk);
    }
}
END_TEST

START_TEST(every_byte_comes_back_of_every_two_writes)
{
    const bight_bytes hello = BIGHT_BYTES("hello, world\n");
    for (size_t first = 0; first <= hello.size; first++) {
        begin(0, 0);
        talk_write(&talk, bight_bytes_head(hello, first));
        talk_run(&talk);
        talk_write(&talk, bight_bytes_tail(hello, first));
        talk_run(&talk);
        ck_assert_received(&talk, hello);
        talk_end(&talk);
    }
}
END_TEST

START_TEST(much_comes_back_whole)
{
    const bight_bytes much = talk_pattern(1000000);
    begin(0, 1000);
    talk_write(&talk, much);
    talk_run(&talk);
    ck_assert_received(&talk, much);
    talk_end(&talk);
}
END_TEST

START_TEST(what_was_sent_before_an_eof_comes_back_then_the_eof)
{
    const bight_bytes hello = BIGHT_BYTES("hello");
    begin((size_t)_i, (size_t)_i);
    talk_write(&talk, hello);
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert_received(&talk, hello);
    ck_assert(talk.eof);
    ck_assert(talk.server_ended);
    ck_assert_error(talk.server.why, BIGHT_ERROR_EOF);
    ck_assert_uint_eq(talk.server.bytes_in, hello.size);
    ck_assert_uint_eq(talk.server.bytes_out, hello.size);
    talk_end(&talk);
}
END_TEST

START_TEST(much_comes_back_after_an_eof)
{
    const bight_bytes much = talk_pattern(500000);
    begin(0, 0);
    talk_write(&talk, much);
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert_received(&talk, much);
    ck_assert(talk.eof);
    talk_end(&talk);
}
END_TEST

/* Under way are at most both directions of the wire and what the server
 * queues before it stops reading: its high mark and one read. */
START_TEST(a_peer_that_does_not_read_is_not_read_from)
{
    const bight_bytes much = talk_pattern(1000000);
    bight_end end = {.size = sizeof(end)};
    begin(0, 0);
    bight_transport_pause_reading(talk.client, BIGHT_HOLD_USER);
    talk_write(&talk, much);
    talk_run(&talk);
    bight_transport_end(talk.client, &end);
    ck_assert(talk.paused);
    ck_assert_uint_le(end.bytes_out,
                      2 * TALK_CAPACITY + 64 * 1024 + TALK_CAPACITY);
    bight_transport_resume_reading(talk.client, BIGHT_HOLD_USER);
    talk_run(&talk);
    ck_assert_received(&talk, much);
    talk_end(&talk);
}
END_TEST

START_TEST(a_stop_ends_it_with_what_was_read_sent_back)
{
    const bight_bytes hello = BIGHT_BYTES("hello");
    begin(0, 0);
    talk_write(&talk, hello);
    talk_run(&talk);
    bight_listener_drain(talk.listener, 1000, NULL, NULL);
    talk_run(&talk);
    ck_assert_received(&talk, hello);
    ck_assert(talk.eof);
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.echo");
    TCase *tcase = leaks_test_case(suite, "echo");
    tcase_add_loop_test(tcase, every_byte_comes_back_under_every_split, 0, 16);
    tcase_add_test(tcase, every_byte_comes_back_of_every_two_writes);
    tcase_add_test(tcase, much_comes_back_whole);
    tcase_add_loop_test(
        tcase, what_was_sent_before_an_eof_comes_back_then_the_eof, 0, 6);
    tcase_add_test(tcase, much_comes_back_after_an_eof);
    tcase_add_test(tcase, a_peer_that_does_not_read_is_not_read_from);
    tcase_add_test(tcase, a_stop_ends_it_with_what_was_read_sent_back);
    return suite;
}
