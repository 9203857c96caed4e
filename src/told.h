/* told - the lines of a section for a person: the first ones in order of time, or where there are more than it holds,
 * what is in trouble before the rest. */
#ifndef SRC_TOLD_H
#define SRC_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How many are told; beyond the second, only what is in trouble keeps the lines below its first one. */
enum { LINES_TOLD = 40, LINES_DETAILED = 12 };

struct told {
	struct told_line {
		char *text; /* NULL: no memory for it */
		size_t n;
		int64_t time_ns;
		uint64_t frame, order;
		uint64_t count; /* how many it stands for */
		bool trouble;
	} lines[LINES_TOLD];
	size_t kept;
	uint64_t total, more; /* more: those that the lines not kept stand for */
};

/* Where the next one is to be written, then told_done() with it. NULL: it is not among those that are told. */
FILE *told_begin(struct told *t, bool trouble, int64_t time_ns, uint64_t frame);
/* A line that stands for several. */
FILE *told_begin_many(struct told *t, bool trouble, int64_t time_ns, uint64_t frame,
                      uint64_t count);
void told_done(struct told *t, FILE *f);
/* All that are kept. How many more there are: told_more(). */
void told_put(struct told *t, FILE *to);
uint64_t told_more(const struct told *t);
void told_free(struct told *t);

#endif
