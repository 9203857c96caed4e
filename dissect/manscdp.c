#include "dissect/manscdp.h"

#include "dissect/manscdp_walk.h"

static const struct slice roots[] = {
    {(const uint8_t *)"Control", 7},
    {(const uint8_t *)"Query", 5},
    {(const uint8_t *)"Notify", 6},
    {(const uint8_t *)"Response", 8},
};

const struct dict_command *
dict_find(const struct dict *d, struct slice root, struct slice CmdType)
{
	size_t i;

	for (i = 0; i < d->commands_total; i++) {
		const struct dict_command *c = &d->commands[i];

		if (slice_eq(c->root, root) &&
		    (slice_eq(c->CmdType, CmdType) ||
		     (c->alias.n != 0 && slice_eq(c->alias, CmdType))))
			return c;
	}
	return NULL;
}

static const struct dict_command *
find_any_case(const struct dict *d, struct slice root, struct slice CmdType)
{
	size_t i;

	for (i = 0; i < d->commands_total; i++) {
		const struct dict_command *c = &d->commands[i];

		if (slice_ieq(c->root, root) && slice_ieq(c->CmdType, CmdType))
			return c;
	}
	return NULL;
}

/* Parents stand before their children, one level up, and all under one root: nothing else
 * is relied on. */
static bool
list_sound(const struct manscdp_node *nodes, size_t total)
{
	size_t i;

	if (total == 0 || total >= MANSCDP_NONE || nodes[0].parent != MANSCDP_NONE ||
	    nodes[0].depth != 0 || nodes[0].attribute)
		return false;
	for (i = 1; i < total; i++) {
		const struct manscdp_node *n = &nodes[i];

		if (n->parent >= i || nodes[n->parent].attribute ||
		    n->depth != nodes[n->parent].depth + 1)
			return false;
		/* Document order: the parent is on the path to the node before. */
		if (nodes[i - 1].depth + 1 < n->depth)
			return false;
	}
	return true;
}

/* The texts that others ask for, whatever the dictionary says. First come, first served. */
static void
fields_read(struct manscdp *m)
{
	struct {
		struct slice name, *text;
	} wanted[] = {
	    {SLICE("CmdType"), &m->CmdType},   {SLICE("SN"), &m->SN},
	    {SLICE("DeviceID"), &m->DeviceID}, {SLICE("SumNum"), &m->SumNum},
	    {SLICE("Status"), &m->Status},     {SLICE("Result"), &m->Result},
	};
	uint32_t i, list = MANSCDP_NONE;
	size_t k;

	m->root = m->nodes[0].name;
	for (i = 1; i < m->nodes_total; i++) {
		const struct manscdp_node *n = &m->nodes[i];

		if (n->attribute && n->depth == 2 && slice_ieq(n->name, SLICE("Num")) &&
		    (list == MANSCDP_NONE || list == n->parent)) {
			list = n->parent;
			m->Num = slice_trim(n->text);
		}
		if (n->parent == list && !n->attribute) {
			/* Some write Num as an element. */
			if (!slice_ieq(n->name, SLICE("Num")))
				m->items++;
			else if (m->Num.n == 0)
				m->Num = slice_trim(n->text);
		}
		if (n->depth != 1 || n->attribute)
			continue;
		if (list == MANSCDP_NONE && n->name.n > 4 &&
		    slice_eq(slice_tail(n->name, n->name.n - 4), SLICE("List")))
			list = i;
		for (k = 0; k < sizeof(wanted) / sizeof(wanted[0]); k++)
			if (wanted[k].text->n == 0 &&
			    slice_ieq(n->name, wanted[k].name)) {
				*wanted[k].text = slice_trim(n->text);
				break;
			}
	}
}

static const struct dict_field *
child_named(struct walk_frame *f, struct slice name)
{
	const struct dict_field *def = f->def;
	size_t i;

	/* Siblings come in the dictionary's order, with gaps; items of a list are alike. */
	for (i = f->hint; i < def->children_total && i < f->hint + 4; i++)
		if (slice_eq(def->children[i]->name, name))
			return def->children[f->hint = i];
	for (i = 0; i < def->children_total; i++)
		if (slice_eq(def->children[i]->name, name))
			return def->children[f->hint = i];
	return NULL;
}

static const struct dict_field *
child_any_case(const struct dict_field *def, struct slice name)
{
	size_t i;

	for (i = 0; i < def->children_total; i++)
		if (slice_ieq(def->children[i]->name, name))
			return def->children[i];
	return NULL;
}

/* .NET writes a blank at the end of an XmlElement's name so, as GB28181.Solution has it. */
static struct slice
name_bare(struct slice name)
{
	struct slice blank = SLICE("_x0020_");

	/* Each round takes a blank. */
	while (name.n > blank.n && slice_eq(slice_tail(name, name.n - blank.n), blank))
		name = slice_head(name, name.n - blank.n);
	return name;
}

static const struct dict_field *
field_elsewhere(const struct dict_command *c, struct slice name)
{
	size_t i;

	for (i = 0; i < c->fields_total; i++)
		if (slice_eq(c->fields[i]->name, name))
			return c->fields[i];
	return NULL;
}

static void
tell_child(struct walk *w, uint32_t node, const struct dict_field *def,
           uint32_t occurrence, enum manscdp_problem_kind kind, uint8_t weight,
           struct slice expected)
{
	const struct manscdp_node *n = &w->nodes[node];

	walk_tell(w, &(struct walk_problem){
	                 .kind = kind,
	                 .weight = weight,
	                 .node = node,
	                 .name = n->name,
	                 .occurrence = def == NULL || def->max == 1 ? 0 : occurrence,
	                 .value = n->text,
	                 .expected = expected,
	                 .clause = def != NULL ? def->clause : SLICE_EMPTY,
	                 .attribute = n->attribute,
	                 /* Wherever it stands, however it is written. */
	                 .secret = (def != NULL && def->secret) ||
	                           slice_istarts(n->name, SLICE("Password")),
	             });
}

struct slice
manscdp_edition_words(uint8_t editions)
{
	switch (editions) {
	case EDITION_2011:
		return SLICE("2011 only");
	case EDITION_2014:
		return SLICE("2014 only");
	case EDITION_2016:
		return SLICE("2016 only");
	case EDITION_2022:
		return SLICE("2022 only");
	case EDITION_2016 | EDITION_2022:
		return SLICE("2016 and 2022");
	case EDITION_2011 | EDITION_2014:
		return SLICE("2011 and 2014");
	case EDITION_2011 | EDITION_2014 | EDITION_2016:
		return SLICE("2011 to 2016");
	case EDITION_2014 | EDITION_2016:
		return SLICE("2014 and 2016");
	case EDITION_2014 | EDITION_2016 | EDITION_2022:
		return SLICE("2014 to 2022");
	default:
		return SLICE("another edition");
	}
}

/* Which field of the dictionary this child of the top frame is; says so where its name or
 * place is wrong. */
static const struct dict_field *
child_find(struct walk *w, uint32_t node, bool *misplaced)
{
	struct walk_frame *top = &w->frames[w->frames_total - 1];
	const struct manscdp_node *n = &w->nodes[node];
	const struct dict_field *def = child_named(top, n->name);

	*misplaced = top->misplaced;
	if (def != NULL && def->attribute == n->attribute)
		return def;
	if (def == NULL && top->def->type != DICT_OPEN) {
		def = child_any_case(top->def, n->name);
		if (def != NULL && def->attribute == n->attribute) {
			tell_child(w, node, def, 0, MANSCDP_CASE, MANSCDP_WARNING,
			           def->name);
			return def;
		}
	}
	if (def == NULL && top->def->type != DICT_OPEN && !n->attribute) {
		def = child_named(top, name_bare(n->name));
		if (def != NULL && !def->attribute) {
			tell_child(w, node, def, 0, MANSCDP_SPELLING, MANSCDP_NOTE,
			           def->name);
			return def;
		}
		def = NULL;
	}
	if (def != NULL) {
		tell_child(w, node, def, 0, MANSCDP_MISPLACED, MANSCDP_WARNING,
		           def->attribute ? SLICE("an attribute of its parent")
		                          : SLICE("an element"));
		return def;
	}
	if (top->def->type == DICT_OPEN || top->def->secret)
		return NULL; /* extensions are the sender's own; and so is a password */
	def = field_elsewhere(w->command, n->name);
	if (def == NULL || def->attribute != n->attribute) {
		tell_child(w, node, NULL, 0, MANSCDP_UNKNOWN_FIELD, MANSCDP_NOTE,
		           SLICE_EMPTY);
		return NULL;
	}
	tell_child(w, node, NULL, 0, MANSCDP_MISPLACED, MANSCDP_WARNING,
	           SLICE("another place in this command"));
	/* One level is judged on; a misplaced one within a misplaced one is not worth it. */
	if (top->misplaced)
		return NULL;
	*misplaced = true;
	return def;
}

static void
check_order(struct walk *w, uint32_t node, const struct dict_field *def)
{
	struct walk_frame *top = &w->frames[w->frames_total - 1];

	if (def->attribute || def->any_order || w->nodes[node].attribute)
		return;
	if (def->index >= top->furthest) {
		top->furthest = def->index;
		return;
	}
	if (top->disordered)
		return;
	top->disordered = true;
	walk_tell(w, &(struct walk_problem){
	                 .kind = MANSCDP_ORDER,
	                 .weight = MANSCDP_NOTE,
	                 .node = node,
	                 .name = w->nodes[node].name,
	                 .value = w->nodes[node].name,
	                 .expected = top->def->children[top->furthest]->name,
	                 .clause = def->clause,
	             });
}

static void
check_empty(struct walk *w, uint32_t node, const struct dict_field *def,
            uint32_t occurrence)
{
	uint8_t weight = MANSCDP_NOTE;

	if (walk_requires(w, def) &&
	    (def->required_of == 0 || def->required_of == DICT_NODE_ALL))
		weight = walk_lack_weight(w, def);
	else if (def->type == DICT_STRING || def->type == DICT_PATTERN)
		return; /* nothing to say is a text too */
	/* Stacks of all kinds leave names and times empty; what others are found by must
	 * be there. */
	if (weight == MANSCDP_ERROR &&
	    (def->type == DICT_STRING || def->type == DICT_DATETIME) &&
	    !slice_eq(def->name, SLICE("CmdType")))
		weight = MANSCDP_WARNING;
	tell_child(w, node, def, occurrence, MANSCDP_EMPTY, weight, def->meaning);
}

static void
check_value(struct walk *w, uint32_t node, const struct dict_field *def,
            uint32_t occurrence)
{
	struct slice text = w->nodes[node].text, value = slice_trim(text);
	struct manscdp_fault fault = {.kind = MANSCDP_TYPE};

	if (def->type == DICT_OPEN) {
		/* Elements, or a text of some length. */
		if (value.n != 0 && w->nodes[node].leaf &&
		    !manscdp_value_fits(def, value, w->edition, w->a, &fault))
			tell_child(w, node, def, occurrence, fault.kind, fault.weight,
			           fault.expected);
		return;
	}
	if (def->type == DICT_COMPLEX) {
		if (value.n != 0)
			tell_child(w, node, def, occurrence, MANSCDP_TEXT,
			           MANSCDP_WARNING, SLICE("elements, no text"));
		return;
	}
	if (value.n == 0) {
		check_empty(w, node, def, occurrence);
		return;
	}
	if (def->type != DICT_STRING && value.n != text.n)
		tell_child(w, node, def, occurrence, MANSCDP_SPACE, MANSCDP_NOTE, value);
	if (!manscdp_value_fits(def, value, w->edition, w->a, &fault))
		tell_child(w, node, def, occurrence, fault.kind, fault.weight,
		           fault.expected);
	else if (def->type == DICT_HEX && slice_eq(def->name, SLICE("PTZCmd")) &&
	         !manscdp_ptz_fits(value, w->a, &fault))
		tell_child(w, node, def, occurrence, fault.kind, fault.weight,
		           fault.expected);
}

static void
check_mixed(struct walk *w, uint32_t node, const struct dict_field *def,
            uint32_t occurrence)
{
	uint8_t before = w->evident;

	if (def->editions == 0 || before == 0)
		return;
	w->evident &= def->editions;
	/* Where the edition is known, the breach of it is told. */
	if (w->evident == 0 && w->edition == 0)
		tell_child(w, node, def, occurrence, MANSCDP_MIXED, MANSCDP_NOTE,
		           manscdp_edition_words(before));
}

static void
check_spelling(struct walk *w, uint32_t node, const struct dict_field *def,
               uint32_t occurrence)
{
	if (def->alias_of != NULL) {
		if (def->editions == 0 ||
		    (w->edition != 0 && (def->editions & w->edition) == 0))
			tell_child(w, node, def, occurrence, MANSCDP_SPELLING,
			           MANSCDP_NOTE, def->alias_of->name);
	} else if (w->edition != 0 && (def->editions & w->edition) == 0 &&
	           (w->frames[w->frames_total - 1].def->editions & w->edition) != 0) {
		/* Once, at the top of what another edition brought. */
		tell_child(w, node, def, occurrence, MANSCDP_EDITION, MANSCDP_ERROR,
		           manscdp_edition_words(def->editions));
	}
}

static void
remember(struct walk_frame *f, uint32_t node, const struct manscdp_node *n)
{
	struct slice text = slice_trim(n->text);

	if (!n->attribute && !slice_ieq(n->name, SLICE("Num")))
		f->elements++;
	if (slice_eq(n->name, SLICE("DeviceID")) && f->device.n == 0)
		f->device = text;
	else if (slice_eq(n->name, SLICE("Event")))
		f->event = text;
	else if (slice_ieq(n->name, SLICE("Num")))
		f->num = text;
	else if (slice_eq(n->name, SLICE("ParentID"))) {
		f->parent_id = text;
		f->parent_id_node = node;
	} else if (slice_eq(n->name, SLICE("BusinessGroupID"))) {
		f->group = text;
		f->group_node = node;
	}
}

static bool
frame_push(struct walk *w, uint32_t node, const struct dict_field *def,
           uint32_t occurrence, bool misplaced)
{
	struct walk_frame *f = &w->frames[w->frames_total];
	uint32_t *counts = f->counts; /* of an earlier frame at this depth */

	if (counts == NULL)
		counts = arena_array(w->a, 2 * DICT_CHILDREN, sizeof(*counts));
	if (counts == NULL)
		return false;
	memset(counts, 0, def->children_total * sizeof(*counts));
	*f = (struct walk_frame){.node = node,
	                         .def = def,
	                         .occurrence = occurrence,
	                         .counts = counts,
	                         .first = counts + DICT_CHILDREN,
	                         .misplaced = misplaced};
	w->frames_total++;
	return true;
}

static void
frame_pop(struct walk *w)
{
	walk_end_check(w);
	w->frames_total--;
}

static bool
child_visit(struct walk *w, struct manscdp_node *nodes, uint32_t node)
{
	struct walk_frame *top = &w->frames[w->frames_total - 1];
	const struct manscdp_node *n = &nodes[node];
	const struct dict_field *def;
	uint32_t occurrence = 1;
	bool misplaced;

	remember(top, node, n);
	def = child_find(w, node, &misplaced);
	if (def == NULL)
		return true;
	nodes[node].def = def;
	/* One that belongs elsewhere is not in this frame's counts. */
	if (def->index < top->def->children_total &&
	    top->def->children[def->index] == def) {
		occurrence = ++top->counts[def->index];
		if (occurrence == 1)
			top->first[def->index] = node;
		if (def->max != 0 && occurrence == def->max + 1)
			tell_child(
			    w, node, def, occurrence, MANSCDP_REPEATED, def->weight,
			    def->max == 1 ? SLICE("once") : SLICE("fewer of them"));
		check_order(w, node, def);
	}
	check_mixed(w, node, def, occurrence);
	check_spelling(w, node, def, occurrence);
	check_value(w, node, def, occurrence);
	if (n->attribute)
		return true;
	return frame_push(w, node, def, occurrence, misplaced);
}

static bool
frames_make(struct walk *w)
{
	size_t i, deepest = 0;

	for (i = 0; i < w->nodes_total; i++)
		if (w->nodes[i].depth > deepest)
			deepest = w->nodes[i].depth;
	w->frames = arena_array(w->a, deepest + 2, sizeof(*w->frames));
	return w->frames != NULL;
}

static bool
walk_nodes(struct walk *w, struct manscdp_node *nodes)
{
	uint32_t i;

	if (!frame_push(w, 0, w->command->field, 1, false))
		return false;
	nodes[0].def = w->command->field;
	for (i = 1; i < w->nodes_total; i++) {
		/* Document order: what is open and not the parent has ended. */
		while (w->frames_total > 1 &&
		       w->frames[w->frames_total - 1].node > nodes[i].parent)
			frame_pop(w);
		if (w->frames[w->frames_total - 1].node != nodes[i].parent)
			continue; /* within something unknown, which was told */
		if (!child_visit(w, nodes, i))
			return false;
	}
	while (w->frames_total > 1)
		frame_pop(w);
	walk_body_check(w);
	frame_pop(w);
	return true;
}

/* Root or CmdType that the dictionary does not have as it stands. */
static void
tell_command(struct walk *w, enum manscdp_problem_kind kind, uint8_t weight,
             struct slice name, struct slice value, struct slice expected)
{
	walk_tell(w, &(struct walk_problem){
	                 .kind = kind,
	                 .weight = weight,
	                 .name = name,
	                 .value = value,
	                 .expected = expected,
	                 .clause = SLICE("GB/T 28181-2022 A.2"),
	             });
}

static const struct dict_command *
command_find(struct walk *w, const struct dict *d)
{
	struct manscdp *m = w->out;
	const struct dict_command *c = dict_find(d, m->root, m->CmdType);
	bool known = false, near = false;
	size_t i;

	if (c != NULL && slice_eq(c->CmdType, m->CmdType))
		return c;
	if (c != NULL) {
		if (c->alias_editions == 0 ||
		    (w->edition != 0 && (c->alias_editions & w->edition) == 0))
			tell_command(w, MANSCDP_SPELLING, MANSCDP_NOTE, SLICE("CmdType"),
			             m->CmdType, c->CmdType);
		return c;
	}
	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		known |= slice_eq(roots[i], m->root);
		near |= slice_ieq(roots[i], m->root);
	}
	c = find_any_case(d, m->root, m->CmdType);
	if (!known)
		tell_command(w, near ? MANSCDP_CASE : MANSCDP_UNKNOWN_COMMAND,
		             c != NULL ? MANSCDP_WARNING : MANSCDP_ERROR, m->root,
		             m->root, SLICE("Control, Query, Notify or Response"));
	if (c != NULL) {
		if (!slice_eq(c->CmdType, m->CmdType))
			tell_command(w, MANSCDP_CASE, MANSCDP_WARNING, SLICE("CmdType"),
			             m->CmdType, c->CmdType);
		return c;
	}
	if (m->CmdType.n == 0 && near)
		tell_command(w, MANSCDP_MISSING, MANSCDP_ERROR, SLICE("CmdType"),
		             SLICE_EMPTY, SLICE("the name of the command"));
	else if (known)
		tell_command(w, MANSCDP_UNKNOWN_COMMAND, MANSCDP_WARNING,
		             SLICE("CmdType"), m->CmdType,
		             SLICE("a command of GB/T 28181"));
	return NULL;
}

static bool
walk_whole(struct walk *w, struct manscdp_node *nodes)
{
	const struct dict_command *c = w->command;

	w->evident = c->editions;
	if (c->alias_editions != 0 && slice_eq(c->alias, w->out->CmdType))
		w->evident = c->alias_editions;
	return frames_make(w) && walk_nodes(w, nodes);
}

/* The command is of several editions, its fields together are of one. */
static bool
edition_tells(const struct dict_command *c, uint8_t evident)
{
	return evident != 0 && (evident & (evident - 1)) == 0 && evident != c->editions;
}

/* By the edition that the fields told. What was found before is found again. */
static bool
walk_again(struct walk *w, struct manscdp_node *nodes)
{
	w->edition = w->evident;
	w->guessed = true;
	w->full = false;
	w->out->problems_total = w->before;
	return walk_whole(w, nodes);
}

enum dis
manscdp_judge(const struct dict *d, const struct dict_command *command,
              struct manscdp_node *nodes, size_t nodes_total, uint8_t edition,
              struct arena *a, struct manscdp *out)
{
	struct walk w = {.nodes = nodes,
	                 .nodes_total = nodes_total,
	                 .edition = edition,
	                 .a = a,
	                 .out = out};

	*out = (struct manscdp){.nodes = nodes};
	if (!list_sound(nodes, nodes_total))
		return DIS_BAD;
	out->nodes_total = nodes_total;
	fields_read(out);
	w.command = out->command = command != NULL ? command : command_find(&w, d);
	if (w.command == NULL)
		return w.full ? DIS_LIMIT : DIS_OK;
	if (edition != 0 && (w.command->editions & edition) == 0)
		tell_command(&w, MANSCDP_EDITION, MANSCDP_ERROR, SLICE("CmdType"),
		             out->CmdType, manscdp_edition_words(w.command->editions));
	w.before = out->problems_total;
	if (!walk_whole(&w, nodes))
		return DIS_LIMIT;
	if (edition == 0 && edition_tells(w.command, w.evident) && !walk_again(&w, nodes))
		return DIS_LIMIT;
	out->editions = w.evident;
	return w.full ? DIS_LIMIT : DIS_OK;
}

enum dis
manscdp_dissect(const struct dict *d, struct manscdp_node *nodes, size_t nodes_total,
                uint8_t edition, struct arena *a, struct manscdp *out)
{
	return manscdp_judge(d, NULL, nodes, nodes_total, edition, a, out);
}

/* As the dissector counts them: the first thing with a Num, or what ends in List. */
uint32_t
manscdp_list(const struct manscdp *m)
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
