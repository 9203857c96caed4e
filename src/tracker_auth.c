/* Challenges and credentials in their places: the nonce's history, the verdict, the server's decision.
 * RFC 3261 22, RFC 7616 3.3 and 3.4; design: verdict, nonce check and decision are three things. */
#include "src/tracker_own.h"

enum { CREDENTIALS_MAX = 8 }; /* of one message, judged */

static struct slice
value_of(const struct digest *g, enum digest_param p)
{
	return g->p[p].value;
}

static uint64_t
call_of(const struct tracker *t, const struct tx *x)
{
	return hash_more(&t->key, hash_bytes(&t->key, x->dialog->call_id), slice_of(&x->cseq, sizeof(x->cseq)));
}

static enum nonce_check
check_nonce(struct tracker *t, struct tx *x, const struct message *m, const struct digest *g)
{
	struct slice nonce = value_of(g, DIGEST_NONCE), nc = value_of(g, DIGEST_NC);
	struct nonce *n = nonces_find(t->nonces, nonce);
	bool used = false;

	/* Without qop there is no count: a nonce used again is no replay. ACK and CANCEL repeat by rule. */
	if (g->p[DIGEST_QOP].times != 0 && nc.n != 0 && x->method != METHOD_ACK && x->method != METHOD_CANCEL)
		used = nonces_used(t->nonces, nonce, nc, call_of(t, x));
	if (n == NULL) {
		/* Never given here. Only where the capture shows that it should have been is that a fact: a new
		 * Call-ID that registers for the first time, or a user who was challenged before. */
		if (nonces_user(t->nonces, m->from.uri.user) || (x->method == METHOD_REGISTER && x->cseq == 1))
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

static void
credentials(struct tracker *t, struct tx *x, const struct message *m, const char *header, struct slice value,
            struct place *p)
{
	struct auth_entry *e, **last;
	struct digest g, challenge;
	struct auth_in in = {.credentials = &g};
	struct nonce *n;

	(void)digest_dissect(value, &t->scratch, &g);
	if (g.scheme.n == 0)
		return;
	if (!g.is_digest) {
		if (x->registration_scheme.n == 0)
			x->registration_scheme = text_keep(&x->mem, g.scheme);
		return;
	}
	e = ARENA_NEW(&x->mem, struct auth_entry);
	if (e == NULL)
		return;
	e->header = header;
	e->scheme = text_keep(&x->mem, g.scheme);
	e->username = kept(x, &g, DIGEST_USERNAME, &e->has_username);
	e->realm = kept(x, &g, DIGEST_REALM, &e->has_realm);
	e->algorithm = kept(x, &g, DIGEST_ALGORITHM, &e->has_algorithm);
	e->qop = kept(x, &g, DIGEST_QOP, &e->has_qop);
	e->uri = kept(x, &g, DIGEST_URI, &e->has_uri);
	e->nonce = kept(x, &g, DIGEST_NONCE, &e->has_nonce);
	e->nc = kept(x, &g, DIGEST_NC, &e->has_nc);
	e->cnonce = kept(x, &g, DIGEST_CNONCE, &e->has_cnonce);
	e->opaque = kept(x, &g, DIGEST_OPAQUE, &e->has_opaque);
	e->agrees = -1;
	n = nonces_find(t->nonces, value_of(&g, DIGEST_NONCE));
	p->challenge = n ? n->header : x->dialog->challenge;
	if (n != NULL) {
		e->challenge = n->ref;
		p->nonce_user = n->user;
	}
	if (p->challenge.n != 0 && digest_dissect(p->challenge, NULL, &challenge) != DIS_OTHER)
		in.challenge = &challenge;
	in.method = m->sip.method;
	in.request_uri = m->sip.uri;
	in.from_user = m->from.uri.user;
	in.to_user = m->to.uri.user;
	in.body = m->body;
	auth_check(t->auth, &in, &e->out);
	e->why = text_keep(&x->mem, slice_str(e->out.why));
	if (e->out.verdict != AUTH_MALFORMED && e->has_nonce)
		e->nonce_check = check_nonce(t, x, m, &g);
	if (x->credentials.n == 0)
		x->credentials = text_keep(&x->mem, value);
	if (n != NULL && n->proxy != (header[0] == 'P')) {
		p->wrong_header = header;
		p->challenge_header = n->proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
	}
	for (last = &x->auths; *last != NULL; last = &(*last)->next)
		continue;
	*last = e;
}

/* RFC 7616 3.5: the server's proof, over the URI of the credentials and the body of the response. */
static void
mutual(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_AUTHENTICATION_INFO, 0);
	struct digest g, info;
	struct auth_in in = {.credentials = &g};

	if (h == NULL)
		h = sip_find(&m->sip, SIP_PROXY_AUTHENTICATION_INFO, 0);
	if (h == NULL || x->credentials.n == 0 || digest_info_dissect(h->value, NULL, &info) != DIS_OK ||
	    info.p[DIGEST_RSPAUTH].times == 0)
		return;
	(void)digest_dissect(x->credentials, NULL, &g);
	in.method = x->method_name;
	in.request_uri = x->uri;
	in.from_user = m->from.uri.user;
	in.to_user = m->to.uri.user;
	p->rspauth_wrong = auth_check_rspauth(t->auth, &in, &info, m->body) == AUTH_MISMATCH;
}

void
auth_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	static const struct {
		enum sip_hdr id;
		const char *name;
	} kinds[] = {{SIP_AUTHORIZATION, "Authorization"}, {SIP_PROXY_AUTHORIZATION, "Proxy-Authorization"}};
	const struct sip_header *h;
	unsigned k, i, total = 0;
	const struct sip_header *first = NULL;

	for (k = 0; k < 2; k++)
		for (i = 0; (h = sip_find(&m->sip, kinds[k].id, i)) != NULL && total < CREDENTIALS_MAX; i++, total++) {
			credentials(t, x, m, kinds[k].name, h->value, p);
			if (first == NULL)
				first = h;
		}
	/* The same credentials right after they were rejected: RFC 3261 22.1. */
	if (first != NULL && x->auths != NULL) {
		uint64_t now = hash_bytes(&t->key, first->value);

		if (x->dialog->rejected_hash == now && x->method != METHOD_ACK && x->method != METHOD_CANCEL) {
			p->facts |= PLACE_AUTH_REPEATED;
			p->other = x->dialog->rejected_ref;
		}
		x->credentials_hash = now;
	}
}

static enum auth_decision
decision_of(const struct message *m, bool *stale)
{
	const struct sip_header *h;
	struct digest g;
	uint32_t status = m->sip.status;

	*stale = false;
	if (status >= 200 && status < 300)
		return DECISION_ACCEPTED;
	if (status != 401 && status != 407)
		return status == 403 ? DECISION_REJECTED : DECISION_OTHER;
	h = sip_find(&m->sip, status == 401 ? SIP_WWW_AUTHENTICATE : SIP_PROXY_AUTHENTICATE, 0);
	if (h != NULL) {
		(void)digest_dissect(h->value, NULL, &g);
		*stale = slice_ieq(value_of(&g, DIGEST_STALE), SLICE("true"));
	}
	return *stale ? DECISION_STALE : DECISION_REJECTED;
}

/* A response that is no repeat: its challenges are remembered, and it decides on the credentials. */
void
auth_response(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	static const enum sip_hdr kinds[] = {SIP_WWW_AUTHENTICATE, SIP_PROXY_AUTHENTICATE};
	struct ref ref = ref_of(&m->rec, NULL);
	const struct sip_header *h;
	struct auth_entry *e;
	struct digest g;
	struct nonce *n;
	enum auth_decision decision;
	bool stale;
	unsigned k, i;

	if (m->sip.status < 200)
		return;
	decision = decision_of(m, &stale);
	for (e = x->auths; e != NULL; e = e->next) {
		e->decision = decision;
		e->agrees = -1;
		if ((decision == DECISION_ACCEPTED || decision == DECISION_REJECTED) &&
		    (e->out.verdict == AUTH_VERIFIED || e->out.verdict == AUTH_MISMATCH))
			e->agrees = (decision == DECISION_ACCEPTED) == (e->out.verdict == AUTH_VERIFIED);
		n = stale ? nonces_find(t->nonces, e->nonce) : NULL;
		if (n != NULL)
			n->stale = true;
	}
	mutual(t, x, m, p);
	x->dialog->rejected_hash = 0;
	if (decision == DECISION_REJECTED && x->auths != NULL) {
		x->dialog->rejected_hash = x->credentials_hash;
		x->dialog->rejected_ref = x->request;
		x->dialog->rejected_ref.frames = NULL;
		x->dialog->rejected_ref.frames_total = 0;
	}
	for (k = 0; k < 2; k++)
		for (i = 0; (h = sip_find(&m->sip, kinds[k], i)) != NULL && i < CREDENTIALS_MAX; i++) {
			(void)digest_dissect(h->value, NULL, &g);
			if (!g.is_digest || g.p[DIGEST_NONCE].times == 0)
				continue;
			n = nonces_find(t->nonces, value_of(&g, DIGEST_NONCE));
			if (n != NULL && !slice_eq(n->user, m->from.uri.user)) {
				p->facts |= PLACE_NONCE_SHARED;
				p->nonce_user = n->user;
				p->other = n->ref;
			}
			nonces_given(t->nonces, value_of(&g, DIGEST_NONCE), m->from.uri.user, slice_head(h->value, TEXT_KEPT),
			             k == 1, &ref);
			if (!slice_eq(x->dialog->challenge, h->value))
				x->dialog->challenge = text_keep(&x->dialog->mem, h->value);
			x->dialog->challenge_ref = ref;
		}
}
