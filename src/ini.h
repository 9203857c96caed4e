/* ini - the text of a configuration: sections and "key = value" lines, one a call, each with its line's number.
 *
 * Strict: what is neither is BAD with a reason, not skipped. A comment stands on its own line behind # or ;, or
 * behind a value and a blank and #. No quotes, no escapes, no lines that go on, no includes. */
#ifndef SRC_INI_H
#define SRC_INI_H

#include "dissect/slice.h"

enum { INI_LINE_MAX = 4096 }; /* octets of one line */

enum ini_answer { INI_END, INI_SECTION, INI_ENTRY, INI_BAD };

/* All slices point into the text. */
struct ini {
	struct slice rest;
	struct slice section, name; /* "[expect cold start]": "expect", "cold start" */
	struct slice key, value;    /* INI_ENTRY: without blanks around them */
	unsigned line;              /* of what was answered, from 1 */
	const char *why;            /* INI_BAD */
};

void ini_begin(struct ini *i, struct slice text);
/* Each call moves past one line at least, or to the end. Nothing is asked after INI_BAD. */
enum ini_answer ini_next(struct ini *i);

#endif
