/* SPDX-License-Identifier: MIT */
/* Descriptions that are right (E9, E14, L13): what they say. */
#include "endpoint/description.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/alloc.h>

#include "faults.h"
#include "suite.h"
#include "wrappers.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SERVER BIGHT_ENDPOINT_SERVER
#define CLIENT BIGHT_ENDPOINT_CLIENT

static bight_endpoint *parse(const char *text, bight_endpoint_side side)
{
    bight_endpoint *endpoint = NULL;
    bight_diagnostic d = {.message = ""};
    bight_error error = bight__endpoint_parse(bight_bytes_text(text), side,
                                              test_kinds(), &endpoint, &d);
    ck_assert_msg(!bight_failed(error), "'%s': %s", text, d.message);
    ck_assert_str_eq(d.message, "");
    return endpoint;
}

static const char *text_of(const bight_endpoint *endpoint)
{
    static char text[2 * BIGHT_ENDPOINT_TEXT_MAX];
    size_t length = bight_endpoint_format(endpoint, text, sizeof(text));
    ck_assert_uint_eq(length, strlen(text));
    return text;
}

START_TEST(a_server_needs_only_a_port)
{
    bight_endpoint *endpoint = parse("tcp:8080", SERVER);
    ck_assert_str_eq(bight_endpoint_kind_name(endpoint), "tcp");
    ck_assert_int_eq(bight_endpoint_get_side(endpoint), SERVER);
    ck_assert_ptr_null(bight_endpoint_host(endpoint));
    ck_assert_uint_eq(bight_endpoint_port(endpoint), 8080);
    ck_assert_ptr_null(bight_endpoint_path(endpoint));
    ck_assert_ptr_null(bight_endpoint_inner(endpoint));
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(a_host_comes_before_the_port)
{
    bight_endpoint *endpoint = parse("tcp:example.com:443", CLIENT);
    ck_assert_str_eq(bight_endpoint_host(endpoint), "example.com");
    ck_assert_uint_eq(bight_endpoint_port(endpoint), 443);
    ck_assert_str_eq(bight_endpoint_value(endpoint, "host"), "example.com");
    ck_assert_str_eq(bight_endpoint_value(endpoint, "port"), "443");
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(an_ipv6_host_is_given_without_its_brackets)
{
    static const char *const texts[] = {
        "tcp:[fe80::1%eth0]:80", "tcp:80:interface=[fe80::1%eth0]",
        "tcp://[fe80::1%eth0]:80", "tcp:fe80\\:\\:1%eth0:80"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        bight_endpoint *endpoint = parse(texts[i], SERVER);
        ck_assert_str_eq(bight_endpoint_host(endpoint), "fe80::1%eth0");
        ck_assert_str_eq(bight_endpoint_value(endpoint, "interface"),
                         "fe80::1%eth0");
        ck_assert_str_eq(text_of(endpoint), "tcp:[fe80::1%eth0]:80");
        bight_endpoint_free(endpoint);
    }
}
END_TEST

START_TEST(hosts_are_names_and_addresses)
{
    static const char *const hosts[] = {"a",
                                        "127.0.0.1",
                                        "a-b.example.",
                                        "_srv.x",
                                        "1.2.3.4.example",
                                        "0xg",
                                        "xn--bcher-kva.de",
                                        ("b\xc3\xbc"
                                         "cher.de"),
                                        "::",
                                        "::ffff:1.2.3.4"};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        char text[64];
        bool ipv6 = strchr(hosts[i], ':') != NULL;
        (void)snprintf(text, sizeof(text), ipv6 ? "tcp:[%s]:1" : "tcp:%s:1",
                       hosts[i]);
        bight_endpoint *endpoint = parse(text, CLIENT);
        ck_assert_str_eq(bight_endpoint_host(endpoint), hosts[i]);
        bight_endpoint_free(endpoint);
    }
}
END_TEST

START_TEST(ports_go_from_0_to_65535)
{
    bight_endpoint *endpoint = parse("tcp:0", SERVER);
    ck_assert_uint_eq(bight_endpoint_port(endpoint), 0);
    bight_endpoint_free(endpoint);
    endpoint = parse("tcp:h:65535", CLIENT);
    ck_assert_uint_eq(bight_endpoint_port(endpoint), 65535);
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(a_unix_path_fits_a_sockaddr)
{
    char text[128] = "unix:/", path[128];
    memset(text + 6, 'a', 106);
    bight_endpoint *endpoint = parse(text, SERVER);
    (void)snprintf(path, sizeof(path), "%s", bight_endpoint_path(endpoint));
    ck_assert_uint_eq(strlen(path), 107);
    ck_assert_str_eq(path, text + 5);
    ck_assert_uint_eq(bight_endpoint_port(endpoint), 0);
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(memory_has_a_name)
{
    bight_endpoint *endpoint = parse("memory:a\\:b c", CLIENT);
    ck_assert_str_eq(bight_endpoint_value(endpoint, "name"), "a:b c");
    ck_assert_ptr_null(bight_endpoint_host(endpoint));
    ck_assert_ptr_null(bight_endpoint_value(endpoint, "nodelay"));
    bight_endpoint_free(endpoint);
}
END_TEST

/* E14 */
START_TEST(keys_are_typed_and_may_be_absent)
{
    bight_endpoint *e = parse("tcp:80:nodelay=off:keepalive=30s:backlog=9"
                              ":reuseaddr=no:reuseport=Yes",
                              SERVER);
    ck_assert(!bight_endpoint_bool(e, "nodelay", true));
    ck_assert(!bight_endpoint_bool(e, "reuseaddr", true));
    ck_assert(bight_endpoint_bool(e, "reuseport", false));
    ck_assert_uint_eq(bight_endpoint_uint(e, "keepalive", 1), 30000);
    ck_assert_uint_eq(bight_endpoint_uint(e, "backlog", 511), 9);
    ck_assert_str_eq(bight_endpoint_value(e, "reuseport"), "Yes");
    bight_endpoint_free(e);
    e = parse("tcp:80:keepalive=off", SERVER);
    ck_assert_uint_eq(bight_endpoint_uint(e, "keepalive", 1), 0);
    ck_assert_uint_eq(bight_endpoint_uint(e, "backlog", 511), 511);
    ck_assert(bight_endpoint_bool(e, "nodelay", true));
    ck_assert(!bight_endpoint_bool(e, "no such key", false));
    ck_assert_ptr_null(bight_endpoint_value(e, "nodelay"));
    bight_endpoint_free(e);
}
END_TEST

START_TEST(a_getter_of_another_type_gives_its_default)
{
    bight_endpoint *e = parse("tcp:h:80:nodelay=on", SERVER);
    ck_assert_uint_eq(bight_endpoint_uint(e, "nodelay", 7), 7);
    ck_assert_uint_eq(bight_endpoint_uint(e, "host", 7), 7);
    ck_assert(bight_endpoint_bool(e, "host", true));
    ck_assert_uint_eq(bight_endpoint_uint(e, "port", 7), 80);
    bight_endpoint_free(e);
}
END_TEST

START_TEST(a_mode_is_octal)
{
    static const struct {
        const char *text;
        uint64_t mode;
    } modes[] = {{"660", 0660}, {"0777", 0777}, {"0", 0}, {"0007", 7}};
    for (size_t i = 0; i < COUNT(modes); i++) {
        char text[32];
        (void)snprintf(text, sizeof(text), "unix:/x:mode=%s", modes[i].text);
        bight_endpoint *endpoint = parse(text, SERVER);
        ck_assert_uint_eq(bight_endpoint_uint(endpoint, "mode", 1),
                          modes[i].mode);
        bight_endpoint_free(endpoint);
    }
}
END_TEST

START_TEST(inner_endpoints_are_endpoints)
{
    bight_endpoint *e = parse("proxy:tls:cert=c:h:80:backlog=3", SERVER);
    const bight_endpoint *tls = bight_endpoint_inner(e);
    const bight_endpoint *tcp = bight_endpoint_inner(tls);
    ck_assert_str_eq(bight_endpoint_kind_name(e), "proxy");
    ck_assert_ptr_null(bight_endpoint_host(e));
    ck_assert_str_eq(bight_endpoint_kind_name(tls), "tls");
    ck_assert_str_eq(bight_endpoint_value(tls, "cert"), "c");
    ck_assert_str_eq(bight_endpoint_kind_name(tcp), "tcp");
    ck_assert_str_eq(bight_endpoint_host(tcp), "h");
    ck_assert_uint_eq(bight_endpoint_uint(tcp, "backlog", 0), 3);
    ck_assert_int_eq(bight_endpoint_get_side(tcp), SERVER);
    ck_assert_ptr_null(bight_endpoint_inner(tcp));
    bight_endpoint_free(e);
}
END_TEST

START_TEST(formatting_counts_and_cuts_as_snprintf_does)
{
    const char *whole = "tls:cert=c:tcp:[::1]:80";
    bight_endpoint *endpoint = parse(whole, SERVER);
    char buf[32];
    ck_assert_uint_eq(bight_endpoint_format(endpoint, NULL, 0), strlen(whole));
    for (size_t n = 1; n < sizeof(buf); n++) {
        memset(buf, '?', sizeof(buf));
        ck_assert_uint_eq(bight_endpoint_format(endpoint, buf, n),
                          strlen(whole));
        size_t fits = n - 1 < strlen(whole) ? n - 1 : strlen(whole);
        ck_assert_mem_eq(buf, whole, fits);
        ck_assert_int_eq(buf[fits], '\0');
        ck_assert(n == sizeof(buf) || buf[n] == '?');
    }
    bight_endpoint_free(endpoint);
}
END_TEST

static size_t live, calls, failing;

static void *failing_alloc(void *ctx, void *block, size_t size)
{
    (void)ctx;
    if (size == 0) {
        live -= block != NULL ? 1 : 0;
        free(block);
        return NULL;
    }
    if (++calls == failing)
        return NULL;
    live += block == NULL ? 1 : 0;
    return realloc(block, size);
}

START_TEST(each_failing_allocation_is_reported_and_nothing_leaks)
{
    bight_bytes text = BIGHT_BYTES("proxy:tls:cert=c:[::1]:80:nodelay=off");
    bight_endpoint *endpoint = NULL;
    bight_diagnostic d;
    bool injected = true;
    bight_set_allocator(failing_alloc, NULL);
    for (failing = 1; injected; failing++) {
        calls = 0;
        bight_error error =
            bight__endpoint_parse(text, SERVER, test_kinds(), &endpoint, &d);
        injected = calls >= failing;
        ck_assert_int_eq(bight_failed(error), injected);
        if (!injected)
            break;
        ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY));
        ck_assert_ptr_null(endpoint);
        ck_assert_uint_eq(live, 0);
    }
    ck_assert_uint_eq(failing, 4);
    bight_endpoint_free(endpoint);
    ck_assert_uint_eq(live, 0);
    bight_set_allocator(NULL, NULL);
}
END_TEST

START_TEST(nothing_is_freed_without_a_fuss)
{
    bight_endpoint_free(NULL);
}
END_TEST

static void *parse_often(void *arg)
{
    for (int i = 0; i < 200; i++) {
        bight_endpoint *e = NULL;
        bight_diagnostic d;
        char text[32];
        bool ok = !bight_failed(
            bight_endpoint_parse(BIGHT_BYTES("tcp:[::1]:80"), SERVER, &e, &d));
        ok = ok && bight_endpoint_format(e, text, sizeof(text)) == 12;
        bight_endpoint_free(e);
        ok = ok && bight_failed(bight_endpoint_parse(BIGHT_BYTES("tpc:80"),
                                                     CLIENT, &e, &d));
        if (!ok)
            return NULL;
    }
    return arg;
}

/* L13 */
START_TEST(any_thread_parses_without_a_loop)
{
    pthread_t threads[4];
    int done;
    for (size_t i = 0; i < COUNT(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, parse_often, &done),
                         0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *result;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_eq(result, &done);
    }
}
END_TEST

/* S1, S2: the limit itself is inside. */
START_TEST(the_longest_description_is_taken)
{
    char text[BIGHT_ENDPOINT_TEXT_MAX + 1] = "memory:";
    for (size_t i = strlen(text); i + 2 <= BIGHT_ENDPOINT_TEXT_MAX; i += 2)
        memcpy(text + i, "\\:", 2);
    text[BIGHT_ENDPOINT_TEXT_MAX - 1] = 'x';
    bight_endpoint *endpoint = parse(text, SERVER);
    ck_assert_uint_eq(strlen(bight_endpoint_value(endpoint, "name")), 2045);
    ck_assert_str_eq(text_of(endpoint), text);
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(the_tables_are_well_formed)
{
    const bight_endpoint_kind *const *kinds = test_kinds();
    for (size_t i = 0; kinds[i] != NULL; i++) {
        const bight_endpoint_field *f = kinds[i]->fields;
        bool keys = kinds[i]->wrapper;
        ck_assert_uint_lt(i, BIGHT__ENDPOINT_KINDS_MAX);
        ck_assert_uint_le(bight__endpoint_field_count(kinds[i]),
                          BIGHT__ENDPOINT_FIELDS_MAX);
        for (; f->name != NULL; f++) {
            ck_assert(!(keys && f->positional));
            keys = keys || !f->positional;
            ck_assert_uint_eq(f->required & ~f->sides, 0);
        }
    }
}
END_TEST

static void check_with_host(const char *text, bight_endpoint_side side,
                            const char *host, const char *expected)
{
    bight_endpoint *endpoint = parse(text, side), *copy;
    ck_assert(!bight_failed(bight_endpoint_with_host(endpoint, host, &copy)));
    bight_endpoint_free(endpoint);
    ck_assert_int_eq(bight_endpoint_get_side(copy), side);
    ck_assert_str_eq(text_of(copy), expected);
    bight_endpoint_free(copy);
}

START_TEST(a_default_host_is_for_those_that_have_none)
{
    bight_endpoint *endpoint = parse("tcp:80", SERVER), *copy = endpoint;
    check_with_host("tcp:80:nodelay=no", SERVER, "localhost",
                    "tcp:localhost:80:nodelay=no");
    check_with_host("tls:cert=c:proxy:80", SERVER, "::1",
                    "tls:cert=c:proxy:tcp:[::1]:80");
    check_with_host("tcp:[::2]:80", SERVER, "::1", "tcp:[::2]:80");
    check_with_host("unix:/x", SERVER, "localhost", "unix:/x");
    check_with_host("tcp:h:80", CLIENT, "localhost", "tcp:h:80");
    ck_assert(bight_failed(bight_endpoint_with_host(endpoint, "a b", &copy)));
    ck_assert(bight_failed(bight_endpoint_with_host(endpoint, "", &copy)));
    ck_assert_ptr_eq(copy, endpoint);
    bight_endpoint_free(endpoint);
}
END_TEST

START_TEST(a_copy_without_memory_is_none_at_all)
{
    bight_endpoint *endpoint = parse("tls:cert=c:proxy:80", SERVER), *copy;
    bight_error error = bight_error_of(BIGHT_ERROR_NO_MEMORY);
    uint64_t n = 0;
    faults_begin();
    while (bight_failed(error)) {
        faults_fail_nth(++n);
        error = bight_endpoint_with_host(endpoint, "h", &copy);
        ck_assert_uint_eq(faults_live(), bight_failed(error) ? 0 : 3);
    }
    ck_assert_uint_eq(n, 4);
    bight_endpoint_free(copy);
    ck_assert_uint_eq(faults_live(), 0);
    faults_end();
    bight_endpoint_free(endpoint);
}
END_TEST

static void add_saying(Suite *suite)
{
    TCase *tcase = tcase_create("what it says (E9, E14)");
    tcase_add_test(tcase, a_server_needs_only_a_port);
    tcase_add_test(tcase, a_host_comes_before_the_port);
    tcase_add_test(tcase, an_ipv6_host_is_given_without_its_brackets);
    tcase_add_test(tcase, hosts_are_names_and_addresses);
    tcase_add_test(tcase, ports_go_from_0_to_65535);
    tcase_add_test(tcase, a_unix_path_fits_a_sockaddr);
    tcase_add_test(tcase, memory_has_a_name);
    tcase_add_test(tcase, keys_are_typed_and_may_be_absent);
    tcase_add_test(tcase, a_getter_of_another_type_gives_its_default);
    tcase_add_test(tcase, a_mode_is_octal);
    tcase_add_test(tcase, inner_endpoints_are_endpoints);
    tcase_add_test(tcase, formatting_counts_and_cuts_as_snprintf_does);
    suite_add_tcase(suite, tcase);
}

static void add_limits(Suite *suite)
{
    TCase *tcase = tcase_create("memory, threads and limits (L13, S1, S2)");
    tcase_add_test(tcase,
                   each_failing_allocation_is_reported_and_nothing_leaks);
    tcase_add_test(tcase, a_default_host_is_for_those_that_have_none);
    tcase_add_test(tcase, a_copy_without_memory_is_none_at_all);
    tcase_add_test(tcase, nothing_is_freed_without_a_fuss);
    tcase_add_test(tcase, any_thread_parses_without_a_loop);
    tcase_add_test(tcase, the_longest_description_is_taken);
    tcase_add_test(tcase, the_tables_are_well_formed);
    suite_add_tcase(suite, tcase);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("description");
    add_saying(suite);
    add_limits(suite);
    return suite;
}
