/* Dialogs: which one a message belongs to, their states. RFC 3261 12, RFC 6665 4. */
#include "src/tracker_call.h"
#include "src/tracker_own.h"

#include <stdlib.h>

static uint64_t
call_hash(const struct tracker *t, struct slice call_id)
{
	return hash_bytes(&t->key, slice_head(call_id, TEXT_KEPT));
}

static enum dialog_kind
kind_of(enum method method, bool in_dialog)
{
	switch (method) {
	case METHOD_REGISTER:
		return DIALOG_REGISTRATION;
	case METHOD_INVITE:
		return DIALOG_CALL;
	case METHOD_SUBSCRIBE:
	case METHOD_NOTIFY:
	case METHOD_REFER: /* RFC 3515 2.4.6: it is an implicit SUBSCRIBE */
		return DIALOG_SUBSCRIPTION;
	case METHOD_ACK:
	case METHOD_BYE:
	case METHOD_CANCEL:
	case METHOD_PRACK:
	case METHOD_UPDATE:
		return DIALOG_CALL;
	case METHOD_INFO:
		return in_dialog ? DIALOG_CALL : DIALOG_OTHER;
	case METHOD_MESSAGE:
	case METHOD_OPTIONS:
	case METHOD_PUBLISH:
		return DIALOG_MESSAGE;
	default:
		return DIALOG_OTHER;
	}
}

static struct party_kept
party_keep(struct dialog *d, const struct party *p)
{
	struct party_kept k;

	k.uri = text_keep(&d->mem, p->addr.uri);
	k.user = text_keep(&d->mem, p->uri.user);
	k.tag = text_keep(&d->mem, p->tag);
	k.aor = party_aor(p, &d->mem);
	return k;
}

static struct dialog *
dialog_new(struct tracker *t, enum dialog_kind kind, const struct message *m)
{
	struct dialog *d = calloc(1, sizeof(*d));

	if (d == NULL)
		abort(); /* some hundred bytes: nothing goes on without them */
	arena_init(&d->mem, DIALOG_BYTES);
	d->mem.first = DIALOG_FIRST;
	d->id = ++t->dialog_ids;
	d->kind = kind;
	d->part = 1;
	d->call_id = text_keep(&d->mem, m->call_id);
	d->from = party_keep(d, &m->from);
	d->to = party_keep(d, &m->to);
	d->state = STATE_TRYING;
	d->outcome = OUTCOME_OPEN;
	d->first = ref_of(&m->rec, NULL);
	d->started_ns = d->ended_ns = m->rec.time_ns;
	d->hash = call_hash(t, m->call_id);
	(void)map_put(&t->dialogs, d->hash, d);
	dialog_queue(t, d, DIALOG_OPEN);
	return d;
}

struct dialog *
dialog_fork(struct tracker *t, const struct dialog *of, const struct message *m)
{
	struct dialog *d = dialog_new(t, DIALOG_CALL, m);

	d->start_seen = of->start_seen;
	d->gb = of->gb;
	call_fork(t, of, d);
	return d;
}

static bool
tag_fits(struct slice known, struct slice tag)
{
	return slice_ieq(known, slice_head(tag, TEXT_KEPT));
}

/* Both tags, in either direction; a side whose tag is not known yet fits any. Tags are tokens:
 * compared without case, RFC 3261 7.3.1. */
static int
tags_fit(const struct dialog *d, const struct message *m)
{
	bool ff = tag_fits(d->from.tag, m->from.tag), tt = tag_fits(d->to.tag, m->to.tag);
	bool ft = tag_fits(d->from.tag, m->to.tag), tf = tag_fits(d->to.tag, m->from.tag);

	if ((ff && tt) || (ft && tf))
		return 3;
	if (ff && (d->to.tag.n == 0 || m->to.tag.n == 0))
		return 2;
	if (ft && d->to.tag.n == 0)
		return 1;
	return 0;
}

static bool
kinds_go_together(enum dialog_kind have, enum dialog_kind want, bool in_dialog)
{
	if (have == want)
		return true;
	/* MESSAGE, INFO, OPTIONS ... inside a call or a subscription; SUBSCRIBE, REFER and NOTIFY inside a call. */
	return in_dialog && (have == DIALOG_CALL || have == DIALOG_SUBSCRIPTION) &&
	       (want == DIALOG_MESSAGE || want == DIALOG_OTHER || want == DIALOG_CALL ||
	        (want == DIALOG_SUBSCRIPTION && have == DIALOG_CALL));
}

/* How well a dialog fits a message; 0: not at all. */
static int
fits(const struct dialog *d, const struct message *m, enum dialog_kind want,
     bool in_dialog, struct slice aor)
{
	if (!kinds_go_together(d->kind, want, in_dialog))
		return 0;
	switch (d->kind) {
	case DIALOG_REGISTRATION:
		return slice_ieq(d->to.aor, aor) ? 3 : 0;
	case DIALOG_MESSAGE:
	case DIALOG_OTHER:
		return 1;
	default:
		return tags_fit(d, m);
	}
}

/* A NOTIFY that is in none of the dialogs of its Call-ID, though a subscription began there: RFC 6665 4.4.1. */
static void
no_notifier(struct tracker *t, struct dialog *d, const struct message *m, struct place *p)
{
	if (!tag_fits(d->from.tag, m->to.tag)) {
		p->facts |= PLACE_NOTIFY_TAG;
		return;
	}
	p->facts |= PLACE_NOTIFY_FORK;
	subscription_forked(t, d);
}

struct dialog *
dialog_place(struct tracker *t, const struct message *m, enum method method,
             struct place *p)
{
	uint64_t hash = call_hash(t, m->call_id);
	bool in_dialog = m->request && m->to.tag.n != 0 && method != METHOD_REGISTER;
	enum dialog_kind want = kind_of(method, in_dialog || !m->request);
	struct slice aor =
	    want == DIALOG_REGISTRATION ? party_aor(&m->to, &t->scratch) : SLICE_EMPTY;
	struct dialog *d, *best = NULL, *subscribed = NULL;
	int fit, best_fit = 0;
	unsigned scan = 0;
	bool known = false, start_seen = false, half = false;
	size_t pos = 0;

	while ((d = map_next(&t->dialogs, hash, &pos)) != NULL &&
	       scan++ < DIALOGS_OF_CALL) {
		if (!slice_eq(d->call_id, slice_head(m->call_id, TEXT_KEPT)))
			continue;
		known = true;
		start_seen |= d->start_seen && d->kind != DIALOG_MESSAGE;
		if (method == METHOD_NOTIFY && d->kind == DIALOG_SUBSCRIPTION &&
		    d->start_seen &&
		    (subscribed == NULL || tag_fits(d->from.tag, m->to.tag)))
			subscribed = d;
		fit = fits(d, m, want, in_dialog || !m->request, aor);
		half |= fit == 0 && call_half_fits(d, m);
		if (fit > best_fit || (fit == best_fit && fit != 0 && d->id > best->id)) {
			best = d;
			best_fit = fit;
		}
	}
	if (!known)
		p->facts |= PLACE_FIRST_OF_CALL;
	if (in_dialog && best == NULL && subscribed != NULL)
		no_notifier(t, subscribed, m, p);
	else if (in_dialog && best == NULL && start_seen)
		p->facts |= PLACE_NO_DIALOG;
	if (in_dialog && best == NULL && half)
		p->call |= CALL_TAG_CHANGED;
	if (in_dialog && !known && call_elsewhere(t, m, p))
		p->call |= CALL_ID_CHANGED;
	if (best != NULL && best->to.tag.n == 0 &&
	    (best->kind == DIALOG_CALL || best->kind == DIALOG_SUBSCRIPTION) && in_dialog)
		best->to.tag =
		    text_keep(&best->mem, best_fit == 1 ? m->from.tag : m->to.tag);
	if (best != NULL)
		return best;
	d = dialog_new(t, want, m);
	d->start_seen = m->request && !in_dialog &&
	                (method == METHOD_INVITE || method == METHOD_SUBSCRIBE ||
	                 method == METHOD_REGISTER || want == DIALOG_MESSAGE ||
	                 method == METHOD_REFER);
	if (!d->start_seen) {
		d->state = STATE_UNKNOWN;
		d->outcome = OUTCOME_UNKNOWN;
	}
	return d;
}

/* CSeq of this side against the last: RFC 3261 12.2.1.1, 10.2. */
static void
cseq_follow(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct dialog *d = x->dialog;
	bool caller = slice_ieq(d->from.tag, slice_head(m->from.tag, TEXT_KEPT)) ||
	              d->kind == DIALOG_REGISTRATION;
	uint32_t *last = caller ? &d->cseq_from : &d->cseq_to;
	struct ref *ref = caller ? &d->cseq_from_ref : &d->cseq_to_ref;

	if (m->cseq_dis != DIS_OK || x->method == METHOD_ACK ||
	    x->method == METHOD_CANCEL || d->kind == DIALOG_MESSAGE ||
	    d->kind == DIALOG_OTHER)
		return;
	if (*last != 0 && queue_time(t) - ref->time_ns < DIALOG_IDLE &&
	    !(d->logout && d->kind == DIALOG_REGISTRATION)) {
		p->cseq_last = *last;
		p->other = *ref;
		if (x->cseq < *last)
			p->facts |= PLACE_CSEQ_LOWER;
		else if (x->cseq == *last)
			p->facts |= PLACE_CSEQ_EQUAL;
		else if (x->cseq - *last > 1 &&
		         !peers_have(t, PEERS_CUT, &m->rec.src, &m->rec.dst))
			p->facts |= PLACE_CSEQ_GAP;
	}
	if (x->cseq >= *last || queue_time(t) - ref->time_ns >= DIALOG_IDLE ||
	    d->logout) {
		*last = x->cseq;
		*ref = ref_of(&m->rec, NULL);
	}
}

static bool
terminates(const struct message *m)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_SUBSCRIPTION_STATE, 0);

	return h != NULL && slice_istarts(h->value, SLICE("terminated"));
}

/* A new request in its dialog. */
void
dialog_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct dialog *d = x->dialog;
	struct tx *invite;
	const struct tx *other;
	struct sip_via second;
	struct slice rest, value;
	const struct sip_header *h;

	cseq_follow(t, x, m, p);
	other = tx_branch_user(t, x);
	if (other != NULL) {
		p->facts |= PLACE_BRANCH_REUSED;
		p->other = other->request;
	}
	if (m->vias > 1) {
		h = sip_find(&m->sip, SIP_VIA, 0);
		rest = h->value;
		(void)sip_list_next(&rest, &value);
		if (!sip_list_next(&rest, &value))
			value = sip_find(&m->sip, SIP_VIA, 1)
			            ? sip_find(&m->sip, SIP_VIA, 1)->value
			            : SLICE_EMPTY;
		rest = value;
		if (sip_list_next(&rest, &value) &&
		    sip_via_dissect(value, NULL, &second) == DIS_OK &&
		    second.branch.n != 0)
			p->previous_hop = tx_previous_hop(t, m, second.branch);
	}
	switch (x->method) {
	case METHOD_REGISTER:
		if (d->register_open != NULL && !d->register_open->closed &&
		    d->register_open != x) {
			p->facts |= PLACE_OPEN_REGISTER;
			p->other = d->register_open->request;
		}
		d->register_open = x;
		break;
	case METHOD_CANCEL:
		invite = tx_find(t, m, METHOD_INVITE, m->via.branch);
		p->invite = invite;
		d->cancelled = true;
		break;
	case METHOD_ACK:
		p->invite = d->invite;
		break;
	case METHOD_INVITE:
		d->invite = x;
		break;
	case METHOD_NOTIFY:
		if (terminates(m) && d->kind == DIALOG_SUBSCRIPTION) {
			d->state = STATE_TERMINATED;
			d->outcome = d->outcome == OUTCOME_OPEN ? OUTCOME_OK : d->outcome;
		}
		break;
	case METHOD_SUBSCRIBE:
		d->logout = x->has_expires && x->expires == 0;
		break;
	default:
		break;
	}
	if (d->kind == DIALOG_MESSAGE || d->kind == DIALOG_OTHER ||
	    (d->kind == DIALOG_REGISTRATION && d->state == STATE_TERMINATED)) {
		d->state = STATE_TRYING;
		d->outcome = OUTCOME_OPEN;
		d->logout = false;
	}
}

static bool
challenge_only(const struct tx *x, uint32_t status)
{
	return (status == 401 || status == 407) && x->auths == NULL;
}

static void
end_as(struct dialog *d, enum dialog_outcome o)
{
	d->state = STATE_TERMINATED;
	d->outcome = o;
}

static void
registration_response(struct tx *x, const struct message *m, uint32_t status)
{
	struct dialog *d = x->dialog;
	const struct sip_header *h;
	struct sip_param param;
	struct sip_addr addr;
	struct slice rest, value;
	uint32_t granted = x->has_expires ? x->expires : 3600;

	if (status >= 300) {
		if (challenge_only(x, status))
			d->outcome = OUTCOME_OPEN;
		else
			end_as(d, OUTCOME_REJECTED);
		return;
	}
	if (x->logout) {
		end_as(d, OUTCOME_OK);
		d->logout = true;
		return;
	}
	h = sip_find(&m->sip, SIP_EXPIRES, 0);
	if (h != NULL)
		(void)parse_u32(h->value, UINT32_MAX, &granted);
	h = sip_find(&m->sip, SIP_CONTACT, 0);
	rest = h ? h->value : SLICE_EMPTY;
	while (sip_list_next(&rest, &value)) {
		(void)sip_addr_dissect(value, NULL, &addr);
		if ((x->contact.n == 0 || slice_eq(addr.uri, x->contact)) &&
		    sip_param_find(addr.params, SLICE("expires"), &param))
			(void)parse_u32(param.value, UINT32_MAX, &granted);
	}
	d->state = STATE_CONFIRMED;
	d->outcome = OUTCOME_OK;
	d->granted_before = d->granted;
	d->granted = granted;
	d->granted_ns = m->rec.time_ns;
}

static void
call_response(struct tx *x, const struct message *m, uint32_t status)
{
	struct dialog *d = x->dialog;

	if (x->method == METHOD_BYE) {
		if (status >= 200 && status != 401 && status != 407)
			end_as(d,
			       d->outcome == OUTCOME_UNKNOWN || d->outcome == OUTCOME_OPEN
			           ? OUTCOME_OK
			           : d->outcome);
		return;
	}
	if (x->method != METHOD_INVITE || d->state == STATE_TERMINATED)
		return;
	if (status > 100 && status < 300 && d->to.tag.n == 0)
		d->to.tag = text_keep(&d->mem, m->to.tag);
	if (status < 200) {
		if (status > 100 && d->state != STATE_CONFIRMED && m->to.tag.n != 0)
			d->state = STATE_EARLY;
		return;
	}
	if (status < 300) {
		d->state = STATE_CONFIRMED;
		if (d->outcome == OUTCOME_UNKNOWN)
			d->outcome = OUTCOME_OPEN;
		return;
	}
	if (d->state == STATE_CONFIRMED)
		return; /* a re-INVITE was refused: the call goes on */
	if (challenge_only(x, status))
		d->state = STATE_TRYING;
	else
		end_as(d, d->cancelled || status == 487 ? OUTCOME_CANCELLED
		                                        : OUTCOME_REJECTED);
}

static void
subscription_response(struct tx *x, const struct message *m, uint32_t status)
{
	struct dialog *d = x->dialog;

	if (x->method != METHOD_SUBSCRIBE && x->method != METHOD_REFER) {
		if (status == 481 && x->method == METHOD_NOTIFY)
			end_as(d, d->outcome == OUTCOME_UNKNOWN ? OUTCOME_REJECTED
			                                        : d->outcome);
		return;
	}
	if (d->to.tag.n == 0 && status < 300)
		d->to.tag = text_keep(&d->mem, m->to.tag);
	if (status < 300) {
		if (d->state != STATE_TERMINATED || d->outcome != OUTCOME_OK)
			d->state = d->logout ? STATE_TERMINATED : STATE_CONFIRMED;
		d->outcome = OUTCOME_OK;
	} else if (challenge_only(x, status)) {
		d->state = d->state == STATE_CONFIRMED ? STATE_CONFIRMED : STATE_TRYING;
	} else if (d->state != STATE_CONFIRMED || status == 481) {
		end_as(d, OUTCOME_REJECTED);
	}
}

/* A response that is no repeat. */
void
dialog_response(struct tracker *t, struct tx *x, const struct message *m, uint32_t status)
{
	struct dialog *d = x->dialog;

	(void)t;
	if (status < 200 && d->kind != DIALOG_CALL)
		return;
	switch (d->kind) {
	case DIALOG_REGISTRATION:
		registration_response(x, m, status);
		break;
	case DIALOG_CALL:
		call_response(x, m, status);
		break;
	case DIALOG_SUBSCRIPTION:
		subscription_response(x, m, status);
		break;
	default:
		if (challenge_only(x, status))
			end_as(d, OUTCOME_OPEN);
		else
			end_as(d, status < 300 ? OUTCOME_OK : OUTCOME_REJECTED);
		break;
	}
}

/* A transaction is over: for one without a final response that is news. */
void
dialog_tx_ended(struct tracker *t, struct tx *x, enum ended_how how)
{
	struct dialog *d = x->dialog;

	if (x->inv != NULL)
		call_tx_ended(x);
	if (d->register_open == x)
		d->register_open = NULL;
	if (d->invite == x)
		d->invite = NULL;
	if (x->closed)
		return;
	tx_close(x);
	if (how == ENDED_CAPTURE_OVER || how == ENDED_EVICTED || x->request.frame == 0)
		return;
	if (d->kind == DIALOG_CALL) {
		if (x->method == METHOD_BYE)
			end_as(d, OUTCOME_OK);
		else if (x->method == METHOD_INVITE && !x->provisional &&
		         d->state == STATE_TRYING)
			end_as(d, OUTCOME_TIMEOUT);
	} else if (d->kind == DIALOG_SUBSCRIPTION) {
		if (x->method == METHOD_SUBSCRIBE && d->state == STATE_TRYING)
			end_as(d, OUTCOME_TIMEOUT);
	} else if (d->kind != DIALOG_REGISTRATION || d->state != STATE_CONFIRMED) {
		end_as(d, OUTCOME_TIMEOUT);
	}
	if (d->state == STATE_TERMINATED && d->open_txs == 0 && d->queue == DIALOG_OPEN &&
	    dialog_transient(d))
		dialog_queue(t, d, DIALOG_FINAL);
}
