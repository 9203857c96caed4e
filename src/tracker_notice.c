/* Subscriptions and notices of GB/T 28181: which messages go to them, and what they say of a message's place. */
#include "src/tracker_own.h"

/* What is in no dialog of SUBSCRIBE and NOTIFY, and yet tells something of a subscription. */
static bool
tells(const struct message *m)
{
	return m->request && m->method == METHOD_MESSAGE &&
	       slice_eq(m->mans.m.root, SLICE("Notify"));
}

static struct slice
keep_in(uint8_t *to, size_t max, struct slice s)
{
	if (s.n == 0 || s.n > max)
		return SLICE_EMPTY;
	memcpy(to, s.p, s.n);
	return slice_of(to, s.n);
}

void
notice_challenged(struct dialog *d, const struct message *m, const struct digest *g)
{
	struct certificate *k = d->certificate;

	if (g->p[DIGEST_RANDOM1].times == 0 && g->p[DIGEST_NONCE].times == 0)
		return;
	if (k == NULL)
		k = d->certificate = ARENA_NEW(&d->mem, struct certificate);
	if (k == NULL)
		return;
	k->scheme = keep_in(k->scheme_text, sizeof(k->scheme_text), g->scheme);
	k->random1 =
	    keep_in(k->random1_text, sizeof(k->random1_text), g->p[DIGEST_RANDOM1].value);
	k->nonce =
	    keep_in(k->nonce_text, sizeof(k->nonce_text), g->p[DIGEST_NONCE].value);
	k->ref = ref_of(&m->rec, NULL);
}

void
notice_registered(struct tracker *t, struct device *d, const struct tx *x,
                  const struct message *m)
{
	bool key = m->sip.first[SIP_SECURITY_INFO] != 0;

	if (x->registration_scheme.n != 0 || d->registration_scheme.n != 0)
		device_text(d, &d->registration_scheme, x->registration_scheme);
	if (key)
		d->secured = ref_of(&m->rec, NULL);
	else if (x->auths != NULL)
		d->secured = (struct ref){0}; /* it went back to passwords */
	t->secured |= key;
}

/* GB 35114: from then on each message but REGISTER has a Note. */
static const struct device *
lacks_note(struct tracker *t, const struct message *m, const struct place *p)
{
	const struct device *d;

	if (!m->request || p->tx->method == METHOD_REGISTER || m->method == METHOD_ACK ||
	    m->method == METHOD_CANCEL || m->sip.first[SIP_NOTE] != 0 || p->repeat)
		return NULL;
	d = devices_find(t->devices, m->from.uri.user);
	return d != NULL && d->secured.frame != 0 ? d : NULL;
}

void
notice_place(struct tracker *t, const struct message *m, struct place *p)
{
	bool subscription = p->dialog->kind == DIALOG_SUBSCRIPTION;
	bool wanted = notices_wants(t->notices, m);
	const struct device *secured = t->secured ? lacks_note(t, m, p) : NULL;
	struct notice_note *note;

	if (p->repeat || (!subscription && !wanted && secured == NULL))
		return;
	if (m->request && p->previous_hop != NULL)
		p->tx->usage |= TX_HOP;
	if (p->tx->usage & TX_HOP)
		return;
	note = ARENA_NEW(&t->scratch, struct notice_note);
	if (note == NULL)
		return;
	if (subscription)
		subscriptions_feed(t->subscriptions, m, p, queue_time(t), note);
	if (wanted && tells(m))
		(void)subscriptions_message(t->subscriptions, m, note);
	if (wanted)
		notices_feed(t->notices, m, p, queue_time(t), note->subscription, note);
	if (secured != NULL) {
		note->facts |= NOTICE_NO_NOTE;
		note->other = secured->secured;
	}
	p->notice = note;
}

bool
notice_next(struct tracker *t, struct tracker_event *e)
{
	e->subscription = subscriptions_next(t->subscriptions);
	if (e->subscription != NULL) {
		e->kind = TRACKER_SUBSCRIPTION;
		e->how = e->subscription->evicted ? ENDED_EVICTED : ENDED_CAPTURE_OVER;
		e->direction_seen = peers_shown(t, &e->subscription->notifier_addr,
		                                &e->subscription->subscriber_addr);
		e->now_ns = t->now_ns;
		return true;
	}
	e->notice = notices_next(t->notices, &e->how);
	if (e->notice == NULL)
		return false;
	e->kind = TRACKER_NOTICE;
	e->direction_seen = peers_shown(t, &e->notice->server, &e->notice->client);
	e->now_ns = t->now_ns;
	return true;
}
