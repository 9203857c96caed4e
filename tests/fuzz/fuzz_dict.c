/* dict: any text as a dictionary, alone and as an addition to one of ours; what is read is whole, and a schema can
 * be written of it. */
#include <assert.h>
#include <stdlib.h>

#include "src/dict_tree.h"
#include "src/limits.h"
#include "src/xsd.h"

static struct xml *parser;
static FILE *nowhere;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Has what additions name, and stays small. */
static const char ours[] =
    "<dictionary><group name='head'><field name='CmdType' means='m'/><field name='SN' type='integer' means='m'/></group>"
    "<group name='info'><field name='T' type='enum' means='t'><value is='1' means='one'/></field></group>"
    "<command root='Query' name='X' means='m' clause='c'><use group='head'/><field name='Item' type='complex' "
    "occurs='0..n' means='i'><field name='Info' type='open' means='i'><use group='info'/></field></field></command>"
    "</dictionary>";

static void
check_dict(const struct dict *d)
{
	size_t i, k;

	for (i = 0; i < d->commands_total; i++) {
		const struct dict_command *c = &d->commands[i];

		assert(c->root.n != 0 && c->CmdType.n != 0);
		for (k = 0; k < c->fields_total; k++) {
			const struct dict_field *f = c->fields[k];

			assert(f->name.n != 0 && f->weight != 0);
			assert(f->children_total <= DICT_CHILDREN);
			assert(f->type != DICT_ENUM || f->values_total != 0);
			assert(!f->has_low || !f->has_high || f->low <= f->high);
		}
		if (i < 4) {
			xsd_write(nowhere, c, 0);
			xsd_write(nowhere, c, EDITION_2022);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dict_source sources[] = {{"ours", slice_str(ours)},
	                                {"theirs", SLICE_EMPTY}};
	const struct dict_node *tree;
	const struct dict *d;
	struct limits limits;
	uint8_t *copy = malloc(size ? size : 1);
	size_t first;

	assert(copy != NULL);
	if (size != 0)
		memcpy(copy, data, size);
	if (parser == NULL) {
		limits_init(&limits);
		parser = xml_new(&limits);
		nowhere = fopen("/dev/null", "w");
		assert(parser != NULL && nowhere != NULL);
	}
	sources[1].text = slice_of(copy, size);
	for (first = 0; first < 2; first++) {
		struct err e = {.text = ""};
		struct arena a;

		arena_init(&a, 1 << 26);
		d = dict_new(sources + first, 2 - first, parser, &a, &e);
		assert((d == NULL) == (e.text[0] != '\0'));
		if (d != NULL) {
			check_dict(d);
			tree = dict_tree_read(sources + first, 2 - first, parser, &a, &e);
			assert(tree != NULL);
			dict_tree_write(nowhere, tree);
		}
		arena_free(&a);
	}
	free(copy);
	return 0;
}
