/* Requests and responses of a call against what its sides were told: RFC 3261 9, 12 to 15. */
#include "src/call.h"
#include "src/check.h"

#include "dissect/uri_same.h"

enum {
	RETRY_AFTER_MAX = 10, /* s: 14.2 */
	TAG_BITS = 16, /* 19.3 wants 32; a guess by length tells only what is far below */
};
#define SECOND INT64_C(1000000000)

static enum call_side
other_side(enum call_side s)
{
	return s == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
}

/* 19.3. By the characters it is made of: 10 digits, 16 of hex, else some 64. */
static bool
is_weak(struct slice tag)
{
	size_t i, bits = 3;

	for (i = 0; i < tag.n && i < TAG_BITS; i++)
		if (!ascii_digit(tag.p[i])) {
			uint8_t l = ascii_lower(tag.p[i]);
			size_t b = l >= 'a' && l <= 'f' ? 4 : 6;

			bits = b > bits ? b : bits;
		}
	return tag.n * bits < TAG_BITS;
}

/* Of its INVITE, or of the first response that has one. */
static bool
is_first_tag(const struct message *m, const struct place *p)
{
	const struct response *r;

	if (m->request)
		return m->to.tag.n == 0;
	for (r = p->tx->responses; r != NULL && r != p->response; r = r->next)
		if (r->to_tag.n != 0)
			return false;
	return r != NULL && p->tx->to_tag.n == 0;
}

static void
tags(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice tag = m->request ? m->from.tag : m->to.tag;

	if (p->call == 0 && m->method != METHOD_INVITE)
		return;
	if (p->call & CALL_TAG_CHANGED) {
		bool to = slice_ieq(m->to.tag, p->dialog->to.tag);

		found(c, m, p, RULE_SIP_DIALOG_TAG,
		      .field = to ? SLICE("sip.from.tag") : SLICE("sip.to.tag"),
		      VALUE(to ? m->from.tag : m->to.tag),
		      ARGS({"method", m->sip.method},
		           {"tag", to ? m->to.tag : m->from.tag},
		           {"other", to ? m->from.tag : m->to.tag}));
	}
	if (p->call & CALL_ID_CHANGED)
		found(c, m, p, RULE_SIP_DIALOG_CALL_ID, .field = SLICE("sip.Call-ID"),
		      VALUE(m->call_id),
		      ARGS({"method", m->sip.method},
		           {"frame", number(c, p->other.frame)}));
	if (p->call & CALL_TAG_REUSED)
		found(c, m, p, RULE_SIP_TAG_REUSED,
		      .field = m->request ? SLICE("sip.from.tag") : SLICE("sip.to.tag"),
		      VALUE(tag),
		      ARGS({"tag", tag}, {"frame", number(c, p->other.frame)}));
	if (m->method == METHOD_INVITE && tag.n != 0 && is_first_tag(m, p) &&
	    is_weak(tag))
		found(c, m, p, RULE_SIP_TAG_WEAK,
		      .field = m->request ? SLICE("sip.from.tag") : SLICE("sip.to.tag"),
		      VALUE(tag), ARGS({"tag", tag}));
}

static struct slice
values(const struct message *m, enum sip_hdr id)
{
	const struct sip_header *h = sip_find(&m->sip, id, 0);

	return h ? h->value : SLICE("none");
}

static bool
uris_same(struct slice a, struct slice b)
{
	struct sip_addr x, y;

	(void)sip_addr_dissect(a, NULL, &x);
	(void)sip_addr_dissect(b, NULL, &y);
	return sip_uri_same(x.uri, y.uri);
}

/* The values of a header kind, over all headers of it. */
struct reader {
	const struct message *m;
	enum sip_hdr id;
	unsigned nth;
	struct slice rest;
};

static bool
reader_next(struct reader *r, struct slice *value)
{
	const struct sip_header *h;

	for (;;) {
		if (value_next(&r->rest, value))
			return true;
		h = sip_find(&r->m->sip, r->id, r->nth++);
		if (h == NULL)
			return false;
		r->rest = h->value;
	}
}

/* Are the values of the message these, in this order? Those of `extra`, if any, may stand in front. */
static bool
same_list(const struct message *m, enum sip_hdr id, struct slice list, bool extra)
{
	struct reader r = {.m = m, .id = id};
	struct slice rest = list, want, have;
	size_t wants = 0, haves = 0;

	if (list.n == 0 && (extra || m->sip.first[id] == 0))
		return true; /* nothing on both sides, mostly */
	while (value_next(&rest, &want))
		wants++;
	while (reader_next(&r, &have))
		haves++;
	if (extra ? haves < wants : haves != wants)
		return false;
	r = (struct reader){.m = m, .id = id};
	for (; haves > wants; haves--)
		(void)reader_next(&r, &have);
	rest = list;
	while (value_next(&rest, &want))
		if (!reader_next(&r, &have) || !uris_same(want, have))
			return false;
	return true;
}

/* The same number of values, each of them in the other list too. */
static bool
other_order(const struct message *m, struct slice list)
{
	struct reader r = {.m = m, .id = SIP_ROUTE};
	struct slice rest = list, want, have;
	unsigned wants = 0, haves = 0;
	bool there;

	while (value_next(&rest, &want))
		wants++;
	while (wants <= LIST_VALUES && reader_next(&r, &have)) {
		haves++;
		there = false;
		rest = list;
		while (!there && value_next(&rest, &want))
			there = uris_same(want, have);
		if (!there)
			return false;
	}
	return haves == wants && wants <= LIST_VALUES;
}

static bool
loose(struct slice routes)
{
	struct slice first;
	struct sip_addr a;
	struct sip_uri uri;

	if (!value_next(&routes, &first))
		return true;
	(void)sip_addr_dissect(first, NULL, &a);
	(void)sip_uri_dissect(a.uri, NULL, &uri);
	return sip_param_count(uri.params, SLICE("lr")) != 0;
}

/* Did the sender write the address that it sees, as servers do for clients behind NAT? */
static bool
is_seen_address(const struct message *m, struct slice target)
{
	struct sip_uri want;
	struct addr host;

	(void)sip_uri_dissect(target, NULL, &want);
	return sip_user_same(want.user, m->uri.user) && addr_parse(m->uri.host, &host) &&
	       addr_ip_eq(&host, &m->rec.dst);
}

/* 12.2.1.1: on the hop of the side itself, for what came to its own address. */
static void
way(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct seat *s =
	    call_seat(p->dialog->call, &m->rec.src, call_side_of(p->tx));
	const struct tx *x;
	bool crossing, preloaded;

	if (s == NULL || m->vias != 1 || m->to.tag.n == 0 || m->method == METHOD_CANCEL ||
	    (m->method == METHOD_ACK && p->tx->method == METHOD_INVITE))
		return;
	/* Through a strict router the Request-URI is the router's: 12.2.1.1. */
	if (s->routes.known && !loose(s->routes.text))
		return;
	crossing = s->before.n != 0 && m->rec.time_ns - s->changed_ns < SECOND &&
	           sip_uri_same(m->sip.uri, s->before);
	if (s->target.n != 0 && m->uri_dis == DIS_OK &&
	    !sip_uri_same(m->sip.uri, s->target) && !crossing &&
	    !(s->asked.n != 0 && sip_uri_same(m->sip.uri, s->asked)))
		found(c, m, p, RULE_SIP_REMOTE_TARGET,
		      .severity = !s->routes.known || is_seen_address(m, s->target)
		                      ? SEVERITY_WARNING
		                      : SEVERITY_OFF,
		      .field = SLICE("sip.r-uri"), VALUE(m->sip.uri), EXPECTED(s->target),
		      ARGS({"uri", m->sip.uri}, {"target", s->target}));
	if (!s->routes.known || same_list(m, SIP_ROUTE, s->routes.text, false))
		return;
	x = call_invite(p->dialog->call, call_side_of(p->tx), m->cseq.seq, &m->rec.src);
	preloaded = x != NULL && x->inv != NULL && x->inv->routes.text.n != 0 &&
	            same_list(m, SIP_ROUTE, x->inv->routes.text, false);
	found(c, m, p,
	      other_order(m, s->routes.text) ? RULE_SIP_ROUTE_ORDER : RULE_SIP_ROUTE_SET,
	      /* The way to its own proxy, as in the INVITE: 8.1.2. */
	      .severity = preloaded ? SEVERITY_WARNING : SEVERITY_OFF,
	      .field = SLICE("sip.Route"), VALUE(values(m, SIP_ROUTE)),
	      EXPECTED(s->routes.text),
	      ARGS({"method", m->sip.method}, {"routes", values(m, SIP_ROUTE)},
	           {"expected", s->routes.text.n ? s->routes.text : SLICE("none")}));
}

/* Its INVITE failed, and long enough ago that the BYE has not crossed the failure. */
static bool
has_failed(const struct call *k, int64_t now_ns)
{
	const struct tx *x;
	unsigned i;

	for (i = 0; i < k->invites_total; i++) {
		x = k->invites[i];
		if (x->to_tag.n != 0 || x->status < 300 || x->status == 401 ||
		    x->status == 407 || now_ns - x->final_ns < SECOND)
			return false;
	}
	return k->invites_total != 0;
}

/* 15: in no dialog, or in one whose INVITE failed. A server of RFC 2543's time gave no tag. */
static void
bye_outside(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct dialog *d = p->dialog;
	struct slice what = SLICE_EMPTY;

	if (m->to.tag.n != 0) {
		if (has_failed(d->call, m->rec.time_ns))
			what = SLICE("in a dialog whose INVITE has failed");
	} else if (slice_istarts(m->via.branch, SLICE("z9hG4bK"))) {
		if (d->to.tag.n != 0)
			what = SLICE("without To tag, though the dialog has one");
		else if (d->start_seen && d->state == STATE_TRYING)
			what = SLICE("without To tag, before any dialog was made");
	}
	if (what.n != 0)
		found(c, m, p, RULE_SIP_BYE_OUTSIDE, .field = SLICE("sip.to.tag"),
		      VALUE(m->to.tag), ARGS({"what", what}));
}

/* 15: the callee waits for the ACK to its 2xx, or for 64*T1. */
static void
bye_early(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct dialog *d = p->dialog;
	const struct tx *x = NULL;
	unsigned i;

	if (call_side_of(p->tx) != CALL_CALLEE || m->vias != 1 || m->to.tag.n == 0)
		return;
	for (i = 0; i < d->call->invites_total; i++) {
		const struct tx *y = d->call->invites[i];

		if (y->to_tag.n != 0 || y->inv == NULL || y->inv->acks != 0 ||
		    y->status >= 300 || y->forks != 0)
			return;
		/* On the callee's own hop. */
		if (addr_ip_eq(&y->server, &m->rec.src))
			x = y;
	}
	if (x == NULL || (x->status == 0 && !x->provisional))
		return;
	if (x->status == 0)
		found(c, m, p, RULE_SIP_BYE_EARLY,
		      ARGS({"when", SLICE("before it has answered the INVITE")}));
	else if (call_passes(x) && m->rec.time_ns - x->final_ns < 32 * SECOND)
		found(c, m, p, RULE_SIP_BYE_EARLY,
		      ARGS({"when", SLICE("before the ACK to its 2xx")}));
}

/* 15.1.1. NOTIFY and SUBSCRIBE are of another usage of the dialog. */
static void
after_bye(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct call_bye *b = &p->dialog->call->bye[call_side_of(p->tx)];

	if (b->ref.frame == 0 || b->tx == p->tx->id || m->cseq.seq <= b->cseq ||
	    m->method == METHOD_ACK || m->method == METHOD_CANCEL ||
	    m->method == METHOD_NOTIFY || m->method == METHOD_SUBSCRIBE ||
	    m->to.tag.n == 0 || m->vias != 1)
		return;
	found(c, m, p, RULE_SIP_AFTER_BYE,
	      ARGS({"method", m->sip.method}, {"frame", number(c, b->ref.frame)}));
}

static void
invite_open(const struct checker *c, const struct message *m, const struct place *p)
{
	if (!(p->call & (CALL_INVITE_OPEN | CALL_INVITE_CROSSED)) || m->vias != 1)
		return;
	found(c, m, p, RULE_SIP_INVITE_OPEN,
	      ARGS({"whose", p->call & CALL_INVITE_OPEN ? SLICE("its own")
	                                                : SLICE("the other side's")},
	           {"frame", number(c, p->call_other->request.frame)}));
}

/* 16.6 step 1: what a proxy leaves as it is. */
static void
hop(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *before = p->previous_hop;
	struct slice what = SLICE_EMPTY;

	if (before == NULL || m->method != METHOD_INVITE || !body_whole(m) || before->cut)
		return;
	if (p->call & CALL_HOP_BODY)
		what = SLICE("the body");
	else if (before->contact.n != 0 && !slice_eq(before->contact, p->tx->contact))
		what = SLICE("Contact");
	if (what.n != 0)
		found(c, m, p, RULE_SIP_HOP_CHANGED,
		      ARGS({"frame", number(c, before->request.frame)}, {"what", what}));
}

/* 17.1.1.3, 9.1: the same Route as the INVITE. */
static void
route_kept(const struct checker *c, const struct message *m, const struct place *p,
           const struct tx *x)
{
	if (x == NULL || x->inv == NULL || !x->inv->routes.known || x->cut ||
	    !x->cookie || same_list(m, SIP_ROUTE, x->inv->routes.text, false))
		return;
	found(c, m, p, RULE_SIP_ROUTE_KEPT, .field = SLICE("sip.Route"),
	      VALUE(values(m, SIP_ROUTE)), EXPECTED(x->inv->routes.text),
	      ARGS({"method", m->sip.method}, {"routes", values(m, SIP_ROUTE)},
	           {"expected",
	            x->inv->routes.text.n ? x->inv->routes.text : SLICE("none")}));
}

/* 8.2.2.3: the ACK to a 2xx asks for nothing new. */
static void
ack_require(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_REQUIRE, SIP_PROXY_REQUIRE};
	const struct tx *x =
	    call_invite(p->dialog->call, call_side_of(p->tx), m->cseq.seq, &m->rec.src);
	struct slice value, rest, known;
	size_t i;
	bool there;

	if (x == NULL || x->inv == NULL || !x->inv->requires.known || x->cut)
		return;
	for (i = 0; i < 2; i++) {
		struct reader r = {.m = m, .id = ids[i]};

		while (reader_next(&r, &value)) {
			there = false;
			rest = x->inv->requires.text;
			while (!there && value_next(&rest, &known))
				there = slice_ieq(known, value);
			if (there)
				continue;
			found(c, m, p, RULE_SIP_ACK_REQUIRE, .field = header_name(ids[i]),
			      VALUE(value),
			      ARGS({"header", header_name(ids[i])}, {"value", value}));
			return;
		}
	}
}

static void
request(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->method == METHOD_CANCEL)
		route_kept(c, m, p, p->invite);
	else if (m->method == METHOD_ACK && p->tx->method == METHOD_INVITE)
		route_kept(c, m, p, p->tx);
	if (p->dialog->kind != DIALOG_CALL || p->dialog->call == NULL)
		return;
	way(c, m, p);
	if (m->method == METHOD_BYE) {
		bye_outside(c, m, p);
		bye_early(c, m, p);
	}
	if (m->method == METHOD_ACK && p->tx->method == METHOD_ACK)
		ack_require(c, m, p);
	after_bye(c, m, p);
	invite_open(c, m, p);
	hop(c, m, p);
}

/* A refusal whose reason is another than that nobody knows the dialog. */
static bool
has_own_reason(uint32_t status)
{
	static const uint16_t codes[] = {400, 401, 405, 407, 413, 414, 415,
	                                 416, 420, 421, 422, 423, 469, 481,
	                                 483, 485, 488, 489, 491, 493, 494};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == status)
			return true;
	return status < 400 || status >= 500;
}

/* 14.2: answered while the other INVITE still has no final response. */
static void
overlap(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	const struct call *k = p->dialog->call;
	enum call_side by = call_side_of(x);
	const struct sip_header *h = sip_find(&m->sip, SIP_RETRY_AFTER, 0);
	bool same = (x->was & TX_OVERLAPS) && call_open(k, x, by) != NULL, right;
	struct slice after = SLICE_EMPTY;
	uint32_t s;
	size_t n;

	if (m->sip.status == 401 || m->sip.status == 407 || m->sip.status == 481 ||
	    (!same &&
	     (!(x->was & TX_CROSSES) || call_open(k, x, other_side(by)) == NULL)))
		return;
	if (h != NULL) {
		for (n = 0; n < h->value.n && ascii_digit(h->value.p[n]); n++)
			;
		after = slice_head(h->value, n);
	}
	right = same ? m->sip.status == 500 && parse_u32(after, RETRY_AFTER_MAX, &s)
	             : m->sip.status == 491;
	if (!right)
		found(c, m, p, RULE_SIP_INVITE_OVERLAP, .field = SLICE("sip.Status-Code"),
		      VALUE(m->sip.status_text),
		      ARGS({"status", m->sip.status_text},
		           {"whose",
		            same ? SLICE("one of the same side") : SLICE("an own one")},
		           {"expected", same ? SLICE("500 with a Retry-After of 0 to 10")
		                             : SLICE("491")}));
}

/* 12.1.1: what makes a dialog says all that the other side needs. */
static void
makes_dialog(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTACT, 0);
	struct slice rest = h ? h->value : SLICE_EMPTY, value;
	struct slice what = SLICE("has no Contact");
	struct sip_addr a;
	bool good = false;

	if (m->sip.status <= 100 || m->sip.status >= 300 || m->to.tag.n == 0 ||
	    x->to_tag.n != 0 || m->dis != DIS_OK)
		return;
	if (x->inv != NULL && !x->cut && x->inv->record_routes.known &&
	    !same_list(m, SIP_RECORD_ROUTE, x->inv->record_routes.text, true))
		found(c, m, p, RULE_SIP_RECORD_ROUTE_LOST,
		      .field = SLICE("sip.Record-Route"),
		      VALUE(values(m, SIP_RECORD_ROUTE)),
		      EXPECTED(x->inv->record_routes.text),
		      ARGS({"status", m->sip.status_text}));
	/* The usual form first: it need not be taken apart. */
	if (slice_istarts(rest, SLICE("<sip:")) || slice_istarts(rest, SLICE("<sips:"))) {
		good = true;
	} else if (sip_list_next(&rest, &value)) {
		(void)sip_addr_dissect(value, NULL, &a);
		good = slice_istarts(a.uri, SLICE("sip:")) ||
		       slice_istarts(a.uri, SLICE("sips:"));
		what = SLICE("its Contact is no sip or sips URI");
	}
	/* A 2xx without any has a rule of its own. */
	if (!good && (h != NULL || m->sip.status < 200))
		found(c, m, p, RULE_SIP_DIALOG_CONTACT, .field = SLICE("sip.Contact"),
		      ARGS({"status", m->sip.status_text}, {"what", what}));
}

/* 15.1.2: a BYE of a call that goes on, by all that the capture shows. */
static void
bye_refused(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct call *k = p->dialog->call;
	const struct tx *x = p->tx;
	enum call_side by = call_side_of(x);

	if (m->sip.status < 300 || m->sip.status == 401 || m->sip.status == 407 ||
	    m->sip.status == 408 || m->sip.status == 503 || k->bye_ok_ns != 0 ||
	    k->bye[other_side(by)].ref.frame != 0 || k->bye[by].tx != x->id ||
	    !p->dialog->start_seen ||
	    !slice_ieq(x->to_tag,
	               by == CALL_CALLER ? p->dialog->to.tag : p->dialog->from.tag) ||
	    x->was & TX_NO_DIALOG || !k->answered)
		return;
	found(c, m, p, RULE_SIP_BYE_REFUSED, .field = SLICE("sip.Status-Code"),
	      VALUE(m->sip.status_text), ARGS({"status", m->sip.status_text}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct tx *x = p->tx;

	if (x->request.frame == 0)
		return;
	if ((x->was & TX_NO_DIALOG) && !has_own_reason(m->sip.status))
		found(c, m, p, RULE_SIP_481_EXPECTED, .field = SLICE("sip.Status-Code"),
		      VALUE(m->sip.status_text), EXPECTED(SLICE("481")),
		      ARGS({"method", x->method_name}, {"status", m->sip.status_text}));
	if ((x->was & TX_CSEQ_LOWER) && m->sip.status >= 200 && m->sip.status != 500 &&
	    m->sip.status != 401 && m->sip.status != 407 && m->sip.status != 481 &&
	    (p->dialog->kind == DIALOG_CALL || p->dialog->kind == DIALOG_SUBSCRIPTION))
		found(c, m, p, RULE_SIP_CSEQ_LOWER_ANSWER,
		      .field = SLICE("sip.Status-Code"), VALUE(m->sip.status_text),
		      EXPECTED(SLICE("500")),
		      ARGS({"method", x->method_name}, {"status", m->sip.status_text}));
	if (p->dialog->kind != DIALOG_CALL || p->dialog->call == NULL)
		return;
	if (x->method == METHOD_INVITE)
		makes_dialog(c, m, p);
	if (x->method == METHOD_INVITE && m->sip.status >= 200)
		overlap(c, m, p);
	if (x->method == METHOD_BYE)
		bye_refused(c, m, p);
}

void
check_dialog(const struct checker *c, const struct message *m, const struct place *p)
{
	tags(c, m, p);
	if (m->request)
		request(c, m, p);
	else
		response(c, m, p);
}
