/* What the plain reader takes, libxml2 must read in the same way. */
#include <assert.h>
#include <stdlib.h>

#include "dissect/chars.h"
#include "src/xml.h"
#include "src/xml_plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_utf8(struct slice s)
{
	size_t n;

	for (; s.n != 0; s = slice_tail(s, n)) {
		n = chars_utf8(s, NULL);
		if (n == 0)
			return false;
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct limits limits;
	struct xml_plain plain = {.total = 0};
	struct xml_tree tree;
	struct arena a;
	struct xml *x;
	uint8_t *copy = malloc(size ? size : 1);
	struct slice text = slice_of(copy, size);
	size_t i;

	if (copy == NULL)
		return 0;
	if (size != 0)
		memcpy(copy, data, size);
	limits_init(&limits);
	arena_init(&a, 0);
	x = xml_new(&limits);
	if (x != NULL && is_utf8(text) && xml_plain_read(&plain, text, 100000, 64)) {
		/* What follows the root is nobody's business here. */
		xml_read_general(x, slice_head(text, plain.end_offset), &a, &tree);
		assert(tree.end == XML_OK);
		assert(tree.nodes_total == plain.total);
		assert(tree.end_offset == plain.end_offset && tree.line == plain.line);
		assert(!tree.namespaces);
		for (i = 0; i < plain.total; i++) {
			const struct manscdp_node *p = &plain.nodes[i],
			                          *g = &tree.nodes[i];

			assert(slice_eq(p->name, g->name) && slice_eq(p->text, g->text));
			assert(p->parent == g->parent && p->depth == g->depth &&
			       p->line == g->line);
			assert(p->attribute == g->attribute && p->leaf == g->leaf);
		}
	}
	xml_plain_free(&plain);
	xml_free(x);
	arena_free(&a);
	free(copy);
	return 0;
}
