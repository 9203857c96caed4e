#include "src/output.h"

#include "dissect/chars.h"
#include "src/secret.h"

static const struct format *const formats[] = {&format_json, &format_ndjson,
                                               &format_text};

/* check has its own text. */
static const struct format *const check_formats[] = {&format_json,   &format_sarif,
                                                     &format_junit,  &format_gitlab,
                                                     &format_github, &format_tap};

const struct format *
format_of_check(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(check_formats) / sizeof(check_formats[0]); i++)
		if (slice_eq(name, slice_str(check_formats[i]->name)))
			return check_formats[i];
	return slice_eq(name, SLICE("text")) ? &format_check : NULL;
}

const struct format *
format_row(size_t n)
{
	return n < sizeof(formats) / sizeof(formats[0]) ? formats[n] : NULL;
}

bool
format_begin(struct out *o)
{
	return o->format->begin == NULL || o->format->begin(o);
}

const struct format *
format_find(struct slice name)
{
	const struct format *f;
	size_t i;

	for (i = 0; (f = format_row(i)) != NULL; i++)
		if (slice_eq(name, slice_str(f->name)))
			return f;
	return NULL;
}

/* Days since the epoch to a civil date, for any year that fits: counted in eras of 400 years from March. */
static void
civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t era, doe, yoe, doy, mp;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

static void
split(int64_t ns, int64_t *days, int64_t *seconds, int64_t *fraction)
{
	int64_t second = INT64_C(1000000000), all = ns / second;

	*fraction = ns % second;
	if (*fraction < 0) {
		*fraction += second;
		all--;
	}
	*days = all / 86400;
	*seconds = all % 86400;
	if (*seconds < 0) {
		*seconds += 86400;
		(*days)--;
	}
}

/* Some hundred thousand times are written of a large capture: printf would be half of it. */
static void
digits(char *at, uint64_t n, int width, char behind)
{
	at[width] = behind;
	while (width > 0) {
		at[--width] = (char)('0' + n % 10);
		n /= 10;
	}
}

const char *
time_text(int64_t ns, int precision, char text[TIME_TEXT])
{
	int64_t days, seconds, fraction, year;
	unsigned month, day;

	split(ns, &days, &seconds, &fraction);
	civil(days, &year, &month, &day);
	digits(text, (uint64_t)year, 4, '-');
	digits(text + 5, month, 2, '-');
	digits(text + 8, day, 2, 'T');
	digits(text + 11, (uint64_t)(seconds / 3600), 2, ':');
	digits(text + 14, (uint64_t)(seconds / 60 % 60), 2, ':');
	digits(text + 17, (uint64_t)(seconds % 60), 2, '.');
	if (precision == 9)
		digits(text + 20, (uint64_t)fraction, 9, 'Z');
	else
		digits(text + 20, (uint64_t)(fraction / 1000), 6, 'Z');
	text[precision == 9 ? 30 : 27] = '\0';
	return text;
}

const char *
clock_text(int64_t ns, char text[TIME_TEXT])
{
	int64_t days, seconds, fraction;

	split(ns, &days, &seconds, &fraction);
	(void)snprintf(text, TIME_TEXT, "%02d:%02d:%02d", (int)(seconds / 3600),
	               (int)(seconds / 60 % 60), (int)(seconds % 60));
	return text;
}

void
summary_message(struct summary *s, const struct message *m, const struct place *p)
{
	struct slice name = slice_head(m->sip.method, sizeof(s->methods[0].name) - 1);
	size_t i;

	(void)p;
	s->messages++;
	if (!m->request) {
		s->responses++;
		s->statuses[m->sip.status < STATUSES_MAX ? m->sip.status
		                                         : STATUSES_MAX]++;
		return;
	}
	s->requests++;
	for (i = 0; i < s->methods_total; i++)
		if (slice_eq(name, slice_str(s->methods[i].name))) {
			s->methods[i].n++;
			return;
		}
	/* The last place is for all others. */
	if (!sip_token(name) || s->methods_total >= METHODS_TOLD - 1) {
		name = SLICE("other");
		for (i = 0; i < s->methods_total; i++)
			if (slice_eq(name, slice_str(s->methods[i].name))) {
				s->methods[i].n++;
				return;
			}
	}
	memcpy(s->methods[i].name, name.p, name.n);
	s->methods[i].name[name.n] = '\0';
	s->methods[i].n = 1;
	s->methods_total++;
}

struct slice
utf8_clean(struct slice s, struct arena *a, bool *bad)
{
	return utf8_mend(secret_mask(s, a), a, bad);
}

struct slice
utf8_mend(struct slice s, struct arena *a, bool *bad)
{
	struct slice rest;
	uint8_t *p;
	uint32_t c;
	size_t n = 0, len;

	*bad = false;
	for (rest = s; rest.n != 0; rest = slice_tail(rest, len)) {
		if (rest.p[0] < 0x80) {
			len = 1;
			continue;
		}
		len = chars_utf8(rest, &c);
		if (len == 0)
			break;
	}
	if (rest.n == 0)
		return s;
	*bad = true;
	p = arena_array(a, s.n, 3);
	if (p == NULL)
		return SLICE_EMPTY;
	for (rest = s; rest.n != 0; rest = slice_tail(rest, len)) {
		len = chars_utf8(rest, &c);
		if (len != 0) {
			memcpy(p + n, rest.p, len);
			n += len;
		} else {
			memcpy(p + n, "\xEF\xBF\xBD", 3);
			n += 3;
			len = 1;
		}
	}
	return slice_of(p, n);
}

void
count_put(struct out *o, uint64_t n, const char *what)
{
	(void)fprintf(o->f, "%llu %s%s", (unsigned long long)n, what, n == 1 ? "" : "s");
}

/* Of what runners of CI take for commands, wherever it stands in a line: "##[", "##vso["; and at its beginning,
 * behind blanks: "::error". What follows "::" in an IPv6 address has no letters but hexadecimal digits. */
static bool
acts(struct slice s)
{
	size_t i;

	if (s.n < 2 || s.p[0] != s.p[1])
		return false;
	if (s.p[0] != ':')
		return s.p[0] == '#';
	/* The next "::" is behind these: each octet is looked at once. */
	for (i = 2; i < s.n && (ascii_alpha(s.p[i]) || s.p[i] == '-'); i++)
		if ((s.p[i] | 0x20) > 'f')
			return true;
	return false;
}

enum { SHOWN_MAX = 16 };

/* How the first letter of s is written, and from how many octets; 0: as it is. */
static size_t
shown(struct slice s, size_t *len, char text[SHOWN_MAX])
{
	uint32_t c = 0;

	*len = chars_utf8(s, &c);
	if (*len == 0) {
		*len = 1;
		return (size_t)snprintf(text, SHOWN_MAX, "\\x%02x", s.p[0]);
	}
	if (c < 0x20 || c == 0x7F || ((c == ':' || c == '#') && acts(s)))
		return (size_t)snprintf(text, SHOWN_MAX, "\\x%02x", (unsigned)c);
	if (chars_invisible(c))
		return (size_t)snprintf(text, SHOWN_MAX, "\\u{%x}", (unsigned)c);
	return 0;
}

struct slice
tty_text(struct slice s, struct arena *a)
{
	struct slice rest;
	char text[SHOWN_MAX];
	uint8_t *p;
	size_t n = 0, len, k;

	s = secret_mask(s, a);
	for (rest = s; rest.n != 0 && shown(rest, &len, text) == 0;
	     rest = slice_tail(rest, len))
		;
	if (rest.n == 0)
		return s;
	p = arena_array(a, s.n, 4); /* "\x.." of an octet, "\u{....}" of two or more */
	if (p == NULL)
		return SLICE_EMPTY;
	for (rest = s; rest.n != 0; rest = slice_tail(rest, len)) {
		k = shown(rest, &len, text);
		memcpy(p + n, k ? (const uint8_t *)text : rest.p, k ? k : len);
		n += k ? k : len;
	}
	return slice_of(p, n);
}

void
tty_put(struct out *o, struct slice s)
{
	s = tty_text(s, &o->scratch);
	if (s.n != 0)
		(void)fwrite(s.p, s.n, 1, o->f);
}
