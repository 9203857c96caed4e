/* manscdp_walk - where a walk over a body's elements stands: the open ones, and what was
 * found wrong.
 *
 * Shared by manscdp.c, which walks, and by manscdp_tell.c and manscdp_check.c, which it
 * asks. */
#ifndef DISSECT_MANSCDP_WALK_H
#define DISSECT_MANSCDP_WALK_H

#include "dissect/manscdp_value.h"

/* An open element that the dictionary knows. */
struct walk_frame {
	uint32_t node;
	const struct dict_field *def;
	uint32_t occurrence; /* which of its name under its parent, from 1 */
	uint32_t *counts;    /* of each child in the dictionary; DICT_CHILDREN of them */
	uint32_t *first;     /* of each child, the first node; where counts is not 0 */
	uint32_t furthest;   /* of the children seen, the last in the dictionary */
	size_t hint;         /* where the next child probably is */
	bool disordered, misplaced;
	struct slice device, parent_id, group, event,
	    num; /* trimmed texts of children that conditions ask for */
	uint32_t elements, parent_id_node, group_node;
};

struct walk {
	const struct dict_command *command;
	const struct manscdp_node *nodes;
	size_t nodes_total;
	uint8_t edition;
	bool guessed;    /* `edition` is what the fields alone tell */
	uint8_t evident; /* editions that have all that came so far */
	struct arena *a;
	struct manscdp *out;
	struct walk_frame *frames;
	size_t frames_total, frames_room;
	size_t problems_room, before; /* before the first walk: about CmdType */
	bool full;
};

/* One thing wrong about a child of the top frame, or about the top frame itself (`name`
 * empty). */
struct walk_problem {
	enum manscdp_problem_kind kind;
	uint8_t weight;
	uint32_t node;
	struct slice name;   /* of the child */
	uint32_t occurrence; /* of the child; 0: it can stand but once */
	struct slice value, expected, clause;
	bool attribute, secret;
};
void walk_tell(struct walk *w, const struct walk_problem *p);

/* What must hold when the top frame ends: required children, counts, conditions. */
void walk_end_check(struct walk *w);
/* What the dictionary says of siblings: conditions, counts, order in time. */
void walk_siblings_check(struct walk *w);
/* What holds between fields of the whole body. */
void walk_body_check(struct walk *w);
/* Another spelling of the field stands in its place. */
bool walk_alias_there(const struct walk_frame *f, const struct dict_field *child);
bool walk_requires(const struct walk *w, const struct dict_field *f);
/* How bad it is where it lacks. */
uint8_t walk_lack_weight(const struct walk *w, const struct dict_field *f);

#endif
