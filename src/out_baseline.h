/* out_baseline - what the outputs say of a baseline, and the format that writes one. */
#ifndef SRC_OUT_BASELINE_H
#define SRC_OUT_BASELINE_H

#include "src/output.h"

struct baseline_told {
	uint64_t absent;  /* entries of which nothing was seen */
	uint64_t expired; /* entries of which something was seen, but too late */
};
struct baseline_told baseline_told(const struct baseline *b);
/* "3 known findings, 1 of 4 entries not seen any more": no end of line. */
void baseline_line(struct out *o, const struct results *r);

extern const struct format format_baseline;

#endif
