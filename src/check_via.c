/* Via: RFC 3261 8.1.1.7, 18.2, 20.42; RFC 3581. */
#include "src/check.h"

/* Where there is a Via that the message's own hop can be held to: a request's top one. */
static void
branch(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice b = m->via.branch;
	/* Older than RFC 3261 in other things too: a peer of that time, and legal (17.2.3). */
	bool old = !m->from.has_tag || sip_find(&m->sip, SIP_MAX_FORWARDS, 0) == NULL;

	if (!m->via.has_branch) {
		found(c, m, p, RULE_SIP_BRANCH_MISSING,
		      .severity = old ? SEVERITY_WARNING : SEVERITY_OFF,
		      .field = SLICE("sip.Via.branch"));
		return;
	}
	if (slice_ieq(b, SLICE("z9hG4bK"))) {
		found(c, m, p, RULE_SIP_BRANCH_EMPTY, .field = SLICE("sip.Via.branch"),
		      VALUE(b));
	} else if (slice_istarts(b, SLICE("z9hG4bK"))) {
		if (!slice_starts(b, SLICE("z9hG4bK")))
			found(c, m, p, RULE_SIP_BRANCH_COOKIE_CASE,
			      .field = SLICE("sip.Via.branch"), VALUE(b),
			      ARGS({"branch", b}));
	} else {
		found(c, m, p, RULE_SIP_BRANCH_COOKIE,
		      .severity = old ? SEVERITY_WARNING : SEVERITY_OFF,
		      .field = SLICE("sip.Via.branch"), VALUE(b), ARGS({"branch", b}));
	}
	if (p->facts & PLACE_BRANCH_REUSED)
		found(c, m, p, RULE_SIP_BRANCH_REUSED, .field = SLICE("sip.Via.branch"),
		      VALUE(b),
		      ARGS({"branch", b}, {"frame", number(c, p->other.frame)}));
}

/* 18.1.1: the top Via names the transport of this hop. Only UDP and TCP are seen in clear. */
static void
transport(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice said = m->via.transport;
	struct slice carrier = slice_str(carrier_name(m->rec.carrier));

	if (!slice_ieq(m->via.protocol, SLICE("SIP")) ||
	    !slice_eq(m->via.version, SLICE("2.0")) ||
	    (!m->rec.inner &&
	     (slice_ieq(said, SLICE("UDP")) || slice_ieq(said, SLICE("TCP"))) &&
	     !slice_ieq(said, carrier)))
		found(c, m, p, RULE_SIP_VIA_TRANSPORT, .field = SLICE("sip.Via"),
		      VALUE(m->via_value), EXPECTED(carrier),
		      ARGS({"via", m->via_value}, {"carrier", carrier}));
}

static bool
multicast(const struct addr *a)
{
	return a->n == 4 ? a->ip[0] >= 224 && a->ip[0] < 240 : a->ip[0] == 0xFF;
}

/* Two Via values are the same but for received and rport: 8.2.6.2, 18.2.1. */
static bool
same_via(const struct sip_via *a, const struct sip_via *b)
{
	return slice_ieq(a->transport, b->transport) && slice_ieq(a->host, b->host) &&
	       (a->port ? a->port : 5060) == (b->port ? b->port : 5060) &&
	       slice_ieq(a->branch, b->branch);
}

/* 17.1.1.3, 9.1: an ACK to a non-2xx and a CANCEL have one Via, that of the request. 2543 peers need no
 * branch, so nothing ties theirs to it. 8.1.1.7: the ACK to a 2xx is a transaction of its own. */
static void
kept(const struct checker *c, const struct message *m, const struct place *p)
{
	bool ack = m->method == METHOD_ACK;
	const struct tx *x = ack && p->tx->method == METHOD_INVITE ? p->tx : p->invite;
	struct sip_via asked;
	bool same;

	if (!ack && x == NULL)
		x = p->dialog->invite;
	if (x == NULL || x->request.frame == 0 || !x->cookie ||
	    !slice_ieq(m->from.tag, x->from_tag) || m->cseq.seq != x->cseq ||
	    sip_via_dissect(x->via, NULL, &asked) != DIS_OK)
		return;
	same = m->vias == 1 && same_via(&asked, &m->via);
	if (!ack && !same)
		found(c, m, p, RULE_SIP_CANCEL_VIA, .field = SLICE("sip.Via"),
		      VALUE(m->via_value), EXPECTED(x->via));
	else if (ack && x->status >= 300 && !same)
		found(c, m, p, RULE_SIP_ACK_VIA, .field = SLICE("sip.Via"),
		      VALUE(m->via_value), EXPECTED(x->via));
	else if (ack && x->status >= 200 && x->status < 300 &&
	         slice_ieq(asked.branch, m->via.branch))
		found(c, m, p, RULE_SIP_BRANCH_REUSED, .field = SLICE("sip.Via.branch"),
		      VALUE(m->via.branch),
		      ARGS({"branch", m->via.branch},
		           {"frame", number(c, x->request.frame)}));
}

static void
request(const struct checker *c, const struct message *m, const struct place *p)
{
	branch(c, m, p);
	transport(c, m, p);
	if (m->method == METHOD_ACK || m->method == METHOD_CANCEL)
		kept(c, m, p);
	/* RFC 3581 3: on the hop of the client that wrote it. */
	if (m->via.has_rport && m->via.rport.n != 0 && m->vias == 1)
		found(c, m, p, RULE_SIP_RPORT_VALUE, .field = SLICE("sip.Via.rport"),
		      VALUE(m->via.rport), ARGS({"value", m->via.rport}));
	if (multicast(&m->rec.dst) && sip_param_count(m->via.params, SLICE("maddr")) == 0)
		found(c, m, p, RULE_SIP_MADDR, .field = SLICE("sip.Via"),
		      VALUE(m->via_value));
}

/* 25.1, RFC 3581 3, of each value. True: the fault is told. The sent-by port is 1*DIGIT there, so one
 * that no socket has is only a warning. */
static bool
parameters(const struct checker *c, const struct message *m, const struct place *p,
           const struct sip_via *v, struct slice value)
{
	struct sip_param ttl;
	struct slice bad = SLICE_EMPTY, name = SLICE_EMPTY;
	enum severity severity = SEVERITY_OFF; /* the rule's own */
	struct addr a;
	uint32_t n;

	if (sip_param_find(v->params, SLICE("ttl"), &ttl) &&
	    !parse_u32(ttl.value, 255, &n)) {
		name = SLICE("ttl");
		bad = ttl.value;
	} else if (v->has_received && !addr_parse(v->received, &a)) {
		name = SLICE("received");
		bad = v->received;
	} else if (v->has_rport && v->rport.n != 0 &&
	           (!parse_u32(v->rport, 65535, &n) || n == 0)) {
		name = SLICE("rport");
		bad = v->rport;
	} else if (v->has_port && (v->port == 0 || v->port > 65535)) {
		name = SLICE("port");
		bad = number(c, v->port);
		severity = SEVERITY_WARNING;
	}
	if (name.n == 0)
		return false;
	found(c, m, p, RULE_SIP_VIA_PARAM, .severity = severity,
	      .field = SLICE("sip.Via"), VALUE(value),
	      ARGS({"param", name}, {"value", bad}));
	return true;
}

/* 10/8, 172.16/12, 192.168/16, 100.64/10; fc00::/7: behind a NAT somewhere. */
static bool
private_ip(const struct addr *a)
{
	const uint8_t *ip = a->ip;

	if (a->n != 4)
		return (ip[0] & 0xFE) == 0xFC;
	return ip[0] == 10 || (ip[0] == 172 && (ip[1] & 0xF0) == 16) ||
	       (ip[0] == 192 && ip[1] == 168) || (ip[0] == 100 && (ip[1] & 0xC0) == 64);
}

/* The request's URI names an address other than the one it was sent to: its way leads through a NAT, or
 * through a proxy that has two addresses. */
static bool
beyond(const struct tx *x)
{
	struct sip_uri uri;
	struct addr named;

	return sip_uri_dissect(x->uri, NULL, &uri) == DIS_OK &&
	       addr_parse(uri.host, &named) && !addr_ip_eq(&named, &x->server);
}

/* 18.2.1: the host in Via is a name, or not where the request came from. A client that knows how the server
 * sees it writes that address; then the server, beyond the NAT, sees nothing odd. */
static bool
received_missing(const struct checker *c, const struct message *m, const struct place *p,
                 struct slice host)
{
	const struct tx *x = p->tx;
	enum severity severity = SEVERITY_OFF; /* the rule's own */
	struct addr said;
	char text[ADDR_TEXT];

	if (addr_parse(host, &said)) {
		if (addr_ip_eq(&said, &x->client))
			return false;
		if (private_ip(&x->client) && (!private_ip(&said) || beyond(x)))
			severity = SEVERITY_WARNING;
	}
	found(c, m, p, RULE_SIP_RECEIVED_MISSING, .severity = severity,
	      .field = SLICE("sip.Via.received"), VALUE(m->via_value),
	      ARGS({"source",
	            arena_keep(c->scratch, slice_str(addr_ip_text(&x->client, text)))},
	           {"host", host}));
	return true;
}

/* RFC 3581 4, 18.2.1: what the server adds to the top Via, where both messages took the same way. */
static void
added(const struct checker *c, const struct message *m, const struct place *p,
      const struct sip_via *asked)
{
	const struct tx *x = p->tx;
	bool filled = m->via.has_rport && m->via.rport.n != 0, missing = false;
	uint32_t port;

	if (!addr_ip_eq(&m->rec.dst, &x->client) || !addr_ip_eq(&m->rec.src, &x->server))
		return;
	if (!m->via.has_received)
		missing = received_missing(c, m, p, asked->host);
	if (!x->has_rport || (filled && !parse_u32(m->via.rport, 65535, &port)))
		return;
	if (!filled || port != x->client.port)
		found(c, m, p, RULE_SIP_RPORT_UNFILLED, .field = SLICE("sip.Via.rport"),
		      VALUE(m->via_value),
		      ARGS({"rport", filled ? m->via.rport : SLICE("nothing")},
		           {"port", number(c, x->client.port)}));
	else if (!m->via.has_received && !missing)
		found(c, m, p, RULE_SIP_RPORT_RECEIVED,
		      .field = SLICE("sip.Via.received"), VALUE(m->via_value));
}

/* 18.2.2, RFC 3581 4: where a response over UDP goes. On a stream it goes back on the connection. */
static void
target(const struct checker *c, const struct message *m, const struct place *p)
{
	struct addr want;
	struct sip_param maddr;
	uint32_t port = m->via.has_port ? m->via.port : 5060;
	struct slice host = m->via.host;

	if (m->rec.carrier != CARRIER_UDP)
		return;
	if (sip_param_find(m->via.params, SLICE("maddr"), &maddr))
		host = maddr.value;
	else if (m->via.has_received && m->via.received.n != 0)
		host = m->via.received;
	if (m->via.has_received && m->via.has_rport && m->via.rport.n != 0)
		(void)parse_u32(m->via.rport, 65535, &port);
	/* rport without received: the port that was filled in is still the better guess. */
	else if (m->via.has_rport && m->via.rport.n != 0 && p->tx->has_rport)
		(void)parse_u32(m->via.rport, 65535, &port);
	if (!addr_parse(host, &want) || port == 0 || port > 65535)
		return;
	want.port = (uint16_t)port;
	if (addr_eq(&want, &m->rec.dst))
		return;
	/* Back to where the request came from is what works through NAT, and what servers do. */
	if (addr_eq(&m->rec.dst, &p->tx->client))
		return;
	found(c, m, p, RULE_SIP_RESPONSE_TARGET, .field = SLICE("sip.Via"),
	      VALUE(m->via_value),
	      ARGS({"target", address(c, &m->rec.dst)}, {"expected", address(c, &want)}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	struct sip_via asked;

	/* Of a request that was cut, all that is compared may be half. */
	if (p->tx->request.frame == 0 || p->tx->via.n == 0 || p->tx->to.n == 0)
		return;
	if (sip_via_dissect(p->tx->via, NULL, &asked) == DIS_OK) {
		if (!same_via(&asked, &m->via) || m->vias != p->tx->vias)
			found(c, m, p, RULE_SIP_RESPONSE_VIA, .field = SLICE("sip.Via"),
			      VALUE(m->via_value), EXPECTED(p->tx->via));
		else
			added(c, m, p, &asked);
	}
	target(c, m, p);
}

void
check_via(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h;
	struct slice rest, value;
	struct sip_via via;
	unsigned i;

	for (i = 0; (h = sip_find(&m->sip, SIP_VIA, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value)) {
			enum dis dis = message_via(m, value, &via);

			if (!parameters(c, m, p, &via, value) && dis != DIS_OK)
				found(c, m, p, RULE_SIP_VIA_INVALID,
				      .field = SLICE("sip.Via"), VALUE(value),
				      ARGS({"value", value}));
		}
	}
	if (m->via_dis != DIS_OK)
		return;
	if (m->request)
		request(c, m, p);
	else
		response(c, m, p);
}
