/* SPDX-License-Identifier: MIT */
/*
 * RFC 9112, 6 and 9, of a head alone. Where a peer could be understood in two
 * ways, the message is refused; http-parser's own view of it is not asked.
 */
#include "framing.h"

#include "octets.h"
#include "target.h"

#define LENGTH_DIGITS 19 /* the most that 64 bits always hold */

/* What is found in the fields. */
struct found {
    const struct bight__http_field *coding; /* Transfer-Encoding */
    const struct bight__http_field *length; /* Content-Length */
    const struct bight__http_field *host;
    unsigned codings, lengths, hosts;
    bool close, keep_alive, upgrade; /* tokens of Connection */
    bool has_upgrade, continues, unknown_expectation;
};

static const struct bight__http_fault two_codings = {
    400, "RFC 9112, 6.1", "more than one Transfer-Encoding"};
static const struct bight__http_fault bad_coding = {
    400, "RFC 9112, 6.1", "a Transfer-Encoding that is no list of codings"};
static const struct bight__http_fault chunked_twice = {
    400, "RFC 9112, 6.1", "chunked more than once, or not last"};
static const struct bight__http_fault chunked_with = {
    400, "RFC 9112, 7.1", "chunked with parameters"};
static const struct bight__http_fault not_chunked = {
    400, "RFC 9112, 6.3", "a Transfer-Encoding that does not end in chunked"};
static const struct bight__http_fault other_coding = {
    501, "RFC 9112, 6.1", "a transfer coding other than chunked"};
static const struct bight__http_fault old_coding = {
    400, "RFC 9112, 6.1", "Transfer-Encoding in a message of HTTP/1.0"};
static const struct bight__http_fault both = {
    400, "RFC 9112, 6.3", "both Transfer-Encoding and Content-Length"};
static const struct bight__http_fault two_lengths = {
    400, "RFC 9112, 6.3", "more than one Content-Length"};
static const struct bight__http_fault bad_length = {
    400, "RFC 9110, 8.6", "a Content-Length that is not a number"};
static const struct bight__http_fault no_host = {400, "RFC 9112, 3.2",
                                                 "no Host"};
static const struct bight__http_fault two_hosts = {400, "RFC 9112, 3.2",
                                                   "more than one Host"};
static const struct bight__http_fault bad_host = {400, "RFC 9112, 3.2",
                                                  "a Host that is no host"};
static const struct bight__http_fault tunnel_body = {400, "RFC 9110, 9.3.6",
                                                     "a CONNECT with a body"};

static bight_bytes value_of(const struct bight__http_head *head,
                            const struct bight__http_field *field)
{
    return bight__http_head_slice(head, field->value);
}

/* -- what the fields say -------------------------------------------------- */

static bight_bytes trim(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return bight_bytes_of(p, (size_t)(end - p));
}

static void note_token(struct found *found, bight_bytes token)
{
    if (bight__http_text_equal(token, BIGHT_BYTES("close")))
        found->close = true;
    else if (bight__http_text_equal(token, BIGHT_BYTES("keep-alive")))
        found->keep_alive = true;
    else if (bight__http_text_equal(token, BIGHT_BYTES("upgrade")))
        found->upgrade = true;
}

static void note_connection(struct found *found, bight_bytes value)
{
    const uint8_t *p = value.data, *end = p + value.size;
    for (;;) {
        const uint8_t *comma = memchr(p, ',', (size_t)(end - p));
        note_token(found, trim(p, comma != NULL ? comma : end));
        if (comma == NULL)
            return;
        p = comma + 1;
    }
}

static void note_expectation(struct found *found, bight_bytes value)
{
    if (bight__http_text_equal(value, BIGHT_BYTES("100-continue")))
        found->continues = true;
    else
        found->unknown_expectation = true;
}

static __attribute__((noinline)) void note(
    const struct bight__http_head *head, struct found *found,
    const struct bight__http_field *field)
{
    switch (field->known) {
    case BIGHT__HTTP_NAME_CONTENT_LENGTH:
        found->length = field;
        found->lengths++;
        break;
    case BIGHT__HTTP_NAME_TRANSFER_ENCODING:
        found->coding = field;
        found->codings++;
        break;
    case BIGHT__HTTP_NAME_CONNECTION:
        note_connection(found, value_of(head, field));
        break;
    case BIGHT__HTTP_NAME_EXPECT:
        note_expectation(found, value_of(head, field));
        break;
    case BIGHT__HTTP_NAME_UPGRADE:
        found->has_upgrade = true;
        break;
    default:
        break;
    }
}

static inline void look(const struct bight__http_head *head,
                        struct found *found)
{
    const struct bight__http_field *field = head->fields;
    const struct bight__http_field *end = field + head->field_count;
    for (; field < end; field++) {
        if (field->known == BIGHT__HTTP_NAME_HOST) {
            found->host = field;
            found->hosts++;
        } else if (field->known - 1U < BIGHT__HTTP_NAME_UPGRADE) {
            note(head, found, field);
        }
    }
}

/* -- Transfer-Encoding ---------------------------------------------------- */

static const uint8_t *skip_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

/* Behind the quoted string, or NULL. */
static const uint8_t *skip_quoted(const uint8_t *p, const uint8_t *end)
{
    for (p++; p < end && *p != '"'; p++) {
        if (*p == '\\' && ++p == end)
            return NULL;
    }
    return p < end ? p + 1 : NULL;
}

static const uint8_t *skip_token(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *stop = bight__http_skip(p, end, BIGHT__HTTP_TOKEN);
    return stop > p ? stop : NULL;
}

/* ";" token BWS "=" BWS ( token / quoted-string ) */
static const uint8_t *skip_parameter(const uint8_t *p, const uint8_t *end)
{
    p = skip_token(skip_space(p + 1, end), end);
    if (p == NULL)
        return NULL;
    p = skip_space(p, end);
    if (p == end || *p != '=')
        return NULL;
    p = skip_space(p + 1, end);
    if (p < end && *p == '"')
        return skip_quoted(p, end);
    return skip_token(p, end);
}

/* A coding and its parameters, up to a comma or the end; NULL if it is none. */
static const uint8_t *skip_coding(const uint8_t *p, const uint8_t *end,
                                  bight_bytes *ret_name, bool *ret_parameters)
{
    const uint8_t *stop = skip_token(p, end);
    *ret_name = bight_bytes_of(p, stop != NULL ? (size_t)(stop - p) : 0);
    *ret_parameters = false;
    while (stop != NULL) {
        stop = skip_space(stop, end);
        if (stop == end || *stop == ',')
            return stop;
        if (*stop != ';')
            return NULL;
        *ret_parameters = true;
        stop = skip_parameter(stop, end);
    }
    return NULL;
}

/* Any coding but a single chunked is refused; here it is told apart how. */
static const struct bight__http_fault *judge_codings(bight_bytes value)
{
    const uint8_t *p = value.data, *end = p + value.size;
    const struct bight__http_fault *fault = &not_chunked;
    bight_bytes name;
    bool parameters, chunked = false;
    while ((p = skip_coding(p, end, &name, &parameters)) != NULL) {
        if (chunked)
            return &chunked_twice;
        chunked = bight__http_text_equal(name, BIGHT_BYTES("chunked"));
        if (chunked && parameters)
            return &chunked_with;
        if (p == end)
            return chunked ? &other_coding : fault;
        p = skip_space(p + 1, end);
    }
    return &bad_coding;
}

static __attribute__((noinline)) const struct bight__http_fault *read_coding(
    const struct bight__http_head *head, const struct found *found)
{
    bight_bytes value = value_of(head, found->coding);
    if (found->codings > 1)
        return &two_codings;
    if (head->minor == 0)
        return &old_coding;
    if (found->lengths > 0)
        return &both;
    if (!bight__http_text_equal(value, BIGHT_BYTES("chunked")))
        return judge_codings(value);
    return NULL;
}

/* -- Content-Length ------------------------------------------------------- */

static const struct bight__http_fault *read_length(
    struct bight__http_head *head, const struct found *found)
{
    bight_bytes value = value_of(head, found->length);
    uint64_t length = 0;
    if (found->lengths > 1)
        return &two_lengths;
    if (value.size == 0 || value.size > LENGTH_DIGITS)
        return &bad_length;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return &bad_length;
        length = length * 10 + (uint64_t)(value.data[i] - '0');
    }
    head->length = length;
    head->has_length = true;
    return NULL;
}

static const struct bight__http_fault *read_framing(
    struct bight__http_head *head, const struct found *found,
    enum bight__http_framing otherwise)
{
    head->framing = (uint8_t)otherwise;
    if (found->codings > 0) {
        head->framing = BIGHT__HTTP_CHUNKED;
        return read_coding(head, found);
    }
    if (found->lengths == 0)
        return NULL;
    head->framing = BIGHT__HTTP_LENGTH;
    return read_length(head, found);
}

/* -- decisions ------------------------------------------------------------ */

/* An empty one is right for a target without an authority. */
static const struct bight__http_fault *read_host(struct bight__http_head *head,
                                                 const struct found *found)
{
    if (found->hosts > 1)
        return &two_hosts;
    if (found->hosts == 0)
        return head->minor > 0 ? &no_host : NULL;
    bight_bytes host = value_of(head, found->host);
    if (host.size > 0 ? !bight__http_is_host(host) : head->host.size > 0)
        return &bad_host;
    if (head->host.size == 0)
        head->host = found->host->value;
    return NULL;
}

static void read_connection(struct bight__http_head *head,
                            const struct found *found)
{
    head->keep_alive = !found->close && (head->minor > 0 || found->keep_alive);
    head->upgrades = head->minor > 0 && found->upgrade && found->has_upgrade;
}

/* HTTP/1.0 has no expectations (RFC 9110, 10.1.1). */
static void read_expectation(struct bight__http_head *head,
                             const struct found *found)
{
    bool has_body = head->framing == BIGHT__HTTP_CHUNKED ||
                    (head->framing == BIGHT__HTTP_LENGTH && head->length > 0);
    head->continues = head->minor > 0 && found->continues && has_body;
    head->unknown_expectation = head->minor > 0 && found->unknown_expectation;
}

const struct bight__http_fault *bight__http_frame_request(
    struct bight__http_head *head)
{
    struct found found = {.coding = NULL};
    const struct bight__http_fault *fault;
    look(head, &found);
    if ((fault = read_host(head, &found)) != NULL ||
        (fault = read_framing(head, &found, BIGHT__HTTP_NO_BODY)) != NULL)
        return fault;
    if (head->form == BIGHT__HTTP_AUTHORITY &&
        head->framing != BIGHT__HTTP_NO_BODY)
        return &tunnel_body;
    read_connection(head, &found);
    /* Behind it comes what the tunnel is to carry, granted or not. */
    if (head->form == BIGHT__HTTP_AUTHORITY)
        head->keep_alive = false;
    read_expectation(head, &found);
    return NULL;
}

const struct bight__http_fault *bight__http_frame_response(
    struct bight__http_head *head, bool bodiless, bool connect)
{
    struct found found = {.coding = NULL};
    unsigned status = head->status;
    look(head, &found);
    const struct bight__http_fault *fault =
        read_framing(head, &found, BIGHT__HTTP_UNTIL_CLOSE);
    if (fault != NULL)
        return fault;
    if (bodiless || status < 200 || status == 204 || status == 304 ||
        (connect && status < 300))
        head->framing = BIGHT__HTTP_NO_BODY;
    read_connection(head, &found);
    if (head->framing == BIGHT__HTTP_UNTIL_CLOSE)
        head->keep_alive = false;
    return NULL;
}
