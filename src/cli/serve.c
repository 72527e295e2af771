/* SPDX-License-Identifier: MIT */
/* The command line of `bight serve`, and what else tells it what to do. */
#include "serve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bight/alloc.h>

#include "args.h"
#include "complain.h"
#include "environment.h"
#include "exit.h"
#include "help.h"
#include "info.h"
#include "identity.h"
#include "paint.h"
#include "plugin_path.h"
#include "verify.h"

/* -- words ---------------------------------------------------------------- */

static int no_memory(void)
{
    return complain_error(bight_error_of(BIGHT_ERROR_NO_MEMORY));
}

/* A protocol without options has a section in files all the same. */
static int set_protocol(struct serve *serve, const char *name)
{
    int code = protocol_find(name, &serve->entry);
    if (code != 0)
        return code;
    const bight_option_table *table = serve->entry->plugin.options;
    struct group *group = &serve->settings.protocol;
    group->section = serve->entry->plugin.name;
    if (table == NULL)
        return 0;
    serve->values = bight_zalloc(table->values_size);
    if (serve->values == NULL)
        return no_memory();
    bight_error error =
        group_init(group, group->section, table, NULL, serve->values);
    return bight_failed(error) ? complain_error(error) : 0;
}

static int add_place(struct serve *serve, const struct given *given)
{
    struct place *more = bight_realloc(
        serve->places, (serve->count + 1) * sizeof(*serve->places));
    if (more == NULL)
        return no_memory();
    serve->places = more;
    return place_parse(&serve->places[serve->count++], BIGHT_ENDPOINT_SERVER,
                       given);
}

static int take_word(void *ctx, const struct given *given)
{
    struct serve *serve = ctx;
    if (given->name.size == 0 && serve->entry == NULL)
        return set_protocol(serve, (const char *)given->value.data);
    return add_place(serve, given);
}

/* -- all that was given --------------------------------------------------- */

static int read_config(struct serve *serve, const char *path)
{
    if (path == NULL || serve->config.path != NULL)
        return 0;
    return config_read(&serve->config, path);
}

/* A file may say where plugins are, and a plugin which options there are: these
 * two come before all others. */
static int look_ahead(struct serve *serve, int argc, char *const *argv)
{
    const struct group *command = &serve->settings.command;
    const char *path = args_peek(command, argc, argv, "config");
    const char *folders = args_peek(command, argc, argv, "plugin-path");
    char *said = NULL;
    int code = read_config(serve, path != NULL ? path : serve->options.config);
    if (code != 0)
        return code;
    if (folders == NULL && serve->options.plugin_path == NULL)
        folders = said = config_peek(&serve->config, "plugin-path");
    if (folders != NULL)
        code = plugin_path_set(folders);
    bight_free(said);
    return code;
}

/* Places of the command line are instead of those of the environment, and these
 * instead of those of a file. */
static void keep_places(struct serve *serve)
{
    enum origin best = ORIGIN_DEFAULT;
    size_t kept = 0;
    for (size_t i = 0; i < serve->count; i++) {
        if (serve->places[i].source.origin > best)
            best = serve->places[i].source.origin;
    }
    for (size_t i = 0; i < serve->count; i++) {
        if (serve->places[i].source.origin == best)
            serve->places[kept++] = serve->places[i];
        else
            place_fini(&serve->places[i]);
    }
    serve->count = kept;
}

static int read_all(struct serve *serve, int argc, char *const *argv)
{
    struct settings *settings = &serve->settings;
    char help[64];
    (void)snprintf(help, sizeof(help), "bight help %s", serve->command->name);
    int code = settings_take_environment(settings, &settings->command);
    if (code == 0)
        code = look_ahead(serve, argc, argv);
    if (code == 0)
        code = args_parse(settings, help, argc, argv);
    if (code != 0 || serve->options.help)
        return code;
    environment_warn();
    code = settings_take_environment(settings, &settings->protocol);
    int failed = read_config(serve, serve->options.config);
    if (failed == 0)
        failed = config_take(&serve->config, settings, &protocol_tables);
    return failed != 0 ? failed : code;
}

int serve_read(struct serve *serve, const struct command *command, int argc,
               char *const *argv)
{
    *serve = (struct serve){.command = command};
    serve->settings.word = take_word;
    serve->settings.ctx = serve;
    bight_error error =
        group_init(&serve->settings.command, NULL, &serve_option_table,
                   serve_option_traits, &serve->options);
    if (bight_failed(error))
        return complain_error(error);
    int code = read_all(serve, argc, argv);
    paint_choose((enum color)serve->options.color);
    if (code == 0)
        keep_places(serve);
    return code;
}

void serve_fini(struct serve *serve)
{
    for (size_t i = 0; i < serve->count; i++)
        place_fini(&serve->places[i]);
    bight_free(serve->places);
    group_fini(&serve->settings.protocol);
    group_fini(&serve->settings.command);
    bight_free(serve->values);
    config_fini(&serve->config);
}

/* -- what is missing ------------------------------------------------------ */

/* A caret behind what was written, for what was not. */
static int complain_missing(const struct serve *serve)
{
    char text[128];
    bight_diagnostic diagnostic;
    const char *name = serve->entry != NULL ? serve->entry->plugin.name : NULL;
    (void)snprintf(text, sizeof(text), "bight serve %s%s",
                   name != NULL ? name : "", name != NULL ? " " : "");
    bight_diagnostic_set(&diagnostic, strlen(text), 0,
                         name != NULL ? "nowhere to listen"
                                      : "serve needs a protocol");
    if (name != NULL)
        bight_diagnostic_hint(&diagnostic,
                              "add --listen tcp:PORT or --listen unix:PATH");
    else
        bight_diagnostic_choices(&diagnostic, bight_bytes_text(NULL),
                                 protocol_names());
    return complain(&diagnostic, bight_bytes_text(text));
}

/* What is named on the command line was read before. */
static int change_folder(const char *path)
{
    bight_diagnostic diagnostic;
    if (path == NULL || chdir(path) == 0)
        return 0;
    int errnum = errno;
    bight_diagnostic_set(&diagnostic, 0, strlen(path), "chdir: %s",
                         bight_errno_domain.text(errnum));
    (void)complain(&diagnostic, bight_bytes_text(path));
    return errnum == EACCES ? EXIT_PERMISSION : EXIT_NO_INPUT;
}

int serve_check(struct serve *serve)
{
    struct identity identity;
    int code = change_folder(serve->options.chdir);
    if (code != 0)
        return code;
    code = identity_find(&identity, serve->options.user, serve->options.group);
    int failed = verify_places(serve->places, serve->count);
    code = failed != 0 ? failed : code;
    failed =
        verify_settings(&serve->settings,
                        serve->entry != NULL ? serve->entry->plugin.name : "");
    return failed != 0 ? failed : code;
}

/* Somewhere is this machine, if nobody said more. */
static int find_places(struct serve *serve)
{
    int code = 0;
    if (serve->entry == NULL || serve->count == 0)
        return complain_missing(serve);
    for (size_t i = 0; i < serve->count && code == 0 && !serve->options.public;
         i++)
        code = place_stay_here(&serve->places[i]);
    return code;
}

/* -- the command ---------------------------------------------------------- */

void serve_show(const struct serve *serve)
{
    char text[BIGHT_ENDPOINT_TEXT_MAX + 1];
    for (size_t i = 0; i < serve->count; i++) {
        const struct place *place = &serve->places[i];
        (void)bight_endpoint_format(place->endpoint, text, sizeof(text));
        settings_show_line("listen", text, &place->source);
    }
    settings_show(&serve->settings);
}

bool serve_tell(const struct serve *serve)
{
    if (serve->options.help) {
        help_command_show(serve->command);
        if (serve->entry != NULL) {
            (void)putchar('\n');
            info_show_plugin(serve->entry);
        }
    } else if (serve->options.show_origin) {
        serve_show(serve);
    }
    return serve->options.help || serve->options.show_origin;
}

static int dry_run(const struct serve *serve)
{
    char text[BIGHT_ENDPOINT_TEXT_MAX + 1];
    for (size_t i = 0; i < serve->count; i++) {
        (void)bight_endpoint_format(serve->places[i].endpoint, text,
                                    sizeof(text));
        (void)printf("%s would listen on %s\n", serve->entry->plugin.name,
                     text);
    }
    return EXIT_FINE;
}

static int run_read(struct serve *serve)
{
    if (serve_tell(serve))
        return EXIT_FINE;
    int code = find_places(serve);
    if (code == 0)
        code = serve_check(serve);
    if (code != 0)
        return code;
    return serve->options.dry_run ? dry_run(serve) : serve_run(serve);
}

static int run(const struct command *command, int argc, char *const *argv)
{
    struct serve serve;
    int code = serve_read(&serve, command, argc, argv);
    if (code == 0)
        code = run_read(&serve);
    serve_fini(&serve);
    return code;
}

const struct command serve_command = {
    .name = "serve",
    .operands = "NAME|./FILE.so [ENDPOINT...]",
    .summary = "serves a protocol until SIGINT or SIGTERM",
    .text =
        "Options of a protocol come after its name; they are told by `bight\n"
        "info NAME`. Endpoints, as words or with --listen; each kind is told\n"
        "by `bight info KIND`:\n"
        "  tcp:[HOST:]PORT    port 0: any that is free; without HOST: this\n"
        "                     machine only, unless --public\n"
        "  unix:PATH          a socket file\n"
        "  systemd:[NAME]     sockets passed by systemd\n"
        "  fd:NUMBER          a socket that was inherited\n"
        "\n"
        "What is not on the command line is taken from the environment, where\n"
        "--max-conn is BIGHT_MAX_CONN, then from the --config file.\n"
        "\n"
        "Durations are written as 500ms, 10s, 2m, 1h. SIGINT and SIGTERM:\n"
        "drain, end with 0; again: abort, end with 128 + signal. SIGUSR1 and\n"
        "SIGHUP: open the --access-log file anew. Other signals end it at\n"
        "once.",
    .options = &serve_option_table,
    .traits = serve_option_traits,
    .run = run,
};
