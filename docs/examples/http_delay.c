/* SPDX-License-Identifier: MIT */
/* An HTTP server whose handlers are tasks: http_delay [ENDPOINT].
 *
 *   /delay/N   answers after N seconds
 *   /count/N   a line each second, in pieces
 *   /echo      sends back the body of a POST
 */
#include <stdio.h>
#include <stdlib.h>

#include <bight/endpoint.h>
#include <bight/http_router.h>
#include <bight/http_server.h>
#include <bight/http_task.h>
#include <bight/parse.h>
#include <bight/port.h>

static bight_error seconds(const bight_http_exchange *x, int64_t *ret_seconds)
{
    bight_error error =
        bight_parse_int(bight_http_path_value(x, "seconds"), ret_seconds);
    if (bight_failed(error) || *ret_seconds < 0 || *ret_seconds > 60)
        return bight_http_error(400);
    return bight_ok();
}

static bight_error delay(void *ctx, bight_http_exchange *x)
{
    int64_t wait;
    (void)ctx;
    bight_error error = seconds(x, &wait);
    if (!bight_failed(error))
        error = bight_sleep((uint64_t)wait * 1000);
    if (!bight_failed(error))
        bight_http_answer(x, 200, "text/plain", BIGHT_BYTES("here I am\n"));
    return error;
}

static bight_error count(void *ctx, bight_http_exchange *x)
{
    int64_t last;
    (void)ctx;
    bight_error error = seconds(x, &last);
    if (!bight_failed(error))
        error =
            bight_http_start(x, 200, "text/plain", BIGHT_HTTP_LENGTH_UNKNOWN);
    for (int64_t i = 1; i <= last && !bight_failed(error); i++) {
        char line[24];
        int size = snprintf(line, sizeof(line), "%lld\n", (long long)i);
        error = bight_http_await_write(x, bight_bytes_of(line, (size_t)size));
        if (!bight_failed(error))
            error = bight_sleep(1000);
    }
    return error;
}

static bight_error echo(void *ctx, bight_http_exchange *x)
{
    bight_bytes body;
    (void)ctx;
    bight_error error = bight_http_await_body(x, &body);
    if (!bight_failed(error))
        bight_http_answer(x, 200, "application/octet-stream", body);
    return error;
}

static bight_http_task delay_task = {sizeof(bight_http_task), delay, NULL, 0};
static bight_http_task count_task = {sizeof(bight_http_task), count, NULL, 0};
static bight_http_task echo_task = {sizeof(bight_http_task), echo, NULL, 0};

static bight_error add_routes(bight_http_router *router)
{
    bight_error error = bight_http_router_add(
        router, "GET", "/delay/:seconds", bight_http_task_handler, &delay_task);
    if (!bight_failed(error))
        error = bight_http_router_add(router, "GET", "/count/:seconds",
                                      bight_http_task_handler, &count_task);
    if (!bight_failed(error))
        error = bight_http_router_add(router, "POST", "/echo",
                                      bight_http_task_handler, &echo_task);
    return error;
}

/* -- serving --------------------------------------------------------------- */

static void tell(bight_result *result, void *arg)
{
    char text[512];
    bight_error error = bight_result_error(result);
    if (bight_failed(error)) {
        (void)bight_error_format(error, text, sizeof(text));
        (void)fprintf(stderr, "http_delay: %s\n", text);
        return;
    }
    bight_value port = bight_result_take(result);
    *(bight_port **)arg = port.as.pointer;
    (void)bight_listener_describe(bight_port_listener(port.as.pointer, 0), text,
                                  sizeof(text));
    (void)printf("listening on %s\n", text);
    (void)fflush(stdout);
}

static bool serve(bight_loop *loop, const char *endpoint,
                  bight_http_router *router)
{
    bight_http_options options;
    bight_owner_options owner;
    bight_deferred *d;
    bight_port *port = NULL;
    bight_http_options_init(&options);
    options.handler = bight_http_route;
    options.ctx = router;
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    if (bight_failed(
            bight_listen(loop, endpoint, &bight_http_factory, &owner, &d)))
        return false;
    bight_on(d, tell, &port);
    bool ok = !bight_failed(bight_loop_run(loop)) && port != NULL;
    bight_port_close(port);
    return !bight_failed(bight_loop_free(loop)) && ok;
}

int main(int argc, char **argv)
{
    const char *endpoint = argc > 1 ? argv[1] : "tcp:127.0.0.1:8080";
    bight_http_router *router;
    bight_loop *loop;
    if (bight_failed(bight_http_router_new(&router)))
        return EXIT_FAILURE;
    bool ok = !bight_failed(add_routes(router)) &&
              !bight_failed(bight_loop_new(NULL, &loop)) &&
              serve(loop, endpoint, router);
    bight_http_router_free(router);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
