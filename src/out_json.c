/* The report as one JSON document: docs/report.schema.json. One record at a time is made and written. */
#include "src/output.h"

#include <stdlib.h>

#include "src/out_record.h"
#include "src/spool.h"

enum { COPY_BYTES = 65536 };

struct own {
	FILE
	    *exchanges; /* they stand behind the dialogs: kept in a file without a name */
	uint64_t dialogs, exchanges_total;
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

static bool
begin(struct out *o)
{
	struct own *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return false;
	own->exchanges = spool_open();
	if (own->exchanges == NULL) {
		free(own);
		return false;
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
exchange(struct out *o, const struct exchange *x)
{
	struct own *own = o->own;

	emit_open(&own->w.json, '{');
	record_exchange(&own->w, x);
	finish(o, own->exchanges, own->exchanges_total++);
}

static void
copy(FILE *from, FILE *to)
{
	char *t = malloc(COPY_BYTES);
	size_t n;

	rewind(from);
	while (t != NULL && (n = fread(t, 1, COPY_BYTES, from)) != 0)
		(void)fwrite(t, n, 1, to);
	free(t);
}

/* What stands behind the exchanges. */
static void
rest(struct out *o, const struct results *r)
{
	struct writer *w = &((struct own *)o->own)->w;
	const struct device *d = NULL;
	struct expected expected;
	struct finding x;
	uint64_t n = 0;
	size_t i;

	(void)fputs("\n],\n\"media\":[],\n\"devices\":[", o->f);
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

	if (r != NULL) {
		(void)fputs("\n],\n\"exchanges\":[", o->f);
		copy(own->exchanges, o->f);
		rest(o, r);
	}
	if (own != NULL) {
		(void)fclose(own->exchanges);
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
    .exchange = exchange,
    .end = end,
};
