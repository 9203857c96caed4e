/* auth_patch - the one thing that a sender did differently: what to change in a formula to try it.
 * Inside of src/auth_why.c. */
#ifndef SRC_AUTH_PATCH_H
#define SRC_AUTH_PATCH_H

#include "dissect/arena.h"
#include "src/auth.h"
#include "src/auth_formula.h"

/* What a patch changes; two that change the same do not go together. */
enum auth_place {
	PLACE_URI,
	PLACE_USER,
	PLACE_REALM,
	PLACE_NONCE,
	PLACE_NC,
	PLACE_METHOD,
	PLACE_MIDDLE, /* nc, cnonce, qop between the nonce and HA2, and the body in HA2 */
	PLACE_ALGORITHM,
	PLACE_SESS,
	PLACE_CASE,
	PLACE_PASSWORD
};

enum auth_change { /* of the password */
	           CHANGE_NONE,
	           CHANGE_TRIM,
	           CHANGE_ADD_SPACE,
	           CHANGE_ADD_CR,
	           CHANGE_ADD_LF,
	           CHANGE_LOWER,
	           CHANGE_UPPER,
	           CHANGE_EMPTY,
	           CHANGE_HASHED,
	           CHANGE_HA1
};

struct auth_patch {
	enum auth_variant variant;
	enum auth_place place;
	struct slice
	    value; /* the text to put in; of MIDDLE: qop. Of ALGORITHM: its name */
	enum auth_middle middle;
	bool body_in, body_empty, upper_ha1, upper_ha2;
	enum digest_algorithm algorithm;
	enum auth_change change;
};

enum { PATCHES_MAX = 128 };

struct auth_patches {
	struct auth_patch at[PATCHES_MAX]; /* the likeliest first */
	size_t total;
};

/* Texts that it makes are kept in the arena; what finds no room is left out. */
void auth_patches_make(struct auth_patches *l, const struct auth_in *in,
                       const struct auth_formula *base, struct arena *a);
/* All but the change of the password. */
void auth_patch_apply(const struct auth_patch *p, struct auth_formula *form);

extern const char *const auth_algorithm_names[DIGEST_ALGORITHM_UNKNOWN + 1];

#endif
