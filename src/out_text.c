/* The report for a person: devices, failures, findings, figures. */
#include "src/output.h"

#include <stdlib.h>

#include "src/out_baseline.h"
#include "src/out_media.h"
#include "src/spool.h"
#include "src/text.h"
#include "src/text_subscription.h"

enum { FAILURES_TOLD = 40, CALLS_TOLD = 40, EVENTS_TOLD = 40, COLUMN_RULE = 30 };

/* What moved a camera; the first ones, as their dialogs ended. */
struct events {
	struct event {
		struct arena mem;
		uint32_t capture;
		uint64_t frame;
		int64_t time_ns;
		struct slice id, words;
	} told[EVENTS_TOLD];
	size_t total;
	uint64_t more;
};

struct own {
	/* What was said of media, as the dialogs end: it is written behind the devices. */
	FILE *calls;
	uint64_t total;
	struct events events;
	struct text_subscriptions subscriptions;
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

static bool
begin(struct out *o)
{
	struct own *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return false;
	own->calls = spool_open();
	if (own->calls == NULL) {
		free(own);
		return false;
	}
	o->own = own;
	return true;
}

static void
dialog_events(struct out *o, const struct dialog *d)
{
	struct events *own = &((struct own *)o->own)->events;
	const struct tx *x;

	for (x = d->txs; x != NULL; x = x->dialog_next) {
		struct event *e = &own->told[own->total];

		/* An alarm has a line of its own. */
		if (!x->write || x->body == NULL || x->body->words.n == 0 ||
		    !slice_eq(x->body->root, SLICE("Control")))
			continue;
		if (own->total == EVENTS_TOLD) {
			own->more++;
			continue;
		}
		own->total++;
		arena_init(&e->mem, 0);
		e->capture = x->request.capture;
		e->frame = x->request.frame;
		e->time_ns = x->request.time_ns;
		e->id = arena_keep(&e->mem, x->body->DeviceID);
		e->words = arena_keep(&e->mem, x->body->words);
	}
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

static void
registration(struct out *o, const struct device *d)
{
	char t[TIME_TEXT];

	if (!d->register_seen) {
		inked(o, INK_DIM, "no registration seen");
		return;
	}
	if (d->logout) {
		(void)fprintf(o->f, "logged out %s", clock_text(d->decided.time_ns, t));
	} else if (d->registered == 1) {
		inked(o, INK_GOOD, "registered");
		(void)fprintf(o->f, " %s", clock_text(d->decided.time_ns, t));
		if (d->status >= 300)
			(void)fprintf(o->f, " (then %u)", d->status);
	} else if (d->status != 0) {
		inked(o, INK_BAD, "not registered");
		(void)fprintf(o->f, " (%u at %s)", d->status,
		              clock_text(d->decided.time_ns, t));
	} else {
		inked(o, INK_BAD, "not registered");
		(void)fputs(" (no answer)", o->f);
	}
	(void)fputs("  ", o->f);
	if (!d->auth_seen && d->registration_scheme.n != 0) {
		(void)fputs("with certificates (", o->f);
		tty_put(o, d->registration_scheme);
		(void)fputs("), not verifiable without keys", o->f);
		return;
	}
	if (!d->auth_seen) {
		(void)fputs(d->registered == 1 ? "never challenged" : "no credentials",
		            o->f);
		return;
	}
	inked(o,
	      d->verdict == AUTH_VERIFIED   ? INK_GOOD
	      : d->verdict == AUTH_MISMATCH ? INK_BAD
	                                    : INK_WARN,
	      d->verdict == AUTH_NO_PASSWORD ? "no password known"
	                                     : auth_verdict_name(d->verdict));
	(void)fputs(" (", o->f);
	tty_put(o, d->algorithm);
	(void)fputs(", ", o->f);
	if (d->qop.n != 0)
		tty_put(o, d->qop);
	else
		(void)fputs("no qop", o->f);
	(void)fputc(')', o->f);
	if (d->verdict != AUTH_VERIFIED && d->verdict != AUTH_NO_PASSWORD &&
	    d->why.n != 0) {
		(void)fputs(": ", o->f);
		tty_put(o, d->why);
	}
}

static void
query(struct out *o, const struct device *d)
{
	if (d->query.n == 0)
		return;
	(void)fputs("  ", o->f);
	tty_put(o, d->query);
	switch (d->query_outcome) {
	case EXCHANGE_COMPLETE:
		(void)fputs(" answered", o->f);
		if (d->query_sum != 0)
			(void)fprintf(o->f, " (%llu of %llu)",
			              (unsigned long long)d->query_received,
			              (unsigned long long)d->query_sum);
		break;
	case EXCHANGE_INCOMPLETE:
		inked(o, INK_BAD, " answered in part");
		(void)fprintf(o->f, " (%llu of %llu)",
		              (unsigned long long)d->query_received,
		              (unsigned long long)d->query_sum);
		break;
	default:
		if (d->query_status != 0) {
			inked(o, INK_BAD, " refused");
			(void)fprintf(o->f, " (%u)", d->query_status);
		} else {
			inked(o, INK_WARN, " asked, not answered");
		}
		break;
	}
	if (d->queries > 1) {
		(void)fputs(", ", o->f);
		(void)fprintf(o->f, "one of %llu queries",
		              (unsigned long long)d->queries);
	}
}

static void
keepalives(struct out *o, const struct device *d)
{
	if (d->keepalives == 0)
		return;
	(void)fputs("  ", o->f);
	count_put(o, d->keepalives, "keep-alive");
	if (d->keepalives_lost != 0) {
		ink(o, INK_WARN);
		(void)fprintf(o->f, ", %llu lost",
		              (unsigned long long)d->keepalives_lost);
		ink(o, INK_PLAIN);
	}
	if (d->keepalives_unanswered != 0) {
		ink(o, INK_WARN);
		(void)fprintf(o->f, ", %llu unanswered",
		              (unsigned long long)d->keepalives_unanswered);
		ink(o, INK_PLAIN);
	}
	if (d->keepalives_refused != 0) {
		ink(o, INK_BAD);
		(void)fprintf(o->f, ", %llu refused",
		              (unsigned long long)d->keepalives_refused);
		ink(o, INK_PLAIN);
	}
}

/* Channels that are only called are in the JSON. */
static bool
worth_a_line(const struct device *d)
{
	return d->register_seen || d->keepalives != 0 || d->queries != 0;
}

static void
devices(struct out *o, const struct results *r)
{
	const struct device *d = NULL;
	int width = 20;
	bool any = false;

	while ((d = tracker_device(r->tracker, d)) != NULL) {
		any |= worth_a_line(d);
		if (worth_a_line(d) && (int)d->id.n > width && d->id.n < 40)
			width = (int)d->id.n;
	}
	if (!any)
		return;
	inked(o, INK_BOLD, "\nDevices");
	(void)fputs("  (times are UTC)\n", o->f);
	for (d = NULL; (d = tracker_device(r->tracker, d)) != NULL;) {
		int pad;

		if (!worth_a_line(d))
			continue;
		(void)fputs("  ", o->f);
		tty_put(o, d->id);
		for (pad = (int)d->id.n; pad < width; pad++)
			(void)fputc(' ', o->f);
		(void)fputs("  ", o->f);
		registration(o, d);
		keepalives(o, d);
		query(o, d);
		(void)fputc('\n', o->f);
		arena_reset(&o->scratch);
	}
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

static int
by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static void
events(struct out *o)
{
	struct events *own = &((struct own *)o->own)->events;
	char t[TIME_TEXT];
	size_t i;

	if (own->total == 0)
		return;
	qsort(own->told, own->total, sizeof(own->told[0]), by_time);
	inked(o, INK_BOLD, "\nControls\n");
	for (i = 0; i < own->total; i++) {
		const struct event *e = &own->told[i];

		(void)fprintf(o->f, "  %s  frame ", clock_text(e->time_ns, t));
		text_place(o, e->capture, e->frame);
		(void)fputs("  ", o->f);
		tty_put(o, e->id);
		(void)fputs("  ", o->f);
		tty_put(o, e->words);
		(void)fputc('\n', o->f);
	}
	if (own->more != 0)
		(void)fprintf(o->f, "  ... and %llu more; -f json has them all\n",
		              (unsigned long long)own->more);
}

/* What did not work, as far as a message says it: worth reading before the rest. */
static bool
is_failure(const struct finding *x)
{
	/* Told with the expectations. */
	if (x->rule >= RULE_EXPECT_MESSAGES && x->rule <= RULE_EXPECT_RESPONDED)
		return false;
	switch (x->rule) {
	case RULE_AUTH_MISMATCH:
	case RULE_AUTH_DECISION:
	case RULE_AUTH_REPEATED:
	case RULE_AUTH_LOOP:
	case RULE_MANSCDP_UNANSWERED:
	case RULE_MANSCDP_INCOMPLETE:
	case RULE_MANSCDP_REFUSED:
	case RULE_SIP_UNANSWERED:
	case RULE_NET_FRAGMENT_LOST:
	case RULE_GB_KEEPALIVE_GAP:
		return true;
	default:
		return x->severity == SEVERITY_ERROR;
	}
}

static void
failures(struct out *o, const struct results *r)
{
	struct finding x;
	uint64_t told = 0, more = 0;
	char t[TIME_TEXT];

	(void)findings_rewind(r->findings);
	while (findings_read(r->findings, &x)) {
		if (!is_failure(&x) || x.state == BASELINE_UNCHANGED)
			continue;
		if (told == FAILURES_TOLD) {
			more += x.count;
			continue;
		}
		if (told++ == 0)
			inked(o, INK_BOLD, "\nFailures\n");
		(void)fprintf(o->f, "  %s  frame ", clock_text(x.time_ns, t));
		text_place(o, x.capture, x.frame);
		(void)fputs("  ", o->f);
		if (x.device.n != 0) {
			tty_put(o, x.device);
			(void)fputs("  ", o->f);
		}
		ink(o, x.severity == SEVERITY_ERROR     ? INK_BAD
		       : x.severity == SEVERITY_WARNING ? INK_WARN
		                                        : INK_PLAIN);
		tty_put(o, finding_message(&x, &o->scratch));
		ink(o, INK_PLAIN);
		if (x.count > 1)
			(void)fprintf(o->f, "  (and %llu more like it)",
			              (unsigned long long)(x.count - 1));
		(void)fprintf(o->f, "  [%s]\n", rule_infos[x.rule].id);
		arena_reset(&o->scratch);
	}
	if (more != 0)
		(void)fprintf(o->f, "  ... and %llu more; -f json has them all\n",
		              (unsigned long long)more);
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

/* One line: when, which frame, who says what of media. */
static void
call(struct out *o, const struct dialog *d, const struct ref *at, struct slice what,
     const struct kept_body *b)
{
	struct own *own = o->own;
	FILE *f = o->f;
	char t[TIME_TEXT];

	if (b == NULL || b->text.n == 0 || own->total++ >= CALLS_TOLD)
		return;
	o->f = own->calls;
	(void)fprintf(o->f, "  %s  frame ", clock_text(at->time_ns, t));
	text_place(o, at->capture, at->frame);
	(void)fputs("  ", o->f);
	if (d->device.n != 0) {
		tty_put(o, d->device);
		(void)fputs("  ", o->f);
	}
	tty_put(o, what);
	(void)fputs("  ", o->f);
	media_put(o, b);
	(void)fputc('\n', o->f);
	o->f = f;
	arena_reset(&o->scratch);
}

static void
dialog(struct out *o, const struct dialog *d, bool last)
{
	const struct response *p;
	const struct tx *x;
	char status[16];

	(void)last;
	dialog_events(o, d);
	for (x = d->txs; x != NULL; x = x->dialog_next) {
		if (!x->write)
			continue;
		call(o, d, &x->request, x->method_name, x->body);
		for (p = x->responses; p != NULL; p = p->next) {
			(void)snprintf(status, sizeof(status), "%u", p->status);
			call(o, d, &p->ref, slice_str(status), p->body);
		}
	}
}

static void
calls(struct out *o)
{
	struct own *own = o->own;

	if (own->total == 0)
		return;
	inked(o, INK_BOLD, "\nMedia\n");
	spool_copy(own->calls, o->f);
	if (own->total > CALLS_TOLD)
		(void)fprintf(o->f, "  ... and %llu more; -f json has them all\n",
		              (unsigned long long)(own->total - CALLS_TOLD));
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
	captures(o, r);
	if (r->summary->messages == 0) {
		(void)fputs("\nNo SIP message in this capture.\n", o->f);
		expectations(o, r);
		return;
	}
	expectations(o, r);
	devices(o, r);
	calls(o);
	text_subscriptions_put(o, &((struct own *)o->own)->subscriptions);
	events(o);
	failures(o, r);
	findings(o, r);
	figures(o, r);
}

static void
end(struct out *o, const struct results *r)
{
	struct own *own = o->own;
	size_t i;

	if (r != NULL)
		whole(o, r);
	if (own != NULL) {
		for (i = 0; i < own->events.total; i++)
			arena_free(&own->events.told[i].mem);
		(void)fclose(own->calls);
		text_subscriptions_free(&own->subscriptions);
		free(own);
	}
	o->own = NULL;
}

static void
ended(struct out *o, enum section s, const void *what)
{
	text_subscriptions_ended(o, &((struct own *)o->own)->subscriptions, s, what);
}

const struct format format_text = {
    .name = "text",
    .what = "for reading",
    .media = true,
    .begin = begin,
    .dialog = dialog,
    .ended = ended,
    .end = end,
};
