/* Challenges and what became of the credentials: RFC 3261 22, RFC 2617 3, RFC 7616 3, RFC 8760. */
#include "src/check_auth.h"

enum { CHALLENGES_MAX = 8 };

struct slice
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

void
check_digest(const struct checker *c, const struct message *m, const struct place *p,
             const char *header, const struct digest *g, enum dis dis, bool challenge)
{
	size_t i;
	struct slice value, field = slice_str(header);

	if (dis != DIS_OK)
		found(c, m, p, RULE_AUTH_MALFORMED, .field = field,
		      ARGS({"header", field},
		           {"what", SLICE("cannot be read to its end")}));
	else if (g->merged)
		found(c, m, p, RULE_AUTH_MALFORMED, .field = field,
		      ARGS({"header", field},
		           {"what", SLICE("holds several of them in one list")}));
	if (g->comma_after_scheme)
		found(c, m, p, RULE_AUTH_SCHEME_COMMA, .field = field,
		      ARGS({"scheme", g->scheme}));
	for (i = 0; i < sizeof(quoting) / sizeof(quoting[0]); i++) {
		const struct digest_value *v = &g->p[quoting[i].p];
		int want = challenge ? quoting[i].challenge : quoting[i].credentials;

		if (v->times > 1)
			found(c, m, p, RULE_AUTH_PARAM_REPEATED, .field = field,
			      ARGS({"param", param_name(quoting[i].p)},
			           {"times", number(c, v->times)}));
		if (v->times == 0 || want < 0 || !g->is_digest ||
		    v->quoted == (want == 1))
			continue;
		/* An unquoted token where quotes belong does no harm to tolerant peers; nor the reverse. */
		value =
		    quoting[i].p == DIGEST_RESPONSE ? SLICE("a quoted string") : v->value;
		found(c, m, p, RULE_AUTH_QUOTING, .field = field, VALUE(value),
		      ARGS({"param", param_name(quoting[i].p)},
		           {"how", v->quoted ? SLICE("quoted, but should be bare")
		                             : SLICE("bare, but should be quoted")}));
	}
}

/* A nonce of digits that is the time of day, in seconds or milliseconds. */
static bool
is_time(struct slice nonce, int64_t now_ns)
{
	int64_t near = INT64_C(400) * 86400 * 1000, now = now_ns / 1000000,
	        t; /* in milliseconds */
	uint64_t n;

	if ((nonce.n != 10 && nonce.n != 13) ||
	    !parse_u64(nonce, UINT64_C(9999999999999), &n))
		return false;
	t = nonce.n == 10 ? (int64_t)n * 1000 : (int64_t)n;
	return t > now - near && t < now + near;
}

/* What the challenges of one response offer together. */
struct offer {
	unsigned digests, md5;
};

static void
challenge(const struct checker *c, const struct message *m, const struct place *p,
          const char *header, const struct sip_header *h, struct offer *offer)
{
	struct digest g;
	enum dis dis = digest_dissect(h->value, c->scratch, &g);
	bool sess;

	if (slice_ieq(g.scheme, SLICE("Basic"))) {
		found(c, m, p, RULE_AUTH_BASIC, .field = slice_str(header),
		      ARGS({"header", slice_str(header)}));
		return;
	}
	check_digest(c, m, p, header, &g, dis, true);
	if (!g.is_digest)
		return;
	if (g.p[DIGEST_REALM].times == 0)
		found(c, m, p, RULE_AUTH_CHALLENGE_INCOMPLETE, .field = slice_str(header),
		      ARGS({"param", SLICE("realm")}));
	if (g.p[DIGEST_NONCE].times == 0)
		found(c, m, p, RULE_AUTH_CHALLENGE_INCOMPLETE, .field = slice_str(header),
		      ARGS({"param", SLICE("nonce")}));
	if (g.p[DIGEST_QOP].times == 0)
		found(c, m, p, RULE_AUTH_NO_QOP, .field = slice_str(header));
	offer->digests++;
	offer->md5 += digest_algorithm(g.p[DIGEST_ALGORITHM].value, &sess) == DIGEST_MD5;
	if (is_time(g.p[DIGEST_NONCE].value, m->rec.time_ns))
		found(c, m, p, RULE_AUTH_NONCE_TIME, .field = slice_str(header),
		      VALUE(g.p[DIGEST_NONCE].value),
		      ARGS({"nonce", g.p[DIGEST_NONCE].value}));
	/* 7616 3.3: made anew for each 401. Given to the same user again it is less bad: only he can replay it. */
	if (p->facts & PLACE_NONCE_SHARED)
		found(
		    c, m, p, RULE_AUTH_NONCE_SHARED, .field = slice_str(header),
		    VALUE(g.p[DIGEST_NONCE].value),
		    .severity = slice_eq(p->nonce_user, m->from.uri.user) ? SEVERITY_NOTE
		                                                          : SEVERITY_OFF,
		    ARGS({"user", p->nonce_user}, {"frame", number(c, p->other.frame)}));
}

static bool
alike(const struct digest *x, const struct digest *y)
{
	bool sx, sy;

	return x->is_digest && y->is_digest &&
	       slice_eq(x->p[DIGEST_REALM].value, y->p[DIGEST_REALM].value) &&
	       digest_algorithm(x->p[DIGEST_ALGORITHM].value, &sx) ==
	           digest_algorithm(y->p[DIGEST_ALGORITHM].value, &sy) &&
	       sx == sy;
}

/* RFC 8760 2.5: challenges of one realm differ in algorithm. A forking proxy that collects them may bring two from
 * two servers: 22.3. */
static void
challenges_alike(const struct checker *c, const struct message *m, const struct place *p,
                 enum sip_hdr id)
{
	struct digest all[CHALLENGES_MAX];
	const struct sip_header *h;
	unsigned i, k;

	for (i = 0; i < CHALLENGES_MAX && (h = sip_find(&m->sip, id, i)) != NULL; i++) {
		(void)digest_dissect(h->value, c->scratch, &all[i]);
		for (k = 0; k < i; k++) {
			bool forked = m->method != METHOD_REGISTER &&
			              !slice_eq(all[k].p[DIGEST_NONCE].value,
			                        all[i].p[DIGEST_NONCE].value);

			if (!alike(&all[k], &all[i]))
				continue;
			found(c, m, p, RULE_AUTH_SAME_CHALLENGES,
			      .field = header_name(id),
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
	return e->agrees == 0 && e->out.verdict == AUTH_VERIFIED &&
	       e->challenge.frame != 0 &&
	       (e->nonce_check == NONCE_STALE ||
	        (p->dialog->granted != 0 &&
	         e->challenge.time_ns < p->dialog->granted_ns));
}

/* Of a Call-ID whose first REGISTER the capture does not show, one may have been challenged before it began.
 * GB/T 28181 makes authentication mandatory, RFC 3261 10.3 recommends it. */
static void
not_asked(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	bool sure = x->cseq == 1 && p->dialog->gb;

	if (m->method == METHOD_REGISTER && m->sip.status >= 200 && m->sip.status < 300 &&
	    x->auths == NULL && x->registration_scheme.n == 0 && !x->logout &&
	    x->request.frame != 0 && !x->cut && p->dialog->challenge.n == 0 &&
	    p->dialog->granted_before == 0)
		found(c, m, p, RULE_AUTH_NOT_ASKED,
		      .severity = sure ? SEVERITY_OFF : SEVERITY_NOTE,
		      ARGS({"user", m->to.uri.user}));
}

static void
decided(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct auth_entry *e;
	uint32_t status = m->sip.status;

	for (e = p->tx->auths; e != NULL; e = e->next) {
		if (e->agrees == 0)
			found(c, m, p, RULE_AUTH_DECISION,
			      .field = SLICE("sip.Status-Code"),
			      VALUE(m->sip.status_text),
			      ARGS({"status", number(c, status)},
			           {"verdict", e->out.verdict == AUTH_VERIFIED
			                           ? SLICE("right")
			                           : SLICE("wrong")}));
		if ((status == 401 || status == 407) && stale_unsaid(p, e))
			found(c, m, p, RULE_AUTH_STALE);
	}
	not_asked(c, m, p);
	if ((status == 401 || status == 407) &&
	    (m->method == METHOD_ACK || m->method == METHOD_CANCEL))
		found(c, m, p, RULE_AUTH_CHALLENGED_ACK,
		      ARGS({"status", number(c, status)}, {"method", m->cseq.method}));
	if (p->tx->rejected_in_row != 0)
		found(c, m, p, RULE_AUTH_LOOP,
		      ARGS({"user", m->to.uri.user},
		           {"times", number(c, p->tx->rejected_in_row)}));
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

		for (i = 0; (h = sip_find(&m->sip, kinds[k].id, i)) != NULL &&
		            i < CHALLENGES_MAX;
		     i++)
			challenge(c, m, p, header, h, &offer);
		if (i == 0 && m->sip.status == kinds[k].status)
			found(c, m, p, RULE_AUTH_CHALLENGE_MISSING,
			      ARGS({"status", number(c, m->sip.status)},
			           {"header", slice_str(header)}));
		if (offer.digests != 0 && offer.md5 == offer.digests)
			found(c, m, p, RULE_AUTH_MD5_ONLY, .field = slice_str(header));
		challenges_alike(c, m, p, kinds[k].id);
	}
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	challenges(c, m, p);
	if (p->rspauth_wrong)
		found(c, m, p, RULE_AUTH_RSPAUTH, .field = SLICE("Authentication-Info"));
	decided(c, m, p);
}

void
check_auth(const struct checker *c, const struct message *m, const struct place *p)
{
	/* An ACK to a non-2xx is part of its INVITE's transaction: its credentials were judged there. */
	if (m->request && p->tx->method == m->method)
		check_credentials(c, m, p);
	else if (!m->request && m->sip.status >= 200)
		response(c, m, p);
}
