/* SPDX-License-Identifier: MIT */
/* Two suspended tasks for docs/debug/bight-gdb.py: see gdb_tasks.sh. */
#include <bight/task.h>

bight_loop *the_loop;
void look_here(void *ctx);

static bight_error __attribute__((noinline)) sleep_deeply(unsigned depth)
{
    bight_error error =
        depth == 0 ? bight_sleep(60000) : sleep_deeply(depth - 1);
    return bight_failed(error) ? error : bight_ok();
}

static bight_error sleeper(void *arg, bight_value *ret_value)
{
    (void)arg;
    (void)ret_value;
    return sleep_deeply(2);
}

static bight_error waiter(void *arg, bight_value *ret_value)
{
    bight_error error = bight_await(arg, ret_value);
    return bight_failed(error) ? error : bight_ok();
}

void __attribute__((noinline)) look_here(void *ctx)
{
    (void)ctx;
    bight_loop_stop(the_loop);
}

int main(void)
{
    bight_task_options named = {.size = sizeof(named), .name = "dreamer"};
    bight_promise *promise;
    bight_timer *timer;
    if (bight_failed(bight_loop_new(NULL, &the_loop)) ||
        bight_failed(bight_timer_new(the_loop, look_here, NULL, &timer)))
        return 1;
    bight_detach(bight_spawn(the_loop, &named, sleeper, NULL));
    bight_detach(
        bight_spawn(the_loop, NULL, waiter,
                    bight_deferred_new(the_loop, &promise, NULL, NULL)));
    bight_timer_start(timer, 10);
    (void)bight_loop_run(the_loop);
    bight_timer_free(timer);
    bight_promise_resolve(promise, bight_value_none());
    return bight_failed(bight_loop_free(the_loop));
}
