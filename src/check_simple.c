/* The methods that stand alone, MESSAGE (RFC 3428) and INFO (RFC 6086), and what holds of any message: the form of its
 * URIs, its size. */
#include "src/check.h"
#include "src/usage.h"

enum { UDP_MOST = 1300 }; /* octets: RFC 3261 18.1.1, RFC 3428 8 */

static void
message_request(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	uint32_t n;

	if (m->sip.first[SIP_CONTACT] != 0)
		found(c, m, p, RULE_SIP_MESSAGE_CONTACT,
		      .field = header_name(SIP_CONTACT));
	if (p->usage != NULL && (p->usage->facts & USAGE_PENDING))
		found(c, m, p, RULE_SIP_MESSAGE_PENDING, .field = SLICE("sip.r-uri"),
		      ARGS({"uri", m->sip.uri},
		           {"frame", number(c, p->usage->other.frame)}));
	if (h != NULL && m->sip.first[SIP_DATE] == 0 &&
	    parse_u32(h->value, UINT32_MAX, &n) && n != 0)
		found(c, m, p, RULE_SIP_MESSAGE_DATE, .field = header_name(SIP_DATE),
		      ARGS({"expires", h->value}));
}

/* RFC 3428 7. A MANSCDP body there has its own rule. */
static void
message_response(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice what = SLICE_EMPTY;
	enum severity severity = SEVERITY_OFF;

	if (m->sip.status / 100 != 2)
		return;
	if (m->body.n != 0 && !(m->manscdp && p->dialog->gb))
		what = SLICE("a body");
	else if (m->sip.first[SIP_CONTACT] != 0) {
		what = SLICE("a Contact");
		severity = p->dialog->gb ? SEVERITY_NOTE : SEVERITY_OFF;
	}
	if (what.n != 0)
		found(c, m, p, RULE_SIP_MESSAGE_2XX, .severity = severity,
		      ARGS({"status", number(c, m->sip.status)}, {"what", what}));
}

/* RFC 6086 4.2.1: only in a call. A To tag of no dialog has its own rule. */
static void
info_request(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *package = sip_find(&m->sip, SIP_INFO_PACKAGE, 0);
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTENT_DISPOSITION, 0);
	struct slice name, params;

	if ((m->to.there && m->to.tag.n == 0) ||
	    (p->dialog->kind == DIALOG_SUBSCRIPTION && p->dialog->start_seen))
		found(c, m, p, RULE_SIP_INFO_OUTSIDE, .field = SLICE("sip.to.tag"));
	if (m->sip.first[SIP_RECV_INFO] != 0)
		found(c, m, p, RULE_SIP_RECV_INFO, .field = header_name(SIP_RECV_INFO),
		      ARGS({"what", SLICE("an INFO")}));
	if (package == NULL)
		return;
	name = package->value;
	(void)slice_cut(package->value, ';', &name, &params);
	if (p->usage != NULL && (p->usage->facts & USAGE_INFO_PACKAGE))
		found(c, m, p, RULE_SIP_INFO_PACKAGE,
		      .field = header_name(SIP_INFO_PACKAGE), VALUE(package->value),
		      ARGS({"package", slice_trim(name)},
		           {"list", p->usage->text.n ? p->usage->text : SLICE("none")}));
	name = h ? h->value : SLICE_EMPTY;
	(void)slice_cut(name, ';', &name, &params);
	if (m->body.n != 0 && !slice_ieq(slice_trim(name), SLICE("info-package")) &&
	    !slice_istarts(m->content_type, SLICE("multipart/")))
		found(c, m, p, RULE_SIP_INFO_DISPOSITION,
		      .field = header_name(SIP_CONTENT_DISPOSITION),
		      ARGS({"value", name.n ? name : SLICE("none")}));
}

/* RFC 6086 5.2.3; a 469 has it always. */
static void
recv_info(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;

	if (m->sip.first[SIP_RECV_INFO] == 0 || m->sip.status == 469 ||
	    x->request.frame == 0 || x->cut || (x->asked && x->asked->unknown) ||
	    (x->asked && x->asked->has_recv_info))
		return;
	found(c, m, p, RULE_SIP_RECV_INFO, .field = header_name(SIP_RECV_INFO),
	      ARGS({"what", SLICE("the response to a request that has none")}));
}

/* RFC 3428 8 for MESSAGE, RFC 3261 18.1.1 for all else. */
static void
size(const struct checker *c, const struct message *m, const struct place *p)
{
	uint64_t octets = m->sip.head.n + (uint64_t)m->body.n + m->missing;

	if (octets <= UDP_MOST)
		return;
	/* GB/T 28181 sends what is large over TCP, and asks for nothing more. */
	if (m->method == METHOD_MESSAGE && m->to.tag.n == 0 &&
	    !(p->dialog->gb && m->rec.carrier != CARRIER_UDP))
		found(c, m, p, RULE_SIP_MESSAGE_LARGE, ARGS({"size", number(c, octets)}));
	else if (m->method != METHOD_MESSAGE && m->rec.carrier == CARRIER_UDP)
		found(c, m, p, RULE_SIP_UDP_LARGE, ARGS({"size", number(c, octets)}));
}

void
check_odd_uri(const struct checker *c, const struct message *m, const struct place *p,
              const char *header, struct slice text, const struct sip_uri *u)
{
	struct slice name, field;

	if (!u->sip)
		return;
	name = slice_str(header);
	field = text.p == m->sip.uri.p ? SLICE("sip.r-uri") : name;
	if (u->has_password)
		found(c, m, p, RULE_SIP_URI_PASSWORD, .field = field,
		      ARGS({"header", name}));
	else
		found(c, m, p, RULE_SIP_URI_USER, .field = field, VALUE(text),
		      ARGS({"header", name}, {"uri", text}));
}

/* 19.1.1 Table 1. Of a URI with a port, parameters or headers. */
static void
party_parts(const struct checker *c, const struct message *m, const struct place *p,
            const char *header, const struct party *x)
{
	static const char *const names[] = {"transport", "maddr", "ttl", "lr", "method"};
	struct slice what = SLICE_EMPTY;
	size_t i;

	if (x->uri.has_port)
		what = SLICE("a port");
	else if (x->uri.headers.n != 0)
		what = SLICE("headers");
	for (i = 0; what.n == 0 && i < sizeof(names) / sizeof(names[0]); i++)
		if (sip_param_count(x->uri.params, slice_str(names[i])) != 0)
			what = slice_str(names[i]);
	if (what.n != 0)
		found(c, m, p, RULE_SIP_URI_PARAMS, .field = slice_str(header),
		      VALUE(x->addr.uri),
		      ARGS({"header", slice_str(header)}, {"what", what},
		           {"uri", x->addr.uri}));
}

static inline bool
has_parts(const struct sip_uri *u)
{
	return u->sip && (u->has_port || u->params.n != 0 || u->headers.n != 0);
}

/* A response repeats From and To of its request. */
static void
uris(const struct checker *c, const struct message *m, const struct place *p)
{
	check_uri(c, m, p, "Request-URI", m->sip.uri, &m->uri);
	check_uri(c, m, p, "From", m->from.addr.uri, &m->from.uri);
	check_uri(c, m, p, "To", m->to.addr.uri, &m->to.uri);
	if (has_parts(&m->from.uri))
		party_parts(c, m, p, "From", &m->from);
	if (has_parts(&m->to.uri))
		party_parts(c, m, p, "To", &m->to);
}

void
check_simple(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->sip.skipped != 0)
		found(c, m, p, RULE_SIP_CRLF_BEFORE,
		      ARGS({"octets", number(c, m->sip.skipped)}));
	if (!m->request) {
		if (m->method == METHOD_MESSAGE)
			message_response(c, m, p);
		recv_info(c, m, p);
		return;
	}
	uris(c, m, p);
	size(c, m, p);
	if (m->method == METHOD_MESSAGE)
		message_request(c, m, p);
	else if (m->method == METHOD_INFO)
		info_request(c, m, p);
}
