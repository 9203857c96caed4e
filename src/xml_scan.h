/* xml_scan - cuts XML text into tags and text without judging it: counts and causes,
 * before and after the parser. */
#ifndef SRC_XML_SCAN_H
#define SRC_XML_SCAN_H

#include "dissect/slice.h"

enum xml_token_kind {
	XML_TEXT,
	XML_START,     /* <name ...> */
	XML_EMPTY,     /* <name .../> */
	XML_CLOSE,     /* </name> */
	XML_REFERENCE, /* the '&' of one; name is what follows it, up to the ';' */
	XML_OTHER,     /* comment, CDATA, processing instruction, DOCTYPE: complete */
	XML_RAW_LT,    /* a '<' that begins none of these */
	XML_RAW_AMP,   /* an '&' that begins no reference */
	XML_CUT,       /* the text ends within a tag, comment ... */
	XML_END,
};

struct xml_token {
	enum xml_token_kind kind;
	size_t offset;     /* where it begins in the text */
	struct slice name; /* of a tag; of a cut one as far as it is there */
	bool closing;      /* of a cut one: began with "</" */
	size_t attributes; /* quoted values of a tag */
	uint32_t line;     /* where it begins, from 1 */
};

struct xml_scan {
	struct slice rest;
	size_t offset;
	uint32_t line;
};

struct xml_scan xml_scan(struct slice text);
/* The next token; each takes one octet at least, XML_END at the end. */
void xml_scan_next(struct xml_scan *s, struct xml_token *out);
/* Octets at the front that a name may have. */
size_t xml_scan_name(struct slice s);
/* No tag has more attributes than that. */
bool xml_scan_attributes(struct slice text, size_t max);

#endif
