/* SPDX-License-Identifier: MIT */
/* ctest: long */
/* Descriptions and their canonical text: parse and format agree (E9). */
#include "endpoint/description.h"

#include <stdio.h>
#include <string.h>

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

static void assert_canonical(const char *text, bight_endpoint_side side,
                             const char *canonical)
{
    bight_endpoint *endpoint = parse(text, side);
    ck_assert_str_eq(text_of(endpoint), canonical);
    bight_endpoint_free(endpoint);
    endpoint = parse(canonical, side);
    ck_assert_str_eq(text_of(endpoint), canonical);
    bight_endpoint_free(endpoint);
}

static const struct {
    const char *text;
    bight_endpoint_side side;
    const char *canonical;
} spellings[] = {
    {"tcp:80", SERVER, "tcp:80"},
    {"tcp:h:80:nodelay=off", CLIENT, "tcp:h:80:nodelay=off"},
    {"tcp:80:interface=127.0.0.1", SERVER, "tcp:127.0.0.1:80"},
    {"tcp:80:nodelay=on:backlog=5", SERVER, "tcp:80:backlog=5:nodelay=on"},
    {"tcp://h:80", CLIENT, "tcp:h:80"},
    {"tcp://[::1]:8080", SERVER, "tcp:[::1]:8080"},
    {"tcp://8080", SERVER, "tcp:8080"},
    {"unix:///path", SERVER, "unix:/path"},
    {"unix:////path", SERVER, "unix:////path"},
    {"unix://///path", SERVER, "unix://///path"},
    {"unix:relative", CLIENT, "unix:relative"},
    {"unix:./@x", CLIENT, "unix:./@x"},
    {"unix:/a\\:b\\=c\\\\d", CLIENT, "unix:/a\\:b\\=c\\\\d"},
    {"unix:/x:mode=660", SERVER, "unix:/x:mode=660"},
    {"unix:[a:b=c]", CLIENT, "unix:\\[a\\:b\\=c]"},
    {"memory:\\[x\\]", CLIENT, "memory:\\[x]"},
    {"memory:x[y", CLIENT, "memory:x[y"},
    {"exec:cat -A [a-z]*", CLIENT, "exec:cat -A [a-z]*"},
    {"fd:3", SERVER, "fd:3"},
    {"systemd", SERVER, "systemd:"},
    {"systemd:", SERVER, "systemd:"},
    {"systemd:index=2", SERVER, "systemd:index=2"},
    {"systemd:web\\:x:index=2", SERVER, "systemd:web\\:x:index=2"},
    {"stdio", SERVER, "stdio:"},
    {"stdio:", CLIENT, "stdio:"},
};

START_TEST(each_spelling_has_one_canonical_text)
{
    assert_canonical(spellings[_i].text, spellings[_i].side,
                     spellings[_i].canonical);
}
END_TEST

static const struct {
    const char *text;
    bight_endpoint_side side;
    const char *canonical;
} wrapped[] = {
    {"tls:cert=c.pem:key=k.pem:8443", SERVER,
     "tls:cert=c.pem:key=k.pem:tcp:8443"},
    {"tls:cert=c:h:8443:nodelay=off", SERVER,
     "tls:cert=c:tcp:h:8443:nodelay=off"},
    {"tls:cert=c:[::1]:8443", SERVER, "tls:cert=c:tcp:[::1]:8443"},
    {"tls:example.com:443", CLIENT, "tls:tcp:example.com:443"},
    {"tls:peer=[::1]:tcp://[::2]:443", CLIENT, "tls:peer=[::1]:tcp:[::2]:443"},
    {"tls:unix:8443", CLIENT, "tls:unix:8443"},
    {"proxy:tls:cert=c.pem:key=k.pem:unix:/run/x", SERVER,
     "proxy:tls:cert=c.pem:key=k.pem:unix:/run/x"},
    {"proxy:80", SERVER, "proxy:tcp:80"},
    {"trace:80", SERVER, "trace:tcp:80"},
    {"trace:hex=yes:fd:3", CLIENT, "trace:hex=yes:fd:3"},
    {"trace:systemd", SERVER, "trace:systemd:"},
    {"proxy:stdio", SERVER, "proxy:stdio:"},
    {"proxy:proxy:proxy:proxy:proxy:proxy:proxy:1", SERVER,
     "proxy:proxy:proxy:proxy:proxy:proxy:proxy:tcp:1"},
    {"tls:cert=[a:b]:key=C\\:\\\\k:1", SERVER,
     "tls:cert=\\[a\\:b]:key=C\\:\\\\k:tcp:1"},
};

START_TEST(a_wrapper_has_keys_and_then_its_inner)
{
    assert_canonical(wrapped[_i].text, wrapped[_i].side, wrapped[_i].canonical);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Any text, heavy on what needs care, and how it may be written. */
static void make_text(uint32_t *state, char plain[16], char written[32])
{
    static const char bytes[] = "::\\\\==[]//@%ab 1\xc3\xa9~";
    size_t length = 1 + next_random(state) % 14, w = 0;
    for (size_t i = 0; i < length; i++) {
        plain[i] = bytes[next_random(state) % (sizeof(bytes) - 1)];
        bool must = strchr(":\\=", plain[i]) || (i == 0 && plain[i] == '[');
        bool may = plain[i] == '[' || plain[i] == ']';
        if (must || (may && next_random(state) % 2 == 0))
            written[w++] = '\\';
        written[w++] = plain[i];
    }
    plain[length] = written[w] = '\0';
}

/* E9: parse and format round-trip. */
START_TEST(any_text_survives_being_written_and_read)
{
    uint32_t state = (uint32_t)_i * 7919 + 1;
    char cert[16], key[16], name[16], texts[3][32], text[256], first[256];
    make_text(&state, cert, texts[0]);
    make_text(&state, key, texts[1]);
    make_text(&state, name, texts[2]);
    (void)snprintf(text, sizeof(text), "proxy:tls:key=%s:cert=%s:memory:%s",
                   texts[1], texts[0], texts[2]);
    bight_endpoint *e = parse(text, SERVER);
    for (int round = 0; round < 2; round++) {
        const bight_endpoint *tls = bight_endpoint_inner(e);
        const bight_endpoint *memory = bight_endpoint_inner(tls);
        ck_assert_str_eq(bight_endpoint_value(tls, "cert"), cert);
        ck_assert_str_eq(bight_endpoint_value(tls, "key"), key);
        ck_assert_str_eq(bight_endpoint_value(memory, "name"), name);
        (void)snprintf(first, sizeof(first), "%.255s", text_of(e));
        bight_endpoint_free(e);
        e = parse(first, SERVER);
        ck_assert_str_eq(text_of(e), first);
    }
    bight_endpoint_free(e);
}
END_TEST

START_TEST(any_unix_path_survives_being_written_and_read)
{
    uint32_t state = (uint32_t)_i * 104729 + 1;
    char tail[16], written[32], path[32], text[64], canonical[64];
    static const char *const heads[] = {"/", "//", "///", "////", "./"};
    make_text(&state, tail, written);
    const char *head = heads[next_random(&state) % COUNT(heads)];
    (void)snprintf(path, sizeof(path), "%s%s", head, tail);
    bool escape = strncmp(path, "//", 2) == 0;
    (void)snprintf(text, sizeof(text), "unix:%s%s%s", escape ? "//" : "", head,
                   written);
    bight_endpoint *e = parse(text, CLIENT);
    ck_assert_str_eq(bight_endpoint_path(e), path);
    (void)snprintf(canonical, sizeof(canonical), "%.63s", text_of(e));
    bight_endpoint_free(e);
    e = parse(canonical, CLIENT);
    ck_assert_str_eq(bight_endpoint_path(e), path);
    ck_assert_str_eq(text_of(e), canonical);
    bight_endpoint_free(e);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("round trip");
    TCase *written = tcase_create("one text each (E9)");
    TCase *random = tcase_create("any text (E9)");
    tcase_add_loop_test(written, each_spelling_has_one_canonical_text, 0,
                        COUNT(spellings));
    tcase_add_loop_test(written, a_wrapper_has_keys_and_then_its_inner, 0,
                        COUNT(wrapped));
    tcase_add_loop_test(random, any_text_survives_being_written_and_read, 0,
                        300);
    tcase_add_loop_test(random, any_unix_path_survives_being_written_and_read,
                        0, 200);
    suite_add_tcase(suite, written);
    suite_add_tcase(suite, random);
    return suite;
}
