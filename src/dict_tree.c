#include "src/dict_tree.h"

#include "dissect/chars.h"
#include "src/declaration.h"

enum { NODES_MAX = 400000 }; /* of all sources, and of what is copied of them */

struct reader {
	struct xml *xml;
	struct arena *a;
	struct err *e;
	struct dict_node *all; /* the one dictionary */
	size_t nodes_total, groups_total, commands_total;
	uint32_t searches;
};

static struct dict_node *
node_new(struct reader *r, const struct dict_node *like)
{
	struct dict_node *n =
	    r->nodes_total++ < NODES_MAX ? ARENA_NEW(r->a, struct dict_node) : NULL;

	if (n == NULL) {
		(void)err_set(r->e, "%s: too many elements, or out of memory",
		              like->file);
		return NULL;
	}
	*n = *like;
	n->parent = n->first = n->last = n->next = NULL;
	return n;
}

/* Behind `after`, or as the last where that is NULL. */
static void
child_put(struct dict_node *parent, struct dict_node *n, struct dict_node *after)
{
	n->parent = parent;
	if (after == NULL)
		after = parent->last;
	n->next = after != NULL ? after->next : NULL;
	if (after == NULL)
		parent->first = n;
	else
		after->next = n;
	if (n->next == NULL)
		parent->last = n;
}

static struct dict_node *
child_before(const struct dict_node *n)
{
	struct dict_node *before = NULL, *i;

	for (i = n->parent->first; i != n; i = i->next)
		before = i;
	return before;
}

static void
child_take(struct dict_node *n)
{
	struct dict_node *before = child_before(n);

	if (before == NULL)
		n->parent->first = n->next;
	else
		before->next = n->next;
	if (n->next == NULL)
		n->parent->last = before;
}

/* What is copied lies no deeper than what was read. */
static struct dict_node *
node_copy(struct reader *r, const struct dict_node *from)
{
	struct dict_node *n = node_new(r, from), *below;
	const struct dict_node *i;

	for (i = n != NULL ? from->first : NULL; i != NULL; i = i->next) {
		below = node_copy(r, i);
		if (below == NULL)
			return NULL;
		child_put(n, below, NULL);
	}
	return n;
}

struct dict_node *
dict_group_find(const struct dict_node *dictionary, struct slice name)
{
	struct dict_node *i;

	for (i = dictionary->first; i != NULL; i = i->next)
		if (i->element == DICT_ELEMENT_GROUP &&
		    slice_eq(dict_attribute(i, "name"), name))
			return i;
	return NULL;
}

static struct dict_node *
command_find(const struct dict_node *dictionary, struct slice root, struct slice name)
{
	struct dict_node *i;

	for (i = dictionary->first; i != NULL; i = i->next)
		if (i->element == DICT_ELEMENT_COMMAND &&
		    slice_eq(dict_attribute(i, "root"), root) &&
		    slice_eq(dict_attribute(i, "name"), name))
			return i;
	return NULL;
}

static bool
is_field(const struct dict_node *n)
{
	return n->element == DICT_ELEMENT_FIELD || n->element == DICT_ELEMENT_ATTR;
}

static bool
is_value(const struct dict_node *n)
{
	return n->element == DICT_ELEMENT_VALUE || n->element == DICT_ELEMENT_SEEN;
}

/* Is a field of that name among the group's own, or in a group that it uses? Looks into
 * each group once; `deep` is bounded. */
static bool
group_has(struct reader *r, struct dict_node *group, struct slice name, unsigned deep)
{
	const struct dict_node *i;

	if (group == NULL || group->search == r->searches || deep > DICT_DEPTH_MAX)
		return false;
	group->search = r->searches;
	for (i = group->first; i != NULL; i = i->next) {
		if (is_field(i) && slice_eq(dict_attribute(i, "name"), name))
			return true;
		if (i->element == DICT_ELEMENT_USE &&
		    group_has(r, dict_group_find(r->all, dict_attribute(i, "group")),
		              name, deep + 1))
			return true;
	}
	return false;
}

/* Puts copies of the group's children where its <use> stood, so that a change meets this
 * place alone. */
static bool
use_expand(struct reader *r, struct dict_node *use)
{
	const struct dict_node *group =
	    dict_group_find(r->all, dict_attribute(use, "group"));
	struct dict_node *after = use, *n;
	const struct dict_node *i;

	for (i = group->first; i != NULL; i = i->next) {
		n = node_copy(r, i);
		if (n == NULL)
			return false;
		child_put(use->parent, n, after);
		after = n;
	}
	child_take(use);
	return true;
}

/* The field of that name in `in`, made its own where it came by a group; NULL without an
 * error where there is none. Each round expands a group, of DICT_DEPTH_MAX at most. */
static struct dict_node *
field_own(struct reader *r, struct dict_node *in, struct slice name)
{
	struct dict_node *i, *use;
	unsigned deep;

	for (deep = 0; deep <= DICT_DEPTH_MAX; deep++) {
		use = NULL;
		r->searches++;
		for (i = in->first; i != NULL; i = i->next) {
			if (is_field(i) && slice_eq(dict_attribute(i, "name"), name))
				return i;
			if (use == NULL && i->element == DICT_ELEMENT_USE &&
			    group_has(r,
			              dict_group_find(r->all, dict_attribute(i, "group")),
			              name, 0))
				use = i;
		}
		if (use == NULL || !use_expand(r, use))
			return NULL;
	}
	return NULL;
}

/* The one like `like`: a <seen> may be a <value> of another edition. */
static struct dict_node *
value_find(const struct dict_node *in, const struct dict_node *like)
{
	struct slice is = dict_attribute(like, "is");
	struct dict_node *i;

	for (i = in->first; i != NULL; i = i->next)
		if (i->element == like->element && slice_eq(dict_attribute(i, "is"), is))
			return i;
	return NULL;
}

/* What an <extend> names. */
static struct dict_node *
target_find(struct reader *r, const struct dict_node *extend)
{
	struct slice group = dict_attribute(extend, "group"),
	             rest = dict_attribute(extend, "at"),
	             root = dict_attribute(extend, "root"),
	             name = dict_attribute(extend, "name"), step;
	bool more = rest.n != 0;
	struct dict_node *n;

	if ((group.n != 0) == (root.n != 0) || (root.n != 0) != (name.n != 0)) {
		(void)dict_wrong(r->e, extend, "needs either group, or root and name");
		return NULL;
	}
	n = group.n != 0 ? dict_group_find(r->all, group)
	                 : command_find(r->all, root, name);
	if (n == NULL)
		(void)dict_wrong(r->e, extend, "there is no such %s to extend",
		                 group.n != 0 ? "group" : "command");
	/* Each round takes a name. */
	while (n != NULL && more) {
		more = slice_cut(rest, '/', &step, &rest);
		if (!more)
			step = rest;
		n = field_own(r, n, step);
		if (n == NULL)
			(void)dict_wrong(r->e, extend,
			                 "at: there is no field " SLICE_FMT " in it",
			                 SLICE_ARG(step));
	}
	return n;
}

static bool
wants(const struct dict_node *n, const char *attribute)
{
	return dict_attribute(n, attribute).n != 0;
}

static bool
takes_values(const struct dict_node *target)
{
	static const char *const types[] = {"enum", "pattern", "integer", "double"};
	struct slice type = dict_attribute(target, "type");
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_eq(type, slice_str(types[i])))
			return true;
	return false;
}

/* Puts `n`, which an <extend> holds, into its target. */
static bool
part_add(struct reader *r, struct dict_node *target, struct dict_node *n)
{
	struct slice name = dict_attribute(n, "name");
	struct slice follows = dict_attribute(n, "follows");
	struct dict_node *old = is_field(n)   ? field_own(r, target, name)
	                        : is_value(n) ? value_find(target, n)
	                                      : NULL,
	                 *behind = NULL;

	if (r->e->text[0] != '\0')
		return false;
	if (is_value(n) && !takes_values(target))
		return dict_wrong(
		    r->e, n, "values go with an enum, a pattern, an integer or a double");
	if (old != NULL && !wants(n, "replace"))
		return dict_wrong(
		    r->e, n,
		    "stands there already (%s:%u); replace=\"yes\" puts this in its place",
		    old->file, (unsigned)old->xml->line);
	if (old == NULL && wants(n, "replace"))
		return dict_wrong(r->e, n, "replaces nothing: it is not there yet");
	if (follows.n != 0) {
		behind = field_own(r, target, follows);
		if (behind == NULL || behind == old)
			return dict_wrong(r->e, n,
			                  "follows: there is no such field there");
	}
	/* A password stays one, whatever a vendor's file forgets. */
	n->secret = old != NULL && (old->secret || wants(old, "secret"));
	if (behind == NULL && old != NULL)
		behind = old;
	child_put(target, n, behind);
	if (old != NULL)
		child_take(old);
	return true;
}

static bool
target_takes(struct reader *r, const struct dict_node *target, const struct dict_node *n)
{
	if (dict_form_child(target->element, n->element))
		return true;
	return dict_wrong(r->e, n, "cannot stand in a <%s>",
	                  dict_form_name(target->element));
}

static bool
extend(struct reader *r, struct dict_node *n)
{
	struct dict_node *target = target_find(r, n), *i, *next;

	if (target == NULL)
		return false;
	for (i = n->first; i != NULL; i = next) {
		next = i->next;
		if (!target_takes(r, target, i) || !part_add(r, target, i))
			return false;
	}
	return true;
}

static bool
group_add(struct reader *r, struct dict_node *n)
{
	const struct dict_node *old = dict_group_find(r->all, dict_attribute(n, "name"));

	if (old != NULL)
		return dict_wrong(
		    r->e, n, "there is a group of that name (%s:%u); <extend> adds to it",
		    old->file, (unsigned)old->xml->line);
	if (r->groups_total++ == DICT_GROUPS_MAX)
		return dict_wrong(r->e, n, "more than %d groups", DICT_GROUPS_MAX);
	child_put(r->all, n, NULL);
	return true;
}

static bool
command_add(struct reader *r, struct dict_node *n)
{
	struct dict_node *old =
	    command_find(r->all, dict_attribute(n, "root"), dict_attribute(n, "name"));

	if (old == NULL && wants(n, "replace"))
		return dict_wrong(r->e, n, "replaces nothing: it is not there yet");
	if (old != NULL && !wants(n, "replace"))
		return dict_wrong(
		    r->e, n,
		    "there is this command already (%s:%u); <extend> adds to it, replace=\"yes\" puts this in its place",
		    old->file, (unsigned)old->xml->line);
	if (r->commands_total++ == DICT_COMMANDS_MAX)
		return dict_wrong(r->e, n, "more than %d commands", DICT_COMMANDS_MAX);
	child_put(r->all, n, old);
	if (old != NULL)
		child_take(old);
	return true;
}

/* What only stands in an <extend>, or only once. */
static bool
place_fits(struct reader *r, const struct dict_node *n)
{
	bool extends = n->parent != NULL && n->parent->element == DICT_ELEMENT_EXTEND;
	const struct dict_node *i;
	size_t values = 0;

	if (!extends && n->element != DICT_ELEMENT_COMMAND && wants(n, "replace"))
		return dict_wrong(r->e, n, "replace stands in an <extend> only");
	if (!extends && wants(n, "follows"))
		return dict_wrong(r->e, n, "follows stands in an <extend> only");
	for (i = n->first; i != NULL; i = i->next)
		values += is_value(i);
	if (values > DICT_VALUES_MAX)
		return dict_wrong(r->e, n, "more than %d values", DICT_VALUES_MAX);
	for (i = n->first; values != 0 && i != NULL; i = i->next)
		if (is_value(i) && value_find(n, i) != i)
			return dict_wrong(r->e, i, "stands there twice");
	return true;
}

/* The tree of one source, each element in its form. */
static struct dict_node *
tree_make(struct reader *r, const char *file, const struct xml_tree *tree)
{
	struct dict_node *at[DICT_DEPTH_MAX + 1], *n;
	struct dict_node like;
	size_t i;

	for (i = 0; i < tree->nodes_total; i += 1 + like.attributes) {
		const struct manscdp_node *x = &tree->nodes[i];

		like = (struct dict_node){.xml = x, .file = file};
		while (i + 1 + like.attributes < tree->nodes_total &&
		       x[1 + like.attributes].attribute)
			like.attributes++;
		if (!dict_form_element(x->name, &like.element) ||
		    (x->depth == 0 && like.element != DICT_ELEMENT_DICTIONARY)) {
			(void)dict_wrong(r->e, &like,
			                 x->depth == 0 ? "is no <dictionary>"
			                               : "is no element of a dictionary");
			return NULL;
		}
		if (x->depth > DICT_DEPTH_MAX) {
			(void)dict_wrong(r->e, &like, "nested deeper than %d",
			                 DICT_DEPTH_MAX);
			return NULL;
		}
		if (x->depth != 0 &&
		    !dict_form_child(at[x->depth - 1]->element, like.element)) {
			(void)dict_wrong(r->e, &like, "cannot stand in a <%s>",
			                 dict_form_name(at[x->depth - 1]->element));
			return NULL;
		}
		n = node_new(r, &like);
		if (n == NULL || !dict_form_fits(n, r->e))
			return NULL;
		at[x->depth] = n;
		if (x->depth != 0)
			child_put(at[x->depth - 1], n, NULL);
	}
	return tree->nodes_total != 0 ? at[0] : NULL;
}

static bool
places_fit(struct reader *r, const struct dict_node *n)
{
	const struct dict_node *i;

	for (i = n->first; i != NULL; i = i->next)
		if (!place_fits(r, i) || !places_fit(r, i))
			return false;
	return true;
}

/* The text behind its declaration; only UTF-8 is read, so that nobody has to guess. */
static bool
text_take(struct reader *r, const struct dict_source *s, struct slice *text,
          uint32_t *line)
{
	struct slice rest = s->text, encoding;
	struct declaration declaration;
	uint32_t c;
	size_t i;

	*line = 1;
	declaration_read(s->text, &declaration);
	encoding = declaration.encoding;
	if (encoding.n != 0 && !slice_ieq(encoding, SLICE("UTF-8")) &&
	    !slice_ieq(encoding, SLICE("US-ASCII")))
		return err_set(r->e, "%s:1: a dictionary is written in UTF-8", s->file),
		       false;
	/* Each round takes a character. */
	while (rest.n != 0) {
		size_t n = rest.p[0] != 0 ? chars_utf8(rest, &c) : 0;

		if (n == 0)
			return err_set(r->e, "%s:%u: an octet that is not UTF-8 text",
			               s->file, (unsigned)*line),
			       false;
		*line += rest.p[0] == '\n';
		rest = slice_tail(rest, n);
	}
	*line = 1;
	*text = slice_tail(s->text, declaration.skip);
	for (i = 0; i < declaration.skip && i < s->text.n; i++)
		*line += s->text.p[i] == '\n';
	return true;
}

static bool
tree_ended(struct reader *r, const struct dict_source *s, struct slice text,
           const struct xml_tree *tree, uint32_t line)
{
	static const char *const ends[] = {
	    [XML_MALFORMED] = "no well-formed XML",
	    [XML_DOCTYPE] = "a DOCTYPE has no place in a dictionary",
	    [XML_TOO_DEEP] = "nested too deeply",
	    [XML_TOO_WIDE] = "too many attributes",
	    [XML_TOO_MANY] = "too many elements",
	    [XML_MEMORY] = "out of memory",
	};
	struct slice rest;

	if (slice_trim(text).n == 0)
		return err_set(r->e, "%s: no <dictionary>: there is nothing in it",
		               s->file),
		       false;
	if (tree->end != XML_OK)
		return err_set(r->e, "%s:%u: %s%s%s", s->file,
		               (unsigned)(tree->line + line - 1), ends[tree->end],
		               tree->why != NULL ? ": " : "",
		               tree->why != NULL ? tree->why : ""),
		       false;
	rest = slice_trim(slice_tail(text, tree->end_offset));
	/* Each round takes a comment. */
	while (slice_starts(rest, SLICE("<!--"))) {
		size_t at = slice_find(slice_tail(rest, 4), SLICE("-->"));

		rest = slice_trim(slice_tail(rest, 4 + at + 3));
	}
	return rest.n == 0 ||
	       (err_set(r->e, "%s:%u: something stands behind </dictionary>", s->file,
	                (unsigned)(tree->line + line - 1)),
	        false);
}

static bool
source_add(struct reader *r, const struct dict_source *s)
{
	struct dict_node *root, *i, *next;
	struct xml_tree tree;
	struct slice text;
	uint32_t line;
	size_t k;

	if (!text_take(r, s, &text, &line))
		return false;
	xml_read(r->xml, text, r->a, &tree);
	if (!tree_ended(r, s, text, &tree, line))
		return false;
	for (k = 0; k < tree.nodes_total; k++)
		tree.nodes[k].line += line - 1;
	root = tree_make(r, s->file, &tree);
	/* The schema's place, for editors, is all that namespaces are good for here. */
	if (root != NULL && tree.namespaces && !wants(root, "noNamespaceSchemaLocation"))
		return dict_wrong(r->e, root, "names have no namespaces here");
	if (root == NULL || !places_fit(r, root))
		return false;
	if (r->all == NULL) {
		r->all = node_new(r, root);
		if (r->all == NULL)
			return false;
	}
	for (i = root->first; i != NULL; i = next) {
		bool right = false;

		next = i->next;
		switch (i->element) {
		case DICT_ELEMENT_GROUP:
			right = group_add(r, i);
			break;
		case DICT_ELEMENT_COMMAND:
			right = command_add(r, i);
			break;
		default:
			right = extend(r, i);
			break;
		}
		if (!right)
			return false;
	}
	return true;
}

struct dict_node *
dict_tree_read(const struct dict_source *sources, size_t total, struct xml *x,
               struct arena *a, struct err *e)
{
	struct reader r = {.xml = x, .a = a, .e = e};
	size_t i;

	for (i = 0; i < total; i++)
		if (!source_add(&r, &sources[i]))
			return NULL;
	return r.all;
}
