#include "src/declaration.h"

#define BOM SLICE("\xEF\xBB\xBF")

static bool
starts_declaration(struct slice s)
{
	return slice_starts(s, SLICE("<?xml")) && s.n > 5 && ascii_space(s.p[5]);
}

/* name="value" at the front; false at anything else. */
static bool
pair_take(struct slice *s, struct slice *name, struct slice *value)
{
	struct slice rest;
	size_t n = 0;

	while (n < s->n && ascii_alpha(s->p[n]))
		n++;
	*name = slice_head(*s, n);
	rest = slice_trim_front(slice_tail(*s, n));
	if (n == 0 || rest.n == 0 || rest.p[0] != '=')
		return false;
	rest = slice_trim_front(slice_tail(rest, 1));
	if (rest.n == 0 || (rest.p[0] != '"' && rest.p[0] != '\''))
		return false;
	return slice_cut(slice_tail(rest, 1), rest.p[0], value, s);
}

static bool
encoding_name(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!ascii_alpha(s.p[i]) &&
		    (i == 0 || (!ascii_digit(s.p[i]) && s.p[i] != '.' && s.p[i] != '_' &&
		                s.p[i] != '-')))
			return false;
	return s.n != 0;
}

static void
pairs_read(struct slice s, struct declaration *out)
{
	static const char *const order[] = {"version", "encoding", "standalone"};
	struct slice name, value;
	size_t next = 0, i;

	s = slice_trim_front(s);
	/* Each round takes a pair. */
	while (s.n != 0) {
		if (!pair_take(&s, &name, &value)) {
			out->bad = true;
			return;
		}
		for (i = next; i < 3 && !slice_eq(name, slice_str(order[i])); i++)
			;
		/* Out of order, twice or unknown; the version comes first and always. */
		if (i == 3 || (next == 0 && i != 0))
			out->bad = true;
		next = i + 1;
		if (slice_eq(name, SLICE("encoding"))) {
			out->encoding = value;
			out->bad |= !encoding_name(value);
		} else if (slice_eq(name, SLICE("version"))) {
			out->bad |= !slice_starts(value, SLICE("1."));
		}
		if (s.n != 0 && !ascii_space(s.p[0]))
			out->bad = true;
		s = slice_trim_front(s);
	}
	out->bad |= next == 0;
}

void
declaration_read(struct slice bytes, struct declaration *out)
{
	struct slice s = bytes, inside;
	size_t end;

	*out = (struct declaration){.bom = slice_starts(bytes, BOM)};
	if (out->bom)
		s = slice_tail(s, BOM.n);
	out->skip = bytes.n - s.n;
	inside = slice_trim_front(s);
	if (!starts_declaration(inside))
		return;
	out->present = true;
	out->late = inside.n != s.n;
	inside = slice_tail(inside, 5);
	end = slice_find(inside, SLICE("?>"));
	if (end == inside.n) {
		out->unended = true;
		return;
	}
	out->skip = bytes.n - inside.n + end + 2;
	pairs_read(slice_head(inside, end), out);
	/* A second one in its very place is for nobody. */
	if (starts_declaration(slice_tail(bytes, out->skip)))
		out->unended = true;
}
