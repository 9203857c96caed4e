/* fingerprint - the name of a finding that it has again in the next run of the same test. docs/baseline.md.
 *
 * What enters: the rule, the device, who sent the message and what it was (method or status class, root and
 * CmdType), the field's path without the numbers of list items, and the value, what was expected and some
 * arguments without what differs between two runs: Call-ID, tags, branches, nonces, addresses, ports, times,
 * numbers that count. Not the severity: it follows the profile. */
#ifndef SRC_FINGERPRINT_H
#define SRC_FINGERPRINT_H

#include <stddef.h>

struct finding;

enum {
	FINGERPRINT_TEXT = 33, /* 32 hex digits and a NUL */
	FINGERPRINT_SUBJECT = 512,
};

/* Of a finding whose texts have their secrets hidden: a hash must not give away a short one. */
void fingerprint(const struct finding *x, char out[FINGERPRINT_TEXT]);
/* What it was made of but the rule, for people: one line of printable text and UTF-8, with its length; "-" if
 * that is nothing. */
size_t fingerprint_subject(const struct finding *x, char out[FINGERPRINT_SUBJECT]);

#endif
