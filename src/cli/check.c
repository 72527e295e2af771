/* SPDX-License-Identifier: MIT */
/* bight check: is all of this right, before somebody serves with it? */
#include <stdio.h>

#include "complain.h"
#include "event.h"
#include "exit.h"
#include "serve.h"

static int complain_nothing(void)
{
    bight_diagnostic diagnostic;
    bight_diagnostic_set(&diagnostic, 12, 0, "nothing to check");
    bight_diagnostic_hint(&diagnostic, "--config FILE, NAME or ./FILE.so");
    return complain(&diagnostic, BIGHT_BYTES("bight check "));
}

/* A mistake in what was written is one, the rest would not serve. */
static int code_of_fault(int code)
{
    return code == EXIT_USAGE || code == EXIT_CONFIG ? code : EXIT_PROBLEMS;
}

static int say_fine(const struct serve_options *options, const char *what)
{
    const bight_log_field subject = bight_log_text("subject", what);
    if (options->json)
        return bight_failed(event_write("fine", &subject, 1)) ? EXIT_IO
                                                              : EXIT_FINE;
    if (!options->quiet)
        (void)printf("%s: fine\n", what);
    return EXIT_FINE;
}

static int check(struct serve *serve)
{
    if (serve_tell(serve))
        return EXIT_FINE;
    if (serve->entry == NULL && serve->config.path == NULL)
        return complain_nothing();
    int code = serve_check(serve);
    if (code != 0)
        return code_of_fault(code);
    if (serve->entry != NULL)
        code = say_fine(&serve->options, serve->entry->plugin.name);
    if (serve->config.path != NULL && code == 0)
        code = say_fine(&serve->options, serve->config.path);
    return code;
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
            "nothing: whether an\naddress is free, and sockets that will be "
            "inherited, are not asked for. Exit\ncodes: 0 all is fine, 2 it "
            "would not serve, 64 a mistake on the command\nline, 66 the plugin "
            "or the config file is missing, 78 a mistake in that or\nin the "
            "environment; each is told.",
    .options = &serve_option_table,
    .traits = serve_option_traits,
    .run = run,
};
