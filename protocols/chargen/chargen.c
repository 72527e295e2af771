/* SPDX-License-Identifier: MIT */
/* Character generator (RFC 864): sends a pattern without end, as fast as the
 * peer reads it, and throws away what it receives. */

#include <bight/plugin.h>
#include <bight/transport.h>

/* Each line is 72 of the 95 printing characters; the next one begins with the
 * second of them, and the 96th line is the first again. */
#define PRINTING 95
#define WIDTH 72
#define LINE (WIDTH + 2)
/* So many are written at a time: less than the 2 KiB that a cork copies. */
#define LINES 27

struct chargen {
    unsigned line; /* the next one, modulo PRINTING */
};

static void put_line(unsigned line, uint8_t *out)
{
    for (unsigned i = 0; i < WIDTH; i++)
        out[i] = (uint8_t)(' ' + (line + i) % PRINTING);
    out[WIDTH] = '\r';
    out[WIDTH + 1] = '\n';
}

static void resume(void *ctx, bight_transport *t)
{
    struct chargen *self = ctx;
    uint8_t text[LINES * LINE];
    for (unsigned i = 0; i < LINES; i++)
        put_line(self->line + i, text + i * LINE);
    self->line = (self->line + LINES) % PRINTING;
    (void)bight_transport_write(t, bight_bytes_of(text, sizeof(text)));
}

static const bight_producer producer = {
    .size = sizeof(bight_producer),
    .resume = resume,
    .pull = true,
};

static void connection_made(void *self, bight_transport *t)
{
    bight_error error = bight_transport_register_producer(t, &producer, self);
    if (bight_failed(error))
        bight_transport_fail(t, error);
}

/* That the peer sends no more does not mean that it reads no more. */
static bool eof_received(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    return true;
}

static const bight_protocol chargen = {
    .size = sizeof(bight_protocol),
    .name = "chargen",
    .state_size = sizeof(struct chargen),
    .connection_made = connection_made,
    .eof_received = eof_received,
};

BIGHT_PLUGIN(chargen) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "chargen",
    .version = BIGHT_VERSION_STRING,
    .summary = "sends a pattern without end (RFC 864)",
    .protocol = &chargen,
};
