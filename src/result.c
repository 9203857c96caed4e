#include "src/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/spool.h"

enum {
	BLOCK =
	    RESULT_BLOCK, /* octets of the file that are taken and given back together */
	HELD_MAX = 32 << 20, /* octets in memory, of all results together */
	TAIL_FIRST = 512,
	MEMBERS_TOLD = 96, /* names beside the list */
	MEMBERS_BYTES = 1 << 20
};

struct result_store {
	struct limits *limits;
	FILE *file;
	uint32_t *next;  /* of each block: the one behind it, or the next free one */
	uint32_t blocks; /* there are so many in the file */
	uint32_t size;   /* and there is room for so many in `next` */
	uint32_t free;   /* number + 1; 0: none */
	uint32_t used;
	size_t held; /* octets in memory */
};

/* The items: a row of blocks, and what is not yet a whole one. */
struct result {
	struct result_store *store;
	uint32_t first, last; /* number + 1; 0: none */
	uint64_t in_blocks;
	uint8_t *tail;
	size_t tail_n, tail_size;
	uint64_t left_out;
	bool full;
	/* What the answers say beside their lists: each name once. */
	struct arena mem;
	struct slice list;
	struct member {
		struct member *next;
		struct slice name, text;
	} * members, **members_end;
	unsigned members_total;
};

struct result_store *
result_store_new(struct limits *l)
{
	struct result_store *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->limits = l;
	s->file = spool_open();
	if (s->file == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
result_store_free(struct result_store *s)
{
	if (s == NULL)
		return;
	(void)fclose(s->file);
	free(s->next);
	free(s);
}

struct result *
result_new(struct result_store *s)
{
	struct result *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->store = s;
	arena_init(&r->mem, MEMBERS_BYTES);
	r->mem.first = 128;
	r->members_end = &r->members;
	return r;
}

void
result_free(struct result *r)
{
	struct result_store *s;

	if (r == NULL)
		return;
	s = r->store;
	if (r->first != 0) {
		s->next[r->last - 1] = s->free;
		s->free = r->first;
		s->used -= (uint32_t)(r->in_blocks / BLOCK);
	}
	s->held -= r->tail_size;
	free(r->tail);
	arena_free(&r->mem);
	free(r);
}

/* ---- blocks ---- */

/* Number + 1; 0: none can be had. */
static uint32_t
block_take(struct result_store *s)
{
	uint64_t most = s->limits->max[LIMIT_RESULT_SPOOL] / BLOCK;
	uint32_t n = s->free, size;
	uint32_t *bigger;

	if (s->used >= most) {
		s->limits->dropped[LIMIT_RESULT_SPOOL]++;
		return 0;
	}
	if (n != 0) {
		s->free = s->next[n - 1];
	} else {
		if (s->blocks == s->size) {
			size = s->size != 0 ? s->size * 2 : 256;
			bigger = realloc(s->next, size * sizeof(*bigger));
			if (bigger == NULL)
				return 0;
			s->next = bigger;
			s->size = size;
		}
		n = ++s->blocks;
	}
	s->next[n - 1] = 0;
	s->used++;
	return n;
}

/* The first BLOCK octets of the tail go to the file. */
static bool
block_write(struct result *r)
{
	struct result_store *s = r->store;
	uint32_t n = block_take(s);

	if (n == 0)
		return false;
	if (pwrite(fileno(s->file), r->tail, BLOCK, (off_t)(n - 1) * BLOCK) != BLOCK) {
		s->limits->dropped[LIMIT_RESULT_SPOOL]++;
		s->next[n - 1] = s->free;
		s->free = n;
		s->used--;
		return false;
	}
	if (r->last != 0)
		s->next[r->last - 1] = n;
	else
		r->first = n;
	r->last = n;
	r->in_blocks += BLOCK;
	r->tail_n -= BLOCK;
	memmove(r->tail, r->tail + BLOCK, r->tail_n);
	return true;
}

/* ---- writing ---- */

static bool
tail_room(struct result *r, size_t n)
{
	struct result_store *s = r->store;
	size_t size = r->tail_size != 0 ? r->tail_size : TAIL_FIRST;
	uint8_t *bigger;

	if (r->tail_size - r->tail_n >= n)
		return true;
	while (size - r->tail_n < n)
		size *= 2;
	if (s->held + (size - r->tail_size) > HELD_MAX)
		return false;
	bigger = realloc(r->tail, size);
	if (bigger == NULL)
		return false;
	s->held += size - r->tail_size;
	r->tail = bigger;
	r->tail_size = size;
	return true;
}

/* What was kept for one large answer is not needed for the next. */
static void
tail_shrink(struct result *r)
{
	uint8_t *smaller;

	if (r->tail_size <= 2 * BLOCK || r->tail_n > BLOCK)
		return;
	smaller = realloc(r->tail, BLOCK);
	if (smaller == NULL)
		return;
	r->store->held -= r->tail_size - BLOCK;
	r->tail = smaller;
	r->tail_size = BLOCK;
}

static bool
items_add(struct result *r, struct slice items)
{
	uint64_t max = r->store->limits->max[LIMIT_RESULT_BYTES];

	if (items.n == 0)
		return true;
	if (r->in_blocks + r->tail_n >= max || !tail_room(r, items.n + 1))
		return false;
	if (r->in_blocks + r->tail_n != 0)
		r->tail[r->tail_n++] = ',';
	memcpy(r->tail + r->tail_n, items.p, items.n);
	r->tail_n += items.n;
	/* Where the file has no more room, it stays in memory while that has. */
	while (r->tail_n >= BLOCK && block_write(r))
		continue;
	tail_shrink(r);
	return true;
}

static void
member_add(struct result *r, const struct answer_member *from)
{
	struct member *x;

	for (x = r->members; x != NULL; x = x->next)
		if (slice_eq(x->name, from->name))
			return;
	if (r->members_total == MEMBERS_TOLD)
		return;
	x = ARENA_NEW(&r->mem, struct member);
	if (x == NULL)
		return;
	x->text = arena_keep(&r->mem, from->text);
	if (x->text.n == 0)
		return;
	x->name = slice_head(slice_tail(x->text, 1), from->name.n);
	*r->members_end = x;
	r->members_end = &x->next;
	r->members_total++;
}

bool
result_add(struct result *r, const struct answer_tree *t, uint32_t items)
{
	size_t i;

	for (i = 0; i < t->members_total; i++)
		member_add(r, &t->members[i]);
	if (r->list.n == 0)
		r->list = arena_keep(&r->mem, t->list);
	if (!r->full && items_add(r, t->items))
		return true;
	if (!r->full)
		r->store->limits->dropped[LIMIT_RESULT_BYTES]++;
	r->full = true;
	r->left_out += items;
	return false;
}

/* ---- reading ---- */

uint64_t
result_left_out(const struct result *r)
{
	return r->left_out;
}

struct slice
result_list(const struct result *r)
{
	return r->list;
}

struct slice
result_member(const struct result *r, const void **at)
{
	const struct member *x = *at;

	x = x != NULL ? x->next : r->members;
	*at = x;
	return x != NULL ? x->text : SLICE_EMPTY;
}

struct slice
result_items(const struct result *r, struct result_reader *d)
{
	const struct result_store *s = r->store;
	uint32_t block = d->block;

	if (d->over)
		return SLICE_EMPTY;
	block = block != 0 ? s->next[block - 1] : r->first;
	if (block == 0) {
		d->over = true;
		return slice_of(r->tail, r->tail_n);
	}
	d->block = block;
	if (pread(fileno(s->file), d->octets, BLOCK, (off_t)(block - 1) * BLOCK) !=
	    BLOCK) {
		d->over = d->failed = true;
		return SLICE_EMPTY;
	}
	return slice_of(d->octets, BLOCK);
}
