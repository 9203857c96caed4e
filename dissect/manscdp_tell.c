#include "dissect/manscdp_walk.h"

#include <stdio.h>

enum { PROBLEMS_FIRST = 16, NAME_SHOWN = 64 };

/* "/name[2]" at the end of text: how much was written. */
static size_t
step_write(uint8_t *text, struct slice name, bool attribute, uint32_t occurrence)
{
	char number[16];
	size_t n = 0;
	int digits;

	text[n++] = '/';
	if (attribute)
		text[n++] = '@';
	name = slice_head(name, NAME_SHOWN);
	if (name.n != 0)
		memcpy(text + n, name.p, name.n);
	n += name.n;
	if (occurrence != 0) {
		digits = snprintf(number, sizeof(number), "[%u]", (unsigned)occurrence);
		memcpy(text + n, number, (size_t)digits);
		n += (size_t)digits;
	}
	return n;
}

/* A name cut in mid-character would not be UTF-8. */
static struct slice
name_shown(struct slice name)
{
	size_t n = NAME_SHOWN;

	if (name.n <= n)
		return name;
	while (n != 0 && (name.p[n] & 0xC0) == 0x80)
		n--;
	return slice_head(name, n);
}

static struct slice
path_make(struct walk *w, const struct walk_problem *p)
{
	const size_t step = NAME_SHOWN + 16;
	uint8_t *text = arena_alloc(w->a, (w->frames_total + 2) * step);
	size_t i, n = 0;

	if (text == NULL)
		return SLICE_EMPTY;
	for (i = 0; i < w->frames_total; i++) {
		const struct walk_frame *f = &w->frames[i];

		n += step_write(text + n, name_shown(w->nodes[f->node].name), false,
		                f->def->max == 1 ? 0 : f->occurrence);
	}
	/* Before the walk: about the root, or about what should be in it. */
	if (w->frames_total == 0 && !slice_eq(p->name, w->nodes[0].name))
		n += step_write(text, name_shown(w->nodes[0].name), false, 0);
	if (p->name.n != 0)
		n += step_write(text + n, name_shown(p->name), p->attribute,
		                p->occurrence);
	return slice_of(text, n);
}

static bool
room_make(struct walk *w)
{
	size_t room = w->problems_room ? w->problems_room * 2 : PROBLEMS_FIRST;
	struct manscdp_problem *more;

	if (w->out->problems_total < w->problems_room)
		return true;
	more = arena_array(w->a, room, sizeof(*more));
	if (more == NULL)
		return false;
	if (w->out->problems_total != 0)
		memcpy(more, w->out->problems, w->out->problems_total * sizeof(*more));
	w->out->problems = more;
	w->problems_room = room;
	return true;
}

void
walk_tell(struct walk *w, const struct walk_problem *p)
{
	const struct walk_frame *top =
	    w->frames_total ? &w->frames[w->frames_total - 1] : NULL;
	struct manscdp_problem *out;

	/* A flood of notes hides no error. */
	if (w->out->problems_total >=
	        (p->weight == MANSCDP_ERROR ? 2 * MANSCDP_PROBLEMS : MANSCDP_PROBLEMS) ||
	    !room_make(w)) {
		w->full = true;
		return;
	}
	out = &w->out->problems[w->out->problems_total++];
	*out = (struct manscdp_problem){
	    .kind = p->kind,
	    .node = p->node,
	    .path = path_make(w, p),
	    .value = p->value,
	    .expected = p->expected,
	    .clause = p->clause.n != 0 || top == NULL ? p->clause : top->def->clause,
	    .line = w->nodes[p->node].line,
	    .fatal = p->weight == MANSCDP_ERROR,
	    .weight = p->weight,
	    .secret = p->secret,
	};
}
