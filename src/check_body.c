/* Bodies: RFC 3261 7.4, 18.3, 20.14, 20.15; and what src/body.c found in a MANSCDP body. */
#include "src/check.h"

static void
length(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTENT_LENGTH, 0);
	bool cut = m->rec.faults & RECORD_PARTIAL;

	if (m->length_dis == DIS_BAD)
		found(c, m, p, RULE_SIP_LENGTH_INVALID,
		      .field = SLICE("sip.Content-Length"),
		      VALUE(h ? h->value : SLICE_EMPTY),
		      ARGS({"value", h ? h->value : SLICE_EMPTY}));
	if (m->length_dis == DIS_OTHER && m->rec.carrier == CARRIER_TCP &&
	    !m->rec.inner && m->dis == DIS_OK && !cut)
		found(c, m, p, RULE_SIP_LENGTH_MISSING,
		      .field = SLICE("sip.Content-Length"));
	if (m->missing != 0 && !cut)
		found(c, m, p, RULE_SIP_LENGTH_MORE, .field = SLICE("sip.Content-Length"),
		      VALUE(number(c, m->length)), EXPECTED(number(c, m->body.n)),
		      ARGS({"length", number(c, m->length)},
		           {"present", number(c, m->body.n)}));
	if (m->behind != 0 && m->rec.carrier == CARRIER_UDP)
		found(c, m, p, RULE_SIP_LENGTH_LESS, .field = SLICE("sip.Content-Length"),
		      VALUE(number(c, m->length)),
		      ARGS({"octets", number(c, m->behind)},
		           {"length", number(c, m->length)}));
}

/* 25.1: type/subtype, both tokens; a multipart has its boundary. */
static void
type(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTENT_TYPE, 0);
	struct slice major, minor, rest, params;
	bool good;

	if (h == NULL) {
		if (m->body.n != 0)
			found(c, m, p, RULE_SIP_TYPE_MISSING,
			      .field = SLICE("sip.Content-Type"),
			      ARGS({"octets", number(c, m->body.n)}));
		return;
	}
	good = slice_cut(m->content_type, '/', &major, &minor) &&
	       sip_token(slice_trim(major)) && sip_token(slice_trim(minor));
	if (good && slice_ieq(slice_trim(major), SLICE("multipart")))
		good = slice_cut(h->value, ';', &rest, &params) &&
		       sip_param_count(params, SLICE("boundary")) == 1;
	if (!good)
		found(c, m, p, RULE_SIP_TYPE_INVALID, .field = SLICE("sip.Content-Type"),
		      VALUE(h->value), ARGS({"value", h->value}));
}

/* A request that has nothing to say where it should. */
static void
empty(const struct checker *c, const struct message *m, const struct place *p)
{
	if (!m->request || m->sip.body.n != 0 || m->missing != 0)
		return;
	if (slice_ieq(m->content_type, SLICE("application/manscdp+xml")))
		found(c, m, p, RULE_MANSCDP_EMPTY, .field = SLICE("sip.Content-Length"));
	else if (m->method == METHOD_MESSAGE)
		found(c, m, p, RULE_SIP_BODY_EMPTY, .field = SLICE("sip.Content-Length"));
}

static void
rest(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTENT_ENCODING, 0);

	if (h != NULL && m->body.n != 0 && !slice_ieq(h->value, SLICE("identity")))
		found(c, m, p, RULE_SIP_ENCODING_UNKNOWN,
		      .field = SLICE("Content-Encoding"), VALUE(h->value),
		      ARGS({"value", h->value}));
	if (!m->request && m->sip.status == 415 &&
	    sip_find(&m->sip, SIP_ACCEPT, 0) == NULL &&
	    sip_find(&m->sip, SIP_ACCEPT_ENCODING, 0) == NULL &&
	    sip_find(&m->sip, SIP_ACCEPT_LANGUAGE, 0) == NULL)
		found(c, m, p, RULE_SIP_415);
	if (m->request && m->body.n != 0 &&
	    (m->method == METHOD_CANCEL ||
	     (m->method == METHOD_ACK && p->tx->method == METHOD_INVITE)))
		found(c, m, p, RULE_SIP_BODY_FORBIDDEN, ARGS({"method", m->sip.method}));
	empty(c, m, p);
}

void
check_body(const struct checker *c, const struct message *m, const struct place *p)
{
	size_t i;

	length(c, m, p);
	type(c, m, p);
	rest(c, m, p);
	for (i = 0; i < m->mans.problems_total; i++) {
		const struct body_problem *b = &m->mans.problems[i];

		found(
		    c, m, p, b->rule, .field = b->field, .has_value = b->value.n != 0,
		    .value = b->value, .has_expected = b->expected.n != 0,
		    .expected = b->expected, .line = b->line,
		    ARGS({"field", b->field}, {"value", b->value},
		         {"expected", b->expected}, {"detail", b->detail},
		         {"charset", slice_str(m->mans.charset ? m->mans.charset : "")}));
	}
}
