/* result - what an exchange brought: the trees of its answers, kept in little room, and on disk beyond a few octets.
 *
 * Kept for those who write it: a catalog of 10,000 cameras comes in thousands of messages, and many devices answer at
 * once. CmdType, SN and DeviceID are not in it; the text of a password is its length alone. */
#ifndef SRC_RESULT_H
#define SRC_RESULT_H

#include "dissect/manscdp.h"
#include "src/limits.h"

/* All that is kept, of all exchanges. */
struct result_store;

/* NULL: no memory, or no temporary file. */
struct result_store *result_store_new(struct limits *l);
void result_store_free(struct result_store *s);

/* Of one exchange. */
struct result;

struct result *result_new(struct result_store *s); /* NULL: no memory */
/* One more answer; false: it is left out, and counted. */
bool result_add(struct result *r, const struct manscdp *m);
void result_free(struct result *r);

/* The answers one by one: begin with a zeroed one. */
struct result_part {
	const struct manscdp_node *nodes; /* the root first */
	size_t nodes_total;
	uint32_t list;   /* its list of items, an index; MANSCDP_NONE: none */
	uint64_t at, in; /* the result's own */
	uint32_t block;
};
/* The next one, in the arena. False: no more, or no memory. */
bool result_next(const struct result *r, struct arena *a, struct result_part *p);
/* Items of the answers that were left out. */
uint64_t result_left_out(const struct result *r);

/* The list whose items count: GB/T 28181-2022 Annex M. MANSCDP_NONE: none. */
uint32_t result_list(const struct manscdp *m);

#endif
