/* SPDX-License-Identifier: MIT */
/*
 * Tables of today before a host of tomorrow, in which each has grown: the
 * judges are compiled anew against headers with more members, see
 * tests/CMakeLists.txt.
 */
#include <bight/plugin.h>
#include <bight/transport.h>

#include "plugin/check.h"
#include "suite.h"

static bight_error build(void *shared, const bight_address *peer,
                         const bight_protocol **ret_protocol)
{
    (void)shared, (void)peer, (void)ret_protocol;
    return bight_error_of(BIGHT_ERROR_NOT_FOUND);
}

struct values {
    int64_t number;
};

static const bight_option options[] = {
    {"number", BIGHT_OPTION_INT, offsetof(struct values, number), "7", 1, 9,
     .help = "how many"},
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct values);

static const bight_factory factory = {.size = sizeof(bight_factory),
                                      .build = build};

static void check_passes(const bight_plugin *plugin)
{
    bight_plugin copy;
    char said[256];
    bight_error error = bight__plugin_check(plugin, NULL, &copy);
    (void)bight_error_format(error, said, sizeof(said));
    ck_assert_msg(!bight_failed(error), "%s", said);
}

START_TEST(a_filter_of_today_passes)
{
    const bight_plugin plugin = {.head = BIGHT_PLUGIN_HEAD,
                                 .name = "filter",
                                 .summary = "a filter",
                                 .filter = &bight_trace};
    check_passes(&plugin);
}
END_TEST

START_TEST(a_factory_of_today_that_builds_passes)
{
    const bight_plugin plugin = {.head = BIGHT_PLUGIN_HEAD,
                                 .name = "factory",
                                 .summary = "a factory",
                                 .factory = &factory};
    check_passes(&plugin);
}
END_TEST

START_TEST(options_of_today_pass)
{
    const bight_plugin plugin = {.head = BIGHT_PLUGIN_HEAD,
                                 .name = "factory",
                                 .summary = "a factory",
                                 .factory = &factory,
                                 .options = &table};
    check_passes(&plugin);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("plugin.grown");
    TCase *tcase = tcase_create("grown");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_filter_of_today_passes);
    tcase_add_test(tcase, a_factory_of_today_that_builds_passes);
    tcase_add_test(tcase, options_of_today_pass);
    return suite;
}
