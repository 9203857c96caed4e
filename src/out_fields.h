/* out_fields - the decoded tree of a MANSCDP body as JSON: objects by element name, attributes as @Name, repeatable
 * elements as lists. */
#ifndef SRC_OUT_FIELDS_H
#define SRC_OUT_FIELDS_H

#include "src/emit.h"
#include "src/hash.h"
#include "src/tracker.h"

enum {
	FIELDS_MEMBERS = 64, /* of a Response's root that are told apart */
	FIELDS_GROUPS = 8,   /* names of items in one list: there should be one */
};

/* Makes them one after the other. */
struct fields_maker {
	struct emit json;
	struct hash_key key; /* for names that are not in the dictionary */
	struct arena scratch;
	/* Of the one that is being made: where its parts are in json.text. */
	struct fields_span {
		size_t from, to;
		uint32_t node;
	} members[FIELDS_MEMBERS], groups[FIELDS_GROUPS];
	unsigned members_total, groups_total;
};

void fields_maker_init(struct fields_maker *f);
/* As tracker_options.keep_tree, with a fields_maker. Empty without memory. */
struct slice fields_make(void *maker, const struct manscdp *m, struct arena *a,
                         const struct answer_tree **answer);
void fields_maker_free(struct fields_maker *f);

#endif
