/* Start line and framing: RFC 3261 7 and 25.1. */
#include "src/check.h"

void
check_carrier(const struct checker *c, const struct message *m, const struct place *p)
{
	unsigned f = m->rec.faults;

	if (f & (RECORD_CUT | RECORD_UNFINISHED))
		found(c, m, p, RULE_CAPTURE_CUT);
	if (f & RECORD_GAP)
		found(c, m, p, RULE_TCP_GAP);
	if (f & RECORD_RESYNC)
		found(c, m, p, RULE_TCP_RESYNC,
		      .severity = f & RECORD_BLIND ? SEVERITY_NOTE : SEVERITY_OFF,
		      ARGS({"skipped", number(c, m->rec.skipped)}));
	if (f & RECORD_OVERLAP)
		found(c, m, p, RULE_NET_OVERLAP);
	/* Too many headers have a rule of their own. */
	if ((f & RECORD_TOO_LONG) ||
	    (m->dis == DIS_LIMIT && !(m->sip.faults & SIP_FAULT_HEADERS)))
		found(c, m, p, RULE_MESSAGE_TOO_LONG);
}

static void
request_line(const struct checker *c, const struct message *m, const struct place *p)
{
	bool angle = m->sip.uri.n != 0 && m->sip.uri.p[0] == '<';

	if ((m->sip.faults & SIP_FAULT_URI_SPACE) || angle || m->uri_dis == DIS_BAD ||
	    m->uri_dis == DIS_MORE || m->sip.uri.n == 0)
		found(c, m, p, RULE_SIP_REQUEST_URI, .field = SLICE("sip.r-uri"),
		      VALUE(m->sip.uri), ARGS({"uri", m->sip.uri}));
	else if (m->uri.sip && (m->uri.headers.n != 0 ||
	                        sip_param_count(m->uri.params, SLICE("method")) != 0))
		found(c, m, p, RULE_SIP_REQUEST_URI_HEADERS, .field = SLICE("sip.r-uri"),
		      VALUE(m->sip.uri));
	else if (!m->uri.sip && !slice_ieq(m->uri.scheme, SLICE("tel")))
		found(c, m, p, RULE_SIP_REQUEST_URI_SCHEME, .field = SLICE("sip.r-uri"),
		      VALUE(m->sip.uri), ARGS({"scheme", m->uri.scheme}));
	if (m->sip.faults & SIP_FAULT_METHOD)
		found(c, m, p, RULE_SIP_METHOD_INVALID, .field = SLICE("sip.Method"),
		      VALUE(m->sip.method), ARGS({"method", m->sip.method}));
	else if (!sip_method_known(m->sip.method))
		found(c, m, p, RULE_SIP_METHOD_UNKNOWN, .field = SLICE("sip.Method"),
		      VALUE(m->sip.method), ARGS({"method", m->sip.method}));
}

static const struct {
	uint32_t faults;
	enum rule rule;
} rows[] = {
    {SIP_FAULT_START_SPACE, RULE_SIP_START_SPACE},
    {SIP_FAULT_NO_REASON_SP, RULE_SIP_REASON_SPACE},
    {SIP_FAULT_LF | SIP_FAULT_CR, RULE_SIP_LINE_END},
    {SIP_FAULT_CONTROL, RULE_SIP_CONTROL},
    {SIP_FAULT_UTF8, RULE_SIP_UTF8},
    {SIP_FAULT_HEADERS, RULE_SIP_HEADERS_MANY},
};

void
check_start(const struct checker *c, const struct message *m, const struct place *p)
{
	uint32_t faults = m->sip.faults;
	size_t i;

	/* The cut may have gone through a character. */
	if (head_cut(m))
		faults &= ~(uint32_t)SIP_FAULT_UTF8;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (faults & rows[i].faults)
			found(c, m, p, rows[i].rule);
	if ((faults & SIP_FAULT_NO_EMPTY_LINE) && !head_cut(m))
		found(c, m, p, RULE_SIP_EMPTY_LINE);
	if (faults & SIP_FAULT_VERSION)
		found(c, m, p, RULE_SIP_VERSION, VALUE(m->sip.version),
		      EXPECTED(SLICE("SIP/2.0")), ARGS({"version", m->sip.version}));
	if (faults & SIP_FAULT_STATUS)
		found(c, m, p, RULE_SIP_STATUS_CODE, .field = SLICE("sip.Status-Code"),
		      VALUE(m->sip.status_text), EXPECTED(SLICE("100 to 699")),
		      ARGS({"status", m->sip.status_text}));
	/* Where the start line itself was cut there is nothing to judge. */
	if (m->request && m->sip.version.n != 0)
		request_line(c, m, p);
}
