/* CSeq, and responses against their requests: RFC 3261 8.1.1.5, 8.2.6.2, 9.1, 12.2.1.1, 17. */
#include "src/check.h"

#include "dissect/uri_same.h"

enum { KEPT = 1024 }; /* octets that the tracker keeps of one value */

/* 20.20, 19.1.4: the same address, whatever the display name and the brackets. */
static bool
same_address(const struct party *now, struct slice before)
{
	struct sip_addr a;
	struct sip_uri u;

	(void)sip_addr_dissect(before, NULL, &a);
	if (slice_eq(a.uri, now->addr.uri))
		return true;
	(void)sip_uri_dissect(a.uri, NULL, &u);
	return slice_ieq(u.scheme, now->uri.scheme) &&
	       sip_user_same(u.user, now->uri.user) && slice_ieq(u.host, now->uri.host) &&
	       u.port == now->uri.port && u.sip;
}

static struct slice
tag_of(struct slice value)
{
	struct sip_addr a;
	struct sip_param tag;

	(void)sip_addr_dissect(value, NULL, &a);
	return sip_param_find(a.params, SLICE("tag"), &tag) ? tag.value : SLICE_EMPTY;
}

static void
cseq(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_CSEQ, 0);
	bool reg = p->dialog->kind == DIALOG_REGISTRATION;

	if (h == NULL)
		return;
	/* 8.1.1.5: below 2^31, though 20.16 alone would take 32 bits. */
	if (m->cseq_dis != DIS_OK || m->cseq.seq > INT32_MAX)
		found(c, m, p, RULE_SIP_CSEQ_INVALID, .field = SLICE("sip.CSeq"),
		      VALUE(h->value), ARGS({"value", h->value}));
	if (!m->request)
		return;
	if (m->cseq.method.n != 0 && !slice_eq(m->cseq.method, m->sip.method))
		found(c, m, p, RULE_SIP_CSEQ_METHOD, .field = SLICE("sip.CSeq.method"),
		      VALUE(m->cseq.method), EXPECTED(m->sip.method),
		      ARGS({"method", m->sip.method}, {"cseq", m->cseq.method}));
	/* A proxy passes the number on as it is. */
	if (p->previous_hop != NULL)
		return;
	if (p->facts & (PLACE_CSEQ_LOWER | PLACE_CSEQ_EQUAL)) {
		/* The retry of a challenged request has its own rule. */
		bool retry = (p->facts & PLACE_CSEQ_EQUAL) && p->tx->auths != NULL &&
		             p->dialog->challenge.n != 0 &&
		             p->dialog->challenge_ref.time_ns > p->other.time_ns;

		found(c, m, p,
		      retry ? RULE_AUTH_RETRY_CSEQ
		      : reg ? RULE_REGISTER_CSEQ
		            : RULE_SIP_CSEQ_DIALOG,
		      .field = SLICE("sip.CSeq.seq"), VALUE(m->cseq.number),
		      ARGS({"cseq", m->cseq.number}, {"before", number(c, p->cseq_last)},
		           {"frame", number(c, p->other.frame)}));
	} else if (p->facts & PLACE_CSEQ_GAP) {
		found(
		    c, m, p, RULE_SIP_CSEQ_GAP, .field = SLICE("sip.CSeq.seq"),
		    VALUE(m->cseq.number),
		    ARGS({"cseq", m->cseq.number}, {"before", number(c, p->cseq_last)}));
	}
}

/* 9.1: all that makes the server find the request. */
static void
cancel(const struct checker *c, const struct message *m, const struct place *p)
{
	/* The tracker finds it by branch and number; where one is wrong, it is the last of the dialog. */
	const struct tx *x = p->invite ? p->invite : p->dialog->invite;
	struct slice wrong = SLICE_EMPTY;

	if (x == NULL || x->request.frame == 0)
		return;
	if (m->cseq.seq != x->cseq)
		wrong = SLICE("CSeq");
	else if (!slice_eq(slice_head(m->sip.uri, KEPT), x->uri))
		wrong = SLICE("Request-URI");
	else if (!slice_ieq(m->to.tag, x->to_tag) || !same_address(&m->to, x->to))
		wrong = SLICE("To");
	else if (!slice_ieq(m->from.tag, x->from_tag) || !same_address(&m->from, x->from))
		wrong = SLICE("From");
	if (wrong.n != 0)
		found(c, m, p, RULE_SIP_CANCEL_MATCH,
		      .field = slice_eq(wrong, SLICE("Request-URI")) ? SLICE("sip.r-uri")
		                                                     : wrong,
		      ARGS({"field", wrong}));
}

/* 17.1.1.3: To of an ACK to a non-2xx is that of the response, tag included. With several such responses
 * it may be that of any. */
static void
ack_to(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	const struct response *r;
	struct slice want = SLICE_EMPTY;

	if (x->to.n != 0 && !same_address(&m->to, x->to)) {
		found(c, m, p, RULE_SIP_ACK_TO, .field = SLICE("sip.To"),
		      VALUE(m->to.addr.uri), EXPECTED(x->to));
		return;
	}
	for (r = x->responses; r != NULL; r = r->next) {
		if (r->status < 300)
			continue;
		if (r->to_tag.n == 0 || slice_ieq(m->to.tag, r->to_tag))
			return;
		want = r->to_tag;
	}
	if (want.n != 0)
		found(c, m, p, RULE_SIP_ACK_TO, .field = SLICE("sip.to.tag"),
		      VALUE(m->to.tag), EXPECTED(want));
}

/* 17.1.1.3, 13.2.2.4 */
static void
ack(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->invite;

	if (p->tx->method == METHOD_INVITE) { /* to a non-2xx: part of its transaction */
		ack_to(c, m, p);
		return;
	}
	if (x == NULL || x->request.frame == 0 || !slice_ieq(m->from.tag, x->from_tag))
		return;
	if (x->cseq != 0 && m->cseq.seq != x->cseq && x->status >= 200)
		found(c, m, p, RULE_SIP_ACK_CSEQ, .field = SLICE("sip.CSeq.seq"),
		      VALUE(m->cseq.number), EXPECTED(number(c, x->cseq)),
		      ARGS({"cseq", m->cseq.number}));
}

/* The tag that the earlier responses carried. */
static struct slice
tag_before(const struct tx *x, struct slice tag)
{
	const struct response *r;

	for (r = x->responses; r != NULL; r = r->next)
		if (r->to_tag.n != 0 && !slice_ieq(r->to_tag, tag))
			return r->to_tag;
	return SLICE_EMPTY;
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;

	if (x->request.frame == 0) {
		if (p->facts & PLACE_STRAY)
			found(c, m, p, RULE_SIP_STRAY,
			      ARGS({"status", number(c, m->sip.status)}));
		return;
	}
	/* What the request lacks, or what was cut from it, cannot be compared. */
	if (m->cseq_dis == DIS_OK && x->cseq != 0 && m->cseq.seq != x->cseq)
		found(c, m, p, RULE_SIP_CSEQ_RESPONSE, .field = SLICE("sip.CSeq.seq"),
		      VALUE(m->cseq.number), EXPECTED(number(c, x->cseq)),
		      ARGS({"value", m->cseq.number}, {"request", number(c, x->cseq)}));
	if (m->call_id.n != 0 && p->dialog->call_id.n != 0 &&
	    !slice_eq(slice_head(m->call_id, KEPT), p->dialog->call_id)) {
		found(c, m, p, RULE_SIP_RESPONSE_CALL_ID, .field = SLICE("sip.Call-ID"),
		      VALUE(m->call_id), EXPECTED(p->dialog->call_id));
		return; /* what belongs to another call differs in all the rest too */
	}
	if (m->from.there && x->from.n != 0 &&
	    (!same_address(&m->from, x->from) || !slice_ieq(m->from.tag, x->from_tag)))
		found(c, m, p, RULE_SIP_RESPONSE_FROM, .field = SLICE("sip.From"),
		      VALUE(m->from.addr.uri), EXPECTED(x->from));
	if (m->to.there && x->to.n != 0 &&
	    (!same_address(&m->to, x->to) ||
	     (x->to_tag.n != 0 && !slice_ieq(tag_of(x->to), m->to.tag))))
		found(c, m, p, RULE_SIP_RESPONSE_TO, .field = SLICE("sip.To"),
		      VALUE(m->to.addr.uri), EXPECTED(x->to));
	if (p->facts & PLACE_TO_TAG_DIFFERS)
		found(c, m, p, RULE_SIP_RESPONSE_TAGS, .field = SLICE("sip.to.tag"),
		      VALUE(m->to.tag),
		      ARGS({"tag", m->to.tag}, {"before", tag_before(x, m->to.tag)}));
	if (p->facts & PLACE_SECOND_FINAL)
		found(c, m, p, RULE_SIP_SECOND_FINAL, .field = SLICE("sip.Status-Code"),
		      VALUE(m->sip.status_text),
		      ARGS({"status", number(c, m->sip.status)},
		           {"before", number(c, p->cseq_last)},
		           {"frame", number(c, p->other.frame)}));
}

void
check_transaction(const struct checker *c, const struct message *m, const struct place *p)
{
	cseq(c, m, p);
	if (!m->request)
		response(c, m, p);
	else if (m->method == METHOD_CANCEL)
		cancel(c, m, p);
	else if (m->method == METHOD_ACK)
		ack(c, m, p);
}
