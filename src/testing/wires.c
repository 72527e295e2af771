/* SPDX-License-Identifier: MIT */
/* The tables of the transports that bight brings: tcp, unix, memory. */
#include <bight/testing/conformance.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <bight/net.h>

#define CAN(what) (1u << (what))

static int not_blocking(int fd)
{
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

/* -- tcp ------------------------------------------------------------------ */

#define FILLERS 3

struct tcp_state {
    bight_address address;
    int fds[1 + FILLERS]; /* of hang; 0: none */
};

static bight_error tcp_listen(void *state, const bight_conformance_call *call,
                              bight_listener **ret_listener)
{
    struct tcp_state *tcp = state;
    bight_address address;
    (void)bight_address_parse_ip(BIGHT_BYTES("127.0.0.1"), 0, &address);
    bight_error error = bight_tcp_listen(call->loop, call->factory, &address,
                                         NULL, call->owner, ret_listener);
    if (!bight_failed(error))
        tcp->address = bight_listener_address(*ret_listener);
    return error;
}

static bight_error tcp_connect(void *state, const bight_conformance_call *call,
                               bight_connector **ret_connector)
{
    struct tcp_state *tcp = state;
    return bight_tcp_connect(call->loop, call->factory, &tcp->address, NULL,
                             call->owner, call->fn, call->ctx, ret_connector);
}

static int tcp_dial(uint16_t port, int flags)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(port),
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0 || flags != 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int tcp_raw(void *state)
{
    struct tcp_state *tcp = state;
    int fd = tcp_dial(tcp->address.port, 0);
    return fd < 0 ? fd : not_blocking(fd);
}

/* A backlog that is full: further SYNs are dropped. */
static bight_error tcp_hang(void *state, const bight_conformance_call *call)
{
    struct tcp_state *tcp = state;
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(name);
    (void)call;
    tcp->fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(tcp->fds[0], (struct sockaddr *)&name, size) != 0 ||
        listen(tcp->fds[0], 0) != 0 ||
        getsockname(tcp->fds[0], (struct sockaddr *)&name, &size) != 0)
        return bight_error_of(BIGHT_ERROR_SYSTEM);
    (void)bight_address_parse_ip(BIGHT_BYTES("127.0.0.1"), ntohs(name.sin_port),
                                 &tcp->address);
    for (unsigned i = 1; i <= FILLERS; i++)
        tcp->fds[i] = tcp_dial(tcp->address.port, SOCK_NONBLOCK);
    return bight_ok();
}

static void tcp_end(void *state)
{
    struct tcp_state *tcp = state;
    for (unsigned i = 0; i <= FILLERS; i++)
        if (tcp->fds[i] > 0)
            (void)close(tcp->fds[i]);
}

const bight_conformance_transport bight_conformance_tcp = {
    .size = sizeof(bight_conformance_transport),
    .name = "tcp",
    .kind = BIGHT_LOOP_MANUAL_CLOCK,
    .can = CAN(BIGHT_CAN_WRITE_EOF) | CAN(BIGHT_CAN_RESET),
    .state_size = sizeof(struct tcp_state),
    .listen = tcp_listen,
    .connect = tcp_connect,
    .end = tcp_end,
    .raw = tcp_raw,
    .hang = tcp_hang,
};

/* -- unix ----------------------------------------------------------------- */

struct unix_state {
    char folder[80];
    char path[100];
};

static bight_error unix_listen(void *state, const bight_conformance_call *call,
                               bight_listener **ret_listener)
{
    struct unix_state *at = state;
    const char *folder = getenv("TMPDIR");
    (void)snprintf(at->folder, sizeof(at->folder), "%s/conformance-XXXXXX",
                   folder != NULL ? folder : "/tmp");
    if (mkdtemp(at->folder) == NULL)
        return bight_error_of(BIGHT_ERROR_SYSTEM);
    (void)snprintf(at->path, sizeof(at->path), "%s/socket", at->folder);
    return bight_unix_listen(call->loop, call->factory, at->path, NULL,
                             call->owner, ret_listener);
}

static bight_error unix_connect(void *state, const bight_conformance_call *call,
                                bight_connector **ret_connector)
{
    struct unix_state *at = state;
    return bight_unix_connect(call->loop, call->factory, at->path, call->owner,
                              call->fn, call->ctx, ret_connector);
}

static int unix_raw(void *state)
{
    struct unix_state *at = state;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, at->path, sizeof(at->path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
        return not_blocking(fd);
    (void)close(fd);
    return -1;
}

static void unix_end(void *state)
{
    struct unix_state *at = state;
    if (at->folder[0] == '\0')
        return;
    (void)unlink(at->path);
    (void)rmdir(at->folder);
}

const bight_conformance_transport bight_conformance_unix = {
    .size = sizeof(bight_conformance_transport),
    .name = "unix",
    .kind = BIGHT_LOOP_MANUAL_CLOCK,
    .can = CAN(BIGHT_CAN_WRITE_EOF) | CAN(BIGHT_CAN_CREDENTIALS),
    .state_size = sizeof(struct unix_state),
    .listen = unix_listen,
    .connect = unix_connect,
    .end = unix_end,
    .raw = unix_raw,
};

/* -- memory --------------------------------------------------------------- */

struct memory_state {
    char name[32];
};

/* Two pairs of one loop must not meet. */
static bight_error memory_listen(void *state,
                                 const bight_conformance_call *call,
                                 bight_listener **ret_listener)
{
    struct memory_state *memory = state;
    (void)snprintf(memory->name, sizeof(memory->name), "%p", state);
    return bight_memory_listen(call->loop, call->factory, memory->name,
                               call->options, call->owner, ret_listener);
}

static bight_error memory_connect(void *state,
                                  const bight_conformance_call *call,
                                  bight_connector **ret_connector)
{
    struct memory_state *memory = state;
    return bight_memory_connect(call->loop, call->factory, memory->name,
                                call->owner, call->fn, call->ctx,
                                ret_connector);
}

const bight_conformance_transport bight_conformance_memory = {
    .size = sizeof(bight_conformance_transport),
    .name = "memory",
    .kind = BIGHT_LOOP_VIRTUAL,
    .can = CAN(BIGHT_CAN_WRITE_EOF) | CAN(BIGHT_CAN_RESET),
    .state_size = sizeof(struct memory_state),
    .listen = memory_listen,
    .connect = memory_connect,
};
