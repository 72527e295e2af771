/* SPDX-License-Identifier: MIT */
/* Descriptions that are wrong (E9, S1): where, why, and what to write. */
#include "endpoint/description.h"

#include <string.h>

#include "endpoint/kinds.h"
#include "suite.h"
#include "wrappers.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SERVER BIGHT_ENDPOINT_SERVER
#define CLIENT BIGHT_ENDPOINT_CLIENT

/* NULL: any hint. */
struct wrong {
    const char *text;
    bight_endpoint_side side;
    size_t start, length;
    const char *message, *hint;
};

static void assert_wrong(bight_bytes text, const struct wrong *w,
                         const bight_endpoint_kind *const *kinds)
{
    bight_endpoint *untouched = (bight_endpoint *)&untouched;
    bight_endpoint *endpoint = untouched;
    bight_diagnostic d;
    memset(&d, 0x5a, sizeof(d));
    bight_error error =
        bight__endpoint_parse(text, w->side, kinds, &endpoint, &d);
    ck_assert_msg(bight_error_is(error, &bight_domain, BIGHT_ERROR_INVALID),
                  "'%s' was taken", w->text);
    ck_assert_ptr_eq(endpoint, untouched);
    ck_assert_str_eq(d.message, w->message);
    if (w->hint != NULL)
        ck_assert_str_eq(d.hint, w->hint);
    ck_assert_msg(d.start == w->start && d.length == w->length,
                  "'%s': the mark is at %zu, %zu", w->text, d.start, d.length);
    ck_assert_ptr_nonnull(strstr(bight_error_detail(error), w->message));
    error = bight__endpoint_parse(text, w->side, kinds, &endpoint, NULL);
    ck_assert(bight_failed(error));
}

static const struct wrong types[] = {
    {"tpc:8080", SERVER, 0, 3, "unknown endpoint type 'tpc'",
     "did you mean 'tcp'?  known: proxy stdio tls fd memory systemd tcp trace "
     "unix"},
    {"tpc:h:80", CLIENT, 0, 3, "unknown endpoint type 'tpc'",
     "did you mean 'tcp'?  known: exec stdio tls fd memory tcp trace unix"},
    {"8080", SERVER, 0, 4, "no endpoint type before '8080'",
     "did you mean 'tcp:8080'?"},
    {"localhost:8080", CLIENT, 0, 14,
     "no endpoint type before 'localhost:8080'",
     "did you mean 'tcp:localhost:8080'?"},
    {"[::1]:80", SERVER, 0, 8, "no endpoint type before '[::1]:80'",
     "did you mean 'tcp:[::1]:80'?"},
    {":80", SERVER, 0, 3, "no endpoint type before ':80'",
     "did you mean 'tcp:80'?"},
    {":", SERVER, 0, 0, "unknown endpoint type ''",
     "known: proxy stdio tls fd memory systemd tcp trace unix"},
    {"http://h", CLIENT, 0, 4, "unknown endpoint type 'http'", NULL},
    {" tcp:80", SERVER, 0, 4, "unknown endpoint type ' tcp'", NULL},
    {"exec:x", SERVER, 0, 4, "endpoint type 'exec' is not for a server",
     "known: proxy stdio tls fd memory systemd tcp trace unix"},
    {"tls:cert=c:exec:x", SERVER, 11, 4,
     "endpoint type 'exec' is not for a server", NULL},
    {"tls:cert=c:uni:/x", SERVER, 11, 3, "unknown endpoint type 'uni'",
     "did you mean 'unix'?  known: proxy stdio tls fd memory systemd tcp trace "
     "unix"},
    {"tls:example.com", CLIENT, 4, 11, "unknown endpoint type 'example.com'",
     NULL},
    {"", SERVER, 0, 0, "the description is empty", ""},
};

START_TEST(the_type_is_wrong)
{
    assert_wrong(bight_bytes_text(types[_i].text), &types[_i], test_kinds());
}
END_TEST

#define TCP_SERVER "write tcp:[HOST:]PORT, then keys; IPv6 as [::1]"
#define TCP_CLIENT "write tcp:HOST:PORT, then keys; IPv6 as [::1]"

static const struct wrong arguments[] = {
    {"tcp", SERVER, 3, 0, "too few arguments for tcp", TCP_SERVER},
    {"tcp:", SERVER, 4, 0, "too few arguments for tcp", TCP_SERVER},
    {"tcp://", SERVER, 6, 0, "too few arguments for tcp", TCP_SERVER},
    {"tcp:80", CLIENT, 6, 0, "too few arguments for tcp", TCP_CLIENT},
    {"tcp:nodelay=on:80", SERVER, 4, 0, "too few arguments for tcp",
     TCP_SERVER},
    {"tcp:::1:80", SERVER, 6, 4, "too many arguments for tcp", NULL},
    {"tcp:a:80:90", SERVER, 9, 2, "too many arguments for tcp", TCP_SERVER},
    {"stdio:x", SERVER, 6, 1, "too many arguments for stdio", "write stdio"},
    {"memory", SERVER, 6, 0, "too few arguments for memory",
     "write memory:NAME"},
    {"memory:a:b", CLIENT, 9, 1, "too many arguments for memory", NULL},
    {"tcp:80:", SERVER, 6, 1, "nothing follows this ':'", ""},
    {"tcp:80:nodelay=on:", SERVER, 17, 1, "nothing follows this ':'", ""},
    {"unix:/x::mode=1", SERVER, 8, 7, "too many arguments for unix", NULL},
    {"tcp:80:nodelay=on:90", SERVER, 18, 2,
     "'90' is an argument that follows a key", TCP_SERVER},
    {"tcp:80:nodelay=on::", SERVER, 18, 0,
     "'' is an argument that follows a key", NULL},
};

START_TEST(the_arguments_are_wrong)
{
    assert_wrong(bight_bytes_text(arguments[_i].text), &arguments[_i],
                 test_kinds());
}
END_TEST

#define NO_PORT(text) "port '" text "' is not a number up to 65535"

static const struct wrong ports[] = {
    {"tcp:h:http", CLIENT, 6, 4, NO_PORT("http"), "like 8080"},
    {"tcp:65536", SERVER, 4, 5, NO_PORT("65536"), "like 8080"},
    {"tcp:99999999999999999999", SERVER, 4, 20, NO_PORT("99999999999999999999"),
     "like 8080"},
    {"tcp:-1", SERVER, 4, 2, NO_PORT("-1"), "like 8080"},
    {"tcp:+1", SERVER, 4, 2, NO_PORT("+1"), "like 8080"},
    {"tcp:080", SERVER, 4, 3, NO_PORT("080"), "without zeros in front"},
    {"tcp: 80", SERVER, 4, 3, NO_PORT(" 80"), "like 8080"},
    {"tcp:0x50", SERVER, 4, 4, NO_PORT("0x50"), "like 8080"},
    {"tcp:80a", SERVER, 4, 3, NO_PORT("80a"), "like 8080"},
    {"tcp:h:80/", CLIENT, 6, 3, NO_PORT("80/"), "like 8080"},
    {"tcp:h:0", CLIENT, 6, 1, "port 0 can only be listened on", ""},
    {"tls:cert=c:tcp:x", SERVER, 15, 1, NO_PORT("x"), "like 8080"},
    {"tcp:127.0.0.1", SERVER, 4, 9, NO_PORT("127.0.0.1"),
     "a port follows the host: HOST:PORT"},
    {"tcp:[::1]", SERVER, 4, 5, NO_PORT("[::1]"),
     "a port follows the host: HOST:PORT"},
};

START_TEST(the_port_is_wrong)
{
    assert_wrong(bight_bytes_text(ports[_i].text), &ports[_i], test_kinds());
}
END_TEST

static const struct wrong hosts[] = {
    {"tcp::80", SERVER, 4, 0, "the host is empty",
     "IPv6 is in brackets: [::1]"},
    {"tcp:[]:80", SERVER, 4, 2, "the host is empty", NULL},
    {"tcp:80:interface=", SERVER, 17, 0, "the host is empty", NULL},
    {"tcp:*:80", SERVER, 4, 1, "'*' cannot be part of a host",
     "[::] and 0.0.0.0 are every address"},
    {"tcp:a b:80", CLIENT, 4, 3, "' ' cannot be part of a host", ""},
    {"tcp:h/x:80", CLIENT, 4, 3, "'/' cannot be part of a host", ""},
    {"tcp:a@b:80", CLIENT, 4, 3, "'@' cannot be part of a host", ""},
    {"tcp:.a:80", CLIENT, 4, 2, "'.a' is not a host", ""},
    {"tcp:a..b:80", CLIENT, 4, 4, "'a..b' is not a host", ""},
    {"tcp:256.1.1.1:80", CLIENT, 4, 9, "'256.1.1.1' is not an IPv4 address",
     ""},
    {"tcp:127.1:80", CLIENT, 4, 5, "'127.1' is not an IPv4 address", ""},
    {"tcp:010.0.0.1:80", CLIENT, 4, 9, "'010.0.0.1' is not an IPv4 address",
     ""},
    {"tcp:0x7f000001:80", CLIENT, 4, 10, "'0x7f000001' is not an IPv4 address",
     ""},
    {"tcp:1.2.3.4.:80", CLIENT, 4, 8, "'1.2.3.4.' is not an IPv4 address", ""},
    {"tcp:8080:9090", SERVER, 4, 4, "'8080' is not an IPv4 address", ""},
    {"tcp:[::g]:80", CLIENT, 4, 5, "'::g' is not an IPv6 address", ""},
    {"tcp:[127.0.0.1]:80", CLIENT, 4, 11, "'127.0.0.1' is not an IPv6 address",
     ""},
    {"tcp:[::1%]:80", CLIENT, 4, 6, "'' is not a network interface", ""},
    {"tcp:[::1%a b]:80", CLIENT, 4, 9, "'a b' is not a network interface", ""},
    {"tcp:[::1%sixteen-letters-]:80", CLIENT, 4, 22,
     "'sixteen-letters-' is not a network interface", ""},
    {"tcp:[::1]80:1", SERVER, 9, 2, "'80' follows ']'", ""},
    {"tcp:[::1:80", SERVER, 4, 1, "this '[' has no ']'",
     "write \\[ unless it opens an IPv6 address"},
    {"tcp:80:interface=[::1", SERVER, 17, 1, "this '[' has no ']'", NULL},
};

START_TEST(the_host_is_wrong)
{
    assert_wrong(bight_bytes_text(hosts[_i].text), &hosts[_i], test_kinds());
}
END_TEST

static const struct wrong paths[] = {
    {"unix:", SERVER, 5, 0, "too few arguments for unix",
     "write unix:PATH, then keys"},
    {"unix::mode=1", SERVER, 5, 0, "the path is empty", ""},
    {"unix:@x", CLIENT, 5, 2, "'@x' is an abstract socket",
     "these have no permissions: use a file, or ./@ for a file's name"},
    {"unix://x", CLIENT, 5, 2, "an absolute path must follow 'unix://'",
     "write unix:PATH or unix:///PATH"},
    {"unix://", CLIENT, 5, 2, "an absolute path must follow 'unix://'", NULL},
    {"unix:/a=b", CLIENT, 5, 2, "unknown key '/a' of unix",
     "write \\= for a '=' that ends no key"},
};

START_TEST(the_path_is_wrong)
{
    assert_wrong(bight_bytes_text(paths[_i].text), &paths[_i], test_kinds());
}
END_TEST

#define KNOWN_TCP                                                              \
    "known: backlog interface keepalive nodelay reuseaddr reuseport"

static const struct wrong keys[] = {
    {"tcp:80:nodely=on", SERVER, 7, 6, "unknown key 'nodely' of tcp",
     "did you mean 'nodelay'?  " KNOWN_TCP},
    {"tcp:80:zzzzzzzzzz=on", SERVER, 7, 10, "unknown key 'zzzzzzzzzz' of tcp",
     KNOWN_TCP},
    {"tcp:80:port=1", SERVER, 7, 4, "unknown key 'port' of tcp", NULL},
    {"tcp:80:=on", SERVER, 7, 0, "unknown key '' of tcp", NULL},
    {"memory:x:k=v", CLIENT, 9, 1, "unknown key 'k' of memory",
     "a client's memory has no keys"},
    {"tcp:h:80:backlog=5", CLIENT, 9, 7,
     "key 'backlog' of tcp is not for a client", "known: keepalive nodelay"},
    {"unix:/x:mode=660", CLIENT, 8, 4, "key 'mode' of unix is not for a client",
     "a client's unix has no keys"},
    {"tcp:80:nodelay=on:nodelay=on", SERVER, 18, 7, "nodelay is given twice",
     ""},
    {"tcp:h:80:interface=h", SERVER, 9, 9, "host is given twice", ""},
    {"tls:8443", SERVER, 4, 0, "tls needs cert=...", ""},
    {"tls:cert=c:1:key=k", SERVER, 13, 3, "unknown key 'key' of tcp",
     "keys of tls go before what it wraps"},
    {"tls:cret=c:1", SERVER, 4, 4, "unknown key 'cret' of tls",
     "did you mean 'cert'?  known: cert key"},
    {"tls:cert=c", SERVER, 10, 0, "tls wraps nothing",
     "an endpoint must follow, or only its port"},
    {"proxy", SERVER, 5, 0, "proxy wraps nothing", NULL},
    {"tls:cert=c:", SERVER, 10, 1, "nothing follows this ':'", NULL},
};

START_TEST(a_key_is_wrong)
{
    assert_wrong(bight_bytes_text(keys[_i].text), &keys[_i], test_kinds());
}
END_TEST

static const struct wrong values[] = {
    {"tcp:80:nodelay=", SERVER, 15, 0, "the nodelay is empty", ""},
    {"tcp:80:nodelay=maybe", SERVER, 15, 5,
     "nodelay 'maybe' is neither on nor off", ""},
    {"tcp:80:backlog=0", SERVER, 15, 1,
     "backlog '0' is not a number from 1 to 65535", ""},
    {"tcp:80:backlog=65536", SERVER, 15, 5,
     "backlog '65536' is not a number from 1 to 65535", ""},
    {"tcp:80:backlog=1k", SERVER, 15, 2,
     "backlog '1k' is not a number from 1 to 65535", ""},
    {"tcp:80:keepalive=30", SERVER, 17, 2, "keepalive '30' is not a duration",
     "like 500ms, 30s, 2m, 1h, or off"},
    {"tcp:80:keepalive=10ms", SERVER, 17, 4, "keepalive '10ms' is out of range",
     "from 1s to 32767s, or off"},
    {"tcp:80:keepalive=1d", SERVER, 17, 2, "keepalive '1d' is out of range",
     NULL},
    {"unix:/x:mode=999", SERVER, 13, 3,
     "mode '999' is not an octal number up to 777",
     "as with chmod: 660 is the owner and the group"},
    {"unix:/x:mode=1777", SERVER, 13, 4,
     "mode '1777' is not an octal number up to 777", NULL},
    {"unix:/x:mode=00660", SERVER, 13, 5,
     "mode '00660' is not an octal number up to 777", NULL},
    {"memory:a\\b", CLIENT, 8, 2, "'\\b' is not an escape",
     "write \\\\ for one \\"},
    {"memory:a\\", CLIENT, 8, 1, "'\\' is not an escape", NULL},
    {"memory:[a\\n]", CLIENT, 9, 2, "'\\n' is not an escape", NULL},
};

START_TEST(a_value_is_wrong)
{
    assert_wrong(bight_bytes_text(values[_i].text), &values[_i], test_kinds());
}
END_TEST

START_TEST(control_characters_are_refused)
{
    struct wrong w = {"a NUL", CLIENT, 8, 1, "control character 0x00", ""};
    assert_wrong(BIGHT_BYTES("memory:a\0b"), &w, test_kinds());
    w = (struct wrong){"a newline", CLIENT, 7, 1, "control character 0x0a", ""};
    assert_wrong(BIGHT_BYTES("memory:\n"), &w, test_kinds());
    w = (struct wrong){"DEL", CLIENT, 0, 1, "control character 0x7f", ""};
    assert_wrong(BIGHT_BYTES("\x7fmemory:x"), &w, test_kinds());
    w = (struct wrong){"NULL", CLIENT, 0, 0, "the description is empty", ""};
    assert_wrong(bight_bytes_of(NULL, 0), &w, test_kinds());
}
END_TEST

/* S1 */
START_TEST(what_is_too_long_is_refused)
{
    char text[BIGHT_ENDPOINT_TEXT_MAX + 2];
    memset(text, 'a', sizeof(text));
    memcpy(text, "memory:", 7);
    struct wrong w = {"long",
                      CLIENT,
                      BIGHT_ENDPOINT_TEXT_MAX,
                      2,
                      "a description has at most 4096 bytes",
                      ""};
    assert_wrong(bight_bytes_of(text, sizeof(text)), &w, test_kinds());
    w = (struct wrong){
        "path", CLIENT, 5, 108, "a path of 108 bytes; a UNIX socket has 107",
        ""};
    memset(text, 'a', 7);
    memcpy(text, "unix:", 5);
    assert_wrong(bight_bytes_of(text, 5 + 108), &w, test_kinds());
    w = (struct wrong){"host", CLIENT, 4, 254, "a host has at most 253 bytes",
                       ""};
    memset(text, 'a', 5);
    memcpy(text, "tcp:", 4);
    memcpy(text + 4 + 254, ":80", 3);
    assert_wrong(bight_bytes_of(text, 4 + 254 + 3), &w, test_kinds());
}
END_TEST

/* S1 */
START_TEST(wrappers_do_not_nest_without_end)
{
    struct wrong w = {"deep", SERVER, 48, 2, "more than 8 endpoints in one",
                      ""};
    assert_wrong(BIGHT_BYTES("proxy:proxy:proxy:proxy:proxy:proxy:proxy:proxy:"
                             "80"),
                 &w, test_kinds());
}
END_TEST

START_TEST(a_message_repeats_only_a_part_of_a_long_word)
{
    char text[3000];
    memset(text, 'a', sizeof(text));
    struct wrong w = {"long word",
                      CLIENT,
                      0,
                      sizeof(text),
                      "unknown endpoint type "
                      "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'",
                      NULL};
    assert_wrong(bight_bytes_of(text, sizeof(text)), &w, test_kinds());
}
END_TEST

START_TEST(the_library_knows_its_own_types)
{
    struct wrong w = {
        "tpc:8080:x",
        SERVER,
        0,
        3,
        "unknown endpoint type 'tpc'",
        "did you mean 'tcp'?  known: fd memory systemd tcp trace unix"};
    bight_endpoint *endpoint;
    bight_diagnostic d;
    const bight_endpoint_kind *kinds[BIGHT__ENDPOINT_KINDS_MAX + 1];
    bight__endpoint_kinds(kinds);
    assert_wrong(BIGHT_BYTES("tpc:x"), &w, kinds);
    ck_assert(bight_failed(
        bight_endpoint_parse(BIGHT_BYTES("tpc:x"), SERVER, &endpoint, &d)));
    ck_assert_str_eq(d.hint, w.hint);
}
END_TEST

/* The two lines and the caret that a person sees. */
START_TEST(the_caret_stands_under_what_is_wrong)
{
    bight_bytes text = BIGHT_BYTES("tcp:8080:nodely=on");
    bight_endpoint *endpoint;
    bight_diagnostic d;
    char shown[512];
    ck_assert(bight_failed(bight_endpoint_parse(text, CLIENT, &endpoint, &d)));
    ck_assert(bight_failed(bight_endpoint_parse(text, SERVER, &endpoint, &d)));
    (void)bight_diagnostic_format(&d, "bight", text, shown, sizeof(shown));
    ck_assert_str_eq(
        shown, "bight: unknown key 'nodely' of tcp\n"
               "  tcp:8080:nodely=on\n"
               "           ^~~~~~  did you mean 'nodelay'?  known: backlog "
               "interface keepalive\n"
               "                   nodelay reuseaddr reuseport\n");
}
END_TEST

static void add_tables(Suite *suite)
{
    TCase *tcase = tcase_create("where and why (E9)");
    tcase_add_loop_test(tcase, the_type_is_wrong, 0, COUNT(types));
    tcase_add_loop_test(tcase, the_arguments_are_wrong, 0, COUNT(arguments));
    tcase_add_loop_test(tcase, the_port_is_wrong, 0, COUNT(ports));
    tcase_add_loop_test(tcase, the_host_is_wrong, 0, COUNT(hosts));
    tcase_add_loop_test(tcase, the_path_is_wrong, 0, COUNT(paths));
    tcase_add_loop_test(tcase, a_key_is_wrong, 0, COUNT(keys));
    tcase_add_loop_test(tcase, a_value_is_wrong, 0, COUNT(values));
    tcase_add_test(tcase, the_library_knows_its_own_types);
    tcase_add_test(tcase, the_caret_stands_under_what_is_wrong);
    suite_add_tcase(suite, tcase);
}

static void add_limits(Suite *suite)
{
    TCase *tcase = tcase_create("limits (S1)");
    tcase_add_test(tcase, control_characters_are_refused);
    tcase_add_test(tcase, what_is_too_long_is_refused);
    tcase_add_test(tcase, wrappers_do_not_nest_without_end);
    tcase_add_test(tcase, a_message_repeats_only_a_part_of_a_long_word);
    suite_add_tcase(suite, tcase);
}

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("complain");
    add_tables(suite);
    add_limits(suite);
    return suite;
}
