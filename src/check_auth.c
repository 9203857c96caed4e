/* Challenges, credentials and what became of them: RFC 3261 22, RFC 2617 3, RFC 7616 3, RFC 8760. */
#include "src/check.h"

#include <stdio.h>

#include "dissect/deviceid.h"

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

	if (dis == DIS_BAD)
		found(c, m, p, RULE_AUTH_MALFORMED, .field = field, ARGS({"header", field}));
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

static void
challenge(const struct checker *c, const struct message *m, const struct place *p, const char *header,
          const struct sip_header *h, bool *md5_only)
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
	if (digest_algorithm(g.p[DIGEST_ALGORITHM].value, &sess) != DIGEST_MD5)
		*md5_only = false;
	if (is_time(g.p[DIGEST_NONCE].value, m->rec.time_ns))
		found(c, m, p, RULE_AUTH_NONCE_TIME, .field = slice_str(header), VALUE(g.p[DIGEST_NONCE].value),
		      ARGS({"nonce", g.p[DIGEST_NONCE].value}));
	if (p->facts & PLACE_NONCE_SHARED)
		found(c, m, p, RULE_AUTH_NONCE_SHARED, .field = slice_str(header), VALUE(g.p[DIGEST_NONCE].value),
		      ARGS({"user", p->nonce_user}, {"frame", number(c, p->other.frame)}));
}

/* Two challenges of one realm differ in algorithm: RFC 8760 2.5. */
static void
alike(const struct checker *c, const struct message *m, const struct place *p, enum sip_hdr id)
{
	const struct sip_header *a = sip_find(&m->sip, id, 0), *b = sip_find(&m->sip, id, 1);
	struct digest x, y;
	bool sx, sy;

	if (a == NULL || b == NULL)
		return;
	(void)digest_dissect(a->value, c->scratch, &x);
	(void)digest_dissect(b->value, c->scratch, &y);
	if (x.is_digest && y.is_digest && slice_eq(x.p[DIGEST_REALM].value, y.p[DIGEST_REALM].value) &&
	    digest_algorithm(x.p[DIGEST_ALGORITHM].value, &sx) == digest_algorithm(y.p[DIGEST_ALGORITHM].value, &sy) &&
	    sx == sy)
		found(c, m, p, RULE_AUTH_SAME_CHALLENGES, .field = slice_str(sip_header_infos[id].name),
		      ARGS({"realm", x.p[DIGEST_REALM].value}));
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
		if (e->agrees == 0 && e->out.verdict == AUTH_VERIFIED && (status == 401 || status == 407) &&
		    e->nonce_check == NONCE_STALE)
			found(c, m, p, RULE_AUTH_STALE);
	}
	if (m->method == METHOD_REGISTER && status >= 200 && status < 300 && p->tx->auths == NULL && !p->tx->logout &&
	    p->tx->request.frame != 0 && p->dialog->gb && p->dialog->challenge.n == 0 && p->dialog->granted_before == 0)
		found(c, m, p, RULE_AUTH_NOT_ASKED, ARGS({"user", m->to.uri.user}));
	if ((status == 401 || status == 407) && (m->method == METHOD_ACK || m->method == METHOD_CANCEL))
		found(c, m, p, RULE_AUTH_CHALLENGED_ACK, ARGS({"status", number(c, status)}, {"method", m->cseq.method}));
	if (p->tx->rejected_in_row != 0)
		found(c, m, p, RULE_AUTH_LOOP, ARGS({"user", m->to.uri.user}, {"times", number(c, p->tx->rejected_in_row)}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_WWW_AUTHENTICATE, SIP_PROXY_AUTHENTICATE};
	const struct sip_header *h;
	unsigned k, i;
	bool md5_only = true;

	if (m->sip.status == 401 && sip_find(&m->sip, SIP_WWW_AUTHENTICATE, 0) == NULL)
		found(c, m, p, RULE_AUTH_CHALLENGE_MISSING,
		      ARGS({"status", SLICE("401")}, {"header", SLICE("WWW-Authenticate")}));
	if (m->sip.status == 407 && sip_find(&m->sip, SIP_PROXY_AUTHENTICATE, 0) == NULL)
		found(c, m, p, RULE_AUTH_CHALLENGE_MISSING,
		      ARGS({"status", SLICE("407")}, {"header", SLICE("Proxy-Authenticate")}));
	for (k = 0; k < 2; k++) {
		for (i = 0; (h = sip_find(&m->sip, ids[k], i)) != NULL && i < 8; i++)
			challenge(c, m, p, sip_header_infos[ids[k]].name, h, &md5_only);
		if (i != 0 && md5_only)
			found(c, m, p, RULE_AUTH_MD5_ONLY, .field = slice_str(sip_header_infos[ids[k]].name));
		alike(c, m, p, ids[k]);
	}
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

static void
complete(const struct checker *c, const struct message *m, const struct place *p, const char *header, const struct digest *g)
{
	static const enum digest_param musts[] = {DIGEST_USERNAME, DIGEST_REALM, DIGEST_NONCE, DIGEST_URI, DIGEST_RESPONSE};
	const struct digest_value *nc = &g->p[DIGEST_NC];
	struct slice field = slice_str(header);
	bool sess, qop = g->p[DIGEST_QOP].times != 0;
	size_t i;

	for (i = 0; i < sizeof(musts) / sizeof(musts[0]); i++)
		if (g->p[musts[i]].times == 0 && !(musts[i] == DIGEST_USERNAME && g->p[DIGEST_USERNAME_STAR].times != 0))
			found(c, m, p, RULE_AUTH_CREDENTIALS_INCOMPLETE, .field = field, ARGS({"param", param_name(musts[i])}));
	if (qop) {
		if (nc->times == 0)
			found(c, m, p, RULE_AUTH_CREDENTIALS_INCOMPLETE, .field = field, ARGS({"param", SLICE("nc")}));
		if (g->p[DIGEST_CNONCE].times == 0)
			found(c, m, p, RULE_AUTH_CREDENTIALS_INCOMPLETE, .field = field, ARGS({"param", SLICE("cnonce")}));
	} else if (nc->times != 0 || g->p[DIGEST_CNONCE].times != 0) {
		(void)digest_algorithm(g->p[DIGEST_ALGORITHM].value, &sess);
		if (!sess)
			found(c, m, p, RULE_AUTH_PARAM_UNASKED, .field = field,
			      ARGS({"param", nc->times ? SLICE("nc") : SLICE("cnonce")}));
	}
	(void)digest_algorithm(g->p[DIGEST_ALGORITHM].value, &sess);
	if (sess && g->p[DIGEST_CNONCE].times == 0)
		found(c, m, p, RULE_AUTH_SESS_QOP, .field = field);
	if (g->p[DIGEST_USERNAME].times != 0 && g->p[DIGEST_USERNAME_STAR].times != 0)
		found(c, m, p, RULE_AUTH_TWO_USERNAMES, .field = field);
	if (nc->times != 0) {
		bool good = nc->value.n == 8;

		for (i = 0; i < nc->value.n; i++)
			good &= ascii_digit(nc->value.p[i]) || (nc->value.p[i] >= 'a' && nc->value.p[i] <= 'f');
		if (!good)
			found(c, m, p, RULE_AUTH_NC, .field = field, VALUE(nc->value), ARGS({"nc", nc->value}));
	}
}

/* Form of the response, without showing it. */
static void
response_form(const struct checker *c, const struct message *m, const struct place *p, const char *header,
              const struct digest *g, const struct auth_entry *e)
{
	struct slice r = g->p[DIGEST_RESPONSE].value;
	size_t i, upper = 0;

	if (g->p[DIGEST_RESPONSE].times == 0)
		return;
	for (i = 0; i < r.n; i++)
		upper += r.p[i] >= 'A' && r.p[i] <= 'F';
	if (e->out.verdict == AUTH_MALFORMED && e->out.reason != NULL && e->out.reason[0] != '\0' &&
	    slice_find(slice_str(e->out.reason), SLICE("response")) == 0)
		found(c, m, p, RULE_AUTH_RESPONSE_FORM, .field = slice_str(header),
		      ARGS({"what", slice_str(e->out.reason)}));
	else if (upper != 0)
		found(c, m, p, RULE_AUTH_RESPONSE_FORM, .severity = SEVERITY_NOTE, .field = slice_str(header),
		      ARGS({"what", SLICE("in upper-case hex")}));
}

static void
against_challenge(const struct checker *c, const struct message *m, const struct place *p, const char *header,
                  const struct digest *g, const struct auth_entry *e)
{
	struct slice field = slice_str(header), given = p->dialog->challenge;
	struct digest k;
	bool sess, k_sess;

	if (e->challenge.frame == 0 && given.n == 0)
		return;
	/* The challenge whose nonce it is, else the dialog's last. */
	(void)digest_dissect(p->challenge.n ? p->challenge : given, c->scratch, &k);
	if (!k.is_digest)
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
judged(const struct checker *c, const struct message *m, const struct place *p, const char *header, const struct digest *g,
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
	if (e->has_uri && !slice_eq(e->uri, slice_head(m->sip.uri, e->uri.n < 1024 ? m->sip.uri.n : 1024)))
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
	(void)g;
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
				found(c, m, p, RULE_AUTH_MALFORMED, .field = slice_str(header), ARGS({"header", slice_str(header)}));
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
			against_challenge(c, m, p, header, &g, e);
			judged(c, m, p, header, &g, e);
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
	if (m->request && p->tx->method == m->method)
		request(c, m, p);
	else if (!m->request && m->sip.status >= 200)
		response(c, m, p);
}
