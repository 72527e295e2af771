/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* E9: the register of kinds, and wrappers in use. */
#include "endpoint/kinds.h"

#include <pthread.h>

#include <bight/alloc.h>
#include <bight/filter.h>
#include <bight/log.h>

#include "faults.h"
#include "leaks.h"
#include "suite.h"
#include "told.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bight_deferred *use_nothing(bight_loop *loop,
                                   const bight_endpoint *endpoint,
                                   const bight_factory *factory,
                                   const bight_owner_options *options)
{
    (void)endpoint, (void)factory, (void)options;
    return bight_deferred_rejected(loop, bight_error_of(BIGHT_ERROR_NOT_FOUND));
}

static const bight_endpoint_field no_fields[] = {{.name = NULL}};

/* A kind that is right, to make a wrong one of. */
static bight_endpoint_kind a_kind(const char *name)
{
    return (bight_endpoint_kind){.size = sizeof(bight_endpoint_kind),
                                 .name = name,
                                 .summary = "a kind of tests",
                                 .sides = BIGHT_ENDPOINT_BOTH,
                                 .fields = no_fields,
                                 .field_size = sizeof(no_fields[0]),
                                 .listen = use_nothing,
                                 .connect = use_nothing};
}

static bight_error parse(const char *text, bight_endpoint **ret_endpoint,
                         bight_diagnostic *ret_diagnostic)
{
    return bight_endpoint_parse(bight_bytes_text(text), BIGHT_ENDPOINT_SERVER,
                                ret_endpoint, ret_diagnostic);
}

/* -- registering ---------------------------------------------------------- */

START_TEST(E9_the_librarys_own_tables_are_right_and_sorted)
{
    const bight_endpoint_kind *kind;
    const char *before = "";
    size_t i = 0;
    for (; (kind = bight_endpoint_kind_at(i)) != NULL; i++) {
        bight_error error = bight__endpoint_kind_check(kind);
        ck_assert_msg(!bight_failed(error), "%s", bight_error_detail(error));
        ck_assert_int_lt(strcmp(before, kind->name), 0);
        before = kind->name;
    }
    ck_assert_uint_ge(i, 6);
    ck_assert_ptr_null(bight_endpoint_kind_at(i + 100));
}
END_TEST

START_TEST(E9_a_registered_kind_is_parsed_and_listed_in_hints)
{
    bight_endpoint *endpoint;
    bight_diagnostic d;
    bight_endpoint_kind kind = a_kind("quic");
    ck_assert(bight_failed(parse("quic", &endpoint, &d)));
    ck_assert_ok(bight_endpoint_register(&kind));
    ck_assert_ok(parse("quic", &endpoint, NULL));
    ck_assert_str_eq(bight_endpoint_kind_name(endpoint), "quic");
    bight_endpoint_free(endpoint);
    ck_assert(bight_failed(parse("quik", &endpoint, &d)));
    ck_assert_str_eq(d.hint, "did you mean 'quic'?  known: fd memory quic "
                             "systemd tcp trace unix");
}
END_TEST

START_TEST(E9_a_name_is_taken_once)
{
    bight_endpoint_kind kind = a_kind("once");
    ck_assert_ok(bight_endpoint_register(&kind));
    ck_assert_error(bight_endpoint_register(&kind), BIGHT_ERROR_BUSY);
    kind = a_kind("tcp");
    ck_assert_error(bight_endpoint_register(&kind), BIGHT_ERROR_BUSY);
}
END_TEST

START_TEST(E9_a_registered_kind_is_used)
{
    struct told told;
    bight_deferred *deferred;
    bight_endpoint_kind kind = a_kind("used");
    ck_assert_ok(bight_endpoint_register(&kind));
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_VIRTUAL);
    ck_assert_ok(
        bight_connect(scene.loop, "used", &scene_clients, NULL, &deferred));
    told_await(&told, deferred);
    ck_assert_error(told.error, BIGHT_ERROR_NOT_FOUND);
    scene_end();
}
END_TEST

/* A table that was compiled against a shorter field. */
START_TEST(E9_tables_of_another_size_are_copied)
{
    struct short_field {
        const char *name;
        bight_endpoint_type type;
        bool positional;
        unsigned sides;
        unsigned required;
        uint32_t min, max;
        const char *stands_for;
    };
    struct short_field fields[] = {{.name = "size"}, {.name = NULL}};
    bight_endpoint_kind kind = a_kind("sizes");
    kind.fields = (const bight_endpoint_field *)fields;
    kind.field_size = sizeof(fields[0]);
    /* No help: the shorter table could not have it, and so is refused. */
    fields[0].type = BIGHT_ENDPOINT_TEXT;
    fields[0].sides = BIGHT_ENDPOINT_BOTH;
    bight_error error = bight_endpoint_register(&kind);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    ck_assert_str_eq(bight_error_detail(error),
                     "endpoint type 'sizes': 'size' has no line of help");
}
END_TEST

START_TEST(E9_a_longer_table_is_cut)
{
    struct long_field {
        bight_endpoint_field field;
        uint64_t more[3];
    };
    static const struct long_field fields[] = {
        {.field = {.name = "first",
                   .type = BIGHT_ENDPOINT_UINT,
                   .sides = BIGHT_ENDPOINT_BOTH,
                   .max = 9,
                   .help = "one"}},
        {.field = {.name = "second",
                   .type = BIGHT_ENDPOINT_BOOL,
                   .sides = BIGHT_ENDPOINT_BOTH,
                   .help = "two"}},
        {.field = {.name = NULL}}};
    bight_endpoint *endpoint;
    bight_endpoint_kind kind = a_kind("longer");
    kind.fields = &fields[0].field;
    kind.field_size = sizeof(fields[0]);
    ck_assert_ok(bight_endpoint_register(&kind));
    ck_assert_ok(parse("longer:second=yes:first=7", &endpoint, NULL));
    ck_assert_uint_eq(bight_endpoint_uint(endpoint, "first", 0), 7);
    ck_assert(bight_endpoint_bool(endpoint, "second", false));
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(S3_a_kind_without_memory_is_not_known)
{
    bight_endpoint *endpoint;
    bight_endpoint_kind kind = a_kind("starved");
    faults_begin();
    faults_fail_nth(1);
    ck_assert_error(bight_endpoint_register(&kind), BIGHT_ERROR_NO_MEMORY);
    faults_fail_nth(0);
    faults_end();
    ck_assert(bight_failed(parse("starved", &endpoint, NULL)));
}
END_TEST

START_TEST(E9_no_more_kinds_than_there_is_room_for)
{
    static char names[BIGHT__ENDPOINT_KINDS_MAX + 1][8];
    size_t count = 0;
    bight_error error = bight_ok();
    while (!bight_failed(error) && count <= BIGHT__ENDPOINT_KINDS_MAX) {
        (void)snprintf(names[count], sizeof(names[0]), "k%zu", count);
        bight_endpoint_kind kind = a_kind(names[count++]);
        error = bight_endpoint_register(&kind);
    }
    ck_assert_error(error, BIGHT_ERROR_RANGE);
    ck_assert_ptr_nonnull(
        bight_endpoint_kind_at(BIGHT__ENDPOINT_KINDS_MAX - 1));
    ck_assert_ptr_null(bight_endpoint_kind_at(BIGHT__ENDPOINT_KINDS_MAX));
    bight_endpoint *endpoint;
    ck_assert_ok(parse("k7", &endpoint, NULL));
    bight_endpoint_free(endpoint);
}
END_TEST

/* -- tables that are wrong ------------------------------------------------ */

#define TEXT BIGHT_ENDPOINT_TEXT
#define BOTH BIGHT_ENDPOINT_BOTH
#define CLIENT BIGHT_ENDPOINT_CLIENT

static const struct {
    bight_endpoint_field field;
    const char *detail;
} wrong_fields[] = {
    {{"X", TEXT, false, BOTH, 0, 0, 0, NULL, NULL, "a field"},
     "'X' is no name for a field"},
    {{"", TEXT, false, BOTH, 0, 0, 0, NULL, NULL, "a field"},
     "'' is no name for a field"},
    {{"x", (bight_endpoint_type)0, false, BOTH, 0, 0, 0, NULL, NULL, "a field"},
     "'x' has no type that is known here"},
    {{"x", (bight_endpoint_type)9, false, BOTH, 0, 0, 0, NULL, NULL, "a field"},
     "'x' has no type that is known here"},
    {{"x", TEXT, false, 0, 0, 0, 0, NULL, NULL, "a field"},
     "'x' is for no side, or for one that the type is not for"},
    {{"x", TEXT, false, 7, 0, 0, 0, NULL, NULL, "a field"},
     "'x' is for no side, or for one that the type is not for"},
    {{"x", TEXT, false, CLIENT, BOTH, 0, 0, NULL, NULL, "a field"},
     "'x' is required where it may not be"},
    {{"x", TEXT, false, BOTH, 0, 2, 1, NULL, NULL, "a field"},
     "'x' has its limits the wrong way round"},
    {{"x", TEXT, false, BOTH, 0, 0, 0, "y", NULL, "a field"},
     "'x' stands for no argument of its type"},
    {{"x", TEXT, false, BOTH, 0, 0, 0, "x", NULL, "a field"},
     "'x' stands for no argument of its type"},
    {{"x", TEXT, false, BOTH, 0, 0, 0, NULL, NULL, NULL},
     "'x' has no line of help"},
    {{"x", TEXT, false, BOTH, 0, 0, 0, NULL, NULL, "two\nlines"},
     "'x' has no line of help"},
    {{"x", TEXT, false, BOTH, 0, 0, 0, NULL, NULL, "\033[2Jclears"},
     "'x' has no line of help"},
};

START_TEST(E9_a_field_that_is_wrong_is_named)
{
    bight_endpoint_field fields[2] = {wrong_fields[_i].field, {.name = NULL}};
    char expected[128];
    bight_endpoint_kind kind = a_kind("wrong");
    kind.fields = fields;
    bight_error error = bight_endpoint_register(&kind);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    (void)snprintf(expected, sizeof(expected), "endpoint type 'wrong': %s",
                   wrong_fields[_i].detail);
    ck_assert_str_eq(bight_error_detail(error), expected);
}
END_TEST

static void check_wrong(const bight_endpoint_kind *kind, const char *detail)
{
    bight_error error = bight_endpoint_register(kind);
    ck_assert_error(error, BIGHT_ERROR_INVALID);
    ck_assert_str_eq(bight_error_detail(error), detail);
}

START_TEST(E9_a_kind_that_is_wrong_says_how)
{
    bight_endpoint_kind kind = a_kind("Upper");
    check_wrong(&kind, "endpoint type 'Upper' is no name for a type");
    kind = a_kind(NULL);
    check_wrong(&kind, "endpoint type '?' is no name for a type");
    kind = a_kind("wrong");
    kind.size = 8;
    check_wrong(&kind, "a kind's table without its sizes or fields");
    kind = a_kind("wrong");
    kind.field_size = 0;
    check_wrong(&kind, "a kind's table without its sizes or fields");
    kind = a_kind("wrong");
    kind.fields = NULL;
    check_wrong(&kind, "a kind's table without its sizes or fields");
    kind = a_kind("wrong");
    kind.summary = NULL;
    check_wrong(&kind, "endpoint type 'wrong' has no line of summary");
    kind.summary = "\033[31mred";
    check_wrong(&kind, "endpoint type 'wrong' has no line of summary");
    kind = a_kind("wrong");
    kind.sides = 0;
    check_wrong(&kind, "endpoint type 'wrong' is for no side");
    kind = a_kind("wrong");
    kind.listen = NULL;
    check_wrong(&kind,
                "endpoint type 'wrong' is for servers, but cannot listen");
    kind = a_kind("wrong");
    kind.connect = NULL;
    check_wrong(&kind,
                "endpoint type 'wrong' is for clients, but cannot connect");
    kind = a_kind("wrong");
    kind.wrapper = kind.bare = true;
    check_wrong(&kind, "endpoint type 'wrong' is a wrapper that is written as "
                       "an address");
}
END_TEST

START_TEST(E9_fields_are_in_order_and_there_once)
{
    bight_endpoint_field fields[40] = {
        {"x", TEXT, false, BOTH, 0, 0, 0, NULL, NULL, "a field"},
        {"x", TEXT, false, BOTH, 0, 0, 0, NULL, NULL, "a field"},
    };
    bight_endpoint_kind kind = a_kind("wrong");
    kind.fields = fields;
    check_wrong(&kind, "endpoint type 'wrong': 'x' is there twice");
    fields[1].name = "y";
    fields[1].positional = true;
    check_wrong(&kind,
                "endpoint type 'wrong': 'y' is an argument behind a key");
    kind.wrapper = true;
    check_wrong(&kind, "endpoint type 'wrong': 'y' is an argument, and "
                       "wrappers have keys only");
    for (size_t i = 0; i < 39; i++)
        fields[i] = fields[0];
    check_wrong(&kind, "endpoint type 'wrong' has too many fields");
}
END_TEST

/* -- threads -------------------------------------------------------------- */

static void *parse_often(void *arg)
{
    bight_endpoint *endpoint;
    for (int i = 0; i < 300; i++) {
        if (bight_failed(parse("tcp:8080:backlog=7", &endpoint, NULL)))
            return NULL;
        bight_endpoint_free(endpoint);
    }
    return arg;
}

static void *register_many(void *arg)
{
    static char names[20][8];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(names[i], sizeof(names[0]), "t%d", i);
        bight_endpoint_kind kind = a_kind(names[i]);
        if (bight_failed(bight_endpoint_register(&kind)))
            return NULL;
    }
    return arg;
}

START_TEST(E9_threads_parse_while_others_register)
{
    static char done;
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL,
                                        i == 0 ? register_many : parse_often,
                                        &done),
                         0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *result;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_eq(result, &done);
    }
}
END_TEST

/* -- wrappers ------------------------------------------------------------- */

static struct trace trace;

static void note_piece(void *ctx, const bight_transport *t, bool incoming,
                       bight_bytes data)
{
    (void)t, (void)data;
    trace_add(&trace, "%s%s", incoming ? "<" : ">", (const char *)ctx);
}

static char tag_a[] = "a", tag_b[] = "b";
static const bight_trace_options as_a = {
    .size = sizeof(as_a), .fn = note_piece, .ctx = tag_a};
static const bight_trace_options as_b = {
    .size = sizeof(as_b), .fn = note_piece, .ctx = tag_b};

static bight_deferred *note_use(bight_loop *loop,
                                const bight_endpoint *endpoint,
                                const bight_factory *factory,
                                const bight_owner_options *options)
{
    bool is_a = strcmp(bight_endpoint_value(endpoint, "tag"), "a") == 0;
    const bight_filter_use use = {.filter = &bight_trace,
                                  .options = is_a ? &as_a : &as_b};
    return bight_endpoint_wrap(loop, endpoint, factory, options, &use);
}

static const bight_endpoint_field note_fields[] = {
    {.name = "tag",
     .type = BIGHT_ENDPOINT_TEXT,
     .sides = BIGHT_ENDPOINT_BOTH,
     .required = BIGHT_ENDPOINT_BOTH,
     .help = "what it says"},
    {.name = NULL}};

static void register_note(void)
{
    bight_endpoint_kind kind = a_kind("note");
    kind.wrapper = true;
    kind.fields = note_fields;
    kind.listen = kind.connect = note_use;
    ck_assert_ok(bight_endpoint_register(&kind));
}

/* What is written passes the outermost first, and comes back the other way. */
START_TEST(E9_the_innermost_wrapper_is_the_nearest_to_the_wire)
{
    register_note();
    trace = (struct trace){.length = 0};
    scene_begin(WIRE_TCP, BIGHT_LOOP_MANUAL_CLOCK);
    scene.echo = true;
    bight_port *port = told_listen("tcp:127.0.0.1:0");
    char description[96];
    (void)snprintf(description, sizeof(description),
                   "note:tag=a:note:tag=b:127.0.0.1:%u",
                   bight_listener_address(bight_port_listener(port, 0)).port);
    bight_transport *t = told_connect(description);
    (void)bight_transport_write(t, BIGHT_BYTES("x"));
    ck_run_until(scene_last_client()->size == 1);
    ck_assert_trace(&trace, ">a >b <b <a");
    bight_transport_unref(t);
    bight_port_close(port);
    scene_end();
}
END_TEST

START_TEST(E9_filters_of_the_program_are_above_the_wrappers)
{
    const bight_filter_use use = {.filter = &bight_trace, .options = &as_b};
    register_note();
    trace = (struct trace){.length = 0};
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_MANUAL_CLOCK);
    scene.options.filters = &use;
    scene.options.filter_count = 1;
    scene.echo = true;
    bight_port *port = told_listen("note:tag=a:memory:s");
    bight_transport *t = told_connect("memory:s");
    (void)bight_transport_write(t, BIGHT_BYTES("x"));
    ck_run_until(scene_last_client()->size == 1);
    ck_assert_trace(&trace, "<a <b >b >a");
    bight_transport_unref(t);
    bight_port_close(port);
    scene_end();
}
END_TEST

START_TEST(E9_too_many_wrappers_are_the_deferreds_error)
{
    struct told told;
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_MANUAL_CLOCK);
    told_await(&told, told_listening("trace:trace:trace:trace:trace:memory:s"));
    ck_assert_str_eq(told.text,
                     "trace: more than 4 filters: not valid (INVALID)");
    scene_end();
}
END_TEST

static void keep_line(void *ctx, const bight_log_record *record)
{
    char line[256];
    (void)ctx;
    if (strcmp(record->event, "trace") != 0)
        return;
    (void)bight_log_format_text(record, line, sizeof(line));
    trace_add(&trace, "%s;", strstr(line, "way="));
}

START_TEST(E9_trace_logs_what_passes_as_text_or_in_hex)
{
    trace = (struct trace){.length = 0};
    ck_assert_ok(bight_log_set_sink(keep_line, NULL, BIGHT_LOG_INFO));
    scene_begin(WIRE_MEMORY, BIGHT_LOOP_MANUAL_CLOCK);
    bight_port *port = told_listen("trace:memory:s");
    bight_transport *t = told_connect("trace:hex=yes:memory:s");
    (void)bight_transport_write(t, BIGHT_BYTES("hi"));
    ck_run_until(scene_last_server()->size == 2);
    ck_assert_trace(&trace, "way=out bytes=2 hex=6869; "
                            "way=in bytes=2 text=hi;");
    ck_assert_ok(bight_log_set_sink(NULL, NULL, BIGHT_LOG_INFO));
    bight_transport_unref(t);
    bight_port_close(port);
    scene_end();
}
END_TEST

static void add_register(Suite *suite)
{
    TCase *tcase = tcase_create("register");
    tcase_set_tags(tcase, "fork");
    tcase_add_test(tcase, E9_a_registered_kind_is_parsed_and_listed_in_hints);
    tcase_add_test(tcase, E9_a_name_is_taken_once);
    tcase_add_test(tcase, E9_a_registered_kind_is_used);
    tcase_add_test(tcase, E9_a_longer_table_is_cut);
    tcase_add_test(tcase, E9_no_more_kinds_than_there_is_room_for);
    tcase_add_test(tcase, E9_threads_parse_while_others_register);
    tcase_add_test(tcase, E9_the_innermost_wrapper_is_the_nearest_to_the_wire);
    tcase_add_test(tcase, E9_filters_of_the_program_are_above_the_wrappers);
    suite_add_tcase(suite, tcase);
}

static void add_wrong(Suite *suite)
{
    TCase *tcase = tcase_create("wrong tables");
    tcase_add_test(tcase, E9_the_librarys_own_tables_are_right_and_sorted);
    tcase_add_test(tcase, E9_tables_of_another_size_are_copied);
    tcase_add_test(tcase, S3_a_kind_without_memory_is_not_known);
    tcase_add_loop_test(tcase, E9_a_field_that_is_wrong_is_named, 0,
                        COUNT(wrong_fields));
    tcase_add_test(tcase, E9_a_kind_that_is_wrong_says_how);
    tcase_add_test(tcase, E9_fields_are_in_order_and_there_once);
    suite_add_tcase(suite, tcase);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("endpoint.kinds");
    add_register(suite);
    add_wrong(suite);
    TCase *tcase = leaks_test_case(suite, "wrappers");
    tcase_add_test(tcase, E9_too_many_wrappers_are_the_deferreds_error);
    tcase_add_test(tcase, E9_trace_logs_what_passes_as_text_or_in_hex);
    return suite;
}
