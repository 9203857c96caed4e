/* Which lines of a section are told, and in what order. */
#include "src/told.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

static char *
text_of(struct told *t)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	told_put(t, f);
	(void)fclose(f);
	return text;
}

static void
put(struct told *t, const char *text, bool trouble, int64_t time_ns, uint64_t frame)
{
	FILE *f = told_begin(t, trouble, time_ns, frame);

	if (f == NULL)
		return;
	(void)fputs(text, f);
	told_done(t, f);
}

static void
expect(struct told *t, const char *what, const char *text)
{
	char *got = text_of(t);

	ok(strcmp(got, text) == 0, "%s: %s", what, got);
	free(got);
	told_free(t);
}

int
main(void)
{
	struct told t = {.total = 0};
	char line[32], *got;
	int i;

	expect(&t, "nothing", "");
	put(&t, "b\n b\n", false, 2, 9);
	put(&t, "a\n a\n", false, 1, 9);
	put(&t, "d\n", true, 2, 11);
	put(&t, "c\n", false, 2, 10);
	expect(&t, "a few are in order of time", "a\n a\nb\n b\nc\nd\n");

	t = (struct told){.total = 0};
	for (i = 0; i < LINES_DETAILED + 1; i++)
		put(&t, i == 3 ? "t\n t\n" : "x\n x\n", i == 3, i, 1);
	expect(&t, "many have details of what is in trouble",
	       "x\nx\nx\nt\n t\nx\nx\nx\nx\nx\nx\nx\nx\nx\n");

	t = (struct told){.total = 0};
	for (i = 99; i >= 0; i--) {
		(void)snprintf(line, sizeof(line), "%d\n", i);
		put(&t, line, i == 98 || i == 97, i, 1);
	}
	ok(told_more(&t) == 60, "60 more");
	got = text_of(&t);
	ok(strncmp(got, "97\n98\n0\n1\n2\n", 12) == 0, "trouble first: %s", got);
	ok(strlen(got) > 6 && strcmp(got + strlen(got) - 6, "36\n37\n") == 0,
	   "then the first ones: %s", got);
	free(got);
	told_free(&t);
	return done();
}
