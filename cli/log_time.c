/* SPDX-License-Identifier: MIT */
#include "log_time.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include "v4map/strbuf.h"

/* Exactly `digits` digits from *at on; -1 when they are not there. */
static int take(const char **at, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static bool take_char(const char **at, const char *set)
{
	if (**at == '\0' || strchr(set, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

/* ":SS", ".FRACTION" and the zone are optional; so is all of it. */
static bool take_clock(const char **at, struct tm *tm, int64_t *us)
{
	if (!take_char(at, "Tt "))
		return true;
	tm->tm_hour = take(at, 2);
	if (!take_char(at, ":"))
		return false;
	tm->tm_min = take(at, 2);
	if (!take_char(at, ":"))
		return true;
	tm->tm_sec = take(at, 2);
	if (!take_char(at, "."))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	for (int64_t unit = 100000; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		*us += (**at - '0') * unit;
	return true;
}

/* "Z", "+02:00", or nothing, which is UTC. */
static bool take_zone(const char **at, int *minutes)
{
	int sign = **at == '-' ? -1 : 1, hours, rest;

	if (**at == '\0' || take_char(at, "Zz"))
		return true;
	if (!take_char(at, "+-"))
		return false;
	hours = take(at, 2);
	rest = take_char(at, ":") ? take(at, 2) : -1;
	*minutes = sign * (60 * hours + rest);
	return hours >= 0 && hours <= 23 && rest >= 0 && rest <= 59;
}

/* mktime would take the 30th of February for a day in March. */
static bool in_range(const struct tm *tm)
{
	struct tm again;
	struct tm copy = *tm;
	time_t seconds = timegm(&copy);

	return tm->tm_sec >= 0 && tm->tm_sec <= 60 && tm->tm_min >= 0 && tm->tm_min <= 59 &&
	       tm->tm_hour >= 0 && tm->tm_hour <= 23 && tm->tm_mday >= 1 &&
	       gmtime_r(&seconds, &again) != NULL && again.tm_mon == tm->tm_mon;
}

int log_time_parse(const char *text, int64_t *ret, struct err *err)
{
	const char *at = text;
	struct tm tm = {.tm_year = take(&at, 4) - 1900};
	int64_t us = 0;
	int zone = 0;
	bool good = tm.tm_year >= 0 && take_char(&at, "-");

	tm.tm_mon = good ? take(&at, 2) - 1 : -1;
	good = tm.tm_mon >= 0 && tm.tm_mon < 12 && take_char(&at, "-");
	tm.tm_mday = good ? take(&at, 2) : -1;
	if (!good || !take_clock(&at, &tm, &us) || !take_zone(&at, &zone) || *at != '\0' ||
		!in_range(&tm))
		return err_set(err, -EINVAL,
			"want a time like 2026-01-02T15:04:05Z or '2026-01-02 15:04', not '%s'",
			text);
	*ret = ((int64_t)timegm(&tm) - (int64_t)zone * 60) * 1000000 + us;
	return 0;
}

void log_time_print(int64_t time, char ret[static LOG_TIME_SIZE])
{
	time_t seconds = (time_t)(time / 1000000);
	struct strbuf sb;
	struct tm tm;

	strbuf_init(&sb, ret, LOG_TIME_SIZE);
	if (time < 0 || gmtime_r(&seconds, &tm) == NULL)
		return;
	sb.len = strftime(ret, LOG_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	strbuf_addf(&sb, ".%06dZ", (int)(time % 1000000));
}
