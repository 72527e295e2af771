/* SPDX-License-Identifier: MIT */
/* The command line of `bight serve`. */
#include "serve.h"

#include <stdio.h>
#include <string.h>

#include <bight/alloc.h>

#include "complain.h"

#define NAMES 64

static int set_protocol(struct serve *serve, const char *name)
{
    const char *known[NAMES];
    bight_diagnostic diagnostic;
    serve->protocol = protocol_find(name);
    if (serve->protocol != NULL)
        return 0;
    bight_diagnostic_set(&diagnostic, 0, strlen(name), "unknown protocol '%s'",
                         name);
    protocol_names(known, NAMES);
    bight_diagnostic_choices(&diagnostic, bight_bytes_text(name), known);
    return complain(&diagnostic, bight_bytes_text(name));
}

static int add_place(struct serve *serve, const char *option, const char *text)
{
    struct place *more = bight_realloc(
        serve->places, (serve->count + 1) * sizeof(*serve->places));
    if (more == NULL)
        return complain_error(bight_error_of(BIGHT_ERROR_NO_MEMORY));
    serve->places = more;
    return place_parse(&serve->places[serve->count++], option, text);
}

static int take_word(void *ctx, const char *option, const char *text)
{
    struct serve *serve = ctx;
    if (option == NULL && serve->protocol == NULL)
        return set_protocol(serve, text);
    return add_place(serve, option, text);
}

static const struct args_spec spec = {
    .table = &serve_option_table,
    .traits = serve_option_traits,
    .help = "bight help serve",
    .word = take_word,
};

/* A caret behind what was written, for what was not. */
static int complain_missing(const struct serve *serve)
{
    const char *known[NAMES];
    char text[128];
    bight_diagnostic diagnostic;
    bool named = serve->protocol != NULL;
    (void)snprintf(text, sizeof(text), "bight serve %s%s",
                   named ? serve->protocol->name : "", named ? " " : "");
    bight_diagnostic_set(&diagnostic, strlen(text), 0,
                         named ? "nowhere to listen"
                               : "serve needs a protocol");
    if (named) {
        bight_diagnostic_hint(&diagnostic,
                              "add --listen tcp:PORT or --listen unix:PATH");
    } else {
        protocol_names(known, NAMES);
        bight_diagnostic_choices(&diagnostic, bight_bytes_text(NULL), known);
    }
    return complain(&diagnostic, bight_bytes_text(text));
}

static int parse_and_run(struct serve *serve, int argc, char *const *argv)
{
    int code = args_parse(&spec, argc, argv, &serve->options, serve);
    if (code != 0)
        return code;
    if (serve->options.help) {
        serve_help();
        return 0;
    }
    if (serve->protocol == NULL || serve->count == 0)
        return complain_missing(serve);
    return serve_run(serve);
}

int serve_command(const struct protocol *protocol, int argc, char *const *argv)
{
    struct serve serve = {.protocol = protocol};
    bight_error error = bight_options_init(&serve_option_table, &serve.options);
    if (bight_failed(error))
        return complain_error(error);
    int code = parse_and_run(&serve, argc, argv);
    for (size_t i = 0; i < serve.count; i++)
        place_fini(&serve.places[i]);
    bight_free(serve.places);
    bight_options_fini(&serve_option_table, &serve.options);
    return code;
}
