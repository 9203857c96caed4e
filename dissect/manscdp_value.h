/* manscdp_value - one value against its field's type, range and list of values. */
#ifndef DISSECT_MANSCDP_VALUE_H
#define DISSECT_MANSCDP_VALUE_H

#include "dissect/manscdp.h"

struct manscdp_fault {
	enum manscdp_problem_kind kind;
	uint8_t weight;        /* enum manscdp_weight */
	struct slice expected; /* in the arena or static */
};

/* `value` is trimmed and not empty. True: as it should be. */
bool manscdp_value_fits(const struct dict_field *f, struct slice value, uint8_t edition,
                        struct arena *a, struct manscdp_fault *out);
/* "2014 and 2016": EDITION_ bits in words. */
struct slice manscdp_edition_words(uint8_t editions);
/* XSD patterns of literals, \d, [classes], {m}, {m,n}, ?, +, * and | at the top; each
 * part takes as much as it can. */
bool manscdp_pattern_fits(struct slice pattern, struct slice value);
/* Is it such a pattern, and means the same to all who read XSD's patterns? None of its
 * parts takes what a later one needs. */
bool manscdp_pattern_sound(struct slice pattern);
/* YYYY-MM-DDThh:mm:ss[.fraction][Z|+hh:mm]; *loose: a blank in place of the T. */
bool manscdp_datetime_fits(struct slice value, bool *loose);
/* The eight octets of a PTZCmd: GB/T 28181-2022 A.3. True: right. */
bool manscdp_ptz_fits(struct slice value, struct arena *a, struct manscdp_fault *out);

#endif
