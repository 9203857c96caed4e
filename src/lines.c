#include "src/lines.h"

#include <stdlib.h>

#include "src/spool.h"

struct line {
	uint32_t id, part;
	long at, n;
};

struct lines {
	FILE *file;
	struct line *line;
	size_t total, size;
};

struct lines *
lines_new(void)
{
	struct lines *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->file = spool_open();
	if (l->file == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

static bool
room(struct lines *l)
{
	struct line *bigger;
	size_t size = l->size ? l->size * 2 : 256;

	if (l->total < l->size)
		return true;
	bigger = realloc(l->line, size * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	l->line = bigger;
	l->size = size;
	return true;
}

FILE *
lines_begin(struct lines *l, uint32_t id, uint32_t part)
{
	if (!room(l))
		return NULL;
	l->line[l->total] = (struct line){.id = id, .part = part, .at = ftell(l->file)};
	return l->file;
}

void
lines_done(struct lines *l)
{
	struct line *x = &l->line[l->total++];

	x->n = ftell(l->file) - x->at;
}

static int
by_place(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

static void
tell(struct lines *l, const struct line *x, FILE *to)
{
	char text[4096];
	size_t n;
	long left;

	(void)fseek(l->file, x->at, SEEK_SET);
	for (left = x->n; left > 0; left -= (long)n) {
		n = fread(text, 1,
		          left < (long)sizeof(text) ? (size_t)left : sizeof(text),
		          l->file);
		if (n == 0)
			break;
		(void)fwrite(text, 1, n, to);
	}
}

size_t
lines_tell_those(struct lines *l, FILE *to, size_t most,
                 bool (*wanted)(const void *own, uint32_t part), const void *own)
{
	size_t i, total = 0;

	if (l->total != 0)
		qsort(l->line, l->total, sizeof(*l->line), by_place);
	for (i = 0; i < l->total; i++) {
		if (wanted != NULL && !wanted(own, l->line[i].part))
			continue;
		if (total++ < most)
			tell(l, &l->line[i], to);
	}
	return total;
}

void
lines_tell(struct lines *l, FILE *to)
{
	(void)lines_tell_those(l, to, SIZE_MAX, NULL, NULL);
}

void
lines_free(struct lines *l)
{
	if (l == NULL)
		return;
	(void)fclose(l->file);
	free(l->line);
	free(l);
}
