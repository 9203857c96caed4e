/* Headers that a method does not have: the tables of RFC 3261 20 and of the extensions. */
#include "src/check.h"

enum {
	A = 1 << METHOD_ACK,
	B = 1 << METHOD_BYE,
	C = 1 << METHOD_CANCEL,
	I = 1 << METHOD_INVITE,
	O = 1 << METHOD_OPTIONS,
	R = 1 << METHOD_REGISTER,
	J = 1 << METHOD_INFO,
	M = 1 << METHOD_MESSAGE,
	S = 1 << METHOD_SUBSCRIBE,
	N = 1 << METHOD_NOTIFY,
	P = 1 << METHOD_PRACK,
	U = 1 << METHOD_UPDATE,
	F = 1 << METHOD_REFER
};

/* By header: the methods that do not have it. */
static const uint16_t in_requests[SIP_HDR_TOTAL] = {
#define H(id, rule, requests, oks, others) [SIP_##id] = (requests),
#include "src/header_methods.def"
#undef H
};
static const uint16_t in_2xx[SIP_HDR_TOTAL] = {
#define H(id, rule, requests, oks, others) [SIP_##id] = (oks),
#include "src/header_methods.def"
#undef H
};
static const uint16_t in_others[SIP_HDR_TOTAL] = {
#define H(id, rule, requests, oks, others) [SIP_##id] = (others),
#include "src/header_methods.def"
#undef H
};
static const uint16_t rules[SIP_HDR_TOTAL] = {
#define H(id, rule, requests, oks, others) [SIP_##id] = RULE_##rule,
#include "src/header_methods.def"
#undef H
};

static void
misplaced(const struct checker *c, const struct message *m, const struct place *p,
          const struct sip_header *h)
{
	struct slice name = header_name(h->id);

	found(c, m, p, (enum rule)rules[h->id], .field = name, VALUE(h->value),
	      ARGS({"header", name},
	           {"what", m->request ? SLICE("a request") : SLICE("a response to")},
	           {"method", m->request ? m->sip.method : m->cseq.method}));
}

void
check_methods(const struct checker *c, const struct message *m, const struct place *p)
{
	const uint16_t *table = m->request                 ? in_requests
	                        : m->sip.status / 100 == 2 ? in_2xx
	                                                   : in_others;
	const uint16_t method = (uint16_t)(1u << m->method);
	unsigned any = 0;
	uint32_t i;

	for (i = 0; i < m->sip.headers_total; i++)
		any |= table[m->sip.headers[i].id];
	if (!(any & method))
		return;
	/* Once for each kind. */
	for (i = 1; i < SIP_HDR_TOTAL; i++)
		if ((table[i] & method) && m->sip.first[i] != 0)
			misplaced(c, m, p, &m->sip.headers[m->sip.first[i] - 1]);
}
