#include "src/dict.h"

#include "src/body.h"

/* Bounds of a dictionary: it is written by people. */
enum { COMMANDS_MAX = 512, FIELDS_MAX = 20000, DEPTH_MAX = 24 };

struct loader {
	const struct manscdp_node *nodes;
	size_t nodes_total;
	struct arena *a;
	struct err *e;
	size_t fields_total;
	const struct dict_field **flat; /* of the command that is read */
	size_t flat_total, flat_room;
};

/* What a field takes over from the one around it. */
struct around {
	uint8_t editions, weight;
	struct slice clause;
	unsigned depth;
};

struct name_row {
	const char *name;
	uint32_t value;
};

static const struct name_row types[] = {
    {"string", DICT_STRING},
    {"integer", DICT_INTEGER},
    {"double", DICT_DOUBLE},
    {"enum", DICT_ENUM},
    {"dateTime", DICT_DATETIME},
    {"deviceID", DICT_DEVICEID},
    {"hex", DICT_HEX},
    {"complex", DICT_COMPLEX},
    {"pattern", DICT_PATTERN},
    {"open", DICT_OPEN},
    {NULL, 0},
};

static const struct name_row editions[] = {
    {"11", EDITION_2011},
    {"14", EDITION_2014},
    {"16", EDITION_2016},
    {"22", EDITION_2022},
    {NULL, 0},
};

static const struct name_row weights[] = {
    {"note", MANSCDP_NOTE},
    {"warning", MANSCDP_WARNING},
    {"error", MANSCDP_ERROR},
    {NULL, 0},
};

static const struct name_row kinds[] = {
    {"device", DICT_NODE_DEVICE},
    {"system", DICT_NODE_SYSTEM},
    {"group", DICT_NODE_GROUP},
    {"organisation", DICT_NODE_ORGANISATION},
    {"region", DICT_NODE_REGION},
    {"camera", DICT_NODE_CAMERA},
    {NULL, 0},
};

const char *
dict_type_name(enum dict_type t)
{
	const struct name_row *r;

	for (r = types; r->name != NULL && r->value != t; r++)
		continue;
	return r->name;
}

static bool
wrong(struct loader *l, uint32_t node, const char *what)
{
	(void)err_set(l->e, "dictionary, line %u: <%.*s>: %s",
	              (unsigned)l->nodes[node].line, SLICE_ARG(l->nodes[node].name),
	              what);
	return false;
}

static bool
is(const struct loader *l, uint32_t node, const char *name)
{
	return slice_eq(l->nodes[node].name, slice_str(name));
}

static struct slice
attribute(const struct loader *l, uint32_t node, const char *name)
{
	uint32_t i;

	/* Attributes follow their element. */
	for (i = node + 1; i < l->nodes_total && l->nodes[i].attribute; i++)
		if (is(l, i, name))
			return l->nodes[i].text;
	return SLICE_EMPTY;
}

/* The next element below `parent` after `at` (or the first: at == parent); MANSCDP_NONE
 * at the end. */
static uint32_t
child_next(const struct loader *l, uint32_t parent, uint32_t at)
{
	uint32_t i;

	for (i = at + 1; i < l->nodes_total && l->nodes[i].depth > l->nodes[parent].depth;
	     i++)
		if (l->nodes[i].parent == parent && !l->nodes[i].attribute)
			return i;
	return MANSCDP_NONE;
}

static bool
row_find(const struct name_row *rows, struct slice name, uint32_t *out)
{
	for (; rows->name != NULL; rows++)
		if (slice_eq(name, slice_str(rows->name))) {
			*out = rows->value;
			return true;
		}
	return false;
}

/* "11 14 16": the bits together. */
static bool
bits_read(struct loader *l, uint32_t node, const char *name, const struct name_row *rows,
          uint8_t *out)
{
	struct slice word, rest = attribute(l, node, name);
	uint32_t bit;

	if (rest.n == 0)
		return true;
	*out = 0;
	/* Each round takes a word. */
	while (rest.n != 0) {
		if (!slice_cut(rest, ' ', &word, &rest)) {
			word = rest;
			rest = SLICE_EMPTY;
		}
		if (slice_eq(word, SLICE("none")))
			continue;
		if (!row_find(rows, word, &bit))
			return wrong(l, node,
			             "a word in a list of its attributes is not known");
		*out |= (uint8_t)bit;
	}
	return true;
}

static bool
number_read(struct loader *l, uint32_t node, const char *name, enum dict_type type,
            bool *has, int64_t *out)
{
	struct slice s = attribute(l, node, name);
	bool minus = s.n != 0 && s.p[0] == '-';
	uint32_t v;

	*has = s.n != 0;
	if (!*has)
		return true;
	if (!parse_u32(slice_tail(s, minus), INT32_MAX, &v))
		return wrong(l, node, "low and high are whole numbers");
	*out = minus ? -(int64_t)v : (int64_t)v;
	if (type == DICT_DOUBLE)
		*out *= 1000000;
	return true;
}

/* "1", "0..1", "0..n", "1..8". */
static bool
occurs_read(struct loader *l, uint32_t node, struct dict_field *f)
{
	struct slice s = attribute(l, node, "occurs"), low, high;
	size_t dots = slice_find(s, SLICE(".."));

	f->min = f->max = 1;
	if (s.n == 0)
		return true;
	low = slice_head(s, dots);
	high = dots == s.n ? low : slice_tail(s, dots + 2);
	if (slice_eq(high, SLICE("n")))
		f->max = 0;
	else if (!parse_u32(high, 1000000, &f->max))
		return wrong(l, node, "occurs is a number or a range such as 0..n");
	return parse_u32(low, 1000000, &f->min) ||
	       wrong(l, node, "occurs is a number or a range such as 0..n");
}

static bool
value_read(struct loader *l, uint32_t node, uint8_t field_editions,
           struct dict_value *out)
{
	uint32_t weight = 0;

	out->value = attribute(l, node, "is");
	out->meaning = attribute(l, node, "means");
	if (is(l, node, "seen") &&
	    !row_find(weights, attribute(l, node, "weight"), &weight))
		return wrong(l, node, "weight is note, warning or error");
	out->weight = (uint8_t)weight;
	out->editions = field_editions;
	if (!bits_read(l, node, "in", editions, &out->editions))
		return false;
	return out->value.n != 0 || wrong(l, node, "has no value: is=\"...\"");
}

static bool
values_read(struct loader *l, uint32_t node, struct dict_field *f)
{
	struct dict_value *values;
	size_t n = 0;
	uint32_t i;

	for (i = child_next(l, node, node); i != MANSCDP_NONE; i = child_next(l, node, i))
		n += is(l, i, "value") || is(l, i, "seen");
	values = arena_array(l->a, n, sizeof(*values));
	if (values == NULL)
		return wrong(l, node, "out of memory");
	f->values = values;
	for (i = child_next(l, node, node); i != MANSCDP_NONE; i = child_next(l, node, i))
		if (is(l, i, "value") || is(l, i, "seen"))
			if (!value_read(l, i, f->editions, &values[f->values_total++]))
				return false;
	return true;
}

static bool
attributes_read(struct loader *l, uint32_t node, const struct around *around,
                struct dict_field *f)
{
	struct slice s, list = attribute(l, node, "list");
	uint32_t v = DICT_STRING;

	*f = (struct dict_field){
	    .name = attribute(l, node, "name"),
	    .meaning = attribute(l, node, "means"),
	    .clause = attribute(l, node, "clause"),
	    .unit = attribute(l, node, "unit"),
	    .pattern = attribute(l, node, "pattern"),
	    .form = attribute(l, node, "form"),
	    .when = attribute(l, node, "when"),
	    .beside = attribute(l, node, "beside"),
	    .counts = attribute(l, node, "counts"),
	    .before = attribute(l, node, "before"),
	    .choice = attribute(l, node, "choice"),
	    .attribute = is(l, node, "attr"),
	    .secret = slice_eq(attribute(l, node, "secret"), SLICE("yes")),
	    .any_order = slice_eq(attribute(l, node, "place"), SLICE("any")),
	    .list = list.n == 1 ? list.p[0] : 0,
	    .editions = around->editions,
	    .weight = around->weight,
	};
	if (f->name.n == 0 || f->meaning.n == 0)
		return wrong(l, node, "needs a name and what it means");
	if (f->clause.n == 0)
		f->clause = around->clause;
	s = attribute(l, node, "type");
	if (s.n != 0 && !row_find(types, s, &v))
		return wrong(l, node, "its type is not known");
	f->type = (enum dict_type)v;
	s = attribute(l, node, "weight");
	if (s.n != 0) {
		if (!row_find(weights, s, &v))
			return wrong(l, node, "weight is note, warning or error");
		f->weight = (uint8_t)v;
	}
	s = attribute(l, node, "length");
	if (s.n != 0 && !parse_u32(s, UINT32_MAX, &f->length_max))
		return wrong(l, node, "length is a number");
	if (!bits_read(l, node, "in", editions, &f->editions))
		return false;
	f->required_in = f->editions;
	return bits_read(l, node, "must", editions, &f->required_in) &&
	       bits_read(l, node, "of", kinds, &f->required_of) &&
	       occurs_read(l, node, f) &&
	       number_read(l, node, "low", f->type, &f->has_low, &f->low) &&
	       number_read(l, node, "high", f->type, &f->has_high, &f->high) &&
	       values_read(l, node, f);
}

/* The children that are built under one field, before they are counted. */
struct children {
	const struct dict_field *list[DICT_CHILDREN];
	size_t total;
};

static struct dict_field *
child_add(struct loader *l, uint32_t node, struct children *to)
{
	struct dict_field *f;

	if (to->total == DICT_CHILDREN || l->fields_total == FIELDS_MAX) {
		(void)wrong(l, node, "too many fields");
		return NULL;
	}
	f = ARENA_NEW(l->a, struct dict_field);
	if (f == NULL) {
		(void)wrong(l, node, "out of memory");
		return NULL;
	}
	if (l->flat_total == l->flat_room) {
		size_t room = l->flat_room ? l->flat_room * 2 : 64;
		const struct dict_field **more = arena_array(l->a, room, sizeof(*more));

		if (more == NULL) {
			(void)wrong(l, node, "out of memory");
			return NULL;
		}
		if (l->flat_total != 0)
			memcpy(more, l->flat, l->flat_total * sizeof(*more));
		l->flat = more;
		l->flat_room = room;
	}
	l->flat[l->flat_total++] = f;
	l->fields_total++;
	to->list[to->total] = f;
	f->index = (uint32_t)to->total++;
	return f;
}

static bool
aliases_add(struct loader *l, uint32_t node, const struct dict_field *f,
            struct children *to)
{
	uint32_t i;

	for (i = child_next(l, node, node); i != MANSCDP_NONE;
	     i = child_next(l, node, i)) {
		struct dict_field *other;
		uint32_t index;

		if (!is(l, i, "alias"))
			continue;
		other = child_add(l, i, to);
		if (other == NULL)
			return false;
		index = other->index;
		*other = *f;
		other->index = index;
		other->name = attribute(l, i, "name");
		other->min = 0;
		other->editions = 0;
		other->alias_of = f;
		if (other->name.n == 0)
			return wrong(l, i, "needs a name");
		if (!bits_read(l, i, "in", editions, &other->editions))
			return false;
	}
	return true;
}

static bool children_read(struct loader *l, uint32_t node, const struct around *around,
                          struct children *to);

static bool
has_child(const struct children *all, struct slice name)
{
	size_t i;

	for (i = 0; i < all->total; i++)
		if (slice_eq(all->list[i]->name, name))
			return true;
	return false;
}

/* Conditions speak of siblings that are there. */
static bool
conditions_sound(struct loader *l, uint32_t node, const struct children *all,
                 const struct dict_field *f)
{
	struct slice name = SLICE_EMPTY, rest = f->beside;
	bool sound = true;

	if (f->when.n != 0)
		sound = slice_cut(f->when, '=', &name, &rest) && has_child(all, name);
	if (f->before.n != 0)
		sound = sound && has_child(all, f->before);
	name = f->counts;
	(void)slice_cut(f->counts, '/', &name, &rest);
	if (name.n != 0)
		sound = sound && has_child(all, name);
	rest = f->beside;
	/* Each round takes a name. */
	while (slice_cut(rest, ' ', &name, &rest))
		sound = sound && has_child(all, name);
	if (rest.n != 0)
		sound = sound && has_child(all, rest);
	return sound ||
	       wrong(l, node,
	             "when, beside, counts or before of a field in it names no field "
	             "that stands beside that");
}

/* Puts what was built under the field into it. */
static bool
children_keep(struct loader *l, uint32_t node, const struct children *below,
              struct dict_field *f)
{
	const struct dict_field **list = arena_array(l->a, below->total, sizeof(*list));
	size_t i;

	if (list == NULL)
		return wrong(l, node, "out of memory");
	for (i = 0; i < below->total; i++) {
		const struct dict_field *c = list[i] = below->list[i];

		if (!conditions_sound(l, node, below, c))
			return false;
		f->conditions |= (c->when.n | c->beside.n | c->counts.n | c->before.n |
		                  c->choice.n) != 0;
	}
	f->children = list;
	f->children_total = below->total;
	return true;
}

static bool
field_read(struct loader *l, uint32_t node, const struct around *around,
           struct children *to)
{
	struct children below = {.total = 0};
	struct dict_field *f = child_add(l, node, to);
	struct around inner;
	uint32_t index;

	if (f == NULL)
		return false;
	index = f->index;
	if (!attributes_read(l, node, around, f))
		return false;
	f->index = index;
	inner = (struct around){f->editions, f->weight, f->clause, around->depth + 1};
	if (!children_read(l, node, &inner, &below) || !children_keep(l, node, &below, f))
		return false;
	return aliases_add(l, node, f, to);
}

/* A group stands before its use, so that none can contain itself. */
static bool
group_use(struct loader *l, uint32_t node, const struct around *around,
          struct children *to)
{
	struct slice name = attribute(l, node, "group");
	uint32_t i;

	for (i = child_next(l, 0, 0); i != MANSCDP_NONE && i < node;
	     i = child_next(l, 0, i)) {
		uint32_t next = child_next(l, 0, i);

		if (is(l, i, "group") && slice_eq(attribute(l, i, "name"), name) &&
		    next <= node)
			return children_read(l, i, around, to);
	}
	return wrong(l, node, "no group of that name before it");
}

/* Goes down as deep as the dictionary's elements nest, DEPTH_MAX at most. */
static bool
children_read(struct loader *l, uint32_t node, const struct around *around,
              struct children *to)
{
	uint32_t i;

	if (around->depth > DEPTH_MAX)
		return wrong(l, node, "nested too deeply");
	for (i = child_next(l, node, node); i != MANSCDP_NONE;
	     i = child_next(l, node, i)) {
		if (is(l, i, "field") || is(l, i, "attr")) {
			if (!field_read(l, i, around, to))
				return false;
		} else if (is(l, i, "use")) {
			struct around deeper = *around;

			deeper.depth++;
			if (!group_use(l, i, &deeper, to))
				return false;
		} else if (!is(l, i, "value") && !is(l, i, "seen") &&
		           !is(l, i, "alias")) {
			return wrong(l, i, "is no element of a dictionary");
		}
	}
	return true;
}

static bool
command_read(struct loader *l, uint32_t node, struct dict_command *out)
{
	struct children below = {.total = 0};
	struct around around = {.weight = MANSCDP_ERROR};
	struct dict_field *root = ARENA_NEW(l->a, struct dict_field);
	uint32_t i;

	*out = (struct dict_command){
	    .root = attribute(l, node, "root"),
	    .CmdType = attribute(l, node, "name"),
	    .meaning = attribute(l, node, "means"),
	    .clause = attribute(l, node, "clause"),
	    .answer = attribute(l, node, "answer"),
	    .editions = EDITION_ALL,
	};
	if (out->root.n == 0 || out->CmdType.n == 0 || out->meaning.n == 0 ||
	    out->clause.n == 0)
		return wrong(l, node, "needs root, name, means and clause");
	if (!bits_read(l, node, "in", editions, &out->editions))
		return false;
	for (i = child_next(l, node, node); i != MANSCDP_NONE; i = child_next(l, node, i))
		if (is(l, i, "alias")) {
			out->alias = attribute(l, i, "name");
			if (!bits_read(l, i, "in", editions, &out->alias_editions))
				return false;
		}
	around.editions = out->editions;
	around.clause = out->clause;
	l->flat = NULL;
	l->flat_total = l->flat_room = 0;
	if (!children_read(l, node, &around, &below))
		return false;
	if (root == NULL)
		return wrong(l, node, "out of memory");
	*root = (struct dict_field){
	    .name = out->root,
	    .meaning = out->meaning,
	    .clause = out->clause,
	    .type = DICT_COMPLEX,
	    .weight = MANSCDP_ERROR,
	    .min = 1,
	    .max = 1,
	    .editions = out->editions,
	    .required_in = out->editions,
	};
	if (!children_keep(l, node, &below, root))
		return false;
	out->field = root;
	out->fields = l->flat;
	out->fields_total = l->flat_total;
	return true;
}

static const struct dict *
commands_read(struct loader *l)
{
	struct dict *d = ARENA_NEW(l->a, struct dict);
	struct dict_command *commands;
	size_t n = 0;
	uint32_t i;

	for (i = child_next(l, 0, 0); i != MANSCDP_NONE; i = child_next(l, 0, i))
		n += is(l, i, "command");
	commands = arena_array(l->a, n, sizeof(*commands));
	if (d == NULL || commands == NULL || n > COMMANDS_MAX) {
		(void)err_set(l->e, "dictionary: too many commands, or out of memory");
		return NULL;
	}
	d->commands = commands;
	for (i = child_next(l, 0, 0); i != MANSCDP_NONE; i = child_next(l, 0, i)) {
		if (is(l, i, "group"))
			continue;
		if (!is(l, i, "command")) {
			(void)wrong(l, i, "is no element of a dictionary");
			return NULL;
		}
		if (!command_read(l, i, &commands[d->commands_total++]))
			return NULL;
	}
	return d;
}

const struct dict *
dict_new(struct slice text, struct xml *x, struct arena *a, struct err *e)
{
	struct xml_tree tree;
	struct loader l = {.a = a, .e = e};

	xml_read(x, text, a, &tree);
	if (tree.end != XML_OK || tree.nodes_total == 0 ||
	    !slice_eq(tree.nodes[0].name, SLICE("dictionary"))) {
		(void)err_set(e, "dictionary, line %u: no XML of a <dictionary>",
		              (unsigned)tree.line);
		return NULL;
	}
	l.nodes = tree.nodes;
	l.nodes_total = tree.nodes_total;
	return commands_read(&l);
}

size_t
dict_total(const struct dict *d)
{
	return d->commands_total;
}

const struct dict_command *
dict_get(const struct dict *d, size_t i)
{
	return i < d->commands_total ? &d->commands[i] : NULL;
}
