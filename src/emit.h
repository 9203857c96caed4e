/* emit - writes JSON into a buffer, in order, without a tree: for the records that come by the million.
 *
 * json-c builds the rest; a profile of a 64 MiB capture had it at 41 % of all instructions here. */
#ifndef SRC_EMIT_H
#define SRC_EMIT_H

#include <stdio.h>

#include "dissect/arena.h"

struct emit {
	char *text;
	size_t n, size;
	bool comma;            /* the next value of this level needs one before it */
	bool failed;           /* no memory: what was written is not whole */
	struct arena *scratch; /* for masked and mended copies */
};

void emit_open(struct emit *j, char bracket);  /* '{' or '[' */
void emit_close(struct emit *j, char bracket); /* '}' or ']' */
void emit_null(struct emit *j);
void emit_bool(struct emit *j, bool b);
void emit_number(struct emit *j, uint64_t n);
void emit_string(struct emit *j, const char *s); /* a literal of ours, or NULL for null */
/* Captured text: secrets masked, bad octets as U+FFFD, escaped. *bad, if not NULL, says whether octets were bad. */
void emit_text(struct emit *j, struct slice s, bool *bad);
void emit_hex(struct emit *j, struct slice s); /* octets as a string of hex digits */
void emit_text_key(struct emit *j, const char *before,
                   struct slice s); /* a key made of captured text */
void emit_raw(struct emit *j, const char *s,
              size_t n); /* ready JSON, where no comma is due */
void emit_ready(struct emit *j, const char *s, size_t n); /* a value that is ready JSON */
/* Ends a record: to the file, and empty again. */
char *emit_room(struct emit *j,
                size_t n); /* at least so many octets at text + n; NULL: no memory */
void emit_flush(struct emit *j, FILE *f);
void emit_free(struct emit *j);

/* A literal of ours: no escapes needed. Inline, so that its length is known where it is compiled. */
static inline void
emit_key(struct emit *j, const char *key)
{
	size_t n = strlen(key);
	char *p = n + 4 <= j->size - j->n ? j->text + j->n : emit_room(j, n + 4);

	if (p == NULL)
		return;
	*p = ',';
	p += j->comma;
	*p = '"';
	memcpy(p + 1, key, n);
	p[n + 1] = '"';
	p[n + 2] = ':';
	j->n = (size_t)(p - j->text) + n + 3;
	j->comma = false;
}

#endif
