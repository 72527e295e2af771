/* SPDX-License-Identifier: MIT */
/* Finger: questions of every form, and who is told of. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/transport.h>

#include "leaks.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_finger;

/* The values of the plugin's option table. */
static struct {
    char *people;
    uint64_t timeout_ms;
} options;

static struct talk talk;
static char folder[] = "/tmp/finger_test_XXXXXX";

static const char *const files[][2] = {
    {"ann", "Ann Example\nBuilding\tboats.\n\x1b[31mRed\x07\n"},
    {"bob", "Bob Example"},
    {".hidden", "Nobody\n"},
    {"no name", "Nobody\n"},
};

#define FILES (sizeof(files) / sizeof(files[0]))

#define ANN                                                                    \
    "Login: ann\r\nName: Ann Example\r\nPlan:\r\nBuilding\tboats.\r\n[31mRed"  \
    "\r\n"
#define BOB "Login: bob\r\nName: Bob Example\r\nNo plan.\r\n"
#define LIST                                                                   \
    "ann              Ann Example\r\n"                                         \
    "bob              Bob Example\r\n"

static void write_file(const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), file), strlen(text));
    ck_assert_int_eq(fclose(file), 0);
}

static void remove_file(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    ck_assert_int_eq(unlink(path), 0);
}

static void make_folder(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < FILES; i++)
        write_file(files[i][0], files[i][1]);
    options.people = folder;
    options.timeout_ms = 30000;
    ck_assert_uint_eq(sizeof(options),
                      bight_plugin_finger.options->values_size);
}

static void remove_folder(void)
{
    for (size_t i = 0; i < FILES; i++)
        remove_file(files[i][0]);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_finger, &options, &memory);
}

static void ask(const char *query)
{
    talk_write(&talk, bight_bytes_text(query));
    talk_run(&talk);
}

static const struct {
    const char *query, *answer;
} queries[] = {
    {"\r\n", LIST},
    {"\n", LIST},
    {"  \r\n", LIST},
    {"/W\r\n", ANN "\r\n" BOB},
    {"ann\r\n", ANN},
    {"ANN\r\n", ANN},
    {"/W ann\r\n", ANN},
    {"/w  ann  \r\n", ANN},
    {"bob\r\n", BOB},
    {"/Wann\r\n", "No such user.\r\n"},
    {"carol\r\n", "No such user.\r\n"},
    {".hidden\r\n", "No such user.\r\n"},
    {"../finger\r\n", "No such user.\r\n"},
    {"root\r\n", "No such user.\r\n"},
    {"an\r\n", "No such user.\r\n"},
    {"ann@elsewhere\r\n", "Finger forwarding service denied\r\n"},
    {"@elsewhere\r\n", "Finger forwarding service denied\r\n"},
    {"/W @a@b\r\n", "Finger forwarding service denied\r\n"},
};

#define QUERIES ((int)(sizeof(queries) / sizeof(queries[0])))

START_TEST(each_form_of_question_is_answered_under_every_split)
{
    make_folder();
    for (size_t split = 0; split <= strlen(queries[_i].query); split++) {
        begin(split, split);
        ask(queries[_i].query);
        ck_assert_received(&talk, bight_bytes_text(queries[_i].answer));
        ck_assert(talk.eof);
        bight_transport_close(talk.client);
        talk_run(&talk);
        ck_assert_error(talk.server.why, BIGHT_ERROR_CLOSED);
        talk_end(&talk);
    }
    remove_folder();
}
END_TEST

START_TEST(without_a_folder_nobody_is_here)
{
    options.people = NULL;
    options.timeout_ms = 1000;
    begin(0, 0);
    ask("\r\n");
    ck_assert_received(&talk, BIGHT_BYTES("Nobody is here.\r\n"));
    talk_end(&talk);
    begin(0, 0);
    ask("root\r\n");
    ck_assert_received(&talk, BIGHT_BYTES("No such user.\r\n"));
    talk_end(&talk);
}
END_TEST

START_TEST(a_question_without_an_end_gets_an_end)
{
    options.people = NULL;
    options.timeout_ms = 1000;
    begin(0, 0);
    for (int i = 0; i < 257; i++)
        ask("x");
    ck_assert_received(&talk, BIGHT_BYTES("Too long.\r\n"));
    ck_assert(talk.eof);
    bight_transport_close(talk.client);
    talk_run(&talk);
    ck_assert_error(talk.server.why, BIGHT_ERROR_FRAME_TOO_LONG);
    talk_end(&talk);
}
END_TEST

START_TEST(whoever_asks_nothing_is_dropped)
{
    options.people = NULL;
    options.timeout_ms = 1000;
    begin(0, 0);
    ask("ann");
    ck_assert_ok(bight_loop_advance(talk.loop, 990));
    ck_assert(!talk.eof);
    ck_assert_ok(bight_loop_advance(talk.loop, 40));
    ck_assert(talk.eof);
    bight_transport_close(talk.client);
    talk_run(&talk);
    ck_assert_error(talk.server.why, BIGHT_ERROR_TIMED_OUT);
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.finger");
    TCase *tcase = leaks_test_case(suite, "questions");
    tcase_add_loop_test(
        tcase, each_form_of_question_is_answered_under_every_split, 0, QUERIES);
    tcase_add_test(tcase, without_a_folder_nobody_is_here);
    tcase_add_test(tcase, a_question_without_an_end_gets_an_end);
    tcase_add_test(tcase, whoever_asks_nothing_is_dropped);
    return suite;
}
