/* SPDX-License-Identifier: MIT */
/*
 * Running `bight serve`: resolve, bind all, announce, serve. The first SIGINT
 * or SIGTERM drains, a second one aborts what is left (E11).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bight/filter.h>
#include <bight/log.h>

#include "access.h"
#include "banner.h"
#include "complain.h"
#include "event.h"
#include "exit.h"
#include "guard.h"
#include "identity.h"
#include "notify.h"
#include "pidfile.h"
#include "serve.h"
#include "server.h"

#define REST_MS 20

struct run {
    const struct serve *serve;
    const struct serve_options *options;
    bight_loop *loop;
    struct guard *guard;
    struct access *access;
    int access_fd;
    bight_trace_options trace;
    bight_filter_use filter;
    bight_owner_options owner;
    struct server server;
    bight_signal *interrupt;
    bight_signal *terminate;
    bight_signal *hangup;
    bight_signal *user1;
    bight_timer *end;  /* of --duration */
    bight_timer *rest; /* while connections of the protocol's own end */
    uint64_t drained_by_ns;
    struct pidfile pidfile;
    bool started;
    bool stopping;
    int code;
};

/* -- connections ---------------------------------------------------------- */

static void stop(struct run *run);

static bight_error on_admit(void *ctx, const bight_address *peer)
{
    const struct run *run = ctx;
    return guard_admit(run->guard, peer);
}

static void on_ended(void *ctx, bight_transport *t, const bight_end *end)
{
    struct run *run = ctx;
    bight_address peer = bight_transport_peer(t);
    uint64_t most = (uint64_t)run->options->connections;
    guard_ended(run->guard, &peer);
    if (run->access == NULL)
        return; /* without memory for its report the drain was over at once */
    if (run->started)
        access_ended(run->access, t, end);
    if (most > 0 && access_count(run->access) >= most)
        stop(run);
}

static void on_reported(void *ctx, bight_transport *t,
                        const bight_report *report)
{
    struct run *run = ctx;
    if (run->started && run->access != NULL)
        access_reported(run->access, t, report);
}

static void on_refused(void *ctx, const bight_address *peer, bight_error why)
{
    struct run *run = ctx;
    const char *limit = guard_refused(run->guard, peer);
    if (run->started && run->access != NULL)
        access_refused(run->access, peer, limit, why);
}

/* -- signals -------------------------------------------------------------- */

static void say_stopping(const struct run *run)
{
    size_t open = server_connections(&run->server);
    char limit[32];
    if (run->options->quiet || run->options->json || open == 0)
        return;
    (void)bight_format_duration(run->options->drain_timeout_ms, limit,
                                sizeof(limit));
    (void)fprintf(stderr,
                  "bight: stopping, %zu connection%s may take %s to finish - "
                  "again to stop at once\n",
                  open, open == 1 ? "" : "s", limit);
}

static void stop(struct run *run)
{
    if (run->stopping)
        return;
    run->stopping = true;
    run->drained_by_ns =
        bight_loop_now_ns(run->loop) + run->options->drain_timeout_ms * 1000000;
    notify_send("STOPPING=1");
    say_stopping(run);
    server_drain(&run->server, run->options->drain_timeout_ms);
}

static void stop_by_signal(struct run *run, int signum)
{
    if (run->stopping) {
        run->code = EXIT_SIGNAL + signum;
        server_drain(&run->server, 0);
        return;
    }
    stop(run);
}

static void on_interrupt(void *ctx)
{
    stop_by_signal(ctx, SIGINT);
}

static void on_terminate(void *ctx)
{
    stop_by_signal(ctx, SIGTERM);
}

/* In the place of the old one, under its number: nobody who writes to it needs
 * to know. What cannot be opened leaves the old one in use. */
static bight_error reopen_access(const struct run *run)
{
    const char *path = run->options->access_log;
    if (run->access_fd <= STDERR_FILENO)
        return bight_ok();
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK,
                  0640);
    if (fd < 0)
        return bight_error_errno(errno);
    int errnum = dup3(fd, run->access_fd, O_CLOEXEC) < 0 ? errno : 0;
    (void)close(fd);
    return bight_error_errno(errnum);
}

static void on_reopen(void *ctx)
{
    const struct run *run = ctx;
    bight_error error = reopen_access(run);
    const bight_log_field fields[] = {
        bight_log_text("access-log", run->options->access_log != NULL
                                         ? run->options->access_log
                                         : "stderr"),
        bight_log_error("why", error),
    };
    bool failed = bight_failed(error);
    bight_log_write(failed ? BIGHT_LOG_ERROR : BIGHT_LOG_INFO,
                    failed ? "not reopened" : "reopened", fields,
                    failed ? 2 : 1);
}

static void on_hangup(void *ctx)
{
    bight_log_write(BIGHT_LOG_INFO, "SIGHUP: logs only, no config is read",
                    NULL, 0);
    on_reopen(ctx);
}

static void on_duration(void *ctx)
{
    stop(ctx);
}

static void say_stopped(const struct run *run, const bight_drain_report *report)
{
    uint64_t count = access_count(run->access);
    const bight_log_field fields[] = {
        bight_log_uint("connections", count),
        bight_log_uint("finished", report->served),
        bight_log_uint("aborted", report->aborted),
    };
    if (run->options->json)
        (void)event_write("stopped", fields, 3);
    if (run->options->json || run->options->quiet)
        return;
    (void)fprintf(stderr, "bight: stopped after %" PRIu64 " connection%s",
                  count, count == 1 ? "" : "s");
    if (report->served + report->aborted > 0)
        (void)fprintf(
            stderr, "; of the last, %" PRIu64 " finished, %" PRIu64 " aborted",
            report->served, report->aborted);
    (void)fputc('\n', stderr);
}

/* Ends all that could keep the loop running. */
static void let_go(struct run *run)
{
    server_close(&run->server);
    bight_signal_free(run->interrupt);
    bight_signal_free(run->terminate);
    bight_signal_free(run->hangup);
    bight_signal_free(run->user1);
    bight_timer_free(run->end);
    access_free(run->access);
    run->interrupt = run->terminate = run->hangup = run->user1 = NULL;
    run->end = NULL;
    run->access = NULL;
}

static bool is_empty(const struct run *run)
{
    bight_loop_stats stats = {.size = sizeof(stats)};
    bight_loop_stats_get(run->loop, &stats);
    return stats.connections == 0;
}

static void on_rest(void *ctx)
{
    struct run *run = ctx;
    if (!is_empty(run) && bight_loop_now_ns(run->loop) < run->drained_by_ns) {
        bight_timer_start(run->rest, REST_MS);
        return;
    }
    bight_timer_free(run->rest);
    run->rest = NULL;
    bight_loop_stop(run->loop);
}

/* What a protocol connected to itself has the same time to end as those whom
 * it served, and no more: closing the loop cuts it. */
static void wait_for_rest(struct run *run, const bight_drain_report *report)
{
    if (is_empty(run))
        return;
    if (report->aborted == 0 &&
        !bight_failed(bight_timer_new(run->loop, on_rest, run, &run->rest)))
        bight_timer_start(run->rest, REST_MS);
    else
        bight_loop_stop(run->loop);
}

static void on_drained(void *ctx, const bight_drain_report *report)
{
    struct run *run = ctx;
    if (run->stopping)
        say_stopped(run, report);
    let_go(run);
    wait_for_rest(run, report);
}

static bight_error watch_signals(struct run *run)
{
    bight_error error =
        bight_signal_new(run->loop, SIGINT, on_interrupt, run, &run->interrupt);
    if (bight_failed(error))
        return error;
    error = bight_signal_new(run->loop, SIGTERM, on_terminate, run,
                             &run->terminate);
    if (!bight_failed(error))
        error =
            bight_signal_new(run->loop, SIGHUP, on_hangup, run, &run->hangup);
    if (!bight_failed(error))
        error =
            bight_signal_new(run->loop, SIGUSR1, on_reopen, run, &run->user1);
    if (bight_failed(error) || run->options->duration_ms == 0)
        return error;
    error = bight_timer_new(run->loop, on_duration, run, &run->end);
    if (!bight_failed(error))
        bight_timer_start(run->end, run->options->duration_ms);
    return error;
}

/* -- the start ------------------------------------------------------------ */

/* As many descriptors as we may have. */
static void raise_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void start_log(const struct serve_options *options)
{
    static int fd = STDERR_FILENO;
    int32_t level = options->log_level;
    if (options->verbose && level > BIGHT_LOG_DEBUG)
        level = BIGHT_LOG_DEBUG;
    if (options->quiet && level < BIGHT_LOG_WARNING)
        level = BIGHT_LOG_WARNING;
    (void)bight_log_set_sink(options->log_format == FORMAT_JSON
                                 ? bight_log_sink_json
                                 : bight_log_sink_text,
                             &fd, (bight_log_level)level);
}

/* What goes to stdout beside events is JSON too. */
static int open_access(struct run *run)
{
    const struct serve_options *options = run->options;
    const char *path = options->access_log;
    bool json = options->log_format == FORMAT_JSON;
    if (path == NULL) {
        run->access_fd = options->quiet ? -1 : STDERR_FILENO;
    } else if (strcmp(path, "off") == 0) {
        run->access_fd = -1;
    } else if (strcmp(path, "-") == 0) {
        run->access_fd = STDOUT_FILENO;
        json = json || options->json;
    } else {
        run->access_fd = open(
            path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
        if (run->access_fd < 0)
            return complain_error(
                bight_error_note(bight_error_errno(errno), "open %s", path));
    }
    bight_error error =
        access_new(run->loop, run->access_fd, json,
                   run->serve->entry->plugin.name, &run->access);
    return bight_failed(error) ? complain_error(error) : 0;
}

static void set_owner(struct run *run)
{
    const struct serve_options *options = run->options;
    bight_owner_options_init(&run->owner);
    run->owner.limits.idle_timeout_ms = options->idle_timeout_ms;
    run->owner.ended = on_ended;
    run->owner.refused = on_refused;
    run->owner.admit = on_admit;
    if (run->access_fd >= 0)
        run->owner.reported = on_reported;
    run->owner.factory_options = run->serve->values;
    run->owner.ctx = run;
    if (options->trace == TRACE_OFF)
        return;
    run->trace = (bight_trace_options){.size = sizeof(run->trace),
                                       .hex = options->trace == TRACE_HEX};
    run->filter =
        (bight_filter_use){.filter = &bight_trace, .options = &run->trace};
    run->owner.filters = &run->filter;
    run->owner.filter_count = 1;
}

static void on_started(void *ctx, bool open);

static int prepare(struct run *run)
{
    const struct serve_options *options = run->options;
    int code = open_access(run);
    if (code != 0)
        return code;
    run->guard = guard_new((size_t)options->max_conn,
                           (size_t)options->max_conn_per_host);
    if (run->guard == NULL)
        return complain_error(bight_error_of(BIGHT_ERROR_NO_MEMORY));
    set_owner(run);
    run->server = (struct server){.loop = run->loop,
                                  .factory = run->serve->entry->factory,
                                  .scheme = run->serve->entry->plugin.scheme,
                                  .options = &run->owner,
                                  .started = on_started,
                                  .drained = on_drained,
                                  .ctx = run};
    return 0;
}

static int announce(struct run *run)
{
    bight_error error = watch_signals(run);
    if (!bight_failed(error) && run->options->json)
        error = banner_announce(&run->server);
    else if (!bight_failed(error) && !run->options->quiet)
        banner_show(&run->server, run->serve->entry);
    if (!bight_failed(error))
        return 0;
    int code = complain_error(error);
    return code == EXIT_RUNTIME ? EXIT_IO : code;
}

/* Those whom the user serves may have to be let in by its group, and the file
 * is the user's to remove where the folder lets it. */
static int give_sockets(const struct serve *serve,
                        const struct identity *identity)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < serve->count; i++) {
        const bight_endpoint *at = place_innermost(&serve->places[i]);
        if (strcmp(bight_endpoint_kind_name(at), "unix") == 0)
            code = identity_give(identity, bight_endpoint_path(at));
    }
    return code;
}

/* The file is made by whoever we are at first, and says who we stay. */
static int settle(struct run *run)
{
    struct identity identity;
    int code = pidfile_open(&run->pidfile, run->options->pidfile);
    if (code == 0)
        code =
            identity_find(&identity, run->options->user, run->options->group);
    if (code == 0)
        code = give_sockets(run->serve, &identity);
    return code == 0 ? identity_become(&identity) : code;
}

/* What goes wrong is told outside of the loop, where nobody waits. */
static void on_started(void *ctx, bool open)
{
    struct run *run = ctx;
    run->started = open;
    run->code = open ? settle(run) : 0;
    if (open && run->code == 0)
        run->code = announce(run);
    if (open && run->code == 0)
        notify_send("READY=1");
    else
        bight_loop_stop(run->loop);
}

/* Until the end; at once, if not all could be listened on. */
static int run_loop(struct run *run)
{
    bight_error error = bight_loop_run(run->loop);
    if (bight_failed(error))
        return complain_error(error);
    if (!run->started)
        run->code = server_complain(&run->server);
    return run->code;
}

/* Somebody may have come while not all was open yet; of them nothing is said:
 * they were never served. */
static int serve_on_loop(struct run *run, struct serve *serve)
{
    int code = prepare(run);
    if (code != 0) {
        let_go(run);
        return code;
    }
    server_start(&run->server, serve->places, serve->count);
    code = run_loop(run);
    if (run->stopping)
        return code;
    server_drain(&run->server, 0);
    (void)bight_loop_run(run->loop);
    return code;
}

static void finish(struct run *run)
{
    (void)bight_loop_free(run->loop);
    server_fini(&run->server);
    guard_free(run->guard);
    pidfile_close(&run->pidfile);
    if (run->access_fd > STDERR_FILENO)
        (void)close(run->access_fd);
    (void)bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF);
}

int serve_run(struct serve *serve)
{
    struct run run = {.serve = serve,
                      .options = &serve->options,
                      .pidfile = {.fd = -1},
                      .access_fd = -1};
    raise_limits();
    start_log(&serve->options);
    bight_error error = bight_loop_new(NULL, &run.loop);
    if (bight_failed(error))
        return complain_error(error);
    int code = serve_on_loop(&run, serve);
    finish(&run);
    return code;
}
