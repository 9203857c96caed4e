/* expects - counts what the expectations of a run are about, and says at the end which of them were met. */
#ifndef SRC_EXPECTS_H
#define SRC_EXPECTS_H

#include "src/check.h"
#include "src/expectation.h"

struct expects;

/* One expectation of one device, or of the captures, and of one command or method. */
struct expected {
	const struct expectation *x;
	struct slice device;   /* empty: the captures */
	struct slice word;     /* empty: any */
	uint64_t seen, failed; /* failed: late ones too */
	uint64_t unknown;      /* VERIFIED: credentials without a known password */
	int64_t slowest_ns;    /* of those seen and those late; -1: no time is known */
	bool met;
};

/* NULL, and no error, where the list is empty. */
struct expects *expects_new(const struct expectation *list, struct err *e);
void expects_message(struct expects *x, const struct message *m, const struct place *p);
void expects_ended(struct expects *x, const struct tracker_event *e);
/* Once, when all has ended: findings for those that are not met. */
void expects_end(struct expects *x, const struct checker *c, bool complete);
/* After that: all, in order of the configuration and of its ids; x may be NULL. False: there are no more. */
bool expects_each(const struct expects *x, size_t i, struct expected *out);
void expects_free(struct expects *x);

#endif
