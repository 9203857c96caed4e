/* pcapng - blocks of a pcapng file in (draft-ietf-opsawg-pcapng), frames out.
 *
 * Sections of either byte order, several interfaces with link types, resolutions and offsets of their own; enhanced,
 * simple and obsolete packet blocks. Other blocks are skipped unread. */
#ifndef SRC_PCAPNG_H
#define SRC_PCAPNG_H

#include <stdio.h>

#include "dissect/slice.h"

enum {
	PCAPNG_BLOCK_MAX =
	    16 << 20, /* bytes of a block that is read; of the others, any */
	PCAPNG_INTERFACES_MAX = 65536, /* of one section */
	PCAPNG_COMMENT_MAX = 1024,     /* bytes kept of a comment */
};

enum pcapng_answer {
	PCAPNG_FRAME,
	PCAPNG_END,   /* whole */
	PCAPNG_CUT,   /* the file ends inside a block */
	PCAPNG_BAD,   /* a block that cannot be: pcapng_why */
	PCAPNG_ERROR, /* read error, or no memory: pcapng_why */
};

struct pcapng_frame {
	int64_t time_ns; /* since the epoch, within 1970 to 2262 */
	bool timed;      /* simple packet blocks have no time */
	struct slice bytes,
	    comment;     /* valid until the next call; comment: the first, or empty */
	uint32_t wire;   /* length on the wire as the block says */
	int dlt;         /* LINKTYPE_ of its interface */
	uint64_t offset; /* of bytes in the file */
};

struct pcapng;

/* The file stays the caller's. NULL without memory. */
struct pcapng *pcapng_new(FILE *f);
/* Reads on to the first section's first interface: PCAPNG_FRAME when it is there. */
enum pcapng_answer pcapng_begin(struct pcapng *p);
enum pcapng_answer pcapng_next(struct pcapng *p, struct pcapng_frame *out);
const char *pcapng_why(const struct pcapng *p); /* in words; "" if nothing is wrong */
uint64_t
pcapng_offset(const struct pcapng *p);  /* where the block begins that was read last */
int pcapng_dlt(const struct pcapng *p); /* of the first interface; -1 before it */
/* Comments of the sections and interfaces read since the last call, a line each; empty: none. Valid until the next
 * call of any function here. */
struct slice pcapng_comment(struct pcapng *p);
void pcapng_free(struct pcapng *p);

#endif
