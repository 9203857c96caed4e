/* asks - exchanges counted by command: how many were asked for, and what came of them. */
#ifndef SRC_ASKS_H
#define SRC_ASKS_H

#include "src/tracker.h"

enum { ASKS_TOLD = 64 };

/* Of one CmdType. */
struct ask {
	char name[32];
	uint64_t
	    asked; /* requests; each has one of the outcomes but EXCHANGE_UNSOLICITED */
	uint64_t outcomes[EXCHANGE_OUTCOMES];
	uint64_t items; /* in the lists that came to those who asked */
};

struct asks {
	struct ask of
	    [ASKS_TOLD]; /* in order of name; what is beyond the last is counted as "other" */
	size_t total;
};

void asks_count(struct asks *s, const struct exchange *x);

#endif
