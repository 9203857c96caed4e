/* Credentials: their form, the challenge they answer, and whether they are right. RFC 3261 22, RFC 2617 3.2.2,
 * RFC 7616 3.4, RFC 8760. */
#include "src/check_auth.h"

#include <stdio.h>

enum { KEPT_CUT = 1024, CREDENTIALS_MAX = 8 };

/* Capability and kin: which algorithms a device can use for registration with certificates. */
static void
capability(const struct checker *c, const struct message *m, const struct place *p,
           const char *header, const struct digest *g)
{
	static const char *const schemes[] = {"Capability", "Asymmetric", "Unidirection",
	                                      "Bidirection"};
	static const char *const parts[] = {"A:", "H:", "S:"};
	struct slice algorithm = g->p[DIGEST_ALGORITHM].value, missing = SLICE_EMPTY;
	char text[16];
	size_t i, n = 0;
	bool known = false;

	for (i = 0; i < 4; i++)
		known |= slice_ieq(g->scheme, slice_str(schemes[i]));
	if (!known) {
		found(c, m, p, RULE_AUTH_SCHEME_UNKNOWN, .field = slice_str(header),
		      ARGS({"scheme", g->scheme}));
		return;
	}
	found(c, m, p, RULE_AUTH_CAPABILITY, .field = slice_str(header),
	      ARGS({"scheme", g->scheme}));
	if (!slice_ieq(g->scheme, SLICE("Capability")))
		return;
	for (i = 0; i < 3; i++)
		if (slice_find(algorithm, slice_str(parts[i])) == algorithm.n) {
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
			                      n ? " " : "", parts[i]);
			missing = slice_of(text, n);
		}
	if (n != 0)
		found(c, m, p, RULE_AUTH_CAPABILITY_PARTS, .field = slice_str(header),
		      VALUE(algorithm), EXPECTED(SLICE("A:...;H:...;S:...")),
		      ARGS({"algorithm", algorithm}, {"missing", missing}));
}

/* nc is 8LHEX: 25.1. Upper case is against the letter only. */
static void
count(const struct checker *c, const struct message *m, const struct place *p,
      struct slice field, struct slice nc)
{
	bool good = nc.n == 8, upper = false;
	size_t i;

	for (i = 0; i < nc.n; i++) {
		uint8_t low = ascii_lower(nc.p[i]);

		good &= ascii_digit(low) || (low >= 'a' && low <= 'f');
		upper |= low != nc.p[i];
	}
	if (!good || upper)
		found(c, m, p, RULE_AUTH_NC,
		      .severity = good ? SEVERITY_NOTE : SEVERITY_OFF, .field = field,
		      VALUE(nc), ARGS({"nc", nc}));
}

static void
missing(const struct checker *c, const struct message *m, const struct place *p,
        struct slice field, const struct digest *g, bool asked)
{
	static const struct {
		enum digest_param param;
		bool unasked,
		    qop; /* cannot be there before the first challenge; only with qop */
	} musts[] = {
	    {DIGEST_USERNAME, false, false}, {DIGEST_REALM, true, false},
	    {DIGEST_NONCE, true, false},     {DIGEST_URI, false, false},
	    {DIGEST_RESPONSE, true, false},  {DIGEST_NC, false, true},
	    {DIGEST_CNONCE, false, true},
	};
	size_t i;

	for (i = 0; i < sizeof(musts) / sizeof(musts[0]); i++) {
		if (g->p[musts[i].param].times != 0 ||
		    (musts[i].qop && g->p[DIGEST_QOP].times == 0) ||
		    (musts[i].param == DIGEST_USERNAME &&
		     g->p[DIGEST_USERNAME_STAR].times != 0))
			continue;
		found(c, m, p, RULE_AUTH_CREDENTIALS_INCOMPLETE,
		      .severity =
		          musts[i].unasked && !asked ? SEVERITY_NOTE : SEVERITY_OFF,
		      .field = field, ARGS({"param", param_name(musts[i].param)}));
	}
}

static void
complete(const struct checker *c, const struct message *m, const struct place *p,
         const char *header, const struct digest *g)
{
	const struct digest_value *nc = &g->p[DIGEST_NC], *cnonce = &g->p[DIGEST_CNONCE];
	struct slice field = slice_str(header);
	bool sess;

	missing(c, m, p, field, g, p->dialog->challenge.n != 0);
	(void)digest_algorithm(g->p[DIGEST_ALGORITHM].value, &sess);
	if (g->p[DIGEST_QOP].times == 0 &&
	    (nc->times != 0 || (cnonce->times != 0 && !sess)))
		found(c, m, p, RULE_AUTH_PARAM_UNASKED, .field = field,
		      ARGS({"param", nc->times ? SLICE("nc") : SLICE("cnonce")}));
	if (sess && cnonce->times == 0)
		found(c, m, p, RULE_AUTH_SESS_QOP, .field = field);
	if (g->p[DIGEST_USERNAME].times != 0 && g->p[DIGEST_USERNAME_STAR].times != 0)
		found(c, m, p, RULE_AUTH_TWO_USERNAMES, .field = field);
	if (nc->times != 0)
		count(c, m, p, field, nc->value);
}

/* Form of the response, without showing it. */
static void
response_form(const struct checker *c, const struct message *m, const struct place *p,
              const char *header, const struct digest *g, const struct auth_entry *e)
{
	static const struct slice about = {(const uint8_t *)"response ", 9};
	struct slice r = g->p[DIGEST_RESPONSE].value, reason = slice_str(e->out.reason);
	bool asked = p->dialog->challenge.n != 0;
	size_t i, upper = 0;

	/* Twice is another rule's; before a challenge it may be empty: RFC 8760 2.7. */
	if (g->p[DIGEST_RESPONSE].times != 1 || (r.n == 0 && !asked))
		return;
	for (i = 0; i < r.n; i++)
		upper += r.p[i] >= 'A' && r.p[i] <= 'F';
	if (e->out.verdict == AUTH_MALFORMED && slice_starts(reason, about))
		found(c, m, p, RULE_AUTH_RESPONSE_FORM, .field = slice_str(header),
		      ARGS({"what", slice_tail(reason, about.n)}));
	else if (upper != 0)
		found(c, m, p, RULE_AUTH_RESPONSE_FORM, .severity = SEVERITY_NOTE,
		      .field = slice_str(header),
		      ARGS({"what", SLICE("in upper-case hex")}));
}

/* Only against the challenge whose nonce it is: another nonce may stem from one before the capture, 22.2. */
static void
against_challenge(const struct checker *c, const struct message *m, const struct place *p,
                  const char *header, const struct digest *g)
{
	struct slice field = slice_str(header);
	struct digest k;
	bool sess, k_sess;

	if (p->challenge.n == 0 || p->challenge.n >= KEPT_CUT)
		return;
	(void)digest_dissect(p->challenge, c->scratch, &k);
	if (!k.is_digest || !slice_eq(k.p[DIGEST_NONCE].value, g->p[DIGEST_NONCE].value))
		return;
	if (!slice_eq(k.p[DIGEST_REALM].value, g->p[DIGEST_REALM].value))
		found(c, m, p, RULE_AUTH_REALM, .field = field,
		      VALUE(g->p[DIGEST_REALM].value), EXPECTED(k.p[DIGEST_REALM].value),
		      ARGS({"realm", g->p[DIGEST_REALM].value},
		           {"challenge", k.p[DIGEST_REALM].value}));
	if (digest_algorithm(k.p[DIGEST_ALGORITHM].value, &k_sess) !=
	        digest_algorithm(g->p[DIGEST_ALGORITHM].value, &sess) ||
	    sess != k_sess)
		found(c, m, p, RULE_AUTH_ALGORITHM, .field = field,
		      VALUE(g->p[DIGEST_ALGORITHM].value),
		      EXPECTED(k.p[DIGEST_ALGORITHM].value),
		      ARGS({"algorithm", g->p[DIGEST_ALGORITHM].times
		                             ? g->p[DIGEST_ALGORITHM].value
		                             : SLICE("not named (MD5)")},
		           {"challenge", k.p[DIGEST_ALGORITHM].times
		                             ? k.p[DIGEST_ALGORITHM].value
		                             : SLICE("not named (MD5)")}));
	if (k.p[DIGEST_OPAQUE].times != 0 &&
	    !slice_eq(k.p[DIGEST_OPAQUE].value, g->p[DIGEST_OPAQUE].value))
		found(c, m, p, RULE_AUTH_OPAQUE, .field = field);
	if (k.p[DIGEST_QOP].times != 0 && g->p[DIGEST_QOP].times == 0)
		found(c, m, p, RULE_AUTH_QOP_DROPPED, .field = field);
	else if (k.p[DIGEST_QOP].times != 0 &&
	         !digest_qop_offered(k.p[DIGEST_QOP].value, g->p[DIGEST_QOP].value))
		found(c, m, p, RULE_AUTH_QOP_NOT_OFFERED, .field = field,
		      VALUE(g->p[DIGEST_QOP].value), EXPECTED(k.p[DIGEST_QOP].value),
		      ARGS({"qop", g->p[DIGEST_QOP].value},
		           {"offered", k.p[DIGEST_QOP].value}));
}

static void
judged(const struct checker *c, const struct message *m, const struct place *p,
       const char *header, const struct auth_entry *e)
{
	struct slice field = slice_str(header), why = SLICE_EMPTY;
	struct slice user = m->from.uri.user;
	uint8_t *t;

	if (e->out.verdict == AUTH_MISMATCH) {
		if (e->why.n != 0 &&
		    (t = arena_alloc(c->scratch, e->why.n + 2)) != NULL) {
			memcpy(t, ": ", 2);
			memcpy(t + 2, e->why.p, e->why.n);
			why = slice_of(t, e->why.n + 2);
		}
		found(c, m, p, RULE_AUTH_MISMATCH, .field = field,
		      ARGS({"username", e->username}, {"why", why}));
	} else if (e->out.verdict == AUTH_UNSUPPORTED) {
		found(c, m, p, RULE_AUTH_UNSUPPORTED, .field = field,
		      ARGS({"why", e->why}));
	}
	switch (e->nonce_check) {
	case NONCE_UNKNOWN:
		found(c, m, p, RULE_AUTH_NONCE_UNKNOWN, .field = field, VALUE(e->nonce),
		      ARGS({"nonce", e->nonce}, {"user", user}));
		break;
	case NONCE_FOREIGN:
		found(c, m, p, RULE_AUTH_NONCE_FOREIGN, .field = field, VALUE(e->nonce),
		      ARGS({"user", user}, {"owner", p->nonce_user},
		           {"frame", number(c, e->challenge.frame)}));
		break;
	case NONCE_STALE:
		found(c, m, p, RULE_AUTH_NONCE_STALE, .field = field, VALUE(e->nonce));
		break;
	case NONCE_REPLAYED:
		found(c, m, p, RULE_AUTH_REPLAY, .field = field, VALUE(e->nc),
		      ARGS({"nc", e->nc}));
		break;
	default:
		break;
	}
	/* An ACK repeats its INVITE's credentials: 22.1. */
	if (e->has_uri && m->method != METHOD_ACK &&
	    !slice_eq(e->uri, slice_head(m->sip.uri,
	                                 e->uri.n < KEPT_CUT ? m->sip.uri.n : KEPT_CUT)))
		found(c, m, p, RULE_AUTH_URI,
		      .severity = m->vias > 1 ? SEVERITY_NOTE : SEVERITY_OFF,
		      .field = field, VALUE(e->uri), EXPECTED(m->sip.uri),
		      ARGS({"uri", e->uri}, {"request", m->sip.uri}));
	if (p->dialog->gb && m->method == METHOD_REGISTER && e->has_username &&
	    user.n != 0 && !slice_eq(e->username, user))
		found(c, m, p, RULE_AUTH_USERNAME, .field = field, VALUE(e->username),
		      EXPECTED(user), ARGS({"username", e->username}, {"user", user}));
	/* GB/T 28181-2022 6.1.2: the domain in From and the realm are usually the same ten digits. */
	if (p->dialog->gb && m->method == METHOD_REGISTER && e->has_realm &&
	    slice_digits(m->from.uri.host) && !slice_eq(m->from.uri.host, e->realm))
		found(c, m, p, RULE_GB_DOMAIN_REALM, .field = SLICE("sip.from.host"),
		      VALUE(m->from.uri.host), EXPECTED(e->realm),
		      ARGS({"domain", m->from.uri.host}, {"realm", e->realm}));
}

void
check_credentials(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_AUTHORIZATION, SIP_PROXY_AUTHORIZATION};
	const struct auth_entry *e = p->tx->auths;
	const struct sip_header *h;
	struct digest g;
	enum dis dis;
	unsigned k, i, total = 0;

	for (k = 0; k < 2; k++)
		for (i = 0; (h = sip_find(&m->sip, ids[k], i)) != NULL &&
		            total < CREDENTIALS_MAX;
		     i++, total++) {
			const char *header = sip_header_infos[ids[k]].name;

			dis = digest_dissect(h->value, c->scratch, &g);
			if (g.scheme.n == 0) {
				found(c, m, p, RULE_AUTH_MALFORMED,
				      .field = slice_str(header),
				      ARGS({"header", slice_str(header)},
				           {"what", SLICE("cannot be read")}));
				continue;
			}
			if (slice_ieq(g.scheme, SLICE("Basic"))) {
				found(c, m, p, RULE_AUTH_BASIC,
				      .field = slice_str(header),
				      ARGS({"header", slice_str(header)}));
				continue;
			}
			check_digest(c, m, p, header, &g, dis, false);
			if (!g.is_digest) {
				capability(c, m, p, header, &g);
				continue;
			}
			complete(c, m, p, header, &g);
			if (e == NULL)
				continue;
			response_form(c, m, p, header, &g, e);
			against_challenge(c, m, p, header, &g);
			judged(c, m, p, header, e);
			e = e->next;
		}
	if (p->facts & PLACE_AUTH_REPEATED)
		found(c, m, p, RULE_AUTH_REPEATED,
		      ARGS({"frame", number(c, p->other.frame)}));
	if (p->wrong_header != NULL)
		found(c, m, p, RULE_AUTH_HEADER_KIND, .field = slice_str(p->wrong_header),
		      ARGS({"challenge", slice_str(p->challenge_header)},
		           {"header", slice_str(p->wrong_header)}));
}
