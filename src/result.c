#include "src/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/spool.h"

enum {
	BLOCK = 4096, /* octets of the file that are taken and given back together */
	HELD_MAX = 32 << 20, /* octets in memory, of all results together */
	TEXT_MAX = 1024,     /* octets of one text: as the tracker keeps it elsewhere */
	NAME_MAX_KEPT = 120,
	DEPTH_MAX = 64
};

enum node_flag { NODE_ATTRIBUTE = 1, NODE_DEF = 2, NODE_LEAF = 4, NODE_LIST = 8 };

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

/* A row of blocks, and what is not yet a whole one. */
struct result {
	struct result_store *store;
	uint32_t first, last; /* number + 1; 0: none */
	uint64_t bytes;       /* of all; those beyond the blocks are in `tail` */
	uint64_t in_blocks;
	uint8_t *tail;
	size_t tail_n, tail_size;
	uint64_t left_out;
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

	if (r != NULL)
		r->store = s;
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
	size_t size = r->tail_size != 0 ? r->tail_size : 256;
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

static bool
put(struct result *r, const void *p, size_t n)
{
	if (n == 0)
		return true;
	if (!tail_room(r, n))
		return false;
	memcpy(r->tail + r->tail_n, p, n);
	r->tail_n += n;
	return true;
}

/* The text of a password is nobody's business, its length is what is shown of it. */
static bool
put_text(struct result *r, const struct manscdp_node *n)
{
	uint8_t stars[TEXT_MAX];
	struct slice text = slice_head(slice_trim(n->text), TEXT_MAX);
	bool secret = (n->def != NULL && n->def->secret) ||
	              slice_istarts(n->name, SLICE("password"));
	uint16_t length = (uint16_t)text.n;

	if (secret) {
		memset(stars, '*', text.n);
		text.p = stars;
	}
	return put(r, &length, sizeof(length)) && put(r, text.p, text.n);
}

static bool
put_node(struct result *r, const struct manscdp_node *n, bool list)
{
	struct slice name = slice_head(n->name, NAME_MAX_KEPT);
	uint8_t head[2], length = (uint8_t)name.n;

	head[0] = (uint8_t)((n->attribute ? NODE_ATTRIBUTE : 0) |
	                    (n->def != NULL ? NODE_DEF : 0) | (n->leaf ? NODE_LEAF : 0) |
	                    (list ? NODE_LIST : 0));
	head[1] = (uint8_t)n->depth;
	if (!put(r, head, sizeof(head)))
		return false;
	/* The dictionary lives as long as the run. */
	if (n->def != NULL ? !put(r, &n->def, sizeof(n->def))
	                   : !put(r, &length, 1) || !put(r, name.p, name.n))
		return false;
	return put_text(r, n);
}

/* What the exchange says itself. */
static bool
is_known(const struct manscdp_node *n)
{
	return n->depth == 1 && !n->attribute &&
	       (slice_ieq(n->name, SLICE("CmdType")) || slice_ieq(n->name, SLICE("SN")) ||
	        slice_ieq(n->name, SLICE("DeviceID")));
}

/* As the dissector counts them: the first thing with a Num, or what ends in List. */
uint32_t
result_list(const struct manscdp *m)
{
	uint32_t i;

	for (i = 1; i < m->nodes_total; i++) {
		const struct manscdp_node *n = &m->nodes[i];

		if (n->attribute && n->depth == 2 && slice_ieq(n->name, SLICE("Num")) &&
		    m->SumNum.n != 0)
			return n->parent;
		if (n->depth == 1 && !n->attribute && n->name.n > 4 &&
		    slice_eq(slice_tail(n->name, n->name.n - 4), SLICE("List")))
			return i;
	}
	return MANSCDP_NONE;
}

static bool
put_part(struct result *r, const struct manscdp *m)
{
	uint32_t list = result_list(m), i, total = 0;
	size_t at = r->tail_n;

	if (!put(r, &total, sizeof(total)))
		return false;
	for (i = 0; i < m->nodes_total; i++) {
		const struct manscdp_node *n = &m->nodes[i];

		if (is_known(n)) {
			/* With whatever a sender put into it. */
			while (i + 1 < m->nodes_total && m->nodes[i + 1].depth > 1)
				i++;
			continue;
		}
		if (n->depth > DEPTH_MAX)
			continue;
		if (!put_node(r, n, i == list))
			return false;
		total++;
	}
	memcpy(r->tail + at, &total, sizeof(total));
	return true;
}

bool
result_add(struct result *r, const struct manscdp *m)
{
	struct result_store *s = r->store;
	size_t before = r->tail_n;

	if (m->nodes_total == 0)
		return true;
	if (r->left_out != 0 || r->bytes >= s->limits->max[LIMIT_RESULT_BYTES] ||
	    !put_part(r, m)) {
		if (r->left_out == 0)
			s->limits->dropped[LIMIT_RESULT_BYTES]++;
		r->tail_n = before;
		r->left_out += m->items;
		return false;
	}
	r->bytes += r->tail_n - before;
	/* Where the file has no more room, it stays in memory while that has. */
	while (r->tail_n >= BLOCK && block_write(r))
		continue;
	if (r->tail_size > 2 * BLOCK && r->tail_n <= BLOCK) {
		uint8_t *smaller = realloc(r->tail, BLOCK);

		if (smaller != NULL) {
			s->held -= r->tail_size - BLOCK;
			r->tail = smaller;
			r->tail_size = BLOCK;
		}
	}
	return true;
}

uint64_t
result_left_out(const struct result *r)
{
	return r->left_out;
}

/* ---- reading ---- */

struct reader {
	const struct result *r;
	uint64_t at, in; /* in the result; in the block that is loaded: its first octet */
	uint32_t block;  /* number + 1; 0: none yet */
	bool loaded;
	uint8_t octets[BLOCK];
};

/* Loads the block with `at`. Blocks are a chain, so a reader goes on where it is. */
static bool
load(struct reader *d)
{
	const struct result_store *s = d->r->store;

	if (d->loaded && d->at - d->in < BLOCK)
		return true;
	if (d->block == 0)
		d->block = d->r->first;
	while (d->block != 0 && d->at - d->in >= BLOCK) {
		d->block = s->next[d->block - 1];
		d->in += BLOCK;
	}
	d->loaded = d->block != 0 && pread(fileno(s->file), d->octets, BLOCK,
	                                   (off_t)(d->block - 1) * BLOCK) == BLOCK;
	return d->loaded;
}

static bool
get(struct reader *d, void *out, size_t n)
{
	uint8_t *to = out;
	size_t take;

	if (d->at + n > d->r->bytes)
		return false;
	while (n != 0) {
		if (d->at >= d->r->in_blocks) {
			memcpy(to, d->r->tail + (d->at - d->r->in_blocks), n);
			d->at += n;
			return true;
		}
		if (!load(d))
			return false;
		take = BLOCK - (size_t)(d->at - d->in);
		if (take > n)
			take = n;
		memcpy(to, d->octets + (d->at - d->in), take);
		to += take;
		n -= take;
		d->at += take;
	}
	return true;
}

static bool
get_text(struct reader *d, struct arena *a, size_t n, struct slice *out)
{
	uint8_t *text = arena_alloc(a, n + 1);

	*out = slice_of(text, n);
	return text != NULL && get(d, text, n);
}

static bool
get_node(struct reader *d, struct arena *a, struct manscdp_node *n, uint8_t *flags)
{
	uint8_t head[2], name;
	uint16_t length;

	if (!get(d, head, sizeof(head)))
		return false;
	*flags = head[0];
	n->attribute = (head[0] & NODE_ATTRIBUTE) != 0;
	n->leaf = (head[0] & NODE_LEAF) != 0;
	n->depth = head[1];
	if ((head[0] & NODE_DEF) != 0) {
		if (!get(d, &n->def, sizeof(n->def)))
			return false;
		n->name = n->def->name;
	} else if (!get(d, &name, 1) || !get_text(d, a, name, &n->name)) {
		return false;
	}
	return get(d, &length, sizeof(length)) && get_text(d, a, length, &n->text);
}

bool
result_next(const struct result *r, struct arena *a, struct result_part *p)
{
	struct reader *d = ARENA_NEW(a, struct reader);
	uint32_t up[DEPTH_MAX + 2], total, i;
	struct manscdp_node *nodes;
	uint8_t flags;

	if (d == NULL)
		return false;
	d->r = r;
	d->at = p->at;
	d->in = p->in;
	d->block = p->block;
	if (!get(d, &total, sizeof(total)))
		return false;
	nodes = arena_array(a, total, sizeof(*nodes));
	if (nodes == NULL)
		return false;
	p->list = MANSCDP_NONE;
	for (i = 0; i < total; i++) {
		struct manscdp_node *n = &nodes[i];

		if (!get_node(d, a, n, &flags))
			return false;
		n->parent = n->depth == 0 ? MANSCDP_NONE : up[n->depth - 1];
		up[n->depth] = i;
		if ((flags & NODE_LIST) != 0)
			p->list = i;
	}
	p->nodes = nodes;
	p->nodes_total = total;
	p->at = d->at;
	p->in = d->in;
	p->block = d->block;
	return true;
}
