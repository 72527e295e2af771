/* SPDX-License-Identifier: MIT */
/*
 * The proof of the conformance suite: over each wire, bare and under a filter,
 * it must fail on each of the faults that this build can have (a crash or a
 * hang is a failure, too), and pass without one.
 */
#include "wire/mutants.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bight/testing/conformance.h>

#include "faults.h"
#include "suite.h"

#define HANG_S 20
#define PATIENCE_MS 400

enum bight__mutant_kind bight__mutant;

static const char *const faults[] = {"none",
#define FAULT(name, fault) fault,
                                     BIGHT__MUTANTS(FAULT)
#undef FAULT
};

/* -- the transports ------------------------------------------------------- */

static void ignore(void *ctx, const bight_transport *t, bool incoming,
                   bight_bytes data)
{
    (void)ctx;
    (void)t;
    (void)incoming;
    (void)data;
}

static const bight_trace_options quiet = {.size = sizeof(bight_trace_options),
                                          .fn = ignore};
static const bight_filter_use trace = {&bight_trace, &quiet};

static const struct {
    const char *name;
    const bight_conformance_transport *wire;
    size_t filters;
} transports[] = {
    {"memory", &bight_conformance_memory, 0},
    {"memory+trace", &bight_conformance_memory, 1},
    {"tcp", &bight_conformance_tcp, 0},
    {"tcp+trace", &bight_conformance_tcp, 1},
    {"unix", &bight_conformance_unix, 0},
    {"unix+trace", &bight_conformance_unix, 1},
};

#define TRANSPORTS (sizeof(transports) / sizeof(*transports))

/* -- one child ------------------------------------------------------------ */

/* What the parent learns of it, shared. */
struct report {
    size_t index;
    bool failed;
    char message[256];
};

static struct report *report;

static bool is_caught(size_t index,
                      const bight_conformance_transport *transport)
{
    const bight_conformance_case *what = bight_conformance_case_at(index);
    size_t live = faults_live();
    report->index = index;
    bight_conformance_outcome outcome = bight_conformance_run(
        what, transport, report->message, sizeof(report->message));
    if (outcome != BIGHT_CONFORMANCE_FAILED && faults_live() != live) {
        (void)snprintf(report->message, sizeof(report->message), "it leaks");
        return true;
    }
    return outcome == BIGHT_CONFORMANCE_FAILED;
}

/* The fault's own rule first, from the hint on: that is where it is caught. */
static bool catches(const bight_conformance_transport *transport, size_t hint)
{
    const bight_conformance_case *what;
    const char *rule = faults[bight__mutant];
    if (bight__mutant != BIGHT__MUTANT_NONE && is_caught(hint, transport))
        return true;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; (what = bight_conformance_case_at(i)) != NULL; i++) {
            size_t length = strlen(what->rule);
            bool own =
                strncmp(rule, what->rule, length) == 0 && rule[length] == ':';
            if (own == (pass == 0) && is_caught(i, transport))
                return true;
        }
    return false;
}

static void be_silent(void)
{
    int fd = open("/dev/null", O_WRONLY);
    (void)dup2(fd, STDERR_FILENO);
    (void)close(fd);
}

static void child(const bight_conformance_transport *transport, size_t hint)
{
    (void)alarm(HANG_S);
    be_silent();
    faults_begin();
    report->failed = catches(transport, hint);
    _exit(0);
}

/* -- one fault ------------------------------------------------------------ */

static const char *verdict(int status)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGALRM ? "a hang" : "a crash";
    if (WEXITSTATUS(status) != 0)
        return "an early exit";
    return report->failed ? report->message : NULL;
}

static bool survives(enum bight__mutant_kind mutant, size_t at, size_t *hint)
{
    bight_conformance_transport transport = *transports[at].wire;
    transport.filters = &trace;
    transport.filter_count = transports[at].filters;
    transport.patience_ms = mutant == BIGHT__MUTANT_NONE ? 0 : PATIENCE_MS;
    int status = 0;
    bight__mutant = mutant;
    *report = (struct report){0};
    pid_t pid = fork();
    if (pid == 0)
        child(&transport, *hint);
    (void)waitpid(pid, &status, 0);
    bight__mutant = BIGHT__MUTANT_NONE;
    const char *how = verdict(status);
    if (how != NULL)
        *hint = report->index;
    const bight_conformance_case *what =
        bight_conformance_case_at(report->index);
    printf("  %-12s %s%s%s%s%s\n", transports[at].name,
           how == NULL ? "passes" : what->rule, how == NULL ? "" : ": ",
           how == NULL ? "" : what->sentence, how == NULL ? "" : " -> ",
           how == NULL ? "" : how);
    return how == NULL;
}

START_TEST(is_caught_over_every_transport)
{
    size_t hint = 0;
    bool wanted = _i == BIGHT__MUTANT_NONE;
    bool ok = true;
    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(report, MAP_FAILED);
    printf("%s\n", faults[_i]);
    for (size_t at = 0; at < TRANSPORTS; at++) {
        (void)fflush(stdout);
        ok = survives((enum bight__mutant_kind)_i, at, &hint) == wanted && ok;
    }
    (void)munmap(report, sizeof(*report));
    (void)fflush(stdout);
    ck_assert_msg(ok, "%s: see above", faults[_i]);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("mutants");
    TCase *tcase = tcase_create("mutants");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, is_caught_over_every_transport, 0,
                        BIGHT__MUTANT_COUNT);
    return suite;
}
