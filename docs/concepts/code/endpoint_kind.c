/* SPDX-License-Identifier: MIT */
/* A kind of one's own: service:NAME, a socket file in one folder. */
/* ctest: run */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bight/endpoint_kind.h>
#include <bight/port.h>

static void path_of(const bight_endpoint *endpoint, char *buf, size_t size)
{
    const char *folder = getenv("TMPDIR");
    snprintf(buf, size, "unix:%s/%s.%d", folder != NULL ? folder : "/tmp",
             bight_endpoint_value(endpoint, "name"), (int)getpid());
}

static bight_deferred *service_listen(bight_loop *loop,
                                      const bight_endpoint *endpoint,
                                      const bight_factory *factory,
                                      const bight_owner_options *options)
{
    char place[256];
    bight_deferred *port;
    path_of(endpoint, place, sizeof(place));
    bight_error error = bight_listen(loop, place, factory, options, &port);
    return bight_failed(error) ? bight_deferred_rejected(loop, error) : port;
}

static bight_deferred *service_connect(bight_loop *loop,
                                       const bight_endpoint *endpoint,
                                       const bight_factory *factory,
                                       const bight_owner_options *options)
{
    char place[256];
    bight_deferred *transport;
    path_of(endpoint, place, sizeof(place));
    bight_error error =
        bight_connect(loop, place, factory, options, &transport);
    return bight_failed(error) ? bight_deferred_rejected(loop, error)
                               : transport;
}

static const bight_endpoint_field fields[] = {
    {.name = "name",
     .type = BIGHT_ENDPOINT_TEXT,
     .positional = true,
     .sides = BIGHT_ENDPOINT_BOTH,
     .required = BIGHT_ENDPOINT_BOTH,
     .help = "which of our services"},
    {.name = NULL},
};

static const bight_endpoint_kind service = {
    .size = sizeof(bight_endpoint_kind),
    .name = "service",
    .summary = "a service of this machine, by its name",
    .sides = BIGHT_ENDPOINT_BOTH,
    .fields = fields,
    .field_size = sizeof(fields[0]),
    .listen = service_listen,
    .connect = service_connect,
};

static const bight_protocol quiet = {.size = sizeof(bight_protocol),
                                     .name = "quiet"};

static const bight_factory factory = {
    .size = sizeof(bight_factory), .name = "quiet", .protocol = &quiet};

static bight_port *port;

static void keep(bight_result *result, void *arg)
{
    (void)arg;
    if (!bight_failed(bight_result_error(result)))
        port = bight_result_take(result).as.pointer;
}

static void count(bight_result *result, void *arg)
{
    unsigned *connections = arg;
    *connections += !bight_failed(bight_result_error(result));
    bight_loop_stop(bight_result_loop(result));
}

int main(void)
{
    bight_loop *loop;
    bight_deferred *deferred;
    unsigned connections = 0;
    if (bight_failed(bight_endpoint_register(&service)) ||
        bight_failed(bight_loop_new(NULL, &loop)))
        return EXIT_FAILURE;
    if (!bight_failed(
            bight_listen(loop, "service:news", &factory, NULL, &deferred)))
        bight_on(deferred, keep, NULL);
    if (!bight_failed(
            bight_connect(loop, "service:news", &factory, NULL, &deferred)))
        bight_on(deferred, count, &connections);
    bight_loop_run(loop);
    bight_port_close(port);
    bight_loop_free(loop);
    return connections == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
