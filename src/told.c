#include "src/told.h"

#include <stdlib.h>
#include <string.h>

static int
by_time(const void *a, const void *b)
{
	const struct told_line *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int
by_trouble(const void *a, const void *b)
{
	const struct told_line *x = a, *y = b;

	if (x->trouble != y->trouble)
		return x->trouble ? -1 : 1;
	return by_time(a, b);
}

/* Each in its place; what one too many pushes out is forgotten. */
FILE *
told_begin_many(struct told *t, bool trouble, int64_t time_ns, uint64_t frame,
                uint64_t count)
{
	struct told_line x = {.trouble = trouble,
	                      .time_ns = time_ns,
	                      .frame = frame,
	                      .order = t->total++,
	                      .count = count};
	size_t i = t->kept;
	FILE *f;

	if (i == LINES_TOLD && by_trouble(&x, &t->lines[i - 1]) > 0) {
		t->more += count;
		return NULL;
	}
	if (i == LINES_TOLD) {
		t->more += t->lines[--i].count;
		free(t->lines[i].text);
	} else {
		t->kept++;
	}
	for (; i > 0 && by_trouble(&x, &t->lines[i - 1]) < 0; i--)
		t->lines[i] = t->lines[i - 1];
	t->lines[i] = x;
	f = open_memstream(&t->lines[i].text, &t->lines[i].n);
	if (f == NULL)
		t->lines[i].text = NULL;
	return f;
}

FILE *
told_begin(struct told *t, bool trouble, int64_t time_ns, uint64_t frame)
{
	return told_begin_many(t, trouble, time_ns, frame, 1);
}

void
told_done(struct told *t, FILE *f)
{
	(void)t;
	(void)fclose(f);
}

uint64_t
told_more(const struct told *t)
{
	return t->more;
}

void
told_put(struct told *t, FILE *to)
{
	size_t i, n;

	if (told_more(t) == 0 && t->kept != 0)
		qsort(t->lines, t->kept, sizeof(t->lines[0]), by_time);
	for (i = 0; i < t->kept; i++) {
		const struct told_line *x = &t->lines[i];
		const char *end = NULL;

		if (x->text == NULL)
			continue;
		if (t->total > LINES_DETAILED && !x->trouble)
			end = memchr(x->text, '\n', x->n);
		n = end != NULL ? (size_t)(end - x->text) + 1 : x->n;
		(void)fwrite(x->text, 1, n, to);
	}
}

void
told_free(struct told *t)
{
	size_t i;

	for (i = 0; i < t->kept; i++)
		free(t->lines[i].text);
	t->kept = 0;
}
