/* SPDX-License-Identifier: MIT */
/* A server of the files below a folder. */
#include <string.h>

#include <bight/http.h>
#include <bight/plugin.h>

struct http_options {
    char *root;
    char *prefix;
    char *index;
    char *cache_control;
    bool browse;
    bool spa;
    bool symlinks;
    bool hidden;
    bool precompressed;
    bool compress;
    uint64_t keep;
    uint64_t cache_ms;
    bight_http_limits limits;
};

struct http {
    bight_http_server *server; /* first: bight_http_protocol looks here */
    bight_http_files *files;
    bight_http_compress_options coding;
    bight_http_use compress; /* with `coding` */
};

static void stopped(void *shared)
{
    struct http *self = shared;
    bight_http_server_free(self->server);
    bight_http_files_free(self->files);
}

static bight_error open_files(const struct http_options *values,
                              bight_loop *loop, bight_http_files **ret_files)
{
    bight_http_files_options options;
    bight_http_files_options_init(&options);
    options.root = values->root;
    options.prefix = values->prefix;
    options.index = values->index;
    options.cache_control = values->cache_control;
    options.browse = values->browse;
    options.spa = values->spa;
    options.symlinks = values->symlinks;
    options.hidden = values->hidden;
    options.precompressed = values->precompressed;
    options.keep = (size_t)values->keep;
    options.cache_ms = values->cache_ms;
    return bight_http_files_new(loop, &options, ret_files);
}

static void add_compress(struct http *self, bight_http_options *options)
{
    bight_http_compress_options_init(&self->coding);
    self->compress = (bight_http_use){&bight_http_compress, &self->coding};
    options->middleware = &self->compress;
    options->middleware_count = 1;
}

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    const struct http_options *values = given;
    struct http *self = shared;
    bight_http_options options;
    if (values == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                                "http needs the option root");
    bight_error error = open_files(values, loop, &self->files);
    if (bight_failed(error))
        return error;
    bight_http_options_init(&options);
    options.handler = bight_http_files_handler;
    options.ctx = self->files;
    options.limits = values->limits;
    if (values->compress)
        add_compress(self, &options);
    error = bight_http_server_new(loop, &options, &self->server);
    if (bight_failed(error))
        stopped(self);
    return error;
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "http",
    .protocol = &bight_http_protocol,
    .shared_size = sizeof(struct http),
    .started = started,
    .stopped = stopped,
};

static bight_error check_value(bight_bytes text, bight_diagnostic *d)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] >= ' ' && text.data[i] < 0x7f)
            continue;
        bight_diagnostic_set(d, i, 1, "a control character");
        return bight_error_of(BIGHT_ERROR_INVALID);
    }
    return bight_ok();
}

/* As clients send it: of the characters that a path has (RFC 3986, 3.3). */
static bight_error check_prefix(bight_bytes text, bight_diagnostic *d)
{
    if (text.size == 0 || text.data[0] != '/') {
        bight_diagnostic_set(d, 0, 1, "a path begins with a slash");
        return bight_error_of(BIGHT_ERROR_INVALID);
    }
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (letter || (c != '\0' && strchr("0123456789-._~!$&'()*+,;=:@%/", c)))
            continue;
        bight_diagnostic_set(d, i, 1, "this must be percent-coded");
        return bight_error_of(BIGHT_ERROR_INVALID);
    }
    return bight_ok();
}

static const bight_option options[] = {
    {"root", BIGHT_OPTION_FOLDER, offsetof(struct http_options, root), NULL,
     .help = "the folder whose files are served", .required = true},
    {"prefix", BIGHT_OPTION_STRING, offsetof(struct http_options, prefix), NULL,
     1, 1000, .help = "the path below which they are: \"/static\"",
     .check = check_prefix},
    {"index", BIGHT_OPTION_STRING, offsetof(struct http_options, index),
     "index.html", .help = "a folder's own page, or several: a,b"},
    {"browse", BIGHT_OPTION_BOOL, offsetof(struct http_options, browse), "no",
     .help = "lists folders without such a page"},
    {"spa", BIGHT_OPTION_BOOL, offsetof(struct http_options, spa), "no",
     .help = "the root's page for unknown paths, if dotless"},
    {"cache-control", BIGHT_OPTION_STRING,
     offsetof(struct http_options, cache_control), NULL, 1, 1000,
     .help = "a field of each answer: \"max-age=3600\"", .check = check_value},
    {"symlinks", BIGHT_OPTION_BOOL, offsetof(struct http_options, symlinks),
     "no", .help = "follows links that stay below the root"},
    {"hidden", BIGHT_OPTION_BOOL, offsetof(struct http_options, hidden), "no",
     .help = "serves what begins with a dot"},
    {"precompressed", BIGHT_OPTION_BOOL,
     offsetof(struct http_options, precompressed), "yes",
     .help = "sends NAME.br or NAME.gz for NAME"},
    {"compress", BIGHT_OPTION_BOOL, offsetof(struct http_options, compress),
     "no", .help = "codes texts by gzip or brotli"},
    {"keep", BIGHT_OPTION_SIZE, offsetof(struct http_options, keep), "64k", 0,
     1024 * 1024, .help = "files up to this size are kept in memory"},
    {"cache-time", BIGHT_OPTION_DURATION,
     offsetof(struct http_options, cache_ms), "1s", 0, 3600000,
     .help = "how long what is known of a file is believed"},
    BIGHT_HTTP_LIMIT_OPTIONS(struct http_options, limits),
};

static const bight_option_table table =
    BIGHT_OPTION_TABLE(options, struct http_options);

BIGHT_PLUGIN(http) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "http",
    .version = BIGHT_VERSION_STRING,
    .summary = "serves files over HTTP/1.1 (RFC 9110, RFC 9112)",
    .factory = &factory,
    .options = &table,
    .scheme = "http",
};
