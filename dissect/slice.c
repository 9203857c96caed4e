#include "dissect/slice.h"

bool
slice_ieq(struct slice a, struct slice b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool
slice_starts(struct slice s, struct slice prefix)
{
	return slice_eq(slice_head(s, prefix.n), prefix);
}

bool
slice_istarts(struct slice s, struct slice prefix)
{
	return slice_ieq(slice_head(s, prefix.n), prefix);
}

bool
slice_cut(struct slice s, uint8_t at, struct slice *head, struct slice *tail)
{
	size_t i = slice_index(s, at);

	if (i == s.n)
		return false;
	*head = slice_head(s, i);
	*tail = slice_tail(s, i + 1);
	return true;
}

size_t
slice_find(struct slice s, struct slice what)
{
	struct slice rest = s;
	size_t i;

	if (what.n == 0)
		return 0;
	/* Each round moves past one byte at least. */
	while (rest.n >= what.n) {
		i = slice_index(slice_head(rest, rest.n - what.n + 1), what.p[0]);
		if (i > rest.n - what.n)
			break;
		rest = slice_tail(rest, i);
		if (memcmp(rest.p, what.p, what.n) == 0)
			return s.n - rest.n;
		rest = slice_tail(rest, 1);
	}
	return s.n;
}

bool
slice_digits(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i]))
			return false;
	return s.n != 0;
}

struct slice
slice_number(struct slice s)
{
	if (!slice_digits(s))
		return s;
	while (s.n > 1 && s.p[0] == '0')
		s = slice_tail(s, 1);
	return s;
}

bool
parse_u64(struct slice s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (!slice_digits(s))
		return false;
	for (i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)(s.p[i] - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

bool
parse_u32(struct slice s, uint32_t max, uint32_t *out)
{
	uint64_t v;

	if (!parse_u64(s, max, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}
