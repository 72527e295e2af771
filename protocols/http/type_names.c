/* SPDX-License-Identifier: MIT */
/* Types by file name extension: IANA's names where its registry has one. */
#include <bight/http_type.h>

#include <stdlib.h>

#include "chars.h"

#define EXTENSION_MAX 12
#define TYPE(literal) literal, sizeof(literal) - 1
#define TEXT(subtype) TYPE("text/" subtype "; charset=utf-8")
#define OFFICE(kind) TYPE("application/vnd.openxmlformats-officedocument." kind)
#define OPEN_DOCUMENT(kind) TYPE("application/vnd.oasis.opendocument." kind)

struct row {
    char extension[EXTENSION_MAX]; /* in lower case */
    const char *type;
    size_t size;
};

/* Sorted by extension. */
static const struct row rows[] = {
    {"7z", TYPE("application/x-7z-compressed")},
    {"aac", TYPE("audio/aac")},
    {"ai", TYPE("application/postscript")},
    {"apk", TYPE("application/vnd.android.package-archive")},
    {"apng", TYPE("image/apng")},
    {"asc", TYPE("application/pgp-signature")},
    {"atom", TYPE("application/atom+xml")},
    {"avi", TYPE("video/x-msvideo")},
    {"avif", TYPE("image/avif")},
    {"bin", TYPE("application/octet-stream")},
    {"bmp", TYPE("image/bmp")},
    {"bz2", TYPE("application/x-bzip2")},
    {"c", TEXT("plain")},
    {"cc", TEXT("plain")},
    {"cfg", TEXT("plain")},
    {"cjs", TEXT("javascript")},
    {"conf", TEXT("plain")},
    {"cpp", TEXT("plain")},
    {"crt", TYPE("application/x-x509-ca-cert")},
    {"css", TEXT("css")},
    {"csv", TEXT("csv")},
    {"cur", TYPE("image/vnd.microsoft.icon")},
    {"deb", TYPE("application/vnd.debian.binary-package")},
    {"der", TYPE("application/x-x509-ca-cert")},
    {"diff", TEXT("plain")},
    {"dll", TYPE("application/octet-stream")},
    {"dmg", TYPE("application/x-apple-diskimage")},
    {"doc", TYPE("application/msword")},
    {"docx", OFFICE("wordprocessingml.document")},
    {"eml", TYPE("message/rfc822")},
    {"eot", TYPE("application/vnd.ms-fontobject")},
    {"eps", TYPE("application/postscript")},
    {"epub", TYPE("application/epub+zip")},
    {"exe", TYPE("application/octet-stream")},
    {"flac", TYPE("audio/flac")},
    {"geojson", TYPE("application/geo+json")},
    {"gif", TYPE("image/gif")},
    {"glb", TYPE("model/gltf-binary")},
    {"gltf", TYPE("model/gltf+json")},
    {"go", TEXT("plain")},
    {"gpx", TYPE("application/gpx+xml")},
    {"gz", TYPE("application/gzip")},
    {"h", TEXT("plain")},
    {"heic", TYPE("image/heic")},
    {"heif", TYPE("image/heif")},
    {"hpp", TEXT("plain")},
    {"htm", TEXT("html")},
    {"html", TEXT("html")},
    {"ico", TYPE("image/vnd.microsoft.icon")},
    {"ics", TEXT("calendar")},
    {"img", TYPE("application/octet-stream")},
    {"ini", TEXT("plain")},
    {"iso", TYPE("application/x-iso9660-image")},
    {"jar", TYPE("application/java-archive")},
    {"java", TEXT("plain")},
    {"jpe", TYPE("image/jpeg")},
    {"jpeg", TYPE("image/jpeg")},
    {"jpg", TYPE("image/jpeg")},
    {"js", TEXT("javascript")},
    {"json", TYPE("application/json")},
    {"json5", TYPE("application/json5")},
    {"jsonl", TYPE("application/x-ndjson")},
    {"jsonld", TYPE("application/ld+json")},
    {"jxl", TYPE("image/jxl")},
    {"kml", TYPE("application/vnd.google-earth.kml+xml")},
    {"log", TEXT("plain")},
    {"m2ts", TYPE("video/mp2t")},
    {"m3u8", TYPE("application/vnd.apple.mpegurl")},
    {"m4a", TYPE("audio/mp4")},
    {"m4s", TYPE("video/iso.segment")},
    {"m4v", TYPE("video/mp4")},
    {"map", TYPE("application/json")},
    {"markdown", TEXT("markdown")},
    {"md", TEXT("markdown")},
    {"mid", TYPE("audio/midi")},
    {"midi", TYPE("audio/midi")},
    {"mjs", TEXT("javascript")},
    {"mkv", TYPE("video/x-matroska")},
    {"mov", TYPE("video/quicktime")},
    {"mp3", TYPE("audio/mpeg")},
    {"mp4", TYPE("video/mp4")},
    {"mpd", TYPE("application/dash+xml")},
    {"mpeg", TYPE("video/mpeg")},
    {"mpg", TYPE("video/mpeg")},
    {"msi", TYPE("application/octet-stream")},
    {"ndjson", TYPE("application/x-ndjson")},
    {"obj", TYPE("model/obj")},
    {"odp", OPEN_DOCUMENT("presentation")},
    {"ods", OPEN_DOCUMENT("spreadsheet")},
    {"odt", OPEN_DOCUMENT("text")},
    {"oga", TYPE("audio/ogg")},
    {"ogg", TYPE("audio/ogg")},
    {"ogv", TYPE("video/ogg")},
    {"opus", TYPE("audio/ogg")},
    {"otf", TYPE("font/otf")},
    {"patch", TEXT("plain")},
    {"pdf", TYPE("application/pdf")},
    {"pem", TYPE("application/x-pem-file")},
    {"png", TYPE("image/png")},
    {"ppt", TYPE("application/vnd.ms-powerpoint")},
    {"pptx", OFFICE("presentationml.presentation")},
    {"ps", TYPE("application/postscript")},
    {"psd", TYPE("image/vnd.adobe.photoshop")},
    {"py", TEXT("plain")},
    {"rar", TYPE("application/vnd.rar")},
    {"rpm", TYPE("application/x-rpm")},
    {"rs", TEXT("plain")},
    {"rss", TYPE("application/rss+xml")},
    {"rtf", TYPE("application/rtf")},
    {"sh", TEXT("plain")},
    {"shtml", TEXT("html")},
    {"sig", TYPE("application/pgp-signature")},
    {"sql", TYPE("application/sql")},
    {"sqlite", TYPE("application/vnd.sqlite3")},
    {"srt", TYPE("application/x-subrip")},
    {"stl", TYPE("model/stl")},
    {"svg", TYPE("image/svg+xml")},
    {"tar", TYPE("application/x-tar")},
    {"text", TEXT("plain")},
    {"tgz", TYPE("application/gzip")},
    {"tif", TYPE("image/tiff")},
    {"tiff", TYPE("image/tiff")},
    {"toml", TYPE("application/toml")},
    {"torrent", TYPE("application/x-bittorrent")},
    {"ts", TEXT("plain")},
    {"tsv", TEXT("tab-separated-values")},
    {"tsx", TEXT("plain")},
    {"ttc", TYPE("font/collection")},
    {"ttf", TYPE("font/ttf")},
    {"txt", TEXT("plain")},
    {"vcf", TEXT("vcard")},
    {"vtt", TEXT("vtt")},
    {"wasm", TYPE("application/wasm")},
    {"wav", TYPE("audio/wav")},
    {"weba", TYPE("audio/webm")},
    {"webm", TYPE("video/webm")},
    {"webmanifest", TYPE("application/manifest+json")},
    {"webp", TYPE("image/webp")},
    {"woff", TYPE("font/woff")},
    {"woff2", TYPE("font/woff2")},
    {"xht", TYPE("application/xhtml+xml")},
    {"xhtml", TYPE("application/xhtml+xml")},
    {"xls", TYPE("application/vnd.ms-excel")},
    {"xlsx", OFFICE("spreadsheetml.sheet")},
    {"xml", TYPE("application/xml")},
    {"xsd", TYPE("application/xml")},
    {"xsl", TYPE("application/xml")},
    {"xz", TYPE("application/x-xz")},
    {"yaml", TYPE("application/yaml")},
    {"yml", TYPE("application/yaml")},
    {"zip", TYPE("application/zip")},
    {"zst", TYPE("application/zstd")},
};

static int compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct row *)row)->extension);
}

/* What follows the last dot of the last segment, in lower case; false: there is
 * nothing, or more than the table has. */
static bool take_extension(bight_bytes name, char extension[EXTENSION_MAX])
{
    size_t size = 0;
    while (size < name.size && name.data[name.size - 1 - size] != '.') {
        uint8_t c = bight__http_lower(name.data[name.size - 1 - size]);
        if (c == '/' || c == '\0' || ++size == EXTENSION_MAX)
            return false;
    }
    if (size == 0 || size == name.size)
        return false;
    for (size_t i = 0; i < size; i++)
        extension[i] = (char)bight__http_lower(name.data[name.size - size + i]);
    extension[size] = '\0';
    return true;
}

bight_bytes bight_http_type_of_name(bight_bytes name)
{
    char extension[EXTENSION_MAX];
    const struct row *row = NULL;
    if (take_extension(name, extension))
        row = bsearch(extension, rows, sizeof(rows) / sizeof(*rows),
                      sizeof(*rows), compare);
    return row ? bight_bytes_of(row->type, row->size)
               : BIGHT_BYTES("application/octet-stream");
}
