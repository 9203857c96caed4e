/* auth - is a digest response right for a known password, and if not, what would be?
 *
 * RFC 2069, RFC 2617 3.2.2, RFC 7616 3.4, RFC 8760; SM3 as the same formulas over GM/T 0004.
 * Nothing that is computed here leaves it: only verdicts and names of variants. */
#ifndef SRC_AUTH_H
#define SRC_AUTH_H

#include "dissect/digest.h"
#include "src/passwords.h"

enum auth_verdict {
	AUTH_VERIFIED,
	AUTH_MISMATCH,
	AUTH_NO_PASSWORD,
	AUTH_UNSUPPORTED,
	AUTH_MALFORMED
};
const char *
auth_verdict_name(enum auth_verdict v); /* "verified", "mismatch", "no_password" ... */

/* What would match, where the rule does not: a row each. {detail} and {line} are filled in. */
#define AUTH_VARIANTS(V)                                                                  \
	V(NONE, "", "")                                                                   \
	V(OTHER_LINE, "other_line",                                                       \
	  "another line of the passwords file matches: line {line}")                      \
	V(OTHER_USER, "other_user", "the password of another user matches: line {line}")  \
	V(REQUEST_URI, "request_uri",                                                     \
	  "it was computed with the Request-URI, not with the uri parameter")             \
	V(URI_PORT, "uri_port", "it was computed with the uri {detail}")                  \
	V(URI_DOMAIN, "uri_domain", "it was computed with the uri {detail}")              \
	V(URI_PARAMS, "uri_params",                                                       \
	  "it was computed with the uri {detail}, without its parameters")                \
	V(FROM_USER, "from_user",                                                         \
	  "it was computed with the user name {detail}, not with the username parameter") \
	V(USER_CASE, "user_case",                                                         \
	  "it was computed with the user name in another case ({detail})")                \
	V(EMPTY_REALM, "empty_realm", "it was computed with an empty realm")              \
	V(CHALLENGE_REALM, "challenge_realm",                                             \
	  "it was computed with the challenge's realm {detail}")                          \
	V(CHALLENGE_NONCE, "challenge_nonce",                                             \
	  "it was computed with the challenge's nonce, not with the nonce parameter")     \
	V(NO_QOP_FORMULA, "no_qop_formula",                                               \
	  "it was computed by the formula without qop (RFC 2069) although qop is given")  \
	V(QOP_FORMULA, "qop_formula",                                                     \
	  "it was computed by the formula with qop=auth although qop is not given")       \
	V(NO_NC, "no_nc", "it was computed without nc")                                   \
	V(NC_CASE, "nc_case",                                                             \
	  "it was computed with nc in the other case or with other digits ({detail})")    \
	V(NC_QUOTED, "nc_quoted", "it was computed with the quotes around nc")            \
	V(METHOD, "method", "it was computed with the method {detail}")                   \
	V(AUTH_INT, "auth_int", "it was computed with qop auth-int, over the body")       \
	V(AUTH_EMPTY_BODY, "auth_empty_body",                                             \
	  "it was computed with qop auth-int over an empty body")                         \
	V(AUTH_NO_BODY, "auth_no_body",                                                   \
	  "it was computed with qop auth, not over the body")                             \
	V(ALGORITHM, "algorithm",                                                         \
	  "it was computed with {detail}, not with the algorithm that is named")          \
	V(SESS, "sess", "it was computed with the -sess form")                            \
	V(NO_SESS, "no_sess", "it was computed without the -sess form")                   \
	V(PASSWORD_SPACE, "password_space",                                               \
	  "it matches when white space at the end of the password is dropped or added")   \
	V(PASSWORD_CASE, "password_case", "it matches the password in another case")      \
	V(PASSWORD_EMPTY, "password_empty", "it was computed with an empty password")     \
	V(PASSWORD_HASHED, "password_hashed",                                             \
	  "the password was hashed before it was used")                                   \
	V(HA1, "ha1", "it matches when the password is taken as HA1")                     \
	V(UPPERCASE_HASH, "uppercase_hash",                                               \
	  "it was computed over upper-case hex digits of HA1 and HA2")

enum auth_variant {
#define AUTH_VARIANT_ID(id, name, text) AUTH_VARIANT_##id,
	AUTH_VARIANTS(AUTH_VARIANT_ID)
#undef AUTH_VARIANT_ID
	    AUTH_VARIANT_TOTAL
};
const char *auth_variant_name(enum auth_variant v); /* "other_line" ...; "" for NONE */

struct auth_in {
	const struct digest *credentials;
	const struct digest *challenge; /* what it answers; NULL if not known */
	struct slice method, request_uri;
	struct slice from_user, to_user;
	struct slice body; /* entity body, for auth-int */
	/* Of -sess by RFC 2617: the cnonce of the session's first request. Empty: that of the
	 * credentials. */
	struct slice first_cnonce;
};

struct auth_out {
	enum auth_verdict verdict;
	unsigned line; /* of the passwords file, that verified; 0 */
	/* What would match; NONE if nothing that was tried, of two at once the first. On MISMATCH,
	 * NO_PASSWORD, and on MALFORMED if only the response's length is wrong. */
	enum auth_variant variant;
	/* Its sentence, of captured or public values only: never a password, HA1 or computed
	 * response. On UNSUPPORTED, MALFORMED and NO_PASSWORD: the reason, and behind a semicolon
	 * the sentence. "" on VERIFIED. May hold octets of the capture, but no NUL. */
	char why[256];
	/* A short constant text on MALFORMED and UNSUPPORTED: "response not hex"; else "". */
	const char *reason;
	enum digest_algorithm algorithm;
	bool sess;
	enum digest_qop qop;
};

struct auth;

/* Fetches the algorithms once. Passwords may be NULL: then nothing verifies. */
struct auth *auth_new(const struct passwords *p, struct err *e);
void auth_check(struct auth *au, const struct auth_in *in, struct auth_out *out);
/* rspauth of Authentication-Info, RFC 7616 3.5; `in` is that of the request, `body` the response's. */
enum auth_verdict auth_check_rspauth(struct auth *au, const struct auth_in *in,
                                     const struct digest *info, struct slice body);
void auth_free(struct auth *au); /* cleanses */

#endif
