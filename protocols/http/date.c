/* SPDX-License-Identifier: MIT */
/*
 * Dates of header fields. Days are counted in years that begin in March, so
 * that the leap day is the last one; an era is 400 years, which repeat.
 */
#include <bight/http_date.h>

#include <stdbool.h>

#include "chars.h"

#define DAY INT64_C(86400)
#define ERA INT64_C(146097)              /* days of 400 years */
#define TO_1970 INT64_C(719468)          /* days from 0000-03-01 */
#define EARLIEST (-INT64_C(62167219200)) /* 0000-01-01 00:00:00 */
#define LATEST INT64_C(253402300799)     /* 9999-12-31 23:59:59 */

struct date {
    int64_t year;
    unsigned month, day; /* from 1 */
    unsigned hour, minute, second;
    unsigned weekday; /* from Sunday, 0 */
};

static const char weekdays[7][10] = {"Sunday",    "Monday",   "Tuesday",
                                     "Wednesday", "Thursday", "Friday",
                                     "Saturday"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 +
                      (int64_t)day - 1;
    return era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           TO_1970;
}

static unsigned weekday_of(int64_t days)
{
    return (unsigned)(((days + 4) % 7 + 7) % 7);
}

static void set_day(struct date *date, int64_t days)
{
    int64_t moved = days + TO_1970;
    int64_t era = (moved >= 0 ? moved : moved - (ERA - 1)) / ERA;
    unsigned of_era = (unsigned)(moved - era * ERA);
    unsigned year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * of_year + 2) / 153; /* from March, 0 */
    date->day = of_year - (153 * month + 2) / 5 + 1;
    date->month = month < 10 ? month + 3 : month - 9;
    date->year = era * 400 + year + (date->month <= 2);
    date->weekday = weekday_of(days);
}

static int64_t clamp(int64_t seconds)
{
    if (seconds < EARLIEST)
        return EARLIEST;
    return seconds > LATEST ? LATEST : seconds;
}

static struct date date_at(int64_t seconds)
{
    struct date date;
    int64_t days = (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
    unsigned of_day = (unsigned)(seconds - days * DAY);
    set_day(&date, days);
    date.hour = of_day / 3600;
    date.minute = of_day / 60 % 60;
    date.second = of_day % 60;
    return date;
}

static int64_t seconds_of(const struct date *date)
{
    return days_of(date->year, date->month, date->day) * DAY +
           (int64_t)(date->hour * 3600 + date->minute * 60 + date->second);
}

static void put_two(char *at, unsigned number)
{
    at[0] = (char)('0' + number / 10);
    at[1] = (char)('0' + number % 10);
}

void bight_http_date_format(int64_t seconds,
                            char ret_text[BIGHT_HTTP_DATE_SIZE + 1])
{
    struct date date = date_at(clamp(seconds));
    memcpy(ret_text, "Day, dd Mon yyyy hh:mm:ss GMT", 30);
    memcpy(ret_text, weekdays[date.weekday], 3);
    put_two(ret_text + 5, date.day);
    memcpy(ret_text + 8, months[date.month - 1], 3);
    put_two(ret_text + 12, (unsigned)date.year / 100);
    put_two(ret_text + 14, (unsigned)date.year % 100);
    put_two(ret_text + 17, date.hour);
    put_two(ret_text + 20, date.minute);
    put_two(ret_text + 23, date.second);
}

/* -- parsing -------------------------------------------------------------- */

static bool take_text(bight_bytes *in, const char *text)
{
    bight_bytes wanted = bight_bytes_text(text);
    if (!bight_bytes_equal(bight_bytes_head(*in, wanted.size), wanted))
        return false;
    *in = bight_bytes_tail(*in, wanted.size);
    return true;
}

static bool take_number(bight_bytes *in, size_t digits, unsigned *ret)
{
    unsigned number = 0;
    if (in->size < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (!bight__http_is_digit(in->data[i]))
            return false;
        number = number * 10 + (in->data[i] - (unsigned)'0');
    }
    *in = bight_bytes_tail(*in, digits);
    *ret = number;
    return true;
}

/* `letters` 0: the whole name. */
static bool take_weekday(bight_bytes *in, size_t letters, unsigned *ret)
{
    for (unsigned i = 0; i < 7; i++) {
        bight_bytes name = bight_bytes_text(weekdays[i]);
        if (letters > 0)
            name.size = letters;
        if (bight_bytes_equal(bight_bytes_head(*in, name.size), name)) {
            *in = bight_bytes_tail(*in, name.size);
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool take_month(bight_bytes *in, unsigned *ret)
{
    for (unsigned i = 0; i < 12; i++) {
        if (take_text(in, months[i])) {
            *ret = i + 1;
            return true;
        }
    }
    return false;
}

static bool take_time(bight_bytes *in, struct date *date)
{
    return take_number(in, 2, &date->hour) && take_text(in, ":") &&
           take_number(in, 2, &date->minute) && take_text(in, ":") &&
           take_number(in, 2, &date->second);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool parse_fixed(bight_bytes in, struct date *date)
{
    unsigned year;
    if (!take_weekday(&in, 3, &date->weekday) || !take_text(&in, ", ") ||
        !take_number(&in, 2, &date->day) || !take_text(&in, " ") ||
        !take_month(&in, &date->month) || !take_text(&in, " ") ||
        !take_number(&in, 4, &year) || !take_text(&in, " ") ||
        !take_time(&in, date) || !take_text(&in, " GMT"))
        return false;
    date->year = year;
    return in.size == 0;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool parse_asctime(bight_bytes in, struct date *date)
{
    unsigned year;
    if (!take_weekday(&in, 3, &date->weekday) || !take_text(&in, " ") ||
        !take_month(&in, &date->month) || !take_text(&in, " ") ||
        !take_number(&in, take_text(&in, " ") ? 1 : 2, &date->day) ||
        !take_text(&in, " ") || !take_time(&in, date) || !take_text(&in, " ") ||
        !take_number(&in, 4, &year))
        return false;
    date->year = year;
    return in.size == 0;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT": of the years with these digits the last
 * that is not more than 50 years away. */
static bool parse_850(bight_bytes in, int64_t now, struct date *date)
{
    struct date latest = date_at(clamp(now));
    unsigned year;
    if (!take_weekday(&in, 0, &date->weekday) || !take_text(&in, ", ") ||
        !take_number(&in, 2, &date->day) || !take_text(&in, "-") ||
        !take_month(&in, &date->month) || !take_text(&in, "-") ||
        !take_number(&in, 2, &year) || !take_text(&in, " ") ||
        !take_time(&in, date) || !take_text(&in, " GMT"))
        return false;
    latest.year += 50;
    date->year = latest.year - (latest.year + 100 - year) % 100;
    if (seconds_of(date) > seconds_of(&latest) || date->year > 9999)
        date->year -= 100;
    return in.size == 0 && date->year >= 0;
}

static bool exists(const struct date *date)
{
    static const uint8_t lengths[12] = {31, 29, 31, 30, 31, 30,
                                        31, 31, 30, 31, 30, 31};
    bool leap =
        date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
    return date->day >= 1 && date->day <= lengths[date->month - 1] &&
           (leap || date->month != 2 || date->day <= 28) && date->hour <= 23 &&
           date->minute <= 59 && date->second <= 60 &&
           weekday_of(days_of(date->year, date->month, date->day)) ==
               date->weekday;
}

bight_error bight_http_date_parse(bight_bytes text, int64_t now,
                                  int64_t *ret_seconds)
{
    struct date date;
    if ((!parse_fixed(text, &date) && !parse_850(text, now, &date) &&
         !parse_asctime(text, &date)) ||
        !exists(&date))
        return bight_error_of(BIGHT_ERROR_INVALID);
    *ret_seconds = seconds_of(&date);
    return bight_ok();
}
