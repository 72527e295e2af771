/* SPDX-License-Identifier: MIT */
/* Netstring echo: each comes back whole, and what is none ends it. */
#include <bight/plugin.h>
#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_netstring;

static struct talk talk;

/* The values of the plugin's option table. */
static struct {
    uint64_t max_frame;
} options;

static void begin(uint64_t max_frame, size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    options.max_frame = max_frame;
    talk_begin_plugin(&talk, &bight_plugin_netstring, &options, &memory);
}

static void say(bight_bytes text)
{
    talk_write(&talk, text);
    talk_run(&talk);
}

START_TEST(netstrings_come_back_under_every_split)
{
    const bight_bytes some =
        BIGHT_BYTES("5:hello,0:,2:\0\xff,12:hello, world,");
    for (size_t write = 0; write <= some.size; write++) {
        begin(100, (size_t)_i, write);
        say(some);
        ck_assert_received(&talk, some);
        talk_end(&talk);
    }
}
END_TEST

START_TEST(what_has_not_come_whole_is_not_sent_back)
{
    begin(100, 0, 0);
    say(BIGHT_BYTES("3:abc,5:hell"));
    ck_assert_received(&talk, BIGHT_BYTES("3:abc,"));
    say(BIGHT_BYTES("o,"));
    ck_assert_received(&talk, BIGHT_BYTES("3:abc,5:hello,"));
    talk_end(&talk);
}
END_TEST

START_TEST(one_that_is_too_long_ends_it_after_those_before)
{
    begin(5, (size_t)_i, 0);
    say(BIGHT_BYTES("5:hello,6:h"));
    ck_assert_received(&talk, BIGHT_BYTES("5:hello,"));
    ck_assert(talk.server_ended || talk.eof);
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert_error(talk.server.why, BIGHT_ERROR_FRAME_TOO_LONG);
    talk_end(&talk);
}
END_TEST

START_TEST(what_is_no_netstring_ends_it)
{
    const bight_bytes bad[] = {
        BIGHT_BYTES("hello"),   BIGHT_BYTES(":"),     BIGHT_BYTES("-1:a,"),
        BIGHT_BYTES("01:a,"),   BIGHT_BYTES("1:ab"),  BIGHT_BYTES(" 1:a,"),
        BIGHT_BYTES("1:a\n1:"), BIGHT_BYTES("1 :a,"),
    };
    begin(100, 0, 0);
    say(bad[_i]);
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert(talk.server_ended);
    ck_assert_error(talk.server.why, BIGHT_ERROR_PROTOCOL_ERROR);
    ck_assert_received(&talk, BIGHT_BYTES(""));
    talk_end(&talk);
}
END_TEST

START_TEST(no_options_at_all_are_the_defaults)
{
    talk_begin_plugin(&talk, &bight_plugin_netstring, NULL, NULL);
    say(BIGHT_BYTES("5:hello,65536:"));
    ck_assert_received(&talk, BIGHT_BYTES("5:hello,"));
    ck_assert(!talk.eof);
    talk_end(&talk);
    talk_begin_plugin(&talk, &bight_plugin_netstring, NULL, NULL);
    say(BIGHT_BYTES("65537:"));
    ck_assert(talk.eof);
    talk_end(&talk);
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_not_read_from)
{
    const size_t each = sizeof("1000:,") - 1 + 1000, count = 1000;
    bight_end end = {.size = sizeof(end)};
    bight_buffer all = {0};
    for (size_t i = 0; i < count; i++) {
        ck_assert_ok(bight_buffer_append(&all, BIGHT_BYTES("1000:")));
        ck_assert_ok(bight_buffer_append(&all, talk_pattern(1000)));
        ck_assert_ok(bight_buffer_append(&all, BIGHT_BYTES(",")));
    }
    begin(1000, 0, 0);
    bight_transport_pause_reading(talk.client, BIGHT_HOLD_USER);
    say(bight_buffer_bytes(&all));
    bight_transport_end(talk.client, &end);
    ck_assert(talk.paused);
    ck_assert_uint_le(end.bytes_out, 4 * TALK_CAPACITY + 2 * each);
    bight_transport_resume_reading(talk.client, BIGHT_HOLD_USER);
    talk_run(&talk);
    ck_assert_received(&talk, bight_buffer_bytes(&all));
    bight_buffer_fini(&all);
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.netstring");
    TCase *tcase = leaks_test_case(suite, "netstring");
    tcase_add_loop_test(tcase, netstrings_come_back_under_every_split, 0, 36);
    tcase_add_test(tcase, what_has_not_come_whole_is_not_sent_back);
    tcase_add_loop_test(tcase, one_that_is_too_long_ends_it_after_those_before,
                        0, 12);
    tcase_add_loop_test(tcase, what_is_no_netstring_ends_it, 0, 8);
    tcase_add_test(tcase, no_options_at_all_are_the_defaults);
    tcase_add_test(tcase, a_peer_that_does_not_read_is_not_read_from);
    return suite;
}
