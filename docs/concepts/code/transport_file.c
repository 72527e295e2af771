/* SPDX-License-Identifier: MIT */
/* A file sent to whoever connects. */
/* ctest: run */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bight/listener.h>
#include <bight/memory.h>
#include <bight/transport.h>

struct sender {
    const char *path;
    uint64_t sent;
    bight_error error;
};

static char heard[64]; /* by the client */
static size_t heard_size;
static unsigned lost;

static void sent(void *ctx, bight_transport *t, uint64_t size,
                 bight_error error)
{
    struct sender *sender = ctx;
    (void)t;
    sender->sent = size;
    sender->error = error;
}

static void send_it(struct sender *sender, bight_transport *t)
{
    struct stat stat;
    char head[32];
    int fd = open(sender->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0)
        abort();
    int size = snprintf(head, sizeof(head), "%lld\n", (long long)stat.st_size);
    bight_transport_write(t, bight_bytes_of(head, (size_t)size));
    bight_transport_send_file(t, fd, 0, (uint64_t)stat.st_size, sent, sender);
    bight_transport_close(t); /* after the last byte has left */
}

static void server_made(void *self, bight_transport *t)
{
    (void)self;
    send_it((struct sender *)(uintptr_t)bight_transport_options(t), t);
}

static void client_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    assert(heard_size + data.size < sizeof(heard));
    memcpy(heard + heard_size, data.data, data.size);
    heard_size += data.size;
}

static void client_lost(void *self, bight_transport *t, bight_error why)
{
    (void)self;
    (void)t;
    (void)why;
    lost++;
}

static const bight_protocol server = {.size = sizeof(bight_protocol),
                                      .name = "sender",
                                      .connection_made = server_made};
static const bight_factory servers = {.size = sizeof(bight_factory),
                                      .protocol = &server};
static const bight_protocol client = {.size = sizeof(bight_protocol),
                                      .name = "reader",
                                      .data_received = client_received,
                                      .connection_lost = client_lost};
static const bight_factory clients = {.size = sizeof(bight_factory),
                                      .protocol = &client};

static void write_file(char *path)
{
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, "a file\n", 7) != 7)
        abort();
    (void)close(fd);
}

static bool serve(bight_loop *loop, struct sender *sender)
{
    bight_owner_options options;
    bight_listener *listener;
    bight_owner_options_init(&options);
    options.factory_options = sender;
    if (bight_failed(bight_memory_listen(loop, &servers, "files", NULL,
                                         &options, &listener)) ||
        bight_failed(bight_memory_connect(loop, &clients, "files", NULL, NULL,
                                          NULL, NULL)))
        return false;
    while (lost == 0)
        (void)bight_loop_step(loop);
    bight_listener_close(listener);
    return true;
}

int main(void)
{
    char path[] = "/tmp/bight-file-XXXXXX";
    struct sender sender = {.path = path};
    bight_loop_options options;
    bight_loop *loop;
    write_file(path);
    bight_loop_options_init(&options);
    options.kind = BIGHT_LOOP_VIRTUAL;
    if (bight_failed(bight_loop_new(&options, &loop)) || !serve(loop, &sender))
        return 1;
    (void)unlink(path);
    assert(strcmp(heard, "7\na file\n") == 0);
    assert(sender.sent == 7 && !bight_failed(sender.error));
    return bight_failed(bight_loop_free(loop)) ? 1 : 0;
}
