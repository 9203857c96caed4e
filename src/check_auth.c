/* Challenges, credentials and what became of them: RFC 3261 22, RFC 2617 3, RFC 7616 3, RFC 8760. */
#include "src/check.h"

#include <stdio.h>

enum { CHALLENGES_MAX = 8, KEPT_CUT = 1024 };

static struct slice
param_name(enum digest_param p)
{
	return slice_str(digest_param_names[p]);
}

static const struct {
	enum digest_param p;
	int challenge, credentials;
} quoting[] = {
#define P(id, name, c, k) {DIGEST_##id, c, k},
#include "dissect/digest_params.def"
#undef P
};

/* Faults of form that challenges and credentials share. */
static void
form(const struct checker *c, const struct message *m, const struct place *p, const char *header, const struct digest *g,
     enum dis dis, bool challenge)
{
	size_t i;
	struct slice value, field = slice_str(header);

	if (dis != DIS_OK)
		found(c, m, p, RULE_AUTH_MALFORMED, .field = field,
		      ARGS({"header", field}, {"what", SLICE("cannot be read to its end")}));
	else if (g->merged)
		found(c, m, p, RULE_AUTH_MALFORMED, .field = field,
		      ARGS({"header", field}, {"what", SLICE("holds several of them in one list")}));
	if (g->comma_after_scheme)
		found(c, m, p, RULE_AUTH_SCHEME_COMMA, .field = field, ARGS({"scheme", g->scheme}));
	for (i = 0; i < sizeof(quoting) / sizeof(quoting[0]); i++) {
		const struct digest_value *v = &g->p[quoting[i].p];
		int want = challenge ? quoting[i].challenge : quoting[i].credentials;

		if (v->times > 1)
			found(c, m, p, RULE_AUTH_PARAM_REPEATED, .field = field,
			      ARGS({"param", param_name(quoting[i].p)}, {"times", number(c, v->times)}));
		if (v->times == 0 || want < 0 || !g->is_digest || v->quoted == (want == 1))
			continue;
		/* An unquoted token where quotes belong does no harm to tolerant peers; nor the reverse. */
		value = quoting[i].p == DIGEST_RESPONSE ? SLICE("a quoted string") : v->value;
		found(c, m, p, RULE_AUTH_QUOTING, .field = field, VALUE(value),
		      ARGS({"param", param_name(quoting[i].p)},
		           {"how", v->quoted ? SLICE("quoted, but should be bare") : SLICE("bare, but should be quoted")}));
	}
}

/* A nonce of digits that is the time of day, in seconds or milliseconds. */
static bool
is_time(struct slice nonce, int64_t now_ns)
{
	int64_t second = INT64_C(1000000000), near = 400 * 86400 * second;
	uint64_t n;
	int64_t t;

	if (!parse_u64(nonce, UINT64_C(99999999999999), &n))
		return false;
	if (nonce.n == 10)
		t = (int64_t)n * second;
	else if (nonce.n == 13)
		t = (int64_t)n * 1000000;
	else
		return false;
	return t > now_ns - near && t < now_ns + near;
}

/* What the challenges of one response offer together. */
struct offer {
	unsigned digests, md5;
};

static void
challenge(const struct checker *c, const struct message *m, const struct place *p, const char *header,
          const struct sip_header *h, struct offer *offer)
{
	struct digest g;
	enum dis dis = digest_dissect(h->value, c->scratch, &g);
	bool sess;

	if (slice_ieq(g.scheme, SLICE("Basic"))) {
		found(c, m, p, RULE_AUTH_BASIC, .field = slice_str(header), ARGS({"header", slice_str(header)}));
		return;
	}
	form(c, m, p, header, &g, dis, true);
	if (!g.is_digest)
		return;
	if (g.p[DIGEST_REALM].times == 0)
		found(c, m, p, RULE_AUTH_CHALLENGE_INCOMPLETE, .field = slice_str(header), ARGS({"param", SLICE("realm")}));
	if (g.p[DIGEST_NONCE].times == 0)
		found(c, m, p, RULE_AUTH_CHALLENGE_INCOMPLETE, .field = slice_str(header), ARGS({"param", SLICE("nonce")}));
	if (g.p[DIGEST_QOP].times == 0)
		found(c, m, p, RULE_AUTH_NO_QOP, .field = slice_str(header));
	offer->digests++;
	offer->md5 += digest_algorithm(g.p[DIGEST_ALGORITHM].value, &sess) == DIGEST_MD5;
	if (is_time(g.p[DIGEST_NONCE].value, m->rec.time_ns))
		found(c, m, p, RULE_AUTH_NONCE_TIME, .field = slice_str(header), VALUE(g.p[DIGEST_NONCE].value),
		      ARGS({"nonce", g.p[DIGEST_NONCE].value}));
	/* 7616 3.3: made anew for each 401. Given to the same user again it is less bad: only he can replay it. */
	if (p->facts & PLACE_NONCE_SHARED)
		found(c, m, p, RULE_AUTH_NONCE_SHARED, .field = slice_str(header), VALUE(g.p[DIGEST_NONCE].value),
		      .severity = slice_eq(p->nonce_user, m->from.uri.user) ? SEVERITY_NOTE : SEVERITY_OFF,
		      ARGS({"user", p->nonce_user}, {"frame", number(c, p->other.frame)}));
}

static bool
alike(const struct digest *x, const struct digest *y)
{
	bool sx, sy;

	return x->is_digest && y->is_digest && slice_eq(x->p[DIGEST_REALM].value, y->p[DIGEST_REALM].value) &&
	       digest_algorithm(x->p[DIGEST_ALGORITHM].value, &sx) ==
	           digest_algorithm(y->p[DIGEST_ALGORITHM].value, &sy) &&
	       sx == sy;
}

/* RFC 8760 2.5: challenges of one realm differ in algorithm. A forking proxy that collects them may bring two from
 * two servers: 22.3. */
static void
challenges_alike(const struct checker *c, const struct message *m, const struct place *p, enum sip_hdr id)
{
	struct digest all[CHALLENGES_MAX];
	const struct sip_header *h;
	unsigned i, k;

	for (i = 0; i < CHALLENGES_MAX && (h = sip_find(&m->sip, id, i)) != NULL; i++) {
		(void)digest_dissect(h->value, c->scratch, &all[i]);
		for (k = 0; k < i; k++) {
			bool forked = m->method != METHOD_REGISTER &&
			              !slice_eq(all[k].p[DIGEST_NONCE].value, all[i].p[DIGEST_NONCE].value);

			if (!alike(&all[k], &all[i]))
				continue;
			found(c, m, p, RULE_AUTH_SAME_CHALLENGES, .field = slice_str(sip_header_infos[id].name),
			      .severity = forked ? SEVERITY_NOTE : SEVERITY_OFF,
			      ARGS({"realm", all[i].p[DIGEST_REALM].value}));
			return;
		}
	}
}

/* A right response under a nonce that is older than the registration it made, refused, and not called stale. */
static bool
stale_unsaid(const struct place *p, const struct auth_entry *e)
{
	return e->agrees == 0 && e->out.verdict == AUTH_VERIFIED && e->challenge.frame != 0 &&
	       (e->nonce_check == NONCE_STALE ||
	        (p->dialog->granted != 0 && e->challenge.time_ns < p->dialog->granted_ns));
}

/* Of a Call-ID whose first REGISTER the capture does not show, one may have been challenged before it began. */
static void
not_asked(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	bool begun = x->cseq == 1;

	if (m->method == METHOD_REGISTER && m->sip.status >= 200 && m->sip.status < 300 && x->auths == NULL &&
	    x->registration_scheme.n == 0 && !x->logout && x->request.frame != 0 && p->dialog->challenge.n == 0 &&
	    p->dialog->granted_before == 0)
		found(c, m, p, RULE_AUTH_NOT_ASKED, .severity = begun ? SEVERITY_OFF : SEVERITY_NOTE,
		      ARGS({"user", m->to.uri.user}));
}

static void
decided(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct auth_entry *e;
	uint32_t status = m->sip.status;

	for (e = p->tx->auths; e != NULL; e = e->next) {
		if (e->agrees == 0)
			found(c, m, p, RULE_AUTH_DECISION, .field = SLICE("sip.Status-Code"), VALUE(m->sip.status_text),
			      ARGS({"status", number(c, status)}, {"verdict", e->out.verdict == AUTH_VERIFIED ? SLICE("right")
			                                                                                   : SLICE("wrong")}));
		if ((status == 401 || status == 407) && stale_unsaid(p, e))
			found(c, m, p, RULE_AUTH_STALE);
	}
	not_asked(c, m, p);
	if ((status == 401 || status == 407) && (m->method == METHOD_ACK || m->method == METHOD_CANCEL))
		found(c, m, p, RULE_AUTH_CHALLENGED_ACK, ARGS({"status", number(c, status)}, {"method", m->cseq.method}));
	if (p->tx->rejected_in_row != 0)
		found(c, m, p, RULE_AUTH_LOOP, ARGS({"user", m->to.uri.user}, {"times", number(c, p->tx->rejected_in_row)}));
}

static void
challenges(const struct checker *c, const struct message *m, const struct place *p)
{
	static const struct {
		enum sip_hdr id;
		uint32_t status;
	} kinds[] = {{SIP_WWW_AUTHENTICATE, 401}, {SIP_PROXY_AUTHENTICATE, 407}};
	unsigned k, i;

	for (k = 0; k < 2; k++) {
		const char *header = sip_header_infos[kinds[k].id].name;
		struct offer offer = {0, 0};
		const struct sip_header *h;

		for (i = 0; (h = sip_find(&m->sip, kinds[k].id, i)) != NULL && i < CHALLENGES_MAX; i++)
			challenge(c, m, p, header, h, &offer);
		if (i == 0 && m->sip.status == kinds[k].status)
			found(c, m, p, RULE_AUTH_CHALLENGE_MISSING,
			      ARGS({"status", number(c, m->sip.status)}, {"header", slice_str(header)}));
		if (offer.digests != 0 && offer.md5 == offer.digests)
			found(c, m, p, RULE_AUTH_MD5_ONLY, .field = slice_str(header));
		challenges_alike(c, m, p, kinds[k].id);
	}
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	/* What a cut head lacks was perhaps in it. */
	if (m->dis != DIS_MORE)
		challenges(c, m, p);
	if (p->rspauth_wrong)
		found(c, m, p, RULE_AUTH_RSPAUTH, .field = SLICE("Authentication-Info"));
	decided(c, m, p);
}

/* Capability and kin: which algorithms a device can use for registration with certificates. */
static void
capability(const struct checker *c, const struct message *m, const struct place *p, const char *header,
           const struct digest *g)
{
	static const char *const schemes[] = {"Capability", "Asymmetric", "Unidirection", "Bidirection"};
	static const char *const parts[] = {"A:", "H:", "S:"};
	struct slice algorithm = g->p[DIGEST_ALGORITHM].value, missing = SLICE_EMPTY;
	char text[16];
	size_t i, n = 0;
	bool known = false;

	for (i = 0; i < 4; i++)
		known |= slice_ieq(g->scheme, slice_str(schemes[i]));
	if (!known) {
		found(c, m, p, RULE_AUTH_SCHEME_UNKNOWN, .field = slice_str(header), ARGS({"scheme", g->scheme}));
		return;
	}
	found(c, m, p, RULE_AUTH_CAPABILITY, .field = slice_str(header), ARGS({"scheme", g->scheme}));
	if (!slice_ieq(g->scheme, SLICE("Capability")))
		return;
	for (i = 0; i < 3; i++)
		if (slice_find(algorithm, slice_str(parts[i])) == algorithm.n) {
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", parts[i]);
			missing = slice_of(text, n);
		}
	if (n != 0)
		found(c, m, p, RULE_AUTH_CAPABILITY_PARTS, .field = slice_str(header), VALUE(algorithm),
		      EXPECTED(SLICE("A:...;H:...;S:...")), ARGS({"algorithm", algorithm}, {"missing", missing}));
}

/* nc is 8LHEX: 25.1. Upper case is against the letter only. */
static void
count(const struct checker *c, const struct message *m, const struct place *p, struct slice field, struct slice nc)
{
	bool good = nc.n == 8, upper = false;
	size_t i;

	for (i = 0; i < nc.n; i++) {
		uint8_t low = ascii_lower(nc.p[i]);

		good &= ascii_digit(low) || (low >= 'a' && low <= 'f');
		upper |= low != nc.p[i];
	}
	if (!good || upper)
		found(c, m, p, RULE_AUTH_NC, .severity = good ? SEVERITY_NOTE : SEVERITY_OFF, .field = field, VALUE(nc),
		      ARGS({"nc", nc}));
}

static void
missing(const struct checker *c, const struct message *m, const struct place *p, struct slice field,
        const struct digest *g, bool asked)
{
	static const struct {
		enum digest_param param;
		bool unasked, qop; /* cannot be there before the first challenge; only with qop */
	} musts[] = {
		{DIGEST_USERNAME, false, false}, {DIGEST_REALM, true, false}, {DIGEST_NONCE, true, false},
		{DIGEST_URI, false, false},      {DIGEST_RESPONSE, true, false}, {DIGEST_NC, false, true},
		{DIGEST_CNONCE, false, true},
	};
	size_t i;

	for (i = 0; i < sizeof(musts) / sizeof(musts[0]); i++) {
		if (g->p[musts[i].param].times != 0 || (musts[i].qop && g->p[DIGEST_QOP].times == 0) ||
		    (musts[i].param == DIGEST_USERNAME && g->p[DIGEST_USERNAME_STAR].times != 0))
			continue;
		found(c, m, p, RULE_AUTH_CREDENTIALS_INCOMPLETE,
		      .severity = musts[i].unasked && !asked ? SEVERITY_NOTE : SEVERITY_OFF, .field = field,
		      ARGS({"param", param_name(musts[i].param)}));
	}
}

static void
complete(const struct checker *c, const struct message *m, const struct place *p, const char *header, const struct digest *g)
{
	const struct digest_value *nc = &g->p[DIGEST_NC], *cnonce = &g->p[DIGEST_CNONCE];
	struct slice field = slice_str(header);
	bool sess;

	missing(c, m, p, field, g, p->dialog->challenge.n != 0);
	(void)digest_algorithm(g->p[DIGEST_ALGORITHM].value, &sess);
	if (g->p[DIGEST_QOP].times == 0 && (nc->times != 0 || (cnonce->times != 0 && !sess)))
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
response_form(const struct checker *c, const struct message *m, const struct place *p, const char *header,
              const struct digest *g, const struct auth_entry *e)
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
		found(c, m, p, RULE_AUTH_RESPONSE_FORM, .severity = SEVERITY_NOTE, .field = slice_str(header),
		      ARGS({"what", SLICE("in upper-case hex")}));
}

/* Only against the challenge whose nonce it is: another nonce may stem from one before the capture, 22.2. */
static void
against_challenge(const struct checker *c, const struct message *m, const struct place *p, const char *header,
                  const struct digest *g)
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
		found(c, m, p, RULE_AUTH_REALM, .field = field, VALUE(g->p[DIGEST_REALM].value),
		      EXPECTED(k.p[DIGEST_REALM].value),
		      ARGS({"realm", g->p[DIGEST_REALM].value}, {"challenge", k.p[DIGEST_REALM].value}));
	if (digest_algorithm(k.p[DIGEST_ALGORITHM].value, &k_sess) !=
	        digest_algorithm(g->p[DIGEST_ALGORITHM].value, &sess) || sess != k_sess)
		found(c, m, p, RULE_AUTH_ALGORITHM, .field = field, VALUE(g->p[DIGEST_ALGORITHM].value),
		      EXPECTED(k.p[DIGEST_ALGORITHM].value),
		      ARGS({"algorithm", g->p[DIGEST_ALGORITHM].times ? g->p[DIGEST_ALGORITHM].value : SLICE("not named (MD5)")},
		           {"challenge", k.p[DIGEST_ALGORITHM].times ? k.p[DIGEST_ALGORITHM].value : SLICE("not named (MD5)")}));
	if (k.p[DIGEST_OPAQUE].times != 0 && !slice_eq(k.p[DIGEST_OPAQUE].value, g->p[DIGEST_OPAQUE].value))
		found(c, m, p, RULE_AUTH_OPAQUE, .field = field);
	if (k.p[DIGEST_QOP].times != 0 && g->p[DIGEST_QOP].times == 0)
		found(c, m, p, RULE_AUTH_QOP_DROPPED, .field = field);
	else if (k.p[DIGEST_QOP].times != 0 && !digest_qop_offered(k.p[DIGEST_QOP].value, g->p[DIGEST_QOP].value))
		found(c, m, p, RULE_AUTH_QOP_NOT_OFFERED, .field = field, VALUE(g->p[DIGEST_QOP].value),
		      EXPECTED(k.p[DIGEST_QOP].value),
		      ARGS({"qop", g->p[DIGEST_QOP].value}, {"offered", k.p[DIGEST_QOP].value}));
}

static void
judged(const struct checker *c, const struct message *m, const struct place *p, const char *header,
       const struct auth_entry *e)
{
	struct slice field = slice_str(header), why = SLICE_EMPTY;
	struct slice user = m->from.uri.user;
	uint8_t *t;

	if (e->out.verdict == AUTH_MISMATCH) {
		if (e->why.n != 0 && (t = arena_alloc(c->scratch, e->why.n + 2)) != NULL) {
			memcpy(t, ": ", 2);
			memcpy(t + 2, e->why.p, e->why.n);
			why = slice_of(t, e->why.n + 2);
		}
		found(c, m, p, RULE_AUTH_MISMATCH, .field = field, ARGS({"username", e->username}, {"why", why}));
	} else if (e->out.verdict == AUTH_UNSUPPORTED) {
		found(c, m, p, RULE_AUTH_UNSUPPORTED, .field = field, ARGS({"why", e->why}));
	}
	switch (e->nonce_check) {
	case NONCE_UNKNOWN:
		found(c, m, p, RULE_AUTH_NONCE_UNKNOWN, .field = field, VALUE(e->nonce), ARGS({"nonce", e->nonce}, {"user", user}));
		break;
	case NONCE_FOREIGN:
		found(c, m, p, RULE_AUTH_NONCE_FOREIGN, .field = field, VALUE(e->nonce),
		      ARGS({"user", user}, {"owner", p->nonce_user}, {"frame", number(c, e->challenge.frame)}));
		break;
	case NONCE_STALE:
		found(c, m, p, RULE_AUTH_NONCE_STALE, .field = field, VALUE(e->nonce));
		break;
	case NONCE_REPLAYED:
		found(c, m, p, RULE_AUTH_REPLAY, .field = field, VALUE(e->nc), ARGS({"nc", e->nc}));
		break;
	default:
		break;
	}
	/* An ACK repeats its INVITE's credentials: 22.1. */
	if (e->has_uri && m->method != METHOD_ACK &&
	    !slice_eq(e->uri, slice_head(m->sip.uri, e->uri.n < KEPT_CUT ? m->sip.uri.n : KEPT_CUT)))
		found(c, m, p, RULE_AUTH_URI, .severity = m->vias > 1 ? SEVERITY_NOTE : SEVERITY_OFF, .field = field, VALUE(e->uri),
		      EXPECTED(m->sip.uri), ARGS({"uri", e->uri}, {"request", m->sip.uri}));
	if (p->dialog->gb && m->method == METHOD_REGISTER && e->has_username && user.n != 0 && !slice_eq(e->username, user))
		found(c, m, p, RULE_AUTH_USERNAME, .field = field, VALUE(e->username), EXPECTED(user),
		      ARGS({"username", e->username}, {"user", user}));
	/* GB/T 28181-2022 6.1.2: the domain in From and the realm are usually the same ten digits. */
	if (p->dialog->gb && m->method == METHOD_REGISTER && e->has_realm && slice_digits(m->from.uri.host) &&
	    !slice_eq(m->from.uri.host, e->realm))
		found(c, m, p, RULE_GB_DOMAIN_REALM, .field = SLICE("sip.from.host"), VALUE(m->from.uri.host), EXPECTED(e->realm),
		      ARGS({"domain", m->from.uri.host}, {"realm", e->realm}));
}

static void
request(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_AUTHORIZATION, SIP_PROXY_AUTHORIZATION};
	const struct auth_entry *e = p->tx->auths;
	const struct sip_header *h;
	struct digest g;
	enum dis dis;
	unsigned k, i, total = 0;

	for (k = 0; k < 2; k++)
		for (i = 0; (h = sip_find(&m->sip, ids[k], i)) != NULL && total < 8; i++, total++) {
			const char *header = sip_header_infos[ids[k]].name;

			dis = digest_dissect(h->value, c->scratch, &g);
			if (g.scheme.n == 0) {
				found(c, m, p, RULE_AUTH_MALFORMED, .field = slice_str(header),
				      ARGS({"header", slice_str(header)}, {"what", SLICE("cannot be read")}));
				continue;
			}
			if (slice_ieq(g.scheme, SLICE("Basic"))) {
				found(c, m, p, RULE_AUTH_BASIC, .field = slice_str(header), ARGS({"header", slice_str(header)}));
				continue;
			}
			form(c, m, p, header, &g, dis, false);
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
		found(c, m, p, RULE_AUTH_REPEATED, ARGS({"frame", number(c, p->other.frame)}));
	if (p->wrong_header != NULL)
		found(c, m, p, RULE_AUTH_HEADER_KIND, .field = slice_str(p->wrong_header),
		      ARGS({"challenge", slice_str(p->challenge_header)}, {"header", slice_str(p->wrong_header)}));
}

void
check_auth(const struct checker *c, const struct message *m, const struct place *p)
{
	/* An ACK to a non-2xx is part of its INVITE's transaction: its credentials were judged there. */
	if (m->request && p->tx->method == m->method && m->dis != DIS_MORE)
		request(c, m, p);
	else if (!m->request && m->sip.status >= 200)
		response(c, m, p);
}
