/* The report in lines, each as soon as what it tells is decided: docs/report.schema.json, ndjson_line. */
#include "src/output.h"

#include <stdlib.h>

#include "src/member.h"
#include "src/section.h"

struct own {
	struct writer w;
	uint64_t messages;
};

static struct writer *
writer(struct out *o)
{
	return &((struct own *)o->own)->w;
}

/* Begins one. */
static struct emit *
line(struct out *o, const char *type)
{
	struct emit *j = &writer(o)->json;

	emit_open(j, '{');
	member_string(j, "type", type);
	return j;
}

static void
finish(struct out *o)
{
	struct emit *j = &writer(o)->json;

	emit_close(j, '}');
	emit_raw(j, "\n", 1);
	emit_flush(j, o->f);
	arena_reset(&o->scratch);
}

static bool
begin(struct out *o)
{
	struct own *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return false;
	writer_init(&own->w, o);
	o->own = own;
	(void)fputs("{\"type\":\"start\",\"schema\":" REPORT_SCHEMA
	            ",\"generator\":" REPORT_GENERATOR "}\n",
	            o->f);
	return true;
}

static void
message(struct out *o, const struct message *m, const struct place *p)
{
	struct own *own = o->own;

	member_number(line(o, "message"), "id", ++own->messages);
	record_message(&own->w, m, p);
	finish(o);
}

static void
transaction(struct out *o, const struct tx *x)
{
	struct emit *j = line(o, "transaction");

	member_number(j, "dialog", x->dialog->id);
	record_transaction(writer(o), x);
	finish(o);
}

/* Its transactions stand before it; most have ended, and been told, long before. */
static void
dialog(struct out *o, const struct dialog *d, bool last)
{
	const struct tx *x;

	(void)last;
	for (x = d->txs; x != NULL; x = x->dialog_next)
		if (x->write && !x->ended)
			transaction(o, x);
	(void)line(o, "dialog");
	record_dialog(writer(o), d);
	finish(o);
}

static void
ended(struct out *o, enum section s, const void *what)
{
	(void)line(o, sections[s].type);
	sections[s].record(writer(o), what);
	finish(o);
}

static void
finding(struct out *o, const struct finding *x)
{
	(void)line(o, "finding");
	record_finding(writer(o), x);
	finish(o);
}

/* What only the end decides: findings of a device, counts, what was skipped of a capture. */
static void
rest(struct out *o, const struct results *r)
{
	const struct device *d = NULL;
	struct expected expected;
	struct finding x;
	size_t i;

	while ((d = tracker_device(r->tracker, d)) != NULL) {
		(void)line(o, "device");
		record_device(writer(o), d, r->findings);
		finish(o);
	}
	(void)findings_rewind(r->findings);
	while (findings_read(r->findings, &x))
		if (!x.told)
			finding(o, &x);
	for (i = 0; expects_each(r->expects, i, &expected); i++) {
		(void)line(o, "expectation");
		record_expectation(writer(o), &expected);
		finish(o);
	}
	for (i = 0; i < capture_total(r->captures); i++) {
		(void)line(o, "capture");
		record_capture(writer(o), r, i);
		finish(o);
	}
	(void)line(o, "summary");
	record_summary(writer(o), r);
	member_bool(&writer(o)->json, "complete", r->complete);
	finish(o);
}

static void
end(struct out *o, const struct results *r)
{
	struct own *own = o->own;

	if (r != NULL)
		rest(o, r);
	if (own != NULL)
		emit_free(&own->w.json);
	free(own);
	o->own = NULL;
}

const struct format format_ndjson = {
    .name = "ndjson",
    .what = "a JSON line for each record, as it is decided",
    .fields = true,
    .media = true,
    .begin = begin,
    .message = message,
    .transaction = transaction,
    .dialog = dialog,
    .ended = ended,
    .finding = finding,
    .end = end,
};
