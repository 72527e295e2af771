/* SPDX-License-Identifier: MIT */
/* Ident: exact pairs of ports, a table, and errors that the RFC names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_ident;

/* The values of the plugin's option table. */
static struct {
    char *table;
    uint64_t timeout_ms;
} options;

static struct talk talk;
static char path[] = "/tmp/ident_test_XXXXXX";

static const char table[] = "# here there user\n"
                            "6193 23 ann\r\n"
                            "\n"
                            "80 * -   # hidden\n"
                            "*  99 bob\n"
                            "65535 65535 max";

static void write_table(const char *text)
{
    strcpy(path + strlen(path) - 6, "XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    ck_assert_int_eq(close(fd), 0);
    options.table = path;
    options.timeout_ms = 1000;
    ck_assert_uint_eq(sizeof(options), bight_plugin_ident.options->values_size);
}

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_ident, &options, &memory);
}

static void end(void)
{
    talk_end(&talk);
    ck_assert_int_eq(unlink(path), 0);
}

static void ask(const char *query)
{
    talk_write(&talk, bight_bytes_text(query));
    talk_run(&talk);
}

static const struct {
    const char *query, *answer;
} queries[] = {
    {"6193, 23\r\n", "6193, 23 : USERID : UNIX : ann\r\n"},
    {"6193,23\n", "6193, 23 : USERID : UNIX : ann\r\n"},
    {" \t6193 \t,\t 23 \r\n", "6193, 23 : USERID : UNIX : ann\r\n"},
    {"06193, 0023\r\n", "6193, 23 : USERID : UNIX : ann\r\n"},
    {"65535, 65535\r\n", "65535, 65535 : USERID : UNIX : max\r\n"},
    {"1, 99\r\n", "1, 99 : USERID : UNIX : bob\r\n"},
    {"80, 99\r\n", "80, 99 : ERROR : HIDDEN-USER\r\n"},
    {"23, 6193\r\n", "23, 6193 : ERROR : NO-USER\r\n"},
    {"0, 23\r\n", "0, 23 : ERROR : INVALID-PORT\r\n"},
    {"65536, 23\r\n", "0, 23 : ERROR : INVALID-PORT\r\n"},
    {"6193, 4294967319\r\n", "6193, 0 : ERROR : INVALID-PORT\r\n"},
    {"99999999999999999999, 1\r\n", "0, 1 : ERROR : INVALID-PORT\r\n"},
    {"\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"6193\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"6193 23\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"6193, \r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {", 23\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"6193, 23x\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"-6193, 23\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"6193, 23, 1\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"6193.0, 23\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
    {"hello\r\n", "0, 0 : ERROR : INVALID-PORT\r\n"},
};

#define QUERIES ((int)(sizeof(queries) / sizeof(queries[0])))

START_TEST(each_question_is_answered_under_every_split)
{
    write_table(table);
    for (size_t split = 0; split <= strlen(queries[_i].query); split++) {
        begin(split, split);
        ask(queries[_i].query);
        ck_assert_received(&talk, bight_bytes_text(queries[_i].answer));
        ck_assert(!talk.eof);
        talk_end(&talk);
    }
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(several_questions_are_answered_in_order)
{
    write_table(table);
    begin(0, 0);
    ask("6193, 23\r\n80, 1\r\n1, 1\r\n");
    ck_assert_received(&talk, BIGHT_BYTES("6193, 23 : USERID : UNIX : ann\r\n"
                                          "80, 1 : ERROR : HIDDEN-USER\r\n"
                                          "1, 1 : ERROR : NO-USER\r\n"));
    talk_write_eof(&talk);
    talk_run(&talk);
    ck_assert(talk.eof);
    end();
}
END_TEST

START_TEST(without_a_table_nobody_is_known)
{
    options.table = NULL;
    options.timeout_ms = 1000;
    begin(0, 0);
    ask("6193, 23\r\n");
    ck_assert_received(&talk, BIGHT_BYTES("6193, 23 : ERROR : NO-USER\r\n"));
    ck_assert_ok(bight_loop_advance(talk.loop, 1100));
    ck_assert(talk.eof);
    talk_end(&talk);
}
END_TEST

START_TEST(a_question_without_an_end_gets_an_end)
{
    options.table = NULL;
    options.timeout_ms = 1000;
    begin(0, 0);
    for (int i = 0; i < 65; i++)
        ask("1");
    ck_assert_received(&talk, BIGHT_BYTES("0, 0 : ERROR : UNKNOWN-ERROR\r\n"));
    ck_assert(talk.eof);
    talk_end(&talk);
}
END_TEST

static const char *const wrong[] = {
    "6193 23",      "6193 ann",   "6193 23 ann bob", "0 23 ann",
    "65536 23 ann", "6193 x ann", "6193 23 a:b",     "1 1 ok\n2 2\n",
};

#define WRONG ((int)(sizeof(wrong) / sizeof(wrong[0])))

START_TEST(a_table_with_a_fault_is_refused)
{
    bight_owner_options owner;
    bight_listener *listener = NULL;
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    bight_owner_options_init(&owner);
    write_table(wrong[_i]);
    owner.factory_options = &options;
    bight_error error = bight_memory_listen(loop, bight_plugin_ident.factory,
                                            "ident", NULL, &owner, &listener);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(bight_error_detail(error),
                                 _i == WRONG - 1 ? "line 2" : "line 1"));
    ck_assert_int_eq(unlink(path), 0);
    loops_free(loop);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.ident");
    TCase *tcase = leaks_test_case(suite, "questions");
    tcase_add_loop_test(tcase, each_question_is_answered_under_every_split, 0,
                        QUERIES);
    tcase_add_test(tcase, several_questions_are_answered_in_order);
    tcase_add_test(tcase, without_a_table_nobody_is_known);
    tcase_add_test(tcase, a_question_without_an_end_gets_an_end);
    tcase_add_loop_test(tcase, a_table_with_a_fault_is_refused, 0, WRONG);
    return suite;
}
