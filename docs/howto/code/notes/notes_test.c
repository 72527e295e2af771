/* SPDX-License-Identifier: MIT */
/* Notes by HTTP: over memory, in virtual time, under every split. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/loop.h>
#include <bight/memory.h>

#include "notes.h"

/* An assert that no NDEBUG removes. */
#define CHECK(what) check((what), #what, __LINE__)

static void check(bool holds, const char *what, int line)
{
    if (holds)
        return;
    (void)fprintf(stderr, "line %d: %s\n", line, what);
    exit(1);
}

/* -- a client that says a text and keeps what it hears -------------------- */

static const char *said;
static char heard[4096];
static size_t length;

static void connection_made(void *self, bight_transport *t)
{
    (void)self;
    (void)bight_transport_write(t, bight_bytes_text(said));
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    (void)self;
    (void)t;
    CHECK(length + data.size < sizeof(heard));
    memcpy(heard + length, data.data, data.size);
    length += data.size;
    heard[length] = '\0';
}

static const bight_protocol client_protocol = {
    .size = sizeof(bight_protocol),
    .connection_made = connection_made,
    .data_received = data_received,
};

static const bight_factory clients = {
    .size = sizeof(bight_factory),
    .protocol = &client_protocol,
};

/* Both ends read at most `chunk` bytes at a time; 0: all there is. */
static void ask(const char *requests, size_t chunk, uint64_t wait_ms)
{
    bight_loop_options virtual_time;
    bight_memory_options memory;
    bight_http_options options;
    bight_owner_options owner;
    bight_listener *listener;
    bight_loop *loop;
    struct notes *notes;
    CHECK(!bight_failed(notes_new(&notes)));
    bight_loop_options_init(&virtual_time);
    virtual_time.kind = BIGHT_LOOP_VIRTUAL;
    CHECK(!bight_failed(bight_loop_new(&virtual_time, &loop)));
    bight_http_options_init(&options);
    options.handler = notes_handle;
    options.ctx = notes;
    bight_memory_options_init(&memory);
    memory.read_chunk = chunk;
    bight_owner_options_init(&owner);
    owner.factory_options = &options;
    CHECK(!bight_failed(bight_memory_listen(loop, &bight_http_factory, "notes",
                                            &memory, &owner, &listener)));
    said = requests;
    length = 0;
    heard[0] = '\0';
    CHECK(!bight_failed(
        bight_memory_connect(loop, &clients, "notes", NULL, NULL, NULL, NULL)));
    CHECK(!bight_failed(bight_loop_advance(loop, wait_ms)));
    bight_listener_close(listener);
    CHECK(!bight_failed(bight_loop_free(loop)));
    notes_free(notes);
}

/* -- what is expected ----------------------------------------------------- */

/* The clock begins in 1970. */
#define ANSWER(status, fields, body)                                           \
    "HTTP/1.1 " status "\r\nServer: bight\r\n"                                 \
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n" fields "\r\n" body

static void a_note_comes_back_under_every_split(void)
{
    for (size_t chunk = 0; chunk < 16; chunk++) {
        ask("PUT /notes/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nyes"
            "GET /notes/a HTTP/1.1\r\nHost: h\r\n\r\n",
            chunk, 0);
        CHECK(strcmp(heard,
                     ANSWER("201 Created", "Content-Length: 0\r\n", "")
                         ANSWER("200 OK",
                                "Content-Type: text/plain; charset=utf-8\r\n"
                                "Content-Length: 3\r\n",
                                "yes")) == 0);
    }
}

static void what_is_not_there_is_404_and_what_no_route_has_405(void)
{
    ask("GET /notes/b HTTP/1.1\r\nHost: h\r\n\r\n"
        "DELETE /notes/b HTTP/1.1\r\nHost: h\r\n\r\n",
        0, 0);
    CHECK(strncmp(heard, "HTTP/1.1 404 ", 13) == 0);
    CHECK(strstr(heard, "HTTP/1.1 405 ") != NULL);
    CHECK(strstr(heard, "\r\nAllow: GET, HEAD, PUT, OPTIONS\r\n") != NULL);
}

/* A minute passes at once. */
static void who_sends_half_a_head_is_told_so(void)
{
    ask("GET /notes/a HTTP/1.1\r\nHos", 0, 9 * 1000);
    CHECK(length == 0);
    ask("GET /notes/a HTTP/1.1\r\nHos", 0, 60 * 1000);
    CHECK(strncmp(heard, "HTTP/1.1 408 ", 13) == 0);
}

int main(void)
{
    a_note_comes_back_under_every_split();
    what_is_not_there_is_404_and_what_no_route_has_405();
    who_sends_half_a_head_is_told_so();
    return 0;
}
