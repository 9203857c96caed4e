/* body_why - why a body is not well-formed XML: the likely cause, where it can be proved. */
#ifndef SRC_BODY_WHY_H
#define SRC_BODY_WHY_H

#include "src/charset.h"
#include "src/xml.h"

struct body_why_in {
	struct slice text;           /* UTF-8, behind the declaration */
	size_t octets;               /* of the body, as Content-Length has it */
	uint32_t line;               /* of the text's front in the body, from 1 */
	const struct xml_tree *tree; /* what the parser said */
	const struct charset_found *found;
	enum charset declared;
};

struct body_why {
	struct slice detail; /* a clause, in the arena or static */
	uint32_t line;       /* in the body */
	bool early;          /* the body ends in the midst of it */
};

void body_why(const struct body_why_in *in, struct arena *a, struct body_why *out);

/* printf into the arena; what comes from the capture is cut short by its caller. */
struct slice text_format(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* At most 64 octets of it, whole characters, for such use. */
struct slice text_short(struct slice s);

#endif
