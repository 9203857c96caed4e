#include "src/run.h"

#include <stdlib.h>

#include <unistd.h>

#include "dissect/link.h"
#include "src/check.h"
#include "src/config.h"
#include "src/continued.h"
#include "src/media.h"
#include "src/out_fields.h"
#include "src/outputs.h"
#include "src/sessions.h"
#include "src/out_baseline.h"
#include "src/show.h"

enum { MESSAGE_ARENA = 64 << 20, SCRATCH_ARENA = 256 << 20 };

struct run {
	const struct options *options;
	struct limits limits;
	struct passwords *passwords;
	struct auth *auth;
	struct message_reader reader;
	struct capture *capture;
	struct ledger *ledger;
	struct net *net;
	struct transport *transport;
	struct media *media;
	struct tracker *tracker;
	struct findings *findings;
	struct outputs outputs;
	struct baseline *baseline;
	struct summary summary;
	struct checker checker;
	struct continued continued;
	struct expects *expects; /* NULL: there are none, or nobody asks */
	struct fields_maker fields;
	struct arena message, scratch;
	bool live; /* what comes may come as it happens, and so must what is told of it */
	bool shown; /* show: the frame was found */
};

/* A baseline that is made anew keeps what stands in the file; a new file holds nothing. */
static int
open_baseline(struct run *r, struct err *e)
{
	const struct options *o = r->options;
	bool make = o->command == COMMAND_BASELINE;

	if (o->baseline == NULL)
		return 0;
	if (make && o->baseline_add && access(o->baseline, F_OK) != 0)
		r->baseline =
		    baseline_parse(SLICE_EMPTY, o->baseline, o->today, &r->limits, e);
	else
		r->baseline = baseline_load(o->baseline, o->today, &r->limits, e);
	if (r->baseline == NULL)
		return -1;
	if (make)
		baseline_collect(r->baseline, o->baseline_add);
	findings_against(r->findings, r->baseline);
	return 0;
}

/* Everything that must be opened, before the first byte of a capture is judged. */
static int
run_open(struct run *r, struct err *e)
{
	const struct options *o = r->options;
	struct tracker_options t = {.profile = o->profile,
	                            .exchange_timeout_ns = o->exchange_timeout_ns,
	                            .thresholds = &o->settings->thresholds};
	char warning[256] = "";

	limits_init(&r->limits);
	arena_init(&r->message, MESSAGE_ARENA);
	arena_init(&r->scratch, SCRATCH_ARENA);
	if (o->passwords != NULL) {
		r->passwords =
		    passwords_load(o->passwords, o->strict_passwords, e, warning);
		if (r->passwords == NULL)
			return -1;
		if (warning[0] != '\0' && !o->quiet)
			(void)fprintf(stderr, "gbscope: %s\n", warning);
	}
	if (o->verbose && o->settings->file != NULL)
		(void)fprintf(stderr, "gbscope: settings of %s\n", o->settings->file);
	r->auth = auth_new(r->passwords, e);
	r->reader.bodies =
	    r->auth ? body_new_with(&r->limits, o->dictionaries, o->dictionaries_total, e)
	            : NULL;
	r->reader.edition = o->edition;
	r->capture =
	    r->reader.bodies ? capture_new(o->captures, o->captures_total, e) : NULL;
	r->findings = r->capture ? findings_new(&r->limits, o->all_findings, e) : NULL;
	if (r->findings == NULL || open_baseline(r, e) != 0 ||
	    outputs_open(&r->outputs, o, r->capture, e) < 0)
		return -1;
	fields_maker_init(&r->fields);
	t.keep_tree = r->outputs.fields ? fields_make : NULL;
	t.keep_own = &r->fields;
	t.keep_media = r->outputs.media;
	r->ledger = ledger_new(capture_total(r->capture));
	r->net = net_new(&r->limits, r->ledger);
	r->transport = transport_new(&r->limits, r->ledger);
	r->media = media_new(&r->limits);
	t.media = r->media;
	r->tracker = tracker_new(&r->limits, r->auth, &t);
	if (r->ledger == NULL || r->net == NULL || r->transport == NULL ||
	    r->media == NULL || r->tracker == NULL)
		return err_set(e, "out of memory");
	transport_media(r->transport, r->media);
	r->checker = (struct checker){.findings = r->findings,
	                              .scratch = &r->scratch,
	                              .thresholds = &o->settings->thresholds};
	findings_severities(r->findings, &o->settings->severities);
	if (o->command == COMMAND_CHECK || o->command == COMMAND_REPORT)
		r->expects = expects_new(o->settings->expectations, e);
	if (e->text[0] != '\0')
		return -1;
	if (r->outputs.at_once) {
		findings_stream(r->findings);
		r->live = capture_live(r->capture);
	}
	if (r->outputs.at_once && r->outputs.at_end)
		findings_keep(r->findings);
	return 0;
}

static void
run_close(struct run *r)
{
	tracker_free(r->tracker);
	transport_free(r->transport);
	media_free(r->media);
	net_free(r->net);
	ledger_free(r->ledger);
	expects_free(r->expects);
	findings_free(r->findings);
	baseline_free(r->baseline);
	capture_free(r->capture);
	body_free(r->reader.bodies);
	auth_free(r->auth);
	passwords_free(r->passwords);
	fields_maker_free(&r->fields);
	arena_free(&r->message);
	arena_free(&r->scratch);
}

static void
placed(struct run *r, const struct message *m, const struct place *p)
{
	const struct auth_entry *a;

	summary_message(&r->summary, m, p);
	if (!p->repeat) {
		for (a = m->request && p->tx->method == m->method ? p->tx->auths : NULL;
		     a != NULL; a = a->next)
			r->summary.auth[a->out.verdict]++;
		r->summary.bodies[m->mans.verdict]++;
	}
	outputs_message(&r->outputs, m, p);
	check_message(&r->checker, m, p);
	if (r->expects != NULL)
		expects_message(r->expects, m, p);
	if (r->options->command == COMMAND_SHOW && r->options->device == NULL &&
	    show_wanted(m, r->options->frame)) {
		show_message(&r->outputs.at[0].out, m, p);
		r->shown = true;
	}
}

/* What the checks found since, where a format wants it at once. */
static void
run_findings(struct run *r)
{
	struct finding x;

	while (r->outputs.at_once && findings_next(r->findings, &x))
		outputs_finding(&r->outputs, &x);
}

static void
run_media(struct run *r, const struct media_stream *s)
{
	for (; s != NULL; s = s->next)
		outputs_ended(&r->outputs, SECTION_MEDIA, s);
}

/* Streams that are over and belong to no call. */
static void
run_streams(struct run *r)
{
	while (media_waiting(r->media))
		outputs_ended(&r->outputs, SECTION_MEDIA, media_next(r->media));
}

/* What the tracker says of a message, and of what ended. */
static void
run_events(struct run *r, const struct message *m)
{
	struct tracker_event e;

	while (tracker_next(r->tracker, &e)) {
		if (r->expects != NULL)
			expects_ended(r->expects, &e);
		switch (e.kind) {
		case TRACKER_PLACE:
			placed(r, m, &e.place);
			break;
		case TRACKER_TX:
			outputs_transaction(&r->outputs, e.tx);
			check_ended(&r->checker, &e);
			break;
		case TRACKER_DIALOG:
			check_ended(&r->checker, &e);
			if (e.dialog->txs != NULL)
				outputs_dialog(&r->outputs, e.dialog, e.last);
			break;
		case TRACKER_EXCHANGE:
			asks_count(&r->summary.asks, e.exchange);
			check_ended(&r->checker, &e);
			outputs_ended(&r->outputs, SECTION_EXCHANGES, e.exchange);
			break;
		case TRACKER_SUBSCRIPTION:
			check_ended(&r->checker, &e);
			outputs_ended(&r->outputs, SECTION_SUBSCRIPTIONS, e.subscription);
			break;
		case TRACKER_NOTICE:
			check_ended(&r->checker, &e);
			outputs_ended(&r->outputs, SECTION_NOTICES, e.notice);
			break;
		case TRACKER_SESSION:
			check_ended(&r->checker, &e);
			outputs_ended(&r->outputs, SECTION_SESSIONS, e.session);
			run_media(r, e.session->streams);
			break;
		}
		run_findings(r);
		arena_reset(&r->scratch);
	}
}

/* Which edition the device in From, or in To, said to have. */
static uint8_t
registered_edition(const struct run *r, const struct message *m)
{
	const struct device *d = NULL;

	if ((!m->manscdp && m->content != CONTENT_MANSRTSP) || m->edition != 0)
		return 0;
	d = tracker_find_device(r->tracker, m->from.uri.user);
	if (d == NULL || d->edition == 0)
		d = tracker_find_device(r->tracker, m->to.uri.user);
	return d ? d->edition : 0;
}

static void
run_records(struct run *r)
{
	struct record rec;
	struct message m;

	while (transport_next(r->transport, &rec)) {
		arena_reset(&r->message);
		(void)message_read(&rec, &r->message, &m);
		(void)message_body(&r->reader, registered_edition(r, &m), &r->message,
		                   &m);
		continued_note(&r->continued, &m);
		tracker_feed(r->tracker, &m);
		run_events(r, &m);
	}
}

static void
run_losses(struct run *r)
{
	struct net_loss loss;

	while (net_lost(r->net, &loss)) {
		check_loss(&r->checker, &loss);
		run_findings(r);
		arena_reset(&r->scratch);
	}
}

static void
run_conflict(struct run *r)
{
	struct transport_conflict x;

	if (transport_conflict(r->transport, &x))
		check_conflict(&r->checker, &x);
}

static void
run_continued(struct run *r, const struct datagram *d)
{
	struct continuation x;

	if (!continued_datagram(&r->continued, d, &x))
		return;
	check_continued(&r->checker, &x);
	run_findings(r);
	arena_reset(&r->scratch);
}

static void
run_frames(struct run *r)
{
	struct frame frame;
	struct datagram d;

	/* What can no longer be written need not be read. */
	while (!outputs_broken(&r->outputs) && capture_next(r->capture, &frame)) {
		r->summary.frames++;
		net_feed(r->net, &frame);
		while (net_next(r->net, &d)) {
			transport_feed(r->transport, &d);
			run_records(r);
			run_conflict(r);
			run_continued(r, &d);
		}
		run_losses(r);
		run_streams(r);
		if (r->live)
			outputs_flush(&r->outputs);
	}
	net_end(r->net);
	run_losses(r);
	transport_end(r->transport);
	run_records(r);
	tracker_end(r->tracker);
	run_events(r, NULL);
	media_end(r->media);
	run_streams(r);
	r->summary.transactions = tracker_transactions(r->tracker);
}

/* The first one that there is no row for. */
static int
link_unknown(const struct capture_info *c)
{
	size_t i;

	for (i = 0; i + 1 < c->links_total && link_find(c->links[i]) != NULL; i++)
		;
	return c->links[i];
}

/* "FILE: 3 frames not used, TCP without data: 1-2 9", a line for each reason, runs of frames with blanks between. */
static void
tell_skipped(const struct run *r, size_t capture)
{
	const struct capture_info *c = capture_info(r->capture, capture);
	uint64_t n, first, last;
	int s;

	(void)fprintf(stderr, "gbscope: %s: %llu frames, %llu used\n", c->file,
	              (unsigned long long)c->frames,
	              (unsigned long long)ledger_used(r->ledger, capture));
	for (s = 0; s < SKIP_TOTAL; s++) {
		n = ledger_skipped(r->ledger, capture, (enum skip)s);
		if (n == 0)
			continue;
		(void)fprintf(stderr, "gbscope: %s: %llu frame%s not used, %s:", c->file,
		              (unsigned long long)n, n == 1 ? "" : "s",
		              skip_text((enum skip)s));
		last = 0;
		while (
		    ledger_run(r->ledger, capture, (enum skip)s, last + 1, &first, &last))
			if (first == last)
				(void)fprintf(stderr, " %llu", (unsigned long long)first);
			else
				(void)fprintf(stderr, " %llu-%llu",
				              (unsigned long long)first,
				              (unsigned long long)last);
		(void)fputc('\n', stderr);
	}
}

static bool
whole(const struct run *r)
{
	bool complete =
	    !limits_incomplete(&r->limits) && transport_no_memory(r->transport) == 0;
	size_t i;

	for (i = 0; i < capture_total(r->capture); i++) {
		const struct capture_info *c = capture_info(r->capture, i);

		if (r->options->verbose)
			tell_skipped(r, i);
		if (!c->complete) {
			complete = false;
			(void)fprintf(stderr, "gbscope: %s: %s\n", c->file, c->trouble);
		} else if (ledger_skipped(r->ledger, i, SKIP_LINK) != 0) {
			complete = false;
			(void)fprintf(
			    stderr,
			    "gbscope: %s: link type %d is not known: %llu frames not read\n",
			    c->file, link_unknown(c),
			    (unsigned long long)ledger_skipped(r->ledger, i, SKIP_LINK));
		}
	}
	return complete;
}

/* "gbscope: gbscope.conf:12: met by 34020000001320000003: registered = at least 1 (3 seen)" */
static void
tell_met(struct run *r)
{
	struct expected x;
	char origin[SET_BY_TEXT];
	size_t i;

	for (i = 0; expects_each(r->expects, i, &x); i++) {
		if (!x.met)
			continue;
		(void)fprintf(stderr,
		              "gbscope: %s: met by " SLICE_FMT ": " SLICE_FMT
		              " (%llu seen)\n",
		              set_by_text(&x.x->origin, origin),
		              SLICE_ARG(x.device.n ? x.device : SLICE("the capture")),
		              SLICE_ARG(expectation_text(x.x, x.word, &r->scratch)),
		              (unsigned long long)x.seen);
		arena_reset(&r->scratch);
	}
}

/* What is known at the end only, after all else was found. */
static void
run_expects(struct run *r, bool complete)
{
	if (r->expects == NULL)
		return;
	expects_end(r->expects, &r->checker, complete);
	run_findings(r);
	if (r->options->verbose)
		tell_met(r);
}

static int
status(const struct run *r, bool complete)
{
	const struct options *o = r->options;
	enum severity s;

	if (o->command == COMMAND_CHECK || o->command == COMMAND_BASELINE) {
		for (s = o->fail_on;
		     o->command == COMMAND_CHECK && s <= SEVERITY_ERROR && !o->exit_zero;
		     s++)
			if (findings_unknown(r->findings, s) != 0)
				return EXIT_FINDINGS;
		if (r->summary.messages == 0 && !o->allow_empty)
			return EXIT_INCOMPLETE;
	}
	return complete || o->allow_incomplete ? EXIT_OK : EXIT_INCOMPLETE;
}

int
run_analysis(const struct options *o, struct err *e)
{
	struct run *r = calloc(1, sizeof(*r));
	struct results results;
	int result = EXIT_TROUBLE;
	bool keep = false;

	if (r == NULL)
		return err_set(e, "out of memory"), EXIT_TROUBLE;
	r->options = o;
	if (outputs_usage(o, e) < 0 || run_open(r, e) < 0)
		goto out;
	run_frames(r);
	if (outputs_broken(&r->outputs))
		goto out;
	if (o->command == COMMAND_SHOW && o->device == NULL && !r->shown) {
		err_set(e, "%s: frame %llu carries no SIP message", o->captures[0],
		        (unsigned long long)o->frame);
		goto out;
	}
	if (o->command == COMMAND_SHOW && o->device != NULL &&
	    !show_device_known(r->tracker, o->device, e))
		goto out;
	results = (struct results){
	    .captures = r->capture,
	    .ledger = r->ledger,
	    .transport = r->transport,
	    .tracker = r->tracker,
	    .media = r->media,
	    .findings = r->findings,
	    .baseline = r->baseline,
	    .limits = &r->limits,
	    .summary = &r->summary,
	    .expects = r->expects,
	    .complete = whole(r),
	};
	run_expects(r, results.complete);
	keep = !findings_failed(r->findings);
	result = status(r, results.complete);
	if (o->command == COMMAND_BASELINE && !o->baseline_add && result != EXIT_OK) {
		/* What was not seen may be in what the captures lack. */
		err_set(e, "%s: nothing taken out: the captures do not show all",
		        o->baseline);
		keep = 0;
		goto out;
	}
	outputs_end(&r->outputs, &results);
	keep = !findings_failed(r->findings);
	if (!keep) {
		err_set(e, "cannot write the temporary file of findings");
		result = EXIT_TROUBLE;
	}
out:
	if (outputs_close(&r->outputs, keep, e) < 0)
		result = EXIT_TROUBLE;
	run_close(r);
	free(r);
	return result;
}
