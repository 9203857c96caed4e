/* outputs - the formats that one run writes, each to its own place: the first to standard output or -o, the others
 * to the files that the command line names for them. */
#ifndef SRC_OUTPUTS_H
#define SRC_OUTPUTS_H

#include "src/ci.h"
#include "src/options.h"
#include "src/sink.h"

enum { OUTPUTS_MAX = 1 + ALSO_TOTAL };

struct outputs {
	struct output {
		struct out out;
		struct sink *sink;
		bool begun;
	} at[OUTPUTS_MAX];
	size_t total;
	bool fields, media; /* what one of them wants kept: src/output.h */
	bool at_once;       /* one of them tells findings as they are found */
	bool at_end;        /* one of them reads them all at the end */
	struct ci ci;
};

/* Is what the command line asks for a format, and to a file of its own each? 0; -1 and *e. */
int outputs_usage(const struct options *o, struct err *e);
/* Opens all that is written, before anything is read. 0, or -1 and *e; outputs_close in either case. */
int outputs_open(struct outputs *s, const struct options *o,
                 const struct capture *captures, struct err *e);
void outputs_message(struct outputs *s, const struct message *m, const struct place *p);
void outputs_transaction(struct outputs *s, const struct tx *x);
void outputs_dialog(struct outputs *s, const struct dialog *d, bool last);
/* One of a section. */
void outputs_ended(struct outputs *s, enum section which, const void *what);
void outputs_finding(struct outputs *s, const struct finding *x); /* at_once */
void outputs_end(struct outputs *s, const struct results *r);
/* None of them can be written any more: nobody reads, or there is no room. */
bool outputs_broken(const struct outputs *s);
void outputs_flush(struct outputs *s);
/* keep: what was written is whole. 0; -1 and *e when one could not be written. Frees. */
int outputs_close(struct outputs *s, bool keep, struct err *e);

#endif
