/* show device ID: all that a capture says of one device. */
#include <stdio.h>
#include <stdlib.h>

#include "dissect/deviceid.h"
#include "src/devices.h"
#include "src/lines.h"
#include "src/nearest.h"
#include "src/notices.h"
#include "src/show.h"
#include "src/subscriptions.h"
#include "src/text.h"
#include "src/text_exchange.h"
#include "src/text_session.h"
#include "src/text_subscription.h"

enum {
	TOLD_MOST = 200,
	LABEL = 14,
	DRAWN_MAX = 32 /* levels of the tree that are drawn as such */
};

/* What is said as it ends, behind what is known at the end: a list each, in order of their beginnings. */
struct own {
	struct lines *exchanges, *subscriptions, *notices, *sessions;
};

static bool
begin(struct out *o)
{
	struct own *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return false;
	o->own = own;
	own->exchanges = lines_new();
	own->subscriptions = lines_new();
	own->notices = lines_new();
	own->sessions = lines_new();
	return own->exchanges != NULL && own->subscriptions != NULL &&
	       own->notices != NULL && own->sessions != NULL;
}

/* ---- lines ---- */

static void
label(struct out *o, const char *name)
{
	(void)fprintf(o->f, "  %-*s", LABEL, name);
}

static void
text_line(struct out *o, const char *name, struct slice value)
{
	if (value.n == 0)
		return;
	label(o, name);
	tty_put(o, value);
	(void)fputc('\n', o->f);
}

static void
at_frame(struct out *o, const struct moment *m)
{
	char t[TIME_TEXT];

	(void)fprintf(o->f, "%s frame ", text_time(o, m->time_ns, t));
	text_place(o, m->capture, m->frame);
}

static void
span(struct out *o, const struct moment *first, const struct moment *last)
{
	at_frame(o, first);
	if (last->frame != first->frame || last->capture != first->capture) {
		(void)fputs(" to ", o->f);
		at_frame(o, last);
	}
}

/* "12.345 s" */
static void
seconds(struct out *o, int64_t ns)
{
	uint64_t ms = (ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns) / 1000000;

	(void)fprintf(o->f, "%llu.%03u s", (unsigned long long)(ms / 1000),
	              (unsigned)(ms % 1000));
}

/* ---- who it is ---- */

static void
meaning(struct out *o, const char *name, struct slice digits, const char *what)
{
	label(o, name);
	tty_put(o, digits);
	(void)fprintf(o->f, "  %s\n", what != NULL ? what : "not in the table");
}

static void
identity(struct out *o, const struct device *d)
{
	struct deviceid x;

	inked(o, INK_BOLD, "Device ");
	ink(o, INK_BOLD);
	tty_put(o, d->id);
	ink(o, INK_PLAIN);
	(void)fprintf(o->f, "  %s\n", device_kind_name(d->kind));
	if (d->id.n == 20 && deviceid_dissect(d->id, NULL, &x) == DIS_OK) {
		text_line(o, "centre", x.centre);
		text_line(o, "domain", x.domain);
		meaning(o, "industry", slice_head(slice_tail(d->id, 8), 2),
		        x.industry_name);
		meaning(o, "type", slice_head(slice_tail(d->id, 10), 3), x.type_name);
		meaning(o, "network", slice_head(slice_tail(d->id, 13), 1),
		        x.network_name);
		text_line(o, "serial", x.serial);
	}
	text_line(o, "name", d->name);
	text_line(o, "manufacturer", d->manufacturer);
	text_line(o, "model", d->model);
	text_line(o, "firmware", d->firmware);
	if (d->has_channels) {
		label(o, "channels");
		(void)fprintf(o->f, "%u\n", d->channels);
	}
	text_line(o, "User-Agent", d->user_agent);
	if (edition_text(d->edition) != NULL) {
		label(o, "edition");
		(void)fprintf(o->f, "%s (X-GB-Ver)\n", edition_text(d->edition));
	} else if (d->bodies_seen && edition_text(d->bodies_edition) != NULL) {
		label(o, "edition");
		(void)fprintf(o->f, "%s (guessed by its bodies)\n",
		              edition_text(d->bodies_edition));
	}
}

static void
addresses(struct out *o, const struct device *d)
{
	static const struct {
		unsigned bit;
		const char *name;
	} how[] = {{PLACE_SOURCE, "sends from there"},
	           {PLACE_VIA, "in Via"},
	           {PLACE_CONTACT, "in Contact"},
	           {PLACE_TARGET, "others send there"}};
	const struct device_places *l = d->places;
	char t[ADDR_TEXT];
	unsigned i;
	size_t k;

	if (l == NULL)
		return;
	inked(o, INK_BOLD, "\nAddresses\n");
	for (i = 0; i < l->total; i++) {
		const struct device_place *p = &l->at[i];
		const char *between = "  ";

		(void)fprintf(o->f, "  %-21s", addr_text(&p->addr, t));
		for (k = 0; k < sizeof(how) / sizeof(how[0]); k++)
			if (p->known & how[k].bit) {
				(void)fprintf(o->f, "%s%s", between, how[k].name);
				between = ", ";
			}
		(void)fputs("  ", o->f);
		span(o, &p->first, &p->last);
		(void)fputc('\n', o->f);
	}
	if (l->dropped != 0)
		(void)fprintf(o->f, "  ... and %llu before these\n",
		              (unsigned long long)l->dropped);
	if (d->nat & (NAT_VIA | NAT_CONTACT)) {
		(void)fputs("  ", o->f);
		ink(o, INK_WARN);
		(void)fprintf(o->f, "%s%s%s not where it is seen",
		              d->nat & NAT_VIA ? "Via" : "",
		              (d->nat & NAT_VIA) && (d->nat & NAT_CONTACT) ? " and " : "",
		              d->nat & NAT_CONTACT ? "Contact" : "");
		ink(o, INK_PLAIN);
		(void)fprintf(
		    o->f, "%s%s\n",
		    d->nat & NAT_CONTACT_PRIVATE ? ": a private address behind a NAT"
		                                 : "",
		    d->nat & NAT_RPORT ? "; it asks for rport" : "; without rport");
	}
	if (d->moves != 0) {
		(void)fputs("  its keep-alives changed their address ", o->f);
		count_put(o, d->moves, "time");
		(void)fputc('\n', o->f);
	}
}

static void
registrations(struct out *o, const struct device *d)
{
	const struct device_registrations *l = d->registrations;
	char t[ADDR_TEXT];
	unsigned i;
	int zone;

	if (!d->register_seen)
		return;
	inked(o, INK_BOLD, "\nRegistrations\n  ");
	text_registration(o, d);
	(void)fputc('\n', o->f);
	for (i = 0; l != NULL && i < l->total; i++) {
		const struct device_registration *r = &l->at[i];

		(void)fprintf(o->f, "  dialog %u at %s  ", r->dialog,
		              addr_text(&r->registrar, t));
		at_frame(o, &r->first);
		if (r->accepted.frame != 0) {
			(void)fputs(", accepted ", o->f);
			at_frame(o, &r->accepted);
			(void)fprintf(o->f, " for %u s", r->granted);
		} else if (r->status != 0) {
			(void)fprintf(o->f, ", last answered %u", r->status);
		} else {
			(void)fputs(", not answered", o->f);
		}
		if (r->challenges != 0) {
			(void)fputs(", ", o->f);
			count_put(o, r->challenges, "challenge");
		}
		if (r->refusals != 0) {
			(void)fputs(", ", o->f);
			count_put(o, r->refusals, "refusal");
		}
		if (r->refreshes != 0) {
			(void)fputs(", ", o->f);
			count_put(o, r->refreshes, "refresh");
			(void)fputs(", the last ", o->f);
			at_frame(o, &r->refreshed);
		}
		if (r->logout) {
			(void)fputs(", logged out ", o->f);
			at_frame(o, &r->ended);
		}
		if (r->expired)
			inked(o, INK_WARN, ", ran out");
		(void)fputc('\n', o->f);
	}
	if (l != NULL && l->dropped != 0)
		(void)fprintf(o->f, "  ... and %llu before these\n",
		              (unsigned long long)l->dropped);
	if (d->clock.frame == 0)
		return;
	zone = clock_zone(d->clock_skew_ns);
	(void)fputs("  told the time ", o->f);
	at_frame(o, &d->clock);
	(void)fputs(": ", o->f);
	seconds(o, d->clock_skew_ns);
	(void)fprintf(o->f, " %s the capture's clock",
	              d->clock_skew_ns < 0 ? "behind" : "ahead of");
	if (zone != 0)
		inked(o, INK_BAD,
		      zone > 0 ? " (Beijing's time called GMT)"
		               : " (UTC where Beijing's time is meant)");
	(void)fputc('\n', o->f);
}

static void
keepalives(struct out *o, const struct device *d)
{
	const struct device_gaps *l = d->gaps;
	char t[TIME_TEXT];
	unsigned i;

	if (d->keepalives == 0)
		return;
	inked(o, INK_BOLD, "\nKeep-alives\n");
	text_keepalives(o, d);
	if (d->keepalive_interval_ns != 0) {
		(void)fputs(", usually each ", o->f);
		seconds(o, d->keepalive_interval_ns);
	}
	if (d->heartbeat != 0)
		(void)fprintf(o->f, " (told: %u s)", d->heartbeat);
	(void)fputs("\n  ", o->f);
	span(o, &d->keepalive_first, &d->keepalive_last);
	(void)fputc('\n', o->f);
	for (i = 0; l != NULL && i < l->total; i++) {
		(void)fprintf(o->f, "  none from %s to ",
		              text_time(o, l->at[i].from_ns, t));
		at_frame(o, &l->at[i].at);
		(void)fprintf(o->f, ": %llu lost\n", (unsigned long long)l->at[i].lost);
	}
	if (l != NULL && l->dropped != 0)
		(void)fprintf(o->f, "  ... and %llu gaps before these\n",
		              (unsigned long long)l->dropped);
}

/* ---- what it did ---- */

static bool
is_it(const struct out *o, struct slice id)
{
	return slice_eq(id, slice_str(o->device));
}

/* Who has a channel that is called is known at the end alone, so all are written down: with part 0 what an id tells to
 * be this device's, else with the number of the dialog. */
static uint32_t
part_of(bool its, uint32_t dialog)
{
	return its ? 0 : dialog;
}

/* Its first part: when it began. */
static FILE *
begun(struct out *o, struct lines *l, uint32_t id, uint32_t part, int64_t time_ns)
{
	FILE *to = lines_begin(l, id, part);
	char t[TIME_TEXT];

	if (to != NULL)
		(void)fprintf(to, "  %s  ", text_time(o, time_ns, t));
	return to;
}

static void
exchange(struct out *o, const struct exchange *x)
{
	struct own *own = o->own;

	if (!is_it(o, x->to) && !is_it(o, x->from))
		return;
	o->f = lines_begin(own->exchanges, x->id, 0);
	if (o->f == NULL)
		return;
	(void)fputs("  ", o->f);
	exchange_line(o, x, false);
	(void)fputc('\n', o->f);
	lines_done(own->exchanges);
}

static void
subscription(struct out *o, const struct gb_subscription *x)
{
	struct own *own = o->own;
	bool its =
	    is_it(o, x->subscriber) || is_it(o, x->notifier) || is_it(o, x->DeviceID);

	o->f = begun(o, own->subscriptions, x->id, part_of(its, x->dialog),
	             x->first.time_ns);
	if (o->f == NULL)
		return;
	subscription_line(o, x);
	(void)fputc('\n', o->f);
	lines_done(own->subscriptions);
}

static void
notice(struct out *o, const struct gb_notice *x)
{
	struct own *own = o->own;

	if (!is_it(o, x->from) && !is_it(o, x->to) && !is_it(o, x->DeviceID))
		return;
	o->f = begun(o, own->notices, x->id, 0, x->steps[0].ref.time_ns);
	if (o->f == NULL)
		return;
	notice_line(o, x);
	(void)fputc('\n', o->f);
	lines_done(own->notices);
}

static void
session(struct out *o, const struct gb_session *x)
{
	struct own *own = o->own;
	bool its = is_it(o, x->device) || is_it(o, x->channel) || is_it(o, x->caller) ||
	           is_it(o, x->callee);

	/* A broadcast that came to no INVITE is in no dialog. */
	if (!its && x->dialog == 0)
		return;
	o->f = begun(o, own->sessions, x->id, part_of(its, x->dialog),
	             session_began(x)->time_ns);
	if (o->f == NULL)
		return;
	session_put(o, x);
	session_detail_put(o, x);
	lines_done(own->sessions);
}

static void
ended(struct out *o, enum section s, const void *what)
{
	FILE *f = o->f;

	if (s == SECTION_EXCHANGES)
		exchange(o, what);
	if (s == SECTION_SUBSCRIPTIONS)
		subscription(o, what);
	if (s == SECTION_NOTICES)
		notice(o, what);
	if (s == SECTION_SESSIONS)
		session(o, what);
	o->f = f;
	arena_reset(&o->scratch);
}

static bool
is_listed(const void *own, uint32_t id)
{
	const struct device_dialogs *l = own;
	unsigned i;

	if (id == 0)
		return true;
	for (i = 0; l != NULL && i < l->total; i++)
		if (l->at[i] == id)
			return true;
	return false;
}

static void
section(struct out *o, const char *title, struct lines *lines,
        const struct device_dialogs *l, const char *list)
{
	size_t n = lines_tell_those(lines, NULL, 0, is_listed, l);

	if (n == 0)
		return;
	(void)fputc('\n', o->f);
	inked(o, INK_BOLD, title);
	(void)fputc('\n', o->f);
	(void)lines_tell_those(lines, o->f, TOLD_MOST, is_listed, l);
	if (n > TOLD_MOST)
		(void)fprintf(o->f,
		              "  ... and %zu more; 'gbscope list %s' has them all\n",
		              n - TOLD_MOST, list);
	if (l != NULL && l->dropped != 0)
		(void)fprintf(
		    o->f, "  %llu older dialogs of its channels are not among these\n",
		    (unsigned long long)l->dropped);
}

static void
commands(struct out *o, const struct device *d)
{
	const struct device_commands *l = d->commands;
	unsigned i, k;

	for (i = 0; l != NULL && i < l->total; i++) {
		(void)fputs("  ", o->f);
		tty_put(o, slice_str(l->at[i].CmdType));
		(void)fprintf(o->f, ": %u", l->at[i].total);
		for (k = 0; k < EXCHANGE_OUTCOMES; k++)
			if (l->at[i].of[k] != 0)
				(void)fprintf(
				    o->f, ", %u %s", l->at[i].of[k],
				    exchange_outcome_text((enum exchange_outcome)k));
		(void)fputc('\n', o->f);
	}
}

/* ---- its catalog ---- */

static void
node(struct out *o, const struct catalog_view *v, uint32_t at, bool *more)
{
	const struct catalog *c = v->catalog;
	uint32_t i = v->order[at], k, depth = v->depth[i];
	const struct catalog_node *n = &c->nodes[i];
	const char *status = catalog_status_name((enum catalog_status)n->status);
	char text[CATALOG_ID_TEXT];

	if (depth >= DRAWN_MAX)
		depth = DRAWN_MAX - 1;
	(void)fputs("  ", o->f);
	for (k = 0; k < depth; k++)
		(void)fputs(more[k] ? "\xe2\x94\x82  " : "   ", o->f);
	(void)fputs(more[depth] ? "\xe2\x94\x9c\xe2\x94\x80 "
	                        : "\xe2\x94\x94\xe2\x94\x80 ",
	            o->f);
	tty_put(o, catalog_id_text(c, &n->id, text));
	(void)fputs("  ", o->f);
	tty_put(o, catalog_name(c, n));
	if (status != NULL) {
		(void)fputs("  ", o->f);
		inked(o, n->status == CATALOG_ON ? INK_GOOD : INK_BAD, status);
	}
	if (v->odd[i] & CATALOG_ORPHAN) {
		inked(o, INK_WARN, "  its parent ");
		tty_put(o, catalog_id_text(c, &n->parent, text));
		inked(o, INK_WARN, " is not there");
	}
	if (v->odd[i] & CATALOG_CYCLE)
		inked(o, INK_BAD, "  its parent is below it");
	(void)fputc('\n', o->f);
	arena_reset(&o->scratch);
}

/* Which nodes have another one of the same parent behind them: read from behind, by what was seen at each depth. */
static bool *
with_next(const struct catalog_view *v)
{
	bool *next = calloc(v->total + 1, sizeof(*next));
	bool seen[DRAWN_MAX] = {false};
	uint32_t i, depth;

	for (i = v->total; next != NULL && i-- > 0;) {
		depth = v->depth[v->order[i]];
		if (depth >= DRAWN_MAX)
			continue;
		next[i] = seen[depth];
		seen[depth] = true;
		if (depth + 1 < DRAWN_MAX)
			memset(&seen[depth + 1], 0, DRAWN_MAX - depth - 1);
	}
	return next;
}

static void
tree(struct out *o, const struct catalog_view *v)
{
	bool more[DRAWN_MAX] = {false}, *next = with_next(v);
	uint32_t i, depth;

	for (i = 0; next != NULL && i < v->total; i++) {
		depth = v->depth[v->order[i]];
		if (depth < DRAWN_MAX)
			more[depth] = next[i];
		node(o, v, i, more);
	}
	free(next);
}

static void
catalog(struct out *o, const struct device *d)
{
	const struct catalog *c = d->catalog;
	struct catalog_view v;

	if (c == NULL || (c->rounds == 0 && c->noticed == 0))
		return;
	inked(o, INK_BOLD, "\nCatalog");
	if (c->rounds != 0) {
		(void)fputs("  ", o->f);
		inked(o, c->complete ? INK_GOOD : INK_BAD,
		      c->complete ? "whole" : "in part");
		(void)fprintf(o->f, ", %u of %u items in the last answer", c->received,
		              c->sum);
	}
	if (c->noticed != 0)
		(void)fprintf(o->f, ", %llu told by notices",
		              (unsigned long long)c->noticed);
	if (c->dropped != 0)
		(void)fprintf(o->f, ", %llu not kept", (unsigned long long)c->dropped);
	(void)fputc('\n', o->f);
	if (!catalog_view(&v, c, d->id))
		return;
	tree(o, &v);
	catalog_view_free(&v);
}

/* ---- what is wrong with it ---- */

static void
findings(struct out *o, const struct results *r)
{
	struct finding x;
	char t[TIME_TEXT];
	bool any = false;

	(void)findings_rewind(r->findings);
	while (findings_read(r->findings, &x)) {
		if (!is_it(o, x.device))
			continue;
		if (!any)
			inked(o, INK_BOLD, "\nFindings\n");
		any = true;
		(void)fprintf(o->f, "  %s  frame ", text_time(o, x.time_ns, t));
		text_place(o, x.capture, x.frame);
		(void)fputs("  ", o->f);
		inked(o,
		      x.severity == SEVERITY_ERROR     ? INK_BAD
		      : x.severity == SEVERITY_WARNING ? INK_WARN
		                                       : INK_DIM,
		      severity_name(x.severity));
		(void)fprintf(o->f, "%*s", 9 - (int)strlen(severity_name(x.severity)),
		              "");
		tty_put(o, finding_message(&x, &o->scratch));
		if (x.count > 1)
			(void)fprintf(o->f, "  (and %llu more like it)",
			              (unsigned long long)(x.count - 1));
		(void)fprintf(o->f, "  [%s]\n", rule_infos[x.rule].id);
		arena_reset(&o->scratch);
	}
}

static void
whole(struct out *o, const struct results *r)
{
	struct own *own = o->own;
	const struct device *d = NULL;

	while ((d = tracker_device(r->tracker, d)) != NULL && !is_it(o, d->id))
		;
	if (d == NULL)
		return; /* show_device_known says it */
	identity(o, d);
	addresses(o, d);
	registrations(o, d);
	keepalives(o, d);
	section(o, "Exchanges", own->exchanges, NULL, "exchanges");
	commands(o, d);
	section(o, "Subscriptions", own->subscriptions, d->subscriptions,
	        "subscriptions");
	section(o, "Alarms, snapshots, upgrades", own->notices, NULL, "notices");
	section(o, "Sessions", own->sessions, d->calls, "sessions");
	catalog(o, d);
	findings(o, r);
}

static void
end(struct out *o, const struct results *r)
{
	struct own *own = o->own;

	if (own == NULL)
		return;
	if (r != NULL)
		whole(o, r);
	lines_free(own->exchanges);
	lines_free(own->subscriptions);
	lines_free(own->notices);
	lines_free(own->sessions);
	free(own);
	o->own = NULL;
}

/* In whose catalog it is; NULL: in none. */
static const struct device *
holder(const struct tracker *t, struct slice id)
{
	const struct device *d = NULL;
	char text[CATALOG_ID_TEXT];
	uint32_t i;

	while ((d = tracker_device(t, d)) != NULL)
		for (i = 0; d->catalog != NULL && i < d->catalog->total; i++)
			if (slice_eq(catalog_id_text(d->catalog, &d->catalog->nodes[i].id,
			                             text),
			             id))
				return d;
	return NULL;
}

bool
show_device_known(const struct tracker *t, const char *id, struct err *e)
{
	const struct device *d = NULL;
	struct nearest n;
	char names[NEAREST_KEPT * (NEAREST_NAME + 8)];
	size_t i, at = 0;

	nearest_init(&n, slice_str(id));
	while ((d = tracker_device(t, d)) != NULL) {
		if (slice_eq(d->id, slice_str(id)))
			return true;
		nearest_try(&n, d->id);
	}
	d = holder(t, slice_str(id));
	if (d != NULL) {
		(void)err_set(
		    e,
		    "show device: %s took no part itself; it is in the catalog of " SLICE_FMT,
		    id, SLICE_ARG(d->id));
		return false;
	}
	names[0] = '\0';
	for (i = 0; i < n.total && at < sizeof(names); i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s" SLICE_FMT,
		                       i == 0             ? "; there is "
		                       : i + 1 == n.total ? " or "
		                                          : ", ",
		                       SLICE_ARG(n.best[i]));
	(void)err_set(
	    e, "show device: the captures have no device %s%s", id,
	    n.total != 0 ? names : "; 'gbscope list devices' names those that they have");
	return false;
}

const struct format format_show_device = {
    .name = "show device",
    .what = "all of a device",
    .begin = begin,
    .ended = ended,
    .end = end,
};
