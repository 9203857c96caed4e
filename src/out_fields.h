/* out_fields - the decoded tree of a MANSCDP body as JSON. */
#ifndef SRC_OUT_FIELDS_H
#define SRC_OUT_FIELDS_H

#include "dissect/manscdp.h"
#include "src/emit.h"
#include "src/hash.h"

/* Objects by element name, attributes as @Name, repeatable elements as lists. The key is for names that are
 * not in the dictionary. */
void fields_emit(struct emit *j, const struct manscdp *b, const struct hash_key *key);

/* The value of the first node alone, without its name. */
void fields_value_emit(struct emit *j, const struct manscdp *b,
                       const struct hash_key *key);
/* What is below the first node, as members of an object that is open. */
void fields_members_emit(struct emit *j, const struct manscdp *b,
                         const struct hash_key *key);

/* Makes them one after the other, as text. */
struct fields_maker {
	struct emit json;
	struct hash_key key;
	struct arena scratch;
};

void fields_maker_init(struct fields_maker *f);
/* As tracker_options.keep_tree, with a fields_maker. Empty without memory. */
struct slice fields_make(void *maker, const struct manscdp *m, struct arena *a);
void fields_maker_free(struct fields_maker *f);

#endif
