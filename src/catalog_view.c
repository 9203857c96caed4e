/* A catalog as a tree, and what does not fit in it: GB/T 28181-2022 Annex J. */
#include "src/catalog_tree.h"

#include <stdlib.h>

/* ---- the tree ---- */

/* May a ParentID name it, though it is no item? The device, who asks, the domain that they are of, a division. */
static bool
is_above_all(const struct catalog *c, const struct catalog_id *id, struct slice self)
{
	char text[CATALOG_ID_TEXT];
	struct slice s = catalog_id_text(c, id, text);

	return s.n == 0 || slice_eq(s, self) || catalog_id_eq(c, id, &c->asker) ||
	       (slice_digits(s) && s.n <= 10);
}

/* The node above it: of its parents the first one that is there (parent: the node that ParentID names); else its
 * group, else its division. */
static uint32_t
above_of(const struct catalog *c, uint32_t at, uint32_t parent)
{
	const struct catalog_node *n = &c->nodes[at];
	const struct catalog_id *ids[] = {&n->parent, &n->second, &n->group, &n->civil};
	size_t i, total = n->parent.n != 0 && n->group.n == 0 ? 2 : 4;
	uint32_t up;

	for (i = 0; i < total; i++) {
		up = i == 0 ? parent : catalog_find(c, ids[i]);
		if (up != CATALOG_NOWHERE && up != at &&
		    (c->nodes[up].flags & CATALOG_GONE) == 0)
			return up;
	}
	return CATALOG_NOWHERE;
}

/* Whom nothing is below of in the end: each walk up marks its way. */
static void
cut_cycles(struct catalog_view *v, uint32_t *mark)
{
	uint32_t i, at;

	for (i = 0; i < v->total; i++) {
		for (at = i; at != CATALOG_NOWHERE && mark[at] == 0; at = v->above[at])
			mark[at] = i + 1;
		if (at == CATALOG_NOWHERE || mark[at] != i + 1)
			continue;
		/* This walk came back to its own way. */
		v->odd[at] |= CATALOG_CYCLE;
		v->above[at] = CATALOG_NOWHERE;
		v->cycles++;
	}
}

/* Depth first, in the order in which the items came. */
static void
put_in_order(struct catalog_view *v, uint32_t *first, uint32_t *next)
{
	uint32_t i, at, top = CATALOG_NOWHERE, placed = 0;

	for (i = v->total; i-- > 0;) {
		uint32_t *list =
		    v->above[i] == CATALOG_NOWHERE ? &top : &first[v->above[i]];

		if (v->catalog->nodes[i].flags & CATALOG_GONE)
			continue;
		next[i] = *list;
		*list = i;
		if (v->above[i] != CATALOG_NOWHERE)
			v->children[v->above[i]]++;
	}
	for (at = top; at != CATALOG_NOWHERE;) {
		uint32_t up = v->above[at];

		v->order[placed++] = at;
		v->depth[at] = up == CATALOG_NOWHERE ? 0
		               : v->depth[up] == UINT16_MAX
		                   ? UINT16_MAX
		                   : (uint16_t)(v->depth[up] + 1);
		if (first[at] != CATALOG_NOWHERE) {
			at = first[at];
			continue;
		}
		while (at != CATALOG_NOWHERE && next[at] == CATALOG_NOWHERE)
			at = v->above[at];
		if (at != CATALOG_NOWHERE)
			at = next[at];
	}
	v->total = placed;
}

bool
catalog_view(struct catalog_view *v, const struct catalog *c, struct slice self)
{
	uint32_t n = c->total, i, *first = NULL, *next = NULL;
	bool ok;

	*v = (struct catalog_view){.catalog = c, .total = n};
	v->order = calloc(n + 1, sizeof(*v->order));
	v->above = calloc(n + 1, sizeof(*v->above));
	v->children = calloc(n + 1, sizeof(*v->children));
	v->depth = calloc(n + 1, sizeof(*v->depth));
	v->odd = calloc(n + 1, sizeof(*v->odd));
	first = calloc(n + 1, sizeof(*first));
	next = calloc(n + 1, sizeof(*next));
	ok = v->order != NULL && v->above != NULL && v->children != NULL &&
	     v->depth != NULL && v->odd != NULL && first != NULL && next != NULL;
	for (i = 0; ok && i < n; i++) {
		const struct catalog_node *x = &c->nodes[i];

		uint32_t parent = catalog_find(c, &x->parent);

		v->above[i] = above_of(c, i, parent);
		if (catalog_id_eq(c, &x->parent, &x->id))
			v->odd[i] |= CATALOG_SELF;
		else if ((x->flags & CATALOG_GONE) == 0 && parent == CATALOG_NOWHERE &&
		         !is_above_all(c, &x->parent, self)) {
			v->odd[i] |= CATALOG_ORPHAN;
			v->orphans++;
		}
	}
	if (ok) {
		cut_cycles(v, next);
		for (i = 0; i < n; i++)
			first[i] = next[i] = CATALOG_NOWHERE;
		put_in_order(v, first, next);
	}
	free(first);
	free(next);
	if (!ok)
		catalog_view_free(v);
	return ok;
}

void
catalog_view_free(struct catalog_view *v)
{
	free(v->order);
	free(v->above);
	free(v->children);
	free(v->depth);
	free(v->odd);
	*v = (struct catalog_view){.total = 0};
}

/* ---- what does not fit ---- */

struct faults {
	struct catalog_fault *at;
	size_t total, room;
	uint32_t of[CATALOG_FAULTS];
	struct arena *a;
};

static void
fault(struct faults *f, enum catalog_fault_kind kind, uint32_t node,
      const struct catalog_id *other, uint32_t count)
{
	struct catalog_fault *bigger;
	size_t room;

	if (f->of[kind]++ >= CATALOG_FAULTS_TOLD)
		return;
	if (f->total == f->room) {
		room = f->room != 0 ? f->room * 2 : 16;
		bigger = arena_array(f->a, room, sizeof(*bigger));
		if (bigger == NULL)
			return;
		if (f->total != 0)
			memcpy(bigger, f->at, f->total * sizeof(*bigger));
		f->at = bigger;
		f->room = room;
	}
	f->at[f->total] =
	    (struct catalog_fault){.kind = kind, .node = node, .count = count};
	if (other != NULL)
		f->at[f->total].other = *other;
	f->total++;
}

static void
node_faults(struct faults *f, const struct catalog_view *v, uint32_t i, struct slice self)
{
	const struct catalog *c = v->catalog;
	const struct catalog_node *n = &c->nodes[i];
	enum catalog_kind kind = catalog_kind(c, &n->id);

	/* A parent that is no id at all is told as such. */
	if ((v->odd[i] & CATALOG_ORPHAN) && n->parent.n == 20)
		fault(f, CATALOG_FAULT_ORPHAN, i, &n->parent, 0);
	if (v->odd[i] & CATALOG_CYCLE)
		fault(f, CATALOG_FAULT_CYCLE, i, &n->parent, 0);
	if (n->flags & CATALOG_TWICE)
		fault(f, CATALOG_FAULT_REPEATED, i, NULL, 0);
	if (kind == CATALOG_DEVICE && (n->flags & CATALOG_NO_PARENTAL) &&
	    v->children[i] != 0 && !catalog_id_is(c, &n->id, self))
		fault(f, CATALOG_FAULT_CHILDREN, i, NULL, v->children[i]);
	if (kind == CATALOG_DEVICE && (n->flags & CATALOG_PARENTAL) &&
	    v->children[i] == 0)
		fault(f, CATALOG_FAULT_CHILDLESS, i, NULL, 0);
	if (kind == CATALOG_ORGANISATION && n->group.n != 0 &&
	    catalog_find(c, &n->group) == CATALOG_NOWHERE)
		fault(f, CATALOG_FAULT_GROUP, i, &n->group, 0);
}

size_t
catalog_faults(const struct catalog *c, struct slice self, struct arena *a,
               const struct catalog_fault **out)
{
	struct faults f = {.a = a};
	struct catalog_view v;
	uint32_t i;

	/* What there was no room for may be what is missed. */
	if (c->dropped != 0 || !catalog_view(&v, c, self))
		return 0;
	for (i = 0; i < v.total; i++)
		node_faults(&f, &v, v.order[i], self);
	catalog_view_free(&v);
	*out = f.at;
	return f.total;
}
