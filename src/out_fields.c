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

static void node_value(struct emit *j, const struct manscdp *b, struct family *f,
                       uint32_t i, unsigned depth);

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
decoded_free(const struct manscdp *b, const struct family *f, uint32_t first)
{
	uint32_t i;

	for (i = first; i != 0; i = f[i - 1].next)
		if (slice_eq(b->nodes[i - 1].name, SLICE("PTZCmd_decoded")))
			return false;
	return true;
}

/* Each name once: what repeats, or may repeat by the dictionary, is a list. */
static void
members(struct emit *j, const struct manscdp *b, struct family *f, uint32_t first,
        unsigned depth)
{
	uint32_t i, k;

	for (i = first; i != 0; i = f[i - 1].next) {
		const struct manscdp_node *n = &b->nodes[i - 1];

		if (f[i - 1].second)
			continue;
		emit_text_key(j, n->attribute ? "@" : "", slice_head(n->name, 120));
		if (!is_list(n) && f[i - 1].twin == 0) {
			node_value(j, b, f, i - 1, depth);
			if (n->def != NULL && slice_eq(n->name, SLICE("PTZCmd")) &&
			    decoded_free(b, f, first))
				ptz_decoded(j, slice_trim(n->text));
			continue;
		}
		emit_open(j, '[');
		for (k = i; k != 0; k = f[k - 1].twin)
			node_value(j, b, f, k - 1, depth);
		emit_close(j, ']');
	}
}

static void
node_value(struct emit *j, const struct manscdp *b, struct family *f, uint32_t i,
           unsigned depth)
{
	const struct manscdp_node *n = &b->nodes[i];
	struct slice value = slice_trim(n->text);
	bool secret = (n->def != NULL && n->def->secret) ||
	              slice_istarts(n->name, SLICE("password"));

	/* What a password's raw '<' made into an element is a piece of it. */
	if (secret && (value.n != 0 || f[i].first != 0)) {
		octets(j, value.n);
		return;
	}
	if (f[i].first == 0 || depth >= FIELDS_DEPTH) {
		emit_text(j, value, NULL);
		return;
	}
	emit_open(j, '{');
	if (value.n != 0) {
		emit_key(j, "#text");
		emit_text(j, value, NULL);
	}
	members(j, b, f, f[i].first, depth + 1);
	emit_close(j, '}');
}

void
fields_emit(struct emit *j, const struct manscdp *b, const struct hash_key *key)
{
	struct family *f = relate(key, b, j->scratch);

	emit_open(j, '{');
	if (f != NULL && b->nodes_total != 0) {
		emit_text_key(j, "", slice_head(b->nodes[0].name, 120));
		node_value(j, b, f, 0, 0);
	}
	emit_close(j, '}');
}

void
fields_maker_init(struct fields_maker *f)
{
	*f = (struct fields_maker){.key = hash_key_random()};
	arena_init(&f->scratch, FIELDS_SCRATCH);
	f->json.scratch = &f->scratch;
}

struct slice
fields_make(void *maker, const struct manscdp *m, struct arena *a)
{
	struct fields_maker *f = maker;
	struct slice made;

	f->json.n = 0;
	f->json.comma = false;
	fields_emit(&f->json, m, &f->key);
	made = f->json.failed ? SLICE_EMPTY
	                      : arena_keep(a, slice_of(f->json.text, f->json.n));
	arena_reset(&f->scratch);
	return made;
}

void
fields_maker_free(struct fields_maker *f)
{
	emit_free(&f->json);
	arena_free(&f->scratch);
}

void
fields_value_emit(struct emit *j, const struct manscdp *b, const struct hash_key *key)
{
	struct family *f = relate(key, b, j->scratch);

	if (f != NULL && b->nodes_total != 0)
		node_value(j, b, f, 0, 0);
	else
		emit_null(j);
}

void
fields_members_emit(struct emit *j, const struct manscdp *b, const struct hash_key *key)
{
	struct family *f = relate(key, b, j->scratch);

	if (f != NULL && b->nodes_total != 0)
		members(j, b, f, f[0].first, 1);
}
