/* SARIF 2.1.0 for code scanning, as GitHub takes it: a line is a frame of the capture, or one of its transcript. */
#include "src/ci.h"
#include "src/fingerprint.h"
#include "src/member.h"

enum { TITLE_MAX = 256 };

struct own {
	struct emit j;
	struct ci_seen *seen;
	const struct findings *findings;
	uint32_t index[RULE_TOTAL]; /* the place among the rules that are listed */
};

static void
flush(struct out *o, struct own *own, const char *behind)
{
	emit_flush(&own->j, o->f);
	(void)fputs(behind, o->f);
	arena_reset(&o->scratch);
}

/* {"text": ...}: in a message "[a](b)" is a link, and "{0}" stands for an argument; captured text has neither. */
static void
message(struct out *o, struct emit *j, const char *key, struct slice s)
{
	uint8_t *p = arena_array(&o->scratch, s.n + 1, 4);
	size_t n = 0, i;

	for (i = 0; p != NULL && i < s.n; i++) {
		bool link = s.p[i] == '(' && i != 0 && s.p[i - 1] == ']',
		     place = s.p[i] == '{' && i + 1 < s.n && ascii_digit(s.p[i + 1]);

		if (link || place) {
			memcpy(p + n, link ? "\\x28" : "\\x7b", 4);
			n += 4;
		} else {
			p[n++] = s.p[i];
		}
	}
	emit_key(j, key);
	emit_open(j, '{');
	emit_key(j, "text");
	emit_text(j, slice_of(p, n), NULL);
	emit_close(j, '}');
}

/* A rule's message, with "..." where an argument stands. */
static struct slice
title(const struct rule_info *info, char text[TITLE_MAX])
{
	struct slice rest = slice_str(info->message), part, tail;
	size_t n = 0;

	while (slice_cut(rest, '{', &part, &rest) && n + part.n + 4 < TITLE_MAX) {
		memcpy(text + n, part.p, part.n);
		memcpy(text + n + part.n, "...", 3);
		n += part.n + 3;
		if (!slice_cut(rest, '}', &part, &tail))
			break;
		rest = tail;
	}
	rest = slice_head(rest, TITLE_MAX - 1 - n);
	memcpy(text + n, rest.p, rest.n);
	n += rest.n;
	return slice_of(text, n);
}

static void
tags(struct emit *j, const struct rule_info *info)
{
	struct slice id = slice_str(info->id), family, rest;

	emit_key(j, "tags");
	emit_open(j, '[');
	emit_string(j, "sip");
	if (slice_cut(id, '-', &family, &rest) && !slice_eq(family, SLICE("sip")))
		emit_text(j, family, NULL);
	emit_close(j, ']');
}

/* Our own texts as Markdown that says just that. */
static struct slice
markdown(struct out *o, struct slice s)
{
	uint8_t *p = arena_array(&o->scratch, s.n + 1, 2);
	size_t n = 0, i;

	for (i = 0; p != NULL && i < s.n; i++) {
		if (strchr("\\`*_{}[]<>#|~&", s.p[i]) != NULL)
			p[n++] = '\\';
		p[n++] = s.p[i];
	}
	return slice_of(p, n);
}

static void
help(struct out *o, struct emit *j, const struct rule_info *info)
{
	size_t room =
	    strlen(info->explanation) + strlen(info->reference) + strlen(info->id) + 128;
	char *text = arena_alloc(&o->scratch, room);
	int n;

	if (text == NULL)
		return;
	n = snprintf(text, room, "%s\n\nReference: %s\n\nLocally: gbscope explain %s",
	             info->explanation, info->reference, info->id);
	emit_key(j, "help");
	emit_open(j, '{');
	member_text(j, "text", slice_of(text, (size_t)n));
	member_text(j, "markdown", markdown(o, slice_of(text, (size_t)n)));
	emit_close(j, '}');
}

static void
rule(struct out *o, struct own *own, enum rule r)
{
	const struct rule_info *info = &rule_infos[r];
	struct emit *j = &own->j;
	enum severity worst;
	char text[TITLE_MAX];

	(void)findings_of_rule(own->findings, r, &worst);
	emit_open(j, '{');
	member_string(j, "id", info->id);
	message(o, j, "shortDescription", title(info, text));
	message(o, j, "fullDescription", slice_str(info->explanation));
	help(o, j, info);
	emit_key(j, "defaultConfiguration");
	emit_open(j, '{');
	member_string(j, "level", severity_name(worst));
	emit_close(j, '}');
	emit_key(j, "properties");
	emit_open(j, '{');
	tags(j, info);
	member_string(j, "precision", "high");
	member_string(j, "problem.severity",
	              worst == SEVERITY_NOTE ? "recommendation" : severity_name(worst));
	emit_close(j, '}');
	emit_close(j, '}');
}

/* Those that found something: the others would be most of the file. */
static void
rules(struct out *o, struct own *own)
{
	enum severity worst;
	uint32_t n = 0;
	int i;

	for (i = 0; i < RULE_TOTAL; i++) {
		if (findings_of_rule(own->findings, (enum rule)i, &worst) == 0)
			continue;
		own->index[i] = n;
		(void)fputs(n++ ? ",\n" : "\n", o->f);
		rule(o, own, (enum rule)i);
		flush(o, own, "");
	}
}

static void
physical(struct out *o, struct emit *j, uint32_t capture, uint64_t line, uint32_t letters,
         const char *ending)
{
	emit_key(j, "physicalLocation");
	emit_open(j, '{');
	emit_key(j, "artifactLocation");
	emit_open(j, '{');
	member_text(j, "uri", ci_uri(o, capture, ending));
	emit_close(j, '}');
	emit_key(j, "region");
	emit_open(j, '{');
	member_number(j, "startLine", line ? line : 1);
	member_number(j, "startColumn", 1);
	member_number(j, "endLine", line ? line : 1);
	member_number(j, "endColumn", letters ? letters + 1 : 2);
	emit_close(j, '}');
	emit_close(j, '}');
}

static void
primary(struct out *o, struct emit *j, const struct finding *x)
{
	struct transcript_place at;

	if (o->ci->transcript == NULL) {
		physical(o, j, x->capture, x->frame, 1, "");
		return;
	}
	at = transcript_find(o->ci->transcript, x);
	physical(o, j, x->capture, at.line, at.letters, ".sip.txt");
}

/* "samples/a.pcap/frame/7/sip.CSeq" */
static void
logical(struct out *o, struct emit *j, const struct finding *x)
{
	struct slice path = ci_path(o, x->capture),
	             field = tty_text(x->field, &o->scratch);
	size_t room = path.n + field.n + 64;
	char *text = arena_alloc(&o->scratch, room);
	int n;

	if (text == NULL)
		return;
	n = snprintf(text, room, SLICE_FMT "/frame/%llu%s" SLICE_FMT, SLICE_ARG(path),
	             (unsigned long long)x->frame,
	             field.n != 0 && field.p[0] != '/' ? "/" : "", SLICE_ARG(field));
	emit_key(j, "logicalLocations");
	emit_open(j, '[');
	emit_open(j, '{');
	member_text(j, "fullyQualifiedName", slice_of(text, (size_t)n));
	emit_close(j, '}');
	emit_close(j, ']');
}

/* The other frames that carry the message, or that the finding speaks of. */
static void
related(struct out *o, struct emit *j, const struct finding *x)
{
	uint32_t i, n = 0;

	for (i = 0; i < x->frames_total && n < CI_FRAMES_MAX; i++) {
		if (x->frames[i] == x->frame)
			continue;
		if (n++ == 0) {
			emit_key(j, "relatedLocations");
			emit_open(j, '[');
		}
		emit_open(j, '{');
		member_number(j, "id", n);
		physical(o, j, x->capture, x->frames[i], 1, "");
		message(o, j, "message", SLICE("another frame of it"));
		emit_close(j, '}');
	}
	if (n != 0)
		emit_close(j, ']');
}

static void
fingerprints(struct own *own, const struct finding *x)
{
	char whole[FINGERPRINT_TEXT + 16], short_one[17];
	uint32_t n;

	/* GitHub's form has 16 digits: half of them say what, half who. */
	(void)snprintf(short_one, sizeof(short_one), "%.8s%.8s", x->fingerprint,
	               x->fingerprint + (FINGERPRINT_TEXT - 1) / 2);
	n = ci_seen(own->seen, slice_str(short_one)) + 1;
	emit_key(&own->j, "partialFingerprints");
	emit_open(&own->j, '{');
	(void)snprintf(whole, sizeof(whole), "%s:%u", short_one, n);
	member_string(&own->j, "primaryLocationLineHash", whole);
	(void)snprintf(whole, sizeof(whole), "%s:%u", x->fingerprint, n);
	member_string(&own->j, "gbscopeFinding/v1", whole);
	emit_close(&own->j, '}');
}

static void
shown_if(struct out *o, struct emit *j, const char *key, bool has, struct slice s)
{
	if (has)
		member_text_if(j, key, true, tty_text(s, &o->scratch));
}

static void
properties(struct out *o, struct emit *j, const struct finding *x)
{
	emit_key(j, "properties");
	emit_open(j, '{');
	member_number(j, "frame", x->frame);
	if (x->dialog != 0)
		member_number(j, "dialog", x->dialog);
	if (x->transaction != 0)
		member_number(j, "transaction", x->transaction);
	shown_if(o, j, "device", x->device.n != 0, x->device);
	shown_if(o, j, "field", x->field.n != 0, x->field);
	shown_if(o, j, "value", x->has_value, x->value);
	shown_if(o, j, "expected", x->has_expected, x->expected);
	if (x->line != 0)
		member_number(j, "bodyLine", x->line);
	member_string(j, "reference", rule_infos[x->rule].reference);
	emit_close(j, '}');
}

static void
result(struct out *o, struct own *own, const struct finding *x)
{
	struct emit *j = &own->j;

	emit_open(j, '{');
	member_string(j, "ruleId", rule_infos[x->rule].id);
	member_number(j, "ruleIndex", own->index[x->rule]);
	member_string(j, "level", severity_name(x->severity));
	message(o, j, "message", ci_message(o, x));
	emit_key(j, "locations");
	emit_open(j, '[');
	emit_open(j, '{');
	primary(o, j, x);
	logical(o, j, x);
	emit_close(j, '}');
	emit_close(j, ']');
	related(o, j, x);
	fingerprints(own, x);
	if (x->count > 1)
		member_number(j, "occurrenceCount", x->count);
	if (x->state != BASELINE_NONE)
		member_string(j, "baselineState", baseline_state_name(x->state));
	if (x->state == BASELINE_UNCHANGED) {
		emit_key(j, "suppressions");
		emit_open(j, '[');
		emit_open(j, '{');
		member_string(j, "kind", "external");
		emit_close(j, '}');
		emit_close(j, ']');
	}
	properties(o, j, x);
	emit_close(j, '}');
}

static void
notification(struct out *o, struct emit *j, const char *id, bool fine, uint32_t capture,
             struct slice text)
{
	emit_open(j, '{');
	emit_key(j, "descriptor");
	emit_open(j, '{');
	member_string(j, "id", id);
	emit_close(j, '}');
	member_string(j, "level", fine ? "note" : "error");
	message(o, j, "message", text);
	emit_key(j, "locations");
	emit_open(j, '[');
	emit_open(j, '{');
	physical(o, j, capture, 1, 1, "");
	emit_close(j, '}');
	emit_close(j, ']');
	emit_close(j, '}');
}

/* What was not read, and what is not told. */
static void
invocation(struct out *o, struct own *own, const struct results *r,
           const struct ci_walk *w)
{
	struct emit *j = &own->j;
	struct ci_trouble t;
	bool fine = true;
	char text[128];
	size_t i;

	for (i = 0; ci_trouble(o, r, i, &t); i++)
		fine &= t.allowed;
	emit_open(j, '{');
	member_bool(j, "executionSuccessful", fine);
	emit_key(j, "toolExecutionNotifications");
	emit_open(j, '[');
	for (i = 0; ci_trouble(o, r, i, &t); i++)
		notification(o, j, "capture-incomplete", t.allowed, t.capture,
		             tty_text(slice_str(t.text), &o->scratch));
	if (w->untold != 0) {
		(void)snprintf(text, sizeof(text),
		               "%llu more findings, not worse than these, are not listed",
		               (unsigned long long)w->untold);
		notification(o, j, "findings-not-listed", w->untold_failing == 0, 0,
		             slice_str(text));
	}
	emit_close(j, ']');
	emit_close(j, '}');
	flush(o, own, "\n]\n");
}

/* Uploads of one tool with the same id replace each other: each capture has its own. */
static void
automation(struct out *o, struct own *own)
{
	size_t total = capture_total(o->captures);
	struct slice path = ci_path(o, 0);
	char *text = arena_alloc(&o->scratch, path.n + 64);
	int n;

	if (text == NULL)
		return;
	n = snprintf(text, path.n + 64,
	             total > 1 ? "gbscope/" SLICE_FMT "+%zu/" : "gbscope/" SLICE_FMT "/",
	             SLICE_ARG(path), total - 1);
	emit_open(&own->j, '{');
	member_text(&own->j, "id", slice_of(text, (size_t)n));
	emit_close(&own->j, '}');
	flush(o, own, ",\n");
}

static void
artifacts(struct out *o, struct own *own)
{
	struct emit *j = &own->j;
	uint32_t i;

	for (i = 0; i < capture_total(o->captures); i++) {
		emit_open(j, '{');
		emit_key(j, "location");
		emit_open(j, '{');
		member_text(j, "uri", ci_uri(o, i, ""));
		emit_close(j, '}');
		emit_key(j, "roles");
		emit_open(j, '[');
		emit_string(j, "analysisTarget");
		emit_close(j, ']');
		emit_close(j, '}');
		flush(o, own, i + 1 < capture_total(o->captures) ? ",\n" : "\n");
	}
}

static void
whole(struct out *o, const struct results *r, struct own *own)
{
	struct ci_walk w;
	struct finding x;
	size_t n;

	(void)fputs("{\n\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\n"
	            "\"version\":\"2.1.0\",\n\"runs\":[{\n\"tool\":{\"driver\":{"
	            "\"name\":\"gbscope\",\"version\":\"" GBSCOPE_VERSION
	            "\",\"semanticVersion\":\"" GBSCOPE_VERSION "\",\"rules\":[",
	            o->f);
	rules(o, own);
	(void)fputs("\n]}},\n\"automationDetails\":", o->f);
	automation(o, own);
	(void)fputs("\"columnKind\":\"unicodeCodePoints\",\n\"artifacts\":[\n", o->f);
	artifacts(o, own);
	(void)fputs("],\n\"results\":[", o->f);
	ci_walk(&w, o, r, CI_RESULTS_MAX);
	w.known = true;
	for (n = 0; ci_next(&w, &x); n++) {
		(void)fputs(n ? ",\n" : "\n", o->f);
		result(o, own, &x);
		flush(o, own, "");
	}
	(void)fputs("\n],\n\"invocations\":[\n", o->f);
	invocation(o, own, r, &w);
	(void)fputs("}]\n}\n", o->f);
}

static void
end(struct out *o, const struct results *r)
{
	struct own own = {.j.scratch = &o->scratch};

	if (r == NULL)
		return;
	own.findings = r->findings;
	own.seen = ci_seen_new();
	if (own.seen != NULL)
		whole(o, r, &own);
	ci_seen_free(own.seen);
	emit_free(&own.j);
}

const struct format format_sarif = {
    .name = "sarif",
    .what = "SARIF 2.1.0, for code scanning",
    .end = end,
};
