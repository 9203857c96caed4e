/* charset - which character set octets really are in, and the same in UTF-8.
 *
 * GB 2312 is part of GBK, GBK of GB 18030; GB/T 28181 asks for GB 2312 (2011 to 2016) or
 * GB 18030 (2022), and the field sends UTF-8 as well. Decided by the octets; the
 * declaration only breaks ties. */
#ifndef SRC_CHARSET_H
#define SRC_CHARSET_H

#include "dissect/arena.h"
#include "src/err.h"

enum charset {
	CHARSET_NONE, /* of a declaration: none, or not known; of octets: undecidable */
	CHARSET_ASCII,
	CHARSET_UTF8,
	CHARSET_GB2312,
	CHARSET_GBK,
	CHARSET_GB18030,
	CHARSET_UTF16, /* seen, not decoded */
	CHARSET_OTHER, /* of a declaration only: a name that is none of these */
};

const char *charset_name(enum charset c); /* "UTF-8" ...; "" for NONE and OTHER */
bool charset_is_gb(enum charset c);
/* By the name of an XML declaration. Its spelling never reaches iconv. */
enum charset charset_declared(struct slice name);

struct charset_found {
	enum charset charset;
	size_t bad;        /* sequences that are no character of it */
	size_t places;     /* where such are, side by side counted as one */
	size_t bad_offset; /* of the first; its octets: */
	struct slice bad_octets;
	size_t bad_end;      /* behind the last */
	bool cut;            /* the first bad one is the octets' end, in mid-character */
	size_t wide;         /* characters of more than one octet */
	size_t wide_three;   /* of these in UTF-8: those of three octets */
	struct slice beyond; /* of GBK, GB18030: the first that is not in GB 2312 */
	/* The first octets that prove that they are not in the declared set, where it is another
	 * one; empty if all could be. */
	struct slice against;
	size_t against_offset;
};

void charset_find(struct slice in, enum charset declared, struct charset_found *out);

struct charset_converter;

struct charset_converter *
charset_new(struct err *e); /* NULL and *e: iconv lacks GB18030 */
/* In the arena, or `in` itself where nothing changes; bad octets as U+FFFD. False: no
 * memory. */
bool charset_utf8(struct charset_converter *c, enum charset from, struct slice in,
                  struct arena *a, struct slice *out);
/* The octets of `in` from which charset_utf8 made the first `characters` characters. */
size_t charset_octets(enum charset from, struct slice in, size_t characters);
void charset_free(struct charset_converter *c);

#endif
