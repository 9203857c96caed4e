#include "dissect/manscdp_walk.h"

#include <stdio.h>

enum { CLOCK_CHARACTERS = 19 }; /* YYYY-MM-DDThh:mm:ss */

static bool
is_called(const struct dict_field *f, struct slice name)
{
	return slice_eq(f->name, name) ||
	       (f->alias_of != NULL && slice_eq(f->alias_of->name, name));
}

/* The first child of that name, by whatever spelling; 0: it is not there. */
static uint32_t
sibling(const struct walk_frame *f, struct slice name)
{
	size_t i;

	for (i = 0; i < f->def->children_total; i++)
		if (f->counts[i] != 0 && is_called(f->def->children[i], name))
			return f->first[i];
	return 0;
}

static struct slice
sibling_text(const struct walk *w, const struct walk_frame *f, struct slice name)
{
	uint32_t node = sibling(f, name);

	return node != 0 ? slice_trim(w->nodes[node].text) : SLICE_EMPTY;
}

static struct slice
words(struct walk *w, const char *before, struct slice a, const char *between,
      struct slice b)
{
	char text[192];
	int n = snprintf(text, sizeof(text), "%s%.*s%s%.*s", before, SLICE_ARG(a),
	                 between, SLICE_ARG(b));
	size_t used = n < 0 ? 0 : (size_t)n;

	return arena_keep(w->a,
	                  slice_of(text, used < sizeof(text) ? used : sizeof(text) - 1));
}

static void
tell(struct walk *w, const struct walk_frame *f, const struct dict_field *child,
     enum manscdp_problem_kind kind, uint8_t weight, uint32_t node, struct slice expected)
{
	bool there = node != 0;

	walk_tell(w, &(struct walk_problem){
	                 .kind = kind,
	                 .weight = weight,
	                 .node = there ? node : f->node,
	                 .name = there ? w->nodes[node].name : child->name,
	                 .occurrence = there && child->max != 1 ? 1 : 0,
	                 .value = there ? slice_trim(w->nodes[node].text) : SLICE_EMPTY,
	                 .expected = expected,
	                 .clause = child->clause,
	                 .secret = child->secret,
	             });
}

static bool
in_edition(const struct walk *w, const struct dict_field *child)
{
	return w->edition == 0 || (child->editions & w->edition) != 0;
}

/* when="UpgradeResult=ERROR": then it has to be there, and to say something. */
static void
check_when(struct walk *w, const struct walk_frame *f, const struct dict_field *child)
{
	struct slice name, values, one, text;
	uint32_t node = sibling(f, child->name);
	bool holds = false;

	if (node != 0 && (!w->nodes[node].leaf || slice_trim(w->nodes[node].text).n != 0))
		return;
	if (!in_edition(w, child) || !slice_cut(child->when, '=', &name, &values))
		return;
	text = sibling_text(w, f, name);
	/* Each round takes one value. */
	while (slice_cut(values, '|', &one, &values))
		holds |= slice_eq(one, text);
	if (text.n != 0 && (holds || slice_eq(values, text)))
		/* What describes only is a wish. */
		tell(w, f, child, MANSCDP_CONDITION,
		     child->weight == MANSCDP_ERROR ? MANSCDP_WARNING : MANSCDP_NOTE,
		     node,
		     words(w, "a value, since ", name, " is ", slice_head(text, 64)));
}

/* beside="PTZCmd": alone it says nothing. */
static void
check_beside(struct walk *w, const struct walk_frame *f, const struct dict_field *child,
             uint32_t node)
{
	struct slice name, rest = child->beside;

	/* Each round takes a name. */
	while (slice_cut(rest, ' ', &name, &rest))
		if (sibling(f, name) != 0)
			return;
	if (sibling(f, rest) == 0)
		tell(w, f, child, MANSCDP_CONDITION, child->weight, node,
		     words(w, "", child->beside, " beside it", SLICE_EMPTY));
}

/* Elements of that name right below the node. */
static uint32_t
count_below(const struct walk *w, uint32_t parent, struct slice name)
{
	uint32_t i, n = 0;

	for (i = parent + 1;
	     i < w->nodes_total && w->nodes[i].depth > w->nodes[parent].depth; i++)
		n += w->nodes[i].parent == parent && !w->nodes[i].attribute &&
		     slice_eq(w->nodes[i].name, name);
	return n;
}

/* counts="RegionList/Item": it says how many of them there are. */
static void
check_counts(struct walk *w, const struct walk_frame *f, const struct dict_field *child,
             uint32_t node)
{
	struct slice list = SLICE_EMPTY, item = child->counts;
	uint32_t parent = f->node, total = 0;
	uint64_t says;
	char text[32];
	int n;

	if (slice_cut(child->counts, '/', &list, &item))
		parent = sibling(f, list);
	else
		list = SLICE_EMPTY;
	if (list.n == 0 || parent != 0)
		total = count_below(w, parent, item);
	if (!parse_u64(slice_trim(w->nodes[node].text), UINT64_MAX, &says) ||
	    says == total)
		return;
	n = snprintf(text, sizeof(text), "%u", (unsigned)total);
	tell(w, f, child, MANSCDP_COUNT, MANSCDP_WARNING, node,
	     arena_keep(w->a, slice_of(text, n > 0 ? (size_t)n : 0)));
}

/* before="EndTime". Clocks of different zones are not compared. */
static void
check_before(struct walk *w, const struct walk_frame *f, const struct dict_field *child,
             uint32_t node)
{
	struct slice begin = slice_trim(w->nodes[node].text);
	struct slice end = sibling_text(w, f, child->before);
	bool loose;
	int day;

	if (!manscdp_datetime_fits(begin, &loose) ||
	    !manscdp_datetime_fits(end, &loose) ||
	    !slice_eq(slice_tail(begin, CLOCK_CHARACTERS),
	              slice_tail(end, CLOCK_CHARACTERS)))
		return;
	day = memcmp(begin.p, end.p, 10);
	if (day > 0 || (day == 0 && memcmp(begin.p + 11, end.p + 11, 8) > 0))
		tell(w, f, child, MANSCDP_CONDITION, MANSCDP_WARNING, node,
		     words(w, "a time that is not after ", child->before, " ", end));
}

/* choice="command": of the siblings with the same word there is another before it. */
static void
check_choice(struct walk *w, const struct walk_frame *f, size_t at, uint32_t node)
{
	const struct dict_field *child = f->def->children[at];
	size_t i;

	for (i = 0; i < at; i++) {
		const struct dict_field *other = f->def->children[i];

		/* Some send both spellings of one, to be understood by all. */
		if (f->counts[i] != 0 && other->alias_of != child &&
		    child->alias_of != other && slice_eq(other->choice, child->choice)) {
			tell(w, f, child, MANSCDP_CHOICE, MANSCDP_NOTE, node,
			     words(w, "", other->name, " alone", SLICE_EMPTY));
			return;
		}
	}
}

void
walk_siblings_check(struct walk *w)
{
	const struct walk_frame *f = &w->frames[w->frames_total - 1];
	size_t i;

	if (!f->def->conditions)
		return;
	for (i = 0; i < f->def->children_total; i++) {
		const struct dict_field *child = f->def->children[i];
		uint32_t node = f->counts[i] != 0 ? f->first[i] : 0;

		if (child->when.n != 0 && child->alias_of == NULL)
			check_when(w, f, child);
		if (node == 0)
			continue;
		if (child->beside.n != 0)
			check_beside(w, f, child, node);
		if (child->counts.n != 0)
			check_counts(w, f, child, node);
		if (child->before.n != 0)
			check_before(w, f, child, node);
		if (child->choice.n != 0)
			check_choice(w, f, i, node);
	}
}
