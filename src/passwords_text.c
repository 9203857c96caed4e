#include "src/passwords_text.h"

#include <stdlib.h>

enum { CSV_COLUMNS = 3 };

struct reader {
	struct password_text *t;
	const char *name;
	struct err *e;
	size_t room;    /* lines that fit into t->lines */
	size_t at;      /* next byte */
	size_t to;      /* where the next byte of a value goes; never ahead of at */
	unsigned line;  /* of the next byte, from 1 */
	size_t columns; /* CSV: what its header names */
};

static int
bad(const struct reader *r, unsigned line, const char *why)
{
	return err_set(r->e, "%s:%u: %s", r->name, line, why);
}

static bool
is_hash(struct slice s)
{
	size_t i;

	if (s.n != 32 && s.n != 64)
		return false;
	for (i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i]) &&
		    !(ascii_lower(s.p[i]) >= 'a' && ascii_lower(s.p[i]) <= 'f'))
			return false;
	return true;
}

static int
keep(struct reader *r, struct password line)
{
	struct password_text *t = r->t;

	if (t->total == r->room) {
		size_t room = r->room == 0 ? 64 : r->room * 2;
		struct password *lines = realloc(t->lines, room * sizeof(*lines));

		if (lines == NULL)
			return err_set(r->e, "%s: no memory", r->name);
		t->lines = lines;
		r->room = room;
	}
	line.any_user = slice_eq(line.user, SLICE("*"));
	if (slice_eq(line.realm, SLICE("*")))
		line.any_realm = true;
	line.maybe_ha1 = !line.any_user && !line.any_realm && is_hash(line.password);
	t->lines[t->total++] = line;
	return 0;
}

/* Up to a colon that no backslash escapes, which is passed over; false if the line has none. Only
 * "\:" and "\\" are escapes: DOMAIN\user stays what it is. */
static bool
part_read(struct reader *r, size_t end, struct slice *out)
{
	uint8_t *b = r->t->bytes;
	size_t from = r->to;

	/* Each round moves past one byte at least. */
	while (r->at < end) {
		uint8_t c = b[r->at++];

		if (c == ':') {
			*out = slice_of(b + from, r->to - from);
			return true;
		}
		if (c == '\\' && r->at < end && (b[r->at] == ':' || b[r->at] == '\\'))
			c = b[r->at++];
		b[r->to++] = c;
	}
	return false;
}

/* USER:REALM:PASSWORD, a line each. */
static int
colons_read(struct reader *r)
{
	/* Each round moves past one line end, or to the end. */
	for (; r->at < r->t->n; r->line++) {
		struct slice rest = slice_of(r->t->bytes + r->at, r->t->n - r->at);
		size_t n = slice_index(rest, '\n'), end = r->at + n;
		size_t after = n < rest.n ? end + 1 : end;
		struct password line = {.line = r->line};

		if (end > r->at && r->t->bytes[end - 1] == '\r')
			end--;
		if (end > r->at && rest.p[0] != '#') {
			r->to = r->at;
			if (!part_read(r, end, &line.user) ||
			    !part_read(r, end, &line.realm))
				return bad(
				    r, r->line,
				    "not USER:REALM:PASSWORD, it has fewer than two colons");
			line.password = slice_of(r->t->bytes + r->at, end - r->at);
			if (keep(r, line) != 0)
				return -1;
		}
		r->at = after;
	}
	return 0;
}

/* At the end of a field: is it that of the record? Passes over the comma or the line end. */
static bool
field_end(struct reader *r, bool *last)
{
	const uint8_t *b = r->t->bytes;

	*last = true;
	if (r->at == r->t->n)
		return true;
	if (b[r->at] == ',') {
		*last = false;
		r->at++;
		return true;
	}
	if (b[r->at] == '\r' && (r->at + 1 == r->t->n || b[r->at + 1] == '\n'))
		r->at++;
	if (r->at < r->t->n) {
		if (b[r->at] != '\n')
			return false;
		r->at++;
		r->line++;
	}
	return true;
}

/* One field as RFC 4180 2 has it; in quotes it may hold commas, line ends and doubled quotes. */
static int
field_read(struct reader *r, struct slice *out, bool *last)
{
	uint8_t *b = r->t->bytes;
	unsigned line = r->line;
	size_t from;

	r->to = from = r->at;
	if (r->at < r->t->n && b[r->at] == '"') {
		r->at++;
		for (;; b[r->to++] =
		            b[r->at++]) { /* each round moves past one byte at least */
			if (r->at == r->t->n)
				return bad(r, line,
				           "the quotes that open here do not close");
			if (b[r->at] == '\n')
				r->line++;
			if (b[r->at] != '"')
				continue;
			r->at++;
			if (r->at == r->t->n || b[r->at] != '"')
				break;
		}
		*out = slice_of(b + from, r->to - from);
		if (!field_end(r, last))
			return bad(r, r->line, "text behind the closing quotes");
		return 0;
	}
	/* A CR that no line end follows is a byte like others. */
	for (; r->at < r->t->n && b[r->at] != ',' && b[r->at] != '\n'; r->at++) {
		if (b[r->at] == '"')
			return bad(
			    r, r->line,
			    "quotes inside a value without quotes (RFC 4180 2, 5)");
		if (b[r->at] == '\r' && (r->at + 1 == r->t->n || b[r->at + 1] == '\n'))
			break;
	}
	*out = slice_of(b + from, r->at - from);
	(void)field_end(r, last);
	return 0;
}

/* One record. *fields: how many, all counted, the first CSV_COLUMNS kept. */
static int
record_read(struct reader *r, struct slice field[CSV_COLUMNS], size_t *fields)
{
	bool last = false;

	/* Each round moves past a comma at least, or is the last. */
	for (*fields = 0; !last; ++*fields) {
		struct slice s = SLICE_EMPTY;

		if (field_read(r, &s, &last) != 0)
			return -1;
		if (*fields < CSV_COLUMNS)
			field[*fields] = s;
	}
	return 0;
}

static int
csv_header_read(struct reader *r)
{
	static const struct slice names[CSV_COLUMNS] = {
	    {(const uint8_t *)"device_id", 9},
	    {(const uint8_t *)"password", 8},
	    {(const uint8_t *)"realm", 5},
	};
	struct slice field[CSV_COLUMNS] = {{NULL, 0}};
	size_t i;

	if (record_read(r, field, &r->columns) != 0)
		return -1;
	for (i = 0; i < r->columns; i++)
		if (i == CSV_COLUMNS || !slice_eq(field[i], names[i]))
			break;
	if (i < r->columns || r->columns < 2)
		return bad(r, 1, "a CSV file begins with device_id,password[,realm]");
	return 0;
}

static int
csv_read(struct reader *r)
{
	if (csv_header_read(r) != 0)
		return -1;
	/* Each round moves past one byte at least: a field has one, or its end has. */
	while (r->at < r->t->n) {
		struct slice field[CSV_COLUMNS] = {{NULL, 0}};
		unsigned line = r->line;
		size_t fields;

		if (record_read(r, field, &fields) != 0)
			return -1;
		/* Spreadsheets leave such rows behind. */
		if (fields <= CSV_COLUMNS && field[0].n + field[1].n + field[2].n == 0)
			continue;
		if (fields > r->columns)
			return bad(
			    r, line,
			    "more values than columns; a comma in a value needs quotes");
		if (fields < r->columns)
			return bad(r, line, "fewer values than columns");
		if (field[0].n == 0)
			return bad(r, line, "no device_id");
		if (keep(r, (struct password){.user = field[0],
		                              .password = field[1],
		                              .realm = field[2],
		                              .any_realm = field[2].n == 0,
		                              .line = line}) != 0)
			return -1;
	}
	return 0;
}

int
password_text_read(struct password_text *t, const char *name, struct err *e)
{
	struct reader r = {.t = t, .name = name, .e = e, .line = 1};
	struct slice all = slice_of(t->bytes, t->n), first;

	if (slice_starts(all, SLICE("\xFF\xFE")) || slice_starts(all, SLICE("\xFE\xFF")))
		return bad(&r, 1, "this is UTF-16; save the file as UTF-8");
	if (slice_starts(all, SLICE("\xEF\xBB\xBF")))
		r.at = 3;
	all = slice_tail(all, r.at);
	first = slice_head(all, slice_index(all, '\n'));
	if ((slice_starts(first, SLICE("device_id,")) ||
	     slice_starts(first, SLICE("\"device_id\","))) &&
	    slice_index(first, ':') == first.n)
		return csv_read(&r);
	return colons_read(&r);
}
