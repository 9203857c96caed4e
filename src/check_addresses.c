/* From, To, Contact and their kin: RFC 3261 8.1.1, 20.10, 20.20, 20.39, 25.1. */
#include "src/call.h"
#include "src/check.h"

enum { PARAMS_LOOKED_AT = 32 }; /* of one value */

/* 7.3.1: a parameter name at most once in a value. The first one that stands twice. */
static bool
param_twice(struct slice params, struct slice *name)
{
	struct slice rest = params, names[PARAMS_LOOKED_AT];
	struct sip_param a;
	unsigned n, i;

	if (slice_index(params, ';') == params.n)
		return false; /* one alone */
	for (n = 0; n < PARAMS_LOOKED_AT && sip_param_next(&rest, &a); n++) {
		names[n] = a.name;
		for (i = 0; i < n && a.name.n != 0; i++)
			if (names[i].n == a.name.n && slice_ieq(names[i], a.name)) {
				*name = a.name;
				return true;
			}
	}
	return false;
}

static void
params(const struct checker *c, const struct message *m, const struct place *p,
       const char *header, struct slice text)
{
	struct slice name;

	if (param_twice(text, &name))
		found(c, m, p, RULE_SIP_PARAM_REPEATED, .field = slice_str(header),
		      VALUE(text), ARGS({"param", name}, {"header", slice_str(header)}));
}

/* 20.10, 20.20: a URI with a comma, question mark or semicolon is in <>. A semicolon outside begins
 * a header parameter: suspect only where it names a URI parameter. */
static bool
not_bracketed(const struct checker *c, const struct message *m, const struct place *p,
              const char *header, const struct sip_addr *a, struct slice value)
{
	static const char *const uri_params[] = {"transport", "lr",  "user",
	                                         "maddr",     "ttl", "method"};
	enum severity severity = SEVERITY_OFF; /* the rule's own */
	bool bad;
	size_t i;

	if (a->bracketed || a->star)
		return false;
	bad =
	    slice_index(a->uri, ',') != a->uri.n || slice_index(a->uri, '?') != a->uri.n;
	for (i = 0; !bad && i < sizeof(uri_params) / sizeof(uri_params[0]); i++)
		if (sip_param_count(a->params, slice_str(uri_params[i])) != 0) {
			bad = true;
			severity = SEVERITY_WARNING;
		}
	if (bad)
		found(c, m, p, RULE_SIP_NOT_BRACKETED, .severity = severity,
		      .field = slice_str(header), VALUE(value),
		      ARGS({"header", slice_str(header)}, {"value", value}));
	return bad;
}

/* Is the address right as a whole: grammar, and a URI that is one. */
static bool
address_ok(enum dis addr, enum dis uri)
{
	return addr == DIS_OK && (uri == DIS_OK || uri == DIS_OTHER);
}

static void
party(const struct checker *c, const struct message *m, const struct place *p,
      const struct party *x, enum sip_hdr id, enum rule invalid)
{
	const char *name = sip_header_infos[id].name;
	const struct sip_header *h = sip_find(&m->sip, id, 0);
	struct sip_param tag;

	if (h == NULL)
		return;
	if (!not_bracketed(c, m, p, name, &x->addr, h->value) &&
	    !address_ok(x->dis, x->uri_dis))
		found(c, m, p, invalid, .field = slice_str(name), VALUE(h->value),
		      ARGS({"value", h->value}));
	params(c, m, p, name, x->addr.params);
	if (sip_param_find(x->addr.params, SLICE("tag"), &tag) &&
	    (tag.quoted || !sip_token(tag.value)))
		found(c, m, p, RULE_SIP_TAG_INVALID, .field = slice_str(name),
		      VALUE(x->tag),
		      ARGS({"header", slice_str(name)}, {"value", x->tag}));
}

static void
tags(const struct checker *c, const struct message *m, const struct place *p)
{
	/* 8.1.1.3; an RFC 2543 peer had none: then a warning. */
	if (m->request && m->from.there && !m->from.has_tag)
		found(c, m, p, RULE_SIP_FROM_TAG,
		      .severity = slice_istarts(m->via.branch, SLICE("z9hG4bK"))
		                      ? SEVERITY_OFF
		                      : SEVERITY_WARNING,
		      .field = SLICE("sip.from.tag"));
	if (m->request && m->method == METHOD_REGISTER && m->to.has_tag)
		found(c, m, p, RULE_SIP_REGISTER_TO_TAG, .field = SLICE("sip.to.tag"),
		      VALUE(m->to.tag));
	else if (m->request && (p->facts & PLACE_NO_DIALOG) && m->method != METHOD_ACK &&
	         m->method != METHOD_CANCEL && !(p->call & CALL_TAG_CHANGED))
		found(c, m, p, RULE_SIP_TO_TAG_UNKNOWN, .field = SLICE("sip.to.tag"),
		      VALUE(m->to.tag), ARGS({"method", m->sip.method}));
	/* 8.2.6.2. A server of RFC 2543 may leave it out. */
	if (!m->request && m->sip.status > 100 && m->to.there && !m->to.has_tag)
		found(c, m, p, RULE_SIP_TO_TAG,
		      .severity = slice_istarts(m->via.branch, SLICE("z9hG4bK"))
		                      ? SEVERITY_OFF
		                      : SEVERITY_WARNING,
		      .field = SLICE("sip.to.tag"),
		      ARGS({"status", number(c, m->sip.status)}));
}

/* 25.1: q is 0 to 1 with three decimals at most. */
static bool
is_qvalue(struct slice q)
{
	struct slice whole = q, fraction = SLICE_EMPTY;
	size_t i;

	(void)slice_cut(q, '.', &whole, &fraction);
	if (!(slice_eq(whole, SLICE("0")) || slice_eq(whole, SLICE("1"))) ||
	    fraction.n > 3)
		return false;
	for (i = 0; i < fraction.n; i++)
		if (!ascii_digit(fraction.p[i]) ||
		    (whole.p[0] == '1' && fraction.p[i] != '0'))
			return false;
	return true;
}

static unsigned
contacts(const struct checker *c, const struct message *m, const struct place *p,
         bool *star, struct slice *not_sips)
{
	const struct sip_header *h;
	struct slice rest, value;
	struct sip_addr a;
	struct sip_uri uri;
	struct sip_param param;
	unsigned i, total = 0;
	uint32_t n;

	for (i = 0; (h = sip_find(&m->sip, SIP_CONTACT, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value)) {
			enum dis dis = sip_addr_dissect(value, NULL, &a),
			         uri_dis = DIS_OK;

			total++;
			*star |= a.star;
			if (a.star)
				continue;
			uri_dis = sip_uri_dissect(a.uri, NULL, &uri);
			check_uri(c, m, p, "Contact", a.uri, &uri);
			if (not_sips->n == 0 && !slice_ieq(uri.scheme, SLICE("sips")))
				*not_sips = a.uri;
			if (!not_bracketed(c, m, p, "Contact", &a, value) &&
			    !address_ok(dis, uri_dis))
				found(c, m, p, RULE_SIP_CONTACT_INVALID,
				      .field = SLICE("Contact"), VALUE(value),
				      ARGS({"value", value}));
			params(c, m, p, "Contact", a.params);
			if (sip_param_find(a.params, SLICE("q"), &param) &&
			    !is_qvalue(param.value))
				found(
				    c, m, p, RULE_SIP_CONTACT_PARAM,
				    .field = SLICE("Contact"), VALUE(param.value),
				    ARGS({"param", SLICE("q")}, {"value", param.value}));
			if (sip_param_find(a.params, SLICE("expires"), &param) &&
			    !parse_u32(param.value, UINT32_MAX, &n))
				found(c, m, p, RULE_SIP_CONTACT_PARAM,
				      .field = SLICE("Contact"), VALUE(param.value),
				      ARGS({"param", SLICE("expires")},
				           {"value", param.value}));
		}
	}
	return total;
}

static bool
is_sips(struct slice uri)
{
	return slice_istarts(uri, SLICE("sips:"));
}

/* 8.1.1.8 and 12.1.2: the Request-URI or the top Route is sips. 12.1.1: the Request-URI of the
 * request, or its top Record-Route, is. A REGISTER makes no dialog. */
static bool
wants_sips(const struct message *m, const struct place *p)
{
	const struct sip_header *route =
	    sip_find(&m->sip, m->request ? SIP_ROUTE : SIP_RECORD_ROUTE, 0);
	struct slice rest = route ? route->value : SLICE_EMPTY, value;
	struct sip_addr a = {.bracketed = false};

	if (m->method != METHOD_INVITE && m->method != METHOD_SUBSCRIBE &&
	    m->method != METHOD_REFER && m->method != METHOD_UPDATE &&
	    m->method != METHOD_NOTIFY)
		return false;
	if (!m->request && (m->sip.status < 200 || m->sip.status >= 300))
		return false;
	if (sip_list_next(&rest, &value))
		(void)sip_addr_dissect(value, NULL, &a);
	return is_sips(a.uri) || is_sips(m->request ? m->sip.uri : p->tx->uri);
}

static void
contact(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	struct slice not_sips = SLICE_EMPTY;
	bool star = false, zero;
	unsigned total = contacts(c, m, p, &star, &not_sips);
	bool initial = m->request && !m->to.has_tag, old;
	uint32_t n;

	/* 10.2.2 */
	zero = h != NULL && parse_u32(h->value, UINT32_MAX, &n) && n == 0;
	if (star && (!m->request || m->method != METHOD_REGISTER || total != 1 || !zero))
		found(c, m, p, RULE_SIP_CONTACT_STAR, .field = SLICE("Contact"));
	/* 8.1.1.8, RFC 3515 2.2, RFC 6665 4.1.2.1: only a request that can make a dialog. An INVITE of RFC 2543's
	 * time may lack it: RFC 2543 6.13. */
	old = total == 0 && m->method == METHOD_INVITE &&
	      !slice_istarts(m->via.branch, SLICE("z9hG4bK"));
	if (initial && total != 1 &&
	    (m->method == METHOD_INVITE || m->method == METHOD_SUBSCRIBE ||
	     m->method == METHOD_REFER))
		found(c, m, p, RULE_SIP_CONTACT_MISSING,
		      .severity = old ? SEVERITY_WARNING : SEVERITY_OFF,
		      .field = SLICE("Contact"),
		      ARGS({"method", m->sip.method}, {"contacts", number(c, total)}));
	if (!m->request && m->sip.status >= 200 && m->sip.status < 300 && total == 0 &&
	    (m->method == METHOD_INVITE || m->method == METHOD_SUBSCRIBE))
		found(c, m, p, RULE_SIP_CONTACT_2XX, .field = SLICE("Contact"),
		      ARGS({"status", number(c, m->sip.status)},
		           {"method", m->cseq.method}));
	if (not_sips.n != 0 && wants_sips(m, p))
		found(c, m, p, RULE_SIP_SIPS_CONTACT, .field = SLICE("Contact"),
		      VALUE(not_sips), ARGS({"value", not_sips}));
}

/* 20.30, 20.34: URIs in <>. */
static void
routes(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_ROUTE, SIP_RECORD_ROUTE};
	const struct sip_header *h;
	struct slice rest, value;
	struct sip_addr a;
	struct sip_uri uri;
	unsigned i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; (h = sip_find(&m->sip, ids[k], i)) != NULL; i++) {
			rest = h->value;
			while (sip_list_next(&rest, &value)) {
				enum dis dis = sip_addr_dissect(value, NULL, &a);

				if (address_ok(dis, sip_uri_dissect(a.uri, NULL, &uri)) &&
				    a.bracketed)
					continue;
				found(c, m, p, RULE_SIP_ROUTE_INVALID,
				      .field = header_name(ids[k]), VALUE(value),
				      ARGS({"header", header_name(ids[k])},
				           {"value", value}));
			}
		}
}

/* 7.3.1, in the other headers with parameters that somebody relies on. */
static void
other_params(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_EVENT, SIP_SUBSCRIPTION_STATE,
	                                   SIP_CONTENT_TYPE, SIP_SESSION_EXPIRES};
	const struct sip_header *h;
	struct slice rest, value, text;
	struct sip_via via;
	unsigned i;

	for (i = 0; (h = sip_find(&m->sip, SIP_VIA, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value)) {
			(void)message_via(m, value, &via);
			params(c, m, p, "Via", via.params);
		}
	}
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		h = sip_find(&m->sip, ids[i], 0);
		if (h != NULL && slice_cut(h->value, ';', &value, &text))
			params(c, m, p, sip_header_infos[ids[i]].name, text);
	}
}

void
check_addresses(const struct checker *c, const struct message *m, const struct place *p)
{
	party(c, m, p, &m->from, SIP_FROM, RULE_SIP_FROM_INVALID);
	party(c, m, p, &m->to, SIP_TO, RULE_SIP_TO_INVALID);
	tags(c, m, p);
	contact(c, m, p);
	routes(c, m, p);
	other_params(c, m, p);
}
