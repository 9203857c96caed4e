/* member - a member of a JSON object: its key, and its value or null. Inline: keys are literals, whose length is
 * then known. */
#ifndef SRC_MEMBER_H
#define SRC_MEMBER_H

#include "src/emit.h"

static inline void
member_text_if(struct emit *j, const char *key, bool has, struct slice s)
{
	emit_key(j, key);
	if (has)
		emit_text(j, s, NULL);
	else
		emit_null(j);
}

/* null when empty */
static inline void
member_text(struct emit *j, const char *key, struct slice s)
{
	member_text_if(j, key, s.n != 0, s);
}

/* A literal of ours; NULL: null. */
static inline void
member_string(struct emit *j, const char *key, const char *s)
{
	emit_key(j, key);
	emit_string(j, s);
}

static inline void
member_number(struct emit *j, const char *key, uint64_t n)
{
	emit_key(j, key);
	emit_number(j, n);
}

static inline void
member_number_if(struct emit *j, const char *key, bool has, uint64_t n)
{
	emit_key(j, key);
	if (has)
		emit_number(j, n);
	else
		emit_null(j);
}

static inline void
member_bool(struct emit *j, const char *key, bool b)
{
	emit_key(j, key);
	emit_bool(j, b);
}

static inline void
member_bool_if(struct emit *j, const char *key, bool has, bool b)
{
	emit_key(j, key);
	if (has)
		emit_bool(j, b);
	else
		emit_null(j);
}

/* Milliseconds with three decimals; null also where negative. */
void member_ms(struct emit *j, const char *key, bool has, int64_t ns);

#endif
