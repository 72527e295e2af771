/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* Errors, their text and the ring of notes. */
#include "suite.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <bight/error.h>

#include "base/note.h"
#include "effort.h"
#include "failing.h"

static bight_error refused(void)
{
    return bight_error_errno(ECONNREFUSED);
}

static void expect_text(bight_error e, const char *expected)
{
    char text[2048];

    ck_assert_uint_eq(bight_error_format(e, text, sizeof text),
                      strlen(expected));
    ck_assert_str_eq(text, expected);
}

START_TEST(success_is_zero_and_has_no_note)
{
    bight_error zero;

    memset(&zero, 0, sizeof zero);
    ck_assert(!bight_failed(zero));
    ck_assert(!bight_failed(bight_ok()));
    ck_assert(!bight_failed(bight_error_errno(0)));
    expect_text(bight_ok(), "success");
    ck_assert_uint_eq(bight_error_note(bight_ok(), "never").note, 0);
    ck_assert_uint_eq(bight_error_because(bight_ok(), "never").note, 0);
    ck_assert(!bight_failed(bight_error_wrap(bight_ok(), refused(), "never")));
}
END_TEST

START_TEST(an_error_is_told_by_domain_and_code)
{
    bight_error e = bight_error_of(BIGHT_ERROR_BUSY);

    ck_assert(bight_failed(e));
    ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_BUSY));
    ck_assert(!bight_error_is(e, &bight_domain, BIGHT_ERROR_RANGE));
    ck_assert(!bight_error_is(e, &bight_errno_domain, BIGHT_ERROR_BUSY));
    e = bight_error_note(e, "noted");
    ck_assert(bight_error_is(e, &bight_domain, BIGHT_ERROR_BUSY));
}
END_TEST

START_TEST(every_code_has_a_symbol_and_a_text_in_lower_case)
{
    size_t known = 0;

    for (int32_t code = -1; code < 100; code++) {
        const char *symbol = bight_domain.symbol(code);
        const char *text = bight_domain.text(code);
        ck_assert_int_eq(symbol == NULL, text == NULL);
        if (!symbol)
            continue;
        known++;
        ck_assert(isupper((unsigned char)symbol[0]));
        ck_assert(islower((unsigned char)text[0]));
    }
    ck_assert_uint_eq(known, 12 + 20);
    ck_assert_str_eq(bight_domain.symbol(BIGHT_ERROR_EOF), "EOF");
}
END_TEST

START_TEST(an_error_reads_as_what_was_tried_and_why_it_failed)
{
    bight_error e = bight_error_note(refused(), "connect tcp:%s:%d", "h", 81);

    expect_text(refused(), "connection refused (ECONNREFUSED)");
    expect_text(e, "connect tcp:h:81: connection refused (ECONNREFUSED)");
    expect_text(bight_error_note(e, "start"),
                "start: connect tcp:h:81: connection refused (ECONNREFUSED)");
}
END_TEST

START_TEST(a_cause_follows_and_stays)
{
    bight_error cause = bight_error_note(refused(), "connect tcp:h:81");
    bight_error e = bight_error_wrap(bight_error_of(BIGHT_ERROR_TIMED_OUT),
                                     cause, "fetch %d", 7);

    e = bight_error_note(e, "run");
    ck_assert_str_eq(bight_error_detail(e), "run: fetch 7");
    ck_assert_str_eq(bight_error_cause(e),
                     "connect tcp:h:81: connection refused (ECONNREFUSED)");
    expect_text(e, "run: fetch 7: timed out (TIMED_OUT), because "
                   "connect tcp:h:81: connection refused (ECONNREFUSED)");
}
END_TEST

START_TEST(an_unknown_code_reads_as_its_number)
{
    static const bight_error_domain bare = {.size = sizeof(bight_error_domain),
                                            .name = "bare"};

    expect_text(bight_error_errno(-4711), "errno -4711");
    expect_text(bight_error_make(&bare, 3), "bare 3");
    expect_text(bight_error_note(bight_error_make(&bare, 3), "try"),
                "try: bare 3");
}
END_TEST

START_TEST(a_short_buffer_gets_the_beginning_and_the_full_length)
{
    bight_error e = bight_error_note(refused(), "connect");
    size_t full = strlen("connect: connection refused (ECONNREFUSED)");
    char text[64];

    for (size_t size = 0; size < sizeof text; size++) {
        memset(text, '#', sizeof text);
        ck_assert_uint_eq(bight_error_format(e, text, size), full);
        ck_assert_int_eq(text[size], '#');
        if (size > 0)
            ck_assert_uint_eq(strlen(text), size - 1 < full ? size - 1 : full);
    }
    ck_assert_uint_eq(bight_error_format(e, NULL, 0), full);
}
END_TEST

START_TEST(a_long_detail_is_cut_visibly_between_characters)
{
    char long_text[2 * BIGHT__NOTE_MAX];
    bight_error e = refused();

    for (size_t i = 0; i + 2 < sizeof long_text; i += 2)
        memcpy(long_text + i, "\xc3\xa9", 3);
    for (int shift = 0; shift < 4; shift++) {
        e = bight_error_note(refused(), "%.*s%s", shift, "abc", long_text);
        size_t length = strlen(bight_error_detail(e));
        ck_assert_uint_lt(length, BIGHT__NOTE_MAX);
        ck_assert_uint_ge(length, BIGHT__NOTE_MAX - 3);
        ck_assert_str_eq(bight_error_detail(e) + length - 4, "\xa9...");
    }
    e = bight_error_note(e, "new");
    ck_assert_int_eq(strncmp(bight_error_detail(e), "new: abc\xc3", 9), 0);
    ck_assert_uint_lt(strlen(bight_error_detail(e)), BIGHT__NOTE_MAX);
}
END_TEST

START_TEST(a_stale_note_reads_as_none)
{
    bight_error first = bight_error_note(refused(), "first");
    int alive = 0;

    for (int i = 0; i < 1000; i++) {
        (void)bight_error_note(refused(), "note %d", i);
        if (bight_error_detail(first)[0]) {
            ck_assert_str_eq(bight_error_detail(first), "first");
            alive++;
        }
    }
    ck_assert_int_ge(alive, 16);
    ck_assert_int_le(alive, 64);
    expect_text(first, "connection refused (ECONNREFUSED)");
}
END_TEST

/* Long notes wrap the text before the slots: nothing may be read half. */
START_TEST(a_note_is_whole_or_gone)
{
    bight_error notes[64];
    char text[BIGHT__NOTE_MAX];

    memset(notes, 0, sizeof notes);
    int notes_made = (int)effort(5000, 500);
    for (int i = 0; i < notes_made; i++) {
        int length = (i * 37) % (BIGHT__NOTE_MAX - 1);
        memset(text, 'a' + i % 26, sizeof text);
        notes[i % 64] = bight_error_note(refused(), "%.*s", length, text);
        ck_assert_uint_eq(strlen(bight_error_detail(notes[i % 64])),
                          (size_t)length);
        for (int j = 0; j < 64; j++) {
            const char *detail = bight_error_detail(notes[j]);
            size_t run = strspn(detail, (char[2]){detail[0], 0});
            ck_assert_uint_eq(strlen(detail), run);
        }
    }
}
END_TEST

START_TEST(a_note_may_be_made_from_an_older_one)
{
    bight_error e = bight_error_note(refused(), "seed");

    int steps = (int)effort(10000, 1000);
    for (int i = 0; i < steps; i++) {
        bight_error next =
            bight_error_note(refused(), "%s", bight_error_detail(e));
        next = bight_error_because(next, "%s", bight_error_detail(next));
        ck_assert_str_eq(bight_error_detail(next), "seed");
        ck_assert_str_eq(bight_error_cause(next), "seed");
        e = next;
    }
}
END_TEST

/* S3 */
START_TEST(noting_allocates_nothing)
{
    struct failing failing;
    bight_error e;

    failing_begin(&failing, 1);
    e = bight_error_wrap(bight_error_of(BIGHT_ERROR_NO_MEMORY), refused(), "x");
    expect_text(e, "x: out of memory (NO_MEMORY), because "
                   "connection refused (ECONNREFUSED)");
    ck_assert(!failing_end(&failing));
}
END_TEST

struct note_thread {
    bight_error foreign; /* another thread's */
    bight_error own;
    int number;
    bool failed;
};

static void *note_thread(void *arg)
{
    struct note_thread *t = arg;
    char expected[64];

    for (int i = 0; i < 2000; i++) {
        (void)snprintf(expected, sizeof expected, "thread %d %d", t->number, i);
        t->own = bight_error_note(refused(), "%s", expected);
        t->failed |= strcmp(bight_error_detail(t->own), expected) != 0;
        t->failed |= bight_error_detail(t->foreign)[0] != '\0';
    }
    return NULL;
}

/* L13 */
START_TEST(a_note_of_another_thread_reads_as_none)
{
    struct note_thread threads[4];
    pthread_t ids[4];
    bight_error mine = bight_error_note(refused(), "mine");

    memset(threads, 0, sizeof threads);
    for (int i = 0; i < 4; i++) {
        threads[i].foreign = mine;
        threads[i].number = i;
        ck_assert_int_eq(
            pthread_create(&ids[i], NULL, note_thread, &threads[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(ids[i], NULL);
        ck_assert(!threads[i].failed);
        ck_assert_str_eq(bight_error_detail(threads[i].own), "");
    }
    ck_assert_str_eq(bight_error_detail(mine), "mine");
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("error");
    TCase *values = tcase_create("values");
    TCase *texts = tcase_create("texts");
    TCase *notes = tcase_create("notes");

    tcase_add_test(values, success_is_zero_and_has_no_note);
    tcase_add_test(values, an_error_is_told_by_domain_and_code);
    tcase_add_test(values, every_code_has_a_symbol_and_a_text_in_lower_case);
    suite_add_tcase(suite, values);

    tcase_add_test(texts, an_error_reads_as_what_was_tried_and_why_it_failed);
    tcase_add_test(texts, a_cause_follows_and_stays);
    tcase_add_test(texts, an_unknown_code_reads_as_its_number);
    tcase_add_test(texts,
                   a_short_buffer_gets_the_beginning_and_the_full_length);
    tcase_add_test(texts, a_long_detail_is_cut_visibly_between_characters);
    suite_add_tcase(suite, texts);

    tcase_add_test(notes, a_stale_note_reads_as_none);
    tcase_add_test(notes, a_note_is_whole_or_gone);
    tcase_add_test(notes, a_note_may_be_made_from_an_older_one);
    tcase_add_test(notes, noting_allocates_nothing);
    tcase_add_test(notes, a_note_of_another_thread_reads_as_none);
    suite_add_tcase(suite, notes);
    return suite;
}
