/* SPDX-License-Identifier: MIT */
/* T1 to T4, T7, D12: three servers race over memory, in every order and with
 * each step going wrong. */
/* ctest: explore */
#include <string.h>

#include <bight/combine.h>
#include <bight/endpoint.h>
#include <bight/port.h>
#include <bight/testing/explore.h>

#include "leaks.h"
#include "loops.h"
#include "suite.h"

#define SERVERS 3
#define QUESTION "how many?"

static bight_exploration *the_run;
static unsigned made, lost; /* connections, of both sides */

/* -- the server: sends back what it reads ---------------------------------- */

struct half {
    bool made;
    bool lost;
    bight_promise *promise; /* the client's */
    char heard[32];
    size_t size;
};

static void half_made(void *self, bight_transport *t)
{
    struct half *half = self;
    (void)t;
    (void)BIGHT_EXPLORE_CHECK(the_run, !half->made && !half->lost);
    half->made = true;
    made++;
}

static void check_half(const struct half *half)
{
    (void)BIGHT_EXPLORE_CHECK(the_run, half->made && !half->lost);
}

static void echo_data(void *self, bight_transport *t, bight_bytes data)
{
    check_half(self);
    (void)bight_transport_write(t, data);
}

static void half_lost(void *self, bight_transport *t, bight_error why)
{
    struct half *half = self;
    (void)t;
    check_half(half);
    half->lost = true;
    lost++;
    bight_promise_reject(half->promise, why);
}

static const bight_protocol echo = {.size = sizeof(bight_protocol),
                                    .state_size = sizeof(struct half),
                                    .connection_made = half_made,
                                    .data_received = echo_data,
                                    .connection_lost = half_lost};

static const bight_factory echoes = {.size = sizeof(bight_factory),
                                     .protocol = &echo};

/* -- the client ------------------------------------------------------------ */

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    struct half *half = self;
    check_half(half);
    if (half->size + data.size > sizeof(half->heard))
        return;
    memcpy(half->heard + half->size, data.data, data.size);
    half->size += data.size;
    if (half->size < strlen(QUESTION))
        return;
    (void)BIGHT_EXPLORE_CHECK(
        the_run, memcmp(half->heard, QUESTION, strlen(QUESTION)) == 0);
    bight_promise *promise = half->promise;
    half->promise = NULL;
    bight_promise_resolve(promise, bight_value_integer((int64_t)half->size));
    bight_transport_close(t);
}

static const bight_protocol client = {.size = sizeof(bight_protocol),
                                      .state_size = sizeof(struct half),
                                      .connection_made = half_made,
                                      .data_received = client_data,
                                      .connection_lost = half_lost};

static const bight_factory clients = {.size = sizeof(bight_factory),
                                      .protocol = &client};

static bight_cancel_answer hang_up(void *t)
{
    bight_transport_abort(t);
    return BIGHT_CANCEL_LATER;
}

static void question(bight_result *result, void *arg)
{
    bight_transport *t = bight_result_peek(result).as.pointer;
    (void)arg;
    if (!bight_transport_is_open(t)) {
        bight_result_fail(result, bight_error_of(BIGHT_ERROR_CLOSED));
        return;
    }
    struct half *half = bight_transport_self(t);
    bight_deferred *answer = bight_deferred_new(bight_result_loop(result),
                                                &half->promise, hang_up, t);
    (void)bight_transport_write(t, BIGHT_BYTES("how "));
    (void)bight_transport_write(t, BIGHT_BYTES("many?"));
    bight_result_chain(result, answer);
}

/* -- the scenario ---------------------------------------------------------- */

static const char *const places[SERVERS] = {"memory:a", "memory:b", "memory:c"};

struct race {
    bight_loop *loop;
    bight_value ports;
    unsigned ended;
    bight_error error;
    int64_t answer;
};

static void raced(bight_result *result, void *arg)
{
    struct race *race = arg;
    race->ended++;
    race->error = bight_result_error(result);
    race->answer = bight_result_peek(result).as.integer;
    bight_value_destroy(race->ports);
}

static bight_deferred *ask(bight_loop *loop, const char *place)
{
    bight_deferred *d;
    bight_error error = bight_connect(loop, place, &clients, NULL, &d);
    return bight_failed(error) ? bight_deferred_rejected(loop, error)
                               : bight_then(d, question, NULL);
}

static void listening(bight_result *result, void *arg)
{
    struct race *race = arg;
    bight_deferred *answers[SERVERS];
    race->ports = bight_result_take(result);
    for (unsigned i = 0; i < SERVERS; i++)
        answers[i] = ask(race->loop, places[i]);
    bight_on(
        bight_timeout(bight_race(race->loop, answers, SERVERS, NULL), 60000),
        raced, race);
}

static bight_error three_servers_race(bight_exploration *run, bight_loop *loop,
                                      void *arg)
{
    bight_deferred *ports[SERVERS];
    struct race race = {.loop = loop, .answer = -1};
    (void)arg;
    the_run = run;
    made = lost = 0;
    for (unsigned i = 0; i < SERVERS; i++) {
        bight_error error =
            bight_listen(loop, places[i], &echoes, NULL, &ports[i]);
        if (bight_failed(error))
            ports[i] = bight_deferred_rejected(loop, error);
    }
    bight_on(bight_all(loop, ports, SERVERS), listening, &race);
    bight_error error = bight_loop_run(loop);
    (void)BIGHT_EXPLORE_CHECK(run, race.ended == 1);
    (void)BIGHT_EXPLORE_CHECK(run, bight_failed(race.error) ||
                                       race.answer == strlen(QUESTION));
    (void)bight_explore_check(run, made == lost, "%u made, %u lost", made,
                              lost);
    return bight_failed(race.error) ? race.error : error;
}

START_TEST(D12_three_servers_race_and_nothing_is_left)
{
    BIGHT_CK_EXPLORE(three_servers_race, NULL);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("explore");
    TCase *scenarios = leaks_test_case(suite, "scenarios");
    tcase_set_timeout(scenarios, 120);
    tcase_add_test(scenarios, D12_three_servers_race_and_nothing_is_left);
    return suite;
}
