/* out_fields - the decoded tree of a MANSCDP body as JSON. */
#ifndef SRC_OUT_FIELDS_H
#define SRC_OUT_FIELDS_H

#include "src/emit.h"
#include "src/hash.h"
#include "src/tracker.h"

/* Objects by element name, attributes as @Name, repeatable elements as lists. The key is for names that are
 * not in the dictionary. */
void fields_emit(struct emit *j, const struct kept_body *b, const struct hash_key *key);
/* The value of the first node alone, without its name. */
void fields_value_emit(struct emit *j, const struct kept_body *b,
                       const struct hash_key *key);
/* What is below the first node, as members of an object that is open. */
void fields_members_emit(struct emit *j, const struct kept_body *b,
                         const struct hash_key *key);

#endif
