/* What the messages say about devices: registrations, keep-alives, queries. GB/T 28181-2022 9.1, 9.6. */
#include "src/tracker_own.h"

#include "dissect/deviceid.h"

enum {
	GAPS_LIKELY =
	    3, /* keepalives lost at once, where the usual distance was seen once only */
	REGISTRAR_TEXT = 200,
	ITEM_FIELD = 3, /* depth of what an item of a catalog has */
	HEARTBEATS_OFF =
	    3, /* keep-alives in a row at another interval than the one told */
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

/* Where it talks from now. */
void
device_at(struct tracker *t, struct device *d, const struct message *m)
{
	if (d->at.n == 0 || !addr_eq(&d->at, &m->rec.src))
		d->at_ns = m->rec.time_ns;
	devices_move(t->devices, d, &m->rec.src);
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

struct device_note *
device_note(struct tracker *t, struct place *p)
{
	if (p->device == NULL)
		p->device = ARENA_NEW(&t->scratch, struct device_note);
	return p->device;
}

/* Against the interval that a BasicParam told: what is off comes several times in a row, and each time alike. */
static void
heartbeat(struct tracker *t, struct device *d, int64_t gap, struct place *p)
{
	int64_t told = (int64_t)d->heartbeat * SECOND;
	struct device_note *n;

	if (d->heartbeat == 0 || d->heartbeat_off > HEARTBEATS_OFF)
		return;
	if (near(gap, told, told / 2) || !near(gap, d->keepalive_interval_ns, gap / 4)) {
		d->heartbeat_off = 0;
		return;
	}
	if (++d->heartbeat_off < HEARTBEATS_OFF)
		return;
	d->heartbeat_off++; /* once */
	n = device_note(t, p);
	if (n != NULL) {
		n->facts |= DEVICE_HEARTBEAT;
		n->seconds = (uint64_t)((gap + SECOND / 2) / SECOND);
		n->status = d->heartbeat;
	}
}

/* From another address than the one before, to the same server, without a registration between. */
static void
moved(struct tracker *t, struct device *d, const struct message *m, struct place *p)
{
	struct device_note *n;
	bool stream = m->rec.carrier != CARRIER_UDP;

	if (m->vias != 1)
		return;
	if (d->server.n == 0) {
		d->server = m->rec.dst;
	} else if (!addr_eq(&d->server, &m->rec.dst)) {
		return; /* another platform, perhaps through another interface */
	} else if (d->at.n != 0 && !addr_eq(&d->at, &m->rec.src) &&
	           (!stream || !addr_ip_eq(&d->at, &m->rec.src)) &&
	           d->keepalive_last.capture == m->rec.capture) {
		n = device_note(t, p);
		d->moves++;
		if (n != NULL) {
			n->facts |= DEVICE_MOVED;
			n->addr = d->at;
			n->other = d->keepalive_last;
		}
	}
	device_at(t, d, m);
}

static void
keepalive(struct tracker *tracker, struct tx *x, const struct message *m,
          struct device *d, struct place *p)
{
	const struct thresholds *t = tracker->options.thresholds;
	int64_t gap = m->rec.time_ns - d->keepalive_ns;

	moved(tracker, d, m, p);
	d->keepalives_all++;
	d->keepalive_last = moment_of(&m->rec);
	if (d->keepalive_first.frame == 0)
		d->keepalive_first = d->keepalive_last;
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
			device_gap(d, &(struct device_gap){.at = d->keepalive_last,
			                                   .from_ns = d->keepalive_ns,
			                                   .lost = x->keepalives_lost});
		}
		heartbeat(tracker, d, gap, p);
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

static bool
is_command(const struct message *m, const char *root, const char *CmdType)
{
	return slice_eq(m->mans.m.root, slice_str(root)) &&
	       slice_eq(m->mans.m.CmdType, slice_str(CmdType));
}

/* The text of a field right below the root, or below `group` there. */
static struct slice
field(const struct message *m, const char *group, const char *name)
{
	const struct manscdp *x = &m->mans.m;
	size_t i;

	for (i = 0; i < x->nodes_total; i++) {
		const struct manscdp_node *n = &x->nodes[i];

		if (n->attribute || n->depth != (group ? 2 : 1) ||
		    !slice_eq(n->name, slice_str(name)))
			continue;
		if (group == NULL || slice_eq(x->nodes[n->parent].name, slice_str(group)))
			return slice_trim(n->text);
	}
	return SLICE_EMPTY;
}

static void
device_info(struct device *d, const struct message *m)
{
	const struct {
		const char *name;
		struct slice *to;
	} rows[] = {{"DeviceName", &d->name},
	            {"Manufacturer", &d->manufacturer},
	            {"Model", &d->model},
	            {"Firmware", &d->firmware}};
	struct slice text;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = field(m, NULL, rows[i].name);
		if (text.n != 0)
			device_text(d, rows[i].to, text);
	}
	if (parse_u32(field(m, NULL, "Channel"), UINT32_MAX, &d->channels))
		d->has_channels = true;
}

/* Its own item in its catalog, where DeviceInfo did not come before. */
static void
own_item(struct device *d, const struct message *m)
{
	const struct manscdp *x = &m->mans.m;
	uint32_t item;
	size_t i;

	if (d->manufacturer.n != 0 || d->model.n != 0)
		return;
	for (i = 0; i < x->nodes_total; i++)
		if (x->nodes[i].depth == ITEM_FIELD &&
		    slice_eq(x->nodes[i].text, d->id) &&
		    slice_eq(x->nodes[i].name, SLICE("DeviceID")))
			break;
	if (i == x->nodes_total)
		return;
	for (item = x->nodes[i].parent, i = item + 1;
	     i < x->nodes_total && x->nodes[i].depth >= ITEM_FIELD; i++) {
		const struct manscdp_node *n = &x->nodes[i];

		if (n->parent != item || n->attribute)
			continue;
		if (slice_eq(n->name, SLICE("Name")) && d->name.n == 0)
			device_text(d, &d->name, slice_trim(n->text));
		else if (slice_eq(n->name, SLICE("Manufacturer")))
			device_text(d, &d->manufacturer, slice_trim(n->text));
		else if (slice_eq(n->name, SLICE("Model")))
			device_text(d, &d->model, slice_trim(n->text));
	}
}

static void
told_heartbeat(struct device *d, const struct message *m)
{
	uint32_t n;

	if (d == NULL ||
	    !parse_u32(field(m, "BasicParam", "HeartBeatInterval"), 86400, &n) || n == 0)
		return;
	d->heartbeat = n;
	d->heartbeat_off = 0;
}

static void
catalog_whole(struct tracker *t, struct device *d, struct place *p)
{
	struct device_note *n = device_note(t, p);

	if (n == NULL)
		return;
	n->catalog = d->catalog;
	n->faults_total = catalog_faults(d->catalog, d->id, &t->scratch, &n->faults);
}

/* What its own bodies, and those sent to it, say of a device. */
static void
device_body(struct tracker *t, struct device *from, struct device *to,
            const struct message *m, struct place *p)
{
	if (from != NULL && m->mans.m.command != NULL) {
		from->bodies_edition &= m->mans.m.editions;
		from->bodies_seen = true;
	}
	if (to != NULL && is_command(m, "Query", "Catalog") &&
	    m->method == METHOD_MESSAGE) {
		catalog_asked(&to->catalog, devices_catalogs(t->devices), m);
	} else if (to != NULL && is_command(m, "Control", "DeviceConfig")) {
		told_heartbeat(to, m);
	} else if (from == NULL) {
		return;
	} else if (is_command(m, "Response", "Catalog") ||
	           is_command(m, "Notify", "Catalog")) {
		own_item(from, m);
		if (catalog_feed(&from->catalog, devices_catalogs(t->devices), m))
			catalog_whole(t, from, p);
	} else if (is_command(m, "Response", "DeviceInfo")) {
		device_info(from, m);
	} else if (is_command(m, "Response", "ConfigDownload")) {
		told_heartbeat(from, m);
	} else if (is_command(m, "Response", "DeviceConfig") &&
	           slice_eq(m->mans.m.Result, SLICE("ERROR"))) {
		from->heartbeat = 0;
	}
}

/* A call or a subscription that begins belongs to the one that it names, and to who is reached at that address. */
static void
begins(struct tracker *t, const struct tx *x, const struct message *m)
{
	struct device *at = devices_at(t->devices, &m->rec.dst), *named;

	if (at == NULL)
		at = devices_at(t->devices, &m->rec.src);
	named = devices_find(t->devices, device_of(m));
	if (at != NULL)
		device_dialog(x->method == METHOD_INVITE ? &at->calls
		                                         : &at->subscriptions,
		              x->dialog->id);
	if (named != NULL && named != at)
		device_dialog(x->method == METHOD_INVITE ? &named->calls
		                                         : &named->subscriptions,
		              x->dialog->id);
}

static void
queried(struct tracker *t, const struct message *m)
{
	struct device *d = devices_find(t->devices, m->to.uri.user);

	if (d == NULL)
		return;
	d->queries++;
	device_text(d, &d->query, m->mans.m.CmdType);
	d->query_outcome = EXCHANGE_UNKNOWN;
	d->query_status = 0;
}

/* Who sent it, and from where. */
static void
device_sender(struct device *d, const struct message *m, const struct moment *now)
{
	const struct sip_header *ua = sip_find(&m->sip, SIP_USER_AGENT, 0);

	device_place(d, &m->rec.src, PLACE_SOURCE, now);
	if (ua != NULL)
		device_text(d, &d->user_agent, ua->value);
	if (m->edition != 0)
		d->edition = m->edition;
}

/* A request that is no repeat. */
void
device_request(struct tracker *t, struct tx *x, const struct message *m, struct place *p)
{
	struct ref ref = ref_of(&m->rec, NULL);
	struct moment now = moment_of(&m->rec);
	struct device *from = party_device(t, m, &m->from, &ref), *to;
	struct auth_entry *a;

	to = x->method == METHOD_REGISTER && slice_eq(m->to.uri.user, m->from.uri.user)
	         ? from
	         : party_device(t, m, &m->to, &ref);
	if (from != NULL && m->vias == 1)
		device_sender(from, m, &now);
	if (to == NULL)
		to = from;
	if (x->method == METHOD_REGISTER && to != NULL) {
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
		registration_asked(t, to, x, m, p);
	} else if (to != NULL && m->vias == 1 && to != from &&
	           (to->places == NULL || to->places->total == 0)) {
		device_place(to, &m->rec.dst, PLACE_TARGET, &now);
	}
	if (x->keepalive && from != NULL)
		keepalive(t, x, m, from, p);
	if (from != NULL && from->registered == 1 && x->method != METHOD_REGISTER)
		registration_speaks(t, from, m, p);
	if ((x->method == METHOD_INVITE || x->method == METHOD_SUBSCRIBE) &&
	    m->to.tag.n == 0)
		begins(t, x, m);
	if (m->mans.verdict == BODY_NONE)
		return;
	if (!x->keepalive)
		device_body(t, from, to, m, p);
	if (exchange_needs_response(m) && slice_eq(m->mans.m.root, SLICE("Query")))
		queried(t, m);
}

void
device_response(struct tracker *t, struct tx *x, const struct message *m, struct place *p,
                bool final)
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
	if (x->keepalive) {
		d = devices_find(t->devices, m->from.uri.user);
		if (d != NULL && m->sip.status >= 300)
			d->keepalives_refused++;
		else if (d != NULL)
			d->keepalives_answered++;
	}
	if (x->method != METHOD_REGISTER)
		return;
	d = devices_find(t->devices, m->to.uri.user);
	if (d == NULL)
		return;
	registration_decided(t, d, x, m, p);
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

/* Sent where the device is not, by the server that it talks to, and never answered. */
static struct device_note *
stale(struct tracker *t, const struct tx *x)
{
	struct sip_uri u;
	struct device *d;
	struct device_note *n;
	bool stream = x->carrier != CARRIER_UDP;

	if (x->status != 0 || x->request.frame == 0 || x->vias != 1 ||
	    (x->method != METHOD_MESSAGE && x->method != METHOD_INVITE &&
	     x->method != METHOD_SUBSCRIBE) ||
	    x->provisional || sip_uri_dissect(x->uri, NULL, &u) != DIS_OK)
		return NULL;
	d = devices_find(t->devices, u.user);
	if (d == NULL || d->at.n == 0 || !addr_ip_eq(&d->server, &x->client) ||
	    d->at_ns > x->request.time_ns || devices_at(t->devices, &x->server) != NULL ||
	    (stream ? addr_ip_eq(&d->at, &x->server) : addr_eq(&d->at, &x->server)))
		return NULL;
	n = ARENA_NEW(&t->scratch, struct device_note);
	if (n == NULL)
		return NULL;
	n->facts = DEVICE_STALE;
	n->addr = d->at;
	return n;
}

struct device_note *
device_tx_ended(struct tracker *t, struct tx *x, enum ended_how how)
{
	struct device *d;

	if (how == ENDED_EVICTED || x->status != 0)
		return NULL;
	if (!x->keepalive)
		return stale(t, x);
	if (how != ENDED_TIMEOUT)
		return NULL;
	d = devices_find(t->devices, x->user);
	if (d != NULL)
		d->keepalives_unanswered++;
	return NULL;
}

void
device_exchange(struct tracker *t, const struct exchange *x)
{
	struct device *d = devices_find(t->devices, x->to);
	struct device_command *c;

	if (d == NULL)
		return;
	c = device_command(d, x->CmdType);
	if (c != NULL) {
		c->total++;
		c->of[x->outcome]++;
	}
	if (!slice_eq(x->root, SLICE("Query")))
		return;
	device_text(d, &d->query, x->CmdType);
	d->query_outcome = x->outcome;
	d->query_status = x->refused;
	d->query_received = x->received;
	d->query_sum = x->SumNum;
}
