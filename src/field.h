/* field - the fields that SIP messages, SDP and our own outputs have: fields.def. Those of MANSCDP bodies
 * stand in the dictionary; `registry` has both. */
#ifndef SRC_FIELD_H
#define SRC_FIELD_H

#include "dissect/slice.h"
#include "src/rule.h"

struct field_info {
	const char *name, *type, *meaning, *source;
};

/* What not every field has: rows with the name of their field. */
struct field_value {
	const char *name, *value, *meaning;
};
struct field_range {
	const char *name;
	int64_t low, high;
	const char *unit; /* "" where it only counts */
};
struct field_need {
	const char *name, *where; /* where it must stand, in words */
};
struct field_spelling {
	const char *name, *other;
};
/* A rule whose findings name the field; of a MANSCDP element: "manscdp." and its own name. */
struct field_rule {
	const char *name;
	enum rule rule;
};

size_t field_total(void);
const struct field_info *field_at(size_t i);
const struct field_info *field_find(struct slice name); /* any case; NULL: not known */

/* The next row of that field at or behind *at, which moves behind it; NULL: no more. */
const struct field_value *field_value_next(const char *name, size_t *at);
const struct field_spelling *field_spelling_next(const char *name, size_t *at);
const struct field_range *field_range_of(const char *name); /* NULL: none */
const char *field_need_of(const char *name);                /* NULL: it need not stand */
/* The next rule that looks at the field, or at a part of it ("sip.Via" has those of "sip.Via.branch"). */
const struct field_rule *field_rule_next(struct slice name, size_t *at);

#endif
