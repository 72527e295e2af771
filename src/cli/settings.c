/* SPDX-License-Identifier: MIT */
/* Values, ranked by where they come from. */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/alloc.h>

#include "complain.h"
#include "exit.h"
#include "quote.h"

/* -- groups --------------------------------------------------------------- */

static bight_error group_make(struct group *group)
{
    const bight_option_table *table = group->table;
    group->tried = bight_zalloc(table->values_size);
    group->sources = bight_zalloc((table->count + 1) * sizeof(struct source));
    group->lines = bight_zalloc((table->count + 1) * sizeof(unsigned));
    if (group->tried == NULL || group->sources == NULL || group->lines == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    bight_error error = bight_options_init(table, group->tried);
    if (bight_failed(error))
        return error;
    error = bight_options_init(table, group->values);
    if (bight_failed(error))
        bight_options_fini(table, group->tried);
    return error;
}

bight_error group_init(struct group *group, const char *section,
                       const bight_option_table *table,
                       const struct trait *traits, void *values)
{
    *group = (struct group){
        .section = section, .table = table, .traits = traits, .values = values};
    bight_error error = group_make(group);
    if (bight_failed(error)) {
        bight_free(group->tried);
        bight_free(group->sources);
        bight_free(group->lines);
        *group = (struct group){.section = NULL};
    }
    return error;
}

void group_fini(struct group *group)
{
    if (group->table != NULL) {
        bight_options_fini(group->table, group->values);
        bight_options_fini(group->table, group->tried);
    }
    bight_free(group->tried);
    bight_free(group->sources);
    bight_free(group->lines);
    *group = (struct group){.section = NULL};
}

static bool find(const struct group *group, bight_bytes name,
                 bight_option *ret_option, size_t *ret_index)
{
    bight_option option;
    if (group->table == NULL)
        return false;
    for (size_t i = 0; bight_options_at(group->table, i, &option); i++) {
        if (bight_bytes_equal(bight_bytes_text(option.name), name)) {
            *ret_option = option;
            *ret_index = i;
            return true;
        }
    }
    return false;
}

bool group_find(const struct group *group, bight_bytes name,
                bight_option *ret_option)
{
    size_t index;
    return find(group, name, ret_option, &index);
}

unsigned *group_line(const struct group *group, const char *name)
{
    bight_option option;
    size_t index = group->table->count;
    (void)find(group, bight_bytes_text(name), &option, &index);
    return &group->lines[index];
}

const struct trait *group_trait(const struct group *group, const char *name)
{
    const struct trait *trait = group->traits;
    for (; trait != NULL && trait->name != NULL; trait++) {
        if (strcmp(trait->name, name) == 0)
            return trait;
    }
    return NULL;
}

/* -- giving --------------------------------------------------------------- */

struct group *settings_find(struct settings *settings, bight_bytes name,
                            bight_option *ret_option)
{
    if (group_find(&settings->command, name, ret_option))
        return &settings->command;
    if (group_find(&settings->protocol, name, ret_option))
        return &settings->protocol;
    return NULL;
}

int settings_give(struct settings *settings, struct group *group,
                  const struct given *given)
{
    bight_option option;
    bight_option_issue issue;
    size_t index;
    if (!find(group, given->name, &option, &index))
        return EXIT_RUNTIME;
    struct source *source = &group->sources[index];
    bool counts = given->source.origin >= source->origin;
    bight_error error =
        bight_options_set(group->table, counts ? group->values : group->tried,
                          given->name, given->value, &issue);
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_NO_MEMORY))
        return complain_error(error);
    if (bight_failed(error))
        return issue.in_name ? given_complain_name(given, &issue.diagnostic)
                             : given_complain_value(given, &issue.diagnostic,
                                                    issue.secret);
    if (counts)
        *source = given->source;
    const struct trait *trait = group_trait(group, option.name);
    if (trait == NULL || !trait->repeats)
        return 0;
    return settings->word(settings->ctx, given);
}

/* -- what nobody knows ---------------------------------------------------- */

#define NAMES 128

static size_t add_names(const struct group *group, const char **names,
                        size_t count)
{
    bight_option option;
    if (group->table == NULL)
        return count;
    for (size_t i = 0;
         count < NAMES && bight_options_at(group->table, i, &option); i++)
        names[count++] = option.name;
    return count;
}

int settings_complain_unknown(const struct settings *settings,
                              const struct group *group,
                              const struct given *given, const char *help)
{
    const char *names[NAMES + 1] = {NULL};
    const char *dashes = given->source.origin == ORIGIN_FLAG ? "--" : "";
    bight_diagnostic diagnostic;
    size_t count = group != NULL ? add_names(group, names, 0) : 0;
    if (group == NULL)
        count = add_names(&settings->protocol, names,
                          add_names(&settings->command, names, 0));
    names[count] = NULL;
    const char *nearest = bight_nearest(given->name, names);
    bight_diagnostic_set(&diagnostic, 0, given->name.size + strlen(dashes),
                         "unknown option '%s%.*s'", dashes,
                         (int)given->name.size, (const char *)given->name.data);
    if (nearest != NULL)
        bight_diagnostic_hint(&diagnostic, "did you mean '%s%s'?", dashes,
                              nearest);
    else if (help != NULL)
        bight_diagnostic_hint(&diagnostic, "see: %s", help);
    else if (count == 0)
        bight_diagnostic_hint(&diagnostic, "this protocol has no options");
    else
        bight_diagnostic_choices(&diagnostic, given->name, names);
    return given_complain_name(given, &diagnostic);
}

/* -- the environment ------------------------------------------------------ */

/* An empty variable counts as none, as that is how one is taken back. The
 * environment's own text lives on, unless somebody changes it. */
static const char *look_up(const char *protocol, const char *name,
                           char *variable, size_t size)
{
    given_variable(protocol, name, variable, size);
    const char *value = getenv(variable);
    return value != NULL && *value != '\0' ? value : NULL;
}

/* A protocol's own variable is meant for it alone, so it comes first. */
static int take_variable(struct settings *settings, struct group *group,
                         const char *name)
{
    char shown[512];
    char variable[128];
    const char *of = group->section, *value = NULL;
    if (of != NULL)
        value = look_up(of, name, variable, sizeof(variable));
    if (value == NULL) {
        of = NULL;
        value = look_up(NULL, name, variable, sizeof(variable));
    }
    if (value == NULL)
        return 0;
    (void)snprintf(shown, sizeof(shown), "%s=%s", variable, value);
    const struct given given = {
        .source = {.origin = ORIGIN_ENVIRONMENT, .where = name, .of = of},
        .name = bight_bytes_text(name),
        .value = bight_bytes_text(value),
        .shown = bight_bytes_text(shown),
        .value_at = strlen(variable) + 1};
    return settings_give(settings, group, &given);
}

int settings_take_environment(struct settings *settings, struct group *group)
{
    int code = 0;
    bight_option option;
    if (group->table == NULL)
        return 0;
    for (size_t i = 0; bight_options_at(group->table, i, &option); i++) {
        const struct trait *trait = group_trait(group, option.name);
        bight_option first;
        if (trait != NULL && trait->here)
            continue;
        if (settings_find(settings, bight_bytes_text(option.name), &first) !=
            group)
            continue;
        int failed = take_variable(settings, group, option.name);
        code = failed != 0 ? failed : code;
    }
    return code;
}

/* -- showing -------------------------------------------------------------- */

#define COLUMN 36

/* What was never set is a comment: nothing may be no value. */
void settings_show_line(const char *name, const char *value,
                        const struct source *source)
{
    char text[512];
    bool unset = *value == '\0' && source->origin == ORIGIN_DEFAULT;
    int width = printf("%s%s = ", unset ? "#" : "", name);
    width += quote_print(value);
    (void)source_format(source, text, sizeof(text));
    (void)printf("%*s # %s\n", width < COLUMN ? COLUMN - width : 0, "", text);
}

static void show_option(const struct group *group, const bight_option *option,
                        const struct source *source)
{
    const struct trait *trait = group_trait(group, option->name);
    if (trait != NULL && (trait->here || trait->not_in_file || trait->repeats))
        return;
    size_t size = 1 + bight_options_format(group->table, group->values,
                                           option->name, false, NULL, 0);
    char *value = bight_zalloc(size);
    if (value == NULL) {
        (void)complain_error(bight_error_of(BIGHT_ERROR_NO_MEMORY));
        return;
    }
    (void)bight_options_format(group->table, group->values, option->name, false,
                               value, size);
    settings_show_line(option->name, value, source);
    bight_free(value);
}

static void show_group(const struct group *group)
{
    bight_option option;
    if (group->table == NULL)
        return;
    for (size_t i = 0; bight_options_at(group->table, i, &option); i++)
        show_option(group, &option, &group->sources[i]);
}

void settings_show(const struct settings *settings)
{
    show_group(&settings->command);
    if (settings->protocol.table == NULL)
        return;
    (void)printf("\n[%s]\n", settings->protocol.section);
    show_group(&settings->protocol);
}
