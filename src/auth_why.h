/* auth_why - what a response would be right for, where it is not right. Inside of src/auth.c. */
#ifndef SRC_AUTH_WHY_H
#define SRC_AUTH_WHY_H

#include "src/auth.h"
#include "src/auth_formula.h"

struct
    auth_why; /* what the searches of one run share: their budget, the list of passwords */

struct auth_case {
	const struct auth_in *in;
	const struct passwords *passwords;
	struct auth_formulas *formulas;
	struct arena *arena; /* until the next credentials */
	const struct auth_formula
	    *forms; /* that the RFCs allow; the first as the credentials say */
	size_t total;
	uint8_t want[HASH_MAX]; /* the response */
};

struct auth_why *auth_why_new(const struct passwords *p, struct err *e);
void auth_why_free(struct auth_why *w); /* cleanses */
/* Sets out->variant and out->why if something matches, else leaves both. */
void auth_why_search(struct auth_why *w, const struct auth_case *c, struct auth_out *out);
/* The sentence of a variant, {detail} and {line} filled in, behind what `why` holds already. */
void auth_why_say(char why[256], const char *text, struct slice detail, unsigned line);

#endif
