/* SPDX-License-Identifier: MIT */
/*
 * A notice board that several people share by typing lines: the first is a
 * name, each other one goes to everybody. /who, /me, /quit and /help are
 * commands. Whoever comes reads the last lines first; whoever reads too slowly
 * is dropped alone.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <bight/alloc.h>
#include <bight/buffer.h>
#include <bight/framer.h>
#include <bight/plugin.h>

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
     .max = 64,
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

/* -- the board ------------------------------------------------------------ */

#define NAME_ROOM 65

struct user {
    bight_transport *t;
    bight_framer *framer;
    struct user *next;
    struct user **place; /* where the board refers to it; NULL: no name yet */
    char name[NAME_ROOM];
};

struct board {
    const struct options *options;
    struct user *users;
    size_t count;     /* of users with a name */
    size_t guests;    /* connections, with a name or without */
    char **history;   /* a ring of options->history lines */
    size_t kept;      /* lines ever kept */
    bight_buffer out; /* the line that is being made */
};

static struct board *board_of(const bight_transport *t)
{
    return bight_transport_shared(t);
}

static void tell(struct user *user, bight_bytes text)
{
    (void)bight_transport_write(user->t, text);
}

static void keep(struct board *board, bight_bytes text)
{
    size_t room = (size_t)board->options->history;
    if (room == 0)
        return;
    char *copy = bight_alloc(text.size + 1);
    if (copy == NULL)
        return;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    char **slot = &board->history[board->kept++ % room];
    bight_free(*slot);
    *slot = copy;
}

static void recall(const struct board *board, struct user *user)
{
    size_t room = (size_t)board->options->history;
    size_t first = board->kept > room ? board->kept - room : 0;
    for (size_t i = first; i < board->kept; i++)
        tell(user, bight_bytes_text(board->history[i % room]));
}

/* A write never calls back, so the list stays as it is meanwhile. */
static void post(struct board *board, const struct user *but)
{
    bight_bytes text = bight_buffer_bytes(&board->out);
    keep(board, text);
    for (struct user *user = board->users; user != NULL; user = user->next)
        if (user != but)
            tell(user, text);
    bight_buffer_clear(&board->out);
}

/* What a terminal would obey is shown as a dot: nobody types on another's
 * screen. The high half of C1 hides behind 0xc2 in UTF-8. */
static void put_clean(struct board *board, bight_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool c1 = c == 0xc2 && i + 1 < text.size && text.data[i + 1] < 0xa0;
        bool control = (c < ' ' && c != '\t') || c == 0x7f || c1;
        if (c1)
            i++;
        (void)bight_buffer_append(&board->out, control ? BIGHT_BYTES(".")
                                                       : bight_bytes_of(&c, 1));
    }
}

static void notice(struct board *board, const struct user *about,
                   const char *what)
{
    (void)bight_buffer_printf(&board->out, "* %s %s\n", about->name, what);
    post(board, about);
}

/* -- coming and going ----------------------------------------------------- */

static bool is_name(const struct board *board, bight_bytes name)
{
    if (name.size == 0 || name.size > (size_t)board->options->max_name)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] <= ' ' || name.data[i] >= 0x7f ||
            strchr("/*<>", name.data[i]) != NULL)
            return false;
    return true;
}

static bool is_taken(const struct board *board, bight_bytes name)
{
    for (struct user *user = board->users; user != NULL; user = user->next)
        if (strlen(user->name) == name.size &&
            strncasecmp(user->name, (const char *)name.data, name.size) == 0)
            return true;
    return false;
}

static void say_who(struct board *board, struct user *user)
{
    (void)bight_buffer_printf(&board->out, "* here: %zu", board->count);
    for (struct user *each = board->users; each != NULL; each = each->next)
        (void)bight_buffer_printf(&board->out, "%s%s",
                                  each == board->users ? ": " : ", ",
                                  each->name);
    (void)bight_buffer_append(&board->out, BIGHT_BYTES("\n"));
    tell(user, bight_buffer_bytes(&board->out));
    bight_buffer_clear(&board->out);
}

static void enter(struct board *board, struct user *user)
{
    user->next = board->users;
    if (user->next != NULL)
        user->next->place = &user->next;
    user->place = &board->users;
    board->users = user;
    board->count++;
    (void)bight_transport_set_timeout(user->t, BIGHT_TIMEOUT_IDLE, 0);
    recall(board, user);
    say_who(board, user);
    notice(board, user, "joined");
}

static void leave(struct board *board, struct user *user, const char *how)
{
    if (user->place == NULL)
        return;
    *user->place = user->next;
    if (user->next != NULL)
        user->next->place = user->place;
    user->place = NULL;
    board->count--;
    notice(board, user, how);
}

static void take_name(struct board *board, struct user *user, bight_bytes name)
{
    if (!is_name(board, name)) {
        tell(user, BIGHT_BYTES("That is no name: letters, digits and signs, "
                               "without spaces. Another?\n"));
    } else if (is_taken(board, name)) {
        tell(user, BIGHT_BYTES("That name is taken. Another?\n"));
    } else {
        memcpy(user->name, name.data, name.size);
        enter(board, user);
    }
}

/* -- lines ---------------------------------------------------------------- */

static void do_me(struct board *board, struct user *user, bight_bytes rest)
{
    (void)bight_buffer_printf(&board->out, "* %s ", user->name);
    put_clean(board, rest);
    (void)bight_buffer_append(&board->out, BIGHT_BYTES("\n"));
    post(board, NULL);
}

static void do_who(struct board *board, struct user *user, bight_bytes rest)
{
    (void)rest;
    say_who(board, user);
}

static void do_quit(struct board *board, struct user *user, bight_bytes rest)
{
    (void)rest;
    leave(board, user, "left");
    tell(user, BIGHT_BYTES("Good-bye.\n"));
    bight_transport_close(user->t);
}

static void do_help(struct board *board, struct user *user, bight_bytes rest)
{
    (void)board;
    (void)rest;
    tell(user, BIGHT_BYTES("* /who: who is here; /me WORDS: what you do; "
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
    tell(user, BIGHT_BYTES("* no such command; /help tells which there are\n"));
}

static void say(struct board *board, struct user *user, bight_bytes line)
{
    (void)bight_buffer_printf(&board->out, "<%s> ", user->name);
    put_clean(board, line);
    (void)bight_buffer_append(&board->out, BIGHT_BYTES("\n"));
    post(board, NULL);
}

static void line_received(void *self, bight_transport *t, bight_bytes line)
{
    struct board *board = board_of(t);
    struct user *user = self;
    if (user->place == NULL)
        take_name(board, user, line);
    else if (line.size > 0 && line.data[0] == '/')
        obey(board, user, line);
    else if (line.size > 0)
        say(board, user, line);
}

/* -- the protocol --------------------------------------------------------- */

static void connection_made(void *self, bight_transport *t)
{
    const struct options *given = bight_transport_options(t);
    struct user *user = self;
    user->t = t;
    board_of(t)->guests++;
    bight_line_options line = {.size = sizeof(line),
                               .limit = (size_t)given->max_line};
    bight_error error = bight_line_framer_new(&line, &user->framer);
    if (!bight_failed(error))
        error = bight_transport_set_write_cap(t, (size_t)given->max_backlog);
    if (!bight_failed(error))
        error = bight_transport_set_timeout(t, BIGHT_TIMEOUT_IDLE,
                                            given->name_timeout_ms);
    if (bight_failed(error))
        bight_transport_fail(t, error);
    else
        tell(user, BIGHT_BYTES("Welcome. Your name?\n"));
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct user *user = self;
    bight_framer_feed(user->framer, t, data, line_received);
}

static void draining(void *self, bight_transport *t)
{
    tell(self, BIGHT_BYTES("* the board closes\n"));
    bight_transport_close(t);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct user *user = self;
    bool slow = bight_error_is(why, &bight_domain, BIGHT_ERROR_WRITE_OVERFLOW);
    board_of(t)->guests--;
    leave(board_of(t), user, slow ? "left: reads too slowly" : "left");
    bight_framer_free(user->framer);
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
    struct board *board = shared;
    (void)loop;
    board->options = given;
    if (board->options->history == 0)
        return bight_ok();
    board->history =
        bight_zalloc((size_t)board->options->history * sizeof(*board->history));
    return board->history == NULL ? bight_error_of(BIGHT_ERROR_NO_MEMORY)
                                  : bight_ok();
}

static void stopped(void *shared)
{
    struct board *board = shared;
    for (size_t i = 0;
         board->history != NULL && i < (size_t)board->options->history; i++)
        bight_free(board->history[i]);
    bight_free(board->history);
    bight_buffer_fini(&board->out);
}

static bight_error build(void *shared, const bight_address *peer,
                         const bight_protocol **ret_protocol)
{
    const struct board *board = shared;
    (void)peer;
    if (board->guests >= (size_t)board->options->max_users)
        return bight_error_note(bight_error_of(BIGHT_ERROR_REFUSED),
                                "max-users is reached");
    *ret_protocol = &protocol;
    return bight_ok();
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "lines",
    .shared_size = sizeof(struct board),
    .started = started,
    .stopped = stopped,
    .build = build,
};

BIGHT_PLUGIN(lines) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "lines",
    .version = BIGHT_VERSION_STRING,
    .summary = "a notice board that people share by typing lines",
    .factory = &factory,
    .options = &option_table,
};
