#include "src/run.h"

#include <stdlib.h>
#include <unistd.h>

#include "dissect/link.h"
#include "src/check.h"
#include "src/out_baseline.h"
#include "src/output.h"
#include "src/show.h"
#include "src/sink.h"

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
	struct tracker *tracker;
	struct findings *findings;
	struct baseline *baseline;
	struct sink *sink;
	struct out out;
	struct summary summary;
	struct checker checker;
	struct arena message, scratch;
	bool live; /* what comes may come as it happens, and so must what is told of it */
	bool shown; /* show: the frame was found */
	bool begun;
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
	                            .exchange_timeout_ns = o->exchange_timeout_ns};
	char warning[256] = "";

	limits_init(&r->limits);
	arena_init(&r->message, MESSAGE_ARENA);
	arena_init(&r->scratch, SCRATCH_ARENA);
	arena_init(&r->out.scratch, SCRATCH_ARENA);
	if (o->passwords != NULL) {
		r->passwords =
		    passwords_load(o->passwords, o->strict_passwords, e, warning);
		if (r->passwords == NULL)
			return -1;
		if (warning[0] != '\0' && !o->quiet)
			(void)fprintf(stderr, "gbscope: %s\n", warning);
	}
	r->auth = auth_new(r->passwords, e);
	r->reader.bodies =
	    r->auth ? body_new_with(&r->limits, o->dictionaries, o->dictionaries_total, e)
	            : NULL;
	r->reader.edition = o->edition;
	r->capture =
	    r->reader.bodies ? capture_new(o->captures, o->captures_total, e) : NULL;
	r->findings = r->capture ? findings_new(&r->limits, o->all_findings, e) : NULL;
	if (r->findings != NULL && open_baseline(r, e) == 0)
		r->sink = sink_open(
		    o->command == COMMAND_BASELINE ? o->baseline : o->output, e);
	if (r->sink == NULL)
		return -1;
	t.keep_fields = r->out.format->fields;
	t.keep_media = r->out.format->media;
	r->ledger = ledger_new(capture_total(r->capture));
	r->net = net_new(&r->limits, r->ledger);
	r->transport = transport_new(&r->limits, r->ledger);
	r->tracker = tracker_new(&r->limits, r->auth, &t);
	if (r->ledger == NULL || r->net == NULL || r->transport == NULL ||
	    r->tracker == NULL)
		return err_set(e, "out of memory");
	r->out.f = sink_file(r->sink);
	r->out.captures = r->capture;
	r->out.quiet = o->quiet;
	r->out.color = o->color == 1 ||
	               (o->color < 0 && o->output == NULL && isatty(STDOUT_FILENO) &&
	                (getenv("NO_COLOR") == NULL || getenv("NO_COLOR")[0] == '\0') &&
	                (getenv("TERM") == NULL || strcmp(getenv("TERM"), "dumb") != 0));
	r->checker = (struct checker){.findings = r->findings, .scratch = &r->scratch};
	if (r->out.format->finding != NULL) {
		findings_stream(r->findings);
		r->live = capture_live(r->capture);
	}
	r->begun = r->out.format->begin(&r->out);
	return r->begun ? 0 : err_set(e, "cannot make a temporary file");
}

static void
run_close(struct run *r)
{
	if (r->begun && r->out.own != NULL)
		r->out.format->end(&r->out, NULL);
	tracker_free(r->tracker);
	transport_free(r->transport);
	net_free(r->net);
	ledger_free(r->ledger);
	findings_free(r->findings);
	baseline_free(r->baseline);
	capture_free(r->capture);
	body_free(r->reader.bodies);
	auth_free(r->auth);
	passwords_free(r->passwords);
	arena_free(&r->message);
	arena_free(&r->scratch);
	arena_free(&r->out.scratch);
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
	if (r->out.format->message != NULL)
		r->out.format->message(&r->out, m, p);
	check_message(&r->checker, m, p);
	if (r->options->command == COMMAND_SHOW && show_wanted(m, r->options->frame)) {
		show_message(&r->out, m, p);
		r->shown = true;
	}
}

/* What the checks found since, where the format wants it at once. */
static void
run_findings(struct run *r)
{
	struct finding x;

	while (r->out.format->finding != NULL && findings_next(r->findings, &x))
		r->out.format->finding(&r->out, &x);
}

/* What the tracker says of a message, and of what ended. */
static void
run_events(struct run *r, const struct message *m)
{
	const struct format *f = r->out.format;
	struct tracker_event e;

	while (tracker_next(r->tracker, &e)) {
		switch (e.kind) {
		case TRACKER_PLACE:
			placed(r, m, &e.place);
			break;
		case TRACKER_TX:
			if (f->transaction != NULL && e.tx->listed)
				f->transaction(&r->out, e.tx);
			check_ended(&r->checker, &e);
			break;
		case TRACKER_DIALOG:
			if (f->dialog != NULL)
				f->dialog(&r->out, e.dialog, e.last);
			break;
		case TRACKER_EXCHANGE:
			check_ended(&r->checker, &e);
			if (f->exchange != NULL)
				f->exchange(&r->out, e.exchange);
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
run_frames(struct run *r)
{
	struct frame frame;
	struct datagram d;

	/* Nobody reads any more, or there is no room: the rest would be for nothing. */
	while (!ferror(r->out.f) && capture_next(r->capture, &frame)) {
		r->summary.frames++;
		net_feed(r->net, &frame);
		while (net_next(r->net, &d)) {
			transport_feed(r->transport, &d);
			run_records(r);
			run_conflict(r);
		}
		run_losses(r);
		if (r->live)
			(void)fflush(r->out.f);
	}
	net_end(r->net);
	run_losses(r);
	transport_end(r->transport);
	run_records(r);
	tracker_end(r->tracker);
	run_events(r, NULL);
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
	bool complete = !limits_incomplete(&r->limits);
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

static int
status(const struct run *r, bool complete)
{
	const struct options *o = r->options;
	enum severity s;

	if (o->command == COMMAND_CHECK || o->command == COMMAND_BASELINE) {
		for (s = o->fail_on; o->command == COMMAND_CHECK && s <= SEVERITY_ERROR;
		     s++)
			if (findings_count(r->findings, s) !=
			    findings_known(r->findings, s))
				return EXIT_FINDINGS;
		if (r->summary.messages == 0 && !o->allow_empty)
			return EXIT_INCOMPLETE;
	}
	return complete || o->allow_incomplete ? EXIT_OK : EXIT_INCOMPLETE;
}

static const struct format *
format_of(const struct options *o, struct err *e)
{
	const struct format *f =
	    o->command == COMMAND_CHECK  ? &format_check
	    : o->command == COMMAND_LIST ? &format_list
	    : o->command == COMMAND_SHOW ? &format_show
	    : o->command == COMMAND_BASELINE
	        ? &format_baseline
	        : format_find(slice_str(o->format ? o->format : "json"));

	if (f == NULL)
		err_set(e, "--format: not known: %s", o->format);
	return f;
}

int
run_analysis(const struct options *o, struct err *e)
{
	struct run *r = calloc(1, sizeof(*r));
	struct results results;
	int result = EXIT_TROUBLE, keep = 0;

	if (r == NULL)
		return err_set(e, "out of memory"), EXIT_TROUBLE;
	r->options = o;
	r->out.format = format_of(o, e);
	if (r->out.format == NULL || run_open(r, e) < 0)
		goto out;
	run_frames(r);
	if (ferror(r->out.f))
		goto out;
	if (o->command == COMMAND_SHOW && !r->shown) {
		err_set(e, "%s: frame %llu carries no SIP message", o->captures[0],
		        (unsigned long long)o->frame);
		goto out;
	}
	results = (struct results){
	    .captures = r->capture,
	    .ledger = r->ledger,
	    .transport = r->transport,
	    .tracker = r->tracker,
	    .findings = r->findings,
	    .baseline = r->baseline,
	    .limits = &r->limits,
	    .summary = &r->summary,
	    .complete = whole(r),
	};
	keep = !findings_failed(r->findings);
	result = status(r, results.complete);
	if (o->command == COMMAND_BASELINE && !o->baseline_add && result != EXIT_OK) {
		/* What was not seen may be in what the captures lack. */
		err_set(e, "%s: nothing taken out: the captures do not show all",
		        o->baseline);
		keep = 0;
		goto out;
	}
	r->out.format->end(&r->out, &results);
	keep = !findings_failed(r->findings);
	if (!keep) {
		err_set(e, "cannot write the temporary file of findings");
		result = EXIT_TROUBLE;
	}
out:
	if (r->sink != NULL && sink_close(r->sink, keep, e) < 0)
		result = EXIT_TROUBLE;
	run_close(r);
	free(r);
	return result;
}
