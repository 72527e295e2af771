/* SPDX-License-Identifier: MIT */
/* ctest: threads */
/* The register and the loader, used from several threads at once. */
#include <pthread.h>
#include <string.h>

#include "fixture.h"
#include "suite.h"

#define THREADS 6
#define ROUNDS 20

static const char *const paths[] = {
    FIXTURE("good"),  FIXTURE("shared"), FIXTURE("older"),
    FIXTURE("major"), FIXTURE("taken"),  FIXTURE("nothing"),
};

#define PATHS (sizeof(paths) / sizeof(paths[0]))

/* What one thread found; NULL where it was refused. */
struct found {
    const bight_plugin_entry *entries[PATHS];
    unsigned wrong;
};

static pthread_barrier_t barrier;

static void look(struct found *found)
{
    const bight_plugin_entry *entry;
    for (size_t i = 0; (entry = bight_plugin_at(i)) != NULL; i++)
        found->wrong += entry->plugin.name == NULL;
    if (bight_failed(bight_plugin_find("older", &entry)))
        found->wrong++;
    bight_plugin_load_all(NULL, NULL);
}

static void *load_all(void *ctx)
{
    struct found *found = ctx;
    (void)pthread_barrier_wait(&barrier);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < PATHS; i++) {
            const bight_plugin_entry *entry = NULL;
            (void)bight_plugin_load(paths[i], &entry);
            if (round > 0 && found->entries[i] != entry)
                found->wrong++;
            found->entries[i] = entry;
        }
        look(found);
    }
    return NULL;
}

/* "taken" has the name of "good": whichever came first has it for ever. */
START_TEST(all_threads_find_the_same)
{
    static struct found found[THREADS];
    pthread_t threads[THREADS];
    ck_assert_int_eq(setenv("BIGHT_PLUGIN_PATH", FIXTURES, 1), 0);
    ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, load_all, &found[i]),
                         0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(pthread_barrier_destroy(&barrier), 0);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_uint_eq(found[i].wrong, 0);
        for (size_t k = 0; k < PATHS; k++)
            ck_assert_ptr_eq(found[i].entries[k], found[0].entries[k]);
    }
    ck_assert_ptr_nonnull(found[0].entries[1]);
    ck_assert_ptr_nonnull(found[0].entries[2]);
    ck_assert((found[0].entries[0] == NULL) != (found[0].entries[4] == NULL));
    ck_assert_ptr_null(found[0].entries[3]);
    ck_assert_ptr_null(found[0].entries[5]);
}
END_TEST

Suite *bight_test_suite(void)
{
    Suite *suite = suite_create("plugin.threads");
    TCase *tcase = tcase_create("threads");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, all_threads_find_the_same);
    return suite;
}
