/* SPDX-License-Identifier: MIT */
/* Any text as a description (E9): refused with a place, or it round-trips. */
#include "endpoint/description.h"

#include <stdlib.h>
#include <string.h>

#include "../endpoint/wrappers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_getters(const bight_endpoint *e)
{
    for (; e != NULL; e = bight_endpoint_inner(e)) {
        const bight_endpoint_field *f = e->kind->fields;
        for (; f->name != NULL; f++) {
            const char *value = bight_endpoint_value(e, f->name);
            require(value == NULL || value[0] != '\0');
            (void)bight_endpoint_uint(e, f->name, 0);
            (void)bight_endpoint_bool(e, f->name, false);
        }
        (void)bight_endpoint_port(e);
    }
}

static void check_round_trip(const bight_endpoint *endpoint,
                             bight_endpoint_side side)
{
    static char text[4 * BIGHT_ENDPOINT_TEXT_MAX], twice[sizeof(text)];
    size_t length = bight_endpoint_format(endpoint, text, sizeof(text));
    bight_endpoint *again = NULL;
    require(length < sizeof(text) && length == strlen(text));
    /* Escapes may make what just fitted too long. */
    if (length > BIGHT_ENDPOINT_TEXT_MAX)
        return;
    bight_error error = bight__endpoint_parse(bight_bytes_of(text, length),
                                              side, test_kinds(), &again, NULL);
    require(!bight_failed(error));
    require(bight_endpoint_format(again, twice, sizeof(twice)) == length);
    require(strcmp(text, twice) == 0);
    bight_endpoint_free(again);
}

static void check(bight_bytes text, bight_endpoint_side side)
{
    bight_endpoint *endpoint = NULL;
    bight_diagnostic d;
    char shown[1024];
    bight_error error =
        bight__endpoint_parse(text, side, test_kinds(), &endpoint, &d);
    if (!bight_failed(error)) {
        check_getters(endpoint);
        check_round_trip(endpoint, side);
        bight_endpoint_free(endpoint);
        return;
    }
    require(endpoint == NULL && d.message[0] != '\0');
    require(d.start <= text.size && d.length <= text.size - d.start);
    (void)bight_diagnostic_format(&d, NULL, text, shown, sizeof(shown));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bight_bytes text = bight_bytes_of(data, size);
    check(text, BIGHT_ENDPOINT_SERVER);
    check(text, BIGHT_ENDPOINT_CLIENT);
    return 0;
}
