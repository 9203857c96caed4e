#include "src/result.h"

#include <stdio.h>

#include "tests/unit/test.h"

enum { ITEMS = 4 };

/* <Response><SN><Odd/></SN><SumNum/><DeviceList Num><Item><DeviceID/><Password/></Item>.... */
struct part {
	struct manscdp_node nodes[7 + 3 * ITEMS];
	char ids[ITEMS][24];
	struct manscdp m;
};

static struct manscdp_node *
node(struct part *p, const char *name, const char *text, uint32_t parent, uint16_t depth)
{
	struct manscdp_node *n = &p->nodes[p->m.nodes_total++];

	*n = (struct manscdp_node){.name = slice_str(name),
	                           .text = slice_str(text),
	                           .parent = parent,
	                           .depth = depth,
	                           .leaf = text[0] != '\0'};
	return n;
}

static void
make(struct part *p, unsigned first)
{
	uint32_t list, item;
	unsigned i;

	memset(p, 0, sizeof(*p));
	p->m.nodes = p->nodes;
	(void)node(p, "Response", "", MANSCDP_NONE, 0);
	(void)node(p, "SN", "7", 0, 1);
	(void)node(p, "Odd", "in it", 1, 2);
	(void)node(p, "SumNum", " 100 ", 0, 1);
	list = (uint32_t)p->m.nodes_total;
	(void)node(p, "DeviceList", "", 0, 1);
	node(p, "Num", "4", list, 2)->attribute = true;
	for (i = 0; i < ITEMS; i++) {
		(void)snprintf(p->ids[i], sizeof(p->ids[i]), "%u", first + i);
		item = (uint32_t)p->m.nodes_total;
		(void)node(p, "Item", "", list, 2);
		(void)node(p, "DeviceID", p->ids[i], item, 3);
		(void)node(p, "Password", "geheim", item, 3);
	}
	p->m.SumNum = SLICE("100");
	p->m.items = ITEMS;
}

/* Are these the items that were put in, from `first` on, and is the password nowhere? */
static bool
is_right(const struct result *r, unsigned parts)
{
	struct result_part p = {.nodes = NULL};
	struct arena a;
	unsigned n = 0, id = 0;
	char text[24];
	bool good = true;
	size_t i;

	arena_init(&a, 0);
	for (; result_next(r, &a, &p); arena_reset(&a), n++) {
		good &= p.nodes_total == 4 + 3 * ITEMS && p.list == 2 &&
		        slice_eq(p.nodes[1].text, SLICE("100")) && p.nodes[3].attribute;
		for (i = 0; i < p.nodes_total; i++) {
			if (slice_eq(p.nodes[i].name, SLICE("Password")))
				good &= slice_eq(p.nodes[i].text, SLICE("******"));
			if (!slice_eq(p.nodes[i].name, SLICE("DeviceID")))
				continue;
			(void)snprintf(text, sizeof(text), "%u", id++);
			good &= slice_eq(p.nodes[i].text, slice_str(text)) &&
			        p.nodes[p.nodes[i].parent].parent == p.list;
		}
	}
	arena_free(&a);
	return good && n == parts && id == parts * ITEMS;
}

static void
fill(struct result *r, unsigned from, unsigned parts)
{
	struct part p;
	unsigned i;

	for (i = from; i < from + parts; i++) {
		make(&p, i * ITEMS);
		(void)result_add(r, &p.m);
	}
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
	ok(is_right(r, 1), "one, in memory");
	fill(r, 1, 999);
	ok(is_right(r, 1000), "a thousand, on disk");

	/* Two at once, and the place of one for another. */
	other = result_new(s);
	fill(other, 0, 500);
	fill(r, 1000, 500);
	ok(is_right(other, 500) && is_right(r, 1500), "two that grow side by side");
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
	ok(!result_add(r, &p.m) && result_left_out(r) != 0 &&
	       l.dropped[LIMIT_RESULT_BYTES] == 1,
	   "so many octets of one, and no more");
	result_free(r);
	limits_init(&l);
	l.max[LIMIT_RESULT_SPOOL] = 0;
	r = result_new(s);
	fill(r, 0, 200);
	ok(is_right(r, 200), "where the file may not grow, memory takes some");
	result_free(r);
	result_free(NULL);
	result_store_free(s);
	result_store_free(NULL);
	return done();
}
