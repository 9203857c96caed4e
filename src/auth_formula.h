/* auth_formula - the formulas of digest: HA1, HA2 and the response, over whatever one puts in.
 * RFC 2617 3.2.2, RFC 7616 3.4. Inside of src/auth.c; others want src/auth.h. */
#ifndef SRC_AUTH_FORMULA_H
#define SRC_AUTH_FORMULA_H

#include "dissect/digest.h"
#include "src/err.h"

enum {
	HASH_MAX = 32,
	HEX_MAX = 2 * HASH_MAX
}; /* octets of the longest hash, and its digits */

/* Which of nc, cnonce and qop stand between the nonce and HA2. */
enum auth_middle {
	MIDDLE_NONE,       /* RFC 2069 */
	MIDDLE_FULL,       /* RFC 2617 */
	MIDDLE_NO_NC,      /* cnonce and qop, as some servers had it */
	MIDDLE_ONLY_CNONCE /* the same, older */
};

struct auth_formula {
	enum digest_algorithm algorithm;
	bool sess;
	bool body_in; /* HA2 covers the body: auth-int */
	bool upper_ha1, upper_ha2;
	enum auth_middle middle;
	struct slice user, realm, nonce, uri, method, nc, cnonce, sess_cnonce, qop, body;
	/* Kept by auth_formulas_match(); public, as no secret goes in. Whoever changes another member
	 * makes ha2_ready false, of `body` body_ready too. */
	char ha2[HEX_MAX], body_hash[HEX_MAX];
	enum digest_algorithm body_algorithm;
	bool ha2_ready, body_ready;
};

struct auth_secret {
	struct slice text;
	bool is_ha1;   /* text is HA1 in hex digits of the algorithm's length, any case */
	bool remember; /* keep HA1 under `line`; text is the password of that line */
	size_t line;   /* index in the passwords */
};

struct auth_formulas;

struct auth_formulas *auth_formulas_new(struct err *e);
void auth_formulas_free(struct auth_formulas *f); /* cleanses */
bool auth_formulas_has(const struct auth_formulas *f, enum digest_algorithm alg);
/* How much was hashed so far: 1 for each hash, 1 more for each KiB. */
uint64_t auth_formulas_spent(const struct auth_formulas *f);
/* Could OpenSSL not compute something since the last call? Then "no match" says nothing. */
bool auth_formulas_failed(struct auth_formulas *f);
/* H(part ":" part ...). False if OpenSSL could not. */
bool auth_formulas_hash(struct auth_formulas *f, enum digest_algorithm alg,
                        const struct slice *parts, size_t n, uint8_t out[HASH_MAX]);
/* Does the formula over this secret give `want`, of the algorithm's length? */
bool auth_formulas_match(struct auth_formulas *f, struct auth_formula *form,
                         const struct auth_secret *secret, const uint8_t want[HASH_MAX]);

/* Two hex digits an octet, any case; false, and nothing of use written, unless s is 2 * n of them. */
bool hex_read(struct slice s, uint8_t *out, size_t n);
void hex_write(const uint8_t *in, size_t n, char *out);

#endif
