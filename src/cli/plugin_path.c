/* SPDX-License-Identifier: MIT */
/* Who names a folder on the command line or in a file means one from here; in
 * the library's variable only absolute ones count, since that may come from
 * anybody. */
#include "plugin_path.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "exit.h"

#define VARIABLE "BIGHT_PLUGIN_PATH"

static bool is_relative(const char *folder, size_t length)
{
    return length > 0 && folder[0] != '/';
}

static bool has_relative(const char *folders)
{
    while (*folders != '\0') {
        size_t length = strcspn(folders, ":");
        if (is_relative(folders, length))
            return true;
        folders += length + (folders[length] == ':');
    }
    return false;
}

/* False: there is no room for all of them. */
static bool join(const char *folders, const char *here, char *path, size_t size)
{
    size_t at = 0;
    while (at < size) {
        size_t length = strcspn(folders, ":");
        bool relative = is_relative(folders, length);
        at += (size_t)snprintf(path + at, size - at, "%s%s%s%.*s",
                               at > 0 ? ":" : "", relative ? here : "",
                               relative ? "/" : "", (int)length, folders);
        folders += length;
        if (*folders == '\0')
            break;
        folders++;
    }
    return at < size;
}

int plugin_path_set(const char *folders)
{
    char path[4 * PATH_MAX];
    char here[PATH_MAX] = "";
    if (has_relative(folders) && getcwd(here, sizeof(here)) == NULL) {
        (void)complain_error(
            bight_error_note(bight_error_errno(errno),
                             "--plugin-path %s: the current folder", folders));
        return EXIT_NO_INPUT;
    }
    if (!join(folders, here, path, sizeof(path))) {
        complain_text("--plugin-path: longer than %zu bytes", sizeof(path) - 1);
        return EXIT_USAGE;
    }
    if (setenv(VARIABLE, path, 1) == 0)
        return 0;
    return complain_error(bight_error_of(BIGHT_ERROR_NO_MEMORY));
}

void plugin_path_warn(void)
{
    char names[512];
    size_t at = 0;
    const char *folders = getenv(VARIABLE);
    if (folders == NULL || !has_relative(folders))
        return;
    while (*folders != '\0' && at < sizeof(names)) {
        size_t length = strcspn(folders, ":");
        if (is_relative(folders, length))
            at += (size_t)snprintf(names + at, sizeof(names) - at, " %.*s",
                                   (int)length, folders);
        folders += length + (folders[length] == ':');
    }
    complain_text(VARIABLE " has relative folders, which are left out:%s%s",
                  names, at < sizeof(names) ? "" : "...");
}
