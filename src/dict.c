#include "src/dict.h"

#include "dissect/manscdp_value.h"
#include "src/body.h"
#include "src/dict_tree.h"

/* Bounds of a dictionary with its groups put in: it is written by people. */
enum { FIELDS_MAX = 20000, USES_MAX = 20000, VALUES_MAX = 100000 };

struct loader {
	const struct dict_node *dictionary;
	struct arena *a;
	struct err *e;
	size_t fields_total, uses_total, values_total;
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
wrong(struct loader *l, const struct dict_node *node, const char *what)
{
	return dict_wrong(l->e, node, "%s", what);
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

/* "11 14 16": the bits together; *out stays where nothing is said. */
static void
bits_read(const struct dict_node *node, const char *name, const struct name_row *rows,
          uint8_t *out)
{
	struct slice word, rest = dict_attribute(node, name);
	uint32_t bit;

	if (rest.n != 0)
		*out = 0;
	/* Each round takes a word. */
	while (rest.n != 0) {
		if (!slice_cut(rest, ' ', &word, &rest)) {
			word = rest;
			rest = SLICE_EMPTY;
		}
		if (row_find(rows, word, &bit))
			*out |= (uint8_t)bit;
	}
}

static void
number_read(const struct dict_node *node, const char *name, enum dict_type type,
            bool *has, int64_t *out)
{
	struct slice s = dict_attribute(node, name);
	bool minus = s.n != 0 && s.p[0] == '-';
	uint32_t v = 0;

	*has = parse_u32(slice_tail(s, minus), INT32_MAX, &v);
	*out = (minus ? -(int64_t)v : (int64_t)v) * (type == DICT_DOUBLE ? 1000000 : 1);
}

/* "1", "0..1", "0..n", "1..8". */
static bool
occurs_read(struct loader *l, const struct dict_node *node, struct dict_field *f)
{
	struct slice s = dict_attribute(node, "occurs");
	size_t dots = slice_find(s, SLICE(".."));

	f->min = f->max = 1;
	if (s.n == 0)
		return true;
	(void)parse_u32(slice_head(s, dots), UINT32_MAX, &f->min);
	f->max = f->min;
	if (dots != s.n && !parse_u32(slice_tail(s, dots + 2), UINT32_MAX, &f->max))
		f->max = 0;
	if (dots != s.n && slice_eq(slice_tail(s, dots), SLICE("..n")))
		return true;
	if (f->max == 0)
		return wrong(l, node, "occurs never");
	if (f->max < f->min)
		return wrong(l, node, "occurs: from more to less");
	return true;
}

static bool
is_value(const struct dict_node *node)
{
	return node->element == DICT_ELEMENT_VALUE || node->element == DICT_ELEMENT_SEEN;
}

/* A value of the standard's among numbers is one, since others read it so; what is seen
 * only may be anything. */
static bool
value_fits(const struct dict_field *f, struct slice value)
{
	struct dict_field plain = {.type = f->type, .weight = MANSCDP_ERROR};
	struct manscdp_fault fault;

	return (f->type != DICT_INTEGER && f->type != DICT_DOUBLE) ||
	       manscdp_value_fits(&plain, value, 0, NULL, &fault);
}

static bool
value_read(struct loader *l, const struct dict_node *node, const struct dict_field *f,
           struct dict_value *out)
{
	uint32_t weight = 0;

	out->value = dict_attribute(node, "is");
	out->meaning = dict_attribute(node, "means");
	(void)row_find(weights, dict_attribute(node, "weight"), &weight);
	out->weight = (uint8_t)weight;
	out->editions = f->editions;
	bits_read(node, "in", editions, &out->editions);
	if (out->value.n != slice_trim(out->value).n)
		return wrong(l, node, "has blanks around it, which are not compared");
	if (f->list != 0 && slice_index(out->value, f->list) < out->value.n)
		return wrong(l, node, "holds the character that joins several");
	return weight != 0 || value_fits(f, out->value) ||
	       wrong(l, node, "is no number, as its field is");
}

static bool
values_read(struct loader *l, const struct dict_node *node, struct dict_field *f)
{
	struct dict_value *values;
	const struct dict_node *i;
	size_t n = 0;

	for (i = node->first; i != NULL; i = i->next)
		n += is_value(i);
	l->values_total += n;
	values =
	    l->values_total <= VALUES_MAX ? arena_array(l->a, n, sizeof(*values)) : NULL;
	if (values == NULL)
		return wrong(l, node, "too many values, or out of memory");
	f->values = values;
	for (i = node->first; i != NULL; i = i->next)
		if (is_value(i) && !value_read(l, i, f, &values[f->values_total++]))
			return false;
	return true;
}

/* What goes with which type, and which numbers are in order. */
static bool
field_fits(struct loader *l, const struct dict_node *node, const struct dict_field *f)
{
	bool number = f->type == DICT_INTEGER || f->type == DICT_DOUBLE;
	bool text = f->type == DICT_STRING || f->type == DICT_PATTERN;
	bool holds = f->type == DICT_COMPLEX || f->type == DICT_OPEN;

	if ((f->has_low || f->has_high || f->unit.n != 0) && !number && !text)
		return wrong(l, node, "low, high and unit go with numbers");
	if ((f->has_low || f->has_high) && !number)
		return wrong(l, node, "low and high go with an integer or a double");
	if (f->has_low && f->has_high && f->low > f->high)
		return wrong(l, node, "low is greater than high");
	if (f->length_max != 0 && !text && f->type != DICT_OPEN)
		return wrong(l, node, "length goes with a string, a pattern or open");
	if (f->list != 0 && holds)
		return wrong(l, node, "list goes with a type that has a value");
	if ((f->pattern.n != 0) != (f->type == DICT_PATTERN))
		return wrong(l, node, "type=\"pattern\" and a pattern go together");
	if ((f->form.n != 0) && f->type != DICT_PATTERN)
		return wrong(l, node, "form goes with a pattern");
	if (f->pattern.n != 0 && !manscdp_pattern_sound(f->pattern))
		return wrong(
		    l, node,
		    "its pattern is none: literals, \\d, [a-z], {m}, {m,n}, ?, +, *, and | between wholes; and no part may take what the next one needs");
	if (f->type == DICT_ENUM && f->values_total == 0)
		return wrong(l, node, "an enum without a value");
	if (f->values_total != 0 && f->type != DICT_ENUM && f->type != DICT_PATTERN &&
	    !number)
		return wrong(l, node,
		             "values go with an enum, a pattern, an integer or a double");
	if (f->attribute && (holds || f->max != 1))
		return wrong(l, node, "an attribute holds one value, and is there once");
	if ((f->required_in & ~f->editions) != 0 && dict_attribute(node, "in").n != 0)
		return wrong(l, node, "must names an edition that in does not");
	return true;
}

static bool
attributes_read(struct loader *l, const struct dict_node *node,
                const struct around *around, struct dict_field *f)
{
	struct slice list = dict_attribute(node, "list");
	uint32_t type = DICT_STRING, weight = around->weight;

	(void)row_find(types, dict_attribute(node, "type"), &type);
	(void)row_find(weights, dict_attribute(node, "weight"), &weight);
	*f = (struct dict_field){
	    .name = dict_attribute(node, "name"),
	    .meaning = dict_attribute(node, "means"),
	    .clause = dict_attribute(node, "clause"),
	    .unit = dict_attribute(node, "unit"),
	    .type = (enum dict_type)type,
	    .pattern = dict_attribute(node, "pattern"),
	    .form = dict_attribute(node, "form"),
	    .when = dict_attribute(node, "when"),
	    .beside = dict_attribute(node, "beside"),
	    .counts = dict_attribute(node, "counts"),
	    .before = dict_attribute(node, "before"),
	    .choice = dict_attribute(node, "choice"),
	    .attribute = node->element == DICT_ELEMENT_ATTR,
	    .secret =
	        node->secret || slice_eq(dict_attribute(node, "secret"), SLICE("yes")),
	    .any_order = slice_eq(dict_attribute(node, "place"), SLICE("any")),
	    .list = list.n == 1 ? list.p[0] : 0,
	    .editions = around->editions,
	    .around = around->editions,
	    .weight = (uint8_t)weight,
	};
	if (f->clause.n == 0)
		f->clause = around->clause;
	(void)parse_u32(dict_attribute(node, "length"), UINT32_MAX, &f->length_max);
	bits_read(node, "in", editions, &f->editions);
	f->required_in = f->editions;
	bits_read(node, "must", editions, &f->required_in);
	bits_read(node, "of", kinds, &f->required_of);
	number_read(node, "low", f->type, &f->has_low, &f->low);
	number_read(node, "high", f->type, &f->has_high, &f->high);
	return occurs_read(l, node, f) && values_read(l, node, f) &&
	       field_fits(l, node, f);
}

/* The children that are built under one field, before they are counted. */
struct children {
	const struct dict_field *list[DICT_CHILDREN];
	struct slice names[DICT_CHILDREN];
	size_t total;
};

/* Elements, attributes and their other spellings are told apart by their names alone. */
static bool
name_new(struct loader *l, const struct dict_node *node, const struct children *to)
{
	struct slice name = dict_attribute(node, "name");
	size_t i;

	for (i = 0; i < to->total; i++)
		if (slice_eq(to->names[i], name))
			return wrong(l, node, "there is another one of that name");
	return true;
}

static struct dict_field *
child_add(struct loader *l, const struct dict_node *node, struct children *to)
{
	struct dict_field *f;

	if (!name_new(l, node, to))
		return NULL;
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
	to->names[to->total] = dict_attribute(node, "name");
	f->index = (uint32_t)to->total++;
	return f;
}

static bool
aliases_add(struct loader *l, const struct dict_node *node, const struct dict_field *f,
            struct children *to)
{
	const struct dict_node *i;

	for (i = node->first; i != NULL; i = i->next) {
		struct dict_field *other;
		uint32_t index;

		if (i->element != DICT_ELEMENT_ALIAS)
			continue;
		other = child_add(l, i, to);
		if (other == NULL)
			return false;
		index = other->index;
		*other = *f;
		other->index = index;
		other->name = dict_attribute(i, "name");
		other->min = 0;
		other->editions = 0;
		other->alias_of = f;
		bits_read(i, "in", editions, &other->editions);
	}
	return true;
}

static bool children_read(struct loader *l, const struct dict_node *node,
                          const struct around *around, struct children *to);

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
conditions_sound(struct loader *l, const struct dict_node *node,
                 const struct children *all, const struct dict_field *f)
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
children_keep(struct loader *l, const struct dict_node *node,
              const struct children *below, struct dict_field *f)
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

/* A field with a value has attributes at most; a complex one has something in it. */
static bool
children_fit(struct loader *l, const struct dict_node *node, const struct dict_field *f,
             const struct children *below)
{
	size_t i;

	if (f->type == DICT_COMPLEX && below->total == 0)
		return wrong(l, node, "complex, and nothing is in it");
	for (i = 0; i < below->total; i++)
		if (f->type != DICT_COMPLEX && f->type != DICT_OPEN &&
		    !below->list[i]->attribute)
			return wrong(l, node, "holds fields, but is not complex or open");
	return true;
}

static bool
field_read(struct loader *l, const struct dict_node *node, const struct around *around,
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
	if (!children_read(l, node, &inner, &below) ||
	    !children_fit(l, node, f, &below) || !children_keep(l, node, &below, f))
		return false;
	return aliases_add(l, node, f, to);
}

static bool
group_use(struct loader *l, const struct dict_node *node, const struct around *around,
          struct children *to)
{
	struct dict_node *group =
	    dict_group_find(l->dictionary, dict_attribute(node, "group"));
	bool right;

	if (group == NULL)
		return wrong(l, node, "there is no group of that name");
	if (group->open)
		return wrong(l, node, "the group holds itself");
	if (l->uses_total++ == USES_MAX)
		return wrong(l, node, "too many uses of groups");
	group->open = true;
	right = children_read(l, group, around, to);
	group->open = false;
	return right;
}

/* Goes down as deep as the dictionary's elements and groups nest, DICT_DEPTH_MAX at
 * most. */
static bool
children_read(struct loader *l, const struct dict_node *node, const struct around *around,
              struct children *to)
{
	struct around deeper = *around;
	const struct dict_node *i;

	if (around->depth > DICT_DEPTH_MAX)
		return wrong(l, node, "nested too deeply");
	deeper.depth++;
	for (i = node->first; i != NULL; i = i->next) {
		bool right = true;

		if (i->element == DICT_ELEMENT_FIELD || i->element == DICT_ELEMENT_ATTR)
			right = field_read(l, i, around, to);
		else if (i->element == DICT_ELEMENT_USE)
			right = group_use(l, i, &deeper, to);
		if (!right)
			return false;
	}
	return true;
}

/* Those of the root: a command has one other spelling at most. */
static bool
command_alias_read(struct loader *l, const struct dict_node *node,
                   struct dict_command *out)
{
	const struct dict_node *i;

	for (i = node->first; i != NULL; i = i->next) {
		if (i->element != DICT_ELEMENT_ALIAS)
			continue;
		if (out->alias.n != 0)
			return wrong(l, i, "a command has one alias at most");
		out->alias = dict_attribute(i, "name");
		bits_read(i, "in", editions, &out->alias_editions);
	}
	return true;
}

static bool
command_read(struct loader *l, const struct dict_node *node, struct dict_command *out)
{
	struct children below = {.total = 0};
	struct around around = {.weight = MANSCDP_ERROR};
	struct dict_field *root = ARENA_NEW(l->a, struct dict_field);

	*out = (struct dict_command){
	    .root = dict_attribute(node, "root"),
	    .CmdType = dict_attribute(node, "name"),
	    .meaning = dict_attribute(node, "means"),
	    .clause = dict_attribute(node, "clause"),
	    .answer = dict_attribute(node, "answer"),
	    .editions = EDITION_ALL,
	};
	bits_read(node, "in", editions, &out->editions);
	if (!command_alias_read(l, node, out))
		return false;
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

/* Two commands of one root and one name, of which one has it as its other spelling. */
static bool
aliases_new(struct loader *l, const struct dict_node *node, const struct dict *d,
            const struct dict_command *c)
{
	size_t i;

	for (i = 0; i < d->commands_total; i++) {
		const struct dict_command *other = &d->commands[i];

		if (other != c && slice_eq(other->root, c->root) &&
		    ((other->alias.n != 0 && (slice_eq(other->alias, c->CmdType) ||
		                              slice_eq(other->alias, c->alias))) ||
		     slice_eq(other->CmdType, c->alias)))
			return wrong(l, node, "a name of it is another command's");
	}
	return true;
}

/* Groups that no command uses are read too: their mistakes would wait for a user. */
static bool
groups_check(struct loader *l)
{
	struct dict_node *i;

	for (i = l->dictionary->first; i != NULL; i = i->next) {
		struct around around = {.editions = EDITION_ALL, .weight = MANSCDP_ERROR};
		struct children below = {.total = 0};
		bool right;

		if (i->element != DICT_ELEMENT_GROUP)
			continue;
		l->flat = NULL;
		l->flat_total = l->flat_room = 0;
		i->open = true;
		right = children_read(l, i, &around, &below);
		i->open = false;
		if (!right)
			return false;
	}
	/* They were read to look at them only. */
	l->fields_total = l->uses_total = l->values_total = 0;
	return true;
}

static const struct dict *
commands_read(struct loader *l)
{
	struct dict *d = ARENA_NEW(l->a, struct dict);
	struct dict_command *commands;
	const struct dict_node *i;
	size_t n = 0;

	for (i = l->dictionary->first; i != NULL; i = i->next)
		n += i->element == DICT_ELEMENT_COMMAND;
	commands = arena_array(l->a, n, sizeof(*commands));
	if (d == NULL || commands == NULL) {
		(void)wrong(l, l->dictionary, "out of memory");
		return NULL;
	}
	d->commands = commands;
	for (i = l->dictionary->first; i != NULL; i = i->next) {
		struct dict_command *c = &commands[d->commands_total];

		if (i->element != DICT_ELEMENT_COMMAND)
			continue;
		if (!command_read(l, i, c) || !aliases_new(l, i, d, c))
			return NULL;
		d->commands_total++;
	}
	return d;
}

const struct dict *
dict_new(const struct dict_source *sources, size_t total, struct xml *x, struct arena *a,
         struct err *e)
{
	struct loader l = {.a = a, .e = e};

	l.dictionary = dict_tree_read(sources, total, x, a, e);
	if (l.dictionary == NULL || !groups_check(&l))
		return NULL;
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
