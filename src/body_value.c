#include "src/body_value.h"

static const struct manscdp_node *
find(const struct manscdp *b, const char *name, unsigned depth)
{
	struct slice want = slice_str(name);
	size_t i;

	for (i = 0; i < b->nodes_total; i++)
		if (b->nodes[i].depth == depth && !b->nodes[i].attribute &&
		    slice_eq(b->nodes[i].name, want))
			return &b->nodes[i];
	return NULL;
}

struct slice
body_value(const struct manscdp *b, const char *name, unsigned depth)
{
	const struct manscdp_node *n = find(b, name, depth);

	return n != NULL ? slice_trim(n->text) : SLICE_EMPTY;
}

bool
body_has(const struct manscdp *b, const char *name, unsigned depth)
{
	return find(b, name, depth) != NULL;
}
