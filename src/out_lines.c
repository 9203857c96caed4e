/* A line for each finding (check), a line for each dialog (list). */
#include "src/output.h"

#include "src/lines.h"
#include "src/out_baseline.h"

/* "3 of 4 expectations met", where there are any. */
static void
expectations(struct out *o, const struct results *r)
{
	struct expected x;
	size_t i, met = 0;

	for (i = 0; expects_each(r->expects, i, &x); i++)
		met += x.met;
	if (i == 0)
		return;
	(void)fprintf(o->f, "%zu of ", met);
	count_put(o, i, "expectation");
	(void)fputs(" met\n", o->f);
}

static void
check_end(struct out *o, const struct results *r)
{
	struct finding x;

	if (r == NULL)
		return;
	(void)findings_rewind(r->findings);
	while (!o->quiet && findings_read(r->findings, &x)) {
		if (x.state == BASELINE_UNCHANGED)
			continue;
		if (x.capture < capture_total(r->captures))
			tty_put(o, slice_str(capture_info(r->captures, x.capture)->file));
		(void)fprintf(o->f, ":%llu: %s: ", (unsigned long long)x.frame,
		              severity_name(x.severity));
		tty_put(o, finding_message(&x, &o->scratch));
		if (x.field.n != 0 && x.field.p[0] == '/') {
			(void)fputs(" at ", o->f);
			tty_put(o, x.field);
			if (x.line != 0)
				(void)fprintf(o->f, " line %u", x.line);
		}
		if (x.count > 1)
			(void)fprintf(o->f, " (and %llu more)",
			              (unsigned long long)(x.count - 1));
		(void)fprintf(o->f, " [%s]\n", rule_infos[x.rule].id);
		arena_reset(&o->scratch);
	}
	if (!o->quiet)
		expectations(o, r);
	count_put(o, findings_unknown(r->findings, SEVERITY_ERROR), "error");
	(void)fputs(", ", o->f);
	count_put(o, findings_unknown(r->findings, SEVERITY_WARNING), "warning");
	(void)fputs(", ", o->f);
	count_put(o, findings_unknown(r->findings, SEVERITY_NOTE), "note");
	(void)fputs(" in ", o->f);
	count_put(o, r->summary->messages, "message");
	if (r->baseline != NULL) {
		(void)fputs("; ", o->f);
		baseline_line(o, r);
	}
	(void)fputs("\n", o->f);
}

static void
user(struct out *o, const struct party_kept *p)
{
	tty_put(o, p->user.n ? p->user : p->aor.n ? p->aor : SLICE("-"));
}

static bool
list_begin(struct out *o)
{
	o->own = lines_new();
	return o->own != NULL;
}

static void
list_line(struct out *o, const struct dialog *d)
{
	const struct capture_info *c = capture_info(o->captures, d->first.capture);
	const struct tx *x;
	char t[TIME_TEXT];
	unsigned total = 0;

	(void)fprintf(o->f, "%6u%s  %s  %-12s ", d->id, d->part > 1 ? "+" : " ",
	              time_text(d->started_ns, c->precision, t),
	              dialog_kind_name(d->kind));
	user(o, &d->from);
	(void)fputs(" > ", o->f);
	user(o, &d->to);
	(void)fprintf(o->f, "  %s/%s ", dialog_state_name(d->state),
	              dialog_outcome_name(d->outcome));
	/* What went on in it: method and last status, the first few. */
	for (x = d->txs; x != NULL; x = x->dialog_next) {
		if (!x->write)
			continue;
		if (total++ >= 6)
			continue;
		(void)fputc(' ', o->f);
		tty_put(o, x->method_name);
		if (x->body != NULL && x->body->CmdType.n != 0) {
			(void)fputc('(', o->f);
			tty_put(o, x->body->root);
			(void)fputc(' ', o->f);
			tty_put(o, x->body->CmdType);
			(void)fputc(')', o->f);
		}
		if (x->last != NULL)
			(void)fprintf(o->f, ":%u", x->last->status);
		else if (x->method != METHOD_ACK)
			(void)fputs(":-", o->f);
	}
	if (total > 6)
		(void)fprintf(o->f, " ... %u transactions", total);
	(void)fprintf(o->f, "  frame %llu  ", (unsigned long long)d->first.frame);
	tty_put(o, d->call_id);
	(void)fputc('\n', o->f);
	arena_reset(&o->scratch);
}

/* Dialogs end in another order than they begin, and a reader wants the latter. */
static void
list_dialog(struct out *o, const struct dialog *d, bool last)
{
	FILE *f = o->f, *to = lines_begin(o->own, d->id, d->part);

	(void)last;
	if (to == NULL)
		return;
	o->f = to;
	list_line(o, d);
	o->f = f;
	lines_done(o->own);
}

static void
list_end(struct out *o, const struct results *r)
{
	if (r != NULL)
		lines_tell(o->own, o->f);
	lines_free(o->own);
	o->own = NULL;
}

const struct format format_check = {
    .name = "check",
    .what = "a line for each finding",
    .end = check_end,
};
const struct format format_list = {
    .name = "list",
    .what = "a line for each dialog",
    .begin = list_begin,
    .dialog = list_dialog,
    .end = list_end,
};
