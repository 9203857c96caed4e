/* member - a member of a JSON object: its key, and its value or null. */
#ifndef SRC_MEMBER_H
#define SRC_MEMBER_H

#include "src/emit.h"

void member_text(struct emit *j, const char *key, struct slice s); /* null when empty */
void member_text_if(struct emit *j, const char *key, bool has, struct slice s);
void member_string(struct emit *j, const char *key,
                   const char *s); /* a literal of ours; NULL: null */
void member_number(struct emit *j, const char *key, uint64_t n);
void member_number_if(struct emit *j, const char *key, bool has, uint64_t n);
void member_bool(struct emit *j, const char *key, bool b);
void member_bool_if(struct emit *j, const char *key, bool has, bool b);
/* Milliseconds with three decimals; null also where negative. */
void member_ms(struct emit *j, const char *key, bool has, int64_t ns);

#endif
