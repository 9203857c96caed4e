/* transcript - the messages of each capture as a text beside it, CAPTURE.sip.txt, that is the same in the next run of
 * the same test: secrets masked, and what a test makes anew each time (Call-ID, tags, branches, nonces, dates, ports
 * of media) as numbers in the order of their first use. */
#ifndef SRC_TRANSCRIPT_H
#define SRC_TRANSCRIPT_H

#include "src/capture.h"
#include "src/findings.h"

struct transcript;

/* Opens a file for each capture. NULL and *e; standard input has no name to stand beside. */
struct transcript *transcript_new(const struct capture *captures, struct err *e);
/* Not of repeats: whether one is sent is a matter of time. */
void transcript_message(struct transcript *t, const struct message *m);
/* At the end: the line that a finding speaks of, and how many letters it has. Line 1 where its message is not there. */
struct transcript_place {
	uint64_t line;
	uint32_t letters;
};
struct transcript_place transcript_find(struct transcript *t, const struct finding *x);
/* 0; -1 and *e when one could not be written. Frees. */
int transcript_close(struct transcript *t, bool keep, struct err *e);

#endif
