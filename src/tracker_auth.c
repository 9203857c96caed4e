/* Challenges and credentials in their places: the nonce's history, the verdict, the server's decision.
 * RFC 3261 22, RFC 7616 3.3 and 3.4. Verdict, nonce check and decision are three things. */
#include "src/tracker_own.h"

#include <stdio.h>

enum { CREDENTIALS_MAX = 8 }; /* of one message, judged */

static struct slice
value_of(const struct digest *g, enum digest_param p)
{
	return g->p[p].value;
}

static uint64_t
call_of(const struct tracker *t, const struct tx *x)
{
	return hash_more(&t->key, hash_bytes(&t->key, x->dialog->call_id),
	                 slice_of(&x->cseq, sizeof(x->cseq)));
}

/* A client's answer to a challenge belongs to the server that gave it: the other side's address. */
static struct nonce_party
party_of(const struct message *m)
{
	return (struct nonce_party){m->request ? &m->rec.dst : &m->rec.src,
	                            m->from.uri.user};
}

static enum nonce_check
check_nonce(struct tracker *t, struct tx *x, const struct message *m,
            const struct digest *g)
{
	struct slice nonce = value_of(g, DIGEST_NONCE), nc = value_of(g, DIGEST_NC);
	struct nonce *n = nonces_find(t->nonces, nonce);
	struct nonce_party party = party_of(m);
	bool used = false;

	/* Without qop there is no count: a nonce used again is no replay. ACK and CANCEL repeat by rule: 22.1. */
	if (g->p[DIGEST_QOP].times != 0 && nc.n != 0 && x->method != METHOD_ACK &&
	    x->method != METHOD_CANCEL)
		used = nonces_used(t->nonces, nonce, nc, value_of(g, DIGEST_USERNAME),
		                   call_of(t, x));
	if (n == NULL) {
		/* Never given here. Only where the capture shows that it should have been is that a fact: a new
		 * Call-ID that registers for the first time, or a user whom this server has challenged. */
		if (nonces_user(t->nonces, &party) ||
		    (x->method == METHOD_REGISTER && x->cseq == 1))
			return NONCE_UNKNOWN;
		return used ? NONCE_REPLAYED : NONCE_NONE;
	}
	if (!slice_eq(n->user, m->from.uri.user) && !n->many_users)
		return NONCE_FOREIGN;
	if (n->stale)
		return NONCE_STALE;
	return used ? NONCE_REPLAYED : NONCE_CHALLENGED;
}

static struct slice
kept(struct tx *x, const struct digest *g, enum digest_param p, bool *has)
{
	*has = g->p[p].times != 0;
	return text_keep(&x->mem, value_of(g, p));
}

static struct auth_entry *
entry_new(struct tx *x, const char *header, const struct digest *g)
{
	struct auth_entry *e = ARENA_NEW(&x->mem, struct auth_entry), **last;

	if (e == NULL)
		return NULL;
	e->header = header;
	e->scheme = text_keep(&x->mem, g->scheme);
	e->username = kept(x, g, DIGEST_USERNAME, &e->has_username);
	e->realm = kept(x, g, DIGEST_REALM, &e->has_realm);
	e->algorithm = kept(x, g, DIGEST_ALGORITHM, &e->has_algorithm);
	e->qop = kept(x, g, DIGEST_QOP, &e->has_qop);
	e->uri = kept(x, g, DIGEST_URI, &e->has_uri);
	e->nonce = kept(x, g, DIGEST_NONCE, &e->has_nonce);
	e->nc = kept(x, g, DIGEST_NC, &e->has_nc);
	e->cnonce = kept(x, g, DIGEST_CNONCE, &e->has_cnonce);
	e->opaque = kept(x, g, DIGEST_OPAQUE, &e->has_opaque);
	e->agrees = -1;
	for (last = &x->auths; *last != NULL; last = &(*last)->next)
		continue;
	*last = e;
	return e;
}

/* Of several challenges with one nonce, that of the same algorithm: RFC 8760 2.3. */
static struct slice
header_of(struct tracker *t, const struct digest *g)
{
	struct slice header, first = SLICE_EMPTY;
	struct digest k;
	bool sess, k_sess;
	enum digest_algorithm want =
	    digest_algorithm(value_of(g, DIGEST_ALGORITHM), &sess);
	unsigned i;

	for (i = 0; nonces_header(t->nonces, value_of(g, DIGEST_NONCE), i, &header);
	     i++) {
		(void)digest_dissect(header, NULL, &k);
		if (digest_algorithm(value_of(&k, DIGEST_ALGORITHM), &k_sess) == want &&
		    sess == k_sess)
			return header;
		if (i == 0)
			first = header;
	}
	return first;
}

/* RFC 2617 3.2.2.2 makes the key of a -sess algorithm from the first cnonce under a nonce. */
static struct slice
first_cnonce(struct tracker *t, const struct digest *g)
{
	bool sess;

	(void)digest_algorithm(value_of(g, DIGEST_ALGORITHM), &sess);
	if (!sess || g->p[DIGEST_CNONCE].times == 0)
		return SLICE_EMPTY;
	return nonces_first_cnonce(t->nonces, value_of(g, DIGEST_NONCE),
	                           value_of(g, DIGEST_USERNAME),
	                           value_of(g, DIGEST_CNONCE));
}

static void
judge(struct tracker *t, struct tx *x, const struct message *m, const struct digest *g,
      const struct nonce *n, struct auth_entry *e)
{
	struct slice header = n ? header_of(t, g) : x->dialog->challenge;
	struct auth_in in = {.credentials = g};
	struct digest challenge;

	if (header.n != 0 && digest_dissect(header, NULL, &challenge) != DIS_OTHER)
		in.challenge = &challenge;
	in.method = m->sip.method;
	in.request_uri = m->sip.uri;
	in.from_user = m->from.uri.user;
	in.to_user = m->to.uri.user;
	in.body = m->body;
	in.first_cnonce = first_cnonce(t, g);
	auth_check(t->auth, &in, &e->out);
	/* The session's first request was before the capture, perhaps: its cnonce is not known. */
	if (n == NULL && e->out.verdict == AUTH_MISMATCH && e->out.sess &&
	    e->out.variant == AUTH_VARIANT_NONE) {
		e->out.verdict = AUTH_UNSUPPORTED;
		e->out.reason = "session unknown";
		(void)snprintf(e->out.why, sizeof(e->out.why),
		               "the challenge of its session is not in the capture");
	}
	e->why = text_keep(&x->mem, slice_str(e->out.why));
	if (e->out.verdict != AUTH_MALFORMED && e->has_nonce)
		e->nonce_check = check_nonce(t, x, m, g);
}

static void
credentials(struct tracker *t, struct tx *x, const struct message *m, const char *header,
            struct slice value, struct place *p)
{
	struct auth_entry *e;
	struct digest g;
	struct nonce *n;

	(void)digest_dissect(value, &t->scratch, &g);
	if (g.scheme.n == 0)
		return;
	if (!g.is_digest) {
		if (x->registration_scheme.n == 0)
			x->registration_scheme = text_keep(&x->mem, g.scheme);
		return;
	}
	e = entry_new(x, header, &g);
	if (e == NULL)
		return;
	n = nonces_find(t->nonces, value_of(&g, DIGEST_NONCE));
	judge(t, x, m, &g, n, e);
	if (x->credentials.n == 0)
		x->credentials = text_keep(&x->mem, value);
	if (n == NULL)
		return;
	e->challenge = n->ref;
	/* A place has room for one: of credentials for several realms the first that are answered here. */
	if (p->challenge.n == 0)
		p->challenge = header_of(t, &g);
	if (p->nonce_user.n == 0 || e->nonce_check == NONCE_FOREIGN)
		p->nonce_user = n->user;
	if (n->proxy != (header[0] == 'P')) {
		p->wrong_header = header;
		p->challenge_header =
		    n->proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
	}
}

/* Authentication-Info, RFC 7616 3.5: the next nonce, and the server's proof, over the URI of the credentials and
 * the body of the response. */
static void
info_read(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_AUTHENTICATION_INFO, 0);
	struct ref ref = ref_of(&m->rec, NULL);
	struct nonce_party party = party_of(m);
	struct digest g, info;
	struct auth_in in = {.credentials = &g};
	bool proxy = h == NULL;

	if (h == NULL)
		h = sip_find(&m->sip, SIP_PROXY_AUTHENTICATION_INFO, 0);
	if (h == NULL || digest_info_dissect(h->value, NULL, &info) != DIS_OK)
		return;
	if (value_of(&info, DIGEST_NEXTNONCE).n != 0)
		nonces_given(t->nonces, value_of(&info, DIGEST_NEXTNONCE), &party,
		             SLICE_EMPTY, proxy, &ref, call_of(t, x));
	if (x->credentials.n == 0 || info.p[DIGEST_RSPAUTH].times == 0)
		return;
	(void)digest_dissect(x->credentials, NULL, &g);
	in.method = x->method_name;
	in.request_uri = x->uri;
	in.from_user = m->from.uri.user;
	in.to_user = m->to.uri.user;
	in.first_cnonce = first_cnonce(t, &g);
	p->rspauth_wrong =
	    auth_check_rspauth(t->auth, &in, &info, m->body) == AUTH_MISMATCH;
}

void
auth_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	static const struct {
		enum sip_hdr id;
		const char *name;
	} kinds[] = {{SIP_AUTHORIZATION, "Authorization"},
	             {SIP_PROXY_AUTHORIZATION, "Proxy-Authorization"}};
	const struct sip_header *h;
	unsigned k, i, total = 0;
	const struct sip_header *first = NULL;

	for (k = 0; k < 2; k++)
		for (i = 0; (h = sip_find(&m->sip, kinds[k].id, i)) != NULL &&
		            total < CREDENTIALS_MAX;
		     i++, total++) {
			credentials(t, x, m, kinds[k].name, h->value, p);
			if (first == NULL)
				first = h;
		}
	/* The same credentials right after they were rejected: RFC 3261 22.1. */
	if (first != NULL && x->auths != NULL) {
		uint64_t now = hash_bytes(&t->key, first->value);

		if (x->dialog->rejected_hash == now && x->method != METHOD_ACK &&
		    x->method != METHOD_CANCEL) {
			p->facts |= PLACE_AUTH_REPEATED;
			p->other = x->dialog->rejected_ref;
		}
		x->credentials_hash = now;
	}
}

static const enum sip_hdr challenge_headers[] = {SIP_WWW_AUTHENTICATE,
                                                 SIP_PROXY_AUTHENTICATE};

/* What the response says of credentials that answer a challenge in WWW- (0) or Proxy-Authenticate (1). A proxy let
 * pass what only the server behind it challenges, and the reverse: 22.3. */
static enum auth_decision
decision_of(const struct message *m, bool proxy)
{
	enum sip_hdr own = challenge_headers[proxy], other = challenge_headers[!proxy];
	const struct sip_header *h;
	struct digest g;
	uint32_t status = m->sip.status;
	unsigned i;

	if (status >= 200 && status < 300)
		return DECISION_ACCEPTED;
	if (status != 401 && status != 407)
		return status == 403 ? DECISION_REJECTED : DECISION_OTHER;
	for (i = 0; (h = sip_find(&m->sip, own, i)) != NULL && i < CREDENTIALS_MAX; i++) {
		(void)digest_dissect(h->value, NULL, &g);
		if (slice_ieq(value_of(&g, DIGEST_STALE), SLICE("true")))
			return DECISION_STALE;
	}
	return i == 0 && sip_find(&m->sip, other, 0) != NULL ? DECISION_OTHER
	                                                     : DECISION_REJECTED;
}

/* The server has decided on the credentials of its request. */
static void
decide(struct tracker *t, struct tx *x, const struct message *m)
{
	struct auth_entry *e;
	struct nonce *n;
	bool rejected = false;

	for (e = x->auths; e != NULL; e = e->next) {
		n = nonces_find(t->nonces, e->nonce);
		e->decision = decision_of(m, n ? n->proxy : e->header[0] == 'P');
		e->agrees = -1;
		if ((e->decision == DECISION_ACCEPTED ||
		     e->decision == DECISION_REJECTED) &&
		    (e->out.verdict == AUTH_VERIFIED || e->out.verdict == AUTH_MISMATCH))
			e->agrees = (e->decision == DECISION_ACCEPTED) ==
			            (e->out.verdict == AUTH_VERIFIED);
		if (n != NULL && e->decision == DECISION_STALE)
			n->stale = true;
		rejected |= e->decision == DECISION_REJECTED;
	}
	x->dialog->rejected_hash = rejected ? x->credentials_hash : 0;
	if (rejected) {
		x->dialog->rejected_ref = x->request;
		x->dialog->rejected_ref.frames = NULL;
		x->dialog->rejected_ref.frames_total = 0;
	}
}

static void
challenge(struct tracker *t, struct tx *x, const struct message *m, struct slice value,
          bool proxy, struct place *p)
{
	struct ref ref = ref_of(&m->rec, NULL);
	struct nonce_party party = party_of(m);
	struct slice own;
	struct nonce *n;
	struct digest g;

	(void)digest_dissect(value, NULL, &g);
	if (!g.is_digest)
		notice_challenged(x->dialog, m, &g);
	if (!g.is_digest || g.p[DIGEST_NONCE].times == 0)
		return;
	n = nonces_find(t->nonces, value_of(&g, DIGEST_NONCE));
	/* Challenges of one response may share their nonce, and a capture can show one response on two hops. */
	if (n != NULL && n->call != call_of(t, x)) {
		p->facts |= PLACE_NONCE_SHARED;
		p->nonce_user = n->user;
		p->other = n->ref;
	}
	nonces_given(t->nonces, value_of(&g, DIGEST_NONCE), &party,
	             slice_head(value, TEXT_KEPT), proxy, &ref, call_of(t, x));
	/* A dialog's memory has its bound: then the last one that it kept is better than none. */
	if (!slice_eq(x->dialog->challenge, value)) {
		own = text_keep(&x->dialog->mem, value);
		if (own.n != 0)
			x->dialog->challenge = own;
	}
	x->dialog->challenge_ref = ref;
}

/* A response that is no repeat: it decides on the credentials, and its challenges are remembered. */
void
auth_response(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	const struct sip_header *h;
	unsigned k, i;

	if (m->sip.status < 200)
		return;
	decide(t, x, m);
	info_read(t, x, m, p);
	for (k = 0; k < 2; k++)
		for (i = 0; (h = sip_find(&m->sip, challenge_headers[k], i)) != NULL &&
		            i < CREDENTIALS_MAX;
		     i++)
			challenge(t, x, m, h->value, k == 1, p);
}
