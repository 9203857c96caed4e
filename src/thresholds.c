#include "src/thresholds.h"

#include <stdio.h>

#define YEAR_MS INT64_C(31536000000)

const struct threshold_info threshold_infos[THRESHOLD_TOTAL] = {
#define ROW(id, name, kind, value, low, high, what, rules)                               \
	{name, THRESHOLD_##kind, value, low, high, what, rules},
    THRESHOLDS(ROW)
#undef ROW
};

/* The longest first: 60000 is 1min. */
static const struct {
	const char *name;
	int64_t ms;
} units[] = {{"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

void
thresholds_init(struct thresholds *t)
{
	int i;

	for (i = 0; i < THRESHOLD_TOTAL; i++)
		t->of[i] = threshold_infos[i].value;
}

bool
threshold_find(struct slice name, enum threshold *out)
{
	int i;

	for (i = 0; i < THRESHOLD_TOTAL; i++)
		if (slice_eq(name, slice_str(threshold_infos[i].name))) {
			*out = (enum threshold)i;
			return true;
		}
	return false;
}

bool
duration_parse(struct slice s, int64_t *ms)
{
	struct slice unit;
	size_t n = 0, i;
	uint64_t number;

	while (n < s.n && ascii_digit(s.p[n]))
		n++;
	unit = slice_trim(slice_tail(s, n));
	if (!parse_u64(slice_head(s, n), YEAR_MS, &number))
		return false;
	if (unit.n == 0)
		unit = SLICE("s");
	for (i = 0; i < UNITS; i++)
		if (slice_eq(unit, slice_str(units[i].name))) {
			if (number > (uint64_t)(YEAR_MS / units[i].ms))
				return false;
			*ms = (int64_t)number * units[i].ms;
			return true;
		}
	return false;
}

bool
threshold_parse(enum threshold id, struct slice s, int64_t *out)
{
	const struct threshold_info *t = &threshold_infos[id];
	uint64_t n;

	*out = 0;
	switch (t->kind) {
	case THRESHOLD_OFF_TIME:
		if (slice_eq(s, SLICE("off")))
			return true;
		/* fallthrough */
	case THRESHOLD_TIME:
		if (!duration_parse(s, out))
			return false;
		break;
	case THRESHOLD_PERCENT:
		if (s.n == 0 || s.p[s.n - 1] != '%')
			return false;
		s = slice_trim(slice_head(s, s.n - 1));
		/* fallthrough */
	case THRESHOLD_COUNT:
		if (!parse_u64(s, INT32_MAX, &n))
			return false;
		*out = (int64_t)n;
		break;
	}
	return *out >= t->low && *out <= t->high;
}

const char *
duration_text(int64_t ms, char text[THRESHOLD_TEXT])
{
	size_t i;

	for (i = 0; i + 1 < UNITS && (ms % units[i].ms != 0 || ms == 0); i++)
		;
	if (ms == 0)
		i = UNITS - 2;
	(void)snprintf(text, THRESHOLD_TEXT, "%lld%s", (long long)(ms / units[i].ms),
	               units[i].name);
	return text;
}

const char *
threshold_text(enum threshold id, int64_t value, char text[THRESHOLD_TEXT])
{
	switch (threshold_infos[id].kind) {
	case THRESHOLD_OFF_TIME:
		if (value == 0)
			return "off";
		return duration_text(value, text);
	case THRESHOLD_TIME:
		return duration_text(value, text);
	case THRESHOLD_PERCENT:
		(void)snprintf(text, THRESHOLD_TEXT, "%lld%%", (long long)value);
		break;
	case THRESHOLD_COUNT:
		(void)snprintf(text, THRESHOLD_TEXT, "%lld", (long long)value);
		break;
	}
	return text;
}
