#include "dissect/manscdp_value.h"

#include <stdio.h>

enum { EXPONENT_MAX = 400, MICRO = 1000000, LISTED_MAX = 12 };

static bool
fault(struct manscdp_fault *out, enum manscdp_problem_kind kind, uint8_t weight,
      struct slice expected)
{
	*out = (struct manscdp_fault){kind, weight, expected};
	return false;
}

static struct slice
text_keep(struct arena *a, const char *text, int n)
{
	return arena_keep(a, slice_of(text, n > 0 ? (size_t)n : 0));
}

/* [+-]digits; saturates. */
static bool
integer_parse(struct slice s, int64_t *out)
{
	bool minus = s.n != 0 && s.p[0] == '-';
	uint64_t v;

	if (s.n != 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = slice_tail(s, 1);
	if (!slice_digits(s))
		return false;
	if (!parse_u64(s, INT64_MAX, &v))
		v = INT64_MAX;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

/* e[+-]digits behind a number: v by it, away from zero where something is cut off. */
static bool
exponent_apply(struct slice s, int64_t *v)
{
	bool minus = s.n > 1 && s.p[1] == '-';
	uint32_t exponent;

	s = slice_tail(s, s.n > 1 && (s.p[1] == '-' || s.p[1] == '+') ? 2 : 1);
	if (!slice_digits(s))
		return false;
	if (!parse_u32(s, EXPONENT_MAX, &exponent))
		exponent = EXPONENT_MAX;
	/* EXPONENT_MAX rounds at most. */
	for (; exponent != 0; exponent--) {
		if (minus)
			*v = *v / 10 + (*v % 10 != 0);
		else
			*v = *v > INT64_MAX / 10 ? INT64_MAX : *v * 10;
	}
	return true;
}

/* [+-]digits[.digits][e[+-]digits], in millionths, saturating; what is finer counts as
 * one more, so that 180.0000001 is above 180. */
static bool
double_parse(struct slice s, int64_t *out)
{
	bool minus = s.n != 0 && s.p[0] == '-', digits = false, finer = false;
	int64_t v = 0, unit = MICRO;
	size_t i = s.n != 0 && (s.p[0] == '-' || s.p[0] == '+');

	for (; i < s.n && ascii_digit(s.p[i]); i++) {
		digits = true;
		if (v < INT64_MAX / MICRO / 100)
			v = v * 10 + (s.p[i] - '0');
	}
	v *= MICRO;
	if (i < s.n && s.p[i] == '.') {
		for (i++; i < s.n && ascii_digit(s.p[i]); i++) {
			digits = true;
			unit /= 10;
			v += (s.p[i] - '0') * unit;
			finer |= unit == 0 && s.p[i] != '0';
		}
	}
	v += finer;
	if (!digits)
		return false;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		if (!exponent_apply(slice_tail(s, i), &v))
			return false;
		i = s.n;
	}
	*out = minus ? -v : v;
	return i == s.n;
}

static struct slice
range_words(const struct dict_field *f, struct arena *a)
{
	int64_t unit = f->type == DICT_DOUBLE ? MICRO : 1;
	char text[96];
	int n;

	if (f->has_low && f->has_high)
		n = snprintf(text, sizeof(text), "%lld to %lld",
		             (long long)(f->low / unit), (long long)(f->high / unit));
	else if (f->has_low)
		n = snprintf(text, sizeof(text), "%lld or more",
		             (long long)(f->low / unit));
	else
		n = snprintf(text, sizeof(text), "%lld or less",
		             (long long)(f->high / unit));
	return text_keep(a, text, n);
}

static bool
number_fits(const struct dict_field *f, struct slice value, struct arena *a,
            struct manscdp_fault *out)
{
	int64_t v = 0;
	size_t i;

	/* Values with a name of their own stand outside the range: 65535 for "unknown"
	 * and its like. */
	for (i = 0; i < f->values_total; i++)
		if (slice_eq(f->values[i].value, value))
			return f->values[i].weight == 0 ||
			       fault(out, MANSCDP_RANGE, f->values[i].weight,
			             range_words(f, a));
	if (f->type == DICT_INTEGER ? !integer_parse(value, &v)
	                            : !double_parse(value, &v))
		return fault(out, MANSCDP_TYPE, f->weight,
		             f->type == DICT_INTEGER ? SLICE("an integer")
		                                     : SLICE("a number"));
	if ((f->has_low && v < f->low) || (f->has_high && v > f->high))
		return fault(out, MANSCDP_RANGE, f->weight, range_words(f, a));
	return true;
}

/* A field of another edition is told as that; its values are not told once more. */
static bool
has_value(const struct dict_field *f, const struct dict_value *v, uint8_t edition)
{
	return edition == 0 || (v->editions & edition) != 0 ||
	       (f->editions & edition) == 0;
}

/* "ON, OFF": the values of the standard. */
static struct slice
values_words(const struct dict_field *f, uint8_t edition, struct arena *a)
{
	size_t i, n = 0, used = 0, listed = 0;
	uint8_t *text;

	for (i = 0; i < f->values_total; i++)
		n += f->values[i].value.n + 2;
	text = arena_alloc(a, n + 5);
	if (text == NULL)
		return SLICE("one of its values");
	for (i = 0; i < f->values_total; i++) {
		const struct dict_value *v = &f->values[i];

		if (v->weight != 0 || !has_value(f, v, edition))
			continue;
		if (used != 0) {
			memcpy(text + used, ", ", 2);
			used += 2;
		}
		if (listed++ == LISTED_MAX) {
			memcpy(text + used, "...", 3);
			used += 3;
			break;
		}
		if (v->value.n != 0)
			memcpy(text + used, v->value.p, v->value.n);
		used += v->value.n;
	}
	return slice_of(text, used);
}

static bool
enum_fits(const struct dict_field *f, struct slice value, uint8_t edition,
          struct arena *a, struct manscdp_fault *out)
{
	const struct dict_value *near = NULL, *seen = NULL, *other = NULL;
	size_t i;

	for (i = 0; i < f->values_total; i++) {
		const struct dict_value *v = &f->values[i];

		if (!slice_eq(v->value, value)) {
			if (near == NULL && slice_ieq(v->value, value))
				near = v;
		} else if (v->weight != 0) {
			seen = v;
		} else if (has_value(f, v, edition)) {
			return true;
		} else {
			other = v;
		}
	}
	if (seen != NULL)
		return fault(out, MANSCDP_ENUM, seen->weight,
		             values_words(f, edition, a));
	if (other != NULL)
		return fault(out, MANSCDP_VALUE_EDITION, MANSCDP_WARNING,
		             manscdp_edition_words(other->editions));
	return fault(out, MANSCDP_ENUM, near != NULL ? MANSCDP_WARNING : f->weight,
	             values_words(f, edition, a));
}

/* Two digits at `at`, from low to high. */
static bool
two(struct slice s, size_t at, uint32_t low, uint32_t high, uint32_t *out)
{
	return parse_u32(slice_head(slice_tail(s, at), 2), high, out) && s.n >= at + 2 &&
	       *out >= low;
}

static bool
zone_fits(struct slice s)
{
	uint32_t v;

	if (s.n == 0 || slice_eq(s, SLICE("Z")))
		return true;
	return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') && s.p[3] == ':' &&
	       two(s, 1, 0, 14, &v) && two(s, 4, 0, v == 14 ? 0 : 59, &v);
}

bool
manscdp_datetime_fits(struct slice value, bool *loose)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint32_t year, month, day, v, last;
	struct slice rest;

	*loose = false;
	if (value.n < 19 || value.p[4] != '-' || value.p[7] != '-' ||
	    value.p[13] != ':' || value.p[16] != ':' ||
	    (value.p[10] != 'T' && value.p[10] != ' '))
		return false;
	if (!parse_u32(slice_head(value, 4), 9999, &year) || year == 0 ||
	    !two(value, 5, 1, 12, &month) || !two(value, 8, 1, 31, &day) ||
	    !two(value, 11, 0, 23, &v) || !two(value, 14, 0, 59, &v) ||
	    !two(value, 17, 0, 59, &v))
		return false;
	last = days[month - 1];
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		last = 29;
	if (day > last)
		return false;
	rest = slice_tail(value, 19);
	if (rest.n != 0 && rest.p[0] == '.') {
		rest = slice_tail(rest, 1);
		if (rest.n == 0 || !ascii_digit(rest.p[0]))
			return false;
		/* Each round takes a digit. */
		while (rest.n != 0 && ascii_digit(rest.p[0]))
			rest = slice_tail(rest, 1);
	}
	*loose = value.p[10] == ' ';
	return zone_fits(rest);
}

static bool
datetime_fits(const struct dict_field *f, struct slice value, struct manscdp_fault *out)
{
	struct slice form = SLICE("YYYY-MM-DDThh:mm:ss");
	bool loose;

	if (!manscdp_datetime_fits(value, &loose))
		return fault(out, MANSCDP_TYPE, f->weight, form);
	if (loose)
		return fault(out, MANSCDP_TYPE,
		             f->weight < MANSCDP_WARNING ? f->weight : MANSCDP_WARNING,
		             form);
	return true;
}

/* GB/T 28181-2022 A.2.1.2: 2, 4, 6, 8 or 20 digits. 18 digits were coding rule B until
 * 2016, 10 an alarm centre. */
static bool
deviceid_fits(const struct dict_field *f, struct slice value, uint8_t edition,
              struct manscdp_fault *out)
{
	uint8_t weight = f->weight;

	if (slice_digits(value)) {
		if (value.n == 20 || value.n == 2 || value.n == 4 || value.n == 6 ||
		    value.n == 8)
			return true;
		if (value.n == 18)
			weight = edition == EDITION_2022 ? MANSCDP_WARNING : MANSCDP_NOTE;
		else if (value.n == 10)
			weight = MANSCDP_NOTE;
	}
	return fault(out, MANSCDP_DEVICEID, weight,
	             SLICE("20 digits, or 2, 4, 6 or 8 of a region"));
}

static bool
hex_fits(const struct dict_field *f, struct slice value, struct manscdp_fault *out)
{
	size_t i;

	for (i = 0; i < value.n; i++) {
		uint8_t c = ascii_lower(value.p[i]);

		if (!ascii_digit(c) && (c < 'a' || c > 'f'))
			return fault(out, MANSCDP_TYPE, f->weight,
			             SLICE("hexadecimal digits"));
	}
	return true;
}

static bool
one_fits(const struct dict_field *f, struct slice value, uint8_t edition, struct arena *a,
         struct manscdp_fault *out)
{
	switch (f->type) {
	case DICT_INTEGER:
	case DICT_DOUBLE:
		return number_fits(f, value, a, out);
	case DICT_ENUM:
		return enum_fits(f, value, edition, a, out);
	case DICT_DATETIME:
		return datetime_fits(f, value, out);
	case DICT_DEVICEID:
		return deviceid_fits(f, value, edition, out);
	case DICT_HEX:
		return hex_fits(f, value, out);
	case DICT_PATTERN:
		return manscdp_pattern_fits(f->pattern, value) ||
		       enum_fits(f, value, edition, a, out) ||
		       (out->expected.n == 0 &&
		        fault(out, MANSCDP_TYPE, out->weight,
		              f->form.n != 0 ? f->form : f->pattern));
	case DICT_STRING:
	case DICT_COMPLEX:
	case DICT_OPEN:
		break;
	}
	return true;
}

static size_t
characters(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++)
		n += (s.p[i] & 0xC0) != 0x80;
	return n;
}

bool
manscdp_value_fits(const struct dict_field *f, struct slice value, uint8_t edition,
                   struct arena *a, struct manscdp_fault *out)
{
	struct slice part, rest = value;
	char text[64];

	if (f->length_max != 0 && value.n > f->length_max &&
	    characters(value) > f->length_max)
		return fault(
		    out, MANSCDP_LENGTH, f->weight,
		    text_keep(a, text,
		              snprintf(text, sizeof(text), "at most %u characters",
		                       (unsigned)f->length_max)));
	if (f->list == 0)
		return one_fits(f, value, edition, a, out);
	/* Each round takes one separator. */
	while (slice_cut(rest, f->list, &part, &rest))
		if (!one_fits(f, part, edition, a, out))
			return false;
	return one_fits(f, rest, edition, a, out);
}
