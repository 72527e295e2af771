/* SPDX-License-Identifier: MIT */
/* The line framer alone, for callgrind: `bench_line crlf COUNT`, or lf, frames
 * so many lines of 80 bytes, in reads of 64 KiB; `bench_line pieces SIZE` one
 * line of so many bytes, in reads of one. Prints how many lines it found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bight/framer.h>

#define LINE 80 /* with its delimiter */
#define READ (64 * 1024)

static bight_framer *make(size_t limit)
{
    const bight_line_options options = {.size = sizeof(options),
                                        .limit = limit};
    bight_framer *framer;
    if (bight_failed(bight_line_framer_new(&options, &framer)))
        abort();
    return framer;
}

static unsigned long feed(bight_framer *framer, const char *data, size_t size)
{
    bight_bytes left = bight_bytes_of(data, size), frame;
    unsigned long lines = 0;
    while (bight_framer_next(framer, &left, &frame) == BIGHT_FRAMING_FRAME)
        lines++;
    if (bight_failed(bight_framer_error(framer)))
        abort();
    return lines;
}

/* The reads do not end where lines do: one line in 800 is copied. */
static unsigned long frame_lines(unsigned long count, const char *end)
{
    static char text[READ + LINE];
    bight_framer *framer = make(1024);
    unsigned long lines = 0;
    size_t left = count * LINE, phase = 0;
    memset(text, 'x', sizeof(text));
    for (size_t at = LINE; at <= sizeof(text); at += LINE)
        memcpy(text + at - 2, end, 2);
    while (left > 0) {
        size_t size = left < READ ? left : READ;
        lines += feed(framer, text + phase, size);
        phase = (phase + size) % LINE;
        left -= size;
    }
    bight_framer_free(framer);
    return lines;
}

static unsigned long frame_pieces(size_t size)
{
    bight_framer *framer = make(size);
    unsigned long lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += feed(framer, "x", 1);
    lines += feed(framer, "\n", 1);
    bight_framer_free(framer);
    return lines;
}

int main(int argc, char **argv)
{
    unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (count > 0 && strcmp(argv[1], "crlf") == 0)
        printf("%lu\n", frame_lines(count, "\r\n"));
    else if (count > 0 && strcmp(argv[1], "lf") == 0)
        printf("%lu\n", frame_lines(count, "x\n"));
    else if (count > 0 && strcmp(argv[1], "pieces") == 0)
        printf("%lu\n", frame_pieces(count));
    else
        return 64;
    return 0;
}
