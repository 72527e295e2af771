/* SPDX-License-Identifier: MIT */
/*
 * A server, its connections and their exchanges. One exchange at a time is in
 * the works on a connection; an idle connection has none, and no memory beyond
 * its state.
 *
 *   idle --a byte--> head --complete--> handled --answered, body read--> idle
 *                     |                    |
 *                     +--fault, timeout----+--> closing
 */
#ifndef BIGHT_HTTP_SERVER_INTERNAL_H
#define BIGHT_HTTP_SERVER_INTERNAL_H

#include <bight/buffer.h>
#include <bight/http_date.h>
#include <bight/http_server.h>

#include "reader.h"

/* What a connection waits for; each has its deadline. */
enum bight__http_phase {
    BIGHT__HTTP_IDLE, /* a request */
    BIGHT__HTTP_SOME, /* the rest of a head */
    BIGHT__HTTP_FLOW, /* a body, which has to come fast enough */
    BIGHT__HTTP_BUSY, /* a handler, or the client's reading: no deadline here */
    BIGHT__HTTP_DONE, /* nothing: its exchange is over, which is told soon */
    BIGHT__HTTP_HALF, /* an answer to who wrote its eof, and may have gone */
    BIGHT__HTTP_LEFT, /* the rest of a body, which nobody wants */
    BIGHT__HTTP_PHASES
};

struct bight__http_node {
    struct bight__http_node *next, *prev;
};

struct bight__http_connection {
    struct bight__http_node node; /* in the list of its phase; first */
    bight_transport *transport;
    bight_http_server *server;
    bight_http_exchange *exchange; /* NULL: idle */
    struct bight__http_reader reader;
    uint32_t since;    /* the server's second in which it came to its list */
    uint32_t requests; /* answered */
    uint8_t phase : 4;
    uint8_t listed : 4; /* the phase whose list it is in: clock.c */
    bool last;          /* no further request */
    bool eof;           /* the client sends no more, but is answered */
    bool closing;       /* not an octet is read any more */
    bool held;          /* it paused reading, bytes are put back */
    bool full;          /* the client does not read what it is sent */
    bool running;  /* its octets are being read: what ends here goes on there */
    bool reported; /* the owner wants to know of requests */
    bool patient;  /* the write timeout is set */
    bool switched; /* it is another protocol's from now on */
    bool unread;   /* a body was under way when its exchange ended */
    bool came;     /* some of what is LEFT, since the last look */
    uint8_t looks; /* at that */
};

enum bight__http_answer {
    BIGHT__HTTP_NOT_BEGUN,
    BIGHT__HTTP_LENGTH_KNOWN,
    BIGHT__HTTP_IN_CHUNKS,
    BIGHT__HTTP_TO_THE_CLOSE,
    BIGHT__HTTP_FINISHED
};

enum bight__http_body {
    BIGHT__HTTP_UNREAD, /* nobody asked for it: dropped in the end */
    BIGHT__HTTP_KEPT,
    BIGHT__HTTP_STREAMED,
    BIGHT__HTTP_DROPPED
};

#define BIGHT__HTTP_VALUES 8

struct bight_http_exchange {
    struct bight__http_connection *connection;
    bight_http_exchange *next_free;
    struct bight__http_head head;
    struct {
        const char *name;
        struct bight__http_slice value;
    } values[BIGHT__HTTP_VALUES]; /* of the path */
    bight_buffer kept;            /* the body */
    bight_buffer extra;    /* fields of the answer: "Name: value\r\n" ... */
    bight_buffer coded[2]; /* what middleware made of the answer's body */

    /* From here on all is zero at first. The body. */
    uint8_t body;      /* enum bight__http_body */
    bool heard;        /* its head is complete */
    bool complete;     /* all of the request is here */
    bool continued;    /* 100 was sent, or needs not be */
    bool paused;       /* by whom it is streamed to */
    bool ended;        /* the sink was told */
    uint64_t mark;     /* octets of it at the last look at its speed */
    uint64_t received; /* octets of it */
    uint64_t most;     /* of them, if it is limited */
    bool limited;
    uint32_t stalled;  /* the second from which on the server did not read it */
    uint32_t spared;   /* seconds of that since the last look */
    uint64_t drop_end; /* octets of it that are read at all, if dropped */
    bight_bytes whole; /* what read_body gives */
    bight_promise *reading;
    const bight_http_sink *sink;
    void *sink_ctx;

    /* The answer. */
    uint8_t answer;  /* enum bight__http_answer */
    bool silent;     /* no body: HEAD, 204, 205, 304 */
    uint64_t coders; /* which middleware change the body, a bit of each */
    uint16_t status;
    const char *type; /* Content-Type, until the head was made */
    uint64_t length;  /* that was promised */
    uint64_t written;
    uint64_t sent; /* octets of the body on the wire */
    const bight_http_source *source;
    void *source_ctx;

    /* Who works on it. */
    bool awaited;  /* the handler's Deferred has not fired */
    bool later;    /* the handler will answer by itself */
    uint8_t asked; /* middleware that heard of the request */
    bight_http_end_fn on_end;
    void *end_ctx;
    struct bight__http_task *task; /* of a handler that is one */
    uint64_t began_ns;
    uint8_t value_count;

    uint64_t states[]; /* of middleware */
};

struct bight_http_server {
    bight_loop *loop;
    bight_http_handler_fn handler;
    void *ctx;
    bight_http_limits limits;
    struct bight__http_limits reading;
    bight_http_use *uses;
    bight_http_middleware *tables; /* theirs, of today's size */
    size_t use_count;
    size_t states_size;

    bight_http_exchange *pool;
    size_t pooled;

    bight_timer *settler; /* for those that are DONE */
    bight_timer *timer;   /* each second, while there are connections */
    uint32_t second;      /* of the timer: a coarse clock */
    size_t connections;
    struct bight__http_node phases[BIGHT__HTTP_PHASES];
    char common[192]; /* "HTTP/1.1 200 OK\r\nServer: bight\r\nDate: ...\r\n" */
    size_t line_size; /* of that, its first line */
    size_t common_size;
    size_t date_at;
};

/* -- clock.c: deadlines and the date -------------------------------------- */

bight_error bight__http_clock_init(bight_http_server *server);
/* A connection comes, changes its phase, goes. */
void bight__http_clock_add(struct bight__http_connection *c);
void bight__http_clock_enter(struct bight__http_connection *c,
                             enum bight__http_phase phase);
void bight__http_clock_remove(struct bight__http_connection *c);

/* -- connection.c --------------------------------------------------------- */

/* Something about its exchange changed: if that is over, all is told soon. */
void bight__http_settle(struct bight__http_connection *c);
/* The same, at once, and reads on: not for verbs. */
void bight__http_settle_now(struct bight__http_connection *c);
/* Ends the connection; what was written leaves. */
void bight__http_close(struct bight__http_connection *c);
/* The same, while the client may still be sending a body. */
void bight__http_close_unread(struct bight__http_connection *c);
/* Answers a fault of the client's, if that is possible, and ends. */
void bight__http_refuse(struct bight__http_connection *c,
                        const struct bight__http_fault *fault);
/* Reads on as far as it may. */
void bight__http_wake(struct bight__http_connection *c);

/* -- exchange.c ----------------------------------------------------------- */

/* NULL: no memory. */
bight_http_exchange *bight__http_exchange_take(
    struct bight__http_connection *c);
/* Tells everybody that it is over, and gives it back. */
void bight__http_exchange_end(bight_http_exchange *x, bight_error error);
void bight__http_exchange_handle(bight_http_exchange *x);
void bight__http_pool_free(bight_http_server *server);
void *bight__http_state(const bight_http_exchange *x, size_t index);

/* -- body.c --------------------------------------------------------------- */

void bight__http_body_data(bight_http_exchange *x, bight_bytes data);
void bight__http_body_end(bight_http_exchange *x);
/* A sink that was given too late to hear the end hears it now. */
void bight__http_body_tell(bight_http_exchange *x);
/* Its sink hears that the answer was complete first. */
void bight__http_body_leave(bight_http_exchange *x);
/* It will not be complete. */
void bight__http_body_fail(bight_http_exchange *x, bight_error error);
/* Whether what is left of it would be read and dropped, so that the connection
 * can be used again. */
bool bight__http_body_droppable(const bight_http_exchange *x);
/* Behind a wait of another kind it has to come fast enough again. */
void bight__http_body_go_on(bight_http_exchange *x);
/* The server does not read it for a while, or would again, by `flag`: that time
 * is not the client's. */
void bight__http_body_stall(struct bight__http_connection *c, bool *flag);
void bight__http_body_spare(struct bight__http_connection *c, bool *flag);
/* Nobody wants it any more. */
void bight__http_body_drop(bight_http_exchange *x);
/* Whether the reader may go on with it. */
bool bight__http_body_wanted(const bight_http_exchange *x);

/* -- report.c ------------------------------------------------------------- */

/* Tells the owner what became of it, if that wants to know. */
void bight__http_report(const bight_http_exchange *x, bight_error error);

/* -- fields.c ------------------------------------------------------------- */

bool bight__http_is_set(const bight_http_exchange *x, const char *name);
void bight__http_remove_field(bight_http_exchange *x, const char *name);

/* -- answer.c ------------------------------------------------------------- */

/* What a client gets whose request was not understood: nobody is asked. */
void bight__http_answer_fault(struct bight__http_connection *c,
                              unsigned status);
/* 101, or 200 to a CONNECT: a head, and no end. */
void bight__http_answer_switch(bight_http_exchange *x, unsigned status);
void bight__http_source_stop(bight_http_exchange *x);

/* -- status.c ------------------------------------------------------------- */

/* "HTTP/1.1 200 OK\r\n"; `buf` is for a status that nobody knows. */
bight_bytes bight__http_status_line(unsigned status, char buf[32]);
/* "OK"; "" for one that nobody knows. */
const char *bight__http_reason(unsigned status);

#endif
