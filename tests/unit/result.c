#include "src/result.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/test.h"

enum { ITEMS = 4, ITEM_TEXT = 32 };

/* {"DeviceID":"7"},... ; beside them what stands in each answer, and what stands in this one alone. */
struct part {
	char items[ITEMS * ITEM_TEXT], sum[32], only[32];
	struct answer_tree *tree;
};

static void
make(struct part *p, unsigned first)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < ITEMS; i++)
		n += (size_t)snprintf(p->items + n, sizeof(p->items) - n,
		                      "%s{\"DeviceID\":\"%u\"}", i ? "," : "", first + i);
	(void)snprintf(p->sum, sizeof(p->sum), "\"SumNum\":\"%u\"", first);
	(void)snprintf(p->only, sizeof(p->only), "\"A%u\":\"x\"", first);
	p->tree = calloc(1, sizeof(*p->tree) + 2 * sizeof(p->tree->members[0]));
	if (p->tree == NULL)
		abort();
	p->tree->items = slice_str(p->items);
	p->tree->list = SLICE("DeviceList");
	p->tree->members_total = 2;
	p->tree->members[0] = (struct answer_member){SLICE("SumNum"), slice_str(p->sum)};
	p->tree->members[1] = (struct answer_member){
	    slice_head(slice_str(p->only + 1), strlen(p->only) - 6), slice_str(p->only)};
}

static void
fill(struct result *r, unsigned from, unsigned parts)
{
	struct part p;
	unsigned i;

	for (i = from; i < from + parts; i++) {
		make(&p, i * ITEMS);
		(void)result_add(r, p.tree, ITEMS);
		free(p.tree);
	}
}

/* All items, as one text; free() it. */
static char *
items_of(const struct result *r)
{
	struct result_reader *d = calloc(1, sizeof(*d));
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	struct slice some;

	if (d == NULL || f == NULL)
		abort();
	while ((some = result_items(r, d)).n != 0)
		(void)fwrite(some.p, 1, some.n, f);
	(void)fclose(f);
	if (d->failed)
		text[0] = '\0';
	free(d);
	return text;
}

static bool
is_right(const struct result *r, unsigned parts)
{
	char *got = items_of(r), *at = got, one[ITEM_TEXT];
	const void *where = NULL;
	struct slice first;
	unsigned i;
	bool good = true;

	for (i = 0; i < parts * ITEMS; i++) {
		int n = snprintf(one, sizeof(one), "%s{\"DeviceID\":\"%u\"}",
		                 i ? "," : "", i);

		good = good && strncmp(at, one, (size_t)n) == 0;
		at += good ? n : 0;
	}
	good = good && *at == '\0';
	free(got);
	first = result_member(r, &where);
	return good && (parts == 0 ? first.n == 0 && result_list(r).n == 0
	                           : slice_eq(first, SLICE("\"SumNum\":\"0\"")) &&
	                                 slice_eq(result_list(r), SLICE("DeviceList")));
}

static unsigned
members(const struct result *r)
{
	const void *at = NULL;
	unsigned n = 0;

	while (result_member(r, &at).n != 0)
		n++;
	return n;
}

int
main(void)
{
	struct limits l;
	struct result_store *s;
	struct result *r, *other;
	struct part p;

	limits_init(&l);
	s = result_store_new(&l);
	ok(s != NULL, "a place for results");
	r = result_new(s);
	ok(is_right(r, 0), "none");
	fill(r, 0, 1);
	ok(is_right(r, 1) && members(r) == 2, "one, in memory");
	fill(r, 1, 2999);
	ok(is_right(r, 3000), "thousands, on disk");
	ok(members(r) == 96, "as many names as there is room for: %u", members(r));

	/* Two at once, and the place of one for another. */
	other = result_new(s);
	fill(other, 0, 500);
	fill(r, 3000, 500);
	ok(is_right(other, 500) && is_right(r, 3500), "two that grow side by side");
	result_free(r);
	r = result_new(s);
	fill(r, 0, 300);
	ok(is_right(other, 500) && is_right(r, 300), "in the place of one that is gone");
	result_free(r);
	result_free(other);

	l.max[LIMIT_RESULT_BYTES] = 10000;
	r = result_new(s);
	fill(r, 0, 200);
	make(&p, 0);
	ok(!result_add(r, p.tree, ITEMS) && result_left_out(r) != 0 &&
	       l.dropped[LIMIT_RESULT_BYTES] == 1,
	   "so many octets of one, and no more");
	free(p.tree);
	result_free(r);
	limits_init(&l);
	l.max[LIMIT_RESULT_SPOOL] = 0;
	r = result_new(s);
	fill(r, 0, 1000);
	ok(is_right(r, 1000), "where the file may not grow, memory takes some");
	result_free(r);
	result_free(NULL);
	result_store_free(s);
	result_store_free(NULL);
	return done();
}
