/* SPDX-License-Identifier: MIT */
/*
 * The board itself. Its users are a list, so that coming and going need no
 * memory; a line is made once, kept, and written to each of them. All that one
 * user is told at once is bounded, or whoever comes to a board with a long
 * history would be dropped for not reading.
 */
#include "board.h"

#include <string.h>
#include <strings.h>

#include <bight/alloc.h>

void user_tell(struct user *user, bight_bytes text)
{
    (void)bight_transport_write(user->t, text);
}

/* -- what is shown -------------------------------------------------------- */

/* The size of the character that the text begins with, 0 if it is none that
 * may be shown: a control character, or not UTF-8. Control characters in a
 * longer form than needed, and C1's, are none either. */
static size_t visible(bight_bytes text)
{
    static const uint32_t least[] = {0xa0, 0x800, 0x10000};
    uint8_t c = text.data[0];
    if (c < 0x80)
        return c == '\t' || (c >= ' ' && c != 0x7f) ? 1 : 0;
    size_t size = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || size > text.size)
        return 0;
    uint32_t code = c & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((text.data[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text.data[i] & 0x3fU);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least[size - 2] || code > 0x10ffff || surrogate ? 0 : size;
}

static uint8_t *put(uint8_t *at, bight_bytes text)
{
    memcpy(at, text.data, text.size);
    return at + text.size;
}

static uint8_t *put_visible(uint8_t *at, bight_bytes text)
{
    while (text.size > 0) {
        size_t size = visible(text);
        at =
            put(at, size > 0 ? bight_bytes_head(text, size) : BIGHT_BYTES("."));
        text = bight_bytes_tail(text, size > 0 ? size : 1);
    }
    return at;
}

/* -- the last lines ------------------------------------------------------- */

static void keep(struct board *board, bight_bytes text)
{
    if (board->history_size == 0)
        return;
    char *copy = bight_alloc(text.size + 1);
    if (copy == NULL)
        return;
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    char **slot = &board->history[board->kept++ % board->history_size];
    bight_free(*slot);
    *slot = copy;
}

static bight_bytes kept(const struct board *board, size_t i)
{
    return bight_bytes_text(board->history[i % board->history_size]);
}

static void recall(const struct board *board, struct user *user)
{
    size_t room = board->most, first = board->kept;
    while (first > 0 && board->kept - first < board->history_size &&
           kept(board, first - 1).size <= room)
        room -= kept(board, --first).size;
    for (size_t i = first; i < board->kept; i++)
        user_tell(user, kept(board, i));
}

/* -- lines ---------------------------------------------------------------- */

static bight_error make(struct board *board, const char *before,
                        const char *name, const char *after, bight_bytes text)
{
    size_t size = strlen(before) + strlen(name) + strlen(after) + text.size + 1;
    uint8_t *space;
    bight_buffer_clear(&board->out);
    bight_error error = bight_buffer_reserve(&board->out, size, &space);
    if (bight_failed(error))
        return error;
    uint8_t *at = put(space, bight_bytes_text(before));
    at = put(at, bight_bytes_text(name));
    at = put(at, bight_bytes_text(after));
    at = put(put_visible(at, text), BIGHT_BYTES("\n"));
    bight_buffer_commit(&board->out, (size_t)(at - space));
    return bight_ok();
}

bight_error board_post(struct board *board, const char *before,
                       const struct user *user, const char *after,
                       bight_bytes text)
{
    bight_error error = make(board, before, user->name, after, text);
    if (bight_failed(error))
        return error;
    bight_bytes line = bight_buffer_bytes(&board->out);
    keep(board, line);
    for (struct user *each = board->users; each != NULL; each = each->next)
        user_tell(each, line);
    return bight_ok();
}

static size_t list(struct board *board, size_t room)
{
    size_t listed = 0;
    for (struct user *each = board->users; each != NULL; each = each->next) {
        size_t size = strlen(each->name) + 2;
        if (size > room)
            break;
        room -= size;
        if (bight_failed(bight_buffer_printf(
                &board->out, "%s%s", listed == 0 ? ": " : ", ", each->name)))
            break;
        listed++;
    }
    return listed;
}

void board_who(struct board *board, struct user *user)
{
    bight_buffer_clear(&board->out);
    bight_error error =
        bight_buffer_printf(&board->out, "* here: %zu", board->count);
    bool all = list(board, board->most) == board->count;
    if (!bight_failed(error))
        error = bight_buffer_append(&board->out, all ? BIGHT_BYTES("\n")
                                                     : BIGHT_BYTES(", ...\n"));
    user_tell(user, bight_failed(error) ? BIGHT_BYTES("* no memory\n")
                                        : bight_buffer_bytes(&board->out));
}

/* -- coming and going ----------------------------------------------------- */

bool board_has(const struct board *board, bight_bytes name)
{
    for (struct user *user = board->users; user != NULL; user = user->next)
        if (strlen(user->name) == name.size &&
            strncasecmp(user->name, (const char *)name.data, name.size) == 0)
            return true;
    return false;
}

/* A notice that finds no memory is not given: nobody waits for it. */
void board_enter(struct board *board, struct user *user)
{
    recall(board, user);
    (void)board_post(board, "* ", user, " ", BIGHT_BYTES("joined"));
    user->next = board->users;
    if (user->next != NULL)
        user->next->place = &user->next;
    user->place = &board->users;
    board->users = user;
    board->count++;
    board_who(board, user);
}

void board_leave(struct board *board, struct user *user, const char *how)
{
    if (user->place == NULL)
        return;
    *user->place = user->next;
    if (user->next != NULL)
        user->next->place = user->place;
    user->place = NULL;
    board->count--;
    (void)board_post(board, "* ", user, " ", bight_bytes_text(how));
}

bight_error board_init(struct board *board, size_t history_size, size_t most)
{
    board->most = most;
    if (history_size == 0)
        return bight_ok();
    board->history = bight_zalloc(history_size * sizeof(*board->history));
    if (board->history == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    board->history_size = history_size;
    return bight_ok();
}

void board_fini(struct board *board)
{
    for (size_t i = 0; i < board->history_size; i++)
        bight_free(board->history[i]);
    bight_free(board->history);
    bight_buffer_fini(&board->out);
}
