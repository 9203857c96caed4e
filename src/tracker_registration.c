/* The registrations of a device: challenges and what became of them, refreshes, ends; where it says that it is, and
 * which time it is told. GB/T 28181-2022 9.1, 9.10. */
#include "src/tracker_own.h"

enum { RETRY_WAIT = 60 }; /* seconds after a refusal: GB/T 28181-2022 9.1 */

/* Credentials that can answer a challenge: Capability only says what could be. */
static bool
answers(const struct tx *x)
{
	const struct auth_entry *a;

	for (a = x->auths; a != NULL; a = a->next)
		if (a->out.verdict != AUTH_MALFORMED)
			return true;
	return x->registration_scheme.n != 0 &&
	       !slice_ieq(x->registration_scheme, SLICE("Capability"));
}

static void
where(struct device *d, const struct message *m, const struct tx *x)
{
	struct moment now = moment_of(&m->rec);
	struct sip_uri u;
	struct addr a;

	if (m->vias != 1)
		return;
	d->nat = NAT_SEEN | (d->nat & NAT_RECEIVED);
	if (addr_private(&m->rec.src))
		d->nat |= NAT_SOURCE_PRIVATE;
	if (m->via.has_rport)
		d->nat |= NAT_RPORT;
	if (addr_parse(m->via.host, &a)) {
		a.port = m->via.port != 0 && m->via.port <= 65535 ? (uint16_t)m->via.port
		                                                  : 5060;
		if (!addr_ip_eq(&a, &m->rec.src))
			d->nat |= NAT_VIA;
		device_place(d, &a, PLACE_VIA, &now);
	}
	if (x->contact.n != 0 && sip_uri_dissect(x->contact, NULL, &u) == DIS_OK &&
	    addr_parse(u.host, &a)) {
		a.port = u.has_port && u.port <= 65535 ? (uint16_t)u.port : 5060;
		if (!addr_ip_eq(&a, &m->rec.src))
			d->nat |= NAT_CONTACT;
		if (addr_private(&a) && !addr_private(&m->rec.src))
			d->nat |= NAT_CONTACT_PRIVATE;
		device_place(d, &a, PLACE_CONTACT, &now);
	}
}

void
registration_asked(struct tracker *t, struct device *d, struct tx *x,
                   const struct message *m, struct place *p)
{
	struct moment now = moment_of(&m->rec);
	int64_t since = now.time_ns - d->failed.time_ns;
	struct device_registration *r =
	    device_registration(d, x->dialog->id, &m->rec.dst, &now);
	const struct auth_entry *a;
	struct device_note *n;

	for (a = x->auths; a != NULL && r != NULL; a = a->next) {
		r->has_verdict = true;
		r->verdict = a->out.verdict;
	}
	d->register_ns = now.time_ns;
	if (answers(x)) {
		d->credentials_ns = now.time_ns;
		d->challenge.frame = 0;
	}
	if (d->failed.frame != 0 && d->failed.capture == now.capture && since >= 0 &&
	    since < RETRY_WAIT * SECOND && !x->logout &&
	    addr_ip_eq(&d->failed_by, &m->rec.dst) && (n = device_note(t, p)) != NULL) {
		n->facts |= DEVICE_RETRIED;
		n->other = d->failed;
		n->seconds = (uint64_t)(since / SECOND);
		n->status = d->failed_status;
	}
	d->failed.frame = 0;
	/* Asked from another address, whatever comes of it: it talks from there now. */
	if (m->vias == 1 && d->server.n != 0 && addr_eq(&d->server, &m->rec.dst))
		device_at(t, d, m);
	where(d, m, x);
}

static void
challenged(struct tracker *t, struct device *d, const struct tx *x,
           const struct message *m, struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_WWW_AUTHENTICATE, 0);
	struct digest g;
	struct device_note *n;

	if (h == NULL)
		h = sip_find(&m->sip, SIP_PROXY_AUTHENTICATE, 0);
	if (h == NULL || x->request.frame == 0 || answers(x))
		return;
	/* The next one of the same Call-ID: none stood between the two. */
	if (d->challenge.frame != 0 && d->challenge_dialog == x->dialog->id &&
	    x->cseq == d->challenge_cseq + 1 && d->challenge.capture == m->rec.capture &&
	    (n = device_note(t, p)) != NULL) {
		n->facts |= DEVICE_CHALLENGE_IGNORED;
		n->other = d->challenge;
	}
	d->challenge = moment_of(&m->rec);
	d->challenge_dialog = x->dialog->id;
	d->challenge_cseq = x->cseq;
	d->challenge_bare = digest_dissect(h->value, NULL, &g) == DIS_OK && g.is_digest &&
	                    g.p[DIGEST_ALGORITHM].times == 0;
}

static void
told_time(struct device *d, const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_DATE, 0);
	struct sip_date date;
	int64_t skew;

	if (h == NULL || sip_date_dissect(h->value, NULL, &date) != DIS_OK ||
	    __builtin_sub_overflow(date.ns, m->rec.time_ns, &skew))
		return;
	d->clock = moment_of(&m->rec);
	d->clock_skew_ns = skew;
}

static void
accepted(struct tracker *t, struct device *d, struct device_registration *r,
         const struct tx *x, const struct message *m)
{
	struct moment now = moment_of(&m->rec);

	d->challenge.frame = 0;
	d->expired_told = false;
	d->granted_sure = x->has_expires || sip_find(&m->sip, SIP_EXPIRES, 0) != NULL;
	if (x->request.frame != 0 && x->vias == 1) {
		struct message request = {
		    .rec = {.src = x->client, .time_ns = now.time_ns}};

		d->server = x->server;
		device_at(t, d, &request);
	}
	if (r == NULL)
		return;
	if (x->logout) {
		r->logout = true;
		r->ended = now;
		return;
	}
	if (r->accepted.frame == 0) {
		r->accepted = now;
	} else {
		r->refreshes++;
		r->refreshed = now;
	}
	r->granted = x->dialog->granted;
	r->granted_ns = now.time_ns;
}

void
registration_decided(struct tracker *t, struct device *d, struct tx *x,
                     const struct message *m, struct place *p)
{
	struct moment now = moment_of(&m->rec);
	struct device_registration *r =
	    device_registration(d, x->dialog->id, &x->server, &now);
	uint32_t status = m->sip.status;

	if (m->via.has_received)
		d->nat |= NAT_RECEIVED;
	told_time(d, m);
	if (r != NULL)
		r->status = status;
	if (status < 300) {
		accepted(t, d, r, x, m);
	} else if (status == 401 || status == 407) {
		if (r != NULL && !answers(x))
			r->challenges++;
		else if (r != NULL)
			r->refusals++;
		challenged(t, d, x, m, p);
	} else {
		if (r != NULL)
			r->refusals++;
		/* 423 asks for the same again with a longer time, a 3xx to go elsewhere. */
		if (status >= 400 && status != 423) {
			d->failed = now;
			d->failed_status = status;
			d->failed_by = x->server;
		}
		d->challenge.frame = 0;
	}
}

void
registration_speaks(struct tracker *t, struct device *d, const struct message *m,
                    struct place *p)
{
	int64_t grace = threshold_ns(t->options.thresholds, THRESHOLD_REGISTRATION_GRACE);
	int64_t over = m->rec.time_ns - d->granted_ns - (int64_t)d->granted * SECOND;
	struct device_registration *r;
	struct device_note *n;

	if (over <= grace || d->granted == 0 || d->expired_told || !d->granted_sure ||
	    d->decided.capture != m->rec.capture)
		return;
	d->expired_told = true;
	r = device_registered(d);
	if (r != NULL && r->granted_ns == d->granted_ns)
		r->expired = true;
	/* At another registrar it may be registered still, and a REGISTER may be on its way. */
	if (!addr_eq(&d->server, &m->rec.dst) || d->register_ns > d->granted_ns)
		return;
	n = device_note(t, p);
	if (n != NULL) {
		n->facts |= DEVICE_EXPIRED;
		n->seconds = (uint64_t)(over / SECOND);
		n->other = moment_of_ref(&d->decided);
	}
}

struct device_note *
registration_ended(struct tracker *t, const struct dialog *dialog)
{
	struct device *d;
	struct device_note *n;
	int64_t since;

	if (dialog->kind != DIALOG_REGISTRATION)
		return NULL;
	d = devices_find(t->devices, dialog->to.user);
	if (d == NULL || d->challenge.frame == 0 || d->challenge_dialog != dialog->id)
		return NULL;
	since = d->challenge.time_ns;
	d->challenge.frame = 0;
	/* It went on in another way. */
	if (d->credentials_ns > since || d->keepalive_ns > since || d->registered == 1)
		return NULL;
	n = ARENA_NEW(&t->scratch, struct device_note);
	if (n == NULL)
		return NULL;
	n->facts =
	    DEVICE_CHALLENGE_OPEN | (d->challenge_bare ? DEVICE_CHALLENGE_BARE : 0u);
	n->other = moment_of_ref(&dialog->last);
	n->seconds = (uint64_t)((t->now_ns - since) / SECOND);
	return n;
}
