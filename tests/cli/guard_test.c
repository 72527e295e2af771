/* SPDX-License-Identifier: MIT */
/* S1: how many connections there may be, in all and from one host. */
#include "guard.h"

#include "leaks.h"
#include "loops.h"
#include "suite.h"

static struct guard *guard;

static void begin(size_t most, size_t most_per_host)
{
    guard = guard_new(most, most_per_host);
    ck_assert_ptr_nonnull(guard);
}

static bight_address peer_of(const char *ip, uint16_t port)
{
    bight_address address;
    ck_assert_ok(bight_address_parse_ip(bight_bytes_text(ip), port, &address));
    return address;
}

static bight_address unix_peer(void)
{
    return (bight_address){.family = BIGHT_ADDRESS_UNIX};
}

/* NULL: it was let in. */
static const char *come(bight_address peer)
{
    bight_error error = guard_admit(guard, &peer);
    return bight_failed(error) ? guard_refused(guard, &peer) : NULL;
}

static void go(bight_address peer)
{
    guard_ended(guard, &peer);
}

START_TEST(S1_so_many_get_in_and_one_more_when_one_has_left)
{
    begin(2, 100);
    ck_assert_ptr_null(come(peer_of("127.0.0.1", 1)));
    ck_assert_ptr_null(come(unix_peer()));
    ck_assert_str_eq(come(peer_of("127.0.0.1", 2)), "max-conn");
    ck_assert_str_eq(come(unix_peer()), "max-conn");
    go(unix_peer());
    ck_assert_ptr_null(come(peer_of("192.0.2.1", 2)));
    ck_assert_str_eq(come(peer_of("192.0.2.2", 2)), "max-conn");
    guard_free(guard);
}
END_TEST

START_TEST(S1_each_ipv4_address_has_its_own_share)
{
    begin(100, 2);
    for (uint16_t port = 1; port <= 2; port++) {
        ck_assert_ptr_null(come(peer_of("192.0.2.1", port)));
        ck_assert_ptr_null(come(peer_of("192.0.2.2", port)));
    }
    ck_assert_str_eq(come(peer_of("192.0.2.1", 3)), "max-conn-per-host");
    go(peer_of("192.0.2.2", 1));
    ck_assert_str_eq(come(peer_of("192.0.2.1", 3)), "max-conn-per-host");
    ck_assert_ptr_null(come(peer_of("192.0.2.2", 3)));
    guard_free(guard);
}
END_TEST

START_TEST(S1_each_ipv6_network_of_64_bits_has_its_own_share)
{
    begin(100, 2);
    ck_assert_ptr_null(come(peer_of("2001:db8::1", 1)));
    ck_assert_ptr_null(come(peer_of("2001:db8::2:0:0:1", 1)));
    ck_assert_str_eq(come(peer_of("2001:db8::3", 1)), "max-conn-per-host");
    ck_assert_ptr_null(come(peer_of("2001:db8:0:1::1", 1)));
    guard_free(guard);
}
END_TEST

START_TEST(S1_an_ipv4_address_inside_ipv6_is_that_address)
{
    begin(100, 1);
    ck_assert_ptr_null(come(peer_of("::ffff:192.0.2.1", 1)));
    ck_assert_ptr_null(come(peer_of("::ffff:192.0.2.2", 1)));
    ck_assert_str_eq(come(peer_of("192.0.2.1", 2)), "max-conn-per-host");
    guard_free(guard);
}
END_TEST

START_TEST(S1_this_machine_is_not_limited_by_host)
{
    begin(100, 1);
    for (uint16_t port = 1; port <= 5; port++) {
        ck_assert_ptr_null(come(peer_of("127.0.0.1", port)));
        ck_assert_ptr_null(come(peer_of("::1", port)));
        ck_assert_ptr_null(come(peer_of("::ffff:127.0.0.1", port)));
        ck_assert_ptr_null(come(unix_peer()));
    }
    guard_free(guard);
}
END_TEST

START_TEST(what_the_protocol_s_own_factory_refuses_is_not_counted)
{
    begin(1, 1);
    for (uint16_t port = 1; port <= 3; port++) {
        bight_address peer = peer_of("192.0.2.1", port);
        ck_assert_ptr_null(come(peer));
        ck_assert_ptr_null(guard_refused(guard, &peer));
    }
    ck_assert_ptr_null(come(peer_of("192.0.2.1", 4)));
    ck_assert_str_eq(come(peer_of("192.0.2.1", 5)), "max-conn");
    guard_free(guard);
}
END_TEST

START_TEST(many_hosts_come_and_go)
{
    begin(100000, 1);
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < 20000; i++) {
            bight_address peer = peer_of("10.0.0.0", 1);
            peer.ip[2] = (uint8_t)(i >> 8);
            peer.ip[3] = (uint8_t)i;
            if (come(peer) != NULL)
                ck_abort_msg("host %u of turn %d", (unsigned)i, turn);
        }
        ck_assert_str_eq(come(peer_of("10.0.0.1", 2)), "max-conn-per-host");
        for (uint32_t i = 0; i < 20000; i++) {
            bight_address peer = peer_of("10.0.0.0", 1);
            peer.ip[2] = (uint8_t)(i >> 8);
            peer.ip[3] = (uint8_t)i;
            go(peer);
        }
    }
    guard_free(guard);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("cli.guard");
    TCase *tcase = leaks_test_case(suite, "guard");
    tcase_add_test(tcase, S1_so_many_get_in_and_one_more_when_one_has_left);
    tcase_add_test(tcase, S1_each_ipv4_address_has_its_own_share);
    tcase_add_test(tcase, S1_each_ipv6_network_of_64_bits_has_its_own_share);
    tcase_add_test(tcase, S1_an_ipv4_address_inside_ipv6_is_that_address);
    tcase_add_test(tcase, S1_this_machine_is_not_limited_by_host);
    tcase_add_test(tcase,
                   what_the_protocol_s_own_factory_refuses_is_not_counted);
    tcase_add_test(tcase, many_hosts_come_and_go);
    return suite;
}
