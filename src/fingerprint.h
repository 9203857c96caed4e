/* fingerprint - the name of a finding that it has again in the next run of the same test. docs/baseline.md.
 *
 * Its first half is what was found: the rule, what message it was (method, root and CmdType, who sent it if not
 * the device), the field's path without the numbers of list items, and the value, what was expected and some
 * arguments without what differs between two runs: Call-ID, tags, branches, nonces, addresses, ports, times,
 * numbers that count. Its second half is the device. Not the severity: it follows the profile. */
#ifndef SRC_FINGERPRINT_H
#define SRC_FINGERPRINT_H

#include <stddef.h>

struct finding;
struct fingerprints;

enum {
	FINGERPRINT_TEXT = 33, /* 32 hex digits and a NUL */
	FINGERPRINT_SUBJECT = 512,
};

/* Remembers those made last: few are really new. NULL: no memory, or no SHA-256. */
struct fingerprints *fingerprints_new(void);
/* Of a finding as it is added, with all that is said of its message. */
void fingerprints_make(struct fingerprints *f, const struct finding *x,
                       char out[FINGERPRINT_TEXT]);
void fingerprints_free(struct fingerprints *f);
/* What it was made of but the rule, for people: one line of printable text and UTF-8, with its length; "-" if
 * that is nothing. */
size_t fingerprint_subject(const struct finding *x, char out[FINGERPRINT_SUBJECT]);

#endif
