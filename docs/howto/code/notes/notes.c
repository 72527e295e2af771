/* SPDX-License-Identifier: MIT */
#include "notes.h"

#include <stdlib.h>

#define MOST_NOTES 1000

struct note {
    struct note *next;
    bight_buffer name;
    bight_buffer text;
};

struct notes {
    bight_http_router *router;
    struct note *first;
    size_t count;
};

/* -- the notes ------------------------------------------------------------ */

static struct note *find(struct notes *notes, bight_bytes name)
{
    struct note *note = notes->first;
    while (note != NULL &&
           !bight_bytes_equal(bight_buffer_bytes(&note->name), name))
        note = note->next;
    return note;
}

static struct note *add(struct notes *notes, bight_bytes name)
{
    struct note *note = malloc(sizeof(*note));
    if (note == NULL)
        return NULL;
    bight_buffer_init(&note->name);
    bight_buffer_init(&note->text);
    if (bight_failed(bight_buffer_append(&note->name, name))) {
        free(note);
        return NULL;
    }
    note->next = notes->first;
    notes->first = note;
    notes->count++;
    return note;
}

/* -- GET ------------------------------------------------------------------ */

static bight_deferred *get_note(void *ctx, bight_http_exchange *x)
{
    const struct note *note = find(ctx, bight_http_path_value(x, "name"));
    if (note == NULL)
        bight_http_fail(x, 404);
    else
        bight_http_answer(x, 200, "text/plain; charset=utf-8",
                          bight_buffer_bytes(&note->text));
    return NULL;
}

/* -- PUT ------------------------------------------------------------------ */

struct put {
    struct notes *notes;
    bight_http_exchange *x;
};

/* The body is here, and lent: what is kept of it is copied. */
static void body_read(bight_result *result, void *arg)
{
    struct put *put = arg;
    const bight_bytes *body = bight_result_peek(result).as.pointer;
    bight_bytes name = bight_http_path_value(put->x, "name");
    struct note *note = find(put->notes, name);
    bool is_new = note == NULL;
    if (is_new && put->notes->count == MOST_NOTES) {
        bight_result_fail(result, bight_http_error(503));
        return;
    }
    if (is_new)
        note = add(put->notes, name);
    if (note == NULL) {
        bight_result_fail(result, bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    bight_buffer_clear(&note->text);
    bight_error error = bight_buffer_append(&note->text, *body);
    if (bight_failed(error))
        bight_result_fail(result, error);
    else
        bight_http_answer(put->x, is_new ? 201 : 204, NULL, BIGHT_BYTES(""));
}

/* On every path: also when the body never came. */
static void put_over(bight_result *result, void *arg)
{
    (void)result;
    free(arg);
}

static bight_deferred *put_note(void *ctx, bight_http_exchange *x)
{
    struct put *put = malloc(sizeof(*put));
    if (put == NULL)
        return NULL; /* no answer was begun: it is 500 */
    *put = (struct put){.notes = ctx, .x = x};
    bight_deferred *body = bight_http_read_body(x);
    return bight_finally(bight_then(body, body_read, put), put_over, put);
}

/* -- the whole ------------------------------------------------------------ */

static const bight_http_resource resources[] = {
    {"GET", "/notes/:name", get_note},
    {"PUT", "/notes/:name", put_note},
};

bight_error notes_new(struct notes **ret_notes)
{
    struct notes *notes = calloc(1, sizeof(*notes));
    if (notes == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error = bight_http_router_new(&notes->router);
    if (!bight_failed(error))
        error = bight_http_router_add_all(
            notes->router, resources, sizeof(resources) / sizeof(resources[0]),
            notes);
    if (bight_failed(error)) {
        notes_free(notes);
        return error;
    }
    *ret_notes = notes;
    return bight_ok();
}

void notes_free(struct notes *notes)
{
    if (notes == NULL)
        return;
    while (notes->first != NULL) {
        struct note *note = notes->first;
        notes->first = note->next;
        bight_buffer_fini(&note->name);
        bight_buffer_fini(&note->text);
        free(note);
    }
    bight_http_router_free(notes->router);
    free(notes);
}

bight_deferred *notes_handle(void *notes, bight_http_exchange *x)
{
    const struct notes *self = notes;
    return bight_http_route(self->router, x);
}
