/* SUBSCRIBE, NOTIFY and REFER: RFC 6665, RFC 3265, RFC 3515. */
#include "src/check.h"
#include "src/usage.h"

/* What stands before the first ';'. */
static struct slice
first_part(struct slice value, struct slice *params)
{
	struct slice part = value;

	*params = SLICE_EMPTY;
	(void)slice_cut(value, ';', &part, params);
	return slice_trim(part);
}

static void
subscribe(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EVENT, 0);
	struct slice params;
	const char *what = h == NULL ? "has no Event" : NULL;

	if (h != NULL && !sip_token(first_part(h->value, &params)))
		what = "has an Event that is no token";
	if (what != NULL)
		found(c, m, p, RULE_SIP_SUBSCRIBE_EVENT, .field = header_name(SIP_EVENT),
		      VALUE(h ? h->value : SLICE_EMPTY), ARGS({"what", slice_str(what)}));
}

/* The default body of a package, where it is registered and told by its RFC. */
static struct slice
default_type(struct slice package)
{
	static const struct {
		const char *package, *type;
	} rows[] = {
	    {"conference", "application/conference-info+xml"},
	    {"dialog", "application/dialog-info+xml"},
	    {"message-summary", "application/simple-message-summary"},
	    {"presence", "application/pidf+xml"},
	    {"presence.winfo", "application/watcherinfo+xml"},
	    {"reg", "application/reginfo+xml"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_eq(package, slice_str(rows[i].package)))
			return slice_str(rows[i].type);
	return SLICE_EMPTY;
}

/* Does a range of Accept take this type? */
static bool
takes(struct slice accept, struct slice type)
{
	struct slice value, params, range, major, minor, type_major, type_minor;

	while (sip_list_next(&accept, &value)) {
		range = first_part(value, &params);
		if (slice_ieq(range, type) || slice_eq(range, SLICE("*/*")))
			return true;
		if (slice_cut(range, '/', &major, &minor) &&
		    slice_eq(slice_trim(minor), SLICE("*")) &&
		    slice_cut(type, '/', &type_major, &type_minor) &&
		    slice_ieq(slice_trim(major), slice_trim(type_major)))
			return true;
	}
	return false;
}

/* RFC 6665 3.2.1. GB/T 28181 has its own bodies for `presence`. */
static void
body_type(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct subscription *s = p->usage ? p->usage->subscription : NULL;
	struct slice want;

	if (s == NULL || !s->accept_known || s->refer || m->body.n == 0 ||
	    m->content_type.n == 0 || m->manscdp ||
	    slice_istarts(m->content_type, SLICE("multipart/")))
		return;
	want = s->has_accept ? s->accept : default_type(s->event);
	if ((!s->has_accept && want.n == 0) || takes(want, m->content_type))
		return;
	found(c, m, p, RULE_SIP_NOTIFY_TYPE, .field = header_name(SIP_CONTENT_TYPE),
	      VALUE(m->content_type), EXPECTED(want),
	      ARGS({"type", m->content_type},
	           {"expected", want.n != 0 ? want : SLICE("none")}));
}

/* "SIP/2.0 200 OK": the status, or 0. */
static uint32_t
sipfrag_status(struct slice body)
{
	uint32_t status = 0;
	struct slice digits = slice_head(slice_tail(body, 8), 3);

	if (!slice_istarts(body, SLICE("SIP/2.0 ")) || digits.n != 3 ||
	    !parse_u32(digits, 699, &status) || status < 100)
		return 0;
	return status;
}

static void
refer_notify(const struct checker *c, const struct message *m, const struct place *p,
             struct slice state, struct slice params)
{
	struct slice what = SLICE_EMPTY, media, rest;
	struct sip_param reason = {.has_value = false};
	uint32_t status = sipfrag_status(m->body);
	bool ended = slice_ieq(state, SLICE("terminated"));

	(void)sip_param_find(params, SLICE("reason"), &reason);
	media = first_part(m->content_type, &rest);
	/* Without a body it may be the end of a subscription that failed. */
	if (m->body.n == 0 && m->missing == 0 && !ended)
		what = SLICE("has no body");
	else if (m->body.n != 0 && !slice_ieq(media, SLICE("message/sipfrag")))
		what = SLICE("has another body than message/sipfrag");
	else if (m->body.n != 0 && status == 0 && body_whole(m))
		what = SLICE("has a body that begins with no status line");
	if (what.n != 0)
		found(c, m, p, RULE_SIP_REFER_BODY,
		      .field = header_name(SIP_CONTENT_TYPE), VALUE(m->content_type),
		      ARGS({"what", what}));
	else if (status >= 200 && ended && !slice_ieq(reason.value, SLICE("noresource")))
		found(
		    c, m, p, RULE_SIP_REFER_END,
		    .field = header_name(SIP_SUBSCRIPTION_STATE),
		    ARGS({"state", reason.value.n ? reason.value
		                                  : SLICE("terminated without reason")}));
}

static void
subscription_state(const struct checker *c, const struct message *m,
                   const struct place *p, const struct sip_header *h)
{
	struct slice params, state = first_part(h ? h->value : SLICE_EMPTY, &params);
	struct slice field = header_name(SIP_SUBSCRIPTION_STATE);
	const struct sip_header *event = sip_find(&m->sip, SIP_EVENT, 0);
	struct sip_param expires, reason = {.has_value = false};
	bool runs =
	    slice_ieq(state, SLICE("active")) || slice_ieq(state, SLICE("pending"));
	bool ended = slice_ieq(state, SLICE("terminated"));
	struct slice rest;

	if (h == NULL) {
		found(c, m, p, RULE_SIP_SUBSCRIPTION_STATE, .field = field,
		      ARGS({"what", SLICE("the NOTIFY has no Subscription-State")}));
	} else if (!runs && !ended) {
		found(c, m, p, RULE_SIP_SUBSCRIPTION_STATE, .field = field,
		      VALUE(h->value), EXPECTED(SLICE("active, pending or terminated")),
		      ARGS({"what", SLICE("Subscription-State is neither active, nor "
		                          "pending, nor terminated")}));
	} else if (runs && !sip_param_find(params, SLICE("expires"), &expires)) {
		found(c, m, p, RULE_SIP_NOTIFY_EXPIRES, .field = field, VALUE(h->value),
		      ARGS({"state", state}));
	} else if (ended && p->usage != NULL && (p->usage->facts & USAGE_LEAVING)) {
		(void)sip_param_find(params, SLICE("reason"), &reason);
		if (!slice_ieq(reason.value, SLICE("timeout")))
			found(
			    c, m, p, RULE_SIP_UNSUBSCRIBE, .severity = SEVERITY_NOTE,
			    .field = field, VALUE(h->value),
			    EXPECTED(SLICE("terminated;reason=timeout")),
			    ARGS(
			        {"what",
			         SLICE(
			             "the NOTIFY gives another reason than timeout after")}));
	}
	if (event != NULL && slice_eq(first_part(event->value, &rest), SLICE("refer")))
		refer_notify(c, m, p, state, params);
}

static struct slice
reported(const struct place *p)
{
	return p->usage->subscription ? p->usage->subscription->event : SLICE_EMPTY;
}

static void
notify(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *state = sip_find(&m->sip, SIP_SUBSCRIPTION_STATE, 0);
	const struct sip_header *event = sip_find(&m->sip, SIP_EVENT, 0);
	unsigned facts = p->usage ? p->usage->facts : 0;
	struct slice params;
	struct sip_param expires;

	if (event == NULL)
		found(c, m, p, RULE_SIP_NOTIFY_EVENT, .field = header_name(SIP_EVENT));
	else if (facts & USAGE_EVENT)
		found(c, m, p, RULE_SIP_NOTIFY_EVENT_DIFFERS,
		      .field = header_name(SIP_EVENT), VALUE(event->value),
		      EXPECTED(p->usage->text),
		      ARGS({"event", event->value}, {"subscribed", p->usage->text}));
	subscription_state(c, m, p, state);
	if ((facts & USAGE_LONGER) && state != NULL) {
		(void)first_part(state->value, &params);
		(void)sip_param_find(params, SLICE("expires"), &expires);
		found(c, m, p, RULE_SIP_NOTIFY_LONGER,
		      .field = header_name(SIP_SUBSCRIPTION_STATE), VALUE(state->value),
		      ARGS({"value", expires.value},
		           {"left", number(c, p->usage->number)}));
	}
	if (p->facts & PLACE_NOTIFY_FORK)
		found(c, m, p, RULE_SIP_NOTIFY_FORK, .field = SLICE("sip.from.tag"),
		      VALUE(m->from.tag), ARGS({"tag", m->from.tag}));
	if (p->facts & PLACE_NOTIFY_TAG)
		found(c, m, p, RULE_SIP_NOTIFY_TAG, .field = SLICE("sip.to.tag"),
		      VALUE(m->to.tag), ARGS({"tag", m->to.tag}));
	body_type(c, m, p);
}

static void
late(const struct checker *c, const struct message *m, const struct place *p)
{
	if (p->usage != NULL && (p->usage->facts & USAGE_LATE))
		found(c, m, p, RULE_SIP_SUBSCRIPTION_EXPIRED,
		      ARGS({"what", m->sip.method},
		           {"seconds", number(c, p->usage->number)},
		           {"event", reported(p)}));
}

static void
refer(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h;
	struct slice rest, value;
	unsigned i, total = 0;

	for (i = 0; (h = sip_find(&m->sip, SIP_REFER_TO, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value))
			total += value.n != 0;
	}
	/* Several lines have their own rule. */
	if (total == 0 || (total > 1 && i == 1))
		found(c, m, p, RULE_SIP_REFER_TO, .field = header_name(SIP_REFER_TO),
		      ARGS({"refers", number(c, total)}));
}

/* The 2xx to a SUBSCRIBE. */
static void
granted(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	const struct tx *x = p->tx;
	uint32_t n;

	if (h == NULL)
		found(c, m, p, RULE_SIP_SUBSCRIBE_EXPIRES,
		      .field = header_name(SIP_EXPIRES),
		      ARGS({"status", number(c, m->sip.status)}));
	else if (x->request.frame != 0 && x->has_expires &&
	         parse_u32(h->value, UINT32_MAX, &n) && n > x->expires)
		found(c, m, p, RULE_SIP_SUBSCRIBE_LONGER,
		      .field = header_name(SIP_EXPIRES), VALUE(h->value),
		      EXPECTED(number(c, x->expires)),
		      ARGS({"granted", h->value}, {"asked", number(c, x->expires)}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	uint32_t status = m->sip.status;

	if (m->method == METHOD_SUBSCRIBE && status / 100 == 2)
		granted(c, m, p);
	if (status == 202 && m->method != METHOD_REFER)
		found(c, m, p, RULE_SIP_SUBSCRIBE_202, .field = SLICE("sip.Status-Code"),
		      ARGS({"method", m->cseq.method}));
	if (status == 489 && sip_find(&m->sip, SIP_ALLOW_EVENTS, 0) == NULL)
		found(c, m, p, RULE_SIP_489, .field = header_name(SIP_ALLOW_EVENTS));
	if (m->method == METHOD_NOTIFY && status / 100 == 2 && p->usage != NULL &&
	    (p->usage->facts & USAGE_ORPHAN))
		found(c, m, p, RULE_SIP_NOTIFY_ORPHAN, .field = SLICE("sip.Status-Code"),
		      ARGS({"status", number(c, status)}));
}

void
check_subscription(const struct checker *c, const struct message *m,
                   const struct place *p)
{
	if (m->method != METHOD_SUBSCRIBE && m->method != METHOD_NOTIFY &&
	    m->method != METHOD_REFER)
		return;
	if (!m->request) {
		response(c, m, p);
		return;
	}
	if (m->method == METHOD_SUBSCRIBE)
		subscribe(c, m, p);
	else if (m->method == METHOD_NOTIFY)
		notify(c, m, p);
	else
		refer(c, m, p);
	late(c, m, p);
}

/* Would a NOTIFY pass here? It goes to the Contact of the request. */
static bool
passes_here(const struct tx *x)
{
	char text[ADDR_TEXT];
	struct addr client = x->client;
	struct sip_uri u;

	client.port = 0;
	(void)sip_uri_dissect(x->contact, NULL, &u);
	return slice_eq(u.host, slice_str(addr_text(&client, text)));
}

static void
tx_ended(const struct checker *c, const struct tracker_event *e)
{
	const struct tx *x = e->tx;
	const struct usage_note *n = e->place.usage;
	struct finding f = {.rule = RULE_SIP_NOTIFY_NOT_SENT};

	if (n == NULL || !(n->facts & (USAGE_NO_NOTIFY | USAGE_NO_END)))
		return;
	if (!e->direction_seen || !passes_here(x))
		f.severity = SEVERITY_NOTE;
	f.args[0] = (struct finding_arg){"status", number(c, x->status)};
	f.args[1] = (struct finding_arg){"method", x->method_name};
	if (n->facts & USAGE_NO_END) {
		f.rule = RULE_SIP_UNSUBSCRIBE;
		f.args[0] = (struct finding_arg){
		    "what", SLICE("no NOTIFY with terminated followed")};
		f.args[1] = (struct finding_arg){NULL, SLICE_EMPTY};
	}
	found_at(c, x->dialog, x->id, &x->request, &f);
}

static void
dialog_ended(const struct checker *c, const struct tracker_event *e)
{
	const struct usage_note *n = e->place.usage;
	struct finding f = {.rule = RULE_SIP_SUBSCRIPTION_EXPIRED};

	if (n == NULL || !(n->facts & USAGE_EXPIRED) || n->subscription == NULL)
		return;
	f.args[0] =
	    (struct finding_arg){"what", SLICE("neither refresh nor NOTIFY came")};
	f.args[1] = (struct finding_arg){"seconds", number(c, n->number)};
	f.args[2] = (struct finding_arg){"event", n->subscription->event};
	found_at(c, e->dialog, 0, &e->dialog->last, &f);
}

void
check_subscription_ended(const struct checker *c, const struct tracker_event *e)
{
	if (e->kind == TRACKER_TX)
		tx_ended(c, e);
	else if (e->kind == TRACKER_DIALOG)
		dialog_ended(c, e);
}
