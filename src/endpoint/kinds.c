/* SPDX-License-Identifier: MIT */
/* The register of kinds: one per process, grown by whoever links more. */
#include "endpoint/kinds.h"

#include <pthread.h>
#include <string.h>

#include <bight/alloc.h>

/* A table as the host knows it; the fields follow. Never freed: endpoints refer
 * to it, and any thread may be parsing. */
struct registered {
    bight_endpoint_kind kind;
    bight_endpoint_field fields[];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Sorted by name, ended by NULL; the mutex guards it. */
static const bight_endpoint_kind *known[BIGHT__ENDPOINT_KINDS_MAX + 1] = {
    &bight__endpoint_fd,
    &bight__endpoint_memory,
    &bight__endpoint_systemd,
    &bight__endpoint_tcp,
    &bight__endpoint_trace,
    &bight__endpoint_unix,
    NULL,
};

void bight__endpoint_kinds(
    const bight_endpoint_kind *ret_kinds[BIGHT__ENDPOINT_KINDS_MAX + 1])
{
    (void)pthread_mutex_lock(&mutex);
    memcpy(ret_kinds, known, sizeof(known));
    (void)pthread_mutex_unlock(&mutex);
}

const bight_endpoint_kind *bight_endpoint_kind_at(size_t index)
{
    const bight_endpoint_kind *kinds[BIGHT__ENDPOINT_KINDS_MAX + 1];
    bight__endpoint_kinds(kinds);
    size_t i = 0;
    while (i < index && kinds[i] != NULL)
        i++;
    return kinds[i];
}

/* -- copies of the host's size -------------------------------------------- */

/* A table of another version may be shorter or longer at its end. */
static void copy_sized(void *to, size_t room, const void *from, size_t size)
{
    memset(to, 0, room);
    memcpy(to, from, size < room ? size : room);
}

static const bight_endpoint_field *field_at(const bight_endpoint_kind *kind,
                                            size_t index)
{
    return (const bight_endpoint_field *)((const char *)kind->fields +
                                          index * kind->field_size);
}

/* One more than can be used, if there are too many: the check then says so. */
static size_t count_fields(const bight_endpoint_kind *kind)
{
    size_t count = 0;
    while (count <= BIGHT__ENDPOINT_FIELDS_MAX &&
           field_at(kind, count)->name != NULL)
        count++;
    return count;
}

static bool is_readable(const bight_endpoint_kind *given)
{
    return given->size >= offsetof(bight_endpoint_kind, listen) &&
           given->fields != NULL &&
           given->field_size >= offsetof(bight_endpoint_field, default_text);
}

/* NULL: no memory. */
static struct registered *copy_of(const bight_endpoint_kind *given)
{
    size_t count = count_fields(given);
    struct registered *copy = bight_zalloc(
        sizeof(*copy) + (count + 1) * sizeof(bight_endpoint_field));
    if (copy == NULL)
        return NULL;
    copy_sized(&copy->kind, sizeof(copy->kind), given, given->size);
    for (size_t i = 0; i < count; i++)
        copy_sized(&copy->fields[i], sizeof(copy->fields[i]),
                   field_at(given, i), given->field_size);
    copy->kind.size = sizeof(copy->kind);
    copy->kind.fields = copy->fields;
    copy->kind.field_size = sizeof(copy->fields[0]);
    return copy;
}

/* -- registering ---------------------------------------------------------- */

static size_t count_known(void)
{
    size_t count = 0;
    while (known[count] != NULL)
        count++;
    return count;
}

static bight_error insert(const bight_endpoint_kind *kind)
{
    size_t count = count_known(), at = 0;
    while (at < count && strcmp(known[at]->name, kind->name) < 0)
        at++;
    if (at < count && strcmp(known[at]->name, kind->name) == 0)
        return bight_error_note(bight_error_of(BIGHT_ERROR_BUSY),
                                "endpoint type '%s' is known already",
                                kind->name);
    if (count == BIGHT__ENDPOINT_KINDS_MAX)
        return bight_error_note(bight_error_of(BIGHT_ERROR_RANGE),
                                "%d endpoint types are known already",
                                BIGHT__ENDPOINT_KINDS_MAX);
    for (size_t i = count; i > at; i--)
        known[i] = known[i - 1];
    known[at] = kind;
    return bight_ok();
}

bight_error bight_endpoint_register(const bight_endpoint_kind *kind)
{
    if (!is_readable(kind))
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "a kind's table without its sizes or fields");
    struct registered *copy = copy_of(kind);
    if (copy == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error = bight__endpoint_kind_check(&copy->kind);
    if (!bight_failed(error)) {
        (void)pthread_mutex_lock(&mutex);
        error = insert(&copy->kind);
        (void)pthread_mutex_unlock(&mutex);
    }
    if (bight_failed(error))
        bight_free(copy);
    return error;
}
