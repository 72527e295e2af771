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
}

START_TEST(conforms)
{
    size_t cases = 0;
    while (bight_conformance_case_at(cases) != NULL)
        cases++;
    conform(&variants[(size_t)_i / cases], (size_t)_i % cases);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("conformance");
    TCase *tcase = leaks_test_case(suite, "conformance");
    int cases = 0;
    while (bight_conformance_case_at((size_t)cases) != NULL)
        cases++;
    tcase_set_timeout(tcase, 30);
    int wires = getenv("BIGHT_VALGRIND") != NULL ? 3 : (int)VARIANTS;
    tcase_add_loop_test(tcase, conforms, 0, cases * wires);
    return suite;
}
