/* pipeline - what the fuzz targets of the whole program share: everything behind the records, as src/run.c
 * has it, with limits so small that a few messages reach them. */
#ifndef TESTS_FUZZ_PIPELINE_H
#define TESTS_FUZZ_PIPELINE_H

#include "src/check.h"
#include "src/config.h"
#include "src/out_fields.h"
#include "src/output.h"
#include "src/sessions.h"
#include "src/show.h"

#include "tests/fuzz/inside.h"

enum { PIPELINE_ARENA = 64 << 20, PIPELINE_SCRATCH = 256 << 20 };

/* Made once: OpenSSL and libxml2 want to be asked once only. */
struct pipeline_once {
	struct passwords *passwords;
	struct auth *auth;
	struct message_reader reader;
	FILE *nowhere;
	struct config config; /* expects something of everything */
};

struct pipeline {
	struct limits limits;
	struct media *media;
	struct tracker *tracker;
	struct findings *findings;
	struct out out;
	struct summary summary;
	struct checker checker;
	struct expects *expects;
	struct fields_maker fields;
	struct arena message, scratch;
	unsigned choice;
};

static struct pipeline_once pipeline_once;

static inline void
pipeline_small(struct limits *l)
{
	static const struct {
		enum limit id;
		uint64_t max;
	} rows[] = {
	    {LIMIT_FRAGMENT_SETS, 2},     {LIMIT_FRAGMENT_BYTES, 4096},
	    {LIMIT_FRAGMENT_PIECES, 4},   {LIMIT_STREAMS, 2},
	    {LIMIT_STREAM_BYTES, 4096},   {LIMIT_STREAM_PENDING, 1024},
	    {LIMIT_MESSAGE_BYTES, 2048},  {LIMIT_TRANSACTIONS, 2},
	    {LIMIT_TRANSACTIONS_DONE, 2}, {LIMIT_DIALOGS, 2},
	    {LIMIT_DIALOGS_DONE, 2},      {LIMIT_DIALOG_PART, 2},
	    {LIMIT_DETAIL_BYTES, 4096},   {LIMIT_NONCES, 2},
	    {LIMIT_DEVICES, 2},           {LIMIT_EXCHANGES, 2},
	    {LIMIT_FINDINGS, 8},          {LIMIT_FINDING_DETAILS, 1},
	    {LIMIT_VALUE_BYTES, 16},      {LIMIT_BODY_BYTES, 1024},
	    {LIMIT_XML_DEPTH, 4},         {LIMIT_XML_NODES, 32},
	    {LIMIT_MEDIA_FLOWS, 2},       {LIMIT_BROADCASTS, 1},
	    {LIMIT_SUBSCRIPTIONS, 2},     {LIMIT_NOTICES, 2},
	    {LIMIT_CHANNEL_STATES, 2},    {LIMIT_CATALOG_NODES, 16},
	    {LIMIT_CATALOG_BYTES, 512},   {LIMIT_EXCHANGES_QUIET, 1},
	    {LIMIT_EXCHANGES_DONE, 2},    {LIMIT_EXCHANGE_ITEMS, 8},
	    {LIMIT_RESULT_BYTES, 1024},   {LIMIT_RESULT_SPOOL, 16384},
	    {LIMIT_OFFER_BYTES, 512},     {LIMIT_CHUNK_SETS, 2},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		l->max[rows[i].id] = rows[i].max;
}

static inline void
pipeline_init(void)
{
	static const char file[] =
	    "34020000001320000003:34020000:12345678\n*:*:cAnArY-pass\n";
	static const char wanted[] =
	    "[thresholds]\nresponse-time = 1s\ninvite-time = 1s\nanswer-time = 1s\n"
	    "[expect]\nmessages = none\nretransmissions = none\nregistered = every within "
	    "1s\nverified = every by 34020000001320000003, alice\nkeepalives = at least "
	    "9\ncalls = exactly 9 by bob, alice, 34020000001320000003\nsubscribed = "
	    "Catalog\nanswered = Catalog, DeviceInfo within 1ms\nitems = at most 1\nsent "
	    "= none\nresponded = every within 1s by 34020000001320000003, bob\n";
	struct options o = {.no_config = true};
	struct limits l;
	struct err e = {""};

	if (pipeline_once.nowhere != NULL)
		return;
	limits_init(&l);
	pipeline_once.passwords = passwords_parse(SLICE(file), "f", &e);
	pipeline_once.auth = auth_new(pipeline_once.passwords, &e);
	must(pipeline_once.auth != NULL);
	pipeline_once.reader.bodies = body_new(&l, &e);
	must(pipeline_once.reader.bodies != NULL);
	config_init(&pipeline_once.config);
	must(config_read(&pipeline_once.config, &o, SLICE(wanted), "f", &e) == 0);
	pipeline_once.nowhere = fopen("/dev/null", "w");
	must(pipeline_once.nowhere != NULL);
}

/* The bits of choice: 1 the default limits, 2 and 4 the format, 8 and 16 the profile, 32 all findings, 64 color
 * (of JSON: lines), 128 each message as a tree. */
static inline void
pipeline_begin(struct pipeline *p, unsigned choice, const struct capture *captures)
{
	static const struct format *const formats[] = {&format_json, &format_text,
	                                               &format_list, &format_check};
	struct tracker_options t = {.profile = (int)(choice >> 3 & 3) % 3,
	                            .exchange_timeout_ns = INT64_C(60000000000)};
	struct err e = {""};

	pipeline_init();
	*p = (struct pipeline){.choice = choice};
	limits_init(&p->limits);
	if (!(choice & 1))
		pipeline_small(&p->limits);
	arena_init(&p->message, PIPELINE_ARENA);
	arena_init(&p->scratch, PIPELINE_SCRATCH);
	arena_init(&p->out.scratch, PIPELINE_SCRATCH);
	p->out.format = formats[choice >> 1 & 3];
	if (p->out.format == &format_json && (choice & 64))
		p->out.format = &format_ndjson;
	p->out.f = pipeline_once.nowhere;
	p->out.captures = captures;
	p->out.color = (choice & 64) != 0;
	fields_maker_init(&p->fields);
	t.keep_tree = p->out.format->fields ? fields_make : NULL;
	t.keep_own = &p->fields;
	p->media = media_new(&p->limits);
	must(p->media != NULL);
	t.media = p->media;
	p->tracker = tracker_new(&p->limits, pipeline_once.auth, &t);
	p->findings = findings_new(&p->limits, (choice & 32) != 0, &e);
	must(p->tracker != NULL && p->findings != NULL);
	if (p->out.format->finding != NULL)
		findings_stream(p->findings);
	p->checker = (struct checker){.findings = p->findings,
	                              .scratch = &p->scratch,
	                              .thresholds = &pipeline_once.config.thresholds};
	p->expects = expects_new(pipeline_once.config.expectations, &e);
	must(p->expects != NULL);
	must(format_begin(&p->out));
}

/* The streams of a session, or those of none. */
static inline void
pipeline_streams(struct pipeline *p, const struct media_stream *s)
{
	for (; s != NULL && p->out.format->ended != NULL; s = s->next)
		p->out.format->ended(&p->out, SECTION_MEDIA, s);
}

/* One message as a tree too. */
static inline void
pipeline_show(struct pipeline *p, const struct message *m, const struct place *place)
{
	struct out show = {.format = &format_show,
	                   .f = p->out.f,
	                   .captures = p->out.captures,
	                   .color = p->out.color};

	arena_init(&show.scratch, PIPELINE_SCRATCH);
	must(format_begin(&show));
	show_message(&show, m, place);
	show.format->end(&show, NULL);
	arena_free(&show.scratch);
}

/* What was found since, where the format wants it at once. */
static inline void
pipeline_findings(struct pipeline *p)
{
	struct finding x;

	while (p->out.format->finding != NULL && findings_next(p->findings, &x))
		p->out.format->finding(&p->out, &x);
}

static inline void
pipeline_events(struct pipeline *p, const struct message *m)
{
	const struct format *f = p->out.format;
	struct tracker_event e;
	bool placed = m == NULL;

	while (tracker_next(p->tracker, &e)) {
		expects_ended(p->expects, &e);
		switch (e.kind) {
		case TRACKER_PLACE:
			must(!placed && e.place.dialog != NULL && e.place.tx != NULL);
			placed = true;
			summary_message(&p->summary, m, &e.place);
			if (f->message != NULL)
				f->message(&p->out, m, &e.place);
			check_message(&p->checker, m, &e.place);
			expects_message(p->expects, m, &e.place);
			if (p->choice & 128)
				pipeline_show(p, m, &e.place);
			break;
		case TRACKER_TX:
			if (f->transaction != NULL && e.tx->listed)
				f->transaction(&p->out, e.tx);
			check_ended(&p->checker, &e);
			break;
		case TRACKER_DIALOG:
			if (f->dialog != NULL && e.dialog->txs != NULL)
				f->dialog(&p->out, e.dialog, e.last);
			check_ended(&p->checker, &e);
			break;
		case TRACKER_EXCHANGE:
			check_ended(&p->checker, &e);
			if (f->ended != NULL)
				f->ended(&p->out, SECTION_EXCHANGES, e.exchange);
			break;
		case TRACKER_SUBSCRIPTION:
			check_ended(&p->checker, &e);
			if (f->ended != NULL)
				f->ended(&p->out, SECTION_SUBSCRIPTIONS, e.subscription);
			break;
		case TRACKER_NOTICE:
			check_ended(&p->checker, &e);
			if (f->ended != NULL)
				f->ended(&p->out, SECTION_NOTICES, e.notice);
			break;
		case TRACKER_SESSION:
			check_ended(&p->checker, &e);
			if (f->ended != NULL)
				f->ended(&p->out, SECTION_SESSIONS, e.session);
			pipeline_streams(p, e.session->streams);
			break;
		}
		pipeline_findings(p);
		arena_reset(&p->scratch);
	}
	must(placed);
}

static inline void
pipeline_record(struct pipeline *p, const struct record *rec)
{
	struct message m;

	must(rec->bytes.n == 0 || rec->bytes.p != NULL);
	must(rec->frames_total <= RECORD_FRAMES_MAX);
	arena_reset(&p->message);
	(void)message_read(rec, &p->message, &m);
	(void)message_body(&pipeline_once.reader, 0, &p->message, &m);
	tracker_feed(p->tracker, &m);
	pipeline_events(p, &m);
}

static inline void
pipeline_end(struct pipeline *p, const struct ledger *l, const struct transport *t)
{
	struct results r = {
	    .captures = p->out.captures,
	    .ledger = l,
	    .transport = t,
	    .tracker = p->tracker,
	    .media = p->media,
	    .findings = p->findings,
	    .limits = &p->limits,
	    .summary = &p->summary,
	    .expects = p->expects,
	};

	tracker_end(p->tracker);
	pipeline_events(p, NULL);
	media_end(p->media);
	while (media_waiting(p->media))
		pipeline_streams(p, media_next(p->media));
	p->summary.transactions = tracker_transactions(p->tracker);
	expects_end(p->expects, &p->checker, false);
	pipeline_findings(p);
	p->out.format->end(&p->out, &r);
	must(!findings_failed(p->findings));
	tracker_free(p->tracker);
	fields_maker_free(&p->fields);
	media_free(p->media);
	expects_free(p->expects);
	findings_free(p->findings);
	arena_free(&p->message);
	arena_free(&p->scratch);
	arena_free(&p->out.scratch);
}

#endif
