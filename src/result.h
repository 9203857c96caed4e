/* result - what an exchange brought: the items of all parts of its answer and what these say beside, as ready JSON,
 * in memory while there is little of it, then on disk.
 *
 * Kept for those who write it: a catalog of 10,000 cameras comes in thousands of messages, and many devices answer at
 * once. What is kept is what the report writes of each body (answer_tree), so secrets are masked in it. */
#ifndef SRC_RESULT_H
#define SRC_RESULT_H

#include "src/limits.h"
#include "src/tracker.h"

/* All that is kept, of all exchanges. */
struct result_store;

/* NULL: no memory, or no temporary file. */
struct result_store *result_store_new(struct limits *l);
void result_store_free(struct result_store *s);

/* Of one exchange. */
struct result;

struct result *result_new(struct result_store *s); /* NULL: no memory */
/* One more answer, with so many items; false: they are left out, and counted. */
bool result_add(struct result *r, const struct answer_tree *t, uint32_t items);
void result_free(struct result *r);

/* Items of the answers that were left out. */
uint64_t result_left_out(const struct result *r);
/* The name of the list; empty: there was none. */
struct slice result_list(const struct result *r);
/* What is said beside it, one a call: "name":value. Begin with NULL; empty: no more. */
struct slice result_member(const struct result *r, const void **at);

enum { RESULT_BLOCK = 16384 };

struct result_reader {
	uint32_t block;
	bool over, failed; /* failed: the temporary file could not be read */
	uint8_t octets[RESULT_BLOCK];
};
/* The items, with commas between, some octets a call: begin with zeros; empty: no more. */
struct slice result_items(const struct result *r, struct result_reader *d);

#endif
