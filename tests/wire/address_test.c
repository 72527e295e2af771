/* SPDX-License-Identifier: MIT */
/* Addresses: strict reading, RFC 5952 writing, and the ways to sockaddr. */
#include "wire/address.h"

#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bight_address ip(const char *text, uint16_t port)
{
    bight_address address;
    bight_error error =
        bight_address_parse_ip(bight_bytes_text(text), port, &address);
    ck_assert_msg(!bight_failed(error), "'%s' was refused", text);
    return address;
}

static const char *written(bight_address address)
{
    static char text[BIGHT_ADDRESS_TEXT_MAX];
    size_t length = bight_address_format(&address, text, sizeof(text));
    ck_assert_uint_eq(length, strlen(text));
    return text;
}

static void assert_refused(bight_bytes text)
{
    bight_address address, before;
    memset(&address, 0x5a, sizeof(address));
    before = address;
    bight_error error = bight_address_parse_ip(text, 80, &address);
    ck_assert_msg(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID),
                  "'%.*s' was taken", (int)text.size, (const char *)text.data);
    ck_assert_str_ne(bight_error_detail(error), "");
    ck_assert_mem_eq(&address, &before, sizeof(address));
}

START_TEST(an_address_is_a_zeroed_value_of_32_bytes)
{
    bight_address address = {0};
    ck_assert_uint_eq(sizeof(address), 32);
    ck_assert_int_eq(address.family, BIGHT_ADDRESS_NONE);
    ck_assert_str_eq(written(address), "none");
}
END_TEST

START_TEST(a_dotted_quad_is_ipv4)
{
    bight_address address = ip("192.0.2.255", 65535);
    ck_assert_int_eq(address.family, BIGHT_ADDRESS_IPV4);
    ck_assert_uint_eq(address.port, 65535);
    ck_assert_mem_eq(address.ip, "\xc0\x00\x02\xff", 4);
    ck_assert_str_eq(written(address), "192.0.2.255:65535");
}
END_TEST

START_TEST(a_dotted_quad_is_read_strictly)
{
    static const char *const wrong[] = {
        "",         "1",          "1.2.3",      "1.2.3.4.5", "01.2.3.4",
        "1.2.3.04", "1.2.3.00",   "256.1.1.1",  "1.2.3.-4",  "+1.2.3.4",
        "1.2.3.4 ", " 1.2.3.4",   "0x7f.0.0.1", "1..2.3",    "1.2.3.",
        ".1.2.3.4", "1.2.3.4:80", "localhost",  "1.2.3.4%1", "1.2.3.9999999999",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_refused(bight_bytes_text(wrong[i]));
    assert_refused(BIGHT_BYTES("1.2.3.4\0"));
    assert_refused(BIGHT_BYTES("1.2.3.4\0.5"));
    assert_refused(bight_bytes_of(NULL, 0));
}
END_TEST

START_TEST(an_ipv6_address_is_read_strictly)
{
    static const char *const wrong[] = {
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "g::",
        "::1:",
        ":1::",
        "[::1]",
        "::1.2.3",
        "::01.2.3.4",
        "1.2.3.4::",
        "::1/64",
        "::1 ",
        "1:2:3:4:5:6:7::8",
        "::%",
        "%1",
        "::1%4294967296",
        "::1%0",
        "::1%no such one",
        "fe80::1%interface-name-too-long",
        "::1%1%1",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_refused(bight_bytes_text(wrong[i]));
    assert_refused(BIGHT_BYTES("::1\0"));
    assert_refused(BIGHT_BYTES("::1%1\0"));
}
END_TEST

START_TEST(ipv6_is_written_as_rfc_5952_says)
{
    static const char *const pairs[][2] = {
        {"::", "[::]:1"},
        {"::1", "[::1]:1"},
        {"1::", "[1::]:1"},
        {"2001:0DB8:0:0:8:800:200C:417A", "[2001:db8::8:800:200c:417a]:1"},
        {"2001:db8:0:1:1:1:1:1", "[2001:db8:0:1:1:1:1:1]:1"},
        {"2001:0:0:1:0:0:0:1", "[2001:0:0:1::1]:1"},
        {"2001:db8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]:1"},
        {"0:0:0:1:2:3:4:5", "[::1:2:3:4:5]:1"},
        {"1:2:3:4:5:6:0:0", "[1:2:3:4:5:6::]:1"},
        {"1:2:3:4:5:6:7:0", "[1:2:3:4:5:6:7:0]:1"},
        {"::ffff:192.0.2.1", "[::ffff:192.0.2.1]:1"},
        {"::fffe:192.0.2.1", "[::fffe:c000:201]:1"},
        {"::1.2.3.4", "[::102:304]:1"},
        {"64:ff9b::1.2.3.4", "[64:ff9b::102:304]:1"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++)
        ck_assert_str_eq(written(ip(pairs[i][0], 1)), pairs[i][1]);
}
END_TEST

START_TEST(a_scope_is_a_number_or_an_interface)
{
    ck_assert_uint_eq(ip("fe80::1%7", 0).scope, 7);
    ck_assert_str_eq(written(ip("fe80::1%4294967295", 80)),
                     "[fe80::1%4294967295]:80");
    char name[IF_NAMESIZE], text[64];
    if (if_indextoname(1, name) == NULL)
        return;
    (void)snprintf(text, sizeof(text), "fe80::1%%%s", name);
    ck_assert_uint_eq(ip(text, 80).scope, 1);
}
END_TEST

/* A generator without a state of its own: the same values in each run. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

START_TEST(what_is_written_reads_as_the_same_address)
{
    uint32_t state = (uint32_t)_i + 1;
    bight_address address = {.family = BIGHT_ADDRESS_IPV6, .port = 9};
    for (size_t i = 0; i < 16; i += 2) {
        if (next_random(&state) % 3 == 0)
            continue;
        address.ip[i] = (uint8_t)(next_random(&state) % 4);
        address.ip[i + 1] = (uint8_t)next_random(&state);
    }
    char text[BIGHT_ADDRESS_TEXT_MAX];
    (void)snprintf(text, sizeof(text), "%s", written(address) + 1);
    *strrchr(text, ']') = '\0';
    bight_address again = ip(text, 9);
    ck_assert(bight_address_equal(&address, &again));
    ck_assert_str_eq(strrchr(written(again), ']'), "]:9");
}
END_TEST

START_TEST(unix_shows_credentials_if_they_are_known)
{
    bight_address address = {.family = BIGHT_ADDRESS_UNIX};
    address.creds = (bight_credentials){.pid = 12, .uid = 0, .gid = 5};
    ck_assert_str_eq(written(address), "unix:pid=12,uid=0");
    address.creds.uid = UINT32_MAX;
    ck_assert_str_eq(written(address), "unix");
    address.creds = (bight_credentials){.pid = INT32_MIN, .uid = 4294967294u};
    ck_assert_str_eq(written(address), "unix:pid=-2147483648,uid=4294967294");
}
END_TEST

START_TEST(memory_is_written_as_memory)
{
    bight_address address = {.family = BIGHT_ADDRESS_MEMORY};
    ck_assert_str_eq(written(address), "memory");
}
END_TEST

START_TEST(formatting_counts_and_cuts_as_snprintf_does)
{
    bight_address address = ip("2001:db8::1", 8080);
    const char *whole = "[2001:db8::1]:8080";
    char buf[32];
    ck_assert_uint_eq(bight_address_format(&address, NULL, 0), strlen(whole));
    for (size_t n = 1; n < sizeof(buf); n++) {
        memset(buf, '?', sizeof(buf));
        ck_assert_uint_eq(bight_address_format(&address, buf, n),
                          strlen(whole));
        size_t fits = n - 1 < strlen(whole) ? n - 1 : strlen(whole);
        ck_assert_mem_eq(buf, whole, fits);
        ck_assert_int_eq(buf[fits], '\0');
        for (size_t i = fits + 1; i < sizeof(buf); i++)
            ck_assert_int_eq(buf[i], '?');
    }
}
END_TEST

START_TEST(the_longest_address_fits_the_text_max)
{
    const char *longest = "1111:2222:3333:4444:5555:6666:7777:8888%4294967295";
    ck_assert_uint_lt(strlen(written(ip(longest, 65535))),
                      BIGHT_ADDRESS_TEXT_MAX - 1);
}
END_TEST

START_TEST(equal_looks_at_what_the_family_uses)
{
    bight_address a = ip("192.0.2.1", 80), b = a;
    b.ip[15] = 1;
    b.scope = 9;
    ck_assert(bight_address_equal(&a, &b));
    b.ip[3]++;
    ck_assert(!bight_address_equal(&a, &b));
    b = ip("192.0.2.1", 81);
    ck_assert(!bight_address_equal(&a, &b));
    a = ip("fe80::1%1", 80);
    b = ip("fe80::1%2", 80);
    ck_assert(!bight_address_equal(&a, &b));
    b = ip("fe80::1%1", 80);
    ck_assert(bight_address_equal(&a, &b));
    b = ip("::ffff:192.0.2.1", 80);
    a = ip("192.0.2.1", 80);
    ck_assert(!bight_address_equal(&a, &b));
}
END_TEST

START_TEST(equal_compares_credentials)
{
    bight_address a = {.family = BIGHT_ADDRESS_UNIX}, b;
    a.creds = (bight_credentials){.pid = 1, .uid = 2, .gid = 3};
    b = a;
    ck_assert(bight_address_equal(&a, &b));
    b.creds.gid = 4;
    ck_assert(!bight_address_equal(&a, &b));
    a = b = (bight_address){.family = BIGHT_ADDRESS_MEMORY};
    ck_assert(bight_address_equal(&a, &b));
    b = (bight_address){0};
    ck_assert(!bight_address_equal(&a, &b));
}
END_TEST

START_TEST(loopback_is_127_and_1_and_mapped_127)
{
    static const char *const inside[] = {
        "127.0.0.1",
        "127.255.255.254",
        "::1",
        "::ffff:127.0.0.1",
    };
    static const char *const outside[] = {
        "0.0.0.0", "128.0.0.1",         "126.0.0.1",   "::",
        "::2",     "::ffff:10.0.0.127", "::127.0.0.1", "fe80::1",
    };
    bight_address address;
    for (size_t i = 0; i < COUNT(inside); i++) {
        address = ip(inside[i], 0);
        ck_assert(bight_address_is_loopback(&address));
    }
    for (size_t i = 0; i < COUNT(outside); i++) {
        address = ip(outside[i], 0);
        ck_assert(!bight_address_is_loopback(&address));
    }
    address =
        (bight_address){.family = BIGHT_ADDRESS_UNIX, .creds = {.pid = 1}};
    ck_assert(!bight_address_is_loopback(&address));
}
END_TEST

START_TEST(the_peer_form_keeps_every_field_in_24_bytes)
{
    bight_address addresses[] = {
        {0},
        ip("192.0.2.1", 80),
        ip("fe80::1%3", 443),
        {.family = BIGHT_ADDRESS_UNIX, .creds = {.pid = 7, .uid = 8, .gid = 9}},
        {.family = BIGHT_ADDRESS_MEMORY},
    };
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct bight__peer peer;
        bight_address back;
        memset(&peer, 0xff, sizeof(peer));
        memset(&back, 0xff, sizeof(back));
        bight__peer_pack(&addresses[i], &peer);
        ck_assert_uint_eq(peer.spare, 0);
        peer.spare = 0xff;
        bight__peer_unpack(&peer, &back);
        ck_assert_mem_eq(&back, &addresses[i], sizeof(back));
    }
}
END_TEST

START_TEST(a_sockaddr_and_back_is_the_same_address)
{
    bight_address addresses[] = {ip("192.0.2.1", 80), ip("::1", 65535),
                                 ip("fe80::1%3", 443)};
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct sockaddr_storage storage;
        bight_address back;
        memset(&storage, 0xff, sizeof(storage));
        socklen_t length = bight__address_to_sockaddr(&addresses[i], &storage);
        bight_error error = bight__address_from_sockaddr(
            (const struct sockaddr *)&storage, length, &back);
        ck_assert(!bight_failed(error));
        ck_assert_mem_eq(&back, &addresses[i], sizeof(back));
    }
}
END_TEST

START_TEST(a_sockaddr_is_in_network_order_and_zero_elsewhere)
{
    bight_address address = ip("192.0.2.1", 0x1234);
    struct sockaddr_storage storage;
    struct sockaddr_in in, expected = {.sin_family = AF_INET};
    memset(&storage, 0xff, sizeof(storage));
    expected.sin_port = htons(0x1234);
    expected.sin_addr.s_addr = htonl(0xc0000201);
    ck_assert_uint_eq(bight__address_to_sockaddr(&address, &storage),
                      sizeof(in));
    memcpy(&in, &storage, sizeof(in));
    ck_assert_mem_eq(&in, &expected, sizeof(in));
}
END_TEST

START_TEST(what_is_no_ip_address_has_no_sockaddr)
{
    static const bight_address_family families[] = {
        BIGHT_ADDRESS_NONE, BIGHT_ADDRESS_UNIX, BIGHT_ADDRESS_MEMORY};
    for (size_t i = 0; i < COUNT(families); i++) {
        bight_address address = {.family = families[i]};
        struct sockaddr_storage storage = {.ss_family = 77};
        ck_assert_uint_eq(bight__address_to_sockaddr(&address, &storage), 0);
        ck_assert_uint_eq(storage.ss_family, 77);
    }
}
END_TEST

START_TEST(a_unix_sockaddr_is_not_taken_for_root)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    socklen_t lengths[] = {sizeof(sa_family_t), sizeof(un)};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        bight_address address;
        bight_error error = bight__address_from_sockaddr(
            (const struct sockaddr *)&un, lengths[i], &address);
        ck_assert(!bight_failed(error));
        ck_assert_int_eq(address.creds.pid, 0);
        ck_assert_uint_eq(address.creds.uid, UINT32_MAX);
        ck_assert_uint_eq(address.creds.gid, UINT32_MAX);
        ck_assert_str_eq(written(address), "unix");
    }
}
END_TEST

START_TEST(a_short_or_foreign_sockaddr_is_refused_untouched)
{
    static const struct {
        sa_family_t family;
        socklen_t length;
    } wrong[] = {
        {AF_INET, sizeof(struct sockaddr_in) - 1},
        {AF_INET6, sizeof(struct sockaddr_in6) - 1},
        {AF_UNIX, 0},
        {AF_UNIX, 1},
        {AF_UNSPEC, sizeof(struct sockaddr_storage)},
        {250, sizeof(struct sockaddr_storage)},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct sockaddr_storage storage = {.ss_family = wrong[i].family};
        bight_address address = {.family = BIGHT_ADDRESS_MEMORY};
        bight_error error = bight__address_from_sockaddr(
            (const struct sockaddr *)&storage, wrong[i].length, &address);
        ck_assert(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID));
        ck_assert_int_eq(address.family, BIGHT_ADDRESS_MEMORY);
    }
}
END_TEST

static void add_reading(Suite *suite)
{
    TCase *tcase = tcase_create("reading");
    tcase_add_test(tcase, an_address_is_a_zeroed_value_of_32_bytes);
    tcase_add_test(tcase, a_dotted_quad_is_ipv4);
    tcase_add_test(tcase, a_dotted_quad_is_read_strictly);
    tcase_add_test(tcase, an_ipv6_address_is_read_strictly);
    tcase_add_test(tcase, a_scope_is_a_number_or_an_interface);
    suite_add_tcase(suite, tcase);
}

static void add_writing(Suite *suite)
{
    TCase *tcase = tcase_create("writing");
    tcase_add_test(tcase, ipv6_is_written_as_rfc_5952_says);
    tcase_add_loop_test(tcase, what_is_written_reads_as_the_same_address, 0,
                        200);
    tcase_add_test(tcase, unix_shows_credentials_if_they_are_known);
    tcase_add_test(tcase, memory_is_written_as_memory);
    tcase_add_test(tcase, formatting_counts_and_cuts_as_snprintf_does);
    tcase_add_test(tcase, the_longest_address_fits_the_text_max);
    suite_add_tcase(suite, tcase);
}

static void add_comparing(Suite *suite)
{
    TCase *tcase = tcase_create("comparing");
    tcase_add_test(tcase, equal_looks_at_what_the_family_uses);
    tcase_add_test(tcase, equal_compares_credentials);
    tcase_add_test(tcase, loopback_is_127_and_1_and_mapped_127);
    suite_add_tcase(suite, tcase);
}

static void add_storing(Suite *suite)
{
    TCase *tcase = tcase_create("storing");
    tcase_add_test(tcase, the_peer_form_keeps_every_field_in_24_bytes);
    tcase_add_test(tcase, a_sockaddr_and_back_is_the_same_address);
    tcase_add_test(tcase, a_sockaddr_is_in_network_order_and_zero_elsewhere);
    tcase_add_test(tcase, what_is_no_ip_address_has_no_sockaddr);
    tcase_add_test(tcase, a_unix_sockaddr_is_not_taken_for_root);
    tcase_add_test(tcase, a_short_or_foreign_sockaddr_is_refused_untouched);
    suite_add_tcase(suite, tcase);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("address");
    add_reading(suite);
    add_writing(suite);
    add_comparing(suite);
    add_storing(suite);
    return suite;
}
