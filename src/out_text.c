/* The report for a person: devices, failures, findings, figures. */
#include "src/output.h"

#include <stdlib.h>

#include "src/out_baseline.h"
#include "src/sessions.h"
#include "src/text.h"
#include "src/text_exchange.h"
#include "src/text_session.h"
#include "src/text_subscription.h"

enum { COLUMN_RULE = 30 };

/* Lines of what ends: they are written behind the devices. */
struct own {
	struct told exchanges, sessions, subscriptions, notices, controls;
};

void
ink(struct out *o, enum ink i)
{
	static const char *const codes[] = {"\033[0m",  "\033[1m",  "\033[32m",
	                                    "\033[31m", "\033[33m", "\033[2m"};

	if (o->color)
		(void)fputs(codes[i], o->f);
}

void
inked(struct out *o, enum ink i, const char *s)
{
	ink(o, i);
	(void)fputs(s, o->f);
	ink(o, INK_PLAIN);
}

static void
own_free(struct out *o)
{
	struct own *own = o->own;

	o->own = NULL;
	if (own == NULL)
		return;
	told_free(&own->exchanges);
	told_free(&own->sessions);
	told_free(&own->subscriptions);
	told_free(&own->notices);
	told_free(&own->controls);
	free(own);
}

static bool
begin(struct out *o)
{
	o->own = calloc(1, sizeof(struct own));
	return o->own != NULL;
}

/* What moved a camera; an alarm has a line of its own. */
static void
controls(struct out *o, const struct dialog *d)
{
	struct own *own = o->own;
	char t[TIME_TEXT];
	const struct tx *x;
	FILE *f = o->f;

	for (x = d->txs; x != NULL; x = x->dialog_next) {
		if (!x->write || x->body == NULL || x->body->words.n == 0 ||
		    !slice_eq(x->body->root, SLICE("Control")))
			continue;
		o->f = told_begin(&own->controls, false, x->request.time_ns,
		                  x->request.frame);
		if (o->f == NULL)
			continue;
		(void)fprintf(o->f, "  %s  frame ", text_time(o, x->request.time_ns, t));
		text_place(o, x->request.capture, x->request.frame);
		(void)fputs("  ", o->f);
		tty_put(o, x->body->DeviceID);
		(void)fputs("  ", o->f);
		tty_put(o, x->body->words);
		(void)fputc('\n', o->f);
		told_done(&own->controls, o->f);
		arena_reset(&o->scratch);
	}
	o->f = f;
}

static void
captures(struct out *o, const struct results *r)
{
	char a[TIME_TEXT], b[TIME_TEXT];
	size_t i, k;
	int s;

	for (i = 0; i < capture_total(r->captures); i++) {
		const struct capture_info *c = capture_info(r->captures, i);

		ink(o, INK_BOLD);
		tty_put(o, slice_str(c->file));
		ink(o, INK_PLAIN);
		(void)fprintf(o->f, "  %s%s%s, ", c->format, c->packing ? ", " : "",
		              c->packing ? c->packing : "");
		count_put(o, c->frames, "frame");
		if (c->frames != 0)
			(void)fprintf(o->f, ", %s to %s",
			              time_text(c->first_ns, c->precision, a),
			              time_text(c->last_ns, c->precision, b));
		(void)fputc('\n', o->f);
		for (k = 0; k < c->comments_total; k++) {
			(void)fputs("  comment", o->f);
			if (c->comments[k].frame != 0)
				(void)fprintf(o->f, " on frame %llu",
				              (unsigned long long)c->comments[k].frame);
			(void)fputs(": ", o->f);
			tty_put(o, slice_str(c->comments[k].text));
			(void)fputc('\n', o->f);
		}
		if (c->comments_dropped != 0) {
			(void)fputs("  ", o->f);
			count_put(o, c->comments_dropped, "comment");
			(void)fputs(" more, not kept\n", o->f);
		}
		if (!c->complete) {
			inked(o, INK_BAD, "  incomplete: ");
			tty_put(o, slice_str(c->trouble));
			(void)fputc('\n', o->f);
		}
		for (s = 0; s < SKIP_TOTAL; s++) {
			uint64_t n = ledger_skipped(r->ledger, i, (enum skip)s);

			if (n == 0)
				continue;
			(void)fputs("  ", o->f);
			count_put(o, n, "frame");
			(void)fprintf(o->f, " not used: %s\n", skip_text((enum skip)s));
		}
	}
}

static int64_t
day_of(int64_t ns)
{
	const int64_t day = INT64_C(86400000000000);

	return ns / day - (ns % day < 0);
}

const char *
text_time(struct out *o, int64_t ns, char text[TIME_TEXT])
{
	char full[TIME_TEXT], clock[TIME_TEXT];
	int64_t first = INT64_MAX;
	size_t i;

	for (i = 0; i < capture_total(o->captures); i++) {
		const struct capture_info *c = capture_info(o->captures, i);

		if (c->frames != 0 && c->first_ns < first)
			first = c->first_ns;
	}
	(void)clock_text(ns, clock);
	if (first == INT64_MAX || day_of(ns) == day_of(first)) {
		memcpy(text, clock, sizeof(clock));
		return text;
	}
	(void)snprintf(text, TIME_TEXT, "%.10s %.20s", time_text(ns, 0, full), clock);
	return text;
}

void
text_place(struct out *o, uint32_t capture, uint64_t frame)
{
	if (capture_total(o->captures) > 1 && capture < capture_total(o->captures)) {
		const char *file = capture_info(o->captures, capture)->file,
		           *slash = strrchr(file, '/');

		tty_put(o, slice_str(slash ? slash + 1 : file));
		(void)fputc(':', o->f);
	}
	(void)fprintf(o->f, "%llu", (unsigned long long)frame);
}

/* A section of lines that were kept. */
static void
section(struct out *o, const char *title, struct told *t, const char *rest)
{
	if (t->total == 0)
		return;
	inked(o, INK_BOLD, title);
	told_put(t, o->f);
	if (told_more(t) != 0)
		(void)fprintf(o->f, "  ... and %llu more; %s\n",
		              (unsigned long long)told_more(t), rest);
}

/* By rule, errors first, then by how often. */
static void
findings(struct out *o, const struct results *r)
{
	struct finding_first firsts[FINDING_FIRSTS];
	enum severity s, worst;
	uint64_t known;
	size_t n, k;
	int i;
	bool any = false;

	for (s = SEVERITY_ERROR; s >= SEVERITY_NOTE; s--)
		for (i = 0; i < RULE_TOTAL; i++) {
			uint64_t count =
			    findings_of_rule(r->findings, (enum rule)i, &worst);

			if (count == 0 || worst != s)
				continue;
			if (!any)
				inked(o, INK_BOLD, "\nFindings\n");
			any = true;
			(void)fputs("  ", o->f);
			ink(o, s == SEVERITY_ERROR     ? INK_BAD
			       : s == SEVERITY_WARNING ? INK_WARN
			                               : INK_DIM);
			(void)fprintf(o->f, "%-7s", severity_name(s));
			ink(o, INK_PLAIN);
			(void)fprintf(o->f, "  %-*s  %6llu  ", COLUMN_RULE,
			              rule_infos[i].id, (unsigned long long)count);
			n = findings_firsts(r->findings, (enum rule)i, firsts);
			if (n != 0)
				(void)fputs("frame ", o->f);
			for (k = 0; k < n && k < 3; k++) {
				if (k != 0)
					(void)fputs(", ", o->f);
				text_place(o, firsts[k].capture, firsts[k].frame);
			}
			if (count > k && k != 0)
				(void)fputs(", ...", o->f);
			(void)fprintf(o->f, "%s(%s)", n != 0 ? "  " : "",
			              rule_infos[i].reference);
			known = findings_known_of_rule(r->findings, (enum rule)i);
			if (known != 0)
				(void)fprintf(o->f, "  %llu known",
				              (unsigned long long)known);
			(void)fputc('\n', o->f);
		}
	if (any)
		inked(
		    o, INK_DIM,
		    "  'gbscope explain RULE' says what a rule means; 'gbscope show FRAME CAPTURE' shows a message\n");
}

static void
dialog(struct out *o, const struct dialog *d, bool last)
{
	(void)last;
	controls(o, d);
}

static void
session(struct out *o, const struct gb_session *x)
{
	struct own *own = o->own;
	const struct ref *at = session_began(x);
	char t[TIME_TEXT];
	FILE *f = o->f;

	o->f = told_begin(&own->sessions, session_in_trouble(x), at->time_ns, at->frame);
	if (o->f != NULL) {
		(void)fprintf(o->f, "  %s  ", text_time(o, at->time_ns, t));
		session_put(o, x);
		session_detail_put(o, x);
		told_done(&own->sessions, o->f);
	}
	o->f = f;
	arena_reset(&o->scratch);
}

static void
ended(struct out *o, enum section s, const void *what)
{
	struct own *own = o->own;

	if (s == SECTION_SUBSCRIPTIONS)
		text_subscription_ended(o, &own->subscriptions, what);
	if (s == SECTION_NOTICES)
		text_notice_ended(o, &own->notices, what);
	if (s == SECTION_EXCHANGES)
		text_exchange_ended(o, &own->exchanges, what);
	if (s == SECTION_SESSIONS)
		session(o, what);
}

/* What was wrong on the way of the messages. */
static void
troubles(struct out *o, const struct transport *t)
{
	const struct transport_counts *c = transport_counts(t);
	const struct {
		uint64_t n;
		const char *one, *rest;
	} rows[] = {
	    {c->duplicates, "datagram", " captured twice"},
	    {c->retransmitted, "TCP segment", " sent again"},
	    {c->out_of_order, "TCP segment", " out of order"},
	    {c->overlaps, "TCP segment", " with other octets than before"},
	    {c->holes, "hole", " in TCP"},
	    {c->lost_bytes, "octet", " missing in them"},
	    {c->resyncs, "start line", " searched for in TCP"},
	    {transport_no_memory(t), "message", " or more without memory"},
	};
	const char *before = "  transport: ";
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].n == 0)
			continue;
		(void)fputs(before, o->f);
		count_put(o, rows[i].n, rows[i].one);
		(void)fputs(rows[i].rest, o->f);
		before = ", ";
	}
	if (before[0] == ',')
		(void)fputc('\n', o->f);
}

static void
figures(struct out *o, const struct results *r)
{
	const struct summary *s = r->summary;
	size_t i;
	int k;

	inked(o, INK_BOLD, "\nSummary\n  ");
	count_put(o, s->messages, "message");
	(void)fputs(" (", o->f);
	count_put(o, s->requests, "request");
	(void)fputs(", ", o->f);
	count_put(o, s->responses, "response");
	(void)fputs("), ", o->f);
	count_put(o, s->transactions, "transaction");
	(void)fputs(", ", o->f);
	count_put(o, tracker_dialogs(r->tracker), "dialog");
	(void)fputs("\n  methods:", o->f);
	for (i = 0; i < s->methods_total; i++) {
		(void)fputc(' ', o->f);
		tty_put(o, slice_str(s->methods[i].name));
		(void)fprintf(o->f, " %llu", (unsigned long long)s->methods[i].n);
	}
	(void)fputs("; statuses:", o->f);
	for (i = 0; i <= STATUSES_MAX; i++)
		if (s->statuses[i] != 0)
			(void)fprintf(o->f, " %zu: %llu", i,
			              (unsigned long long)
			                  s->statuses[i]); /* STATUSES_MAX: others */
	(void)fputs("\n  credentials:", o->f);
	for (k = 0; k < 5; k++)
		if (s->auth[k] != 0)
			(void)fprintf(o->f, " %llu %s", (unsigned long long)s->auth[k],
			              k == AUTH_NO_PASSWORD
			                  ? "without a known password"
			                  : auth_verdict_name((enum auth_verdict)k));
	if (s->auth[0] + s->auth[1] + s->auth[2] + s->auth[3] + s->auth[4] == 0)
		(void)fputs(" none", o->f);
	(void)fputs("; MANSCDP bodies:", o->f);
	for (k = 1; k < 5; k++)
		if (s->bodies[k] != 0)
			(void)fprintf(o->f, " %llu %s", (unsigned long long)s->bodies[k],
			              body_verdict_name((enum body_verdict)k));
	if (s->bodies[1] + s->bodies[2] + s->bodies[3] + s->bodies[4] == 0)
		(void)fputs(" none", o->f);
	(void)fputs("\n  ", o->f);
	count_put(o, findings_count(r->findings, SEVERITY_ERROR), "error");
	(void)fputs(", ", o->f);
	count_put(o, findings_count(r->findings, SEVERITY_WARNING), "warning");
	(void)fputs(", ", o->f);
	count_put(o, findings_count(r->findings, SEVERITY_NOTE), "note");
	if (r->baseline != NULL) {
		(void)fputs("; ", o->f);
		baseline_line(o, r);
	}
	(void)fputc('\n', o->f);
	troubles(o, r->transport);
	for (k = 0; k < LIMIT_TOTAL; k++)
		if (r->limits->dropped[k] != 0) {
			(void)fputs("  limit reached ", o->f);
			count_put(o, r->limits->dropped[k], "time");
			(void)fprintf(o->f, ": %s\n", limit_what((enum limit)k));
		}
}

/* Each with its device: what was wanted, and what was there. */
static void
expectations(struct out *o, const struct results *r)
{
	struct expected x;
	char origin[SET_BY_TEXT];
	size_t i;

	for (i = 0; expects_each(r->expects, i, &x); i++) {
		if (i == 0)
			inked(o, INK_BOLD, "\nExpectations");
		if (i == 0)
			(void)fprintf(
			    o->f, "%s\n",
			    r->complete ? "" : "  (not all of the capture was read)");
		(void)fputs("  ", o->f);
		inked(o, x.met ? INK_GOOD : INK_BAD, x.met ? "met    " : "not met");
		(void)fputs("  ", o->f);
		tty_put(o, x.device.n ? x.device : SLICE("the capture"));
		(void)fputs("  ", o->f);
		tty_put(o, expectation_text(x.x, x.word, &o->scratch));
		(void)fprintf(o->f, "  (%llu seen", (unsigned long long)x.seen);
		if (x.failed != 0)
			(void)fprintf(o->f, ", %llu failed%s",
			              (unsigned long long)x.failed,
			              x.x->within_ns ? " or late" : "");
		(void)fputs(")  ", o->f);
		tty_put(o, slice_str(set_by_text(&x.x->origin, origin)));
		(void)fputc('\n', o->f);
		arena_reset(&o->scratch);
	}
}

static void
whole(struct out *o, const struct results *r)
{
	struct own *own = o->own;

	captures(o, r);
	if (r->summary->messages == 0) {
		(void)fputs("\nNo SIP message in this capture.\n", o->f);
		expectations(o, r);
		return;
	}
	expectations(o, r);
	text_devices(o, r);
	text_exchanges_put(o, &own->exchanges, r);
	section(o, "\nSessions\n", &own->sessions,
	        "'gbscope list sessions' has them all");
	section(o, "\nSubscriptions\n", &own->subscriptions,
	        "'gbscope list subscriptions' has them all");
	section(o, "\nAlarms, snapshots, upgrades\n", &own->notices,
	        "'gbscope list notices' has them all");
	section(o, "\nControls\n", &own->controls, "-f json has them all");
	text_failures(o, r);
	findings(o, r);
	figures(o, r);
}

static void
end(struct out *o, const struct results *r)
{
	if (r != NULL)
		whole(o, r);
	own_free(o);
}

const struct format format_text = {
    .name = "text",
    .what = "for reading",
    .begin = begin,
    .dialog = dialog,
    .ended = ended,
    .end = end,
};
