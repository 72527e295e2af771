/* SPDX-License-Identifier: MIT */
/* Chargen: RFC 864's pattern, no more of it than the peer reads. */
#include <string.h>

#include <bight/plugin.h>
#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_chargen;

#define LINE 74
/* What a server queues before its producer pauses, with a turn's surplus. */
#define QUEUED_MOST (64 * 1024 + 32 * 1024)

static struct talk talk;

/* The client stops to read after so many bytes, or reads none. */
static void begin(size_t read_chunk, size_t write_chunk, size_t enough)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_chargen, NULL, &memory);
    talk.enough = enough;
    if (enough == 0)
        bight_transport_pause_reading(talk.client, BIGHT_HOLD_USER);
}

static const char *line_at(size_t index)
{
    return (const char *)bight_buffer_bytes(&talk.received).data + index * LINE;
}

/* By the RFC's words, not by the program's: of the ring of the 95 printing
 * characters each line shows 72, one further on. */
static void assert_line(size_t index)
{
    char line[LINE];
    for (size_t i = 0; i < 72; i++)
        line[i] = (char)(32 + (index + i) % 95);
    line[72] = '\r';
    line[73] = '\n';
    ck_assert_int_eq(memcmp(line_at(index), line, LINE), 0);
}

static size_t assert_lines(void)
{
    size_t lines = bight_buffer_bytes(&talk.received).size / LINE;
    for (size_t i = 0; i < lines; i++)
        assert_line(i);
    return lines;
}

START_TEST(it_begins_as_the_RFC_shows)
{
    begin(0, 0, 3 * LINE);
    talk_run(&talk);
    ck_assert_int_eq(memcmp(line_at(0),
                            " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOP"
                            "QRSTUVWXYZ[\\]^_`abcdefg\r\n!\"#$",
                            LINE + 4),
                     0);
    talk_end(&talk);
}
END_TEST

START_TEST(the_pattern_is_whole_under_every_split)
{
    begin((size_t)_i, (size_t)_i, 200 * LINE);
    talk_run(&talk);
    ck_assert_uint_ge(assert_lines(), 200);
    talk_end(&talk);
}
END_TEST

START_TEST(the_pattern_starts_again_after_95_lines)
{
    begin(0, 0, 96 * LINE);
    talk_run(&talk);
    ck_assert_int_eq(memcmp(line_at(0), line_at(95), LINE), 0);
    talk_end(&talk);
}
END_TEST

START_TEST(a_peer_that_does_not_read_costs_little_and_loses_nothing)
{
    begin(0, 0, 0);
    talk_run(&talk);
    ck_assert_ok(bight_loop_advance(talk.loop, 1000));
    talk.enough = 4 * TALK_CAPACITY;
    bight_transport_resume_reading(talk.client, BIGHT_HOLD_USER);
    talk_run(&talk);
    ck_assert_uint_ge(assert_lines(), 4 * TALK_CAPACITY / LINE);
    bight_transport_abort(talk.client);
    talk_run(&talk);
    ck_assert_uint_le(talk.server.unsent, QUEUED_MOST);
    talk_end(&talk);
}
END_TEST

START_TEST(what_the_peer_says_is_ignored_and_goes_on_being_read)
{
    begin(0, 0, 0);
    talk_write(&talk, talk_pattern(1000000));
    talk_run(&talk);
    ck_assert_uint_eq(bight_transport_queued(talk.client), 0);
    talk_end(&talk);
    ck_assert_uint_eq(talk.server.bytes_in, 1000000);
}
END_TEST

START_TEST(a_peer_that_only_listens_is_talked_to)
{
    begin(0, 0, 10 * LINE);
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert_uint_ge(assert_lines(), 10);
    ck_assert(!talk.server_ended);
    talk_end(&talk);
}
END_TEST

START_TEST(it_ends_at_once_when_the_peer_is_gone)
{
    begin(0, 0, LINE);
    talk_run(&talk);
    bight_transport_abort(talk.client);
    talk_run(&talk);
    ck_assert(talk.server_ended);
    ck_assert_error(talk.server.why, BIGHT_ERROR_RESET);
    talk_end(&talk);
}
END_TEST

START_TEST(a_stop_ends_it_after_what_is_queued)
{
    begin(0, 0, TALK_CAPACITY);
    talk_run(&talk);
    bight_listener_drain(talk.listener, 1000, NULL, NULL);
    talk.enough = 0;
    bight_transport_resume_reading(talk.client, BIGHT_HOLD_USER);
    talk_run(&talk);
    ck_assert(talk.eof);
    ck_assert_uint_ge(assert_lines(), TALK_CAPACITY / LINE);
    bight_transport_close(talk.client);
    ck_assert_ok(bight_loop_advance(talk.loop, 1000));
    ck_assert(talk.server_ended);
    ck_assert_error(talk.server.why, BIGHT_ERROR_CLOSED);
    ck_assert_uint_eq(talk.server.unsent, 0);
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.chargen");
    TCase *tcase = leaks_test_case(suite, "chargen");
    tcase_add_test(tcase, it_begins_as_the_RFC_shows);
    tcase_add_loop_test(tcase, the_pattern_is_whole_under_every_split, 0, 80);
    tcase_add_test(tcase, the_pattern_starts_again_after_95_lines);
    tcase_add_test(tcase,
                   a_peer_that_does_not_read_costs_little_and_loses_nothing);
    tcase_add_test(tcase, what_the_peer_says_is_ignored_and_goes_on_being_read);
    tcase_add_test(tcase, a_peer_that_only_listens_is_talked_to);
    tcase_add_test(tcase, it_ends_at_once_when_the_peer_is_gone);
    tcase_add_test(tcase, a_stop_ends_it_after_what_is_queued);
    return suite;
}
