/* SPDX-License-Identifier: MIT */
/* Whether values can be used: what must be set is, files and folders are there.
 */
#include "base/option.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bight_error complain_errno(const char *name, const char *path,
                                  int errnum, bight_diagnostic *d)
{
    bight_error e = bight_error_errno(errnum);

    bight_diagnostic_set(d, 0, strlen(path), "%s: %s", name,
                         bight_errno_domain.text(errnum));
    return e;
}

static bight_error complain_kind(const char *name, const char *path,
                                 const char *what, bight_diagnostic *d)
{
    bight_diagnostic_set(d, 0, strlen(path), "%s: %s", name, what);
    return bight_error_of(BIGHT_ERROR_INVALID);
}

/* A pipe or a device may be read from as a file. */
static bight_error verify_path(const bight_option *option, const char *path,
                               bight_diagnostic *d)
{
    bool folder = option->type == BIGHT_OPTION_FOLDER;
    struct stat status;

    if (stat(path, &status) != 0)
        return complain_errno(option->name, path, errno, d);
    if (folder != S_ISDIR(status.st_mode))
        return complain_kind(option->name, path,
                             folder ? "this is no folder" : "this is a folder",
                             d);
    if (access(path, folder ? R_OK | X_OK : R_OK) != 0)
        return complain_errno(option->name, path, errno, d);
    return bight_ok();
}

bight_error bight__option_verify(const bight_option *option, const void *values,
                                 bight_diagnostic *ret_diagnostic)
{
    const char *text;

    if (!bight__option_is_text(option))
        return bight_ok();
    memcpy(&text, (const char *)values + option->offset, sizeof text);
    if (!text && option->required) {
        bight_diagnostic_set(ret_diagnostic, 0, 0, "%s has to be set",
                             option->name);
        bight_diagnostic_hint(ret_diagnostic, "%s",
                              option->help ? option->help : "");
        return bight_error_of(BIGHT_ERROR_INVALID);
    }
    if (text && (option->type == BIGHT_OPTION_FILE ||
                 option->type == BIGHT_OPTION_FOLDER))
        return verify_path(option, text, ret_diagnostic);
    return bight_ok();
}
