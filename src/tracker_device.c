/* What the messages say about devices: registrations, keep-alives, queries. GB/T 28181-2022 9.1, 9.6. */
#include "src/tracker_own.h"

#include "dissect/deviceid.h"

enum { CHALLENGES_NOTED = 3 };

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
		return m->mans.m.DeviceID.n == 20 && deviceid_is20(m->mans.m.DeviceID) ? m->mans.m.DeviceID : gg ? to : from;
	return SLICE_EMPTY;
}

static struct device *
party_device(struct tracker *t, const struct message *m, const struct party *p, const struct ref *ref)
{
	if (!deviceid_is20(p->uri.user) && m->method != METHOD_REGISTER)
		return NULL;
	return devices_get(t->devices, p->uri.user, ref);
}

static void
keepalive(struct tx *x, const struct message *m, struct device *d)
{
	int64_t gap = m->rec.time_ns - d->keepalive_ns;

	if (d->keepalives != 0 && gap > 0) {
		if (d->keepalive_interval_ns != 0 && gap > d->keepalive_interval_ns + d->keepalive_interval_ns / 2) {
			x->keepalive_gap_ns = gap;
			x->keepalive_interval_ns = d->keepalive_interval_ns;
			x->keepalives_lost = (uint64_t)((gap + d->keepalive_interval_ns / 2) / d->keepalive_interval_ns) - 1;
			d->keepalives_lost += x->keepalives_lost;
		} else if (gap >= SECOND) {
			/* The usual distance: the last one that was not a gap, half as long at the least. */
			d->keepalive_interval_ns = gap;
		}
	}
	d->keepalives++;
	d->keepalive_ns = m->rec.time_ns;
}

/* A request that is no repeat. */
void
device_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct ref ref = ref_of(&m->rec, NULL);
	struct device *from = party_device(t, m, &m->from, &ref), *to;
	const struct sip_header *ua = sip_find(&m->sip, SIP_USER_AGENT, 0);

	to = x->method == METHOD_REGISTER && slice_eq(m->to.uri.user, m->from.uri.user) ? from
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
		/* 10.2: one Call-ID from one start of the device to the next. */
		if (to->registered == 1 && to->call_id.n != 0 && !slice_eq(to->call_id, slice_head(m->call_id, 256)) &&
		    m->rec.time_ns < to->granted_ns + (int64_t)to->granted * SECOND)
			p->facts |= PLACE_REGISTERED_ELSEWHERE;
		for (a = x->auths; a != NULL; a = a->next) {
			to->auth_seen = true;
			to->verdict = a->out.verdict;
			device_text(to, &to->algorithm, a->has_algorithm ? a->algorithm : SLICE("MD5"));
			device_text(to, &to->qop, a->qop);
			device_text(to, &to->why, a->why);
		}
	} else if (to != NULL && x->method != METHOD_REGISTER && m->vias == 1) {
		if (to != from && to->addresses_total == 0)
			device_address(to, &m->rec.dst);
	}
	if (x->keepalive && from != NULL)
		keepalive(x, m, from);
	if (m->mans.verdict != BODY_NONE && exchange_needs_response(m) && slice_eq(m->mans.m.root, SLICE("Query"))) {
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

	if (!final)
		return;
	other = devices_find(t->devices, m->to.uri.user);
	ua = sip_find(&m->sip, SIP_USER_AGENT, 0);
	if (ua == NULL)
		ua = sip_find(&m->sip, SIP_SERVER, 0);
	if (other != NULL && x->method != METHOD_REGISTER && ua != NULL && other->user_agent.n == 0 && m->vias == 1)
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
	d->status = m->sip.status;
	d->logout = x->logout && m->sip.status < 300;
	if (m->sip.status < 300) {
		d->registered = !x->logout;
		d->granted = x->dialog->granted;
		d->granted_ns = m->rec.time_ns;
		device_text(d, &d->call_id, m->call_id);
		d->rejected_in_row = 0;
		if (x->auths == NULL && !x->logout)
			d->auth_seen = false;
	} else {
		if (m->sip.status == 401 || m->sip.status == 407)
			d->challenges++;
		if (x->auths != NULL)
			d->rejected_in_row++;
		if (d->registered != 1)
			d->registered = 0;
		x->rejected_in_row = d->rejected_in_row >= CHALLENGES_NOTED ? d->rejected_in_row : 0;
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
	if (x->outcome == EXCHANGE_COMPLETE)
		d->queries_complete++;
	else if (x->outcome == EXCHANGE_INCOMPLETE)
		d->queries_incomplete++;
	else if (x->outcome == EXCHANGE_UNANSWERED)
		d->queries_unanswered++;
	device_text(d, &d->query, x->CmdType);
	d->query_outcome = x->outcome;
	d->query_status = x->refused;
	d->query_received = x->received;
	d->query_sum = x->SumNum;
}
