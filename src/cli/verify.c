/* SPDX-License-Identifier: MIT */
/* Looks at options and endpoints as the server will. */
#include "verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "exit.h"

static int complain_value(const struct source *source,
                          const bight_diagnostic *diagnostic, const char *value)
{
    char where[512];
    bight_bytes text = bight_bytes_text(value);
    if (source->origin == ORIGIN_FLAG)
        return complain(diagnostic, text);
    (void)source_format(source, where, sizeof(where));
    complain_at(where, diagnostic, text);
    return EXIT_CONFIG;
}

/* -- what will be made ---------------------------------------------------- */

/* An errno, or 0: the file is there and writable, or its folder is. */
static int why_not_creatable(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    if (access(path, W_OK) == 0)
        return 0;
    if (errno != ENOENT)
        return errno;
    if (slash == NULL)
        return access(".", W_OK | X_OK) == 0 ? 0 : errno;
    int length = slash == path ? 1 : (int)(slash - path);
    if ((size_t)snprintf(folder, sizeof(folder), "%.*s", length, path) >=
        sizeof(folder))
        return ENAMETOOLONG;
    return access(folder, W_OK | X_OK) == 0 ? 0 : errno;
}

static int verify_creatable(const char *name, const char *path,
                            const struct source *source)
{
    bight_diagnostic diagnostic;
    int errnum = why_not_creatable(path);
    if (errnum == 0)
        return 0;
    bight_diagnostic_set(&diagnostic, 0, strlen(path), "%s: %s", name,
                         bight_errno_domain.text(errnum));
    if (errnum == ENOENT)
        bight_diagnostic_hint(&diagnostic, "its folder has to be there");
    (void)complain_value(source, &diagnostic, path);
    return exit_code_of(bight_error_errno(errnum));
}

static int verify_created(const struct group *group)
{
    int code = 0;
    bight_option option;
    for (size_t i = 0; bight_options_at(group->table, i, &option); i++) {
        const struct trait *trait = group_trait(group, option.name);
        const char *path;
        if (trait == NULL || !trait->creates)
            continue;
        memcpy(&path, (const char *)group->values + option.offset,
               sizeof(path));
        if (path == NULL || strcmp(path, "-") == 0 || strcmp(path, "off") == 0)
            continue;
        int failed = verify_creatable(option.name, path, &group->sources[i]);
        code = failed != 0 ? failed : code;
    }
    return code;
}

/* -- what must be there --------------------------------------------------- */

static int complain_unset(const bight_option *option, const char *name)
{
    char text[128];
    bight_diagnostic diagnostic;
    (void)snprintf(text, sizeof(text), "bight serve %s ", name);
    bight_diagnostic_set(&diagnostic, strlen(text), 0, "%s needs --%s", name,
                         option->name);
    bight_diagnostic_hint(&diagnostic, "%s",
                          option->help != NULL ? option->help : "");
    return complain(&diagnostic, bight_bytes_text(text));
}

static int complain_input(const struct group *group, size_t index,
                          const bight_option_issue *issue, bight_error error)
{
    char value[4096];
    bight_option option;
    (void)bight_options_at(group->table, index, &option);
    (void)bight_options_format(group->table, group->values, option.name, false,
                               value, sizeof(value));
    (void)complain_value(&group->sources[index], &issue->diagnostic, value);
    return bight_error_is(error, &bight_errno_domain, EACCES) ? EXIT_PERMISSION
                                                              : EXIT_NO_INPUT;
}

static int verify_group(const struct group *group, const char *name)
{
    int code = 0;
    if (group->table == NULL)
        return 0;
    for (size_t i = 0;; i++) {
        bight_option option;
        bight_option_issue issue;
        bight_error error =
            bight_options_verify(group->table, group->values, &i, &issue);
        if (!bight_failed(error))
            return code;
        (void)bight_options_at(group->table, i, &option);
        code = issue.in_name ? complain_unset(&option, name)
                             : complain_input(group, i, &issue, error);
    }
}

int verify_settings(const struct settings *settings, const char *name)
{
    int made = verify_created(&settings->command);
    int there = verify_group(&settings->protocol, name);
    return there != 0 ? there : made;
}

/* -- endpoints ------------------------------------------------------------ */

int verify_places(const struct place *places, size_t count)
{
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        const bight_endpoint *at = place_innermost(&places[i]);
        if (strcmp(bight_endpoint_kind_name(at), "unix") != 0)
            continue;
        int failed = verify_creatable("listen", bight_endpoint_path(at),
                                      &places[i].source);
        code = failed != 0 ? failed : code;
    }
    return code;
}
