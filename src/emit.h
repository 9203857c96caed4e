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

void emit_open(struct emit *j, char bracket);   /* '{' or '[' */
void emit_close(struct emit *j, char bracket);  /* '}' or ']' */
void emit_key(struct emit *j, const char *key); /* a literal of ours: no escapes needed */
void emit_null(struct emit *j);
void emit_bool(struct emit *j, bool b);
void emit_number(struct emit *j, uint64_t n);
void emit_string(struct emit *j, const char *s); /* a literal of ours, or NULL for null */
/* Captured text: secrets masked, bad octets as U+FFFD, escaped. *bad, if not NULL, says whether octets were bad. */
void emit_text(struct emit *j, struct slice s, bool *bad);
void emit_hex(struct emit *j, struct slice s); /* octets as a string of hex digits */
void emit_text_key(struct emit *j, const char *before,
                   struct slice s);                     /* a key made of captured text */
void emit_raw(struct emit *j, const char *s, size_t n); /* ready JSON */
/* Ends a record: to the file, and empty again. */
void emit_flush(struct emit *j, FILE *f);
void emit_free(struct emit *j);

#endif
