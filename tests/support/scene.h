/* SPDX-License-Identifier: MIT */
/*
 * One listener and its clients over any wire, and what all of them heard: the
 * stage on which tests of listeners, connectors and wires play.
 */
#ifndef BIGHT_TESTS_SCENE_H
#define BIGHT_TESTS_SCENE_H

#include <bight/filter.h>
#include <bight/listener.h>

#include "loops.h"

enum wire { WIRE_MEMORY, WIRE_TCP, WIRE_UNIX, WIRE_COUNT };

/* What one connection's protocol heard. */
struct heard {
    bight_transport *t; /* NULL once it was lost */
    unsigned made;
    unsigned eof;
    unsigned paused;
    unsigned resumed;
    unsigned draining;
    unsigned lost;
    bight_error why;
    size_t size; /* bytes received */
    char text[64];
};

#define SCENE_ENDS 256

struct scene {
    enum wire wire;
    bight_loop *loop;
    bight_listener *listener;
    bight_owner_options options; /* of the listener */
    bight_owner_options connect; /* of the clients */
    struct heard servers[SCENE_ENDS];
    struct heard clients[SCENE_ENDS];
    unsigned served; /* of the servers in use, in the order made */
    unsigned made;   /* of the clients */
    bool echo;       /* servers write back what they read */
    bool stays;      /* eof_received of both answers true */
    unsigned connected;
    bight_transport *client; /* of the last connect; NULL: it failed */
    bight_error connect_error;
    char connect_text[256];
    unsigned refused;
    bight_error refused_error;
    char refused_text[256];
    unsigned ended;
    bight_end end; /* of the last connection of the listener that ended */
    unsigned drained;
    bight_drain_report report;
    char path[64]; /* of the unix socket */
};

extern struct scene scene;

/* The protocols that fill `servers` and `clients`. */
extern const bight_protocol scene_server;
extern const bight_protocol scene_client;
extern const bight_factory scene_servers;
extern const bight_factory scene_clients;

/* A loop, and nothing else yet; the listener's options have their hooks. */
void scene_begin(enum wire wire, bight_loop_kind kind);
void scene_listen(void);
/* Closes what there is and frees the loop. */
void scene_end(void);

/* The errors are the caller's to judge. */
bight_error scene_try_listen(const bight_factory *factory,
                             bight_listener **ret_listener);
bight_error scene_try_connect(const bight_factory *factory,
                              bight_connector **ret_connector);

/* Connects and waits until both ends were made. */
void scene_connect(void);
/* Connects and waits until that was told; the error is in the scene. */
void scene_connect_and_fail(void);

/* The last connection's ends. */
struct heard *scene_last_server(void);
struct heard *scene_last_client(void);

void scene_drained(void *ctx, const bight_drain_report *report);

/* One turn; gives way to whoever else has to do something. */
void scene_step(void);
/* Enough turns for whatever is under way on this machine to arrive. */
void scene_settle(void);

/* Turns the loop until `condition` holds; fails the test after many turns. */
#define ck_run_until(condition)                                                \
    do {                                                                       \
        for (unsigned turns_ = 0; !(condition); turns_++) {                    \
            ck_assert_msg(turns_ < 2000000, "never: %s", #condition);          \
            scene_step();                                                      \
        }                                                                      \
    } while (0)

/* A blocking TCP socket connected to the scene's listener: a peer without
 * bight. Not yet accepted when it returns. */
int scene_raw_connect(void);
/* A raw socket closed by a reset. */
void scene_raw_reset(int fd);

#endif
