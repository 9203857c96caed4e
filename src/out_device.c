/* Records of devices: docs/report.schema.json, docs/devices.md. */
#include "src/out_record.h"

#include <stdio.h>

#include "dissect/deviceid.h"
#include "src/devices.h"
#include "src/member.h"

static void
counts(struct emit *j, const uint64_t n[4])
{
	emit_key(j, "findings");
	emit_open(j, '{');
	member_number(j, "error", n[SEVERITY_ERROR]);
	member_number(j, "warning", n[SEVERITY_WARNING]);
	member_number(j, "note", n[SEVERITY_NOTE]);
	emit_close(j, '}');
}

/* Milliseconds that may be negative. */
static void
member_signed_ms(struct emit *j, const char *key, int64_t ns)
{
	uint64_t us = (ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns) / 1000;
	char text[40];
	int n = snprintf(text, sizeof(text), "%s%llu.%03u", ns < 0 ? "-" : "",
	                 (unsigned long long)(us / 1000), (unsigned)(us % 1000));

	emit_key(j, key);
	emit_raw(j, text, (size_t)n);
	j->comma = true;
}

static void
moment(struct writer *w, const char *key, const struct moment *m)
{
	record_moment(w, key, m->capture, m->frame, m->time_ns);
}

/* The parts of its id, with what they mean. */
static void
identity(struct emit *j, struct slice id)
{
	struct deviceid x;
	char type[8];

	emit_key(j, "identity");
	if (deviceid_dissect(id, NULL, &x) != DIS_OK || id.n != 20) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_text(j, "centre", x.centre);
	member_text(j, "domain", x.domain);
	(void)snprintf(type, sizeof(type), "%02u", x.industry);
	member_string(j, "industry", type);
	member_string(j, "industry_name", x.industry_name);
	(void)snprintf(type, sizeof(type), "%03u", x.type);
	member_string(j, "type", type);
	member_string(j, "type_name", x.type_name);
	member_string(j, "class", x.class_name);
	member_number(j, "network", x.network);
	member_string(j, "network_name", x.network_name);
	member_text(j, "serial", x.serial);
	emit_close(j, '}');
}

/* As X-GB-Ver says; else the only one that has all that its bodies hold. */
static void
edition(struct emit *j, const struct device *d)
{
	const char *guess = d->bodies_seen ? edition_text(d->bodies_edition) : NULL;
	const char *told = edition_text(d->edition);

	member_string(j, "edition", told != NULL ? told : guess);
	member_string(j, "edition_by",
	              told != NULL    ? "X-GB-Ver"
	              : guess != NULL ? "bodies"
	                              : NULL);
}

static void
addresses(struct writer *w, const struct device *d)
{
	static const struct {
		unsigned bit;
		const char *name;
	} how[] = {{PLACE_SOURCE, "source"},
	           {PLACE_VIA, "Via"},
	           {PLACE_CONTACT, "Contact"},
	           {PLACE_TARGET, "target"}};
	const struct device_places *l = d->places;
	struct emit *j = &w->json;
	char t[ADDR_TEXT];
	unsigned i;
	size_t k;

	emit_key(j, "addresses");
	emit_open(j, '[');
	for (i = 0; l != NULL && i < l->total; i++)
		if (l->at[i].known & (PLACE_SOURCE | PLACE_TARGET))
			emit_string(j, addr_text(&l->at[i].addr, t));
	emit_close(j, ']');
	emit_key(j, "address_log");
	emit_open(j, '[');
	for (i = 0; l != NULL && i < l->total; i++) {
		const struct device_place *p = &l->at[i];

		emit_open(j, '{');
		member_string(j, "address", addr_text(&p->addr, t));
		emit_key(j, "known_by");
		emit_open(j, '[');
		for (k = 0; k < sizeof(how) / sizeof(how[0]); k++)
			if (p->known & how[k].bit)
				emit_string(j, how[k].name);
		emit_close(j, ']');
		moment(w, "first", &p->first);
		moment(w, "last", &p->last);
		member_number(j, "times", p->times);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	member_number(j, "addresses_dropped", l != NULL ? l->dropped : 0);
	member_number(j, "address_changes", d->moves);
	emit_key(j, "nat");
	if ((d->nat & NAT_SEEN) == 0) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_bool(j, "via_differs", (d->nat & NAT_VIA) != 0);
	member_bool(j, "contact_differs", (d->nat & NAT_CONTACT) != 0);
	member_bool(j, "contact_private", (d->nat & NAT_CONTACT_PRIVATE) != 0);
	member_bool(j, "source_private", (d->nat & NAT_SOURCE_PRIVATE) != 0);
	member_bool(j, "rport", (d->nat & NAT_RPORT) != 0);
	member_bool(j, "received", (d->nat & NAT_RECEIVED) != 0);
	emit_close(j, '}');
}

static void
registrations(struct writer *w, const struct device *d)
{
	const struct device_registrations *l = d->registrations;
	struct emit *j = &w->json;
	char t[ADDR_TEXT];
	unsigned i;

	emit_key(j, "registrations");
	emit_open(j, '[');
	for (i = 0; l != NULL && i < l->total; i++) {
		const struct device_registration *r = &l->at[i];

		emit_open(j, '{');
		member_number(j, "dialog", r->dialog);
		member_string(j, "registrar", addr_text(&r->registrar, t));
		moment(w, "started", &r->first);
		moment(w, "accepted", &r->accepted);
		moment(w, "refreshed", &r->refreshed);
		moment(w, "ended", &r->ended);
		member_number_if(j, "granted", r->accepted.frame != 0, r->granted);
		member_number_if(j, "status", r->status != 0, r->status);
		member_string(j, "verdict",
		              r->has_verdict ? auth_verdict_name(r->verdict) : NULL);
		member_number(j, "challenges", r->challenges);
		member_number(j, "refusals", r->refusals);
		member_number(j, "refreshes", r->refreshes);
		member_bool(j, "logout", r->logout);
		member_bool(j, "expired", r->expired);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	member_number(j, "registrations_dropped", l != NULL ? l->dropped : 0);
}

static void
keepalives(struct writer *w, const struct device *d)
{
	const struct device_gaps *l = d->gaps;
	struct emit *j = &w->json;
	unsigned i;

	emit_key(j, "keepalives");
	emit_open(j, '{');
	member_number(j, "total", d->keepalives_all);
	member_ms(j, "interval_ms", d->keepalive_interval_ns != 0,
	          d->keepalive_interval_ns);
	member_number_if(j, "interval_told", d->heartbeat != 0, d->heartbeat);
	moment(w, "first", &d->keepalive_first);
	moment(w, "last", &d->keepalive_last);
	member_number(j, "answered", d->keepalives_answered);
	member_number(j, "refused", d->keepalives_refused);
	member_number(j, "unanswered", d->keepalives_unanswered);
	member_number(j, "lost", d->keepalives_lost);
	emit_key(j, "gaps");
	emit_open(j, '[');
	for (i = 0; l != NULL && i < l->total; i++) {
		const struct device_gap *g = &l->at[i];

		emit_open(j, '{');
		record_time(w, "from", g->from_ns, g->at.capture);
		moment(w, "to", &g->at);
		member_ms(j, "length_ms", true, g->at.time_ns - g->from_ns);
		member_number(j, "lost", g->lost);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	member_number(j, "gaps_dropped", l != NULL ? l->dropped : 0);
	emit_close(j, '}');
}

static void
device_clock(struct writer *w, const struct device *d)
{
	struct emit *j = &w->json;
	int hours = clock_zone(d->clock_skew_ns);

	emit_key(j, "clock");
	if (d->clock.frame == 0) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_number(j, "capture", d->clock.capture);
	member_number(j, "frame", d->clock.frame);
	member_signed_ms(j, "ahead_ms", d->clock_skew_ns);
	emit_key(j, "zone_hours");
	if (hours == 0) {
		emit_null(j);
	} else {
		emit_raw(j, hours > 0 ? "8" : "-8", hours > 0 ? 1 : 2);
		j->comma = true;
	}
	emit_close(j, '}');
}

static void
commands(struct emit *j, const struct device *d)
{
	const struct device_commands *l = d->commands;
	unsigned i, k;

	emit_key(j, "exchanges");
	emit_open(j, '[');
	for (i = 0; l != NULL && i < l->total; i++) {
		const struct device_command *c = &l->at[i];

		emit_open(j, '{');
		member_text(j, "CmdType", slice_str(c->CmdType));
		member_number(j, "total", c->total);
		for (k = 0; k < EXCHANGE_OUTCOMES; k++)
			member_number(j, exchange_outcome_name((enum exchange_outcome)k),
			              c->of[k]);
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

static void
dialogs(struct emit *j, const char *key, const struct device_dialogs *l)
{
	unsigned i;

	emit_key(j, key);
	emit_open(j, '{');
	member_number(j, "total", l != NULL ? l->total + l->dropped : 0);
	emit_key(j, "dialogs");
	emit_open(j, '[');
	for (i = 0; l != NULL && i < l->total; i++)
		emit_number(j, l->at[i]);
	emit_close(j, ']');
	emit_close(j, '}');
}

static void
catalog_member(struct emit *j, const char *key, const struct catalog *c,
               const struct catalog_id *id)
{
	char text[CATALOG_ID_TEXT];

	member_text(j, key, catalog_id_text(c, id, text));
}

static void
catalog_node(struct emit *j, const struct catalog_view *v, uint32_t i)
{
	const struct catalog *c = v->catalog;
	const struct catalog_node *n = &c->nodes[i];

	emit_open(j, '{');
	catalog_member(j, "DeviceID", c, &n->id);
	member_text(j, "Name", catalog_name(c, n));
	member_string(j, "kind", catalog_kind_name(catalog_kind(c, &n->id)));
	member_string(j, "status", catalog_status_name((enum catalog_status)n->status));
	catalog_member(j, "ParentID", c, &n->parent);
	catalog_member(j, "CivilCode", c, &n->civil);
	catalog_member(j, "BusinessGroupID", c, &n->group);
	emit_key(j, "above");
	if (v->above[i] == CATALOG_NOWHERE) {
		emit_null(j);
	} else {
		char text[CATALOG_ID_TEXT];

		emit_text(j, catalog_id_text(c, &c->nodes[v->above[i]].id, text), NULL);
	}
	member_number(j, "depth", v->depth[i]);
	member_number(j, "children", v->children[i]);
	member_bool(j, "orphan", (v->odd[i] & CATALOG_ORPHAN) != 0);
	emit_close(j, '}');
}

static void
catalog(struct emit *j, const struct device *d)
{
	const struct catalog *c = d->catalog;
	struct catalog_view v = {.total = 0};
	uint32_t i;

	emit_key(j, "catalog");
	/* Asked for, and nothing came of it: the exchanges tell that. */
	if (c == NULL || (c->rounds == 0 && c->noticed == 0)) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_number_if(j, "SumNum", c->rounds != 0, c->sum);
	member_number(j, "received", c->received);
	member_bool_if(j, "complete", c->rounds != 0, c->complete);
	member_number(j, "answers", c->rounds);
	member_number(j, "noticed", c->noticed);
	member_number(j, "items", c->present);
	member_number(j, "dropped", c->dropped);
	(void)catalog_view(&v, c, d->id);
	emit_key(j, "nodes");
	emit_open(j, '[');
	for (i = 0; i < v.total; i++)
		catalog_node(j, &v, v.order[i]);
	emit_close(j, ']');
	catalog_view_free(&v);
	emit_close(j, '}');
}

static void
rules(struct emit *j, const struct findings *f, struct slice id)
{
	enum rule r;
	uint64_t n;
	size_t i;

	emit_key(j, "rules");
	emit_open(j, '{');
	for (i = 0; (n = findings_rule_of_device(f, id, i, &r)) != 0; i++)
		member_number(j, rule_infos[r].id, n);
	emit_close(j, '}');
}

void
record_device(struct writer *w, const struct device *d, const struct findings *f)
{
	struct emit *j = &w->json;
	uint64_t n[4];

	member_text_if(j, "id", true, d->id);
	member_string(j, "kind", device_kind_name(d->kind));
	identity(j, d->id);
	member_text(j, "name", d->name);
	member_text(j, "manufacturer", d->manufacturer);
	member_text(j, "model", d->model);
	member_text(j, "firmware", d->firmware);
	member_number_if(j, "channels", d->has_channels, d->channels);
	member_bool_if(j, "registered", d->registered >= 0, d->registered != 0);
	addresses(w, d);
	member_text(j, "user_agent", d->user_agent);
	edition(j, d);
	member_text(j, "registration_scheme", d->registration_scheme);
	registrations(w, d);
	keepalives(w, d);
	device_clock(w, d);
	commands(j, d);
	dialogs(j, "calls", d->calls);
	dialogs(j, "subscriptions", d->subscriptions);
	catalog(j, d);
	findings_of_device(f, d->id, n);
	counts(j, n);
	rules(j, f, d->id);
}
