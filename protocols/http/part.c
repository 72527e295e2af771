/* SPDX-License-Identifier: MIT */
/* The header of a part of multipart/form-data (RFC 7578, 4.2 to 4.8). */
#include <bight/http_token.h>
#include <bight/http_url.h>

#include "chars.h"
#include "form.h"

/* Where the next decoded text is put, and which were. */
struct spare {
    uint8_t *at;
    size_t left;
    bool has_name, has_file_name;
};

static bool take_line(bight_bytes *head, bight_bytes *ret_name,
                      bight_bytes *ret_value)
{
    size_t end = bight__http_find(*head, '\r');
    bight_bytes line = bight_bytes_head(*head, end);
    *head = bight_bytes_tail(*head, end + 2);
    *ret_name = bight__http_take(&line, BIGHT__HTTP_TCHAR);
    bool colon = bight__http_skip(&line, ':');
    *ret_value = bight_http_trim(line);
    return colon && ret_name->size > 0 &&
           bight__http_all(line, BIGHT__HTTP_TEXT);
}

/* A quoted name as browsers and curl write it: \" and \\ are escapes, any other
 * backslash is one of a path of Windows. */
static bight_bytes unescape(bight_bytes text, struct spare *spare)
{
    bight_bytes found = bight_bytes_of(spare->at, 0);
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] == '\\' && at + 1 < text.size &&
            (text.data[at + 1] == '"' || text.data[at + 1] == '\\'))
            at++;
        spare->at[found.size++] = text.data[at];
    }
    spare->at += found.size;
    spare->left -= found.size;
    return found;
}

static bool is_utf8(bight_bytes text)
{
    size_t at = 0;
    while (at < text.size) {
        uint8_t c = text.data[at++];
        size_t more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        uint32_t code = c & (more == 0 ? 0x7fu : 0x3fu >> more);
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || more > text.size - at)
            return false;
        for (size_t end = at + more; at < end; at++) {
            if ((text.data[at] & 0xc0) != 0x80)
                return false;
            code = code << 6 | (text.data[at] & 0x3fu);
        }
        if (code < least[more] || code > 0x10ffff ||
            (code >= 0xd800 && code <= 0xdfff))
            return false;
    }
    return true;
}

/* "UTF-8'en'%e2%82%ac" (RFC 8187, 3.2). What is in another charset, or broken,
 * is as if it were not there: filename says the same. */
static bool decode_extended(bight_bytes value, struct spare *spare,
                            bight_bytes *ret_text)
{
    size_t quote = bight__http_find(value, '\'');
    bight_bytes charset = bight_bytes_head(value, quote);
    bight_bytes rest = bight_bytes_tail(value, quote + 1);
    size_t second = bight__http_find(rest, '\'');
    bight_bytes text;
    if (second == rest.size || !bight_http_same(charset, BIGHT_BYTES("UTF-8")))
        return false;
    if (bight_failed(bight_http_url_decode(bight_bytes_tail(rest, second + 1),
                                           BIGHT_HTTP_URL_NO_NUL, spare->at,
                                           spare->left, &text)) ||
        !is_utf8(text))
        return false;
    spare->at += text.size;
    spare->left -= text.size;
    *ret_text = text;
    return true;
}

/* The value of Content-Disposition. */
static bight_error read_disposition(bight_bytes value, struct spare *spare,
                                    bight_http_part *part)
{
    bool extended = false;
    bight_http_parameter parameter;
    bight_bytes kind = bight__http_take(&value, BIGHT__HTTP_TCHAR);
    if (spare->has_name)
        return bight__http_form_broken("two Content-Dispositions");
    if (!bight_http_same(kind, BIGHT_BYTES("form-data")))
        return bight__http_form_broken("a part that is no form-data");
    while (bight_http_parameter_next(&value, &parameter)) {
        bool name = bight_http_same(parameter.name, BIGHT_BYTES("name"));
        bool file = bight_http_same(parameter.name, BIGHT_BYTES("filename"));
        bool star = bight_http_same(parameter.name, BIGHT_BYTES("filename*"));
        part->is_file = part->is_file || file || star;
        if ((name && spare->has_name) || (file && spare->has_file_name))
            return bight__http_form_broken("a part with two names");
        if (name)
            part->name = unescape(parameter.value, spare);
        else if (file && !extended)
            part->file_name = unescape(parameter.value, spare);
        else if (star &&
                 decode_extended(parameter.value, spare, &part->file_name))
            extended = true;
        spare->has_name = spare->has_name || name;
        spare->has_file_name = spare->has_file_name || file;
    }
    if (value.size > 0)
        return bight__http_form_broken("a Content-Disposition that is none");
    if (!spare->has_name)
        return bight__http_form_broken("a part without a name");
    return bight_ok();
}

/* Data is lent as it comes: what would have to be decoded is refused. */
static bool is_plain(bight_bytes encoding)
{
    return bight_http_same(encoding, BIGHT_BYTES("7bit")) ||
           bight_http_same(encoding, BIGHT_BYTES("8bit")) ||
           bight_http_same(encoding, BIGHT_BYTES("binary"));
}

static bight_error read_field(bight_bytes name, bight_bytes value,
                              struct spare *spare, bight_http_part *part)
{
    if (bight_http_same(name, BIGHT_BYTES("Content-Disposition")))
        return read_disposition(value, spare, part);
    if (bight_http_same(name, BIGHT_BYTES("Content-Type")))
        part->type = value;
    else if (bight_http_same(name, BIGHT_BYTES("Content-Transfer-Encoding")) &&
             !is_plain(value))
        return bight__http_form_broken("a part in a transfer encoding");
    return bight_ok();
}

bight_error bight__http_part_read(bight_bytes head,
                                  const bight_http_form_limits *limits,
                                  uint8_t *spare, bight_http_part *ret_part)
{
    struct spare rest = {spare, head.size, false, false};
    bight_http_part part = {.head = head};
    bight_error error = bight_ok();
    while (head.size > 0 && !bight_failed(error)) {
        bight_bytes name, value;
        if (!take_line(&head, &name, &value))
            error = bight__http_form_broken("a header line that is none");
        else
            error = read_field(name, value, &rest, &part);
    }
    if (bight_failed(error))
        return error;
    if (!rest.has_name)
        return bight__http_form_broken("a part without a Content-Disposition");
    if (part.name.size > limits->name || part.file_name.size > limits->name)
        return bight__http_form_too_much("a name", limits->name);
    *ret_part = part;
    return bight_ok();
}
