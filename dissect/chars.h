/* chars - classes of octets in the grammar of SIP: RFC 3261 25.1. */
#ifndef DISSECT_CHARS_H
#define DISSECT_CHARS_H

#include "dissect/slice.h"

enum chars {
	CHARS_TOKEN = 1,
	CHARS_USER = 2,     /* unreserved, user-unreserved */
	CHARS_PASSWORD = 4, /* unreserved, & = + $ , */
	CHARS_PARAM = 8,    /* paramchar of an URI */
	CHARS_HEADER = 16,  /* hname and hvalue of an URI */
	CHARS_URIC = 32,    /* reserved, unreserved */
	CHARS_HOST = 64,    /* alphanum - . */
	CHARS_HEX = 128,
};

/* By octet: a sum of enum chars. */
extern const uint8_t chars_table[128];

static inline bool
chars_is(uint8_t c, unsigned classes)
{
	return c < 128 && (chars_table[c] & classes) != 0;
}

static inline bool
chars_blank(uint8_t c) /* SP, HTAB */
{
	return c == ' ' || c == '\t';
}

/* Offset of the first octet that is in none of the classes, or s.n. */
size_t chars_span(struct slice s, unsigned classes);
/* All octets in these classes, or "%" and two hex digits: RFC 3261 25.1, escaped. True
 * if empty. */
bool chars_escaped(struct slice s, unsigned classes);
/* Offset of the first SP, HTAB, CR or LF, or s.n; and of the first that is none of
 * them. */
size_t chars_word(struct slice s);
size_t chars_gap(struct slice s);
/* Octets of the UTF-8 character that s (not empty) begins with, and *out, if not NULL, which it is;
 * 0: none. RFC 3629 4. */
size_t chars_utf8(struct slice s, uint32_t *out);

/* What moves text about on a terminal: C1, zero width, direction marks and isolates, line separators. */
bool chars_invisible(uint32_t c);

#endif
