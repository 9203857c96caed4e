/* What goes on inside a call: reliable provisional responses (RFC 3262), session timers (RFC 4028), UPDATE (RFC 3311), what
 * each side allows (RFC 3261 20.5, RFC 6086 5.2). */
#include "src/tracker_own.h"

#define SLACK (1 * SECOND)
#define HALF_SLACK (10 * SECOND) /* of a refresh at half the time */

/* RAck: RFC 3262 7.2. */
bool
rack_read(struct slice value, struct rack *out)
{
	struct slice rest = slice_trim(value), part;
	uint32_t *numbers[] = {&out->rseq, &out->cseq};
	size_t i, n;

	for (i = 0; i < 2; i++) {
		for (n = 0; n < rest.n && !ascii_space(rest.p[n]); n++)
			;
		part = slice_head(rest, n);
		rest = slice_trim_front(slice_tail(rest, n));
		if (!parse_u32(part, UINT32_MAX, numbers[i]))
			return false;
	}
	out->method = rest;
	return sip_token(rest);
}

/* Which side sent it: 0 the one in the dialog's From. */
static unsigned
side_of(const struct dialog *d, const struct message *m)
{
	bool from = slice_ieq(d->from.tag, slice_head(m->from.tag, TEXT_KEPT))
	                ? m->request
	                : !m->request;

	return from ? 0 : 1;
}

static struct session *
session_of(struct dialog *d)
{
	struct usage *u = usage_of(d);

	if (u != NULL && u->session == NULL)
		u->session = ARENA_NEW(&d->mem, struct session);
	return u ? u->session : NULL;
}

static void
side_allow(struct side *s, const struct message *m)
{
	const struct sip_header *h;
	struct slice rest, value;
	unsigned i;

	if (m->sip.first[SIP_ALLOW] == 0)
		return;
	s->has_allow = true;
	s->allow = 0;
	for (i = 0; (h = sip_find(&m->sip, SIP_ALLOW, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value))
			s->allow |= 1u << method_find(slice_trim(value));
	}
}

/* The packages that it takes: RFC 6086 5.2. Without the header an INVITE, and what answers it, takes none. */
static void
side_recv_info(struct side *s, const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_RECV_INFO, 0);
	unsigned i;

	if (h == NULL) {
		if (m->method == METHOD_INVITE && !s->has_recv_info &&
		    (m->request || m->sip.status / 100 == 2))
			s->has_recv_info = true;
		return;
	}
	s->has_recv_info = true;
	s->recv_info_n = 0;
	for (i = 0; (h = sip_find(&m->sip, SIP_RECV_INFO, i)) != NULL; i++) {
		if (h->value.n + 1 > RECV_INFO_KEPT - s->recv_info_n) {
			s->has_recv_info = false;
			return;
		}
		if (s->recv_info_n != 0)
			s->recv_info[s->recv_info_n++] = ',';
		if (h->value.n != 0)
			memcpy(s->recv_info + s->recv_info_n, h->value.p, h->value.n);
		s->recv_info_n += h->value.n;
	}
}

static void
allowed(struct tracker *t, const struct side *peer, const struct tx *x,
        const struct message *m, struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_INFO_PACKAGE, 0);
	struct slice list = slice_of(peer->recv_info, peer->recv_info_n);
	struct slice package, params;
	struct usage_note *n;

	/* ACK and CANCEL belong in the list too, but nobody leaves them out for a reason. */
	if (peer->has_allow && x->method != METHOD_OTHER && x->method != METHOD_ACK &&
	    x->method != METHOD_CANCEL && !(peer->allow & (1u << x->method)) &&
	    (n = usage_note(t, p)) != NULL)
		n->facts |= USAGE_NOT_ALLOWED;
	if (x->method != METHOD_INFO || h == NULL || !peer->has_recv_info)
		return;
	package = h->value;
	(void)slice_cut(h->value, ';', &package, &params);
	if (!list_has(list, slice_trim(package)) && (n = usage_note(t, p)) != NULL) {
		n->facts |= USAGE_INFO_PACKAGE;
		n->text = list;
	}
}

/* The session's time: RFC 4028 7, 9, 10. */
static void
timer_request(struct tracker *t, struct session *s, const struct tx *x, struct place *p)
{
	int64_t passed = t->now_ns - s->refreshed_ns, whole = s->interval * SECOND;
	bool refresh = x->method == METHOD_INVITE || x->method == METHOD_UPDATE;
	struct usage_note *n;

	if (s->interval == 0 || s->refreshing || x->method == METHOD_ACK ||
	    x->method == METHOD_CANCEL)
		return;
	if (passed > whole + SLACK && !s->told_late) {
		if ((n = usage_note(t, p)) != NULL) {
			n->facts |= USAGE_LATE;
			n->number = (uint32_t)((passed - whole) / SECOND);
		}
		s->told_late = true;
	} else if (refresh && passed > whole / 2 + HALF_SLACK && passed <= whole) {
		if ((n = usage_note(t, p)) != NULL) {
			n->facts |= USAGE_REFRESH_LATE;
			n->number = (uint32_t)(passed / SECOND);
		}
	}
	s->refreshing = refresh;
}

static void
timer_response(struct tracker *t, struct session *s, const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_SESSION_EXPIRES, 0);
	struct slice value, params;

	s->refreshing = false;
	if (m->sip.status >= 300)
		return;
	s->interval = 0;
	s->told_late = false;
	if (h == NULL)
		return; /* switched off: RFC 4028 7.2 */
	value = h->value;
	(void)slice_cut(h->value, ';', &value, &params);
	(void)parse_u32(slice_trim(value), INT32_MAX, &s->interval);
	s->refreshed_ns = t->now_ns;
}

/* A PRACK against what waits for it: RFC 3262 3. */
static void
prack(struct tracker *t, struct session *s, struct tx *x, const struct message *m,
      struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_RACK, 0);
	struct usage_note *n;
	struct rack r;

	if (h == NULL || !rack_read(h->value, &r) || !s->reliable)
		return;
	if (r.cseq == s->reliable_cseq && r.rseq == s->rseq &&
	    slice_eq(r.method, SLICE("INVITE"))) {
		x->usage |= s->waits ? TX_MATCHED : 0;
		s->waits = s->waits_sdp = false;
		if (x->asked != NULL && x->asked->sdp && x->dialog->invite != NULL &&
		    x->dialog->invite->cseq == s->reliable_cseq &&
		    x->dialog->invite->asked != NULL && x->dialog->invite->asked->sdp)
			x->usage |= TX_OFFER;
		return;
	}
	/* An older one, which waited beside the last. */
	if (r.cseq == s->reliable_cseq && r.rseq >= s->rseq_first && r.rseq < s->rseq &&
	    slice_eq(r.method, SLICE("INVITE")))
		return;
	x->usage |= TX_UNMATCHED;
	if (x->dialog->start_seen && (n = usage_note(t, p)) != NULL) {
		n->facts |= USAGE_RACK;
		n->number = s->rseq;
	}
}

void
session_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct dialog *d = x->dialog;
	struct session *s = x->method == METHOD_INVITE ? session_of(d)
	                    : d->usage                 ? d->usage->session
	                                               : NULL;
	unsigned k = side_of(d, m);

	if (s == NULL)
		return;
	allowed(t, &s->sides[1 - k], x, m, p);
	side_allow(&s->sides[k], m);
	if (x->method == METHOD_INVITE || m->sip.first[SIP_RECV_INFO] != 0)
		side_recv_info(&s->sides[k], m);
	timer_request(t, s, x, p);
	if (x->method == METHOD_PRACK)
		prack(t, s, x, m, p);
	if (x->method == METHOD_UPDATE) {
		if (s->sides[k].update != NULL && !s->sides[k].update->closed)
			x->usage |= TX_UPDATE_OVERLAPS;
		else
			s->sides[k].update = x;
	}
}

/* A provisional response that must be acknowledged. `repeat`: of one with this status, the tracker thinks; RSeq knows. */
static void
reliable(struct tracker *t, struct session *s, const struct tx *x,
         const struct message *m, struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_RSEQ, 0);
	struct usage_note *n;
	uint32_t rseq;

	if (h == NULL || !parse_u32(h->value, UINT32_MAX, &rseq) ||
	    !header_has(m, SIP_REQUIRE, SLICE("100rel")))
		return;
	if (s->reliable && s->reliable_cseq == m->cseq.seq) {
		if (rseq <= s->rseq && rseq >= s->rseq_first)
			return; /* again */
		if (rseq != s->rseq + 1 && x->request.frame != 0 &&
		    (n = usage_note(t, p)) != NULL) {
			n->facts |= USAGE_RSEQ;
			n->number = s->rseq;
		}
		if (s->waits && s->rseq == s->rseq_first &&
		    (n = usage_note(t, p)) != NULL) {
			n->facts |= USAGE_SECOND;
			n->other = s->reliable_ref;
		}
	} else {
		s->rseq_first = rseq;
	}
	s->reliable = s->waits = true;
	s->reliable_cseq = m->cseq.seq;
	s->rseq = rseq;
	s->waits_sdp = m->content == CONTENT_SDP && m->body.n != 0;
	s->reliable_ref = ref_of(&m->rec, NULL);
}

static void
update_response(struct tracker *t, struct session *s, struct tx *x, struct place *p,
                uint32_t status)
{
	struct usage_note *n;
	unsigned k =
	    slice_ieq(x->dialog->from.tag, slice_head(x->from_tag, TEXT_KEPT)) ? 0 : 1;
	const struct tx *mine = s->sides[k].update, *other = s->sides[1 - k].update;

	if ((x->usage & TX_UPDATE_OVERLAPS) && mine != NULL && mine != x &&
	    !mine->closed && (n = usage_note(t, p)) != NULL) {
		n->facts |= USAGE_UPDATE_OVER;
		n->other = mine->request;
	}
	if (status < 300 && x->asked != NULL && x->asked->sdp && other != NULL &&
	    !other->closed && other->asked != NULL && other->asked->sdp &&
	    (n = usage_note(t, p)) != NULL) {
		n->facts |= USAGE_UPDATE_CROSS;
		n->other = other->request;
	}
}

static void
invite_response(struct tracker *t, struct session *s, const struct tx *x,
                const struct message *m, struct place *p)
{
	struct usage_note *n;

	if (m->sip.status < 200)
		reliable(t, s, x, m, p);
	else if (m->sip.status < 300 && s->waits && s->waits_sdp &&
	         s->reliable_cseq == m->cseq.seq && (n = usage_note(t, p)) != NULL) {
		n->facts |= USAGE_EARLY_OK;
		n->other = s->reliable_ref;
	}
}

void
session_placed(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct dialog *d = x->dialog;
	struct session *s = x->method == METHOD_INVITE && x->request.frame != 0
	                        ? session_of(d)
	                    : d->usage ? d->usage->session
	                               : NULL;
	struct usage_note *n;
	uint32_t status = m->sip.status;

	if (s == NULL)
		return;
	if (status > 100 && status < 300) {
		side_allow(&s->sides[side_of(d, m)], m);
		if (x->method == METHOD_INVITE || m->sip.first[SIP_RECV_INFO] != 0)
			side_recv_info(&s->sides[side_of(d, m)], m);
	}
	if (x->method == METHOD_INVITE)
		invite_response(t, s, x, m, p);
	if (status < 200)
		return;
	if (x->method == METHOD_UPDATE)
		update_response(t, s, x, p, status);
	if (x->method == METHOD_INVITE || x->method == METHOD_UPDATE)
		timer_response(t, s, m);
	if (x->method == METHOD_PRACK && (n = usage_note(t, p)) != NULL)
		n->facts |= (x->usage & TX_MATCHED ? USAGE_MATCHED : 0u) |
		            (x->usage & TX_UNMATCHED ? USAGE_UNMATCHED : 0u) |
		            (x->usage & TX_OFFER ? USAGE_OFFER : 0u);
}

/* A further reliable response with the same status looks like a repeat. */
void
session_repeated(struct tracker *t, struct tx *x, const struct message *m,
                 struct place *p)
{
	struct session *s = x->dialog->usage ? x->dialog->usage->session : NULL;

	if (s != NULL && x->method == METHOD_INVITE && m->sip.status < 200 &&
	    m->sip.first[SIP_RSEQ] != 0)
		reliable(t, s, x, m, p);
}

void
session_tx_ended(struct tracker *t, struct tx *x, struct usage_note *n)
{
	struct session *s = x->dialog->usage->session;
	unsigned k;

	if (s == NULL)
		return;
	for (k = 0; k < 2; k++)
		if (s->sides[k].update == x)
			s->sides[k].update = NULL;
	if (x->method != METHOD_INVITE || !s->waits || s->reliable_cseq != x->cseq ||
	    t->now_ns - s->reliable_ref.time_ns < TX_WAIT || x->request.frame == 0 ||
	    !peers_shown(t, &x->client, &x->server))
		return;
	n->facts |= USAGE_NO_PRACK;
	n->number = s->rseq;
	n->other = s->reliable_ref;
	s->waits = false;
}

void
session_ended(struct tracker *t, struct dialog *d, struct usage_note *n)
{
	struct session *s = d->usage->session;

	if (s == NULL || s->interval == 0 || s->told_late || s->refreshing ||
	    d->state != STATE_CONFIRMED ||
	    t->now_ns - s->refreshed_ns - s->interval * SECOND <= TX_WAIT)
		return;
	s->told_late = true;
	n->facts |= USAGE_EXPIRED;
	n->number = (uint32_t)((t->now_ns - s->refreshed_ns) / SECOND - s->interval);
}
