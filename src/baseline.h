/* baseline - findings that are known: a file of fingerprints, each with how many are excused, why and until when.
 * Its form: docs/baseline.md. */
#ifndef SRC_BASELINE_H
#define SRC_BASELINE_H

#include <stdio.h>

#include "dissect/slice.h"
#include "src/err.h"
#include "src/fingerprint.h"
#include "src/limits.h"

/* The names are those of SARIF 3.27.24 (baselineState). */
enum baseline_state { BASELINE_NONE, BASELINE_NEW, BASELINE_UNCHANGED };
const char *baseline_state_name(enum baseline_state s); /* NULL for BASELINE_NONE */

enum { BASELINE_TODAY_UNKNOWN = -1 };

struct baseline_entry {
	char fingerprint[FINGERPRINT_TEXT];
	/* Valid UTF-8 without control characters; empty if the file says nothing. */
	struct slice rule, subject, reason, expires;
	uint64_t count;      /* so many are excused */
	int64_t expires_day; /* the last day, since the epoch; INT64_MAX: none */
	uint64_t seen;       /* findings in this run */
	bool expired;        /* one was seen behind that day, and so is new */
};

struct baseline;

/* An empty file is an empty baseline. today: days since the epoch, or BASELINE_TODAY_UNKNOWN: each finding's own
 * day. NULL and *e: "FILE:LINE: why". */
struct baseline *baseline_load(const char *file, int64_t today, const struct limits *l,
                               struct err *e);
/* The same from bytes (fuzzing, tests). Copies. */
struct baseline *baseline_parse(struct slice bytes, const char *name, int64_t today,
                                const struct limits *l, struct err *e);
/* To be written anew: what is noted gets an entry (add), or only those that are there already. */
void baseline_collect(struct baseline *b, bool add);
bool baseline_collects(const struct baseline *b);
/* A finding of this fingerprint at this time was made: is it excused? The first `count` of an entry are. */
enum baseline_state baseline_take(struct baseline *b,
                                  const char fingerprint[FINGERPRINT_TEXT],
                                  int64_t time_ns);
/* The same while it is collected. False: no room for a further entry. */
bool baseline_note(struct baseline *b, const char fingerprint[FINGERPRINT_TEXT],
                   struct slice rule, struct slice subject);
/* In the order of rule, subject, fingerprint once it is sorted; before, in no order that means anything. */
size_t baseline_total(const struct baseline *b);
const struct baseline_entry *baseline_get(const struct baseline *b, size_t i);
/* What was collected, as a file: sorted, an entry for each that was seen. */
struct baseline_written {
	size_t entries, added, removed;
	uint64_t findings;
};
struct baseline_written baseline_write(struct baseline *b, FILE *f);
void baseline_free(struct baseline *b);

/* YYYY-MM-DD into days since the epoch. */
bool baseline_day(struct slice s, int64_t *day);

#endif
