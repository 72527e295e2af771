/* SPDX-License-Identifier: MIT */
/* The register: which descriptors it takes, and what it makes of them. */
#include <string.h>

#include "faults.h"
#include "fixture.h"
#include "leaks.h"
#include "suite.h"

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .name = "p",
};
static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .protocol = &protocol,
};

/* A sound one, which each test spoils; its tables are copied into statics, for
 * what is accepted stays. */
static bight_plugin sound(void)
{
    return (bight_plugin){
        .head = BIGHT_PLUGIN_HEAD,
        .name = "sound",
        .version = "1",
        .summary = "a plugin",
        .protocol = &protocol,
    };
}

static void assert_refused(const bight_plugin *plugin, bight_code code,
                           const char *words)
{
    bight_error error = bight_plugin_register(plugin);
    ck_assert_error(error, (int32_t)code);
    ck_assert_msg(strstr(said(error), words) != NULL, "'%s' without '%s'",
                  said(error), words);
    ck_assert_ptr_null(bight_plugin_at(0));
}

/* -- descriptors that are refused ------------------------------------------ */

START_TEST(the_head_is_judged_before_all_else)
{
    bight_plugin plugin = sound();
    /* So much of a stranger may be read. */
    bight_plugin_head alone = {BIGHT_PLUGIN_MAGIC, 0, 7, 3, 0};
    assert_refused(NULL, BIGHT_ERROR_INVALID, "no descriptor");
    plugin.head.magic++;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "magic number");
    assert_refused((const bight_plugin *)(const void *)&alone,
                   BIGHT_ERROR_UNSUPPORTED,
                   "built for plugin ABI 7.3, this bight has 0.1");
    plugin = sound();
    plugin.head.features = 5;
    assert_refused(&plugin, BIGHT_ERROR_UNSUPPORTED,
                   "it needs features 0x5 that this bight does not have");
}
END_TEST

START_TEST(a_size_that_no_descriptor_of_the_ABI_has_is_refused)
{
    static const uint32_t sizes[] = {0, 16, offsetof(bight_plugin, factory) - 1,
                                     sizeof(bight_plugin) + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        bight_plugin plugin = sound();
        plugin.head.size = sizes[i];
        assert_refused(&plugin, BIGHT_ERROR_INVALID, "is none of ABI 0.1");
    }
}
END_TEST

START_TEST(names_are_short_and_plain)
{
    static const char *const names[] = {
        "",
        "Echo",
        "1st",
        "-a",
        "a_b",
        "a b",
        "a/b",
        "../a",
        "caf\xc3\xa9",
        "a2345678901234567890123456789012",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        bight_plugin plugin = sound();
        plugin.name = names[i];
        assert_refused(&plugin, BIGHT_ERROR_INVALID,
                       "its name is not [a-z][a-z0-9-]*");
    }
}
END_TEST

START_TEST(what_is_missing_is_named)
{
    bight_plugin plugin = sound();
    plugin.name = NULL;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "it has no name");
    plugin = sound();
    plugin.summary = NULL;
    assert_refused(&plugin, BIGHT_ERROR_INVALID,
                   "plugin sound: it has no summary");
}
END_TEST

START_TEST(texts_are_lines_for_a_terminal)
{
    bight_plugin plugin = sound();
    plugin.summary = "";
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its summary is not a line");
    plugin.summary = "a\nb";
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its summary is not a line");
    plugin.summary = "\033[2J";
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its summary is not a line");
    plugin.summary = "1234567890123456789012345678901234567890"
                     "123456789012345678901";
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its summary is not a line");
    plugin = sound();
    plugin.version = "";
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its version is not a line");
    plugin.version = "12345678901234567890123456789012";
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its version is not a line");
}
END_TEST

START_TEST(exactly_one_table_is_given)
{
    static const bight_option_table no_options = {
        sizeof(bight_option_table), sizeof(bight_option), NULL, 0, 0};
    bight_plugin plugin = sound();
    plugin.protocol = NULL;
    assert_refused(&plugin, BIGHT_ERROR_INVALID,
                   "it has no protocol, factory, endpoint or filter");
    plugin.filter = &bight_trace;
    plugin.options = &no_options;
    assert_refused(&plugin, BIGHT_ERROR_INVALID,
                   "it has options, but neither a protocol nor a factory");
    plugin = sound();
    plugin.factory = &factory;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "it has more than one of");
    plugin = sound();
    plugin.filter = &bight_trace;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "it has more than one of");
}
END_TEST

START_TEST(tables_are_long_enough_and_whole)
{
    bight_protocol short_protocol = protocol;
    bight_factory wrong = {.size = sizeof(bight_factory)};
    bight_filter lame = {.size = sizeof(bight_filter)};
    bight_plugin plugin = sound();
    short_protocol.size = 8;
    plugin.protocol = &short_protocol;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "protocol's table is too");
    plugin.protocol = NULL;
    plugin.factory = &wrong;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its factory has no protocol");
    wrong.protocol = &short_protocol;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "protocol's table is too");
    wrong.size = 0;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "factory's table is too");
    plugin.factory = NULL;
    plugin.filter = &lame;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "its filter lacks a side");
    lame.size = 8;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "filter's table is too short");
}
END_TEST

/* -- options --------------------------------------------------------------- */

static void assert_option_refused(bight_option option, const char *words)
{
    const bight_option_table table = {sizeof(table), sizeof(option), &option, 1,
                                      16};
    bight_plugin plugin = sound();
    plugin.options = &table;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, words);
}

START_TEST(option_tables_are_sane)
{
    static const char *const no_choices[] = {NULL};
    bight_option option = {"size", BIGHT_OPTION_INT, 0, .help = "how many"};
    option.name = "Size";
    assert_option_refused(option, "an option's name is not [a-z][a-z0-9-]*");
    option.name = NULL;
    assert_option_refused(option, "an option's name is not [a-z][a-z0-9-]*");
    option.name = "size";
    option.help = NULL;
    assert_option_refused(option, "option 'size' has no line of help");
    option.help = "one\ntwo";
    assert_option_refused(option, "option 'size' has no line of help");
    option.help = "how many";
    option.offset = 9;
    assert_option_refused(option, "option 'size' lies outside of the values");
    option.offset = 0;
    option.type = (bight_option_type)99;
    assert_option_refused(option, "option 'size' is of an unknown type");
    option.type = BIGHT_OPTION_ENUM;
    option.choices = no_choices;
    assert_option_refused(option, "option 'size' has no choices");
    option.type = BIGHT_OPTION_INT;
    option.default_text = "many";
    assert_option_refused(option, "size: 'many' is not a");
}
END_TEST

START_TEST(option_tables_have_the_sizes_of_one)
{
    static const bight_option option = {"a", BIGHT_OPTION_INT, 0, .help = "a"};
    bight_option_table table = {sizeof(table), sizeof(option), &option, 1, 16};
    bight_plugin plugin = sound();
    plugin.options = &table;
    table.size = 8;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "not the sizes of one");
    table.size = sizeof(table);
    table.stride = 8;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "not the sizes of one");
    table.stride = sizeof(option);
    table.options = NULL;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "not the sizes of one");
    table.options = &option;
    table.values_size = 1024 * 1024;
    assert_refused(&plugin, BIGHT_ERROR_INVALID, "larger than 64k");
}
END_TEST

START_TEST(options_of_the_program_s_own_are_refused)
{
    static const char *const names[] = {"json", "quiet", NULL};
    bight_plugin_reserve(names);
    assert_option_refused(
        (bight_option){"quiet", BIGHT_OPTION_BOOL, 0, .help = "no noise"},
        "plugin sound: option 'quiet' is named like one of the program's own");
    bight_plugin_reserve(NULL);
}
END_TEST

/* -- what is taken --------------------------------------------------------- */

START_TEST(a_linked_plugin_is_known_under_its_name)
{
    static const bight_plugin plugin = {
        .head = BIGHT_PLUGIN_HEAD,
        .name = "linked",
        .summary = "a plugin",
        .protocol = &protocol,
    };
    const bight_plugin_entry *entry;
    ck_assert_ok(bight_plugin_register(&plugin));
    ck_assert_ok(bight_plugin_register(&plugin));
    ck_assert_ok(bight_plugin_find("linked", &entry));
    ck_assert_ptr_null(entry->path);
    ck_assert_ptr_eq(entry->factory->protocol, &protocol);
    ck_assert_uint_eq(entry->factory->size, sizeof(bight_factory));
    ck_assert_str_eq(entry->factory->name, "linked");
    ck_assert_ptr_eq(bight_plugin_at(0), entry);
    ck_assert_ptr_null(bight_plugin_at(1));
}
END_TEST

START_TEST(a_name_belongs_to_who_came_first)
{
    static const bight_plugin first = {.head = BIGHT_PLUGIN_HEAD,
                                       .name = "one",
                                       .summary = "a plugin",
                                       .factory = &factory};
    bight_plugin second = sound();
    second.name = "one";
    ck_assert_ok(bight_plugin_register(&first));
    bight_error error = bight_plugin_register(&second);
    ck_assert_error(error, BIGHT_ERROR_BUSY);
    ck_assert_str_eq(said(error), "plugin one: the name 'one' is taken by one "
                                  "linked in: in use already (BUSY)");
    ck_assert_ptr_eq(bight_plugin_at(0)->factory, &factory);
}
END_TEST

START_TEST(they_are_sorted_by_name)
{
    static bight_plugin many[40];
    static char names[40][8];
    for (size_t i = 0; i < 40; i++) {
        size_t k = i * 17 % 40;
        (void)snprintf(names[k], sizeof(names[k]), "p%02zu", k);
        many[k] = sound();
        many[k].name = names[k];
        ck_assert_ok(bight_plugin_register(&many[k]));
    }
    for (size_t i = 0; i < 40; i++)
        ck_assert_str_eq(bight_plugin_at(i)->plugin.name, names[i]);
    ck_assert_ptr_null(bight_plugin_at(40));
}
END_TEST

static bight_deferred *no_use(bight_loop *loop, const bight_endpoint *endpoint,
                              const bight_factory *unused,
                              const bight_owner_options *options)
{
    (void)loop;
    (void)endpoint;
    (void)unused;
    (void)options;
    return NULL;
}

static const bight_endpoint_field fields[] = {{.name = NULL}};

START_TEST(a_kind_of_endpoint_is_known_to_the_parser_too)
{
    static const bight_endpoint_kind kind = {.size = sizeof(kind),
                                             .name = "pigeon",
                                             .summary = "by air",
                                             .sides = BIGHT_ENDPOINT_BOTH,
                                             .fields = fields,
                                             .field_size = sizeof(fields[0]),
                                             .listen = no_use,
                                             .connect = no_use};
    static const bight_plugin plugin = {.head = BIGHT_PLUGIN_HEAD,
                                        .name = "pigeons",
                                        .summary = "a plugin",
                                        .endpoint = &kind};
    bight_endpoint *endpoint;
    ck_assert_ok(bight_plugin_register(&plugin));
    ck_assert_ptr_null(bight_plugin_at(0)->factory);
    ck_assert_ok(bight_endpoint_parse(BIGHT_BYTES("pigeon:"),
                                      BIGHT_ENDPOINT_SERVER, &endpoint, NULL));
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(a_kind_that_the_parser_refuses_makes_no_plugin)
{
    static const bight_endpoint_kind kind = {.size = sizeof(kind),
                                             .name = "tcp",
                                             .summary = "not that one",
                                             .sides = BIGHT_ENDPOINT_BOTH,
                                             .fields = fields,
                                             .field_size = sizeof(fields[0]),
                                             .listen = no_use,
                                             .connect = no_use};
    bight_plugin plugin = sound();
    plugin.protocol = NULL;
    plugin.endpoint = &kind;
    assert_refused(&plugin, BIGHT_ERROR_BUSY,
                   "endpoint type 'tcp' is known already");
}
END_TEST

START_TEST(a_filter_is_kept_for_who_asks)
{
    static const bight_plugin plugin = {.head = BIGHT_PLUGIN_HEAD,
                                        .name = "tracing",
                                        .summary = "a plugin",
                                        .filter = &bight_trace};
    const bight_plugin_entry *entry;
    ck_assert_ok(bight_plugin_register(&plugin));
    ck_assert_ok(bight_plugin_find("tracing", &entry));
    ck_assert_ptr_eq(entry->plugin.filter, &bight_trace);
    ck_assert_ptr_null(entry->factory);
}
END_TEST

/* S3 */
START_TEST(without_memory_nothing_is_known_and_nothing_lost)
{
    static const bight_option option = {"text", BIGHT_OPTION_STRING, 0, "x",
                                        .help = "a text"};
    static const bight_option_table table = {sizeof(table), sizeof(option),
                                             &option, 1, sizeof(char *)};
    static bight_plugin plugin;
    bight_error error;
    uint64_t n = 0;
    plugin = sound();
    plugin.options = &table;
    faults_begin();
    do {
        faults_fail_nth(++n);
        error = bight_plugin_register(&plugin);
        faults_fail_nth(0);
        if (bight_failed(error)) {
            ck_assert_error(error, BIGHT_ERROR_NO_MEMORY);
            ck_assert_ptr_null(bight_plugin_at(0));
            ck_assert_uint_eq(faults_live(), 0);
        }
    } while (bight_failed(error));
    faults_end();
    ck_assert_uint_ge(n, 4);
    ck_assert_ptr_nonnull(bight_plugin_at(0));
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("plugin.registry");
    TCase *refused = leaks_test_case(suite, "refused");
    tcase_add_test(refused, the_head_is_judged_before_all_else);
    tcase_add_test(refused,
                   a_size_that_no_descriptor_of_the_ABI_has_is_refused);
    tcase_add_test(refused, names_are_short_and_plain);
    tcase_add_test(refused, what_is_missing_is_named);
    tcase_add_test(refused, texts_are_lines_for_a_terminal);
    tcase_add_test(refused, exactly_one_table_is_given);
    tcase_add_test(refused, tables_are_long_enough_and_whole);
    tcase_add_test(refused, option_tables_are_sane);
    tcase_add_test(refused, option_tables_have_the_sizes_of_one);
    tcase_add_test(refused, options_of_the_program_s_own_are_refused);
    TCase *taken = tcase_create("taken");
    suite_add_tcase(suite, taken);
    /* Each counts what the process knows. */
    tcase_set_tags(taken, "fork");
    tcase_add_test(taken, a_linked_plugin_is_known_under_its_name);
    tcase_add_test(taken, a_name_belongs_to_who_came_first);
    tcase_add_test(taken, they_are_sorted_by_name);
    tcase_add_test(taken, a_kind_of_endpoint_is_known_to_the_parser_too);
    tcase_add_test(taken, a_kind_that_the_parser_refuses_makes_no_plugin);
    tcase_add_test(taken, a_filter_is_kept_for_who_asks);
    tcase_add_test(taken, without_memory_nothing_is_known_and_nothing_lost);
    return suite;
}
