/* Records of what is known at the end: captures, devices, the summary. */
#include "src/out_record.h"

#include "src/devices.h"
#include "src/member.h"
#include "src/out_baseline.h"
#include "src/sessions.h"

static void
counts(struct emit *j, const char *key, uint64_t error, uint64_t warning, uint64_t note)
{
	emit_key(j, key);
	emit_open(j, '{');
	member_number(j, "error", error);
	member_number(j, "warning", warning);
	member_number(j, "note", note);
	emit_close(j, '}');
}

void
record_expectation(struct writer *w, const struct expected *x)
{
	static const char *const quotas[] = {"at_least", "at_most", "exactly", "every"};
	struct emit *j = &w->json;

	member_text_if(j, "config", true, slice_str(x->x->origin.file));
	member_number_if(j, "line", x->x->origin.line != 0, x->x->origin.line);
	member_text(j, "name", x->x->name);
	member_string(j, "fact", fact_infos[x->x->fact].key);
	member_string(j, "quota", quotas[x->x->quota]);
	member_number_if(j, "number", x->x->quota != QUOTA_EVERY, x->x->n);
	member_text(j, "word", x->word);
	member_ms(j, "within_ms", x->x->within_ns != 0, x->x->within_ns);
	member_text(j, "device", x->device);
	member_text_if(j, "expected", true, expectation_text(x->x, x->word, j->scratch));
	member_number(j, "seen", x->seen);
	member_number(j, "failed", x->failed);
	member_number(j, "unknown", x->unknown);
	member_ms(j, "slowest_ms", x->slowest_ns >= 0, x->slowest_ns);
	member_bool(j, "met", x->met);
}

static void
link_types(struct emit *j, const struct capture_info *c)
{
	char name[32];
	size_t i;

	emit_key(j, "link_types");
	emit_open(j, '[');
	for (i = 0; i < c->links_total; i++) {
		const struct link_type *link = link_find(c->links[i]);

		(void)snprintf(name, sizeof(name), "LINKTYPE %d", c->links[i]);
		emit_string(j, link ? link->name : name);
	}
	if (c->links_more)
		emit_string(j, "others");
	emit_close(j, ']');
}

static void
skipped(struct emit *j, const struct ledger *l, size_t capture)
{
	uint64_t n;
	int s;

	emit_key(j, "skipped");
	emit_open(j, '{');
	for (s = 0; s < SKIP_TOTAL; s++) {
		n = ledger_skipped(l, capture, (enum skip)s);
		if (n != 0)
			member_number(j, skip_text((enum skip)s), n);
	}
	emit_close(j, '}');
}

static void
comments(struct emit *j, const struct capture_info *c)
{
	size_t i;

	emit_key(j, "comments");
	emit_open(j, '[');
	for (i = 0; i < c->comments_total; i++) {
		emit_open(j, '{');
		member_number_if(j, "frame", c->comments[i].frame != 0,
		                 c->comments[i].frame);
		member_text_if(j, "comment", true, slice_str(c->comments[i].text));
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

void
record_capture(struct writer *w, const struct results *r, size_t i)
{
	const struct capture_info *c = capture_info(r->captures, i);
	struct emit *j = &w->json;
	char format[64];

	member_text_if(j, "file", true, slice_str(c->file));
	(void)snprintf(format, sizeof(format), "%s%s%s", c->format,
	               c->packing ? ", " : "", c->packing ? c->packing : "");
	member_string(j, "format", format);
	link_types(j, c);
	member_number(j, "frames", c->frames);
	member_number(j, "bytes", c->bytes);
	if (c->frames != 0) {
		record_time(w, "first", c->first_ns, (uint32_t)i);
		record_time(w, "last", c->last_ns, (uint32_t)i);
	} else {
		member_string(j, "first", NULL);
		member_string(j, "last", NULL);
	}
	member_bool(j, "complete", c->complete);
	member_number(j, "used", ledger_used(r->ledger, i));
	skipped(j, r->ledger, i);
	comments(j, c);
	member_number(j, "comments_dropped", c->comments_dropped);
}

static uint64_t
devices(const struct tracker *t)
{
	const struct device *d = NULL;
	uint64_t n = 0;

	while ((d = tracker_device(t, d)) != NULL)
		n += d->kind == DEVICE_DEVICE;
	return n;
}

/* What the day brought: devices by what became of their registration, and what kept them alive. */
static void
registrations(struct emit *j, const struct tracker *t)
{
	const struct device_registrations *l;
	const struct device *d = NULL;
	uint64_t accepted = 0, refused = 0, out = 0, silent = 0, total = 0, refreshes = 0,
	         keepalives = 0;
	unsigned i;

	while ((d = tracker_device(t, d)) != NULL) {
		keepalives += d->keepalives_all;
		accepted += d->status >= 200 && d->status < 300 && !d->logout;
		refused += d->status >= 300;
		out += d->logout;
		silent += d->register_seen && d->status == 0;
		l = d->registrations;
		for (i = 0; l != NULL && i < l->total; i++) {
			total += l->at[i].accepted.frame != 0;
			refreshes += l->at[i].refreshes;
		}
		total += d->registrations_before;
		refreshes += d->refreshes_before;
	}
	emit_key(j, "registrations");
	emit_open(j, '{');
	member_number(j, "accepted", accepted);
	member_number(j, "refused", refused);
	member_number(j, "logged_out", out);
	member_number(j, "unanswered", silent);
	member_number(j, "total", total);
	member_number(j, "refreshes", refreshes);
	emit_close(j, '}');
	member_number(j, "keepalives", keepalives);
}

/* Both made of what was captured: a method is a token, and more than 63 of them are "other". */
static void
methods_statuses(struct emit *j, const struct summary *s)
{
	char key[16];
	size_t i;

	emit_key(j, "methods");
	emit_open(j, '{');
	for (i = 0; i < s->methods_total; i++) {
		emit_text_key(j, "", slice_str(s->methods[i].name));
		emit_number(j, s->methods[i].n);
	}
	emit_close(j, '}');
	emit_key(j, "statuses");
	emit_open(j, '{');
	for (i = 0; i <= STATUSES_MAX; i++) {
		if (s->statuses[i] == 0)
			continue;
		(void)snprintf(key, sizeof(key), i == STATUSES_MAX ? "other" : "%zu", i);
		member_number(j, key, s->statuses[i]);
	}
	emit_close(j, '}');
}

static void
verdicts(struct emit *j, const struct summary *s)
{
	static const enum auth_verdict auths[] = {AUTH_VERIFIED, AUTH_MISMATCH,
	                                          AUTH_NO_PASSWORD, AUTH_UNSUPPORTED,
	                                          AUTH_MALFORMED};
	static const enum body_verdict bodies[] = {BODY_VALID, BODY_INVALID,
	                                           BODY_MALFORMED, BODY_UNKNOWN};
	size_t i;

	emit_key(j, "auth");
	emit_open(j, '{');
	for (i = 0; i < sizeof(auths) / sizeof(auths[0]); i++)
		member_number(j, auth_verdict_name(auths[i]), s->auth[auths[i]]);
	emit_close(j, '}');
	emit_key(j, "bodies");
	emit_open(j, '{');
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		member_number(j, body_verdict_name(bodies[i]), s->bodies[bodies[i]]);
	emit_close(j, '}');
}

static void
rules_limits(struct emit *j, const struct results *r)
{
	enum severity worst;
	uint64_t n;
	int i;

	emit_key(j, "rules");
	emit_open(j, '{');
	for (i = 0; i < RULE_TOTAL; i++) {
		n = findings_of_rule(r->findings, (enum rule)i, &worst);
		if (n != 0)
			member_number(j, rule_infos[i].id, n);
	}
	emit_close(j, '}');
	emit_key(j, "limits");
	emit_open(j, '{');
	for (i = 0; i < LIMIT_TOTAL; i++)
		if (r->limits->dropped[i] != 0)
			member_number(j, limit_name((enum limit)i),
			              r->limits->dropped[i]);
	emit_close(j, '}');
}

/* How the messages came, and what was wrong on their way. */
static void
ways(struct emit *j, const struct transport *t)
{
	const struct transport_counts *c = transport_counts(t);

	emit_key(j, "transport");
	emit_open(j, '{');
	member_number(j, "datagrams", c->udp);
	member_number(j, "segments", c->tcp);
	member_number(j, "not_sip", c->not_sip);
	member_number(j, "keepalives", c->keepalives);
	member_number(j, "duplicates", c->duplicates);
	member_number(j, "retransmitted", c->retransmitted);
	member_number(j, "out_of_order", c->out_of_order);
	member_number(j, "overlaps", c->overlaps);
	member_number(j, "holes", c->holes);
	member_number(j, "lost_bytes", c->lost_bytes);
	member_number(j, "resyncs", c->resyncs);
	member_number(j, "no_memory", transport_no_memory(t));
	emit_close(j, '}');
}

static void
absent(struct emit *j, const struct baseline *b)
{
	const struct baseline_entry *x;
	size_t i;

	emit_key(j, "absent");
	emit_open(j, '[');
	for (i = 0; i < baseline_total(b); i++) {
		x = baseline_get(b, i);
		if (x->seen != 0)
			continue;
		emit_open(j, '{');
		member_string(j, "fingerprint", x->fingerprint);
		member_text(j, "rule", x->rule);
		member_text(j, "subject", x->subject);
		member_number(j, "count", x->count);
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

static void
against(struct emit *j, const struct findings *f, struct baseline *b)
{
	uint64_t known[4], more[4];
	enum severity s;

	emit_key(j, "baseline");
	if (b == NULL) {
		emit_null(j);
		return;
	}
	for (s = SEVERITY_NOTE; s <= SEVERITY_ERROR; s++) {
		known[s] = findings_known(f, s);
		more[s] = findings_unknown(f, s);
	}
	emit_open(j, '{');
	counts(j, "new", more[SEVERITY_ERROR], more[SEVERITY_WARNING],
	       more[SEVERITY_NOTE]);
	counts(j, "unchanged", known[SEVERITY_ERROR], known[SEVERITY_WARNING],
	       known[SEVERITY_NOTE]);
	member_number(j, "entries", baseline_total(b));
	member_number(j, "expired", baseline_told(b).expired);
	absent(j, b);
	emit_close(j, '}');
}

/* What the INVITEs came to, and the streams of RTP in the capture. */
static void
sessions(struct emit *j, const struct results *r)
{
	const struct session_counts *c = tracker_sessions(r->tracker);
	const struct media_counts *m = media_counts(r->media);
	int k;

	emit_key(j, "sessions");
	emit_open(j, '{');
	member_number(j, "total", c->total);
	member_number(j, "invites", c->invites);
	member_number(j, "answered", c->answered);
	member_number(j, "refused", c->refused);
	member_number(j, "cancelled", c->cancelled);
	member_number(j, "unanswered", c->unanswered);
	member_number(j, "open", c->open);
	member_number(j, "ended", c->ended);
	member_number(j, "with_media", c->with_media);
	emit_key(j, "kinds");
	emit_open(j, '{');
	for (k = 0; k < SESSION_KINDS; k++)
		member_number(j, session_kind_name((enum session_kind)k), c->kinds[k]);
	emit_close(j, '}');
	emit_close(j, '}');
	emit_key(j, "media");
	emit_open(j, '{');
	member_number(j, "streams", m->streams);
	member_number(j, "packets", m->packets);
	member_number(j, "bytes", m->bytes);
	member_number(j, "lost", m->lost);
	emit_close(j, '}');
}

void
record_summary(struct writer *w, const struct results *r)
{
	const struct summary *s = r->summary;
	struct emit *j = &w->json;

	member_number(j, "frames", s->frames);
	member_number(j, "messages", s->messages);
	member_number(j, "requests", s->requests);
	member_number(j, "responses", s->responses);
	methods_statuses(j, s);
	member_number(j, "transactions", s->transactions);
	member_number(j, "dialogs", tracker_dialogs(r->tracker));
	member_number(j, "devices", devices(r->tracker));
	registrations(j, r->tracker);
	verdicts(j, s);
	sessions(j, r);
	counts(j, "findings", findings_count(r->findings, SEVERITY_ERROR),
	       findings_count(r->findings, SEVERITY_WARNING),
	       findings_count(r->findings, SEVERITY_NOTE));
	rules_limits(j, r);
	ways(j, r->transport);
	emit_key(j, "exchanges");
	record_asks(w, &s->asks);
	against(j, r->findings, r->baseline);
}
