/* The report as one JSON document: docs/report.schema.json. One record at a time is made and written. */
#include "src/output.h"

#include <stdlib.h>

#include "src/section.h"
#include "src/spool.h"

struct own {
	/* What stands behind the dialogs is kept in files without names. */
	struct {
		FILE *file;
		uint64_t total;
	} sections[SECTION_TOTAL];
	uint64_t dialogs;
	struct writer w;
};

/* A record ends; `before` stand in front of it in its list. */
static void
finish(struct out *o, FILE *f, uint64_t before)
{
	struct own *own = o->own;

	emit_close(&own->w.json, '}');
	(void)fputs(before ? ",\n" : "\n", f);
	emit_flush(&own->w.json, f);
	arena_reset(&o->scratch);
}

static void
sections_close(struct own *own)
{
	size_t i;

	for (i = 0; i < SECTION_TOTAL; i++)
		if (own->sections[i].file != NULL)
			(void)fclose(own->sections[i].file);
}

static bool
begin(struct out *o)
{
	struct own *own = calloc(1, sizeof(*own));
	size_t i;

	if (own == NULL)
		return false;
	for (i = 0; i < SECTION_TOTAL; i++) {
		own->sections[i].file = spool_open();
		if (own->sections[i].file == NULL) {
			sections_close(own);
			free(own);
			return false;
		}
	}
	writer_init(&own->w, o);
	o->own = own;
	(void)fputs("{\n\"schema\":" REPORT_SCHEMA ",\n\"generator\":" REPORT_GENERATOR
	            ",\n\"dialogs\":[",
	            o->f);
	return true;
}

static void
dialog(struct out *o, const struct dialog *d, bool last)
{
	struct own *own = o->own;
	struct emit *j = &own->w.json;
	const struct tx *x;

	(void)last;
	emit_open(j, '{');
	record_dialog(&own->w, d);
	emit_key(j, "transactions");
	emit_open(j, '[');
	for (x = d->txs; x != NULL; x = x->dialog_next) {
		if (!x->write)
			continue;
		emit_open(j, '{');
		record_transaction(&own->w, x);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	finish(o, o->f, own->dialogs++);
}

static void
ended(struct out *o, enum section s, const void *what)
{
	struct own *own = o->own;

	emit_open(&own->w.json, '{');
	sections[s].record(&own->w, what);
	finish(o, own->sections[s].file, own->sections[s].total++);
}

/* What stands behind the sections. */
static void
rest(struct out *o, const struct results *r)
{
	struct writer *w = &((struct own *)o->own)->w;
	const struct device *d = NULL;
	struct expected expected;
	struct finding x;
	uint64_t n = 0;
	size_t i;

	(void)fputs("\n],\n\"devices\":[", o->f);
	while ((d = tracker_device(r->tracker, d)) != NULL) {
		emit_open(&w->json, '{');
		record_device(w, d, r->findings);
		finish(o, o->f, n++);
	}
	(void)fputs("\n],\n\"findings\":[", o->f);
	(void)findings_rewind(r->findings);
	for (n = 0; findings_read(r->findings, &x); n++) {
		emit_open(&w->json, '{');
		record_finding(w, &x);
		finish(o, o->f, n);
	}
	(void)fputs("\n],\n\"expectations\":[", o->f);
	for (i = 0; expects_each(r->expects, i, &expected); i++) {
		emit_open(&w->json, '{');
		record_expectation(w, &expected);
		finish(o, o->f, i);
	}
	(void)fputs("\n],\n\"captures\":[", o->f);
	for (i = 0; i < capture_total(r->captures); i++) {
		emit_open(&w->json, '{');
		record_capture(w, r, i);
		finish(o, o->f, i);
	}
	(void)fputs("\n],\n\"summary\":", o->f);
	emit_open(&w->json, '{');
	record_summary(w, r);
	emit_close(&w->json, '}');
	emit_flush(&w->json, o->f);
	(void)fprintf(o->f, ",\n\"complete\":%s\n}\n", r->complete ? "true" : "false");
}

static void
end(struct out *o, const struct results *r)
{
	struct own *own = o->own;
	size_t i;

	if (r != NULL) {
		for (i = 0; i < SECTION_TOTAL; i++) {
			(void)fprintf(o->f, "\n],\n\"%s\":[", sections[i].plural);
			spool_copy(own->sections[i].file, o->f);
		}
		rest(o, r);
	}
	if (own != NULL) {
		sections_close(own);
		emit_free(&own->w.json);
		free(own);
	}
	o->own = NULL;
}

const struct format format_json = {
    .name = "json",
    .what = "one JSON document (docs/report.schema.json)",
    .fields = true,
    .media = true,
    .begin = begin,
    .dialog = dialog,
    .ended = ended,
    .end = end,
};
