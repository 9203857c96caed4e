/* Registrations: RFC 3261 10, GB/T 28181-2022 9.1. */
#include "src/check.h"

#include <stdio.h>

/* A request of the same kind was sent just before, and challenged: what is to be said of it was said. A challenge
 * that is older than the registration belongs to that one. */
static bool
is_retry(const struct place *p)
{
	return p->tx->auths != NULL && p->dialog->challenge.n != 0 &&
	       p->dialog->challenge_ref.time_ns > p->dialog->granted_ns;
}

static struct slice
or_more(const struct checker *c, uint64_t least)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "%llu or more", (unsigned long long)least);

	return arena_keep(c->scratch, slice_of(text, (size_t)n));
}

static void
request(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	const struct dialog *d = p->dialog;
	int64_t second = INT64_C(1000000000), lapse;
	uint64_t least =
	    (uint64_t)(threshold_ns(c->thresholds, THRESHOLD_REGISTRATION_LEAST) /
	               second);

	if (m->uri.sip &&
	    (m->uri.has_user || slice_index(m->sip.uri, '@') != m->sip.uri.n))
		found(c, m, p, RULE_REGISTER_URI_USER, .field = SLICE("sip.r-uri.user"),
		      VALUE(m->sip.uri), ARGS({"uri", m->sip.uri}));
	if (m->to.there && (m->to.uri_dis == DIS_OK || m->to.uri_dis == DIS_OTHER) &&
	    !m->to.uri.sip)
		found(c, m, p, RULE_REGISTER_TO_SCHEME, .field = SLICE("sip.to.addr"),
		      VALUE(m->to.addr.uri), ARGS({"value", m->to.addr.uri}));
	if (m->to.uri.sip && m->from.uri.sip && m->to.uri.user.n != 0 &&
	    (!slice_eq(m->to.uri.user, m->from.uri.user) ||
	     !slice_ieq(m->to.uri.host, m->from.uri.host)))
		found(c, m, p, RULE_REGISTER_THIRD_PARTY, .field = SLICE("sip.to.addr"),
		      VALUE(m->to.addr.uri),
		      ARGS({"to", m->to.addr.uri}, {"from", m->from.addr.uri}));
	/* Credentials for a challenge that the capture lacks: the answer came. */
	if ((p->facts & PLACE_OPEN_REGISTER) && x->has_contact && x->auths == NULL)
		found(c, m, p, RULE_REGISTER_OVERLAP,
		      ARGS({"frame", number(c, p->other.frame)}));
	if (p->facts & PLACE_REGISTERED_ELSEWHERE)
		found(c, m, p, RULE_REGISTER_CALL_ID, .field = SLICE("sip.Call-ID"),
		      VALUE(m->call_id), ARGS({"user", m->to.uri.user}));
	if (x->logout && !is_retry(p))
		found(c, m, p, RULE_REGISTER_LOGOUT, .field = SLICE("sip.Expires"),
		      ARGS({"user", m->to.uri.user}));
	else if (!x->logout && x->has_expires && x->expires < least)
		found(c, m, p, RULE_REGISTER_EXPIRES_SHORT, .field = SLICE("sip.Expires"),
		      VALUE(number(c, x->expires)), EXPECTED(or_more(c, least)),
		      ARGS({"asked", number(c, x->expires)}));
	/* 10.2.4: the refresh comes before the binding ends. */
	if (d->granted != 0 && d->state == STATE_CONFIRMED && !x->logout &&
	    !is_retry(p)) {
		lapse = m->rec.time_ns - d->granted_ns;
		if (lapse > (int64_t)d->granted * second +
		                threshold_ns(c->thresholds, THRESHOLD_REGISTRATION_GRACE))
			found(c, m, p, RULE_REGISTER_LAPSED,
			      ARGS({"user", m->to.uri.user},
			           {"seconds",
			            number(c, (uint64_t)(lapse / second) - d->granted)}));
	}
}

/* What a 2xx to REGISTER says of the bindings: 10.3 step 8. */
static void
bindings(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h, *e = sip_find(&m->sip, SIP_EXPIRES, 0);
	struct slice rest, value;
	struct sip_addr a;
	struct sip_param expires;
	unsigned i, total = 0, bare = 0;
	uint32_t n, longest = 0, only = 0;

	for (i = 0; (h = sip_find(&m->sip, SIP_CONTACT, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value)) {
			total++;
			(void)sip_addr_dissect(value, NULL, &a);
			if (!sip_param_find(a.params, SLICE("expires"), &expires))
				bare++;
			else if (!parse_u32(expires.value, UINT32_MAX, &n))
				continue;
			else if (slice_eq(a.uri, p->tx->contact) && n > longest)
				longest = n;
			else
				only = n;
		}
	}
	if (p->tx->logout)
		return;
	if (p->tx->has_contact && total == 0)
		found(c, m, p, RULE_REGISTER_CONTACT, .field = SLICE("sip.Contact"),
		      ARGS({"status", number(c, m->sip.status)},
		           {"what", e ? SLICE("lists no Contact")
		                      : SLICE("lists no Contact and has no Expires")}));
	else if (bare != 0)
		found(
		    c, m, p, RULE_REGISTER_CONTACT,
		    .severity = e && p->dialog->gb ? SEVERITY_NOTE : SEVERITY_OFF,
		    .field = SLICE("sip.Contact"),
		    ARGS(
		        {"status", number(c, m->sip.status)},
		        {"what",
		         e ? SLICE(
		                 "has a Contact without expires; the Expires header tells it")
		           : SLICE("has a Contact without expires, and no Expires")}));
	/* A registrar may print the address that it saw in place of the one it was told. */
	if (longest == 0 && total == 1)
		longest = only;
	if (longest == 0 && e != NULL)
		(void)parse_u32(e->value, UINT32_MAX, &longest);
	if (p->tx->has_expires && longest > p->tx->expires)
		found(c, m, p, RULE_REGISTER_EXPIRES_LONGER,
		      .field = SLICE("sip.Expires"), VALUE(number(c, longest)),
		      ARGS({"granted", number(c, longest)},
		           {"asked", number(c, p->tx->expires)}));
	if (sip_find(&m->sip, SIP_DATE, 0) == NULL)
		found(c, m, p, RULE_REGISTER_DATE, .field = SLICE("sip.Date"),
		      ARGS({"status", number(c, m->sip.status)}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	uint32_t status = m->sip.status;

	if (status >= 200 && status < 300 && x->request.frame != 0)
		bindings(c, m, p);
	if (status == 423) {
		if (sip_find(&m->sip, SIP_MIN_EXPIRES, 0) == NULL)
			found(c, m, p, RULE_REGISTER_423,
			      .field = SLICE("sip.Min-Expires"));
		if (x->has_expires && (x->expires == 0 || x->expires >= 3600))
			found(c, m, p, RULE_REGISTER_423_WRONG,
			      ARGS({"asked", number(c, x->expires)}));
	}
	if (status >= 600)
		found(c, m, p, RULE_REGISTER_6XX, .field = SLICE("sip.Status-Code"),
		      ARGS({"status", number(c, status)}, {"what", SLICE("answers")}));
	if (sip_find(&m->sip, SIP_RECORD_ROUTE, 0) != NULL)
		found(c, m, p, RULE_REGISTER_6XX, .field = SLICE("Record-Route"),
		      ARGS({"status", number(c, status)},
		           {"what", SLICE("adds Record-Route to its")}));
}

void
check_register(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->method != METHOD_REGISTER)
		return;
	if (m->request)
		request(c, m, p);
	else
		response(c, m, p);
}
