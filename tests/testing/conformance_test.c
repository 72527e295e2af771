/* SPDX-License-Identifier: MIT */
/* ctest: long */
/* Section T over every wire of ours, bare and under filters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/testing/conformance.h>

#include "leaks.h"
#include "suite.h"

/* -- what is put to the test ---------------------------------------------- */

static void ignore(void *ctx, const bight_transport *t, bool incoming,
                   bight_bytes data)
{
    (void)ctx;
    (void)t;
    (void)incoming;
    (void)data;
}

static const bight_trace_options quiet = {.size = sizeof(bight_trace_options),
                                          .fn = ignore};
static const bight_filter_use traces[] = {{&bight_trace, &quiet},
                                          {&bight_trace, &quiet}};

static const bight_memory_options byte_by_byte = {
    .size = sizeof(bight_memory_options),
    .capacity = 4096,
    .read_chunk = 1,
    .write_chunk = 1};
static const bight_memory_options sevens = {.size =
                                                sizeof(bight_memory_options),
                                            .capacity = 65536,
                                            .read_chunk = 7,
                                            .write_chunk = 7};
static const bight_memory_options narrow = {
    .size = sizeof(bight_memory_options), .capacity = 100};

struct variant {
    const char *name;
    const bight_conformance_transport *wire;
    size_t filters;
    const bight_memory_options *memory;
    bool real; /* memory on a loop of libuv's */
};

/* The first three are one of each wire, for when time is dear. */
static const struct variant variants[] = {
    {"tcp under trace", &bight_conformance_tcp, 1, NULL, true},
    {"unix", &bight_conformance_unix, 0, NULL, true},
    {"memory", &bight_conformance_memory, 0, NULL, false},
    {"tcp", &bight_conformance_tcp, 0, NULL, true},
    {"tcp under two traces", &bight_conformance_tcp, 2, NULL, true},
    {"unix under trace", &bight_conformance_unix, 1, NULL, true},
    {"unix under two traces", &bight_conformance_unix, 2, NULL, true},
    {"memory under trace", &bight_conformance_memory, 1, NULL, false},
    {"memory under two traces", &bight_conformance_memory, 2, NULL, false},
    {"memory on libuv", &bight_conformance_memory, 0, NULL, true},
    {"memory byte by byte", &bight_conformance_memory, 0, &byte_by_byte, false},
    {"memory by sevens", &bight_conformance_memory, 0, &sevens, true},
    {"memory by sevens under trace", &bight_conformance_memory, 1, &sevens,
     false},
    {"narrow memory", &bight_conformance_memory, 0, &narrow, false},
    {"narrow memory under two traces", &bight_conformance_memory, 2, &narrow,
     true},
};

#define VARIANTS (sizeof(variants) / sizeof(*variants))

static bight_conformance_transport transport_of(const struct variant *variant)
{
    bight_conformance_transport transport = *variant->wire;
    transport.name = variant->name;
    transport.filters = traces;
    transport.filter_count = variant->filters;
    transport.options = variant->memory;
    transport.kind =
        variant->real ? BIGHT_LOOP_MANUAL_CLOCK : BIGHT_LOOP_VIRTUAL;
    return transport;
}

/* -- what cannot be told -------------------------------------------------- */

/* These cases, and no others, have no meaning over a wire. */
static const struct {
    const bight_conformance_transport *wire;
    const char *sentence;
} gaps[] = {
    {&bight_conformance_unix, "a reset is noticed while reading is stopped"},
    {&bight_conformance_unix,
     "a reset right behind data at which reading stops is noticed"},
    {&bight_conformance_unix, "a reset right behind data is no eof"},
    {&bight_conformance_unix, "a close that took too long becomes an abort"},
    {&bight_conformance_unix, "abort reaches the peer as a reset"},
    {&bight_conformance_unix, "abort reaches a plain peer as a reset"},
    {&bight_conformance_unix, "abort after close upgrades it"},
    {&bight_conformance_unix,
     "a connect that hangs ends with CONNECT_TIMEOUT, on time"},
    {&bight_conformance_memory,
     "a reset right behind data at which reading stops is noticed"},
    {&bight_conformance_memory, "a reset right behind data is no eof"},
    {&bight_conformance_memory,
     "close over unread input destroys nothing for a plain peer"},
    {&bight_conformance_memory, "abort reaches a plain peer as a reset"},
    {&bight_conformance_memory,
     "a connect that hangs ends with CONNECT_TIMEOUT, on time"},
};

#define GAPS (sizeof(gaps) / sizeof(*gaps))

static bool is_gap(const bight_conformance_transport *wire,
                   const bight_conformance_case *what)
{
    for (size_t i = 0; i < GAPS; i++)
        if (gaps[i].wire == wire &&
            strcmp(gaps[i].sentence, what->sentence) == 0)
            return true;
    return false;
}

static size_t gaps_of(const bight_conformance_transport *wire)
{
    size_t count = 0;
    for (size_t i = 0; i < GAPS; i++)
        count += gaps[i].wire == wire;
    return count;
}

/* -- the tests ------------------------------------------------------------ */

static int count_cases(void)
{
    int cases = 0;
    while (bight_conformance_case_at((size_t)cases) != NULL)
        cases++;
    return cases;
}

static void conform(const struct variant *variant, size_t index)
{
    char message[256];
    bight_conformance_transport transport = transport_of(variant);
    const bight_conformance_case *what = bight_conformance_case_at(index);
    bight_conformance_outcome outcome =
        bight_conformance_run(what, &transport, message, sizeof(message));
    if (outcome == BIGHT_CONFORMANCE_FAILED)
        ck_abort_msg("%s, %s: %s: %s", variant->name, what->rule,
                     what->sentence, message);
    ck_assert_msg((outcome == BIGHT_CONFORMANCE_UNSUPPORTED) ==
                      is_gap(variant->wire, what),
                  "%s, %s: %s: unsupported or not, the list differs",
                  variant->name, what->rule, what->sentence);
}

START_TEST(conforms)
{
    size_t cases = (size_t)count_cases();
    conform(&variants[(size_t)_i / cases], (size_t)_i % cases);
}
END_TEST

struct tally {
    size_t outcomes[3];
    size_t calls;
};

static bool tally(void *ctx, const bight_conformance_case *what,
                  bight_conformance_outcome outcome, const char *message)
{
    struct tally *sums = ctx;
    ck_assert_int_eq(what->rule[0], 'T');
    ck_assert((message[0] == '\0') == (outcome == BIGHT_CONFORMANCE_PASSED));
    sums->outcomes[outcome]++;
    return ++sums->calls < 20;
}

START_TEST(suite_tells_of_each_case_until_told_to_stop)
{
    struct tally sums = {0};
    bight_conformance_report report;
    ck_assert(bight_conformance_suite(&bight_conformance_memory, tally, &sums,
                                      &report));
    ck_assert_uint_eq(sums.calls, 20);
    ck_assert_uint_eq(report.passed, sums.outcomes[0]);
    ck_assert_uint_eq(report.failed, 0);
    ck_assert_uint_eq(report.unsupported, sums.outcomes[2]);
}
END_TEST

/* Rules whose subject does not exist here: TLS and files. */
START_TEST(each_rule_has_a_case)
{
    for (int rule = 1; rule <= 33; rule++) {
        char name[16];
        bool found = rule == 19;
        (void)snprintf(name, sizeof(name), "T%d", rule);
        for (int i = 0; i < count_cases(); i++)
            found = found || strcmp(bight_conformance_case_at((size_t)i)->rule,
                                    name) == 0;
        ck_assert_msg(found, "%s has no case", name);
    }
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("conformance");
    TCase *tcase = leaks_test_case(suite, "conformance");
    int cases = count_cases();
    printf("%d cases; unsupported over tcp %zu, unix %zu, memory %zu\n", cases,
           gaps_of(&bight_conformance_tcp), gaps_of(&bight_conformance_unix),
           gaps_of(&bight_conformance_memory));
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, suite_tells_of_each_case_until_told_to_stop);
    tcase_add_test(tcase, each_rule_has_a_case);
    int wires = getenv("BIGHT_VALGRIND") != NULL ? 3 : (int)VARIANTS;
    tcase_add_loop_test(tcase, conforms, 0, cases * wires);
    return suite;
}
