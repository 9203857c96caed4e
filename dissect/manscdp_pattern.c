#include "dissect/manscdp_value.h"

/* One part of a pattern: which octets, how often. */
struct part {
	bool set[256];
	uint32_t min, max;
};

static void
class_add(struct part *p, uint8_t first, uint8_t last)
{
	unsigned c;

	for (c = first; c <= last; c++)
		p->set[c] = true;
}

/* [a-z0-9-]: takes it off the pattern's front. False: no ']'. */
static bool
class_take(struct slice *pattern, struct part *p)
{
	size_t end = slice_index(*pattern, ']'), i = 1;

	if (end == pattern->n)
		return false;
	while (i < end) {
		uint8_t first = pattern->p[i];

		if (i + 2 < end && pattern->p[i + 1] == '-') {
			class_add(p, first, pattern->p[i + 2]);
			i += 3;
		} else {
			class_add(p, first, first);
			i++;
		}
	}
	*pattern = slice_tail(*pattern, end + 1);
	return true;
}

/* {m}, {m,n}, ?, +, * or nothing. */
static bool
count_take(struct slice *pattern, struct part *p)
{
	struct slice low, high;
	size_t end;

	p->min = p->max = 1;
	if (pattern->n == 0)
		return true;
	switch (pattern->p[0]) {
	case '?':
		p->min = 0;
		break;
	case '*':
		p->min = 0;
		p->max = UINT32_MAX;
		break;
	case '+':
		p->max = UINT32_MAX;
		break;
	case '{':
		end = slice_index(*pattern, '}');
		low = high = slice_head(slice_tail(*pattern, 1), end - 1);
		if (end == pattern->n)
			return false;
		(void)slice_cut(low, ',', &low, &high);
		*pattern = slice_tail(*pattern, end + 1);
		return parse_u32(low, 4096, &p->min) && parse_u32(high, 4096, &p->max);
	default:
		return true;
	}
	*pattern = slice_tail(*pattern, 1);
	return true;
}

static bool
part_take(struct slice *pattern, struct part *p)
{
	uint8_t c = pattern->p[0];

	*p = (struct part){.min = 1};
	if (c == '[') {
		if (!class_take(pattern, p))
			return false;
	} else if (c == '\\' && pattern->n >= 2) {
		if (pattern->p[1] == 'd')
			class_add(p, '0', '9');
		else
			class_add(p, pattern->p[1], pattern->p[1]);
		*pattern = slice_tail(*pattern, 2);
	} else {
		class_add(p, c, c);
		*pattern = slice_tail(*pattern, 1);
	}
	return count_take(pattern, p);
}

static bool
branch_fits(struct slice pattern, struct slice value)
{
	struct part p;

	/* Each round takes one part of the pattern. */
	while (pattern.n != 0) {
		uint32_t n = 0;

		if (!part_take(&pattern, &p))
			return false;
		while (n < p.max && value.n != 0 && p.set[value.p[0]]) {
			value = slice_tail(value, 1);
			n++;
		}
		if (n < p.min)
			return false;
	}
	return value.n == 0;
}

bool
manscdp_pattern_fits(struct slice pattern, struct slice value)
{
	struct slice branch, rest = pattern;

	while (slice_cut(rest, '|', &branch, &rest))
		if (branch_fits(branch, value))
			return true;
	return branch_fits(rest, value);
}
