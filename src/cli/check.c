/* SPDX-License-Identifier: MIT */
/* bight check: is all of this right, before somebody serves with it? */
#include <stdio.h>

#include "complain.h"
#include "exit.h"
#include "help.h"
#include "identity.h"
#include "info.h"
#include "serve.h"

static int complain_nothing(void)
{
    bight_diagnostic diagnostic;
    bight_diagnostic_set(&diagnostic, 12, 0, "nothing to check");
    bight_diagnostic_hint(&diagnostic, "--config FILE, NAME or ./FILE.so");
    return complain(&diagnostic, BIGHT_BYTES("bight check "));
}

static int check(const struct serve *serve)
{
    struct identity identity;
    if (serve->options.help) {
        help_command_show(serve->command);
        return EXIT_FINE;
    }
    if (serve->options.show_origin) {
        serve_show(serve);
        return EXIT_FINE;
    }
    if (serve->entry == NULL && serve->config.path == NULL)
        return complain_nothing();
    int code =
        identity_find(&identity, serve->options.user, serve->options.group);
    if (code != 0)
        return EXIT_PROBLEMS;
    if (serve->entry != NULL)
        info_show_plugin(serve->entry);
    if (serve->config.path != NULL)
        (void)printf("%s: fine\n", serve->config.path);
    return EXIT_FINE;
}

/* A plugin that is there and is refused is a problem found; what is not there,
 * or not written as it should be, is another matter. */
static int code_of(int code)
{
    return code == EXIT_DATA || code == EXIT_PERMISSION ? EXIT_PROBLEMS : code;
}

static int run(const struct command *command, int argc, char *const *argv)
{
    struct serve serve;
    int code = serve_read(&serve, command, argc, argv);
    code = code == 0 ? check(&serve) : code_of(code);
    serve_fini(&serve);
    return code;
}

const struct command check_command = {
    .name = "check",
    .operands = "[NAME|./FILE.so [ENDPOINT...]]",
    .summary = "checks a config file, a command line or a plugin",
    .text = "Takes the words and options of `bight serve`, and serves "
            "nothing. Of a\nplugin it tells what there is in it. Exit codes: 0 "
            "all is fine, 2 it would\nnot serve, 64 a mistake on the command "
            "line, 66 a file is missing, 78 one\nin the config file or the "
            "environment; each is told.",
    .options = &serve_option_table,
    .traits = serve_option_traits,
    .run = run,
};
