/* digest - challenges and credentials of HTTP digest, and the other schemes by name.
 * RFC 3261 20.7, 20.44, 25.1; RFC 2617 3.2; RFC 7616 3.3, 3.4; RFC 8760.
 * WWW-/Proxy-Authenticate, (Proxy-)Authorization and (Proxy-)Authentication-Info.
 * All slices point into the input. */
#ifndef DISSECT_DIGEST_H
#define DISSECT_DIGEST_H

#include "dissect/dis.h"

enum digest_param {
#define P(id, name, quoted_in_challenge, quoted_in_credentials) DIGEST_##id,
#include "dissect/digest_params.def"
#undef P
	DIGEST_PARAM_TOTAL
};

struct digest_value {
	struct slice value; /* quotes stripped, escapes kept */
	uint16_t times;     /* how often the parameter stands; the first value is kept */
	bool quoted;
	bool differs; /* stands several times with different values */
};

struct digest {
	struct slice scheme; /* empty for Authentication-Info */
	bool is_digest;    /* scheme Digest, in any case; true for Authentication-Info */
	struct slice rest; /* all after the scheme */
	struct digest_value p[DIGEST_PARAM_TOTAL];
	struct slice unknown; /* first parameter name not in the table; empty if none */
	bool comma_after_scheme; /* "Capability, algorithm=...": not in the grammar */
	bool merged; /* a second scheme behind a comma, against RFC 3261 7.3.1 */
};

/* One header value. DIS_OK; DIS_BAD: broken quoting, a comma too many or too few, or a
 * part that is no name=value (what could be read is in *out), or no scheme; DIS_MORE:
 * empty. Every other scheme than Digest answers DIS_OK, see is_digest; parameters are
 * read of Digest and the schemes of GB/T 28181 and GB 35114 only. */
enum dis digest_dissect(struct slice in, struct arena *a, struct digest *out);
/* The same for (Proxy-)Authentication-Info, which has no scheme. */
enum dis digest_info_dissect(struct slice in, struct arena *a, struct digest *out);

extern const char *const digest_param_names[DIGEST_PARAM_TOTAL];

enum digest_algorithm {
	DIGEST_MD5,
	DIGEST_SHA256,
	DIGEST_SHA512_256,
	DIGEST_SM3,
	DIGEST_ALGORITHM_UNKNOWN
};
/* By name, any case; empty is MD5 (RFC 2617 3.2.1). *sess: the -sess form. */
enum digest_algorithm digest_algorithm(struct slice name, bool *sess);
/* Hex digits of its hash: 32 or 64; 0 for the unknown. */
size_t digest_hex_length(enum digest_algorithm alg);

enum digest_qop {
	DIGEST_QOP_NONE,
	DIGEST_QOP_AUTH,
	DIGEST_QOP_AUTH_INT,
	DIGEST_QOP_UNKNOWN
};
/* One value, of credentials; empty is NONE. */
enum digest_qop digest_qop(struct slice value);
/* Does a challenge's qop list offer this one? */
bool digest_qop_offered(struct slice list, struct slice qop);

#endif
