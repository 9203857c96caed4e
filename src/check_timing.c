/* Transactions in time: what is repeated, when, and what should have come. RFC 3261 9, 13.3.1, 17; RFC 4320. */
#include "src/call.h"
#include "src/check.h"

#include <stdio.h>

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define T2 (4 * SECOND)
#define GIVEN_UP (32 * SECOND) /* 64*T1 */
#define LEAP (3600 * SECOND)   /* longer is a clock that was set, not a wait */

enum {
	TRYING_MS = 300,      /* 200 by 17.2.1, and some time on the way */
	TRYING_SURE_MS = 500, /* T1: the client repeats its INVITE */
	EARLY_100_MS = 3300,  /* 3500 by RFC 4320 4.1 */
	LATE_100_MS = 5000,   /* the same, and time on the way and to be lost */
	LOST_MS = 500,        /* so soon behind a repeat it may answer that one */
	SILENCE_S = 70,       /* a minute by 13.3.1.1 */
	SERIES = 128,         /* octets of a series of times */
	GAP_MAX_MS = 3600000, /* a longer one is no timer's */
};

static struct slice
ms(const struct checker *c, int64_t ns)
{
	return number(c, (uint64_t)(ns > 0 ? ns / MS : 0));
}

/* Two are near when a timer of seconds, and the way, can make one of the other. */
static bool
near(uint64_t have, uint64_t want)
{
	return have >= want * 3 / 4 && have <= want * 13 / 10 + 100;
}

static uint64_t
doubled(uint64_t gap, bool invite)
{
	uint64_t cap = (uint64_t)(T2 / MS);

	return invite || gap >= cap ? (invite ? gap * 2 : gap)
	       : gap * 2 < cap      ? gap * 2
	                            : cap;
}

/* 17.1.1.2, 17.1.2.2: each time is twice the one before, or what is left of the series where the capture lacks
 * one copy or two. */
static bool
doubles(const struct resent *r, bool invite)
{
	uint64_t last, want, sum;
	unsigned i, lost;

	last = r->gaps[0];
	for (i = 1; i < r->gaps_total; i++) {
		want = doubled(last, invite);
		sum = want;
		for (lost = 0; lost < 2 && !near(r->gaps[i], sum); lost++) {
			want = doubled(want, invite);
			sum += want;
		}
		if (!near(r->gaps[i], sum))
			return false;
		last = lost == 0 ? r->gaps[i] : want;
		if (last > GAP_MAX_MS)
			return true;
	}
	return true;
}

static struct slice
series(const struct checker *c, const struct resent *r)
{
	char text[SERIES];
	size_t n = 0;
	unsigned i;

	for (i = 0; i < r->gaps_total; i++) {
		int len = snprintf(text + n, sizeof(text) - n, "%s%u", i ? ", " : "",
		                   r->gaps[i]);

		if (len < 0 || (size_t)len >= sizeof(text) - n)
			break;
		n += (size_t)len;
	}
	return arena_keep(c->scratch, slice_of(text, n));
}

static bool
whole_series(const struct resent *r)
{
	return r != NULL && !r->elsewhere && !r->twice;
}

/* Where the first copy was lost before the capture, the series begins anywhere: it is judged from the second on. */
static void
timing(const struct checker *c, const struct tx *x)
{
	const struct resent *r = x->resent;
	struct finding f = {.rule = RULE_SIP_REPEAT_TIMING};

	if (!whole_series(r) || x->carrier != CARRIER_UDP || r->gaps_total < 2 ||
	    x->method == METHOD_ACK || doubles(r, x->method == METHOD_INVITE))
		return;
	f.args[0] = (struct finding_arg){"method", x->method_name};
	f.args[1] = (struct finding_arg){"series", series(c, r)};
	found_at(c, x->dialog, x->id, &x->request, &f);
}

static const struct response *
final_of(const struct tx *x)
{
	const struct response *r;

	for (r = x->responses; r != NULL; r = r->next)
		if (r->status == x->status)
			return r;
	return NULL;
}

static void
found_final(const struct checker *c, const struct tx *x, const struct response *r,
            enum rule rule, int64_t waited_ns)
{
	bool again = rule == RULE_SIP_2XX_NO_ACK || rule == RULE_SIP_FAILURE_NO_ACK;
	struct finding f = {.rule = rule};

	f.args[0] = (struct finding_arg){"status", number(c, r->status)};
	if (again) {
		f.args[1] = (struct finding_arg){
		    "which",
		    x->inv->acks != 0 ? SLICE("when it was repeated ") : SLICE_EMPTY};
		f.args[2] = (struct finding_arg){"sent", number(c, r->repeats + 1u)};
	} else {
		f.args[1] = (struct finding_arg){
		    "seconds", number(c, (uint64_t)(waited_ns / SECOND))};
	}
	found_at(c, x->dialog, x->id, &r->ref, &f);
}

/* 13.2.2.4, 13.3.1.4, 17.1.1.2, 17.2.1: each final response to an INVITE, and each repeat of it, gets its ACK. */
static void
unacknowledged(const struct checker *c, const struct tracker_event *e)
{
	const struct tx *x = e->tx;
	const struct response *r = final_of(x);
	bool good = x->status < 300;
	int64_t waited;

	if (x->inv == NULL || x->status < 200 || r == NULL || x->request.frame == 0 ||
	    !e->sent_shown || x->cut)
		return;
	waited = e->now_ns - x->inv->heard_ns;
	/* Where the ACK goes another way, nothing is known. */
	if (waited < GIVEN_UP || (good && !call_passes(x)) ||
	    (x->resent != NULL && x->resent->elsewhere))
		return;
	if (x->inv->acks != 0) {
		if (x->inv->heard_ns - x->inv->acked_ns > SECOND &&
		    r->repeats > x->inv->acks)
			found_final(c, x, r,
			            good ? RULE_SIP_2XX_NO_ACK : RULE_SIP_FAILURE_NO_ACK,
			            0);
		return;
	}
	found_final(c, x, r, good ? RULE_SIP_2XX_NO_ACK : RULE_SIP_FAILURE_NO_ACK, 0);
	if (r->repeats == 0 && (good || x->carrier == CARRIER_UDP) &&
	    (x->dialog->call == NULL || x->dialog->call->bye_ok_ns == 0))
		found_final(c, x, r, good ? RULE_SIP_2XX_REPEAT : RULE_SIP_FAILURE_REPEAT,
		            waited);
	if (good && e->now_ns - x->final_ns > GIVEN_UP + GIVEN_UP / 2 &&
	    x->dialog->call != NULL && x->dialog->call->bye[CALL_CALLEE].ref.frame == 0 &&
	    x->dialog->call->bye[CALL_CALLER].ref.frame == 0)
		found_final(c, x, r, RULE_SIP_2XX_NO_BYE, e->now_ns - x->final_ns);
}

/* 9.2, 15.1.2: an INVITE that was cancelled, or whose call was ended, gets its final response all the same. */
static void
left_open(const struct checker *c, const struct tracker_event *e)
{
	const struct tx *x = e->tx;
	const struct call *k = x->dialog->call;
	struct finding f = {.rule = RULE_SIP_487_EXPECTED};

	if (x->inv == NULL || x->status != 0 || !x->provisional || x->fork ||
	    x->forks != 0 || x->request.frame == 0 || !e->direction_seen ||
	    e->how == ENDED_EVICTED)
		return;
	if (x->inv->cancel.frame != 0 && e->now_ns - x->inv->cancel.time_ns > GIVEN_UP) {
		f.args[0] =
		    (struct finding_arg){"frame", number(c, x->inv->cancel.frame)};
		f.args[1] = (struct finding_arg){"what", SLICE("got no final response")};
	} else if (k != NULL && k->bye_ok_ns != 0 && k->bye_ok_ns > x->request.time_ns &&
	           e->now_ns - k->bye_ok_ns > GIVEN_UP) {
		f.rule = RULE_SIP_BYE_OPEN;
	} else {
		return;
	}
	found_at(c, x->dialog, x->id, &x->request, &f);
}

/* 17.2.1, 17.2.2: a repeat gets the last response again. A 2xx to an INVITE is not the transaction's. */
static void
not_repeated(const struct checker *c, const struct tx *x)
{
	const struct response *r = final_of(x);
	struct finding f = {.rule = RULE_SIP_ANSWER_REPEAT};

	if (!whole_series(x->resent) || r == NULL || r->repeats != 0 ||
	    x->resent->late < 2 || x->method == METHOD_ACK || x->responses_total > 2 ||
	    (x->method == METHOD_INVITE && x->status < 300))
		return;
	f.args[0] = (struct finding_arg){"method", x->method_name};
	f.args[1] = (struct finding_arg){"repeats", number(c, x->resent->late)};
	f.args[2] = (struct finding_arg){"status", number(c, x->status)};
	found_at(c, x->dialog, x->id, &x->request, &f);
}

void
check_timing_ended(const struct checker *c, const struct tracker_event *e)
{
	if (e->tx->resent != NULL) {
		timing(c, e->tx);
		not_repeated(c, e->tx);
	}
	if (e->tx->method == METHOD_INVITE) {
		unacknowledged(c, e);
		left_open(c, e);
	}
}

/* The same message again. */
void
check_repeat(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	const struct resent *r = x->resent;
	int64_t waited = m->rec.time_ns - x->final_ns;

	if (p->call & CALL_100_FORWARDED)
		found(c, m, p, RULE_SIP_100_FORWARDED);
	if (!m->request || x->method != m->method || m->method == METHOD_ACK || r == NULL)
		return;
	/* 17.1.1.2, 17.2.3: the same branch for something else. */
	if (p->call & CALL_BODY_DIFFERS)
		found(c, m, p, RULE_SIP_BRANCH_REUSED, .field = SLICE("sip.Via.branch"),
		      VALUE(m->via.branch),
		      ARGS({"branch", m->via.branch},
		           {"frame", number(c, x->request.frame)}));
	if (!whole_series(r))
		return;
	if (x->repeats == 1 && m->rec.carrier != CARRIER_UDP)
		found(c, m, p, RULE_SIP_REPEAT_RELIABLE,
		      ARGS({"method", x->method_name},
		           {"carrier", slice_str(carrier_name(m->rec.carrier))},
		           {"ms", ms(c, m->rec.time_ns - x->request.time_ns)}));
	if (r->late == 1 && x->status != 0 && waited > SECOND)
		found(c, m, p, RULE_SIP_REPEAT_ANSWERED,
		      ARGS({"method", x->method_name}, {"ms", ms(c, waited)},
		           {"status", number(c, x->status)}));
}

/* 9.1 */
static void
cancel(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->invite;

	if (p->call & CALL_CANCELS_OTHER)
		found(c, m, p, RULE_SIP_CANCEL_METHOD,
		      ARGS({"method", p->call_other->method_name}));
	if ((p->call & CALL_CANCEL_EARLY) && x != NULL)
		found(c, m, p, RULE_SIP_CANCEL_EARLY);
}

/* 17.1.1.2: the way of the ACK is that of its INVITE. */
static void
ack_target(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;

	if (x->request.frame == 0 || (x->resent != NULL && x->resent->elsewhere) ||
	    (addr_eq(&m->rec.dst, &x->server) && m->rec.carrier == x->carrier))
		return;
	found(c, m, p, RULE_SIP_ACK_TARGET,
	      ARGS({"target", address(c, &m->rec.dst)},
	           {"expected", address(c, &x->server)}));
}

/* 17.2.1: 100 within 200 ms. From the last copy of the request on: the others may be lost. */
static void
trying(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	int64_t waited = m->rec.time_ns - x->repeated_ns;

	if (p->response == NULL || p->response != x->responses || x->fork ||
	    waited < TRYING_MS * MS || waited > LEAP)
		return;
	found(c, m, p, RULE_SIP_100_LATE,
	      .severity = waited < TRYING_SURE_MS * MS ? SEVERITY_NOTE : SEVERITY_OFF,
	      ARGS({"status", m->sip.status_text}, {"ms", ms(c, waited)}));
}

static void
invite(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	int64_t silent;

	trying(c, m, p);
	if (x->inv == NULL || m->sip.status < 200)
		return;
	silent = x->inv->silence_ns / SECOND;
	if (x->provisional && silent > SILENCE_S && x->inv->silence_ns < LEAP &&
	    !x->fork && x->forks == 0)
		found(c, m, p, RULE_SIP_RINGING_SILENT,
		      ARGS({"seconds", number(c, (uint64_t)silent)},
		           {"status", m->sip.status_text}));
	if (x->inv->cancel.frame != 0 && m->sip.status >= 300 && m->sip.status != 487)
		found(c, m, p, RULE_SIP_487_EXPECTED, .field = SLICE("sip.Status-Code"),
		      VALUE(m->sip.status_text), EXPECTED(SLICE("487")),
		      ARGS({"frame", number(c, x->inv->cancel.frame)},
		           {"what", m->sip.status_text}));
}

/* RFC 4320 4.1, 4.2 */
static void
non_invite(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	int64_t since = m->rec.time_ns - x->request.time_ns;
	bool answers_repeat;

	/* Nearly all of them. */
	if (m->sip.status >= 200 && m->sip.status != 408 && since <= LATE_100_MS * MS)
		return;
	answers_repeat =
	    x->repeats != 0 && m->rec.time_ns - x->repeated_ns < LOST_MS * MS;
	if (m->sip.status > 100 && m->sip.status < 200)
		found(c, m, p, RULE_SIP_PROVISIONAL, .field = SLICE("sip.Status-Code"),
		      VALUE(m->sip.status_text),
		      ARGS({"status", m->sip.status_text}, {"method", x->method_name}));
	else if (m->sip.status == 100 && m->rec.carrier == CARRIER_UDP &&
	         since < EARLY_100_MS * MS)
		found(c, m, p, RULE_SIP_100_EARLY,
		      ARGS({"method", x->method_name}, {"ms", ms(c, since)}));
	else if (m->sip.status == 408)
		found(c, m, p, RULE_SIP_408, .field = SLICE("sip.Status-Code"),
		      ARGS({"method", x->method_name}));
	else if (m->sip.status >= 200 && !x->provisional && since > LATE_100_MS * MS &&
	         since < LEAP && !answers_repeat && p->response == x->responses)
		found(c, m, p, RULE_SIP_100_MISSING,
		      ARGS({"method", x->method_name}, {"status", m->sip.status_text},
		           {"ms", ms(c, since)}));
}

/* 9.2 */
static void
cancel_answer(const struct checker *c, const struct message *m, const struct place *p)
{
	bool wrong = m->sip.status == 487, matched = (p->tx->was & TX_CANCELS_OPEN) != 0;
	enum severity severity = SEVERITY_OFF; /* the rule's own */

	if (m->sip.status < 200)
		return;
	if (!wrong && matched)
		wrong = m->sip.status >= 300;
	if (!wrong && (p->tx->was & TX_CANCELS_NOTHING)) {
		wrong = m->sip.status >= 300 && m->sip.status != 481;
		severity = SEVERITY_WARNING;
	}
	if (wrong)
		found(c, m, p, RULE_SIP_CANCEL_ANSWER, .severity = severity,
		      .field = SLICE("sip.Status-Code"), VALUE(m->sip.status_text),
		      ARGS({"status", m->sip.status_text},
		           {"expected", matched ? SLICE("200") : SLICE("200 or 481")}));
}

/* RFC 3581 4. A request to a group is answered by one of it. */
static void
source(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	bool group;

	if (addr_eq(&m->rec.src, &x->server))
		return;
	group = x->server.n == 4 ? x->server.ip[0] >= 224 : x->server.ip[0] == 0xFF;
	if (m->rec.carrier != CARRIER_UDP || x->carrier != CARRIER_UDP || group ||
	    (x->resent != NULL && x->resent->elsewhere) ||
	    !addr_ip_eq(&m->rec.dst, &x->client))
		return;
	found(c, m, p, RULE_SIP_RESPONSE_SOURCE,
	      ARGS({"source", address(c, &m->rec.src)},
	           {"expected", address(c, &x->server)}));
}

/* 8.2.6.1: the Timestamp, and perhaps a delay behind it. */
static void
timestamp(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_TIMESTAMP, 0);
	struct slice want = p->tx->timestamp, have = h ? h->value : SLICE_EMPTY;
	size_t i;

	for (i = 0; i < want.n && !ascii_space(want.p[i]); i++)
		;
	want = slice_head(want, i);
	for (i = 0; i < have.n && !ascii_space(have.p[i]); i++)
		;
	if (slice_eq(slice_head(have, i), want))
		return;
	found(c, m, p, RULE_SIP_TIMESTAMP, .field = SLICE("sip.Timestamp"), VALUE(have),
	      EXPECTED(want),
	      ARGS({"expected", want}, {"value", h ? have : SLICE("none")}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;

	if (x->request.frame == 0)
		return;
	if (p->call & CALL_100_FORWARDED)
		found(c, m, p, RULE_SIP_100_FORWARDED);
	if (m->sip.status == 100 && x->timestamp.n != 0)
		timestamp(c, m, p);
	if (x->has_rport)
		source(c, m, p);
	if (x->method == METHOD_INVITE)
		invite(c, m, p);
	else if (x->method == METHOD_CANCEL)
		cancel_answer(c, m, p);
	else
		non_invite(c, m, p);
}

void
check_timing(const struct checker *c, const struct message *m, const struct place *p)
{
	if (!m->request)
		response(c, m, p);
	else if (m->method == METHOD_CANCEL)
		cancel(c, m, p);
	else if (m->method == METHOD_ACK && p->tx->method == METHOD_INVITE)
		ack_target(c, m, p);
}
