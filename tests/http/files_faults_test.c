/* SPDX-License-Identifier: MIT */
/*
 * S3: the n-th failing allocation, and the n-th failing system call, over a
 * conversation with ranges, a 304, a listing and an error; and disks that hang.
 * The system's calls that files are looked at by are this program's, which asks
 * the system.
 */
/* Its openat and pread are inline, and so not to be replaced. */
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>

#include "faults.h"
#include "faulty.h"
#include "gate.h"
#include "leaks.h"
#include "site.h"
#include "suite.h"

#define BIG (80 * 1024)
#define OPENAT2 437

/* -- calls that fail ------------------------------------------------------ */

static uint64_t calls, failing; /* counted from 1; 0: none fails */
static uint64_t opens;          /* by openat2 */
static int failure;
static uint64_t failures;
static struct gate *gate; /* an openat2 of a thread waits at it */
static pthread_t loop_thread;

static bool fails(void)
{
    if (failing == 0 || ++calls != failing)
        return false;
    failures++;
    errno = failure;
    return true;
}

#define REAL(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

long syscall(long number, ...)
{
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (size_t i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (number == OPENAT2) {
        opens++;
        if (gate != NULL && !pthread_equal(pthread_self(), loop_thread))
            gate_pass(gate);
        if (fails())
            return -1;
    }
    return REAL(syscall)(number, arguments[0], arguments[1], arguments[2],
                         arguments[3], arguments[4], arguments[5]);
}

int openat(int dir, const char *path, int flags, ...)
{
    return fails() ? -1 : REAL(openat)(dir, path, flags, 0);
}

int fstat(int fd, struct stat *ret_stat)
{
    return fails() ? -1 : REAL(fstat)(fd, ret_stat);
}

int fstatat(int dir, const char *path, struct stat *ret_stat, int flags)
{
    return fails() ? -1 : REAL(fstatat)(dir, path, ret_stat, flags);
}

ssize_t pread(int fd, void *to, size_t size, off_t offset)
{
    return fails() ? -1 : REAL(pread)(fd, to, size, offset);
}

DIR *fdopendir(int fd)
{
    return fails() ? NULL : REAL(fdopendir)(fd);
}

int fcntl(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    long argument = va_arg(list, long);
    va_end(list);
    if (command == F_DUPFD_CLOEXEC && fails())
        return -1;
    return REAL(fcntl)(fd, command, argument);
}

static void fail_nth(uint64_t n, int with)
{
    calls = failures = 0;
    failing = n;
    failure = with;
}

/* -- the conversation ----------------------------------------------------- */

static void make(void)
{
    site_make();
    site.files.browse = true;
    site_text("a", "0123456789");
    site_text("a.gz", "packed");
    site_folder("docs");
    site_text("docs/one", "1");
    site_folder("docs/two");
    site_put("big", talk_pattern(BIG));
}

static const struct {
    const char *request;
    unsigned status;
} asked[] = {
    {"GET /a", 200},
    {"GET /a\nAccept-Encoding: gzip", 200},
    {"GET /a\nRange: bytes=0-1,5-6", 206},
    {"GET /a\nIf-None-Match: \"x\"\nIf-None-Match: \"y\"", 200},
    {"GET /a\nIf-None-Match: *", 304},
    {"GET /big", 200},
    {"GET /big\nRange: bytes=1-2", 206},
    {"GET /big\nRange: bytes=0-9999,20000-", 206},
    {"GET /docs?x", 301},
    {"GET /docs/", 200},
    {"GET /docs/?sort=size\nAccept: application/json", 200},
    {"GET /none", 404},
    {"GET /a\nRange: bytes=77-", 416},
    {"GET /a\nIf-Match: \"x\"", 412},
};

#define ASKED (sizeof(asked) / sizeof(asked[0]))

static bight_plugin plugin(void)
{
    return (bight_plugin){.name = "site", .factory = &site_factory};
}

/* All of them at once, as a client that pipelines. */
static char *all_asked(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < ASKED; i++) {
        const char *line = asked[i].request;
        size_t length = strcspn(line, "\n");
        (void)fprintf(out, "%.*s HTTP/1.1\r\nHost: h\r\n", (int)length, line);
        for (line += length; *line != '\0'; line += length) {
            length = strcspn(++line, "\n");
            (void)fprintf(out, "%.*s\r\n", (int)length, line);
        }
        (void)fputs("\r\n", out);
    }
    (void)fclose(out);
    return text;
}

START_TEST(S3_every_allocation_may_fail)
{
    make();
    site.walk = _i == 1;
    char *says = all_asked();
    const bight_plugin served = plugin();
    unsigned runs = faulty_talk(
        &(struct faulty){.plugin = &served, .says = says, .clients = 2});
    ck_assert_uint_gt(runs, 40);
    free(says);
    site_unmake();
}
END_TEST

/* -- each call ------------------------------------------------------------ */

static bool is_answer_to_failure(unsigned status)
{
    return status == 404 || status == 500 || status == 503;
}

/* What ended is begun again: a part that is missing ends the connection. */
static void converse(void)
{
    for (size_t i = 0; i < ASKED; i++) {
        uint64_t before = failures;
        if (site.talk.client == NULL)
            talk_again(&site.talk);
        const char *answer = site_ask("%s", asked[i].request);
        if (failures > before && *answer == '\0')
            continue;
        unsigned status = site_status(answer);
        ck_assert_msg(status == asked[i].status ||
                          (failures > before && is_answer_to_failure(status)),
                      "%s: %u", asked[i].request, status);
        ck_assert(!is_answer_to_failure(status) ||
                  site_field(answer, "Content-Encoding") == NULL);
    }
}

static void try_each(int with)
{
    for (uint64_t n = 1;; n++) {
        ck_assert_uint_lt(n, 2000);
        fail_nth(n, with);
        converse();
        uint64_t injected = failures;
        fail_nth(0, 0);
        ck_assert_ok(bight_loop_advance(site.talk.loop, 2000));
        converse();
        ck_assert_ok(bight_loop_advance(site.talk.loop, 2000));
        if (injected == 0)
            break;
    }
}

START_TEST(S3_every_call_may_fail)
{
    static const int errors[] = {EIO, EMFILE, ENOENT, ENOMEM};
    make();
    site.walk = _i % 2 == 1;
    site_begin();
    try_each(errors[_i / 2]);
    site_end();
}
END_TEST

/* Those that are kept for later are closed for one that is needed now. */
START_TEST(without_descriptors_the_cache_gives_up_its_own)
{
    make();
    site_begin();
    ck_assert_status(200, "GET /big");
    ck_assert_uint_eq(site.made->cache.count, 1);
    fail_nth(1, EMFILE);
    ck_assert_status(200, "GET /big");
    ck_assert_uint_eq(failures, 1);
    ck_assert_uint_eq(site.made->cache.count, 0);
    fail_nth(0, 0);
    site_end();
}
END_TEST

START_TEST(what_is_known_costs_no_look)
{
    make();
    site_begin();
    ck_assert_status(200, "GET /a");
    uint64_t before = opens;
    ck_assert_uint_gt(before, 0);
    for (int i = 0; i < 10; i++)
        ck_assert_status(200, "GET /a");
    ck_assert_uint_eq(opens, before);
    site_end();
}
END_TEST

/* -- a disk that hangs ---------------------------------------------------- */

static struct gate gates;

struct client {
    int answers;
    bight_transport *t;
    bight_error why;
};

static void heard(void *self, bight_transport *t, bight_bytes data)
{
    struct client *client =
        *(struct client **)(uintptr_t)bight_transport_options(t);
    (void)self;
    for (size_t i = 0; i + 8 < data.size; i++)
        client->answers += memcmp(data.data + i, "HTTP/1.1", 8) == 0;
}

static void client_made(void *self, bight_transport *t)
{
    struct client *client =
        *(struct client **)(uintptr_t)bight_transport_options(t);
    (void)self;
    client->t = t;
}

static void client_lost(void *self, bight_transport *t, bight_error why)
{
    struct client *client =
        *(struct client **)(uintptr_t)bight_transport_options(t);
    (void)self;
    client->t = NULL;
    client->why = why;
}

static const bight_protocol client_protocol = {
    .size = sizeof(bight_protocol),
    .name = "client",
    .connection_made = client_made,
    .data_received = heard,
    .connection_lost = client_lost,
};
static const bight_factory client_factory = {
    .size = sizeof(bight_factory),
    .name = "client",
    .protocol = &client_protocol,
};

static void connected(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    (void)t;
    ck_assert_ok(error);
}

#define run_until(loop, condition)                                             \
    for (unsigned turns_ = 0; !(condition); turns_++) {                        \
        ck_assert_msg(turns_ < 2000000, "never: %s", #condition);              \
        (void)bight_loop_step(loop);                                           \
    }

static void connect_client(bight_loop *loop, struct client **client)
{
    bight_owner_options options;
    bight_owner_options_init(&options);
    options.factory_options = client;
    ck_assert_ok(bight_memory_connect(loop, &client_factory, "site", &options,
                                      connected, NULL, NULL));
    run_until(loop, (*client)->t != NULL);
}

static void ask(const struct client *client, const char *path)
{
    char request[128];
    (void)snprintf(request, sizeof(request),
                   "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
    (void)bight_transport_write(client->t, bight_bytes_text(request));
}

#define CLIENTS 20

/* One thread waits for the disk, whoever asks for that file; a known file is
 * answered meanwhile; who leaves is let go. */
START_TEST(a_disk_that_hangs_stalls_only_who_asks_for_it)
{
    struct client clients[CLIENTS] = {{0}};
    struct client *places[CLIENTS];
    bight_listener *listener;
    bight_owner_options owner;
    bight_loop *loop = loops_new(BIGHT_LOOP_REAL);
    make();
    site.files.cache_ms = 60000;
    loop_thread = pthread_self();
    bight_owner_options_init(&owner);
    ck_assert_ok(bight_memory_listen(loop, &site_factory, "site", NULL, &owner,
                                     &listener));
    for (size_t i = 0; i < CLIENTS; i++) {
        places[i] = &clients[i];
        connect_client(loop, &places[i]);
    }
    ask(&clients[0], "/a");
    run_until(loop, clients[0].answers == 1);

    gates = (struct gate)GATE_INIT;
    gate = &gates;
    for (size_t i = 1; i < CLIENTS; i++)
        ask(&clients[i], "/big");
    run_until(loop, site.made->loads != NULL);
    gate_await_waiting(&gates, 1);
    for (int i = 2; i < 50; i++) {
        ask(&clients[0], "/a");
        run_until(loop, clients[0].answers == i);
    }
    bight_transport_abort(clients[1].t);
    run_until(loop, clients[1].t == NULL);
    ck_assert_int_eq(clients[2].answers, 0);
    uint64_t before = opens;
    gate_open(&gates);
    for (size_t i = 2; i < CLIENTS; i++)
        run_until(loop, clients[i].answers == 1);
    ck_assert_uint_lt(opens - before, 6); /* of one look */
    gate = NULL;
    for (size_t i = 0; i < CLIENTS; i++)
        if (clients[i].t != NULL)
            bight_transport_abort(clients[i].t);
    bight_listener_close(listener);
    ck_assert_ok(bight_loop_run(loop));
    loops_free(loop);
    site_unmake();
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("files_faults");
    TCase *tcase = leaks_test_case(suite, "faults");
    tcase_set_timeout(tcase, 100);
    tcase_add_loop_test(tcase, S3_every_allocation_may_fail, 0, 2);
    tcase_add_loop_test(tcase, S3_every_call_may_fail, 0, 8);
    tcase_add_test(tcase, without_descriptors_the_cache_gives_up_its_own);
    tcase_add_test(tcase, what_is_known_costs_no_look);
    /* Valgrind knows no openat2, at which the disk hangs here. */
    tcase = leaks_test_case(suite, "a disk that hangs");
    tcase_set_tags(tcase, "fork");
    tcase_add_test(tcase, a_disk_that_hangs_stalls_only_who_asks_for_it);
    return suite;
}
