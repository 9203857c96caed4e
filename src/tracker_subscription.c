/* Subscriptions: RFC 6665 4, RFC 3515 2.4. Which one a SUBSCRIBE, a REFER or a NOTIFY belongs to, how long it lasts. */
#include "src/tracker_own.h"

#define SLACK (1 * SECOND) /* on the way */
#define LONGER_SLACK                                                                     \
	(5 * SECOND) /* a notifier's clock starts when it has the SUBSCRIBE */

struct event
event_read(struct slice value)
{
	struct event e = {.package = value};
	struct slice params;
	struct sip_param id;

	if (slice_cut(value, ';', &e.package, &params) &&
	    sip_param_find(params, SLICE("id"), &id))
		e.id = id.value;
	e.package = slice_trim(e.package);
	return e;
}

static struct slice
event_of(const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EVENT, 0);

	return h ? slice_head(h->value, ASKED_KEPT) : SLICE_EMPTY;
}

/* RFC 6665 8.2.1: package and id, with case; RFC 3515 2.4.6: the first REFER's NOTIFYs may lack the id. */
static struct subscription *
subscription_find(const struct usage *u, struct slice value)
{
	struct event e = event_read(value);
	struct subscription *s;

	if (u == NULL)
		return NULL;
	for (s = u->subscriptions; s != NULL; s = s->next)
		if (slice_eq(s->event, e.package) &&
		    (slice_eq(s->id, e.id) || (s->refer && e.id.n == 0)))
			return s;
	return NULL;
}

static struct subscription *
subscription_new(struct dialog *d, struct slice value)
{
	struct usage *u = usage_of(d);
	struct subscription *s, **last;
	struct event e;

	if (u == NULL)
		return NULL;
	if (u->subscriptions_total >= SUBSCRIPTIONS_MAX ||
	    (s = ARENA_NEW(&d->mem, struct subscription)) == NULL) {
		u->many = true;
		return NULL;
	}
	s->value = text_keep(&d->mem, value);
	e = event_read(s->value);
	s->event = e.package;
	s->id = e.id;
	for (last = &u->subscriptions; *last != NULL; last = &(*last)->next)
		continue;
	*last = s;
	u->subscriptions_total++;
	return s;
}

/* RFC 6665 4.1.2.2, 4.2.2: what ends a subscription. */
static bool
ends(uint32_t status)
{
	switch (status) {
	case 404:
	case 405:
	case 410:
	case 416:
	case 489:
	case 501:
	case 604:
		return true;
	default:
		return status >= 480 && status <= 485;
	}
}

static bool
runs(const struct subscription *s)
{
	return s->accepted && !s->dead && !s->ended;
}

/* Past its end, and nobody has said so. */
static void
late(struct tracker *t, struct subscription *s, struct place *p)
{
	struct usage_note *n;

	if (!runs(s) || s->open || s->told_late || s->ends_ns == 0 ||
	    t->now_ns - s->ends_ns <= SLACK || (n = usage_note(t, p)) == NULL)
		return;
	s->told_late = true;
	n->facts |= USAGE_LATE;
	n->number = (uint32_t)((t->now_ns - s->ends_ns) / SECOND);
}

static void
subscribe(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	struct slice value = event_of(m);
	struct subscription *s = subscription_find(x->dialog->usage, value);
	struct usage_note *n;

	if (s == NULL) {
		s = subscription_new(x->dialog, value);
		if (s == NULL)
			return;
		s->has_accept = x->asked->has_accept;
		s->accept = text_keep(&x->dialog->mem, x->asked->accept);
		s->accept_known = !x->asked->unknown && s->accept.n == x->asked->accept.n;
	} else {
		late(t, s, p);
		if (!runs(s))
			s->ends_ns = 0;
		s->dead = s->ended = s->told_late = false;
		if (s->has_accept != x->asked->has_accept ||
		    !slice_eq(s->accept, x->asked->accept))
			s->accept_known = false;
	}
	s->open = true;
	s->asked_ns = m->rec.time_ns;
	s->has_asked = h != NULL && parse_u32(h->value, UINT32_MAX, &s->asked);
	s->leaving = s->has_asked && s->asked == 0;
	if (s->leaving)
		x->usage |= TX_LEAVES;
	n = usage_note(t, p);
	if (n != NULL)
		n->subscription = s;
}

/* RFC 3515 2.4.6: the id of its NOTIFYs is its CSeq number. */
static void
refer(struct tracker *t, struct tx *x, const struct message *m)
{
	struct subscription *s;
	uint8_t text[64] = "refer;id=";
	size_t n = m->cseq.number.n;

	(void)t;
	if (x->asked->no_subscription || n > 10)
		return;
	if (n != 0)
		memcpy(text + 9, m->cseq.number.p, n);
	s = subscription_new(x->dialog, slice_of(text, 9 + n));
	if (s == NULL)
		return;
	s->refer = true;
	s->asked_ns = m->rec.time_ns;
}

/* RFC 6665 4.2.2: expires may shorten what is left, never lengthen it. */
static void
remaining(struct tracker *t, struct subscription *s, struct slice params,
          struct usage_note *n)
{
	int64_t left = s->ends_ns - t->now_ns, waits;
	struct sip_param param;
	uint32_t seconds;

	if (!sip_param_find(params, SLICE("expires"), &param) ||
	    !parse_u32(param.value, UINT32_MAX, &seconds) || s->ends_ns == 0 || s->refer)
		return;
	if (s->open) { /* what the SUBSCRIBE on its way asks for is perhaps granted */
		waits = s->asked_ns + (int64_t)s->asked * SECOND - t->now_ns;
		if (!s->has_asked)
			return;
		left = waits > left ? waits : left;
	}
	if (left < 0)
		left = 0;
	if ((int64_t)seconds * SECOND > left + LONGER_SLACK) {
		n->facts |= USAGE_LONGER;
		n->number = (uint32_t)(left / SECOND);
	} else if (!s->open) {
		s->ends_ns = t->now_ns + (int64_t)seconds * SECOND;
	}
}

static void
notify(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_SUBSCRIPTION_STATE, 0);
	struct usage *u = x->dialog->usage;
	struct subscription *s = subscription_find(u, event_of(m));
	struct slice state = h ? h->value : SLICE_EMPTY, params = SLICE_EMPTY;
	struct usage_note *n = usage_note(t, p);
	bool terminated;

	if (p->facts & (PLACE_NO_DIALOG | PLACE_NOTIFY_TAG))
		x->usage |= TX_ORPHAN;
	if (n == NULL)
		return;
	n->subscription = s;
	if (s == NULL) {
		/* Where the capture shows the dialog from its start, it shows what was subscribed to. */
		if (u != NULL && u->subscriptions != NULL && !u->many &&
		    x->dialog->start_seen && sip_find(&m->sip, SIP_EVENT, 0) != NULL) {
			n->facts |= USAGE_EVENT;
			n->text = u->subscriptions->value;
			for (s = u->subscriptions; s != NULL; s = s->next)
				s->notify_ns = t->now_ns;
		}
		return;
	}
	if (s->dead || s->ended)
		x->usage |= TX_ORPHAN;
	if (s->leaving)
		n->facts |= USAGE_LEAVING;
	(void)slice_cut(h ? h->value : SLICE_EMPTY, ';', &state, &params);
	terminated = slice_ieq(slice_trim(state), SLICE("terminated"));
	if (!terminated) {
		late(t, s, p);
		remaining(t, s, params, n);
	} else {
		s->ended = true;
		s->ended_ns = t->now_ns;
	}
	s->notify_ns = t->now_ns;
}

void
subscription_request(struct tracker *t, struct tx *x, const struct message *m,
                     struct place *p)
{
	if (x->method == METHOD_SUBSCRIBE)
		subscribe(t, x, m, p);
	else if (x->method == METHOD_NOTIFY)
		notify(t, x, m, p);
	else if (x->method == METHOD_REFER)
		refer(t, x, m);
}

/* That which a SUBSCRIBE or REFER asked for. */
static struct subscription *
subscription_of(const struct tx *x)
{
	struct subscription *s =
	    x->dialog->usage ? x->dialog->usage->subscriptions : NULL;

	if (x->method != METHOD_REFER)
		return x->asked && !x->asked->unknown
		           ? subscription_find(x->dialog->usage, x->asked->event)
		           : NULL;
	for (; s != NULL; s = s->next)
		if (s->refer && s->asked_ns == x->request.time_ns)
			return s;
	return NULL;
}

static void
granted(struct tracker *t, struct subscription *s, const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	uint32_t seconds = s->asked;
	bool known = s->has_asked;

	if (h != NULL)
		known = parse_u32(h->value, UINT32_MAX, &seconds);
	s->accepted = true;
	s->told_late = false;
	s->ends_ns = known && seconds != 0 && !s->leaving && !s->refer
	                 ? t->now_ns + (int64_t)seconds * SECOND
	                 : 0;
}

void
subscription_placed(struct tracker *t, struct tx *x, const struct message *m,
                    struct place *p)
{
	struct subscription *s;
	struct usage_note *n;
	uint32_t status = m->sip.status;

	if (status < 200)
		return;
	if (x->method == METHOD_NOTIFY) {
		n = usage_note(t, p);
		if (n != NULL && (x->usage & TX_ORPHAN))
			n->facts |= USAGE_ORPHAN;
		s = x->asked && !x->asked->unknown
		        ? subscription_find(x->dialog->usage, x->asked->event)
		        : NULL;
		if (s != NULL && ends(status))
			s->dead = true;
		return;
	}
	s = subscription_of(x);
	if (s == NULL)
		return;
	s->open = false;
	if (status < 300)
		granted(t, s, m);
	else if (s->accepted ? ends(status) : status != 401 && status != 407)
		s->dead = true;
	else if (s->refer)
		s->dead = true; /* with credentials it gets another number */
}

void
subscription_forked(struct tracker *t, struct dialog *d)
{
	struct subscription *s = d->usage ? d->usage->subscriptions : NULL;

	for (; s != NULL; s = s->next)
		s->notify_ns = t->now_ns;
}

/* Long enough after the 2xx: did the NOTIFY come? RFC 6665 4.1.2.4, 4.2.1.2; a 204 says that none will: RFC 5839. */
void
subscription_tx_ended(struct tracker *t, struct tx *x, struct usage_note *n)
{
	struct subscription *s = subscription_of(x);
	int64_t sent = x->request.time_ns;

	if (s == NULL || x->status < 200 || x->status >= 300 || x->status == 204 ||
	    x->request.frame == 0 || t->now_ns - x->final_ns < TX_WAIT)
		return;
	/* What the capture holds but a part of may be that NOTIFY. */
	if (peers_have(t, PEERS_CUT, &x->server, &x->client))
		return;
	n->subscription = s;
	if (x->usage & TX_LEAVES) {
		if (s->ended_ns == 0 && s->asked_ns == sent && !s->dead)
			n->facts |= USAGE_NO_END;
	} else if (s->notify_ns < sent && !s->dead) {
		n->facts |= USAGE_NO_NOTIFY;
	}
}

void
subscription_ended(struct tracker *t, struct dialog *d, struct usage_note *n)
{
	struct subscription *s = d->usage->subscriptions;

	for (; s != NULL; s = s->next)
		if (runs(s) && !s->open && !s->told_late && s->ends_ns != 0 &&
		    t->now_ns - s->ends_ns > TX_WAIT) {
			s->told_late = true;
			n->facts |= USAGE_EXPIRED;
			n->subscription = s;
			n->number = (uint32_t)((t->now_ns - s->ends_ns) / SECOND);
			return;
		}
}
