/* SPDX-License-Identifier: MIT */
/* Tasks in a group, under a deadline, with a shield: in virtual time. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>

#include <bight/group.h>

struct job {
    const char *name;
    uint64_t ms;
    bool fails;
};

static bight_error work(void *arg, bight_value *ret_value)
{
    const struct job *job = arg;
    (void)ret_value;
    bight_error e = bight_sleep(job->ms);
    char text[64];
    if (!bight_failed(e) && job->fails)
        e = bight_error_of(BIGHT_ERROR_NOT_FOUND);
    (void)bight_error_format(e, text, sizeof(text));
    (void)printf("%s: %s\n", job->name, text);
    return e;
}

/* Both run at once; the first error cancels the other, and is what join
 * returns. */
static bight_error both(struct job *one, struct job *two)
{
    BIGHT_GROUP(group);
    bight_error e = bight_group_spawn(&group, NULL, work, one);
    if (!bight_failed(e))
        e = bight_group_spawn(&group, NULL, work, two);
    return bight_failed(e) ? e : bight_group_join(&group);
}

static bight_error in_time(struct job *one, struct job *two)
{
    BIGHT_DEADLINE(budget, 500);
    bight_error e = both(one, two);
    if (bight_deadline_has_passed(&budget))
        (void)printf("too late\n");
    return e;
}

/* Whatever became of the task, this is done, within a second. */
static bight_error say_good_bye(void)
{
    BIGHT_SHIELD(last, 1000);
    bight_error e = bight_sleep(100);
    if (!bight_failed(e))
        (void)printf("good-bye\n");
    return e;
}

static bight_error program(void *arg, bight_value *ret_value)
{
    struct job quick = {.name = "quick", .ms = 100};
    struct job slow = {.name = "slow", .ms = 10000};
    struct job faulty = {.name = "faulty", .ms = 50, .fails = true};
    bool *ok = arg;
    (void)ret_value;
    bool found = !bight_failed(both(&slow, &faulty));
    bool late = bight_failed(in_time(&quick, &slow));
    *ok = !found && late && !bight_failed(say_good_bye());
    return bight_ok();
}

int main(void)
{
    bight_loop_options options;
    bight_loop *loop;
    bool ok = false;
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&options, &loop)))
        return EXIT_FAILURE;
    bight_detach(bight_spawn(loop, NULL, program, &ok));
    (void)bight_loop_run(loop);
    ok = !bight_failed(bight_loop_free(loop)) && ok;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
