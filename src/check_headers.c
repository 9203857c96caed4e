/* Headers: which must be there, which may stand once, what they may hold. RFC 3261 8.1.1, 8.2.6.2, 20. */
#include "src/check.h"

static void
mandatory(const struct checker *c, const struct message *m, const struct place *p)
{
	static const struct {
		enum sip_hdr id;
		enum rule rule;
	} musts[] = {
	    {SIP_TO, RULE_SIP_TO_MISSING},     {SIP_FROM, RULE_SIP_FROM_MISSING},
	    {SIP_CSEQ, RULE_SIP_CSEQ_MISSING}, {SIP_CALL_ID, RULE_SIP_CALL_ID_MISSING},
	    {SIP_VIA, RULE_SIP_VIA_MISSING},
	};
	size_t i;

	/* What is missing may stand behind that which is kept of a very long head. */
	if (m->dis == DIS_LIMIT)
		return;
	for (i = 0; i < sizeof(musts) / sizeof(musts[0]); i++)
		if (sip_find(&m->sip, musts[i].id, 0) == NULL)
			found(c, m, p, musts[i].rule, .field = header_name(musts[i].id));
	if (m->request && sip_find(&m->sip, SIP_MAX_FORWARDS, 0) == NULL) {
		/* A peer of RFC 2543's time may lack it: 8.1.1.6, RFC 2543 6.23. */
		bool cookie = slice_istarts(m->via.branch, SLICE("z9hG4bK"));

		found(c, m, p, RULE_SIP_MAX_FORWARDS_MISSING,
		      .severity = cookie ? SEVERITY_OFF : SEVERITY_WARNING,
		      .field = SLICE("Max-Forwards"));
	}
}

static void
repeated(const struct checker *c, const struct message *m, const struct place *p)
{
	enum sip_hdr id;

	for (id = 1; id < SIP_HDR_TOTAL; id++) {
		const struct sip_header *second;

		if (!(sip_header_infos[id].flags & SIP_ONCE) || m->sip.first[id] == 0)
			continue;
		second = sip_find(&m->sip, id, 1);
		if (second != NULL)
			found(c, m, p, RULE_SIP_HEADER_REPEATED, .field = header_name(id),
			      VALUE(second->value),
			      ARGS({"header", header_name(id)},
			           {"times", number(c, sip_count(&m->sip, id))}));
	}
}

static void
lines(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h, *folded = NULL;
	bool compact = false;
	uint32_t i;

	for (i = 0; i < m->sip.headers_total; i++) {
		h = &m->sip.headers[i];
		if (h->bad)
			found(c, m, p, RULE_SIP_HEADER_LINE, VALUE(h->raw),
			      ARGS({"line", slice_head(h->raw, 60)}));
		compact |= h->compact;
		if (h->folded && folded == NULL)
			folded = h;
		if (h->id == SIP_TRANSFER_ENCODING)
			found(c, m, p, RULE_SIP_TRANSFER_ENCODING,
			      .field = SLICE("Transfer-Encoding"), VALUE(h->value));
	}
	if (folded != NULL)
		found(c, m, p, RULE_SIP_FOLDED, .field = folded->name,
		      ARGS({"header", folded->name}));
	if (compact)
		found(c, m, p, RULE_SIP_COMPACT);
}

static void
max_forwards(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_MAX_FORWARDS, 0);
	uint32_t n;

	if (h == NULL || !m->request)
		return;
	if (!parse_u32(h->value, 255, &n)) {
		found(c, m, p, RULE_SIP_MAX_FORWARDS_INVALID,
		      .field = SLICE("sip.Max-Forwards"), VALUE(h->value),
		      EXPECTED(SLICE("0 to 255")), ARGS({"value", h->value}));
		return;
	}
	/* Only at the first hop: 8.1.1.6. An ACK or CANCEL goes one hop. */
	if (m->vias == 1 && n != 70 && m->method != METHOD_ACK &&
	    m->method != METHOD_CANCEL)
		found(c, m, p, RULE_SIP_MAX_FORWARDS_START,
		      .field = SLICE("sip.Max-Forwards"), VALUE(h->value),
		      EXPECTED(SLICE("70")), ARGS({"value", h->value}));
	if (p->previous_hop != NULL && p->previous_hop->has_max_forwards &&
	    n >= p->previous_hop->max_forwards)
		found(c, m, p, RULE_SIP_MAX_FORWARDS_HOP,
		      .field = SLICE("sip.Max-Forwards"), VALUE(h->value),
		      ARGS({"value", h->value},
		           {"before", number(c, p->previous_hop->max_forwards)}));
}

/* word: RFC 3261 25.1. */
static bool
is_word(struct slice s)
{
	static const char marks[] = "-.!%*_+`'~()<>:\\\"/[]?{}";
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) &&
		    (s.p[i] == 0 || strchr(marks, s.p[i]) == NULL))
			return false;
	return s.n != 0;
}

static void
call_id(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice left, right;

	if (sip_find(&m->sip, SIP_CALL_ID, 0) == NULL)
		return;
	if (slice_cut(m->call_id, '@', &left, &right) ? is_word(left) && is_word(right)
	                                              : is_word(m->call_id))
		return;
	found(c, m, p, RULE_SIP_CALL_ID_INVALID, .field = SLICE("sip.Call-ID"),
	      VALUE(m->call_id), ARGS({"value", m->call_id}));
}

static void
expires(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	uint32_t n;

	if (h != NULL && !parse_u32(h->value, UINT32_MAX, &n))
		found(c, m, p, RULE_SIP_EXPIRES_INVALID, .field = SLICE("sip.Expires"),
		      VALUE(h->value), EXPECTED(SLICE("a number of seconds below 2^32")),
		      ARGS({"value", h->value}));
}

/* 8.2.2.3: not in CANCEL, not in an ACK to a non-2xx. 21.4.15: 420 names what it does not support. */
static void
require(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_REQUIRE, SIP_PROXY_REQUIRE};
	size_t i;

	if (!m->request && m->sip.status == 420 &&
	    sip_find(&m->sip, SIP_UNSUPPORTED, 0) == NULL)
		found(c, m, p, RULE_SIP_420);
	if (!m->request || (m->method != METHOD_CANCEL &&
	                    !(m->method == METHOD_ACK && p->tx->method == METHOD_INVITE)))
		return;
	for (i = 0; i < 2; i++)
		if (sip_find(&m->sip, ids[i], 0) != NULL)
			found(c, m, p, RULE_SIP_REQUIRE, .field = header_name(ids[i]),
			      ARGS({"header", header_name(ids[i])},
			           {"method", m->sip.method}));
}

/* 20.17: RFC 1123 in GMT. GB/T 28181-2022 9.10 has its own form, and sets clocks by it. */
static void
date(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_DATE, 0);
	uint64_t skew, second = UINT64_C(1000000000);
	struct sip_date d;
	enum dis dis;

	if (h == NULL)
		return;
	dis = sip_date_dissect(h->value, NULL, &d);
	if (dis != DIS_OK) {
		found(c, m, p, RULE_SIP_DATE_INVALID, .field = SLICE("sip.Date"),
		      VALUE(h->value), ARGS({"value", h->value}));
		return;
	}
	if (d.form != SIP_DATE_RFC1123)
		found(c, m, p, RULE_SIP_DATE, .field = SLICE("sip.Date"), VALUE(h->value),
		      ARGS({"value", h->value}));
	/* The year in it is anybody's: without sign, the difference always fits. */
	skew = d.ns > m->rec.time_ns ? (uint64_t)d.ns - (uint64_t)m->rec.time_ns
	                             : (uint64_t)m->rec.time_ns - (uint64_t)d.ns;
	/* Guard: a capture's clock may be off by minutes; whole hours are zones (quirk 25). */
	if (skew >= (uint64_t)threshold_ns(c->thresholds, THRESHOLD_DATE_SKEW))
		found(c, m, p, RULE_GB_DATE_SKEW, .field = SLICE("sip.Date"),
		      VALUE(h->value),
		      ARGS({"seconds", number(c, skew / second)},
		           {"direction", d.ns > m->rec.time_ns ? SLICE("ahead of")
		                                               : SLICE("behind")}));
}

void
check_headers(const struct checker *c, const struct message *m, const struct place *p)
{
	lines(c, m, p);
	mandatory(c, m, p);
	repeated(c, m, p);
	max_forwards(c, m, p);
	call_id(c, m, p);
	expires(c, m, p);
	require(c, m, p);
	date(c, m, p);
}
