/* Inside a call: reliable provisional responses (RFC 3262), UPDATE (RFC 3311), session timers (RFC 4028). */
#include "src/check.h"
#include "src/usage.h"

enum { SESSION_LEAST = 90 }; /* seconds: RFC 4028 4 */

static void
reliable_form(const struct checker *c, const struct message *m, const struct place *p,
              const struct sip_header *rseq, bool required)
{
	struct slice what = SLICE_EMPTY;
	uint32_t n;

	if (rseq == NULL)
		what = SLICE("the response requires 100rel and has no RSeq");
	else if (!required)
		what = SLICE("the response has RSeq, but does not require 100rel");
	else if (!parse_u32(rseq->value, UINT32_MAX, &n) || n == 0)
		what = SLICE("RSeq is no number from 1 on");
	if (what.n != 0)
		found(c, m, p, RULE_SIP_RSEQ, .field = header_name(SIP_RSEQ),
		      VALUE(rseq ? rseq->value : SLICE_EMPTY), ARGS({"what", what}));
}

/* RFC 3262 3: to what, and when, a provisional response may be reliable. */
static void
reliable(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *rseq = sip_find(&m->sip, SIP_RSEQ, 0);
	const struct asked *k = p->tx->asked;
	bool required = header_has(m, SIP_REQUIRE, SLICE("100rel"));
	struct slice tag = SLICE("100rel"), what = SLICE_EMPTY;

	if (rseq == NULL && !required) {
		if (m->method == METHOD_INVITE && m->sip.status > 100 &&
		    request_known(p->tx) && k != NULL && list_has(k->require, tag))
			found(c, m, p, RULE_SIP_RELIABLE_REQUIRED,
			      .field = header_name(SIP_RSEQ),
			      ARGS({"status", number(c, m->sip.status)}));
		return;
	}
	reliable_form(c, m, p, rseq, required);
	if (m->method != METHOD_INVITE)
		what = SLICE("which is no INVITE");
	else if (m->sip.status == 100)
		what = SLICE("which goes one hop only");
	else if (request_known(p->tx) && (k == NULL || (!list_has(k->require, tag) &&
	                                                !list_has(k->supported, tag))))
		what = SLICE("which does not list 100rel in Supported or Require");
	if (what.n != 0)
		found(c, m, p, RULE_SIP_RELIABLE_OFFERED, .field = header_name(SIP_RSEQ),
		      ARGS({"status", number(c, m->sip.status)},
		           {"method", m->cseq.method}, {"what", what}));
	if (usage_facts(p) & USAGE_RSEQ)
		found(
		    c, m, p, RULE_SIP_RSEQ_STEP, .field = header_name(SIP_RSEQ),
		    VALUE(rseq->value), EXPECTED(number(c, p->usage->number + 1u)),
		    ARGS({"rseq", rseq->value}, {"before", number(c, p->usage->number)}));
	if (usage_facts(p) & USAGE_SECOND)
		found(c, m, p, RULE_SIP_RELIABLE_SECOND, .field = header_name(SIP_RSEQ),
		      VALUE(rseq->value),
		      ARGS({"rseq", rseq->value},
		           {"frame", number(c, p->usage->other.frame)}));
}

static void
prack(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_RACK, 0);
	struct slice what = SLICE_EMPTY;
	struct rack r;

	if (h == NULL)
		what = SLICE("the PRACK has no RAck");
	else if (!rack_read(h->value, &r) || r.rseq == 0)
		what = SLICE("RAck is not two numbers and a method");
	else if (usage_facts(p) & USAGE_RACK)
		what = SLICE("RAck is that of no reliable response in this call");
	if (what.n != 0)
		found(c, m, p, RULE_SIP_RACK, .field = header_name(SIP_RACK),
		      VALUE(h ? h->value : SLICE_EMPTY), ARGS({"what", what}));
}

static void
prack_response(const struct checker *c, const struct message *m, const struct place *p)
{
	uint32_t status = m->sip.status;
	bool ok = status / 100 == 2;
	struct slice what = SLICE_EMPTY;

	if (status < 200)
		return;
	/* Challenged, or too late for a call that is over. */
	if ((usage_facts(p) & USAGE_MATCHED) && status >= 300 && status != 401 &&
	    status != 407 && status != 408 && p->dialog->state != STATE_TERMINATED)
		what = SLICE("a waiting response");
	else if ((usage_facts(p) & USAGE_UNMATCHED) && ok && p->dialog->start_seen)
		what = SLICE("none");
	if (what.n != 0)
		found(c, m, p, RULE_SIP_PRACK_ANSWER, .field = SLICE("sip.Status-Code"),
		      ARGS({"status", number(c, status)}, {"what", what}));
	if ((usage_facts(p) & USAGE_OFFER) && ok && m->body.n == 0 && m->missing == 0)
		found(c, m, p, RULE_SIP_PRACK_OFFER, ARGS({"status", number(c, status)}));
}

static void
update_response(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_RETRY_AFTER, 0);
	uint32_t n, status = m->sip.status;
	struct slice what = SLICE_EMPTY;
	bool ok = status / 100 == 2;

	if (usage_facts(p) & USAGE_UPDATE_OVER) {
		bool late = status == 500 &&
		            (h == NULL ||
		             (parse_u32(slice_trim(h->value), UINT32_MAX, &n) && n > 10));

		if (ok)
			what = SLICE("the one before has no answer");
		else if (late)
			what = SLICE("without Retry-After from 0 to 10, the one before "
			             "has no answer");
	} else if ((usage_facts(p) & USAGE_UPDATE_CROSS) && ok) {
		what = SLICE("the own offer has no answer");
	}
	if (what.n != 0)
		found(c, m, p, RULE_SIP_UPDATE_OVERLAP, .field = SLICE("sip.Status-Code"),
		      ARGS({"status", number(c, status)}, {"what", what},
		           {"frame", number(c, p->usage->other.frame)}));
}

/* The seconds of Session-Expires or Min-SE: RFC 4028 4, 5. False: none that count. */
static bool
seconds_of(const struct checker *c, const struct message *m, const struct place *p,
           enum sip_hdr id, uint32_t *out)
{
	const struct sip_header *h = sip_find(&m->sip, id, 0);
	struct slice value, params;
	bool ok;

	if (h == NULL)
		return false;
	value = h->value;
	(void)slice_cut(h->value, ';', &value, &params);
	ok = parse_u32(slice_trim(value), UINT32_MAX, out);
	if (ok && *out >= SESSION_LEAST)
		return true;
	if (m->request || id == SIP_SESSION_EXPIRES)
		found(c, m, p, RULE_SIP_SESSION_EXPIRES, .field = header_name(id),
		      VALUE(h->value), EXPECTED(SLICE("90 or more")),
		      ARGS({"header", header_name(id)}, {"value", h->value},
		           {"expected", SLICE("90 seconds or more")}));
	return false;
}

static void
timer_request(const struct checker *c, const struct message *m, const struct place *p)
{
	uint32_t expires, least;
	bool has_least = seconds_of(c, m, p, SIP_MIN_SE, &least);

	if (seconds_of(c, m, p, SIP_SESSION_EXPIRES, &expires) && has_least &&
	    expires < least)
		found(c, m, p, RULE_SIP_SESSION_EXPIRES,
		      .field = header_name(SIP_SESSION_EXPIRES),
		      VALUE(number(c, expires)), EXPECTED(number(c, least)),
		      ARGS({"header", header_name(SIP_SESSION_EXPIRES)},
		           {"value", number(c, expires)},
		           {"expected", SLICE("at least Min-SE")}));
}

/* RFC 4028 9: who refreshes. */
static void
refresher(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_SESSION_EXPIRES, 0);
	struct slice value, params = SLICE_EMPTY, what = SLICE_EMPTY, asked = SLICE_EMPTY;
	struct sip_param who = {.has_value = false};

	if (p->tx->asked != NULL)
		asked = p->tx->asked->refresher;
	(void)slice_cut(h->value, ';', &value, &params);
	if (!sip_param_find(params, SLICE("refresher"), &who))
		what = SLICE("has no refresher");
	else if (!slice_ieq(who.value, SLICE("uac")) &&
	         !slice_ieq(who.value, SLICE("uas")))
		what = SLICE("has a refresher that is neither uac nor uas");
	else if (asked.n != 0 && !slice_ieq(asked, who.value))
		what = SLICE("has another refresher than the request");
	else if (slice_ieq(who.value, SLICE("uac")) &&
	         !header_has(m, SIP_REQUIRE, SLICE("timer")))
		what = SLICE("says refresher=uac without Require: timer");
	if (what.n != 0)
		found(c, m, p, RULE_SIP_REFRESHER,
		      .field = header_name(SIP_SESSION_EXPIRES), VALUE(h->value),
		      ARGS({"status", number(c, m->sip.status)}, {"what", what}));
}

static void
timer_response(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_MIN_SE, 0);
	uint32_t n;

	if (m->sip.status == 422 &&
	    (h == NULL || !parse_u32(slice_trim(h->value), UINT32_MAX, &n) ||
	     n < SESSION_LEAST))
		found(c, m, p, RULE_SIP_422, .field = header_name(SIP_MIN_SE),
		      VALUE(h ? h->value : SLICE_EMPTY),
		      ARGS({"what", h == NULL ? SLICE("without Min-SE")
		                              : SLICE("with a Min-SE below 90")}));
	else if (m->sip.status != 422 && h != NULL)
		found(c, m, p, RULE_SIP_MIN_SE_PLACE, .field = header_name(SIP_MIN_SE),
		      VALUE(h->value),
		      ARGS({"header", header_name(SIP_MIN_SE)},
		           {"what", SLICE("a response other than 422 to")},
		           {"method", m->cseq.method}));
	if (m->sip.status / 100 == 2 &&
	    sip_find(&m->sip, SIP_SESSION_EXPIRES, 0) != NULL) {
		(void)seconds_of(c, m, p, SIP_SESSION_EXPIRES, &n);
		refresher(c, m, p);
	}
}

/* Of any request of the call. */
static void
timer_late(const struct checker *c, const struct message *m, const struct place *p)
{
	if ((usage_facts(p) & USAGE_LATE) && p->usage->subscription == NULL)
		found(c, m, p, RULE_SIP_SESSION_EXPIRED,
		      ARGS({"what", m->sip.method},
		           {"seconds", number(c, p->usage->number)}));
	if (usage_facts(p) & USAGE_REFRESH_LATE)
		found(c, m, p, RULE_SIP_SESSION_LATE,
		      ARGS({"seconds", number(c, p->usage->number)},
		           {"interval", number(c, p->dialog->usage->session->interval)}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->sip.status < 200)
		reliable(c, m, p);
	if (m->method == METHOD_INVITE || m->method == METHOD_UPDATE)
		timer_response(c, m, p);
	if (m->method == METHOD_UPDATE)
		update_response(c, m, p);
	if (m->method == METHOD_PRACK)
		prack_response(c, m, p);
	if (usage_facts(p) & USAGE_EARLY_OK)
		found(c, m, p, RULE_SIP_EARLY_OK, .field = SLICE("sip.Status-Code"),
		      ARGS({"status", number(c, m->sip.status)},
		           {"frame", number(c, p->usage->other.frame)}));
}

void
check_session(const struct checker *c, const struct message *m, const struct place *p)
{
	/* Most messages have nothing of it. */
	if ((m->method == METHOD_REGISTER || m->method == METHOD_MESSAGE) &&
	    p->usage == NULL && m->sip.first[SIP_REQUIRE] == 0 &&
	    m->sip.first[SIP_RSEQ] == 0)
		return;
	if (m->request)
		timer_late(c, m, p);
	switch (m->method) {
	case METHOD_PRACK:
		if (m->request)
			prack(c, m, p);
		break;
	case METHOD_INVITE:
	case METHOD_UPDATE:
		if (m->request)
			timer_request(c, m, p);
		break;
	default:
		break;
	}
	if (!m->request)
		response(c, m, p);
	else if (m->method != METHOD_INVITE && m->sip.first[SIP_REQUIRE] != 0 &&
	         header_has(m, SIP_REQUIRE, SLICE("100rel")))
		found(c, m, p, RULE_SIP_100REL_METHOD, .field = header_name(SIP_REQUIRE),
		      ARGS({"method", m->sip.method}));
}

void
check_session_ended(const struct checker *c, const struct tracker_event *e)
{
	const struct usage_note *n = e->place.usage;
	struct finding f = {.rule = RULE_SIP_NO_PRACK};

	if (n == NULL)
		return;
	if (e->kind == TRACKER_TX && (n->facts & USAGE_NO_PRACK) &&
	    e->how != ENDED_EVICTED) {
		f.args[0] = (struct finding_arg){"rseq", number(c, n->number)};
		found_at(c, e->tx->dialog, e->tx->id, &n->other, &f);
	}
	if (e->kind == TRACKER_DIALOG && (n->facts & USAGE_EXPIRED) &&
	    n->subscription == NULL) {
		f.rule = RULE_SIP_SESSION_EXPIRED;
		f.args[0] =
		    (struct finding_arg){"what", SLICE("neither refresh nor BYE came")};
		f.args[1] = (struct finding_arg){"seconds", number(c, n->number)};
		found_at(c, e->dialog, 0, &e->dialog->last, &f);
	}
}
