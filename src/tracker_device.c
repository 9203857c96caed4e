/* What the messages say about devices: registrations, keep-alives, queries. GB/T 28181-2022 9.1, 9.6. */
#include "src/tracker_own.h"

#include "dissect/deviceid.h"

enum {
	GAPS_LIKELY =
	    3, /* keepalives lost at once, where the usual distance was seen once only */
	REGISTRAR_TEXT = 200,
};

/* The device that a message is about: the registering user; else the front end of the two users;
 * else the one that is asked or that speaks. */
struct slice
device_of(const struct message *m)
{
	struct slice from = m->from.uri.user, to = m->to.uri.user;
	struct deviceid f, g;
	bool ff = deviceid_dissect(from, NULL, &f) == DIS_OK && from.n == 20;
	bool gg = deviceid_dissect(to, NULL, &g) == DIS_OK && to.n == 20;

	if (m->method == METHOD_REGISTER)
		return to.n != 0 ? to : from;
	if (gg && (g.class == DEVICEID_DEVICE || g.class == DEVICEID_PERIPHERAL) &&
	    !(ff && f.class == DEVICEID_DEVICE))
		return to;
	if (ff && (f.class == DEVICEID_DEVICE || f.class == DEVICEID_PERIPHERAL))
		return from;
	if (gg || ff)
		return m->mans.m.DeviceID.n == 20 && deviceid_is20(m->mans.m.DeviceID)
		           ? m->mans.m.DeviceID
		       : gg ? to
		            : from;
	return SLICE_EMPTY;
}

static struct device *
party_device(struct tracker *t, const struct message *m, const struct party *p,
             const struct ref *ref)
{
	if (!deviceid_is20(p->uri.user) && m->method != METHOD_REGISTER)
		return NULL;
	return devices_get(t->devices, p->uri.user, ref);
}

static bool
near(int64_t a, int64_t b, int64_t by)
{
	return a - b <= by && b - a <= by;
}

/* How many keepalives are missing in this distance from the one before. The usual distance is one that came twice
 * in a row; the first one counts until then, if what follows is a multiple of it. */
static uint64_t
keepalives_missing(const struct thresholds *t, struct device *d, int64_t gap)
{
	int64_t told = threshold_ns(t, THRESHOLD_KEEPALIVE_INTERVAL), usual, before, rest;
	uint64_t lost, late = threshold_count(t, THRESHOLD_KEEPALIVE_LATE);

	if (told != 0)
		d->keepalive_interval_ns = told;
	usual = d->keepalive_interval_ns;
	before = d->keepalives > 1 ? d->keepalive_ns - d->keepalive_ref.time_ns : 0;
	if (told == 0 && (usual == 0 || near(gap, before, before / 4))) {
		d->keepalive_interval_ns = gap;
		return 0;
	}
	if (gap <= usual + usual / 100 * (int64_t)late)
		return 0;
	/* Late by less than half, and yet too late: one. */
	lost = (uint64_t)((gap + usual / 2) / usual);
	lost = lost > 2 ? lost - 1 : 1;
	if (told != 0)
		return lost;
	rest = gap - (int64_t)(lost + 1) * usual;
	if (d->keepalives == 2 && (lost > GAPS_LIKELY || !near(rest, 0, usual / 10))) {
		d->keepalive_interval_ns = gap;
		return 0;
	}
	return lost;
}

static void
keepalive(const struct thresholds *t, struct tx *x, const struct message *m,
          struct device *d)
{
	int64_t gap = m->rec.time_ns - d->keepalive_ns;

	if (d->keepalives != 0 && gap < SECOND)
		return; /* the same one to another platform, or twice: nothing to measure */
	/* From one file to the next nobody may have captured. */
	if (d->keepalives != 0 && d->keepalive_ref.capture != m->rec.capture)
		d->keepalive_interval_ns = 0;
	else if (d->keepalives != 0) {
		x->keepalives_lost = keepalives_missing(t, d, gap);
		if (x->keepalives_lost != 0) {
			x->keepalive_gap_ns = gap;
			x->keepalive_interval_ns = d->keepalive_interval_ns;
			d->keepalives_lost += x->keepalives_lost;
		}
		d->keepalive_ref.time_ns =
		    d->keepalive_ns; /* of the one before the last */
	}
	d->keepalive_ref.capture = m->rec.capture;
	d->keepalives++;
	d->keepalive_ns = m->rec.time_ns;
}

/* What a UA keeps for each registrar (RFC 3261 10.2): the Call-ID, and who the registrar is. */
static struct slice
registration_of(struct tracker *t, const struct message *m)
{
	const struct addr *registrar = m->request ? &m->rec.dst : &m->rec.src;
	struct slice call_id = slice_head(m->call_id, REGISTRAR_TEXT);
	uint8_t *text = arena_alloc(&t->scratch, sizeof(registrar->ip) + call_id.n);

	if (text == NULL)
		return SLICE_EMPTY;
	memcpy(text, registrar->ip, registrar->n);
	if (call_id.n != 0)
		memcpy(text + registrar->n, call_id.p, call_id.n);
	return slice_of(text, registrar->n + call_id.n);
}

/* 10.2: one Call-ID from one start of the device to the next, at one registrar. */
static bool
registered_elsewhere(struct tracker *t, const struct device *d, const struct message *m)
{
	struct slice now = registration_of(t, m);
	size_t n = m->rec.dst.n;

	return d->registered == 1 && d->call_id.n > n && now.n > n &&
	       !slice_eq(d->call_id, now) &&
	       slice_eq(slice_head(d->call_id, n), slice_head(now, n)) &&
	       m->rec.time_ns - d->granted_ns < (int64_t)d->granted * SECOND;
}

/* 10.2 forbids new Contacts while a REGISTER is open, not another try with the same ones. */
static bool
same_contact(const struct tx *x)
{
	const struct tx *o;

	for (o = x->dialog->txs; o != NULL; o = o->dialog_next)
		if (o != x && o->method == METHOD_REGISTER && !o->closed &&
		    slice_eq(o->contact, x->contact))
			return true;
	return false;
}

/* Refused, or challenged again without having been answered: how often in a row now. */
static uint32_t
failed_in_row(const struct device *d, const struct tx *x)
{
	const struct auth_entry *a;
	bool challenged = d->status == 401 || d->status == 407;

	for (a = x->auths; a != NULL; a = a->next)
		if (a->decision == DECISION_REJECTED)
			return d->rejected_in_row + 1;
	/* The first challenge is no failure; the second is the second. */
	if (x->auths == NULL && !d->auth_seen && challenged &&
	    (x->status == 401 || x->status == 407))
		return d->rejected_in_row ? d->rejected_in_row + 1 : 2;
	return d->rejected_in_row;
}

/* A request that is no repeat. */
void
device_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct ref ref = ref_of(&m->rec, NULL);
	struct device *from = party_device(t, m, &m->from, &ref), *to;
	const struct sip_header *ua = sip_find(&m->sip, SIP_USER_AGENT, 0);

	to = x->method == METHOD_REGISTER && slice_eq(m->to.uri.user, m->from.uri.user)
	         ? from
	         : party_device(t, m, &m->to, &ref);
	if (from != NULL && m->vias == 1) {
		device_address(from, &m->rec.src);
		if (ua != NULL)
			device_text(from, &from->user_agent, ua->value);
		if (m->edition != 0)
			from->edition = m->edition;
	}
	if (to == NULL)
		to = from;
	if (x->method == METHOD_REGISTER && to != NULL) {
		struct auth_entry *a;

		to->register_seen = true;
		if (same_contact(x))
			p->facts &= ~(unsigned)PLACE_OPEN_REGISTER;
		if (registered_elsewhere(t, to, m))
			p->facts |= PLACE_REGISTERED_ELSEWHERE;
		for (a = x->auths; a != NULL; a = a->next) {
			to->auth_seen = true;
			to->verdict = a->out.verdict;
			device_text(to, &to->algorithm,
			            a->has_algorithm ? a->algorithm : SLICE("MD5"));
			device_text(to, &to->qop, a->qop);
			device_text(to, &to->why, a->why);
		}
	} else if (to != NULL && x->method != METHOD_REGISTER && m->vias == 1) {
		if (to != from && to->addresses_total == 0)
			device_address(to, &m->rec.dst);
	}
	if (x->keepalive && from != NULL)
		keepalive(t->options.thresholds, x, m, from);
	if (m->mans.verdict != BODY_NONE && exchange_needs_response(m) &&
	    slice_eq(m->mans.m.root, SLICE("Query"))) {
		struct device *d = devices_find(t->devices, m->to.uri.user);

		if (d != NULL) {
			d->queries++;
			device_text(d, &d->query, m->mans.m.CmdType);
			d->query_outcome = EXCHANGE_UNKNOWN;
			d->query_status = 0;
		}
	}
}

void
device_response(struct tracker *t, struct tx *x, const struct message *m, bool final)
{
	struct device *d, *other;
	const struct sip_header *ua;
	uint32_t failed;

	if (!final)
		return;
	other = devices_find(t->devices, m->to.uri.user);
	ua = sip_find(&m->sip, SIP_USER_AGENT, 0);
	if (ua == NULL)
		ua = sip_find(&m->sip, SIP_SERVER, 0);
	if (other != NULL && x->method != METHOD_REGISTER && ua != NULL &&
	    other->user_agent.n == 0 && m->vias == 1)
		device_text(other, &other->user_agent, ua->value);
	if (x->keepalive && m->sip.status >= 300) {
		d = devices_find(t->devices, m->from.uri.user);
		if (d != NULL)
			d->keepalives_refused++;
	}
	if (x->method != METHOD_REGISTER)
		return;
	d = devices_find(t->devices, m->to.uri.user);
	if (d == NULL)
		return;
	d->register_seen = true;
	d->decided = ref_of(&m->rec, NULL);
	failed = failed_in_row(d, x);
	d->status = m->sip.status;
	d->logout = x->logout && m->sip.status < 300;
	if (m->sip.status < 300) {
		d->registered = !x->logout;
		d->granted = x->dialog->granted;
		d->granted_ns = m->rec.time_ns;
		device_text(d, &d->call_id, registration_of(t, m));
		d->rejected_in_row = 0;
		if (x->auths == NULL && !x->logout)
			d->auth_seen = false;
		if (!x->logout)
			notice_registered(t, d, x, m);
	} else {
		if (m->sip.status == 401 || m->sip.status == 407)
			d->challenges++;
		x->rejected_in_row =
		    failed > d->rejected_in_row &&
		            failed >= threshold_count(t->options.thresholds,
		                                      THRESHOLD_AUTH_FAILURES)
		        ? failed
		        : 0;
		d->rejected_in_row = failed;
		if (d->registered != 1)
			d->registered = 0;
	}
}

void
device_tx_ended(struct tracker *t, struct tx *x, enum ended_how how)
{
	struct device *d;

	if (!x->keepalive || x->status != 0 || how != ENDED_TIMEOUT)
		return;
	d = devices_find(t->devices, x->user);
	if (d != NULL)
		d->keepalives_unanswered++;
}

void
device_exchange(struct tracker *t, const struct exchange *x)
{
	struct device *d = devices_find(t->devices, x->to);

	if (d == NULL || !slice_eq(x->root, SLICE("Query")))
		return;
	device_text(d, &d->query, x->CmdType);
	d->query_outcome = x->outcome;
	d->query_status = x->refused;
	d->query_received = x->received;
	d->query_sum = x->SumNum;
}
