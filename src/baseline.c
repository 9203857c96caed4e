#include "src/baseline.h"

#include <errno.h>
#include <stdlib.h>

#include "dissect/arena.h"
#include "dissect/chars.h"
#include "src/hash.h"
#include "src/map.h"

#define HEAD "gbscope baseline 1"

enum { LINE_LONG = 4096 };

struct baseline {
	struct baseline_entry **entries;
	size_t total, size, max;
	struct map by; /* fingerprint */
	struct hash_key key;
	int64_t today;
	bool collects, adds;
	size_t read; /* entries that the file had */
	struct arena mem;
};

struct reader {
	struct baseline *b;
	const char *name;
	struct err *e;
	unsigned line;
	bool headed;
	struct baseline_entry *open; /* the one that its lines belong to */
	unsigned opened;             /* at this line */
	unsigned told;               /* 1 << place in keys[] */
};

const char *
baseline_state_name(enum baseline_state s)
{
	return s == BASELINE_NEW ? "new" : s == BASELINE_UNCHANGED ? "unchanged" : NULL;
}

static bool
two_digits(const uint8_t *p, unsigned *out)
{
	*out = (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
	return ascii_digit(p[0]) && ascii_digit(p[1]);
}

/* Years are counted in eras of 400 from March, as in src/output.c. */
bool
baseline_day(struct slice s, int64_t *day)
{
	static const uint8_t lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned century, part, month, d;
	int64_t year, y;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !two_digits(s.p, &century) ||
	    !two_digits(s.p + 2, &part) || !two_digits(s.p + 5, &month) ||
	    !two_digits(s.p + 8, &d))
		return false;
	year = century * 100 + part;
	if (month < 1 || month > 12 || d < 1 || d > lengths[month - 1])
		return false;
	if (month == 2 && d == 29 &&
	    (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0)))
		return false;
	/* One era more, so that nothing is negative. */
	y = year + 400 - (month <= 2);
	*day = (y / 400 - 1) * 146097 + y % 400 * 365 + y % 400 / 4 - y % 400 / 100 +
	       (153 * ((month + 9) % 12) + 2) / 5 + d - 1 - 719468;
	return true;
}

static struct baseline *
make(int64_t today, const struct limits *l)
{
	struct baseline *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->key = hash_key_random();
	b->today = today;
	b->max = (size_t)l->max[LIMIT_BASELINE_ENTRIES];
	arena_init(&b->mem, 0);
	return b;
}

static struct baseline_entry *
find(const struct baseline *b, const char *fingerprint)
{
	uint64_t hash = hash_bytes(&b->key, slice_of(fingerprint, FINGERPRINT_TEXT - 1));
	struct baseline_entry *x;
	size_t pos = 0;

	while ((x = map_next(&b->by, hash, &pos)) != NULL)
		if (memcmp(x->fingerprint, fingerprint, FINGERPRINT_TEXT - 1) == 0)
			return x;
	return NULL;
}

/* NULL: too many of them, or no memory. */
static struct baseline_entry *
append(struct baseline *b, const char *fingerprint)
{
	uint64_t hash = hash_bytes(&b->key, slice_of(fingerprint, FINGERPRINT_TEXT - 1));
	struct baseline_entry *x, **bigger;
	size_t size = b->size ? b->size * 2 : 64;

	if (b->total >= b->max)
		return NULL;
	if (b->total == b->size) {
		bigger = realloc(b->entries, size * sizeof(*bigger));
		if (bigger == NULL)
			return NULL;
		b->entries = bigger;
		b->size = size;
	}
	x = ARENA_NEW(&b->mem, struct baseline_entry);
	if (x == NULL || !map_put(&b->by, hash, x))
		return NULL;
	memcpy(x->fingerprint, fingerprint, FINGERPRINT_TEXT - 1);
	x->expires_day = INT64_MAX;
	b->entries[b->total++] = x;
	return x;
}

/* ---- reading ---- */

static int
bad(const struct reader *r, unsigned line, const char *why)
{
	return err_set(r->e, "%s:%u: %s", r->name, line, why);
}

static int
read_head(struct reader *r, struct slice line)
{
	if (!slice_eq(line, SLICE(HEAD)))
		return bad(r, r->line, "not a baseline: it begins with '" HEAD "'");
	r->headed = true;
	return 0;
}

/* An entry has a count at least, else it excuses nothing. */
static int
close_entry(struct reader *r)
{
	if (r->open != NULL && r->open->count == 0)
		return bad(r, r->opened, "this entry has no count");
	return 0;
}

/* [32 hex digits] */
static int
open_entry(struct reader *r, struct slice line)
{
	char fingerprint[FINGERPRINT_TEXT] = "";
	size_t i;

	if (close_entry(r) < 0)
		return -1;
	if (line.n != FINGERPRINT_TEXT + 1 || line.p[line.n - 1] != ']')
		return bad(r, r->line, "not a fingerprint of 32 hex digits in brackets");
	for (i = 0; i < FINGERPRINT_TEXT - 1; i++) {
		uint8_t c = line.p[i + 1];

		if (!ascii_digit(c) && (c < 'a' || c > 'f'))
			return bad(r, r->line,
			           "not a fingerprint of 32 hex digits in brackets");
		fingerprint[i] = (char)c;
	}
	if (find(r->b, fingerprint) != NULL)
		return bad(r, r->line, "this fingerprint has an entry before");
	r->open = append(r->b, fingerprint);
	if (r->open == NULL)
		return bad(r, r->line, "too many entries");
	r->opened = r->line;
	r->told = 0;
	return 0;
}

static int
read_count(struct reader *r, struct slice value)
{
	if (!parse_u64(value, INT64_MAX, &r->open->count) || r->open->count == 0)
		return bad(r, r->line, "count is no number from 1 on");
	return 0;
}

static int
read_expires(struct reader *r, struct slice value)
{
	if (value.n != 0 && !baseline_day(value, &r->open->expires_day))
		return bad(r, r->line, "expires is no date YYYY-MM-DD");
	r->open->expires = arena_keep(&r->b->mem, value);
	return 0;
}

static int
read_text(struct reader *r, struct slice value, struct slice *out)
{
	*out = arena_keep(&r->b->mem, value);
	return r->b->mem.failed ? bad(r, r->line, "out of memory") : 0;
}

static int
read_rule(struct reader *r, struct slice value)
{
	return read_text(r, value, &r->open->rule);
}

static int
read_subject(struct reader *r, struct slice value)
{
	return read_text(r, value, &r->open->subject);
}

static int
read_reason(struct reader *r, struct slice value)
{
	return read_text(r, value, &r->open->reason);
}

/* name: value */
static int
read_member(struct reader *r, struct slice line)
{
	static const struct {
		const char *name;
		int (*read)(struct reader *r, struct slice value);
	} keys[] = {
	    {"rule", read_rule},     {"subject", read_subject}, {"count", read_count},
	    {"reason", read_reason}, {"expires", read_expires},
	};
	struct slice name, value;
	size_t i;

	if (!slice_cut(line, ':', &name, &value))
		return bad(r, r->line, "neither '[fingerprint]' nor 'name: value'");
	if (r->open == NULL)
		return bad(r, r->line, "before the first fingerprint");
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!slice_eq(name, slice_str(keys[i].name)))
			continue;
		if (r->told & (1u << i))
			return bad(r, r->line, "said before of this entry");
		r->told |= 1u << i;
		return keys[i].read(r, slice_trim(value));
	}
	return bad(r, r->line, "not rule, subject, count, reason or expires");
}

/* Text that a terminal can be shown. */
static bool
clean(struct slice s)
{
	uint32_t c;
	size_t n;

	for (; s.n != 0; s = slice_tail(s, n)) {
		n = chars_utf8(s, &c);
		if (n == 0 || (c < ' ' && c != '\t') || c == 0x7F)
			return false;
	}
	return true;
}

static int
read_line(struct reader *r, struct slice line)
{
	line = slice_trim(line);
	if (!clean(line))
		return bad(r, r->line, "control characters, or no UTF-8");
	if (line.n > LINE_LONG)
		return bad(r, r->line, "a line that long");
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	if (!r->headed)
		return read_head(r, line);
	return line.p[0] == '[' ? open_entry(r, line) : read_member(r, line);
}

static int
read_all(struct reader *r, struct slice rest)
{
	size_t n;

	if (slice_starts(rest, SLICE("\xEF\xBB\xBF")))
		rest = slice_tail(rest, 3);
	/* Each round moves past one line end, or to the end. */
	for (r->line = 1; rest.n != 0; r->line++) {
		n = slice_index(rest, '\n');
		if (read_line(r, slice_head(rest, n)) < 0)
			return -1;
		rest = slice_tail(rest, n + 1);
	}
	if (r->line > 1 && !r->headed)
		return bad(r, 1, "not a baseline: it begins with '" HEAD "'");
	return close_entry(r);
}

struct baseline *
baseline_parse(struct slice bytes, const char *name, int64_t today,
               const struct limits *l, struct err *e)
{
	struct reader r = {.b = make(today, l), .name = name, .e = e};

	if (r.b == NULL) {
		err_set(e, "%s: out of memory", name);
		return NULL;
	}
	if (read_all(&r, bytes) < 0) {
		baseline_free(r.b);
		return NULL;
	}
	r.b->read = r.b->total;
	return r.b;
}

/* malloc'd. NULL and *e. */
static uint8_t *
file_bytes(const char *file, size_t max, size_t *n, struct err *e)
{
	FILE *f = fopen(file, "re");
	uint8_t *bytes = NULL, *bigger;
	size_t room = 0, got = 1;

	*n = 0;
	/* Each round reads one octet at least, or is the last. */
	while (f != NULL && got != 0 && *n <= max) {
		if (*n == room) {
			room = room ? room * 2 : 65536;
			bigger = realloc(bytes, room);
			if (bigger == NULL)
				break;
			bytes = bigger;
		}
		got = fread(bytes + *n, 1, room - *n, f);
		*n += got;
	}
	if (f == NULL || ferror(f))
		err_set(e, "%s: %s", file, strerror(errno));
	else if (*n > max)
		err_set(e, "%s: larger than %zu bytes", file, max);
	else if (got != 0)
		err_set(e, "%s: out of memory", file);
	if (f != NULL)
		(void)fclose(f);
	if (e->text[0] == '\0')
		return bytes;
	free(bytes);
	return NULL;
}

struct baseline *
baseline_load(const char *file, int64_t today, const struct limits *l, struct err *e)
{
	size_t n;
	uint8_t *bytes = file_bytes(file, (size_t)l->max[LIMIT_BASELINE_BYTES], &n, e);
	struct baseline *b;

	if (bytes == NULL)
		return NULL;
	b = baseline_parse(slice_of(bytes, n), file, today, l, e);
	free(bytes);
	return b;
}

/* ---- findings ---- */

enum baseline_state
baseline_take(struct baseline *b, const char fingerprint[FINGERPRINT_TEXT],
              int64_t time_ns)
{
	struct baseline_entry *x = find(b, fingerprint);
	int64_t day = INT64_C(86400000000000), now = b->today;

	if (x == NULL)
		return BASELINE_NEW;
	if (now == BASELINE_TODAY_UNKNOWN)
		now = time_ns / day - (time_ns % day < 0);
	if (now > x->expires_day) {
		x->seen++;
		x->expired = true;
		return BASELINE_NEW;
	}
	return ++x->seen <= x->count ? BASELINE_UNCHANGED : BASELINE_NEW;
}

void
baseline_collect(struct baseline *b, bool more)
{
	b->collects = true;
	b->adds = more;
}

bool
baseline_collects(const struct baseline *b)
{
	return b->collects;
}

bool
baseline_note(struct baseline *b, const char fingerprint[FINGERPRINT_TEXT],
              struct slice rule, struct slice subject)
{
	struct baseline_entry *x = find(b, fingerprint);

	if (x == NULL && b->adds) {
		x = append(b, fingerprint);
		if (x == NULL)
			return false;
	}
	if (x == NULL)
		return true;
	/* What the file says of them may be of an older version. */
	if (x->seen++ == 0 && b->adds) {
		x->rule = arena_keep(&b->mem, rule);
		x->subject = arena_keep(&b->mem, subject);
	}
	return true;
}

size_t
baseline_total(const struct baseline *b)
{
	return b ? b->total : 0;
}

const struct baseline_entry *
baseline_get(const struct baseline *b, size_t i)
{
	return b->entries[i];
}

static int
compare(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

static int
by_rule(const void *a, const void *b)
{
	const struct baseline_entry *x = *(struct baseline_entry *const *)a,
	                            *y = *(struct baseline_entry *const *)b;
	int c = compare(x->rule, y->rule);

	c = c ? c : compare(x->subject, y->subject);
	return c ? c : memcmp(x->fingerprint, y->fingerprint, FINGERPRINT_TEXT);
}

static void
sort(struct baseline *b)
{
	if (b->total != 0)
		qsort(b->entries, b->total, sizeof(struct baseline_entry *), by_rule);
}

static void
put(FILE *f, const char *name, struct slice value)
{
	(void)fprintf(f, "%s:%s", name, value.n ? " " : "");
	if (value.n != 0)
		(void)fwrite(value.p, value.n, 1, f);
	(void)fputc('\n', f);
}

struct baseline_written
baseline_write(struct baseline *b, FILE *f)
{
	struct baseline_written w = {.added = b->total - b->read};
	size_t i;

	sort(b);
	(void)fputs(
	    HEAD
	    "\n# Made by 'gbscope baseline'. reason and expires are yours to fill in, they are kept;\n"
	    "# other comments are not.\n",
	    f);
	for (i = 0; i < b->total; i++) {
		const struct baseline_entry *x = b->entries[i];
		uint64_t count = b->adds || x->seen < x->count ? x->seen : x->count;

		if (count == 0) {
			w.removed++;
			continue;
		}
		w.entries++;
		w.findings += count;
		(void)fprintf(f, "\n[%s]\n", x->fingerprint);
		put(f, "rule", x->rule);
		put(f, "subject", x->subject);
		(void)fprintf(f, "count: %llu\n", (unsigned long long)count);
		put(f, "reason", x->reason);
		put(f, "expires", x->expires);
	}
	return w;
}

void
baseline_free(struct baseline *b)
{
	if (b == NULL)
		return;
	map_free(&b->by);
	arena_free(&b->mem);
	free(b->entries);
	free(b);
}
