/* What a dialog has beyond its transactions: where it hangs, and what is told of it. */
#include "src/tracker_own.h"

#define AT_ONCE (5 * SECOND) /* RFC 3261 10.2.7 does not say how long */

struct usage *
usage_of(struct dialog *d)
{
	if (d->usage == NULL)
		d->usage = ARENA_NEW(&d->mem, struct usage);
	return d->usage;
}

struct usage_note *
usage_note(struct tracker *t, struct place *p)
{
	if (p->usage == NULL)
		p->usage = ARENA_NEW(&t->scratch, struct usage_note);
	return p->usage;
}

/* RFC 3428 8: to one URI, one at a time. */
static uint64_t
message_hash(const struct tracker *t, const struct tx *x)
{
	return hash_more(&t->key, hash_bytes(&t->key, x->user), x->uri);
}

static void
message_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	uint64_t hash;
	const struct tx *y;
	struct usage_note *n;
	size_t pos = 0;

	/* In GB/T 28181 that is no rule: platforms do it all the time. */
	if (m->to.tag.n != 0 || x->user.n == 0 || p->previous_hop != NULL ||
	    t->options.profile == 2 || (t->options.profile == 0 && m->gb))
		return;
	hash = message_hash(t, x);
	while ((y = map_next(&t->messages, hash, &pos)) != NULL)
		if (!y->closed && slice_eq(y->uri, x->uri) &&
		    slice_eq(y->user, x->user) && addr_ip_eq(&y->client, &x->client) &&
		    (n = usage_note(t, p)) != NULL) {
			n->facts |= USAGE_PENDING;
			n->other = y->request;
			break;
		}
	if (map_put(&t->messages, hash, x))
		x->usage |= TX_MESSAGING;
}

/* 10.2.7: after a timeout not again at once. */
static void
register_request(struct tracker *t, struct usage *u, struct place *p)
{
	struct usage_note *n;

	if (u->register_timeout_ns == 0)
		return;
	if (t->now_ns - u->register_timeout_ns < AT_ONCE &&
	    (n = usage_note(t, p)) != NULL)
		n->facts |= USAGE_AGAIN;
	u->register_timeout_ns = 0;
}

static void
keep(uint8_t *to, size_t *n, size_t max, struct slice s)
{
	*n = 0;
	if (s.n == 0 || s.n > max)
		return;
	memcpy(to, s.p, s.n);
	*n = s.n;
}

static struct usage_auth *
auth_of(struct dialog *d)
{
	struct usage *u = usage_of(d);

	if (u != NULL && u->auth == NULL)
		u->auth = ARENA_NEW(&d->mem, struct usage_auth);
	return u ? u->auth : NULL;
}

/* RFC 8760 2.4: of several challenges of a realm the first one that the client can handle. */
static void
challenges(struct dialog *d, const struct message *m, enum sip_hdr id)
{
	const struct sip_header *h = sip_find(&m->sip, id, 0);
	struct usage_auth *a;
	struct digest first, g;
	unsigned i;

	if (h == NULL || sip_find(&m->sip, id, 1) == NULL ||
	    digest_dissect(h->value, NULL, &first) == DIS_OTHER || !first.is_digest)
		return;
	for (i = 1; (h = sip_find(&m->sip, id, i)) != NULL; i++) {
		(void)digest_dissect(h->value, NULL, &g);
		if (!g.is_digest ||
		    !slice_eq(g.p[DIGEST_REALM].value, first.p[DIGEST_REALM].value))
			continue;
		a = auth_of(d);
		if (a == NULL)
			return;
		keep(a->realm, &a->realm_n, sizeof(a->realm),
		     first.p[DIGEST_REALM].value);
		keep(a->algorithm, &a->algorithm_n, sizeof(a->algorithm),
		     first.p[DIGEST_ALGORITHM].times != 0
		         ? first.p[DIGEST_ALGORITHM].value
		         : SLICE("MD5"));
		a->proxy = id == SIP_PROXY_AUTHENTICATE;
		return;
	}
}

/* RFC 7616 3.5: nextnonce is the nonce of the next request. */
static void
next_nonce(struct tx *x, const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_AUTHENTICATION_INFO, 0);
	struct usage_auth *a;
	struct digest info;

	if (h == NULL || x->auths == NULL ||
	    digest_info_dissect(h->value, NULL, &info) != DIS_OK ||
	    info.p[DIGEST_NEXTNONCE].times == 0 || (a = auth_of(x->dialog)) == NULL)
		return;
	keep(a->next, &a->next_n, sizeof(a->next), info.p[DIGEST_NEXTNONCE].value);
	keep(a->old, &a->old_n, sizeof(a->old), x->auths->nonce);
}

static void
auth_follow(struct tracker *t, struct usage_auth *a, const struct tx *x, struct place *p)
{
	const struct auth_entry *e = x->auths;
	struct slice algorithm;
	struct usage_note *n;

	if (e == NULL || x->method == METHOD_ACK || x->method == METHOD_CANCEL)
		return;
	algorithm = e->has_algorithm ? e->algorithm : SLICE("MD5");
	if (a->realm_n != 0 && a->algorithm_n != 0 && a->proxy == (e->header[0] == 'P') &&
	    slice_eq(e->realm, slice_of(a->realm, a->realm_n)) &&
	    !slice_ieq(algorithm, slice_of(a->algorithm, a->algorithm_n)) &&
	    (n = usage_note(t, p)) != NULL) {
		n->facts |= USAGE_NOT_FIRST;
		n->text = slice_of(a->algorithm, a->algorithm_n);
	}
	a->realm_n = 0; /* said once for each challenge */
	if (a->next_n == 0)
		return;
	if (slice_eq(e->nonce, slice_of(a->old, a->old_n)) &&
	    !slice_eq(e->nonce, slice_of(a->next, a->next_n)) &&
	    (n = usage_note(t, p)) != NULL)
		n->facts |= USAGE_OLD_NONCE;
	a->next_n = 0;
}

void
usage_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct usage *u = x->dialog->usage;

	if (u != NULL && u->auth != NULL)
		auth_follow(t, u->auth, x, p);
	switch (x->method) {
	case METHOD_REGISTER:
		if (u != NULL)
			register_request(t, u, p);
		return;
	case METHOD_MESSAGE:
		message_request(t, x, m, p);
		break;
	case METHOD_SUBSCRIBE:
	case METHOD_NOTIFY:
	case METHOD_REFER:
		subscription_request(t, x, m, p);
		break;
	default:
		break;
	}
	if (x->method == METHOD_INVITE || (u != NULL && u->session != NULL))
		session_request(t, x, m, p);
}

void
usage_response(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct usage *u = x->dialog->usage;

	if (m->sip.status == 401 || m->sip.status == 407) {
		if (u != NULL && u->auth != NULL)
			u->auth->next_n = 0;
		challenges(x->dialog, m, SIP_WWW_AUTHENTICATE);
		challenges(x->dialog, m, SIP_PROXY_AUTHENTICATE);
	} else if (m->sip.first[SIP_AUTHENTICATION_INFO] != 0) {
		next_nonce(x, m);
	}
	if (x->method == METHOD_REGISTER || x->method == METHOD_MESSAGE)
		return;
	if (x->method == METHOD_SUBSCRIBE || x->method == METHOD_NOTIFY ||
	    x->method == METHOD_REFER)
		subscription_placed(t, x, m, p);
	if (x->method == METHOD_INVITE || (u != NULL && u->session != NULL))
		session_placed(t, x, m, p);
}

void
usage_repeated(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	if (x->method == METHOD_INVITE)
		session_repeated(t, x, m, p);
}

static struct usage_note *
keep_note(struct arena *a, const struct usage_note *n)
{
	struct usage_note *k = n->facts != 0 ? ARENA_NEW(a, struct usage_note) : NULL;

	if (k != NULL)
		*k = *n;
	return k;
}

struct usage_note *
usage_tx_ended(struct tracker *t, struct tx *x, enum ended_how how)
{
	struct usage_note n = {.facts = 0};
	struct usage *u;

	if (x->usage & TX_MESSAGING)
		map_drop(&t->messages, message_hash(t, x), x);
	if (x->method == METHOD_REGISTER && how == ENDED_TIMEOUT && x->status == 0 &&
	    x->request.frame != 0 && peers_shown(t, &x->server, &x->client) &&
	    (u = usage_of(x->dialog)) != NULL)
		u->register_timeout_ns = x->request.time_ns + TX_WAIT;
	if (x->dialog->usage == NULL)
		return NULL;
	if (x->method == METHOD_SUBSCRIBE || x->method == METHOD_REFER)
		subscription_tx_ended(t, x, &n);
	if (x->method == METHOD_INVITE || x->method == METHOD_UPDATE)
		session_tx_ended(t, x, &n);
	return keep_note(&x->mem, &n);
}

struct usage_note *
usage_dialog_ended(struct tracker *t, struct dialog *d)
{
	struct usage_note n = {.facts = 0};

	if (d->usage == NULL)
		return NULL;
	subscription_ended(t, d, &n);
	if (n.facts == 0)
		session_ended(t, d, &n);
	return keep_note(&d->mem, &n);
}
