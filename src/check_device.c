/* Devices: registrations, keep-alives, addresses, clocks, catalogs: GB/T 28181-2022 9.1, 9.6. */
#include "src/check.h"

#include <stdio.h>

#include "dissect/deviceid.h"
#include "src/devices.h"

/* ---- challenges ---- */

/* Ten digits, these with the suffix of the standard, the centre code of eight, an address or a host name. */
static const char *
realm_odd(struct slice realm)
{
	struct slice head, rest;
	struct addr a;

	if (realm.n == 0)
		return "empty";
	if (slice_digits(realm))
		return realm.n == 10 || realm.n == 8 ? NULL
		       : realm.n == 20 ? "a whole id of 20 digits, not its first ten"
		                       : "a number, but not of ten digits";
	if (!slice_cut(realm, ':', &head, &rest))
		head = realm;
	if (addr_parse(head, &a) || slice_index(realm, '.') != realm.n ||
	    addr_parse(realm, &a))
		return NULL;
	return "a word, neither ten digits nor a name in the DNS";
}

static void
realm(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr ids[] = {SIP_WWW_AUTHENTICATE, SIP_PROXY_AUTHENTICATE};
	const struct sip_header *h;
	const char *what;
	struct digest d;
	size_t i;

	for (i = 0; i < 2; i++) {
		h = sip_find(&m->sip, ids[i], 0);
		if (h == NULL || digest_dissect(h->value, NULL, &d) != DIS_OK ||
		    !d.is_digest || d.p[DIGEST_REALM].times == 0)
			continue;
		what = realm_odd(d.p[DIGEST_REALM].value);
		if (what != NULL)
			found(c, m, p, RULE_GB_REALM, .field = header_name(ids[i]),
			      VALUE(d.p[DIGEST_REALM].value),
			      EXPECTED(SLICE("ten digits, or a name")),
			      ARGS({"realm", d.p[DIGEST_REALM].value},
			           {"what", slice_str(what)}));
	}
}

/* ---- registrations ---- */

/* Who registers has an id of a kind that does, and one of its own. */
static void
id_type(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice user = m->to.uri.user;
	const char *what = NULL;
	struct deviceid d;

	if (!deviceid_is20(user) || deviceid_dissect(user, NULL, &d) != DIS_OK)
		return; /* gb-user-not-numeric says it */
	if (d.class == DEVICEID_PLATFORM && m->uri.sip && slice_eq(m->uri.user, user))
		what = "is that of the server it registers at";
	else if (d.type == 215 || d.type == 216)
		what = "is that of a group or an organisation";
	else if (d.class == DEVICEID_UNDEFINED)
		what = "has a type that is not defined";
	if (what != NULL)
		found(c, m, p, RULE_GB_ID_TYPE, .field = SLICE("sip.to.user"),
		      VALUE(user), ARGS({"user", user}, {"what", slice_str(what)}));
}

static void
route(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_ROUTE, 0);
	struct slice rest, value;
	struct sip_addr a;
	struct sip_uri u;

	if (h == NULL || m->vias != 1)
		return;
	rest = h->value;
	while (sip_list_next(&rest, &value)) {
		(void)sip_addr_dissect(value, NULL, &a);
		if (sip_uri_dissect(a.uri, NULL, &u) == DIS_OK && u.user.n != 0 &&
		    slice_eq(u.user, m->to.uri.user)) {
			found(c, m, p, RULE_REGISTER_ROUTE, .field = SLICE("sip.Route"),
			      VALUE(h->value),
			      ARGS({"what", SLICE("the device itself")}));
			return;
		}
	}
}

static void
granted(const struct checker *c, const struct message *m, const struct place *p)
{
	uint64_t least =
	    (uint64_t)(threshold_ns(c->thresholds, THRESHOLD_REGISTRATION_LEAST) /
	               INT64_C(1000000000));
	const struct tx *x = p->tx;
	uint32_t n = p->dialog->granted;

	if (x->logout || x->request.frame == 0 || !x->has_expires || x->expires < least ||
	    n >= least)
		return;
	found(c, m, p, RULE_REGISTER_GRANTED_SHORT, .field = SLICE("sip.Expires"),
	      VALUE(number(c, n)),
	      ARGS({"granted", number(c, n)}, {"asked", number(c, x->expires)}));
}

static void
redirect(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_CONTACT, 0);

	if (h == NULL)
		found(c, m, p, RULE_REGISTER_REDIRECT_CONTACT,
		      .field = SLICE("sip.Contact"),
		      ARGS({"status", number(c, m->sip.status)}));
	else
		found(c, m, p, RULE_REGISTER_REDIRECTED, .field = SLICE("sip.Contact"),
		      VALUE(h->value),
		      ARGS({"user", m->to.uri.user}, {"status", number(c, m->sip.status)},
		           {"contact", h->value}));
}

static void
registration(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->request) {
		id_type(c, m, p);
		route(c, m, p);
	} else if (m->sip.status >= 200 && m->sip.status < 300) {
		granted(c, m, p);
	} else if (m->sip.status == 301 || m->sip.status == 302) {
		redirect(c, m, p);
	} else if (m->sip.status == 401 || m->sip.status == 407) {
		realm(c, m, p);
	}
}

/* ---- what the tracker noticed ---- */

static void
notes(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct device_note *n = p->device;
	struct slice before = number(c, n->other.frame);

	if (n->facts & DEVICE_MOVED)
		found(c, m, p, RULE_GB_KEEPALIVE_MOVED, .field = SLICE("ip.src"),
		      VALUE(address(c, &m->rec.src)), EXPECTED(address(c, &n->addr)),
		      ARGS({"device", m->from.uri.user},
		           {"address", address(c, &m->rec.src)}, {"frame", before},
		           {"before", address(c, &n->addr)}));
	if (n->facts & DEVICE_EXPIRED)
		found(
		    c, m, p, RULE_REGISTER_EXPIRED,
		    ARGS({"user", m->from.uri.user}, {"seconds", number(c, n->seconds)}));
	if (n->facts & DEVICE_RETRIED)
		found(c, m, p, RULE_REGISTER_RETRIED,
		      ARGS({"user", m->to.uri.user}, {"seconds", number(c, n->seconds)},
		           {"status", number(c, n->status)}, {"frame", before}));
	if (n->facts & DEVICE_CHALLENGE_IGNORED)
		found(c, m, p, RULE_AUTH_IGNORED, .field = SLICE("sip.Authorization"),
		      ARGS({"user", m->to.uri.user}, {"frame", before}));
	if (n->facts & DEVICE_HEARTBEAT)
		found(c, m, p, RULE_GB_KEEPALIVE_INTERVAL, VALUE(number(c, n->seconds)),
		      EXPECTED(number(c, n->status)),
		      ARGS({"device", m->from.uri.user},
		           {"seconds", number(c, n->seconds)},
		           {"told", number(c, n->status)}));
}

/* "34020000001310000001 (east gate)" */
static struct slice
node_text(const struct checker *c, const struct catalog *k, uint32_t node)
{
	char id[CATALOG_ID_TEXT], text[CATALOG_ID_TEXT + 128];
	const struct catalog_node *n = &k->nodes[node];
	struct slice name = catalog_name(k, n), s = catalog_id_text(k, &n->id, id);
	int len = name.n != 0 ? snprintf(text, sizeof(text), SLICE_FMT " (" SLICE_FMT ")",
	                                 SLICE_ARG(s), SLICE_ARG(name))
	                      : snprintf(text, sizeof(text), SLICE_FMT, SLICE_ARG(s));

	return arena_keep(c->scratch, slice_of(text, len < 0 ? 0 : (size_t)len));
}

static void
catalog(const struct checker *c, const struct message *m, const struct place *p)
{
	static const struct {
		enum rule rule;
		const char *other; /* name of the argument */
		const char *field;
	} rows[CATALOG_FAULTS] = {
	    [CATALOG_FAULT_ORPHAN] = {RULE_CATALOG_ORPHAN, "parent", "ParentID"},
	    [CATALOG_FAULT_CYCLE] = {RULE_CATALOG_CYCLE, "parent", "ParentID"},
	    [CATALOG_FAULT_REPEATED] = {RULE_CATALOG_REPEATED, NULL, "DeviceID"},
	    [CATALOG_FAULT_CHILDREN] = {RULE_CATALOG_CHILDREN, NULL, "Parental"},
	    [CATALOG_FAULT_CHILDLESS] = {RULE_CATALOG_CHILDLESS, NULL, "Parental"},
	    [CATALOG_FAULT_GROUP] = {RULE_CATALOG_GROUP, "group", "BusinessGroupID"},
	};
	const struct device_note *n = p->device;
	char id[CATALOG_ID_TEXT], field[64];
	size_t i;

	for (i = 0; i < n->faults_total; i++) {
		const struct catalog_fault *x = &n->faults[i];
		struct finding f = {.rule = rows[x->kind].rule};
		struct slice other =
		    arena_keep(c->scratch, catalog_id_text(n->catalog, &x->other, id));

		(void)snprintf(field, sizeof(field), "/Response/DeviceList/Item/%s",
		               rows[x->kind].field);
		f.field = slice_str(field);
		f.args[0] =
		    (struct finding_arg){"node", node_text(c, n->catalog, x->node)};
		if (rows[x->kind].other != NULL) {
			f.args[1] = (struct finding_arg){rows[x->kind].other, other};
			f.has_value = true;
			f.value = other;
		} else if (x->kind == CATALOG_FAULT_CHILDREN) {
			f.args[1] = (struct finding_arg){"children", number(c, x->count)};
		}
		found_on(c, m, p, &f);
	}
}

void
check_device(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->method == METHOD_REGISTER)
		registration(c, m, p);
	if (p->device == NULL)
		return;
	notes(c, m, p);
	if (p->device->faults_total != 0)
		catalog(c, m, p);
}

/* ---- what ended ---- */

static void
abandoned(const struct checker *c, const struct tracker_event *e)
{
	const struct device_note *n = e->place.device;
	const struct dialog *d = e->dialog;
	uint64_t wait =
	    (uint64_t)(threshold_ns(c->thresholds, THRESHOLD_TRANSACTION_TIMEOUT) /
	               INT64_C(1000000000));
	struct finding f = {.rule = RULE_AUTH_ABANDONED};

	f.args[0] = (struct finding_arg){"user", d->to.user};
	f.args[1] =
	    (struct finding_arg){"detail", n->facts & DEVICE_CHALLENGE_BARE
	                                       ? SLICE(", which names no algorithm")
	                                       : SLICE_EMPTY};
	f.args[2] = (struct finding_arg){"when", SLICE_EMPTY};
	if (n->seconds < wait) {
		f.severity = SEVERITY_NOTE;
		f.args[2].value = SLICE(" in this capture");
	}
	found_at(c, d, 0, &d->last, &f);
}

static void
stale(const struct checker *c, const struct tracker_event *e)
{
	const struct tx *x = e->tx;
	struct finding f = {.rule = RULE_GB_STALE_ADDRESS, .field = SLICE("ip.dst")};
	struct sip_uri u;

	(void)sip_uri_dissect(x->uri, NULL, &u);
	f.args[0] = (struct finding_arg){"method", x->method_name};
	f.args[1] = (struct finding_arg){"device", u.user};
	f.args[2] = (struct finding_arg){"target", address(c, &x->server)};
	f.args[3] = (struct finding_arg){"address", address(c, &e->place.device->addr)};
	f.args[4] = (struct finding_arg){"when", SLICE("")};
	if (e->how != ENDED_TIMEOUT) {
		f.severity = SEVERITY_NOTE;
		f.args[4].value = SLICE(" (no answer in this capture)");
	}
	found_at(c, x->dialog, x->id, &x->request, &f);
}

void
check_device_ended(const struct checker *c, const struct tracker_event *e)
{
	if (e->kind == TRACKER_DIALOG && (e->place.device->facts & DEVICE_CHALLENGE_OPEN))
		abandoned(c, e);
	else if (e->kind == TRACKER_TX && (e->place.device->facts & DEVICE_STALE))
		stale(c, e);
}
