/* SPDX-License-Identifier: MIT */
/* Helpers around loops. */
#include "loops.h"

#include <stdarg.h>
#include <stdio.h>

void loops_assert_ok(bight_error error, const char *expr, const char *file,
                     int line)
{
    char text[256];
    if (!bight_failed(error))
        return;
    (void)bight_error_format(error, text, sizeof(text));
    ck_abort_msg("%s:%d: %s: %s", file, line, expr, text);
}

bight_loop *loops_new(bight_loop_kind kind)
{
    bight_loop_options options;
    bight_loop *loop = NULL;
    bight_loop_options_init(&options);
    options.kind = kind;
    ck_assert_ok(bight_loop_new(&options, &loop));
    return loop;
}

void loops_free(bight_loop *loop)
{
    ck_assert_ok(bight_loop_free(loop));
}

/* Words are separated by one space; what does not fit is an error. */
void trace_add(struct trace *trace, const char *format, ...)
{
    va_list args;
    if (trace->length > 0)
        trace->text[trace->length++] = ' ';
    size_t room = sizeof(trace->text) - trace->length;
    va_start(args, format);
    int length = vsnprintf(trace->text + trace->length, room, format, args);
    va_end(args);
    ck_assert_int_ge(length, 0);
    ck_assert_uint_lt((size_t)length + 1, room);
    trace->length += (size_t)length;
}
