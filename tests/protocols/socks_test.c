/* SPDX-License-Identifier: MIT */
/* SOCKS 4, 4a and 5: greetings good and bad, rules, and the way through. */
#include <stdio.h>
#include <string.h>

#include <bight/stream.h>

#include "leaks.h"
#include "scene.h"
#include "suite.h"
#include "talk.h"

extern const bight_plugin bight_plugin_socks;
bool socks_is_private(const bight_address *address);

/* The values of the plugin's option table. */
static struct {
    char *username;
    char *password;
    char *allow;
    bool deny_private;
    uint64_t greeting_timeout_ms;
    uint64_t connect_timeout_ms;
} options;

static struct talk talk;
static char allow[128];

static void set_options(bool asks, const char *rules)
{
    static char ann[] = "ann", secret[] = "secret";
    options.username = asks ? ann : NULL;
    options.password = asks ? secret : NULL;
    (void)snprintf(allow, sizeof(allow), "%s", rules != NULL ? rules : "");
    options.allow = rules != NULL ? allow : NULL;
    options.deny_private = false;
    options.greeting_timeout_ms = 10000;
    options.connect_timeout_ms = 30000;
    ck_assert_uint_eq(sizeof(options), bight_plugin_socks.options->values_size);
}

static void begin(size_t read_chunk, size_t write_chunk)
{
    bight_memory_options memory = talk_split(read_chunk, write_chunk);
    talk_begin_plugin(&talk, &bight_plugin_socks, &options, &memory);
}

/* -- greetings ------------------------------------------------------------- */

#define NO_METHOD "\x05\xff"
#define NO_PASSWORD "\x05\x00"
#define PASSWORD "\x05\x02"
#define WELCOME "\x01\x00"
#define WRONG "\x01\x01"
#define REPLY(code) "\x05" code "\x00\x01\0\0\0\0\0\0"
#define REJECTED "\0\x5b\0\0\0\0\0\0"
#define NAME_255                                                               \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"         \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"         \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"         \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static const struct greeting {
    bool asks; /* for a password */
    bight_bytes said, answered;
} greetings[] = {
#define ROW(asks, said, answered)                                              \
    {                                                                          \
        asks, {(const uint8_t *)(said), sizeof(said) - 1},                     \
        {                                                                      \
            (const uint8_t *)(answered), sizeof(answered) - 1                  \
        }                                                                      \
    }
    /* no SOCKS at all */
    ROW(false, "GET / HTTP/1.1\r\n\r\n", NO_METHOD),
    ROW(false, "\x00", NO_METHOD),
    ROW(false, "\x06\x01\x00", NO_METHOD),
    ROW(false, "\x16\x03\x01", NO_METHOD),
    /* methods */
    ROW(false, "\x05\x00", NO_METHOD),
    ROW(false, "\x05\x01\x02", NO_METHOD),
    ROW(false, "\x05\x02\x01\x80", NO_METHOD),
    ROW(true, "\x05\x01\x00", NO_METHOD),
    /* passwords */
    ROW(true, "\x05\x01\x02\x02\x03", PASSWORD WRONG),
    ROW(true, "\x05\x01\x02\x01\x00", PASSWORD WRONG),
    ROW(true,
        "\x05\x01\x02\x01\x03"
        "ann\x00",
        PASSWORD WRONG),
    ROW(true,
        "\x05\x01\x02\x01\x03"
        "bob\x06secret",
        PASSWORD WRONG),
    ROW(true,
        "\x05\x01\x02\x01\x03"
        "ann\x06secreT",
        PASSWORD WRONG),
    ROW(true,
        "\x05\x01\x02\x01\x03"
        "ann\x07secrets",
        PASSWORD WRONG),
    ROW(true,
        "\x05\x01\x02\x01\x04"
        "anna\x06secret",
        PASSWORD WRONG),
    ROW(true,
        "\x05\x02\x00\x02\x01\x03"
        "ann\x06secret\x05\x02\x00\x01",
        PASSWORD WELCOME REPLY("\x07")),
    /* requests */
    ROW(false, "\x05\x01\x00\x04\x01\x00\x01", NO_PASSWORD REPLY("\x01")),
    ROW(false, "\x05\x01\x00\x05\x01\x01\x01", NO_PASSWORD REPLY("\x01")),
    ROW(false, "\x05\x01\x00\x05\x02\x00\x01", NO_PASSWORD REPLY("\x07")),
    ROW(false, "\x05\x01\x00\x05\x03\x00\x01", NO_PASSWORD REPLY("\x07")),
    ROW(false, "\x05\x01\x00\x05\x00\x00\x01", NO_PASSWORD REPLY("\x07")),
    ROW(false, "\x05\x01\x00\x05\x01\x00\x02", NO_PASSWORD REPLY("\x08")),
    ROW(false, "\x05\x01\x00\x05\x01\x00\x00", NO_PASSWORD REPLY("\x08")),
    ROW(false, "\x05\x01\x00\x05\x01\x00\x03\x00", NO_PASSWORD REPLY("\x01")),
    ROW(false,
        "\x05\x01\x00\x05\x01\x00\x03\x03"
        "a b\x00\x50",
        NO_PASSWORD REPLY("\x01")),
    ROW(false,
        "\x05\x01\x00\x05\x01\x00\x03\x03"
        "a:b\x00\x50",
        NO_PASSWORD REPLY("\x01")),
    ROW(false,
        "\x05\x01\x00\x05\x01\x00\x03\x04"
        "a\0bc\x00\x50",
        NO_PASSWORD REPLY("\x01")),
    ROW(false, "\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x00",
        NO_PASSWORD REPLY("\x01")),
    /* SOCKS 4 */
    ROW(false, "\x04\x02\x00\x50\x7f\x00\x00\x01\x00", REJECTED),
    ROW(false, "\x04\x00\x00\x50\x7f\x00\x00\x01\x00", REJECTED),
    ROW(false, "\x04\x01\x00\x00\x7f\x00\x00\x01\x00", REJECTED),
    ROW(false, "\x04\x01\x00\x50\x00\x00\x00\x01\x00\x00", REJECTED),
    ROW(false, "\x04\x01\x00\x50\x00\x00\x00\x01me\0a b\0", REJECTED),
    ROW(false, "\x04\x01\x00\x50\x7f\x00\x00\x01" NAME_255 "x", REJECTED),
    ROW(false, "\x04\x01\x00\x50\x00\x00\x00\x01\0" NAME_255 "x", REJECTED),
    ROW(true,
        "\x04\x01\x00\x50\x7f\x00\x00\x01"
        "ann\0",
        REJECTED),
#undef ROW
};

#define GREETINGS ((int)(sizeof(greetings) / sizeof(greetings[0])))

START_TEST(a_malformed_greeting_gets_the_protocols_error_under_every_split)
{
    const struct greeting *greeting = &greetings[_i];
    size_t most = greeting->said.size < 40 ? greeting->said.size : 3;
    set_options(greeting->asks, NULL);
    for (size_t split = 0; split <= most; split++) {
        begin(split, split);
        talk_write(&talk, greeting->said);
        talk_run(&talk);
        ck_assert_received(&talk, greeting->answered);
        ck_assert(talk.eof);
        bight_transport_close(talk.client);
        talk_run(&talk);
        ck_assert(talk.server_ended);
        ck_assert(bight_failed(talk.server.why));
        talk_end(&talk);
    }
}
END_TEST

static bool starts_with(bight_bytes whole, bight_bytes head)
{
    return head.size <= whole.size &&
           bight_bytes_equal(bight_bytes_head(whole, head.size), head);
}

/* A greeting that ends too early: the error of the stage that it is in. */
START_TEST(a_greeting_that_ends_early_ends_the_connection)
{
    const bight_bytes whole =
        BIGHT_BYTES("\x05\x01\x02\x01\x03"
                    "ann\x06secret\x05\x01\x00\x03\x04host\x00\x50");
    set_options(true, NULL);
    for (size_t size = 0; size < whole.size; size++) {
        begin(0, 0);
        if (size > 0)
            talk_write(&talk, bight_bytes_head(whole, size));
        talk_write_eof(&talk);
        talk_run(&talk);
        bight_bytes got = bight_buffer_bytes(&talk.received);
        ck_assert(talk.eof);
        ck_assert_ptr_null(talk.client);
        if (size == 0)
            ck_assert_uint_eq(got.size, 0);
        else if (size < 3)
            ck_assert_received(&talk, BIGHT_BYTES(NO_METHOD));
        else if (size < 15)
            ck_assert_received(&talk, BIGHT_BYTES(PASSWORD WRONG));
        else
            ck_assert_received(&talk,
                               BIGHT_BYTES(PASSWORD WELCOME REPLY("\x01")));
        ck_assert(starts_with(got, bight_bytes_head(got, 2)));
        talk_end(&talk);
    }
}
END_TEST

START_TEST(whoever_says_nothing_is_dropped)
{
    set_options(false, NULL);
    begin(0, 0);
    talk_write(&talk, BIGHT_BYTES("\x05\x01"));
    ck_assert_ok(bight_loop_advance(talk.loop, 9900));
    ck_assert(!talk.eof);
    ck_assert_ok(bight_loop_advance(talk.loop, 200));
    ck_assert(talk.eof);
    ck_assert_received(&talk, BIGHT_BYTES(NO_METHOD));
    bight_transport_close(talk.client);
    talk_run(&talk);
    ck_assert_error(talk.server.why, BIGHT_ERROR_TIMED_OUT);
    talk_end(&talk);
}
END_TEST

/* -- rules ----------------------------------------------------------------- */

static const struct private_row {
    const char *text;
    bool is_private;
} private_rows[] = {
    {"127.0.0.1", true},
    {"127.255.255.255", true},
    {"128.0.0.0", false},
    {"10.1.2.3", true},
    {"11.0.0.0", false},
    {"172.15.255.255", false},
    {"172.16.0.0", true},
    {"172.31.255.255", true},
    {"172.32.0.0", false},
    {"192.168.0.1", true},
    {"192.169.0.1", false},
    {"169.254.169.254", true},
    {"100.63.255.255", false},
    {"100.64.0.0", true},
    {"100.127.255.255", true},
    {"100.128.0.0", false},
    {"0.0.0.0", true},
    {"224.0.0.1", true},
    {"255.255.255.255", true},
    {"8.8.8.8", false},
    {"198.18.0.1", true},
    {"198.20.0.1", false},
    {"::", true},
    {"::1", true},
    {"fe80::1", true},
    {"fc00::1", true},
    {"fdff::1", true},
    {"fbff::1", false},
    {"ff02::1", true},
    {"2606:4700::1111", false},
    {"::ffff:10.0.0.1", true},
    {"::ffff:8.8.8.8", false},
    {"64:ff9b::a00:1", true},
    {"64:ff9b::808:808", false},
    {"2002:a00:1::", true},
    {"2002:808:808::", false},
    {"2001:db8::1", true},
};

START_TEST(private_addresses_are_known)
{
    for (size_t i = 0; i < sizeof(private_rows) / sizeof(private_rows[0]);
         i++) {
        bight_address address;
        ck_assert_ok(bight_address_parse_ip(
            bight_bytes_text(private_rows[i].text), 0, &address));
        ck_assert_msg(socks_is_private(&address) == private_rows[i].is_private,
                      "%s", private_rows[i].text);
    }
}
END_TEST

static bight_error try_rules(const char *text)
{
    static const bight_plugin *plugin = &bight_plugin_socks;
    unsigned char values[128] = {0};
    ck_assert_uint_le(plugin->options->values_size, sizeof(values));
    ck_assert_ok(bight_options_init(plugin->options, values));
    bight_error error =
        bight_options_set(plugin->options, values, BIGHT_BYTES("allow"),
                          bight_bytes_text(text), NULL);
    bight_options_fini(plugin->options, values);
    return error;
}

START_TEST(rules_are_checked)
{
    ck_assert_ok(try_rules("example.org"));
    ck_assert_ok(try_rules("*.example.org:443, 10.0.0.0/8, 192.0.2.1:80"));
    ck_assert_ok(try_rules("[2001:db8::]/32:80,[::1]"));
    ck_assert_error(try_rules("a b"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("example.org,"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("example.org:0"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("example.org:65536"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("example.org/8"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("10.0.0.0/33"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("[::1]/129"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("[::1"), BIGHT_ERROR_INVALID);
    ck_assert_error(try_rules("10.0.0.0/8x"), BIGHT_ERROR_INVALID);
}
END_TEST

/* -- through --------------------------------------------------------------- */

static bight_listener *proxy;

static void open_proxy(bool asks, const char *rules)
{
    bight_owner_options owner;
    bight_owner_options_init(&owner);
    set_options(asks, rules);
    scene_begin(WIRE_TCP, BIGHT_LOOP_MANUAL_CLOCK);
    scene.echo = true;
    scene_listen();
    owner.factory_options = &options;
    ck_assert_ok(bight_memory_listen(scene.loop, bight_plugin_socks.factory,
                                     "proxy", NULL, &owner, &proxy));
}

static void close_proxy(void)
{
    bight_listener_close(proxy);
    scene_end();
}

/* What a client says before its data; 0x0102 stands for the port. */
struct asking {
    bight_bytes said, answered;
    unsigned status_at; /* of the answer's bytes, and what it has to be */
    uint8_t status;
};

static bight_error say(bight_stream *s, bight_bytes said)
{
    uint16_t port = bight_listener_address(scene.listener).port;
    uint8_t bytes[128];
    ck_assert_uint_le(said.size, sizeof(bytes));
    memcpy(bytes, said.data, said.size);
    uint8_t *at = memmem(bytes, said.size, "\x01\x02", 2);
    if (at != NULL) {
        at[0] = (uint8_t)(port >> 8);
        at[1] = (uint8_t)port;
    }
    return bight_stream_write(s, bight_bytes_of(bytes, said.size));
}

static bight_error pass(bight_stream *s)
{
    bight_bytes data;
    bight_error error = bight_stream_write(s, BIGHT_BYTES("ping"));
    if (!bight_failed(error))
        error = bight_stream_read_exactly(s, 4, &data);
    if (!bight_failed(error))
        ck_assert(bight_bytes_equal(data, BIGHT_BYTES("ping")));
    return error;
}

static bight_error ask(void *arg, bight_value *ret_value)
{
    const struct asking *asking = arg;
    bight_stream *s;
    bight_bytes answer;
    (void)ret_value;
    ck_assert_ok(bight_stream_connect("memory:proxy", NULL, &s));
    bight_error error = say(s, asking->said);
    if (!bight_failed(error))
        error = bight_stream_read_exactly(s, asking->answered.size, &answer);
    ck_assert_ok(error);
    ck_assert_uint_eq(answer.data[asking->status_at], asking->status);
    bool granted = asking->status == 0 || asking->status == 90;
    error = granted ? pass(s) : bight_stream_read_some(s, 1, &answer);
    ck_assert(granted || bight_error_is(error, &bight_domain, BIGHT_ERROR_EOF));
    (void)bight_stream_close(s);
    return granted ? error : bight_ok();
}

static bool is_done;

static void note_done(bight_result *result, void *arg)
{
    (void)arg;
    ck_assert_ok(bight_result_error(result));
    is_done = true;
}

static void run(const struct asking *asking)
{
    is_done = false;
    bight_on(bight_spawn(scene.loop, NULL, ask, (void *)(uintptr_t)asking),
             note_done, NULL);
    ck_run_until(is_done);
}

#define PLAIN "\x05\x01\x00"
#define ANSWERED(size)                                                         \
    {                                                                          \
        (const uint8_t *)"", size                                              \
    }
#define SAID(text)                                                             \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }

static const struct asking askings[] = {
    {SAID(PLAIN "\x05\x01\x00\x01\x7f\x00\x00\x01\x01\x02"), ANSWERED(12), 3,
     0},
    {SAID(PLAIN "\x05\x01\x00\x03\x09"
                "127.0.0.1\x01\x02"),
     ANSWERED(12), 3, 0},
    {SAID(PLAIN "\x05\x01\x00\x03\x09"
                "localhost\x01\x02"),
     ANSWERED(12), 3, 0},
    {SAID("\x04\x01\x01\x02\x7f\x00\x00\x01me\0"), ANSWERED(8), 1, 90},
    {SAID("\x04\x01\x01\x02\x00\x00\x00\x01me\0localhost\0"), ANSWERED(8), 1,
     90},
};

#define ASKINGS ((int)(sizeof(askings) / sizeof(askings[0])))

START_TEST(it_connects_for_its_client)
{
    open_proxy(false, NULL);
    run(&askings[_i]);
    close_proxy();
}
END_TEST

START_TEST(a_password_opens_it)
{
    static const struct asking asking = {
        SAID("\x05\x02\x00\x02\x01\x03"
             "ann\x06secret"
             "\x05\x01\x00\x01\x7f\x00\x00\x01\x01\x02"),
        ANSWERED(14), 5, 0};
    open_proxy(true, NULL);
    run(&asking);
    close_proxy();
}
END_TEST

static const struct ruled {
    const char *rules;
    uint8_t by_name, by_address; /* replies */
} ruled[] = {
    {"localhost", 0, 2},          {"*.localhost", 2, 2},
    {"127.0.0.0/8", 0, 0},        {"LOCALHOST, 10.0.0.0/8", 0, 2},
    {"localhost:1", 2, 2},        {"127.0.0.1:1", 2, 2},
    {"128.0.0.0/1,[::]/1", 2, 2},
};

#define RULED ((int)(sizeof(ruled) / sizeof(ruled[0])))

START_TEST(rules_decide_by_name_and_by_address)
{
    struct asking by_address = askings[0], by_name = askings[2];
    by_name.status = ruled[_i].by_name;
    by_address.status = ruled[_i].by_address;
    open_proxy(false, ruled[_i].rules);
    run(&by_name);
    run(&by_address);
    close_proxy();
}
END_TEST

/* The kernel reaches ::ffff:127.0.0.1 by IPv4. */
START_TEST(mapped_addresses_are_judged_as_what_they_are)
{
    struct asking asking = {SAID(PLAIN
                                 "\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\xff\xff"
                                 "\x7f\x00\x00\x01\x01\x02"),
                            ANSWERED(12), 3, 2};
    open_proxy(false, "[::]/0");
    run(&asking);
    close_proxy();
    asking.status = 0;
    open_proxy(false, "127.0.0.0/8");
    run(&asking);
    close_proxy();
}
END_TEST

START_TEST(private_addresses_can_be_denied_also_behind_names)
{
    struct asking by_address = askings[0], by_name = askings[2];
    by_name.status = by_address.status = 2;
    open_proxy(false, NULL);
    options.deny_private = true;
    bight_listener_close(proxy);
    scene_settle();
    bight_owner_options owner;
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    ck_assert_ok(bight_memory_listen(scene.loop, bight_plugin_socks.factory,
                                     "proxy", NULL, &owner, &proxy));
    run(&by_name);
    run(&by_address);
    ck_assert_uint_eq(scene.served, 0);
    close_proxy();
}
END_TEST

START_TEST(nobody_there_is_told)
{
    static const struct asking four = {
        SAID("\x04\x01\x00\x01\x7f\x00\x00\x01\0"), ANSWERED(8), 1, 91};
    static const struct asking five = {
        SAID(PLAIN "\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x01"), ANSWERED(12), 3,
        5};
    open_proxy(false, NULL);
    run(&four);
    run(&five);
    close_proxy();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("protocols.socks");
    TCase *bad = leaks_test_case(suite, "greetings");
    tcase_add_loop_test(
        bad, a_malformed_greeting_gets_the_protocols_error_under_every_split, 0,
        GREETINGS);
    tcase_add_test(bad, a_greeting_that_ends_early_ends_the_connection);
    tcase_add_test(bad, whoever_says_nothing_is_dropped);
    TCase *rules = leaks_test_case(suite, "rules");
    tcase_add_test(rules, private_addresses_are_known);
    tcase_add_test(rules, rules_are_checked);
    TCase *through = leaks_test_case(suite, "through");
    tcase_add_loop_test(through, it_connects_for_its_client, 0, ASKINGS);
    tcase_add_test(through, a_password_opens_it);
    tcase_add_loop_test(through, rules_decide_by_name_and_by_address, 0, RULED);
    tcase_add_test(through, mapped_addresses_are_judged_as_what_they_are);
    tcase_add_test(through, private_addresses_can_be_denied_also_behind_names);
    tcase_add_test(through, nobody_there_is_told);
    return suite;
}
