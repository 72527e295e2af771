/* SPDX-License-Identifier: MIT */
/*
 * A notice board that several people share by typing lines: the first is a
 * name, each other one goes to everybody. /who, /me, /quit and /help are
 * commands. Whoever comes reads the last lines first; whoever reads too slowly
 * is dropped alone.
 */
#include <string.h>

#include <bight/plugin.h>

#include "board.h"

/* -- options -------------------------------------------------------------- */

struct options {
    uint64_t max_line;
    uint64_t max_backlog;
    int64_t max_name;
    int64_t max_users;
    int64_t history;
    uint64_t name_timeout_ms;
};

static const bight_option options[] = {
    {.name = "max-line",
     .type = BIGHT_OPTION_SIZE,
     .offset = offsetof(struct options, max_line),
     .default_text = "512",
     .min = 16,
     .max = 64 << 10,
     .help = "longest line, in bytes"},
    {.name = "max-backlog",
     .type = BIGHT_OPTION_SIZE,
     .offset = offsetof(struct options, max_backlog),
     .default_text = "64k",
     .min = 1 << 10,
     .max = 16 << 20,
     .help = "unread bytes after which a user is dropped"},
    {.name = "max-name",
     .type = BIGHT_OPTION_INT,
     .offset = offsetof(struct options, max_name),
     .default_text = "24",
     .min = 1,
     .max = NAME_MAX_SIZE,
     .help = "longest name, in bytes"},
    {.name = "max-users",
     .type = BIGHT_OPTION_INT,
     .offset = offsetof(struct options, max_users),
     .default_text = "1000",
     .min = 1,
     .max = 1000000,
     .help = "users at once"},
    {.name = "history",
     .type = BIGHT_OPTION_INT,
     .offset = offsetof(struct options, history),
     .default_text = "20",
     .min = 0,
     .max = 10000,
     .help = "lines that are kept for those who come"},
    {.name = "name-timeout",
     .type = BIGHT_OPTION_DURATION,
     .offset = offsetof(struct options, name_timeout_ms),
     .default_text = "60s",
     .min = 0,
     .max = 3600 * 1000,
     .help = "how long to wait for a name, 0 for ever"},
};

static const bight_option_table option_table =
    BIGHT_OPTION_TABLE(options, struct options);

/* -- names ---------------------------------------------------------------- */

struct lines {
    struct options options;
    struct board board;
    size_t connections; /* of users with a name or without */
};

static struct lines *lines_of(const bight_transport *t)
{
    return bight_transport_shared(t);
}

static bool is_name(bight_bytes name, size_t longest)
{
    if (name.size == 0 || name.size > longest)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] <= ' ' || name.data[i] >= 0x7f ||
            strchr("/*<>,", name.data[i]) != NULL)
            return false;
    return true;
}

static void take_name(struct lines *lines, struct user *user, bight_bytes name)
{
    if (!is_name(name, (size_t)lines->options.max_name)) {
        user_tell(user, BIGHT_BYTES("That is no name: a few letters, digits "
                                    "and signs. Another?\n"));
    } else if (board_has(&lines->board, name)) {
        user_tell(user, BIGHT_BYTES("That name is taken. Another?\n"));
    } else {
        memcpy(user->name, name.data, name.size);
        bight_timer_stop(user->patience);
        board_enter(&lines->board, user);
    }
}

/* A clock of its own: the idle timeout would begin anew with each byte. */
static void wait_for_name(struct user *user, uint64_t timeout_ms)
{
    if (timeout_ms > 0)
        bight_timer_start(user->patience, timeout_ms);
}

static void name_timed_out(void *ctx)
{
    struct user *user = ctx;
    user_tell(user, BIGHT_BYTES("* no name came in time; good-bye\n"));
    bight_transport_fail(
        user->t, bight_error_note(bight_error_of(BIGHT_ERROR_IDLE_TIMEOUT),
                                  "no name within name-timeout"));
}

/* -- commands ------------------------------------------------------------- */

static void post(struct board *board, struct user *user, const char *before,
                 const char *after, bight_bytes text)
{
    if (bight_failed(board_post(board, before, user, after, text)))
        user_tell(user, BIGHT_BYTES("* no memory: nobody saw that line\n"));
}

static void do_me(struct board *board, struct user *user, bight_bytes rest)
{
    post(board, user, "* ", " ", rest);
}

static void do_who(struct board *board, struct user *user, bight_bytes rest)
{
    (void)rest;
    board_who(board, user);
}

static void do_quit(struct board *board, struct user *user, bight_bytes rest)
{
    (void)rest;
    board_leave(board, user, "left");
    user_tell(user, BIGHT_BYTES("Good-bye.\n"));
    bight_transport_close(user->t);
}

static void do_help(struct board *board, struct user *user, bight_bytes rest)
{
    (void)board;
    (void)rest;
    user_tell(user, BIGHT_BYTES("* /who: who is here; /me WORDS: what you do; "
                                "/quit: leave\n"));
}

static const struct command {
    const char *name;
    void (*run)(struct board *board, struct user *user, bight_bytes rest);
} commands[] = {
    {"/help", do_help},
    {"/me", do_me},
    {"/quit", do_quit},
    {"/who", do_who},
};

static void obey(struct board *board, struct user *user, bight_bytes line)
{
    size_t size = 0;
    while (size < line.size && line.data[size] != ' ')
        size++;
    bight_bytes word = bight_bytes_head(line, size);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (bight_bytes_equal(word, bight_bytes_text(commands[i].name))) {
            commands[i].run(board, user, bight_bytes_tail(line, size + 1));
            return;
        }
    user_tell(user,
              BIGHT_BYTES("* no such command; /help tells which there are\n"));
}

/* -- the protocol --------------------------------------------------------- */

static void line_received(void *self, bight_transport *t, bight_bytes line)
{
    struct lines *lines = lines_of(t);
    struct user *user = self;
    if (user->place == NULL)
        take_name(lines, user, line);
    else if (line.size > 0 && line.data[0] == '/')
        obey(&lines->board, user, line);
    else if (line.size > 0)
        post(&lines->board, user, "<", "> ", line);
}

static bight_error prepare(struct user *user, const struct options *given)
{
    bight_line_options line = {.size = sizeof(line),
                               .limit = (size_t)given->max_line};
    bight_error error = bight_line_framer_new(&line, &user->framer);
    if (!bight_failed(error))
        error = bight_timer_new(bight_transport_loop(user->t), name_timed_out,
                                user, &user->patience);
    if (!bight_failed(error))
        error =
            bight_transport_set_write_cap(user->t, (size_t)given->max_backlog);
    return error;
}

/* Counted here and not when a protocol is built: several may be built before
 * the first is made, and one that is built may never be. */
static void connection_made(void *self, bight_transport *t)
{
    struct lines *lines = lines_of(t);
    struct user *user = self;
    user->t = t;
    if (++lines->connections > (size_t)lines->options.max_users) {
        user_tell(user, BIGHT_BYTES("The board is full.\n"));
        bight_transport_fail(
            t, bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                                "max-users is reached"));
        return;
    }
    bight_error error = prepare(user, &lines->options);
    if (bight_failed(error)) {
        bight_transport_fail(t, error);
        return;
    }
    user_tell(user, BIGHT_BYTES("Welcome. Your name?\n"));
    wait_for_name(user, lines->options.name_timeout_ms);
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct user *user = self;
    bight_framer_feed(user->framer, t, data, line_received);
}

static void draining(void *self, bight_transport *t)
{
    user_tell(self, BIGHT_BYTES("* the board closes\n"));
    bight_transport_close(t);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct lines *lines = lines_of(t);
    struct user *user = self;
    bool slow = bight_error_is(why, &bight_domain, BIGHT_ERROR_WRITE_OVERFLOW);
    lines->connections--;
    board_leave(&lines->board, user, slow ? "left: reads too slowly" : "left");
    bight_framer_free(user->framer);
    bight_timer_free(user->patience);
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .name = "lines",
    .state_size = sizeof(struct user),
    .connection_made = connection_made,
    .data_received = data_received,
    .connection_lost = connection_lost,
    .draining = draining,
};

/* -- the factory ---------------------------------------------------------- */

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    struct lines *lines = shared;
    struct options *values = &lines->options;
    (void)loop;
    bight_error error = bight_ok();
    if (given != NULL)
        *values = *(const struct options *)given;
    else
        error = bight_options_init(&option_table, values);
    if (bight_failed(error))
        return error;
    /* "<NAME> LINE\n", or one line would drop everybody (T17). */
    if (values->max_line + (uint64_t)values->max_name + 4 > values->max_backlog)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "max-backlog must hold a line of max-line and "
                                "a name");
    return board_init(&lines->board, (size_t)values->history,
                      (size_t)values->max_backlog / 4);
}

static void stopped(void *shared)
{
    struct lines *lines = shared;
    board_fini(&lines->board);
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "lines",
    .protocol = &protocol,
    .shared_size = sizeof(struct lines),
    .started = started,
    .stopped = stopped,
};

BIGHT_PLUGIN(lines) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "lines",
    .version = BIGHT_VERSION_STRING,
    .summary = "a notice board that people share by typing lines",
    .factory = &factory,
    .options = &option_table,
};
