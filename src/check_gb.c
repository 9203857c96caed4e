/* GB/T 28181's addresses, keep-alives and answers: 2022 clauses 6.1.2, 9.3, 9.6 and Annex E. */
#include "src/check.h"

#include "dissect/deviceid.h"

/* Ten digits, or the centre code's eight; a name or an address is fine too. */
static void
domain(const struct checker *c, const struct message *m, const struct place *p,
       const struct party *x, const char *header)
{
	struct slice host = x->uri.host;

	if (slice_digits(host) && host.n != 10 && host.n != 8)
		found(c, m, p, RULE_GB_DOMAIN, .field = slice_str(header), VALUE(host),
		      EXPECTED(SLICE("10 digits")),
		      ARGS({"domain", host}, {"header", slice_str(header)},
		           {"digits", number(c, host.n)}));
}

static void
user(const struct checker *c, const struct message *m, const struct place *p,
     const struct party *x, const char *header)
{
	if (x->uri.user.n != 0 && !deviceid_is20(x->uri.user))
		found(c, m, p, RULE_GB_USER, .field = slice_str(header),
		      VALUE(x->uri.user), EXPECTED(SLICE("20 digits")),
		      ARGS({"user", x->uri.user}, {"header", slice_str(header)}));
}

static void
host(const struct checker *c, const struct message *m, const struct place *p,
     struct slice text, const char *header)
{
	const struct addr *src = &m->rec.src;
	enum severity severity = SEVERITY_OFF;
	struct addr a;
	const char *what;
	char source[ADDR_TEXT];

	if (!addr_parse(text, &a) || addr_ip_eq(&a, src))
		return;
	what = addr_unreachable(&a);
	/* Behind NAT a Contact is wrong; who sends rport as well is most often found by its source: RFC 3581. */
	if (what[0] == '\0' && header[0] == 'C' && addr_private(&a) &&
	    !addr_private(src) && addr_unreachable(src)[0] == '\0') {
		what = "a private address";
		severity = m->request && m->via.has_rport ? SEVERITY_NOTE : SEVERITY_OFF;
	}
	if (what[0] != '\0')
		found(c, m, p, RULE_GB_HOST, .severity = severity,
		      .field = slice_str(header), VALUE(text),
		      ARGS({"host", text}, {"header", slice_str(header)},
		           {"what", slice_str(what)},
		           {"source", arena_keep(c->scratch,
		                                 slice_str(addr_ip_text(src, source)))}));
}

/* A response repeats From and To of its request, so only what its sender wrote itself is looked at. */
static void
hosts(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTACT, 0);
	struct slice rest, value;
	struct sip_addr a;
	struct sip_uri u;

	if (m->vias != 1)
		return;
	if (m->request) {
		host(c, m, p, m->via.host, "Via");
		host(c, m, p, m->from.uri.host, "From");
	}
	rest = h ? h->value : SLICE_EMPTY;
	if (m->method != METHOD_REGISTER || m->request)
		while (sip_list_next(&rest, &value)) {
			(void)sip_addr_dissect(value, NULL, &a);
			if (sip_uri_dissect(a.uri, NULL, &u) == DIS_OK)
				host(c, m, p, u.host, "Contact");
		}
}

static void
keepalive(const struct checker *c, const struct message *m, const struct place *p)
{
	int64_t second = INT64_C(1000000000);
	const struct tx *x = p->tx;

	if (x->keepalives_lost >=
	    threshold_count(c->thresholds, THRESHOLD_KEEPALIVE_MISSES))
		found(
		    c, m, p, RULE_GB_KEEPALIVE_GAP,
		    ARGS({"seconds", number(c, (uint64_t)(x->keepalive_gap_ns / second))},
		         {"device", m->from.uri.user},
		         {"interval",
		          number(c, (uint64_t)((x->keepalive_interval_ns + second / 2) /
		                               second))},
		         {"lost", number(c, x->keepalives_lost)}));
	if (m->mans.m.DeviceID.n != 0 && !slice_eq(m->mans.m.DeviceID, m->from.uri.user))
		found(c, m, p, RULE_GB_KEEPALIVE_ID, .field = SLICE("/Notify/DeviceID"),
		      VALUE(m->mans.m.DeviceID), EXPECTED(m->from.uri.user),
		      ARGS({"id", m->mans.m.DeviceID}, {"user", m->from.uri.user}));
}

/* No refusal: the request comes again with credentials. */
static bool
is_challenge(const struct message *m, const struct place *p)
{
	return (m->sip.status == 401 || m->sip.status == 407) && p->tx->auths == NULL &&
	       sip_count(&m->sip, SIP_WWW_AUTHENTICATE) +
	               sip_count(&m->sip, SIP_PROXY_AUTHENTICATE) !=
	           0;
}

void
check_gb(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct kept_body *b = p->tx->body;

	hosts(c, m, p);
	if (m->request && m->method != METHOD_ACK) {
		domain(c, m, p, &m->from, "From");
		if (!slice_eq(m->to.uri.host, m->from.uri.host))
			domain(c, m, p, &m->to, "To");
		user(c, m, p, &m->from, "From");
		if (m->method != METHOD_REGISTER)
			user(c, m, p, &m->to, "To");
		if (p->tx->keepalive)
			keepalive(c, m, p);
		return;
	}
	/* Until 2016 the answers to SUBSCRIBE and NOTIFY had one: GB/T 28181-2016 9.11. */
	if (!m->request && m->manscdp &&
	    ((m->method != METHOD_SUBSCRIBE && m->method != METHOD_NOTIFY) ||
	     m->edition == EDITION_2022))
		found(c, m, p, RULE_MANSCDP_IN_RESPONSE,
		      ARGS({"status", number(c, m->sip.status)},
		           {"method", m->cseq.method}));
	if (!m->request && m->sip.status >= 300 && b != NULL && b->verdict != BODY_NONE &&
	    b->CmdType.n != 0 && m->method == METHOD_MESSAGE && !is_challenge(m, p))
		found(c, m, p, RULE_MANSCDP_REFUSED, .field = SLICE("sip.Status-Code"),
		      VALUE(m->sip.status_text),
		      ARGS({"root", b->root}, {"CmdType", b->CmdType}, {"SN", b->SN},
		           {"status", number(c, m->sip.status)}));
}
