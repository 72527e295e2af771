/* SPDX-License-Identifier: MIT */
/* What the users of a notice board share: who is there, and the last lines. */
#ifndef LINES_BOARD_H
#define LINES_BOARD_H

#include <bight/buffer.h>
#include <bight/framer.h>
#include <bight/loop.h>
#include <bight/transport.h>

#define NAME_MAX_SIZE 64

struct user {
    bight_transport *t;
    bight_framer *framer;  /* owned */
    bight_timer *patience; /* owned; runs until the user has a name */
    struct user *next;
    struct user **place; /* where the board refers to it; NULL: not entered */
    char name[NAME_MAX_SIZE + 1];
};

struct board {
    struct user *users;
    size_t count;
    char **history;      /* a ring of `history_size` lines */
    size_t history_size; /* 0: nothing is kept */
    size_t kept;         /* lines ever kept */
    size_t most;         /* bytes that one user is told at once */
    bight_buffer out;    /* what is being made */
};

bight_error board_init(struct board *board, size_t history_size, size_t most);
/* The users have left. */
void board_fini(struct board *board);

bool board_has(const struct board *board, bight_bytes name);

/* The user has a name. Tells it the last lines and who is there, and the others
 * of it. */
void board_enter(struct board *board, struct user *user);
/* Tells the others, if it had entered. */
void board_leave(struct board *board, struct user *user, const char *how);

/* Shows "BEFORE NAME AFTER TEXT" to everybody, without the spaces; what a
 * terminal would obey becomes dots. NO_MEMORY: nobody sees it. */
bight_error board_post(struct board *board, const char *before,
                       const struct user *user, const char *after,
                       bight_bytes text);

/* Tells the user who is there. */
void board_who(struct board *board, struct user *user);

/* Writes never call back, so lists stay as they are meanwhile. */
void user_tell(struct user *user, bight_bytes text);

#endif
