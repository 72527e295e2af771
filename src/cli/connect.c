/* SPDX-License-Identifier: MIT */
/* bight connect ENDPOINT: a client by hand. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bight/log.h>

#include "args.h"
#include "client.h"
#include "command.h"
#include "complain.h"
#include "environment.h"
#include "exit.h"
#include "help.h"
#include "paint.h"
#include "place.h"

struct connect {
    struct settings settings;
    struct connect_options options;
    struct place place;
};

/* -- what was given ------------------------------------------------------- */

static int take_word(void *ctx, const struct given *given)
{
    struct connect *connect = ctx;
    bight_diagnostic diagnostic;
    if (connect->place.endpoint == NULL)
        return place_parse(&connect->place, BIGHT_ENDPOINT_CLIENT, given);
    bight_diagnostic_set(&diagnostic, 0, given->value.size,
                         "one word too many: '%s'",
                         (const char *)given->value.data);
    return complain(&diagnostic, given->value);
}

static int complain_nowhere(void)
{
    static const char text[] = "bight connect ";
    bight_diagnostic diagnostic;
    bight_diagnostic_set(&diagnostic, strlen(text), 0, "nowhere to connect to");
    bight_diagnostic_hint(&diagnostic, "add tcp:HOST:PORT or unix:PATH");
    return complain(&diagnostic, bight_bytes_text(text));
}

static int read_all(struct connect *connect, int argc, char *const *argv)
{
    struct settings *settings = &connect->settings;
    settings->word = take_word;
    settings->ctx = connect;
    bight_error error =
        group_init(&settings->command, NULL, &connect_option_table,
                   connect_option_traits, &connect->options);
    if (bight_failed(error))
        return complain_error(error);
    int code = args_parse(settings, "bight help connect", argc, argv);
    if (code == 0)
        code = settings_take_environment(settings, &settings->command);
    paint_choose((enum color)connect->options.color);
    if (code == 0)
        environment_warn();
    if (code == 0 && !connect->options.help && connect->place.endpoint == NULL)
        code = complain_nowhere();
    return code;
}

/* -- the connection ------------------------------------------------------- */

static void start_log(const struct connect_options *options)
{
    static int fd = STDERR_FILENO;
    bight_log_level level = BIGHT_LOG_ERROR;
    if (!options->quiet && (options->verbose || options->trace != TRACE_OFF))
        level = BIGHT_LOG_INFO;
    (void)bight_log_set_sink(bight_log_sink_text, &fd, level);
}

/* What the peer says would be lost: that is known before it is asked. */
static int check_output(void)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY)
        return 0;
    complain_text("standard output is not open for writing");
    return EXIT_IO;
}

static int talk(const struct connect *connect)
{
    /* A thread that is left behind goes on using it. */
    static struct client client;
    client = (struct client){.options = &connect->options,
                             .endpoint = connect->place.endpoint};
    bight_error error = bight_loop_new(NULL, &client.loop);
    if (bight_failed(error))
        return complain_error(error);
    int code = client_start(&client);
    if (code == 0) {
        error = bight_loop_run(client.loop);
        code = bight_failed(error) ? complain_error(error) : client.code;
    }
    if (client_fini(&client))
        (void)bight_loop_free(client.loop);
    return code;
}

static int run(const struct command *command, int argc, char *const *argv)
{
    struct connect connect = {.options = {.help = false}};
    int code = read_all(&connect, argc, argv);
    if (code == 0 && connect.options.help) {
        help_command_show(command);
    } else if (code == 0) {
        start_log(&connect.options);
        code = check_output();
        if (code == 0)
            code = talk(&connect);
        (void)bight_log_set_sink(NULL, NULL, BIGHT_LOG_OFF);
    }
    place_fini(&connect.place);
    group_fini(&connect.settings.command);
    return code;
}

const struct command connect_command = {
    .name = "connect",
    .operands = "ENDPOINT",
    .summary = "connects standard input and output to a peer",
    .text =
        "The endpoint, of which each kind is told by `bight info KIND`:\n"
        "  tcp:HOST:PORT      HOST is a name or an address\n"
        "  unix:PATH          a socket file\n"
        "  fd:NUMBER          a connected socket that was inherited\n"
        "\n"
        "At the end of standard input the peer is told that there is no more,\n"
        "and what it says is read to its end. If the peer ends first, the\n"
        "rest of standard input is sent; a terminal ends at once.\n"
        "\n"
        "SIGINT and SIGTERM: close, which takes a peer that goes on talking\n"
        "2s at most; again: abort, end with 128 + signal. The exit code is 0\n"
        "if the peer ended and all was sent, 69 if it could not connect, 74\n"
        "if the connection broke or standard input or output did, and 75\n"
        "after a timeout.",
    .options = &connect_option_table,
    .traits = connect_option_traits,
    .run = run,
};
