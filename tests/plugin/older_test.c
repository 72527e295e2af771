/* SPDX-License-Identifier: MIT */
/* Plugins of an older plugin ABI, whose tables are shorter than the host's. */
#include "fixture.h"
#include "suite.h"
#include "talk.h"

static struct talk talk;

START_TEST(what_an_older_descriptor_lacks_is_NULL)
{
    const bight_plugin *plugin = &fixture_load(FIXTURE("older"))->plugin;
    ck_assert_uint_eq(plugin->head.abi_major, BIGHT_PLUGIN_ABI_MAJOR);
    ck_assert_uint_lt(plugin->head.abi_minor, BIGHT_PLUGIN_ABI_MINOR);
    ck_assert_uint_lt(plugin->head.size, sizeof(*plugin));
    ck_assert_uint_lt(plugin->protocol->size, sizeof(bight_protocol));
    ck_assert_ptr_null(plugin->options);
    ck_assert_ptr_null(plugin->endpoint);
    ck_assert_ptr_null(plugin->filter);
}
END_TEST

START_TEST(an_older_protocol_serves)
{
    const bight_plugin_entry *entry = fixture_load(FIXTURE("older"));
    talk_begin(&talk, entry->factory, NULL);
    talk_write(&talk, BIGHT_BYTES("abc"));
    talk_run(&talk);
    talk_write(&talk, BIGHT_BYTES("de"));
    talk_run(&talk);
    ck_assert_received(&talk, BIGHT_BYTES("0abc3de"));
    talk_end(&talk);
}
END_TEST

/* It has no `draining`: the host's default closes the connection (E11). */
START_TEST(an_older_protocol_is_stopped_by_the_defaults)
{
    const bight_plugin_entry *entry = fixture_load(FIXTURE("older"));
    talk_begin(&talk, entry->factory, NULL);
    talk_run(&talk);
    bight_listener_drain(talk.listener, 1000, NULL, NULL);
    talk_run(&talk);
    ck_assert(talk.eof);
    talk_end(&talk);
}
END_TEST

START_TEST(an_older_factory_serves)
{
    const bight_plugin_entry *entry = fixture_load(FIXTURE("older_factory"));
    ck_assert_ptr_eq(entry->factory, entry->plugin.factory);
    ck_assert_uint_lt(entry->factory->size, sizeof(bight_factory));
    talk_begin(&talk, entry->factory, NULL);
    talk_run(&talk);
    ck_assert_received(&talk, BIGHT_BYTES("ok"));
    talk_end(&talk);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("plugin.older");
    TCase *tcase = tcase_create("older");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, what_an_older_descriptor_lacks_is_NULL);
    tcase_add_test(tcase, an_older_protocol_serves);
    tcase_add_test(tcase, an_older_protocol_is_stopped_by_the_defaults);
    tcase_add_test(tcase, an_older_factory_serves);
    return suite;
}
