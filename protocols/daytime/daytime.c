/* SPDX-License-Identifier: MIT */
/*
 * Daytime (RFC 867): sends the date and the time of day, as
 *
 *     Wednesday, November 25, 2026 15:48:10-UTC
 *
 * in one line, and closes. What the peer sends is thrown away.
 */
#include <stdio.h>
#include <time.h>

#include <bight/loop.h>
#include <bight/plugin.h>
#include <bight/transport.h>

/* strftime's names follow the locale of whoever started the server. */
static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

/* A year fits into an int until long after 64 bits of ms have ended. */
static void put_time(uint64_t unix_ms, char *text, size_t size)
{
    const time_t now = (time_t)(unix_ms / 1000);
    struct tm tm = {.tm_sec = 0};
    (void)gmtime_r(&now, &tm);
    (void)snprintf(text, size, "%s, %s %d, %d %02d:%02d:%02d-UTC\r\n",
                   days[tm.tm_wday], months[tm.tm_mon], tm.tm_mday,
                   tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void connection_made(void *self, bight_transport *t)
{
    char text[128];
    (void)self;
    put_time(bight_loop_wall_ms(bight_transport_loop(t)), text, sizeof(text));
    (void)bight_transport_write(t, bight_bytes_text(text));
    bight_transport_close(t);
}

static const bight_protocol daytime = {
    .size = sizeof(bight_protocol),
    .name = "daytime",
    .connection_made = connection_made,
};

BIGHT_PLUGIN(daytime) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "daytime",
    .version = BIGHT_VERSION_STRING,
    .summary = "sends the date and time as text (RFC 867)",
    .protocol = &daytime,
};
