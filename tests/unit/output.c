#include "src/output.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)

static const struct {
	int64_t ns;
	int precision;
	const char *text, *clock;
} times[] = {
    {0, 6, "1970-01-01T00:00:00.000000Z", "00:00:00"},
    {1, 9, "1970-01-01T00:00:00.000000001Z", "00:00:00"},
    {999999999, 6, "1970-01-01T00:00:00.999999Z", "00:00:00"},
    {-1, 9, "1969-12-31T23:59:59.999999999Z", "23:59:59"},
    {INT64_C(951782400) * SECOND, 6, "2000-02-29T00:00:00.000000Z", "00:00:00"},
    {INT64_C(1709251199) * SECOND, 6, "2024-02-29T23:59:59.000000Z", "23:59:59"},
    {INT64_C(4107542400) * SECOND, 6, "2100-03-01T00:00:00.000000Z", "00:00:00"},
    {INT64_C(1767578400) * SECOND + 12000, 9, "2026-01-05T02:00:00.000012000Z",
     "02:00:00"},
    {INT64_MAX, 9, "2262-04-11T23:47:16.854775807Z", "23:47:16"},
    {INT64_MIN, 9, "1677-09-21T00:12:43.145224192Z", "00:12:43"},
};

static void
test_times(void)
{
	char t[TIME_TEXT];
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		ok(strcmp(time_text(times[i].ns, times[i].precision, t), times[i].text) ==
		       0,
		   "%s, not %s", t, times[i].text);
		ok(strcmp(clock_text(times[i].ns, t), times[i].clock) == 0, "%s, not %s",
		   t, times[i].clock);
	}
}

#define S(text)                                                                          \
	{                                                                                \
		(const uint8_t *)(text), sizeof(text) - 1                                \
	}

/* What the capture holds, for a terminal, and for JSON (NULL: as it is). */
static const struct {
	const char *name;
	struct slice in;
	const char *tty, *json;
} texts[] = {
    {"plain", S("a b"), "a b", NULL},
    {"empty", S(""), "", NULL},
    {"Chinese", S("\xE5\xA4\xA7"), "\xE5\xA4\xA7", NULL},
    {"a line end and an escape", S("a\r\n\x1B[2J"), "a\\x0d\\x0a\\x1b[2J", NULL},
    {"NUL and DEL", S("\0\x7F"), "\\x00\\x7f", NULL},
    {"C1", S("\xC2\x9B"), "\\u{9b}", NULL},
    {"a direction mark", S("\xE2\x80\xAE"), "\\u{202e}", NULL},
    {"an isolate", S("\xE2\x81\xA6"), "\\u{2066}", NULL},
    {"a byte order mark", S("\xEF\xBB\xBF"), "\\u{feff}", NULL},
    {"octets of no character", S("a\xFF\xC3"), "a\\xff\\xc3",
     "a\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"a character written too long", S("\xC0\xAF"), "\\xc0\\xaf",
     "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"half of a pair", S("\xED\xA0\x80"), "\\xed\\xa0\\x80",
     "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"beyond the last one", S("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
     "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"a secret", S("response=\"abc\""), "response=\"<3 octets>\"",
     "response=\"<3 octets>\""},
};

static void
test_texts(void)
{
	char got[256];
	struct out o = {.f = NULL};
	struct slice clean;
	size_t i, n;
	bool bad;

	arena_init(&o.scratch, 0);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		o.f = tmpfile();
		if (o.f == NULL)
			return;
		tty_put(&o, texts[i].in);
		rewind(o.f);
		n = fread(got, 1, sizeof(got), o.f);
		(void)fclose(o.f);
		ok(slice_eq(slice_of(got, n), slice_str(texts[i].tty)),
		   "%s, on a terminal: %.*s", texts[i].name, (int)n, got);
		clean = utf8_clean(texts[i].in, &o.scratch, &bad);
		ok(slice_eq(clean,
		            texts[i].json ? slice_str(texts[i].json) : texts[i].in),
		   "%s, in JSON", texts[i].name);
		ok(bad == (texts[i].json != NULL && texts[i].json[0] != 'r'),
		   "%s, bad or not", texts[i].name);
	}
	arena_free(&o.scratch);
	arena_init(&o.scratch, 1);
	ok(utf8_clean(SLICE("\xFF\xFF\xFF"), &o.scratch, &bad).n == 0 && bad,
	   "without memory nothing is written");
	arena_free(&o.scratch);
}

static void
count_one(struct summary *s, struct slice method, uint32_t status)
{
	struct message m = {.request = status == 0};

	m.sip.method = method;
	m.sip.status = status;
	summary_message(s, &m, NULL);
}

static uint64_t
counted(const struct summary *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->methods_total; i++)
		if (strcmp(s->methods[i].name, name) == 0)
			return s->methods[i].n;
	return 0;
}

static void
test_summary(void)
{
	struct summary *s = calloc(1, sizeof(*s));
	char name[64];
	unsigned i;

	if (s == NULL)
		return;
	count_one(s, SLICE("INVITE"), 0);
	count_one(s, SLICE("INVITE"), 0);
	count_one(s, SLICE_EMPTY, 200);
	count_one(s, SLICE_EMPTY, STATUSES_MAX + 5);
	ok(s->messages == 4 && s->requests == 2 && s->responses == 2,
	   "requests and responses");
	ok(s->statuses[200] == 1 && s->statuses[STATUSES_MAX] == 1,
	   "a status that is none is one of the others");
	count_one(s, SLICE("A B"), 0);
	count_one(s, SLICE_EMPTY, 0);
	ok(counted(s, "other") == 2, "so is a method that is none");
	/* More than there are places: none of them may write beyond the last. */
	for (i = 0; i < 3 * METHODS_TOLD; i++) {
		(void)snprintf(name, sizeof(name), "METHOD%u", i);
		count_one(s, slice_str(name), 0);
	}
	ok(s->methods_total <= METHODS_TOLD, "%zu methods told", s->methods_total);
	ok(counted(s, "METHOD0") == 1 && counted(s, "INVITE") == 2,
	   "the first ones by name");
	for (i = 0, s->transactions = 0; i < s->methods_total; i++)
		s->transactions += s->methods[i].n;
	ok(s->transactions == s->requests, "no request is lost");
	free(s);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return;
	for (i = 0; i < 3 * METHODS_TOLD; i++) {
		(void)snprintf(name, sizeof(name), "METHOD%u", i);
		count_one(s, slice_str(name), 0);
	}
	ok(s->methods_total == METHODS_TOLD &&
	       counted(s, "other") == 2 * METHODS_TOLD + 1,
	   "those beyond the last place are the others");
	memset(name, 'X', sizeof(name));
	count_one(s, slice_of(name, sizeof(name)), 0);
	ok(s->methods_total == METHODS_TOLD, "a very long one too");
	free(s);
}

static void
test_formats(void)
{
	size_t i;

	for (i = 0; format_row(i) != NULL; i++)
		ok(format_find(slice_str(format_row(i)->name)) == format_row(i),
		   "%s is found", format_row(i)->name);
	ok(i != 0 && format_row(i + 1) == NULL, "and no others");
	ok(format_find(SLICE("JSON")) == NULL && format_find(SLICE_EMPTY) == NULL,
	   "by their names only");
}

int
main(void)
{
	test_times();
	test_texts();
	test_summary();
	test_formats();
	return done();
}
