/* SPDX-License-Identifier: MIT */
/* Errors' texts that have to wait longer than a ring of notes remembers. */
#include "async/texts.h"

#include <string.h>

#include <bight/alloc.h>

struct bight__texts {
    size_t cause; /* where the cause begins */
    char text[];  /* the detail, NUL, the cause, NUL */
};

struct bight__texts *bight__texts_keep(bight_error error)
{
    if (error.note == 0)
        return NULL;
    const char *detail = bight_error_detail(error);
    const char *cause = bight_error_cause(error);
    size_t detail_size = strlen(detail) + 1;
    size_t cause_size = strlen(cause) + 1;
    if (detail_size + cause_size == 2)
        return NULL;
    struct bight__texts *texts =
        bight_alloc(sizeof(*texts) + detail_size + cause_size);
    if (texts == NULL)
        return NULL;
    texts->cause = detail_size;
    memcpy(texts->text, detail, detail_size);
    memcpy(texts->text + detail_size, cause, cause_size);
    return texts;
}

static bool is_remembered(bight_error error)
{
    return *bight_error_detail(error) != '\0' ||
           *bight_error_cause(error) != '\0';
}

bight_error bight__texts_restore(const struct bight__texts *texts,
                                 bight_error error)
{
    if (texts == NULL || is_remembered(error))
        return error;
    const char *cause = texts->text + texts->cause;
    error.note = 0;
    if (texts->text[0] != '\0')
        error = bight_error_note(error, "%s", texts->text);
    if (*cause != '\0')
        error = bight_error_because(error, "%s", cause);
    return error;
}
