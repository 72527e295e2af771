/* SPDX-License-Identifier: MIT */
/* The stage: see scene.h. */
#include "scene.h"

#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bight/memory.h>
#include <bight/net.h>

struct scene scene;

/* -- the protocols -------------------------------------------------------- */

struct self {
    struct heard *heard;
};

static struct heard *heard_of(void *self)
{
    return ((struct self *)self)->heard;
}

static void begin_heard(void *self, bight_transport *t, struct heard *heard)
{
    ((struct self *)self)->heard = heard;
    heard->t = t;
    heard->made++;
}

static void server_made(void *self, bight_transport *t)
{
    ck_assert_uint_lt(scene.served, SCENE_ENDS);
    begin_heard(self, t, &scene.servers[scene.served++]);
}

static void client_made(void *self, bight_transport *t)
{
    ck_assert_uint_lt(scene.made, SCENE_ENDS);
    begin_heard(self, t, &scene.clients[scene.made++]);
}

static void hear(struct heard *heard, bight_bytes data)
{
    for (size_t i = 0; i < data.size; i++, heard->size++)
        if (heard->size < sizeof(heard->text) - 1)
            heard->text[heard->size] = (char)data.data[i];
}

static void client_data(void *self, bight_transport *t, bight_bytes data)
{
    (void)t;
    hear(heard_of(self), data);
}

static void server_data(void *self, bight_transport *t, bight_bytes data)
{
    hear(heard_of(self), data);
    if (scene.echo)
        (void)bight_transport_write(t, data);
}

static bool both_eof(void *self, bight_transport *t)
{
    (void)t;
    heard_of(self)->eof++;
    return scene.stays;
}

static void server_pause(void *self, bight_transport *t)
{
    heard_of(self)->paused++;
    bight_pause_own_reading(self, t);
}

static void server_resume(void *self, bight_transport *t)
{
    heard_of(self)->resumed++;
    bight_resume_own_reading(self, t);
}

/* It goes on reading, or the two of them would wait for each other. */
static void client_pause(void *self, bight_transport *t)
{
    (void)t;
    heard_of(self)->paused++;
}

static void client_resume(void *self, bight_transport *t)
{
    (void)t;
    heard_of(self)->resumed++;
}

static void both_lost(void *self, bight_transport *t, bight_error why)
{
    struct heard *heard = heard_of(self);
    (void)t;
    heard->t = NULL;
    heard->lost++;
    heard->why = why;
}

static void both_draining(void *self, bight_transport *t)
{
    (void)t;
    heard_of(self)->draining++;
}

const bight_protocol scene_server = {
    .size = sizeof(bight_protocol),
    .name = "server",
    .state_size = sizeof(struct self),
    .connection_made = server_made,
    .data_received = server_data,
    .eof_received = both_eof,
    .pause_writing = server_pause,
    .resume_writing = server_resume,
    .connection_lost = both_lost,
    .draining = both_draining,
};

const bight_protocol scene_client = {
    .size = sizeof(bight_protocol),
    .name = "client",
    .state_size = sizeof(struct self),
    .connection_made = client_made,
    .data_received = client_data,
    .eof_received = both_eof,
    .pause_writing = client_pause,
    .resume_writing = client_resume,
    .connection_lost = both_lost,
    .draining = both_draining,
};

const bight_factory scene_servers = {.size = sizeof(bight_factory),
                                     .name = "servers",
                                     .protocol = &scene_server};
const bight_factory scene_clients = {.size = sizeof(bight_factory),
                                     .name = "clients",
                                     .protocol = &scene_client};

/* -- the hooks ------------------------------------------------------------ */

static void on_refused(void *ctx, const bight_address *peer, bight_error why)
{
    (void)ctx;
    (void)peer;
    scene.refused++;
    scene.refused_error = why;
    (void)bight_error_format(why, scene.refused_text,
                             sizeof(scene.refused_text));
}

static void on_ended(void *ctx, bight_transport *t, const bight_end *end)
{
    (void)ctx;
    (void)t;
    scene.ended++;
    scene.end = *end;
}

static void on_connected(void *ctx, bight_transport *t, bight_error error)
{
    (void)ctx;
    scene.connected++;
    scene.client = t;
    scene.connect_error = error;
    (void)bight_error_format(error, scene.connect_text,
                             sizeof(scene.connect_text));
}

void scene_drained(void *ctx, const bight_drain_report *report)
{
    (void)ctx;
    scene.drained++;
    scene.report = *report;
}

/* -- beginning and end ---------------------------------------------------- */

static void choose_path(void)
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(scene.path, sizeof(scene.path), "%s/bight-XXXXXX",
                   folder != NULL && strlen(folder) < 32 ? folder : P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(scene.path));
    strcat(scene.path, "/s");
}

static void remove_path(void)
{
    (void)unlink(scene.path);
    *strrchr(scene.path, '/') = '\0';
    ck_assert_int_eq(rmdir(scene.path), 0);
}

void scene_begin(enum wire wire, bight_loop_kind kind)
{
    scene = (struct scene){.wire = wire};
    scene.loop = loops_new(kind);
    bight_owner_options_init(&scene.options);
    bight_owner_options_init(&scene.connect);
    scene.options.refused = on_refused;
    scene.options.ended = on_ended;
    if (wire == WIRE_UNIX)
        choose_path();
}

void scene_end(void)
{
    loops_free(scene.loop);
    if (scene.wire == WIRE_UNIX)
        remove_path();
}

bight_error scene_try_listen(const bight_factory *factory,
                             bight_listener **ret_listener)
{
    bight_address address;
    switch (scene.wire) {
    case WIRE_MEMORY:
        return bight_memory_listen(scene.loop, factory, "s", NULL,
                                   &scene.options, ret_listener);
    case WIRE_UNIX:
        return bight_unix_listen(scene.loop, factory, scene.path, NULL,
                                 &scene.options, ret_listener);
    case WIRE_TCP:
    case WIRE_COUNT:
        break;
    }
    ck_assert_ok(bight_address_parse_ip(BIGHT_BYTES("127.0.0.1"), 0, &address));
    return bight_tcp_listen(scene.loop, factory, &address, NULL, &scene.options,
                            ret_listener);
}

bight_error scene_try_connect(const bight_factory *factory,
                              bight_connector **ret_connector)
{
    switch (scene.wire) {
    case WIRE_MEMORY:
        return bight_memory_connect(scene.loop, factory, "s", &scene.connect,
                                    on_connected, NULL, ret_connector);
    case WIRE_UNIX:
        return bight_unix_connect(scene.loop, factory, scene.path,
                                  &scene.connect, on_connected, NULL,
                                  ret_connector);
    case WIRE_TCP:
    case WIRE_COUNT:
        break;
    }
    bight_address address = bight_listener_address(scene.listener);
    return bight_tcp_connect(scene.loop, factory, &address, NULL,
                             &scene.connect, on_connected, NULL, ret_connector);
}

void scene_listen(void)
{
    ck_assert_ok(scene_try_listen(&scene_servers, &scene.listener));
}

void scene_connect_and_fail(void)
{
    unsigned before = scene.connected;
    ck_assert_ok(scene_try_connect(&scene_clients, NULL));
    ck_run_until(scene.connected > before);
}

void scene_connect(void)
{
    unsigned served = scene.served;
    scene_connect_and_fail();
    ck_assert_ok(scene.connect_error);
    ck_run_until(scene.served > served);
}

struct heard *scene_last_server(void)
{
    return &scene.servers[scene.served - 1];
}

struct heard *scene_last_client(void)
{
    return &scene.clients[scene.made - 1];
}

void scene_step(void)
{
    if (!bight_loop_step(scene.loop))
        (void)sched_yield();
}

void scene_settle(void)
{
    for (unsigned i = 0; i < 50; i++)
        scene_step();
}

/* -- peers without bight -------------------------------------------------- */

int scene_raw_connect(void)
{
    bight_address at = bight_listener_address(scene.listener);
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(at.port)};
    memcpy(&name.sin_addr, at.ip, 4);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

void scene_raw_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    ck_assert_int_eq(close(fd), 0);
}
