#include "dissect/manscdp_value.h"

enum { PATTERN_PARTS = 256 };

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

/* What would mean something else to other readers of patterns, or nothing. */
static bool
literal_sound(struct slice pattern)
{
	static const char special[] = ".()^]{}?*+-";
	uint8_t c = pattern.p[0];

	if (c == '\\')
		return pattern.n >= 2 &&
		       (pattern.p[1] == 'd' || pattern.p[1] == '\\' ||
		        pattern.p[1] == '[' ||
		        (pattern.p[1] != 0 && strchr(special, pattern.p[1]) != NULL));
	return c > 0x20 && c < 0x7F && (c == '-' || strchr(special, c) == NULL);
}

/* [a-z0-9-]: from low to high, a hyphen at the ends, nothing twice meant. */
static bool
class_sound(struct slice pattern)
{
	size_t end = slice_index(pattern, ']'), i;
	struct slice in = slice_tail(slice_head(pattern, end), 1);

	if (end == pattern.n || in.n == 0)
		return false;
	for (i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];

		if (c <= 0x20 || c >= 0x7F || c == '[' || c == '\\' || c == '^')
			return false;
		if (c != '-' || i == 0 || i == in.n - 1)
			continue;
		if (in.p[i - 1] > in.p[i + 1] || (i + 2 < in.n - 1 && in.p[i + 2] == '-'))
			return false;
	}
	return true;
}

static bool
part_meets(const struct part *a, const struct part *b)
{
	unsigned c;

	for (c = 0; c < 256; c++)
		if (a->set[c] && b->set[c])
			return true;
	return false;
}

/* Does what follows in the branch begin with something that `p` would have taken? */
static bool
part_greedy(const struct part *p, struct slice rest)
{
	struct part next;

	if (p->min == p->max)
		return false;
	/* Each round takes a part. */
	while (rest.n != 0) {
		if (!part_take(&rest, &next))
			return true;
		if (part_meets(p, &next))
			return true;
		if (next.min != 0)
			return false;
	}
	return false;
}

static bool
branch_sound(struct slice pattern)
{
	unsigned parts = 0;

	/* Each round takes one part of the pattern. */
	while (pattern.n != 0) {
		struct part p;

		if (++parts > PATTERN_PARTS)
			return false;
		if (pattern.p[0] == '[' ? !class_sound(pattern) : !literal_sound(pattern))
			return false;
		if (!part_take(&pattern, &p) || p.max == 0 || p.min > p.max ||
		    part_greedy(&p, pattern))
			return false;
	}
	return parts != 0;
}

bool
manscdp_pattern_sound(struct slice pattern)
{
	struct slice branch, rest = pattern;

	while (slice_cut(rest, '|', &branch, &rest))
		if (!branch_sound(branch))
			return false;
	return branch_sound(rest);
}
