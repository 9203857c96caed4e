#include "src/emit.h"

#include <stdlib.h>

#include "src/output.h"
#include "src/secret.h"

enum { EMIT_FIRST = 65536 };

/* What an octet asks for: escaping; more than ASCII; a second look for secrets (there is none without
 * one of @ = > : & or a space: src/secret.c). */
enum { ESCAPE = 1, WIDE = 2, SUSPECT = 4, SPACE = 8 };

static const uint8_t classes[256] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 8, 0, 1, 1, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    4, 0, 0, 4, 4, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
};

char *
emit_room(struct emit *j, size_t n)
{
	char *bigger;
	size_t size = j->size ? j->size : EMIT_FIRST;

	while (size - j->n < n && size < SIZE_MAX / 4)
		size *= 2;
	bigger = size - j->n < n ? NULL : realloc(j->text, size);
	if (bigger == NULL) {
		j->failed = true;
		return NULL;
	}
	j->text = bigger;
	j->size = size;
	return j->text + j->n;
}

static inline char *
room(struct emit *j, size_t n)
{
	return n <= j->size - j->n ? j->text + j->n : emit_room(j, n);
}

void
emit_raw(struct emit *j, const char *s, size_t n)
{
	char *p = room(j, n);

	if (p == NULL || n == 0)
		return;
	memcpy(p, s, n);
	j->n += n;
}

static inline void
octet(struct emit *j, char c)
{
	char *p = room(j, 1);

	if (p == NULL)
		return;
	*p = c;
	j->n++;
}

static inline void
begin(struct emit *j)
{
	if (j->comma)
		octet(j, ',');
	j->comma = true;
}

/* The place of a value of n octets at most, behind the comma that it needs; NULL: no memory. ended() ends it. */
static inline char *
value(struct emit *j, size_t n)
{
	char *p = room(j, n + 1);

	if (p == NULL)
		return NULL;
	*p = ',';
	return p + j->comma;
}

/* end: behind its last octet. */
static inline void
ended(struct emit *j, const char *end)
{
	j->n = (size_t)(end - j->text);
	j->comma = true;
}

void
emit_ready(struct emit *j, const char *s, size_t n)
{
	begin(j);
	emit_raw(j, s, n);
}

void
emit_open(struct emit *j, char bracket)
{
	begin(j);
	octet(j, bracket);
	j->comma = false;
}

void
emit_close(struct emit *j, char bracket)
{
	octet(j, bracket);
	j->comma = true;
}

/* A value of few octets, known where it is compiled. */
static inline void
literal(struct emit *j, const char *s, size_t n)
{
	char *p = value(j, n);

	if (p == NULL)
		return;
	memcpy(p, s, n);
	ended(j, p + n);
}

void
emit_null(struct emit *j)
{
	literal(j, "null", 4);
}

void
emit_bool(struct emit *j, bool b)
{
	if (b)
		literal(j, "true", 4);
	else
		literal(j, "false", 5);
}

void
emit_number(struct emit *j, uint64_t n)
{
	enum { DIGITS = 20 };
	char *p = value(j, DIGITS);
	uint64_t rest = n;
	size_t digits = 1;

	if (p == NULL)
		return;
	while (rest >= 10) {
		rest /= 10;
		digits++;
	}
	ended(j, p + digits);
	do {
		p[--digits] = (char)('0' + n % 10);
		n /= 10;
	} while (digits != 0);
}

void
emit_string(struct emit *j, const char *s)
{
	char *p;
	size_t n;

	if (s == NULL) {
		emit_null(j);
		return;
	}
	n = strlen(s);
	p = value(j, n + 2);
	if (p == NULL)
		return;
	*p++ = '"';
	memcpy(p, s, n);
	p[n] = '"';
	ended(j, p + n + 1);
}

/* U+0085, U+2028, U+2029: JSON takes them as they are, but readers that split a text into lines see an end of
 * line in them. Octets of the one at s[i], 0 if there is none. */
static size_t
line_end(struct slice s, size_t i, unsigned *c)
{
	size_t left = s.n - i;

	if (s.p[i] == 0xC2 && left > 1 && s.p[i + 1] == 0x85) {
		*c = 0x85;
		return 2;
	}
	if (s.p[i] == 0xE2 && left > 2 && s.p[i + 1] == 0x80 &&
	    (s.p[i + 2] | 1) == 0xA9) {
		*c = 0x2000u | (s.p[i + 2] & 0x3Fu);
		return 3;
	}
	return 0;
}

/* Few texts have their first octets: no Chinese letter does. */
static bool
line_ends(struct slice s)
{
	return memchr(s.p, 0xE2, s.n) != NULL || memchr(s.p, 0xC2, s.n) != NULL;
}

static char *
escape(char *p, unsigned c)
{
	static const char hex[] = "0123456789abcdef";

	p[0] = '\\';
	p[1] = 'u';
	p[2] = hex[c >> 12 & 15];
	p[3] = hex[c >> 8 & 15];
	p[4] = hex[c >> 4 & 15];
	p[5] = hex[c & 15];
	return p + 6;
}

/* Every octet to escape becomes six at most. "##" begins a command in the logs of some runners of CI. */
static void
escaped(struct emit *j, struct slice s)
{
	char *p = room(j, 6 * s.n);
	unsigned u = 0;
	size_t i, n;

	if (p == NULL)
		return;
	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		n = classes[c] == WIDE ? line_end(s, i, &u) : 0;
		if (n != 0) {
			p = escape(p, u);
			i += n - 1;
		} else if (classes[c] != ESCAPE) {
			*p++ = (char)c;
		} else if (c == '"' || c == '\\') {
			*p++ = '\\';
			*p++ = (char)c;
		} else if (c == '#' && !(i + 1 < s.n && s.p[i + 1] == '#')) {
			*p++ = '#';
		} else {
			p = escape(p, c);
		}
	}
	j->n = (size_t)(p - j->text);
}

/* All the classes that its octets have. */
static inline uint8_t
classes_of(struct slice s)
{
	uint8_t all = 0;
	size_t i;

	for (i = 0; i + 4 <= s.n; i += 4)
		all |= classes[s.p[i]] | classes[s.p[i + 1]] | classes[s.p[i + 2]] |
		       classes[s.p[i + 3]];
	for (; i < s.n; i++)
		all |= classes[s.p[i]];
	return all;
}

/* What needs another look than at its classes. */
static void
text(struct emit *j, struct slice s, uint8_t all, bool *bad)
{
	bool mended = false;

	if ((all & SUSPECT) || (all & ESCAPE && memchr(s.p, 0, s.n) != NULL) ||
	    ((all & SPACE) && slice_find(s, SLICE("asic ")) != s.n))
		s = secret_mask(s, j->scratch);
	if (all & WIDE)
		s = utf8_mend(s, j->scratch, &mended);
	if ((all & ESCAPE) || ((all & WIDE) && line_ends(s)))
		escaped(j, s);
	else
		emit_raw(j, (const char *)s.p, s.n);
	if (bad != NULL)
		*bad = mended;
}

void
emit_text(struct emit *j, struct slice s, bool *bad)
{
	uint8_t all = classes_of(s);
	char *p;

	if (all != 0) {
		begin(j);
		octet(j, '"');
		text(j, s, all, bad);
		octet(j, '"');
		return;
	}
	if (bad != NULL)
		*bad = false;
	p = value(j, s.n + 2);
	if (p == NULL)
		return;
	*p++ = '"';
	if (s.n != 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '"';
	ended(j, p + s.n + 1);
}

void
emit_hex(struct emit *j, struct slice s)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	begin(j);
	octet(j, '"');
	for (i = 0; i < s.n; i++) {
		octet(j, hex[s.p[i] >> 4]);
		octet(j, hex[s.p[i] & 15]);
	}
	octet(j, '"');
}

void
emit_text_key(struct emit *j, const char *before, struct slice s)
{
	size_t n = strlen(before);
	uint8_t all = classes_of(s);
	char *p = value(j, n + s.n + 3);

	if (p == NULL)
		return;
	*p++ = '"';
	memcpy(p, before, n);
	p += n;
	if (all == 0) {
		if (s.n != 0)
			memcpy(p, s.p, s.n);
		p += s.n;
	} else {
		ended(j, p);
		text(j, s, all, NULL);
		p = room(j, 2);
		if (p == NULL)
			return;
	}
	p[0] = '"';
	p[1] = ':';
	j->n = (size_t)(p + 2 - j->text);
	j->comma = false;
}

void
emit_flush(struct emit *j, FILE *f)
{
	(void)fwrite(j->text, 1, j->n, f);
	j->n = 0;
	j->comma = false;
}

void
emit_free(struct emit *j)
{
	free(j->text);
	j->text = NULL;
	j->n = j->size = 0;
}
