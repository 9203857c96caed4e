/* body - a MANSCDP body's bytes in; charset, tree in UTF-8 and what is wrong with it out.
 *
 * Owns the converters, the libxml2 context and the dictionary: all made by body_new,
 * before the first byte of a capture is read. */
#ifndef SRC_BODY_H
#define SRC_BODY_H

#include "dissect/manscdp.h"
#include "src/err.h"
#include "src/limits.h"
#include "src/rule.h"

enum body_verdict {
	BODY_NONE,      /* no MANSCDP body */
	BODY_VALID,     /* no finding of error */
	BODY_INVALID,   /* a tree with errors */
	BODY_MALFORMED, /* no tree */
	BODY_UNKNOWN,   /* root and CmdType are not in the dictionary */
};
const char *body_verdict_name(enum body_verdict v); /* "valid" ...; NULL for BODY_NONE */

/* One thing to say about a body; becomes a finding as it is. */
struct body_problem {
	enum rule rule;
	struct slice field; /* "/Response/DeviceList/Item[2]/Status", or empty */
	/* In UTF-8, or captured octets; of a password: "<N octets>". */
	struct slice value;
	struct slice expected;
	uint32_t line;       /* in the body, from 1; 0: none */
	struct slice detail; /* argument {detail} of the rule's message, or empty */
};

struct body {
	enum body_verdict verdict;
	/* What the bytes are: "ASCII", "UTF-8", "GB2312", "GBK", "GB18030", "UTF-16", or "" if
	 * undecidable. */
	const char *charset;
	struct slice declared; /* encoding name of the XML declaration; empty if none */
	/* The whole body in UTF-8, without a byte order mark; undecodable octets as U+FFFD. */
	struct slice text;
	struct manscdp m; /* also when malformed: what could be read before the error */
	struct body_problem *problems;
	size_t problems_total;
};

struct body_in {
	struct slice bytes;
	bool cut;        /* the capture lacks its end, or Content-Length wants more */
	uint8_t edition; /* EDITION_ bit or 0 */
	bool edition_guessed; /* neither declared nor given: its breaches are warnings */
	bool response;        /* stands in a SIP response */
	struct slice charset; /* parameter of Content-Type: RFC 7303 3; or empty */
};

struct body_reader;

/* NULL and *e where a converter or the dictionary cannot be had. */
struct body_reader *body_new(const struct limits *l, struct err *e);
/* The same, with the dictionaries in these files added to ours, each to what stands before
 * it: docs/dictionary.md. The names live as long as the call. */
struct body_reader *body_new_with(const struct limits *l, const char *const *dictionaries,
                                  size_t total, struct err *e);
/* All that *out points to lies in `a` or in the dictionary. */
void body_read(struct body_reader *r, const struct body_in *in, struct arena *a,
               struct body *out);
const struct dict *body_dict(const struct body_reader *r);
/* GB18030, GBK, GB2312 or UTF-8 text (a SIP header's display name, say) as UTF-8, or the
 * input itself where it is that already; bad octets as U+FFFD. */
struct slice body_text(struct body_reader *r, struct slice bytes, struct arena *a);
void body_free(struct body_reader *r);

/* For explain and docs: walks all commands. */
size_t dict_total(const struct dict *d);
const struct dict_command *dict_get(const struct dict *d, size_t i);

#endif
