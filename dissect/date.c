#include "dissect/sip.h"

#include "dissect/chars.h"
#include "dissect/cursor.h"

static const int64_t second_ns = INT64_C(1000000000);

struct moment {
	uint32_t year, month, day, hour, minute, second, nano; /* month and day from 1 */
	int32_t zone; /* in minutes, east is positive */
};

static bool
leap(uint32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool
calendar_ok(const struct moment *m)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (m->month < 1 || m->month > 12 || m->day < 1)
		return false;
	return m->day <= days[m->month - 1] + (m->month == 2 && leap(m->year) ? 1U : 0U);
}

/* Days since 1970-01-01. Years are counted from March, so that the leap day is a
 * year's last. */
static int64_t
days_of(const struct moment *m)
{
	int64_t y = m->month > 2 ? m->year : (int64_t)m->year - 1;
	int64_t month = m->month > 2 ? m->month - 3 : m->month + 9;
	int64_t day = (153 * month + 2) / 5 + m->day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + day - 719468;
}

/* False if there is no such instant, or none that int64_t ns can hold. */
static bool
instant(const struct moment *m, int64_t *ns)
{
	int64_t s;

	/* A second 60 is a leap second: it falls together with the next one. */
	if (m->year == 0 || !calendar_ok(m) || m->hour > 23 || m->minute > 59 ||
	    m->second > 60)
		return false;
	s = days_of(m) * 86400 + m->hour * 3600 + m->minute * 60 + m->second -
	    m->zone * 60;
	return !__builtin_mul_overflow(s, second_ns, ns) &&
	       !__builtin_add_overflow(*ns, (int64_t)m->nano, ns);
}

/* Index of the name in a row of three-letter names, or n. */
static uint32_t
name_index(struct slice name, const char *names, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (slice_ieq(name, slice_of(names + 3 * i, 3)))
			break;
	return i;
}

/* Exactly `width` digits. */
static bool
take_digits(struct cursor *c, size_t width, uint32_t *out)
{
	struct slice s = cur_take(c, width);

	return s.n == width && parse_u32(s, UINT32_MAX, out);
}

/* One or more digits up to max_width; *exact is cleared if there are not `width`. */
static bool
take_some(struct cursor *c, size_t width, size_t max_width, uint32_t *out, bool *exact)
{
	size_t n = 0;

	while (n < c->rest.n && n < max_width && ascii_digit(c->rest.p[n]))
		n++;
	if (n != width)
		*exact = false;
	return n != 0 && parse_u32(cur_take(c, n), UINT32_MAX, out);
}

static bool
take_octet(struct cursor *c, uint8_t what)
{
	if (c->rest.n == 0 || c->rest.p[0] != what)
		return false;
	cur_skip(c, 1);
	return true;
}

/* White space; *exact is cleared if it is not one SP. */
static void
take_space(struct cursor *c, bool *exact)
{
	size_t n = chars_gap(c->rest);

	if (n != 1 || c->rest.p[0] != ' ')
		*exact = false;
	cur_skip(c, n);
}

/* +hh:mm, +hhmm or Z. */
static bool
take_offset(struct cursor *c, int32_t *minutes, bool *colon)
{
	uint32_t h, m;
	int32_t sign = 1;

	*colon = true;
	*minutes = 0;
	if (take_octet(c, 'Z') || take_octet(c, 'z'))
		return true;
	if (take_octet(c, '-'))
		sign = -1;
	else if (!take_octet(c, '+'))
		return false;
	if (!take_digits(c, 2, &h))
		return false;
	*colon = take_octet(c, ':');
	if (!take_digits(c, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = sign * (int32_t)(h * 60 + m);
	return true;
}

/* Zones of RFC 822 that some write where RFC 3261 20.17 wants GMT. CST is not among
 * them: in China it is another one. */
static bool
take_zone(struct cursor *c, int32_t *minutes, bool *gmt)
{
	static const struct {
		const char *name;
		int32_t minutes;
	} zones[] = {
	    {"GMT", 0},    {"UTC", 0},    {"UT", 0},     {"EST", -300}, {"EDT", -240},
	    {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
	};
	struct slice word = slice_head(c->rest, chars_word(c->rest));
	bool colon;
	size_t i;

	*gmt = false;
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (!slice_ieq(word, slice_str(zones[i].name)))
			continue;
		*gmt = i == 0;
		*minutes = zones[i].minutes;
		cur_skip(c, word.n);
		return true;
	}
	return take_offset(c, minutes, &colon);
}

static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* the epoch was a Thursday */
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool
right_weekday(const struct moment *m, uint32_t weekday)
{
	int64_t day = calendar_ok(m) ? days_of(m) % 7 : 0;

	return (day + 7) % 7 == weekday;
}

/* wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT" */
static enum dis
rfc1123(struct slice in, struct sip_date *out)
{
	struct cursor c = cursor(in);
	struct moment m = {0};
	bool exact = true, gmt = false;
	uint32_t weekday;

	weekday = name_index(cur_take(&c, 3), weekdays, 7);
	if (weekday == 7)
		return DIS_BAD;
	out->form = SIP_DATE_RFC1123;
	/* A long day name is of RFC 850; what follows it can be read all the same. */
	while (c.rest.n != 0 && ascii_alpha(c.rest.p[0])) {
		exact = false;
		cur_skip(&c, 1);
	}
	if (!take_octet(&c, ','))
		exact = false;
	take_space(&c, &exact);
	if (!take_some(&c, 2, 2, &m.day, &exact))
		return DIS_BAD;
	take_space(&c, &exact);
	m.month = name_index(cur_take(&c, 3), months, 12) + 1;
	take_space(&c, &exact);
	if (!take_digits(&c, 4, &m.year))
		return DIS_BAD;
	take_space(&c, &exact);
	if (!take_some(&c, 2, 2, &m.hour, &exact) || !take_octet(&c, ':') ||
	    !take_some(&c, 2, 2, &m.minute, &exact) || !take_octet(&c, ':') ||
	    !take_some(&c, 2, 2, &m.second, &exact))
		return DIS_BAD;
	take_space(&c, &exact);
	if (!take_zone(&c, &m.zone, &gmt))
		return DIS_BAD;

	out->has_ns = instant(&m, &out->ns);
	if (!out->has_ns)
		out->ns = 0;
	return out->has_ns && exact && gmt && c.rest.n == 0 && m.second < 60 &&
	               right_weekday(&m, weekday)
	           ? DIS_OK
	           : DIS_BAD;
}

/* Digits of a fraction, as many as there are; those beyond the ninth do not count. */
static bool
take_fraction(struct cursor *c, uint32_t *nano)
{
	uint32_t unit = 100000000;
	bool any = false;

	/* Each round takes a digit. */
	while (c->rest.n != 0 && ascii_digit(c->rest.p[0])) {
		*nano += (uint32_t)(cur_u8(c) - '0') * unit;
		unit /= 10;
		any = true;
	}
	return any;
}

/* YYYY-MM-DDThh:mm:ss[.sss][zone]: GB/T 28181-2022 9.10.1, and annex A. */
static enum dis
gb(struct slice in, struct sip_date *out)
{
	struct cursor c = cursor(in);
	struct moment m = {.zone = 8 * 60};
	bool exact = true, colon = true;

	if (!take_digits(&c, 4, &m.year) || !take_octet(&c, '-') ||
	    !take_some(&c, 2, 2, &m.month, &exact) || !take_octet(&c, '-') ||
	    !take_some(&c, 2, 2, &m.day, &exact))
		return DIS_BAD;
	out->form = SIP_DATE_GB;
	if (!take_octet(&c, 'T')) {
		/* A blank is what some platforms write. */
		exact = false;
		if (!take_octet(&c, 't'))
			cur_skip(&c, chars_gap(c.rest));
	}
	if (!take_some(&c, 2, 2, &m.hour, &exact) || !take_octet(&c, ':') ||
	    !take_some(&c, 2, 2, &m.minute, &exact) || !take_octet(&c, ':') ||
	    !take_some(&c, 2, 2, &m.second, &exact))
		return DIS_BAD;
	if (take_octet(&c, '.') && !take_fraction(&c, &m.nano))
		exact = false;
	if (c.rest.n != 0) {
		out->form = SIP_DATE_GB_ZONE;
		if (!take_offset(&c, &m.zone, &colon))
			return DIS_BAD;
	}

	out->has_ns = instant(&m, &out->ns);
	if (!out->has_ns)
		out->ns = 0;
	return out->has_ns && exact && colon && c.rest.n == 0 && m.second < 60 ? DIS_OK
	                                                                       : DIS_BAD;
}

enum dis
sip_date_dissect(struct slice in, struct arena *a, struct sip_date *out)
{
	struct slice s = slice_trim(in);

	(void)a;
	*out = (struct sip_date){.form = SIP_DATE_OTHER};
	if (s.n == 0)
		return DIS_MORE;
	return ascii_digit(s.p[0]) ? gb(s, out) : rfc1123(s, out);
}
