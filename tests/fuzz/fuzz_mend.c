/* A mended copy has the lines of its text and is UTF-8; what libxml2 takes is not mended. */
#include <assert.h>
#include <stdlib.h>

#include "dissect/chars.h"
#include "src/xml.h"
#include "src/xml_mend.h"

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

static size_t
lines(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct limits limits;
	struct xml_mended mended;
	struct xml_tree tree;
	struct arena a;
	struct xml *x;
	uint8_t *copy = malloc(size ? size : 1);
	struct slice text = slice_of(copy, size);

	if (copy == NULL)
		return 0;
	if (size != 0)
		memcpy(copy, data, size);
	limits_init(&limits);
	arena_init(&a, 0);
	x = xml_new(&limits);
	if (x != NULL && is_utf8(text) && xml_mend(text, &a, &mended)) {
		assert(mended.faults != 0 && mended.faults <= XML_MENDS_MAX);
		assert(mended.offset <= text.n);
		assert(is_utf8(mended.text));
		assert(lines(mended.text) == lines(text));
		xml_read_general(x, text, &a, &tree);
		/* What is well-formed needs no mending. */
		assert(tree.end != XML_OK);
		xml_read(x, mended.text, &a, &tree);
	}
	xml_free(x);
	arena_free(&a);
	free(copy);
	return 0;
}
