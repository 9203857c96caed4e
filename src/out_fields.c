#include "src/out_fields.h"

#include <stdio.h>

#include "dissect/manscdp_ptz.h"
#include "src/member.h"

/* Repeatable by the dictionary: always a list, so that readers need not look. */
static bool
is_list(const struct manscdp_node *n)
{
	return n->def != NULL && n->def->max != 1 && !n->attribute;
}

static void
octets(struct emit *j, size_t n)
{
	char t[40];

	(void)snprintf(t, sizeof(t), "<%zu octets>", n);
	emit_string(j, t);
}

/* A node's children as a list, and among them those of one name. Indices count from 1; 0: none. */
struct family {
	uint32_t first, last, next; /* children; the next sibling */
	uint32_t twin;              /* the next sibling of the same name */
	bool second;                /* has an elder twin: told with it */
};

enum { FIELDS_DEPTH = 64, FIELDS_SCRATCH = 256 << 20 };

/* A tree that is being written. */
struct walk {
	struct fields_maker *maker;
	const struct manscdp *b;
	struct family *f;
	uint32_t list; /* whose items are looked for; MANSCDP_NONE: none */
};

static void node_value(struct walk *w, uint32_t i, unsigned depth);

static bool
same_name(const struct manscdp_node *a, const struct manscdp_node *b)
{
	if (a->parent != b->parent || a->attribute != b->attribute || a->def != b->def)
		return false;
	return a->def != NULL || slice_eq(a->name, b->name);
}

/* By parent and name: names of the dictionary by their address, others by a keyed hash. */
static uint64_t
node_hash(const struct hash_key *key, const struct manscdp_node *n)
{
	uint64_t h = n->def ? (uint64_t)(uintptr_t)n->def : hash_bytes(key, n->name);

	return (h ^ ((uint64_t)n->parent << 1 | n->attribute)) * 0x9E3779B97F4A7C15u;
}

/* Links children and twins, in one pass over the nodes. */
static struct family *
relate(const struct hash_key *key, const struct manscdp *b, struct arena *scratch)
{
	struct family *f = arena_array(scratch, b->nodes_total, sizeof(*f)), *up;
	size_t size = 16, at;
	uint32_t *slots, i;

	while (size < 2 * b->nodes_total)
		size *= 2;
	slots = arena_array(scratch, size, sizeof(*slots));
	if (f == NULL || slots == NULL)
		return NULL;
	for (i = 1; i < b->nodes_total; i++) {
		const struct manscdp_node *n = &b->nodes[i];

		if (n->parent >= i)
			continue;
		up = &f[n->parent];
		if (up->last != 0)
			f[up->last - 1].next = i + 1;
		else
			up->first = i + 1;
		up->last = i + 1;
		at = (size_t)(node_hash(key, n) >> 32) & (size - 1);
		while (slots[at] != 0 && !same_name(n, &b->nodes[slots[at] - 1]))
			at = (at + 1) & (size - 1);
		if (slots[at] != 0) {
			f[slots[at] - 1].twin = i + 1;
			f[i].second = true;
		}
		slots[at] = i + 1;
	}
	return f;
}

static void
direction(struct emit *j, const char *key, uint8_t moves, uint8_t one,
          const char *one_word, uint8_t other, const char *other_word)
{
	member_string(j, key,
	              (moves & one) != 0     ? one_word
	              : (moves & other) != 0 ? other_word
	                                     : NULL);
}

/* PTZCmd in words and numbers; null where it is not eight octets. */
static void
ptz_decoded(struct emit *j, struct slice value)
{
	struct ptz p;
	char words[PTZ_WORDS];
	bool move, lens;
	uint8_t m, l;

	emit_key(j, "PTZCmd_decoded");
	if (manscdp_ptz_dissect(value, NULL, &p) != DIS_OK) {
		emit_null(j);
		return;
	}
	move = p.command == PTZ_MOVE;
	lens = p.command == PTZ_LENS;
	m = move ? p.moves : 0;
	l = lens ? p.moves : 0;
	emit_open(j, '{');
	member_string(j, "command", ptz_command_name(p.command));
	member_string(j, "words", ptz_words(&p, words));
	member_number(j, "address", p.address);
	direction(j, "pan", m, PTZ_LEFT, "left", PTZ_RIGHT, "right");
	member_number_if(j, "pan_speed", (m & (PTZ_LEFT | PTZ_RIGHT)) != 0, p.speed[0]);
	direction(j, "tilt", m, PTZ_UP, "up", PTZ_DOWN, "down");
	member_number_if(j, "tilt_speed", (m & (PTZ_UP | PTZ_DOWN)) != 0, p.speed[1]);
	direction(j, "zoom", m, PTZ_ZOOM_IN, "in", PTZ_ZOOM_OUT, "out");
	member_number_if(j, "zoom_speed", (m & (PTZ_ZOOM_IN | PTZ_ZOOM_OUT)) != 0,
	                 p.speed[2]);
	direction(j, "focus", l, PTZ_FOCUS_NEAR, "near", PTZ_FOCUS_FAR, "far");
	member_number_if(j, "focus_speed", (l & (PTZ_FOCUS_NEAR | PTZ_FOCUS_FAR)) != 0,
	                 p.speed[0]);
	direction(j, "iris", l, PTZ_IRIS_OPEN, "open", PTZ_IRIS_CLOSE, "close");
	member_number_if(j, "iris_speed", (l & (PTZ_IRIS_OPEN | PTZ_IRIS_CLOSE)) != 0,
	                 p.speed[1]);
	member_number_if(j, "group", ptz_has(p.command, PTZ_HAS_GROUP), p.group);
	member_number_if(j, "preset", ptz_has(p.command, PTZ_HAS_PRESET), p.preset);
	member_number_if(j, "value", ptz_has(p.command, PTZ_HAS_VALUE), p.value);
	member_number_if(j, "switch", ptz_has(p.command, PTZ_HAS_AUX), p.aux);
	emit_close(j, '}');
}

/* A sender's own element of that name has its place. */
static bool
decoded_free(const struct walk *w, uint32_t first)
{
	uint32_t i;

	for (i = first; i != 0; i = w->f[i - 1].next)
		if (slice_eq(w->b->nodes[i - 1].name, SLICE("PTZCmd_decoded")))
			return false;
	return true;
}

/* Notes where a part is. */
static void
span(struct fields_span *spans, unsigned *total, unsigned max, uint32_t node, size_t from,
     size_t to)
{
	if (*total < max)
		spans[(*total)++] =
		    (struct fields_span){.from = from, .to = to, .node = node};
}

/* The values of one name, of which the first is i. Notes where the items of the list are. */
static void
group(struct walk *w, uint32_t i, unsigned depth)
{
	struct emit *j = &w->maker->json;
	const struct manscdp_node *n = &w->b->nodes[i];
	bool array = is_list(n) || w->f[i].twin != 0;
	size_t from;
	uint32_t k;

	if (array)
		emit_open(j, '[');
	from = j->n;
	for (k = i + 1; k != 0; k = w->f[k - 1].twin)
		node_value(w, k - 1, depth);
	if (n->parent == w->list && !n->attribute && !slice_ieq(n->name, SLICE("Num")))
		span(w->maker->groups, &w->maker->groups_total, FIELDS_GROUPS, i, from,
		     j->n);
	if (array)
		emit_close(j, ']');
}

/* Each name once: what repeats, or may repeat by the dictionary, is a list. */
static void
members(struct walk *w, uint32_t first, unsigned depth)
{
	struct emit *j = &w->maker->json;
	size_t from;
	uint32_t i;

	for (i = first; i != 0; i = w->f[i - 1].next) {
		const struct manscdp_node *n = &w->b->nodes[i - 1];

		if (w->f[i - 1].second)
			continue;
		from = j->n + j->comma;
		emit_text_key(j, n->attribute ? "@" : "", slice_head(n->name, 120));
		group(w, i - 1, depth);
		if (depth == 1)
			span(w->maker->members, &w->maker->members_total, FIELDS_MEMBERS,
			     i - 1, from, j->n);
		if (!is_list(n) && w->f[i - 1].twin == 0 && n->def != NULL &&
		    slice_eq(n->name, SLICE("PTZCmd")) && decoded_free(w, first))
			ptz_decoded(j, slice_trim(n->text));
	}
}

static void
node_value(struct walk *w, uint32_t i, unsigned depth)
{
	struct emit *j = &w->maker->json;
	const struct manscdp_node *n = &w->b->nodes[i];
	struct slice value = slice_trim(n->text);
	bool secret = (n->def != NULL && n->def->secret) ||
	              slice_istarts(n->name, SLICE("password"));

	/* What a password's raw '<' made into an element is a piece of it. */
	if (secret && (value.n != 0 || w->f[i].first != 0)) {
		octets(j, value.n);
		return;
	}
	if (w->f[i].first == 0 || depth >= FIELDS_DEPTH) {
		emit_text(j, value, NULL);
		return;
	}
	emit_open(j, '{');
	if (value.n != 0) {
		emit_key(j, "#text");
		emit_text(j, value, NULL);
	}
	members(w, w->f[i].first, depth + 1);
	emit_close(j, '}');
}

void
fields_maker_init(struct fields_maker *f)
{
	*f = (struct fields_maker){.key = hash_key_random()};
	arena_init(&f->scratch, FIELDS_SCRATCH);
	f->json.scratch = &f->scratch;
}

/* What the exchange says itself, and its list. */
static bool
is_apart(const struct manscdp *m, uint32_t node, uint32_t list)
{
	const struct manscdp_node *n = &m->nodes[node];

	return node == list || (!n->attribute && (slice_ieq(n->name, SLICE("CmdType")) ||
	                                          slice_ieq(n->name, SLICE("SN")) ||
	                                          slice_ieq(n->name, SLICE("DeviceID"))));
}

/* The items of a list: nearly always one row of them, a part of the text. */
static struct slice
items(const struct fields_maker *f, struct slice text, struct arena *a)
{
	struct slice out;
	uint8_t *p;
	size_t n = 0;
	unsigned i;

	if (f->groups_total == 0)
		return SLICE_EMPTY;
	out = slice_head(slice_tail(text, f->groups[0].from),
	                 f->groups[0].to - f->groups[0].from);
	if (f->groups_total == 1)
		return out;
	p = arena_alloc(a, text.n + FIELDS_GROUPS);
	for (i = 0; p != NULL && i < f->groups_total; i++) {
		out = slice_head(slice_tail(text, f->groups[i].from),
		                 f->groups[i].to - f->groups[i].from);
		if (n != 0)
			p[n++] = ',';
		memcpy(p + n, out.p, out.n);
		n += out.n;
	}
	return slice_of(p, n);
}

static const struct answer_tree *
answer_of(const struct fields_maker *f, const struct manscdp *m, uint32_t list,
          struct slice text, struct arena *a)
{
	struct answer_tree *x =
	    arena_alloc(a, sizeof(*x) + f->members_total * sizeof(x->members[0]));
	unsigned i;

	if (x == NULL)
		return NULL;
	x->items = items(f, text, a);
	if (list != MANSCDP_NONE)
		x->list = m->nodes[list].def != NULL
		              ? m->nodes[list].def->name
		              : arena_keep(a, slice_head(m->nodes[list].name, 120));
	for (i = 0; i < f->members_total; i++) {
		const struct fields_span *s = &f->members[i];
		struct answer_member *to = &x->members[x->members_total];

		if (is_apart(m, s->node, list))
			continue;
		to->text = slice_head(slice_tail(text, s->from), s->to - s->from);
		/* Up to the quote that ends the key: names need no escapes, or are only compared. */
		to->name = slice_head(slice_tail(to->text, 1),
		                      slice_index(slice_tail(to->text, 1), '"'));
		x->members_total++;
	}
	return x;
}

struct slice
fields_make(void *maker, const struct manscdp *m, struct arena *a,
            const struct answer_tree **answer)
{
	struct fields_maker *f = maker;
	struct walk w = {.maker = f, .b = m, .list = MANSCDP_NONE};
	bool response = slice_eq(m->root, SLICE("Response"));
	struct slice made = SLICE_EMPTY;

	*answer = NULL;
	f->json.n = 0;
	f->json.comma = false;
	f->members_total = f->groups_total = 0;
	if (response)
		w.list = manscdp_list(m);
	w.f = relate(&f->key, m, &f->scratch);
	emit_open(&f->json, '{');
	if (w.f != NULL && m->nodes_total != 0) {
		emit_text_key(&f->json, "", slice_head(m->nodes[0].name, 120));
		node_value(&w, 0, 0);
	}
	emit_close(&f->json, '}');
	if (!f->json.failed)
		made = arena_keep(a, slice_of(f->json.text, f->json.n));
	if (response && made.n != 0)
		*answer = answer_of(f, m, w.list, made, a);
	arena_reset(&f->scratch);
	return made;
}

void
fields_maker_free(struct fields_maker *f)
{
	emit_free(&f->json);
	arena_free(&f->scratch);
}
