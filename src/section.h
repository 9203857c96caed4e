/* section - the lists of the report that are filled as things end, a row each: exchanges, subscriptions, sessions,
 * media. Dialogs, devices and findings are written in ways of their own. */
#ifndef SRC_SECTION_H
#define SRC_SECTION_H

#include "src/out_record.h"

struct section_info {
	const char *plural; /* the member of the report: "exchanges" */
	const char *type;   /* of a line of ndjson: "exchange" */
	/* Writes the members of one. */
	void (*record)(struct writer *w, const void *what);
};

/* In the order of the report. */
extern const struct section_info sections[SECTION_TOTAL];

#endif
