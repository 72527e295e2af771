/* SPDX-License-Identifier: MIT */
/* Errors as text, with their notes, and bight's own codes. */
#include <bight/error.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/note.h"
#include "base/text.h"

static_assert(sizeof(bight_error) == 16, "returned in two registers");

#define CODES(code)                                                            \
    code(NO_MEMORY, "out of memory") code(                                     \
        USAGE, "used in a way that is not "                                    \
               "allowed") code(INVALID, "not valid") code(UNSUPPORTED,         \
                                                          "not supported")     \
        code(BUSY, "in use already") code(NOT_FOUND, "not found") code(        \
            RANGE, "out of range") code(CANCELLED,                             \
                                        "cancelled") code(TIMED_OUT,           \
                                                          "timed out")         \
            code(CIRCULAR, "waits for itself") code(REFUSED, "refused") code(  \
                REFUSED_BY_FACTORY, "refused by the factory") code(CLOSED,     \
                                                                   "closed")   \
                code(EOF, "peer finished") code(RESET, "reset by peer") code(  \
                    ABORTED,                                                   \
                    "aborted") code(HANDED_OVER,                               \
                                    "handed over to another protocol")         \
                    code(CONNECT_TIMEOUT, "connecting took too long") code(    \
                        HANDSHAKE_TIMEOUT, "handshake took too long")          \
                        code(IDLE_TIMEOUT, "idle for too long") code(          \
                            WRITE_TIMEOUT,                                     \
                            "peer did not take what was "                      \
                            "written") code(LINGER_TIMEOUT,                    \
                                            "closing took too long")           \
                            code(TLS_TRUNCATED,                                \
                                 "peer ended without TLS close notify")        \
                                code(TLS_ALERT, "peer sent a TLS alert") code( \
                                    WRITE_OVERFLOW,                            \
                                    "too much waits to be written")            \
                                    code(READ_OVERFLOW,                        \
                                         "too much waits to be read")          \
                                        code(LOOP_CLOSED, "loop closed") code( \
                                            PROTOCOL_ERROR,                    \
                                            "peer broke the protocol")         \
                                            code(SYSTEM, "system error") code( \
                                                FRAME_TOO_LONG,                \
                                                "frame too long")              \
                                                code(FILE_TOO_SHORT,           \
                                                     "file ends too early")    \
                                                    code(ALL_FAILED,           \
                                                         "all of them failed")

static const char *own_symbol(int32_t code)
{
    switch ((bight_code)code) {
#define CODE(name, text)                                                       \
    case BIGHT_ERROR_##name:                                                   \
        return #name;
        CODES(CODE)
#undef CODE
    }
    return NULL;
}

static const char *own_text(int32_t code)
{
    switch ((bight_code)code) {
#define CODE(name, text)                                                       \
    case BIGHT_ERROR_##name:                                                   \
        return text;
        CODES(CODE)
#undef CODE
    }
    return NULL;
}

const bight_error_domain bight_domain = {
    .size = sizeof(bight_error_domain),
    .name = "bight",
    .symbol = own_symbol,
    .text = own_text,
};

static void append(char *buf, const char *separator, const char *text)
{
    struct bight__text out;

    bight__text_init(&out, buf, BIGHT__NOTE_MAX);
    out.length = strlen(buf);
    if (out.length > 0 && *text)
        bight__text_puts(&out, separator);
    bight__text_puts(&out, text);
    if (bight__text_end(&out) >= BIGHT__NOTE_MAX)
        bight__text_mark_cut(buf, BIGHT__NOTE_MAX);
}

/* Puts "new: old" into `buf`. */
static void make_detail(bight_error e, char buf[BIGHT__NOTE_MAX],
                        const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void make_detail(bight_error e, char buf[BIGHT__NOTE_MAX],
                        const char *format, va_list args)
{
    bight__text_vformat(buf, BIGHT__NOTE_MAX, format, args);
    append(buf, ": ", bight_error_detail(e));
}

bight_error bight_error_note(bight_error e, const char *format, ...)
{
    char detail[BIGHT__NOTE_MAX];
    va_list args;

    if (!bight_failed(e))
        return e;
    va_start(args, format);
    make_detail(e, detail, format, args);
    va_end(args);
    e.note = bight__note_add(detail, bight_error_cause(e));
    return e;
}

bight_error bight_error_wrap(bight_error base, bight_error cause,
                             const char *format, ...)
{
    char detail[BIGHT__NOTE_MAX];
    char because[BIGHT__NOTE_MAX] = "";
    va_list args;

    if (!bight_failed(base))
        return base;
    va_start(args, format);
    make_detail(base, detail, format, args);
    va_end(args);
    if (bight_failed(cause) &&
        bight_error_format(cause, because, sizeof because) >= sizeof because)
        bight__text_mark_cut(because, sizeof because);
    base.note = bight__note_add(detail, because);
    return base;
}

bight_error bight_error_because(bight_error e, const char *format, ...)
{
    char cause[BIGHT__NOTE_MAX];
    va_list args;

    if (!bight_failed(e))
        return e;
    va_start(args, format);
    bight__text_vformat(cause, sizeof cause, format, args);
    va_end(args);
    e.note = bight__note_add(bight_error_detail(e), cause);
    return e;
}

const char *bight_error_detail(bight_error e)
{
    return bight__note_detail(e.note);
}

const char *bight_error_cause(bight_error e)
{
    return bight__note_cause(e.note);
}

/* "connection refused (ECONNREFUSED)", or "errno 4711". */
static void put_meaning(struct bight__text *out, bight_error e)
{
    const bight_error_domain *domain = e.domain;
    const char *text = domain->text ? domain->text(e.code) : NULL;
    const char *symbol = domain->symbol ? domain->symbol(e.code) : NULL;
    char number[16];

    if (!symbol)
        (void)snprintf(number, sizeof number, " %ld", (long)e.code);
    if (text) {
        bight__text_puts(out, text);
        bight__text_puts(out, " (");
    }
    bight__text_puts(out, symbol ? symbol : domain->name);
    if (!symbol)
        bight__text_puts(out, number);
    if (text)
        bight__text_puts(out, ")");
}

static void put_if(struct bight__text *out, const char *before,
                   const char *text, const char *after)
{
    if (*text == '\0')
        return;
    bight__text_puts(out, before);
    bight__text_puts(out, text);
    bight__text_puts(out, after);
}

size_t bight_error_format(bight_error e, char *buf, size_t size)
{
    struct bight__text out;

    bight__text_init(&out, buf, size);
    if (bight_failed(e)) {
        put_if(&out, "", bight_error_detail(e), ": ");
        put_meaning(&out, e);
        put_if(&out, ", because ", bight_error_cause(e), "");
    } else {
        bight__text_puts(&out, "success");
    }
    return bight__text_end(&out);
}
