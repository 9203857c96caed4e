/* passwords - the passwords file, kept in memory, cleansed when done. */
#ifndef SRC_PASSWORDS_H
#define SRC_PASSWORDS_H

#include "dissect/slice.h"
#include "src/err.h"

struct password {
	struct slice user, realm, password;
	/* The part is "*"; any_realm also where a CSV file has no realm. */
	bool any_user, any_realm;
	bool maybe_ha1; /* 32 or 64 hex digits, user and realm given: also tried as HA1 */
	unsigned line;  /* where it begins in the file, from 1 */
};

struct passwords;

/* Once; a symlink, pipe or /dev/fd/N is fine. From then on the process dumps no core.
 * NULL and *e: "FILE:LINE: why", never with the line's text. *warning: a text to print, or "". */
struct passwords *passwords_load(const char *file, bool strict, struct err *e,
                                 char warning[256]);
/* The same from bytes (fuzzing, tests). Copies. */
struct passwords *passwords_parse(struct slice bytes, const char *name, struct err *e);
size_t passwords_total(const struct passwords *p);
const struct password *passwords_get(const struct passwords *p, size_t i);
/* The lines of the highest specificity that fit (USER:REALM, USER:*, *:REALM, *:*), in the file's
 * order: indices into *out, at most max. Returns how many. By a keyed hash: fast for 100,000 lines. */
size_t passwords_find(const struct passwords *p, struct slice user, struct slice realm,
                      size_t *out, size_t max);
void passwords_free(struct passwords *p); /* cleanses */

#endif
