/* manscdp: lists of elements that no parser would make; judged without a step outside of them. */
#include <assert.h>
#include <stdlib.h>

#include "src/body.h"

enum { NODES_MAX = 512 };

static struct body_reader *reader;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names of the dictionary, so that the walk gets somewhere. */
static struct slice
name_of(const struct dict *d, uint8_t hi, uint8_t lo)
{
	const struct dict_command *c = dict_get(d, hi % dict_total(d));

	if (lo == 255)
		return c->root;
	if (lo == 254 || c->fields_total == 0)
		return SLICE("Vendor");
	return c->fields[lo % c->fields_total]->name;
}

/* Five octets a node: command and field of its name, up how many levels, flags, length of its text. */
static size_t
nodes_make(const struct dict *d, struct slice in, struct manscdp_node *nodes)
{
	static uint32_t parents[NODES_MAX]; /* the sound ones */
	size_t total = 0;

	while (in.n >= 5 && total < NODES_MAX) {
		struct manscdp_node *n = &nodes[total];
		uint32_t up = in.p[2] % 8,
		         parent = total == 0 ? MANSCDP_NONE : (uint32_t)total - 1;
		size_t length = in.p[4] % 32;
		bool wild = (in.p[3] & 0xF0) == 0xF0;

		*n = (struct manscdp_node){.name = name_of(d, in.p[0], in.p[1]),
		                           .attribute = total != 0 && (in.p[3] & 1) != 0,
		                           .line = 1};
		/* Each round goes up one level. */
		while (parent != MANSCDP_NONE && parent != 0 &&
		       (up != 0 || nodes[parent].attribute)) {
			parent = parents[parent];
			up -= up != 0;
		}
		parents[total] = parent;
		n->parent = wild ? in.p[2] : parent;
		n->depth =
		    parent == MANSCDP_NONE ? 0 : (uint16_t)(nodes[parent].depth + 1);
		in = slice_tail(in, 5);
		n->text = slice_head(in, length);
		in = slice_tail(in, length);
		total++;
	}
	return total;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct manscdp_node nodes[NODES_MAX];
	struct limits l;
	struct err e = {.text = ""};
	struct manscdp m;
	struct arena a;
	uint8_t *copy;
	size_t total, i;
	enum dis dis;

	if (size == 0)
		return 0;
	if (reader == NULL) {
		limits_init(&l);
		reader = body_new(&l, &e);
		assert(reader != NULL);
	}
	copy = malloc(size - 1 ? size - 1 : 1);
	assert(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	total = nodes_make(body_dict(reader), slice_of(copy, size - 1), nodes);
	arena_init(&a, (data[0] & 32) != 0 ? 4096 : 1 << 24);
	dis = manscdp_dissect(body_dict(reader), nodes, total,
	                      (data[0] & 8) != 0 ? (uint8_t)(1 << (data[0] >> 6)) : 0, &a,
	                      &m);
	assert(dis == DIS_OK || dis == DIS_BAD || dis == DIS_LIMIT);
	for (i = 0; i < m.problems_total; i++) {
		assert(m.problems[i].node < total);
		assert(m.problems[i].weight >= MANSCDP_NOTE &&
		       m.problems[i].weight <= MANSCDP_ERROR);
		assert(m.problems[i].fatal == (m.problems[i].weight == MANSCDP_ERROR));
	}
	arena_free(&a);
	free(copy);
	return 0;
}
