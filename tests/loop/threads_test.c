/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* L1, L5: any number of loops, one thread each. */
#include <pthread.h>
#include <signal.h>

#include <bight/memory.h>
#include <bight/pool.h>

#include "leaks.h"
#include "loop/loop.h"
#include "loops.h"
#include "suite.h"

#define ROUNDS 2000

/* Two players throw a ball to and fro; each runs a loop on its own thread. */
struct player {
    pthread_t thread;
    pthread_t self;
    bight_loop *loop;
    struct player *other;
    bight_timer *timer;
    bight_timer *keeper; /* keeps the loop running while the game goes on */
    unsigned balls;
    unsigned timers;
    unsigned works;
    bool is_second;
    bool failed;
};

static void expect(struct player *player, bool fact)
{
    player->failed |= !fact;
}

static void send_to(struct player *player, bight_call_fn fn,
                    struct player *other)
{
    expect(player,
           !bight_failed(bight_call_threadsafe(other->loop, fn, other)));
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void finish(void *ctx)
{
    struct player *player = ctx;
    bight_timer_stop(player->keeper);
}

static void receive_ball(void *ctx)
{
    struct player *player = ctx;
    expect(player, pthread_equal(player->self, pthread_self()));
    if (++player->balls < ROUNDS || !player->is_second) {
        send_to(player, receive_ball, player->other);
        return;
    }
    send_to(player, finish, player->other);
    finish(player);
}

static void timer_fired(void *ctx)
{
    struct player *player = ctx;
    player->timers++;
}

static bight_error work(void *ctx)
{
    (void)ctx;
    return bight_ok();
}

static void work_done(void *ctx, bight_error error)
{
    struct player *player = ctx;
    expect(player, !bight_failed(error));
    if (++player->works == 100)
        return;
    error = bight_work_submit(player->loop, work, work_done, player, NULL);
    expect(player, !bight_failed(error));
}

static void *play(void *arg)
{
    struct player *player = arg;
    player->self = pthread_self();
    expect(player, !bight_failed(bight_loop_run(player->loop)));
    bight_timer_free(player->timer);
    bight_timer_free(player->keeper);
    return NULL;
}

/* What is made before the run is made by the thread that made the loop. */
static void player_init(struct player *player, struct player *other)
{
    *player = (struct player){.other = other,
                              .loop = loops_new(BIGHT_LOOP_REAL),
                              .is_second = other < player};
    ck_assert_ok(bight_timer_new(player->loop, nothing, NULL, &player->keeper));
    bight_timer_start(player->keeper, 1000000);
    ck_assert_ok(
        bight_timer_new(player->loop, timer_fired, player, &player->timer));
    bight_timer_start(player->timer, 1);
    ck_assert_ok(
        bight_work_submit(player->loop, work, work_done, player, NULL));
}

static void check_player(const struct player *player)
{
    ck_assert(!player->failed);
    ck_assert_uint_eq(player->balls, ROUNDS);
    ck_assert_uint_eq(player->timers, 1);
    ck_assert_uint_eq(player->works, 100);
}

START_TEST(two_loops_in_two_threads_do_not_disturb_each_other)
{
    static struct player players[2];
    for (unsigned i = 0; i < 2; i++)
        player_init(&players[i], &players[1 - i]);
    ck_assert_ok(
        bight_call_threadsafe(players[0].loop, receive_ball, &players[0]));
    for (unsigned i = 0; i < 2; i++)
        ck_assert_int_eq(
            pthread_create(&players[i].thread, NULL, play, &players[i]), 0);
    for (unsigned i = 0; i < 2; i++)
        (void)pthread_join(players[i].thread, NULL);
    for (unsigned i = 0; i < 2; i++) {
        loops_free(players[i].loop);
        check_player(&players[i]);
    }
}
END_TEST

static void *make_and_free(void *arg)
{
    bool *failed = arg;
    for (unsigned i = 0; i < 50; i++) {
        bight_loop_options options;
        bight_loop *loop = NULL;
        bight_loop_options_init(&options);
        options.kind = (bight_loop_kind)(i % 3);
        *failed |= bight_failed(bight_loop_new(&options, &loop));
        *failed |= bight_failed(bight_call_soon(loop, nothing, NULL));
        *failed |= bight_failed(bight_loop_run(loop));
        *failed |= bight_failed(bight_loop_free(loop));
    }
    return NULL;
}

START_TEST(loops_are_made_and_freed_in_many_threads_at_once)
{
    pthread_t threads[4];
    bool failed[4] = {false};
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, make_and_free, &failed[i]), 0);
    for (unsigned i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
        ck_assert(!failed[i]);
    }
}
END_TEST

/* L15 */
struct contender {
    pthread_t thread;
    bight_loop *loop;
    bight_signal *signal;
    bight_error error;
};

static void *contend(void *arg)
{
    struct contender *contender = arg;
    contender->loop = loops_new(BIGHT_LOOP_VIRTUAL);
    contender->error = bight_signal_new(contender->loop, SIGUSR2, nothing, NULL,
                                        &contender->signal);
    return NULL;
}

START_TEST(of_many_loops_that_want_a_signal_one_gets_it)
{
    struct contender contenders[8] = {{.signal = NULL}};
    unsigned owners = 0;
    for (unsigned i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&contenders[i].thread, NULL, contend,
                                        &contenders[i]),
                         0);
    for (unsigned i = 0; i < 8; i++) {
        (void)pthread_join(contenders[i].thread, NULL);
        owners += contenders[i].signal != NULL;
        ck_assert(contenders[i].signal != NULL ||
                  bight_error_is(contenders[i].error, &bight_domain,
                                 BIGHT_ERROR_BUSY));
    }
    ck_assert_uint_eq(owners, 1);
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_ok(bight_loop_run(contenders[i].loop));
        bight_signal_free(contenders[i].signal);
        loops_free(contenders[i].loop);
    }
}
END_TEST

#ifdef BIGHT_DEBUG
static void *call_soon_from_here(void *loop)
{
    (void)bight_call_soon(loop, nothing, NULL);
    return NULL;
}

/* L5 */
START_TEST(in_a_debug_build_another_threads_call_is_an_assertion)
{
    pthread_t thread;
    bight_loop *loop = loops_new(BIGHT_LOOP_REAL);
    ck_assert_int_eq(pthread_create(&thread, NULL, call_soon_from_here, loop),
                     0);
    (void)pthread_join(thread, NULL);
    loops_free(loop);
}
END_TEST

static bight_transport *foreign;

static void write_to(void *ctx)
{
    (void)ctx;
    (void)bight_transport_write(foreign, BIGHT_BYTES("x"));
}

static void close_it(void *ctx)
{
    (void)ctx;
    bight_transport_close(foreign);
}

static void pause_it(void *ctx)
{
    (void)ctx;
    bight_transport_pause_reading(foreign, BIGHT_HOLD_USER);
}

static const bight_call_fn verbs[] = {write_to, close_it, pause_it};

static void *call_verb(void *index)
{
    verbs[*(int *)index](NULL);
    return NULL;
}

static void keep(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    ck_assert_ok(error);
    foreign = t;
}

/* L5, for the verbs of a transport. */
START_TEST(in_a_debug_build_another_threads_verb_is_an_assertion)
{
    static const bight_protocol protocol = {.size = sizeof(protocol)};
    const bight_factory factory = {.size = sizeof(factory),
                                   .protocol = &protocol};
    bight_listener *listener;
    pthread_t thread;
    int index = _i;
    bight_loop *loop = loops_new(BIGHT_LOOP_VIRTUAL);
    ck_assert_ok(
        bight_memory_listen(loop, &factory, "s", NULL, NULL, &listener));
    ck_assert_ok(
        bight_memory_connect(loop, &factory, "s", NULL, keep, NULL, NULL));
    ck_assert_ok(bight_loop_run(loop));
    ck_assert_int_eq(pthread_create(&thread, NULL, call_verb, &index), 0);
    (void)pthread_join(thread, NULL);
    loops_free(loop);
}
END_TEST

static void add_debug_tests(Suite *suite)
{
    TCase *debug = tcase_create("debug");
    tcase_set_tags(debug, "fork");
    tcase_add_test_raise_signal(
        debug, in_a_debug_build_another_threads_call_is_an_assertion, SIGABRT);
    tcase_add_loop_test_raise_signal(
        debug, in_a_debug_build_another_threads_verb_is_an_assertion, SIGABRT,
        0, 3);
    suite_add_tcase(suite, debug);
}
#else
static void add_debug_tests(Suite *suite)
{
    (void)suite;
}
#endif

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("threads");
    TCase *loops = leaks_test_case(suite, "loops");
    tcase_set_timeout(loops, 30);
    tcase_add_test(loops, two_loops_in_two_threads_do_not_disturb_each_other);
    tcase_add_test(loops, loops_are_made_and_freed_in_many_threads_at_once);
    tcase_add_test(loops, of_many_loops_that_want_a_signal_one_gets_it);
    add_debug_tests(suite);
    return suite;
}
