/* SPDX-License-Identifier: MIT */
/*
 * A state is what the next octet may be:
 *
 *   DATA_CR DATA_LF, behind the data of the chunk before
 *   SIZE+ (SPACE* ";" SPACE* NAME+ [SPACE* "=" SPACE* (TOKEN+ | QUOTED)])* CR
 * LF
 *
 * White space at the end of a line is in no rule of the grammar, and refused.
 */
#include "chunked.h"

#include "octets.h"

#define DIGITS_MAX 16

enum state {
    DATA_CR,
    DATA_LF,
    SIZE_FIRST,
    SIZE,
    SPACE, /* before a ";" */
    NAME_SPACE,
    NAME,
    EQUALS, /* white space behind a name */
    VALUE_SPACE,
    TOKEN,
    QUOTED,
    ESCAPED,
    QUOTED_END,
    LINE_END,
    DONE,
    BROKEN
};

static const struct bight__http_fault bad_data_end = {
    400, "RFC 9112, 7.1", "a chunk that is not as long as it says"};
static const struct bight__http_fault bad_size = {
    400, "RFC 9112, 7.1", "a chunk size that is no hexadecimal number"};
static const struct bight__http_fault long_size = {
    400, "RFC 9112, 7.1", "a chunk size of more than 16 digits"};
static const struct bight__http_fault bad_extension = {
    400, "RFC 9112, 7.1.1", "a malformed chunk extension"};
static const struct bight__http_fault bare_cr = {
    400, "RFC 9112, 7.1", "a chunk line that ends in a CR without an LF"};
static const struct bight__http_fault bare_lf = {
    400, "RFC 9112, 7.1", "a chunk line with an LF without a CR"};
static const struct bight__http_fault long_line = {
    400, "RFC 9112, 7.1.1", "a chunk line above the limit"};
static const struct bight__http_fault many_extras = {
    400, "RFC 9112, 7.1.1", "chunk extensions above the limit"};

void bight__http_chunked_begin(struct bight__http_chunked *chunked)
{
    *chunked = (struct bight__http_chunked){.state = SIZE_FIRST};
}

void bight__http_chunked_next(struct bight__http_chunked *chunked)
{
    chunked->size = 0;
    chunked->line = 0;
    chunked->state = DATA_CR;
}

bool bight__http_chunked_is_done(const struct bight__http_chunked *chunked)
{
    return chunked->state == DONE;
}

/* -- one octet ------------------------------------------------------------ */

static inline enum state when(bool fits, enum state next)
{
    return fits ? next : BROKEN;
}

static inline bool is_space(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

static inline bool is_hex(uint8_t octet)
{
    return bight__http_is(octet, BIGHT__HTTP_HEX);
}

static inline bool is_token(uint8_t octet)
{
    return bight__http_is(octet, BIGHT__HTTP_TOKEN);
}

static enum state after_quoted(uint8_t octet)
{
    if (octet == '"')
        return QUOTED_END;
    if (octet == '\\')
        return ESCAPED;
    return when(bight__http_is(octet, BIGHT__HTTP_QUOTED), QUOTED);
}

/* What may follow something that is complete. */
static enum state after_part(uint8_t octet)
{
    if (octet == '\r')
        return LINE_END;
    if (octet == ';')
        return NAME_SPACE;
    return when(is_space(octet), SPACE);
}

static enum state after_name(uint8_t octet)
{
    if (is_token(octet))
        return NAME;
    if (is_space(octet))
        return EQUALS;
    return octet == '=' ? VALUE_SPACE : after_part(octet);
}

static enum state after_equals(uint8_t octet)
{
    if (is_space(octet))
        return EQUALS;
    if (octet == '=')
        return VALUE_SPACE;
    return when(octet == ';', NAME_SPACE);
}

static enum state after_value_space(uint8_t octet)
{
    if (is_space(octet))
        return VALUE_SPACE;
    if (octet == '"')
        return QUOTED;
    return when(is_token(octet), TOKEN);
}

static enum state next_state(enum state state, uint8_t octet)
{
    switch (state) {
    case DATA_CR:
        return when(octet == '\r', DATA_LF);
    case DATA_LF:
        return when(octet == '\n', SIZE_FIRST);
    case SIZE_FIRST:
        return when(is_hex(octet), SIZE);
    case SIZE:
        return is_hex(octet) ? SIZE : after_part(octet);
    case SPACE:
        return is_space(octet) ? SPACE : when(octet == ';', NAME_SPACE);
    case NAME_SPACE:
        return is_space(octet) ? NAME_SPACE : when(is_token(octet), NAME);
    case NAME:
        return after_name(octet);
    case EQUALS:
        return after_equals(octet);
    case VALUE_SPACE:
        return after_value_space(octet);
    case TOKEN:
        return is_token(octet) ? TOKEN : after_part(octet);
    case QUOTED:
        return after_quoted(octet);
    case ESCAPED:
        return when(bight__http_is(octet, BIGHT__HTTP_TEXT), QUOTED);
    case QUOTED_END:
        return after_part(octet);
    case LINE_END:
        return when(octet == '\n', DONE);
    case DONE:
    case BROKEN:
        break;
    }
    return BROKEN;
}

/* -- lines ---------------------------------------------------------------- */

static const struct bight__http_fault *judge(enum state state, uint8_t octet)
{
    if (state <= DATA_LF)
        return &bad_data_end;
    if (state == LINE_END)
        return &bare_cr;
    if (octet == '\n')
        return &bare_lf;
    return state <= SIZE ? &bad_size : &bad_extension;
}

static unsigned value_of(uint8_t digit)
{
    if (digit <= '9')
        return digit - (unsigned)'0';
    return (digit | 0x20U) - 'a' + 10;
}

/* Counts an octet that came into `state`. */
static const struct bight__http_fault *count(
    struct bight__http_chunked *chunked,
    const struct bight__http_limits *limits, enum state state, uint8_t octet)
{
    if (state < SIZE || state >= LINE_END)
        return NULL;
    if (++chunked->line > limits->chunk_line)
        return &long_line;
    if (state != SIZE)
        return ++chunked->extras > limits->chunk_extras ? &many_extras : NULL;
    if (chunked->line > DIGITS_MAX)
        return &long_size;
    chunked->size = chunked->size << 4 | value_of(octet);
    return NULL;
}

const struct bight__http_fault *bight__http_chunked_scan(
    struct bight__http_chunked *chunked,
    const struct bight__http_limits *limits, bight_bytes *in)
{
    enum state state = (enum state)chunked->state;
    const struct bight__http_fault *fault = NULL;
    const uint8_t *p = in->data, *end = p + in->size;
    while (p < end && state != DONE && fault == NULL) {
        enum state next = next_state(state, *p);
        fault = next == BROKEN ? judge(state, *p)
                               : count(chunked, limits, next, *p);
        state = next;
        p++;
    }
    chunked->state = (uint8_t)state;
    chunked->chunks += state == DONE;
    *in = bight_bytes_of(p, (size_t)(end - p));
    return fault;
}
