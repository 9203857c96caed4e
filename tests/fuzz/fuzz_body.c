/* body: any octets, as a body of any edition; what comes out lies in the arena, and its text is UTF-8. */
#include <assert.h>
#include <stdlib.h>

#include "src/body.h"

static struct body_reader *reader;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
inside(struct slice s, struct slice around)
{
	return s.n == 0 || (s.p >= around.p && s.p + s.n <= around.p + around.n);
}

static size_t
utf8_length(const uint8_t *p, size_t n)
{
	size_t need = p[0] < 0x80   ? 1
	              : p[0] < 0xC2 ? 0
	              : p[0] < 0xE0 ? 2
	              : p[0] < 0xF0 ? 3
	                            : 4,
	       i;

	if (need == 0 || p[0] > 0xF4 || need > n)
		return 0;
	for (i = 1; i < need; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return need;
}

static void
check_utf8(struct slice s)
{
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		n = utf8_length(s.p + i, s.n - i);
		assert(n != 0);
	}
}

static void
check_body(const struct body *b, struct slice in)
{
	size_t i;

	check_utf8(b->text);
	assert(!inside(b->text, in) || b->text.n == 0);
	for (i = 0; i < b->m.nodes_total; i++) {
		const struct manscdp_node *n = &b->m.nodes[i];

		check_utf8(n->name);
		check_utf8(n->text);
		assert(i == 0 ? n->parent == MANSCDP_NONE : n->parent < i);
		assert(n->line >= 1);
	}
	for (i = 0; i < b->problems_total; i++) {
		assert(b->problems[i].rule < RULE_TOTAL);
		assert(!inside(b->problems[i].value, in) || b->problems[i].value.n == 0);
		check_utf8(b->problems[i].field);
		check_utf8(b->problems[i].expected);
		check_utf8(b->problems[i].detail);
	}
	assert(b->verdict != BODY_NONE);
	assert(b->verdict != BODY_VALID || b->m.command != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct limits l;
	struct err e = {.text = ""};
	struct arena a;
	struct body b;
	struct body_in in;
	uint8_t *copy;

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
	in = (struct body_in){
	    .bytes = slice_of(copy, size - 1),
	    .cut = (data[0] & 1) != 0,
	    .response = (data[0] & 2) != 0,
	    .edition_guessed = (data[0] & 4) != 0,
	    .edition = (data[0] & 8) != 0 ? (uint8_t)(1 << (data[0] >> 6)) : 0};
	arena_init(&a, (data[0] & 32) != 0 ? 4096 : 1 << 26);
	body_read(reader, &in, &a, &b);
	check_body(&b, in.bytes);
	check_utf8(body_text(reader, in.bytes, &a));
	arena_free(&a);
	free(copy);
	return 0;
}
