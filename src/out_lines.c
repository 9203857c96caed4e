/* A line for each finding (check), a line for each dialog (list). */
#include "src/output.h"

static bool
begin(struct out *o)
{
	(void)o;
	return true;
}

static void
check_end(struct out *o, const struct results *r)
{
	struct finding x;

	if (r == NULL)
		return;
	(void)findings_rewind(r->findings);
	while (!o->quiet && findings_read(r->findings, &x)) {
		if (x.capture < capture_total(r->captures))
			tty_put(o, slice_str(capture_info(r->captures, x.capture)->file));
		(void)fprintf(o->f, ":%llu: %s: ", (unsigned long long)x.frame, severity_name(x.severity));
		tty_put(o, finding_message(&x, &o->scratch));
		if (x.field.n != 0 && x.field.p[0] == '/') {
			(void)fputs(" at ", o->f);
			tty_put(o, x.field);
			if (x.line != 0)
				(void)fprintf(o->f, " line %u", x.line);
		}
		if (x.count > 1)
			(void)fprintf(o->f, " (and %llu more)", (unsigned long long)(x.count - 1));
		(void)fprintf(o->f, " [%s]\n", rule_infos[x.rule].id);
		arena_reset(&o->scratch);
	}
	(void)fprintf(o->f, "%llu errors, %llu warnings, %llu notes in %llu messages\n",
	              (unsigned long long)findings_count(r->findings, SEVERITY_ERROR),
	              (unsigned long long)findings_count(r->findings, SEVERITY_WARNING),
	              (unsigned long long)findings_count(r->findings, SEVERITY_NOTE),
	              (unsigned long long)r->summary->messages);
}

static void
user(struct out *o, const struct party_kept *p)
{
	tty_put(o, p->user.n ? p->user : p->aor.n ? p->aor : SLICE("-"));
}

static void
list_dialog(struct out *o, const struct dialog *d, bool last)
{
	const struct capture_info *c = capture_info(o->captures, d->first.capture);
	const struct tx *x;
	char t[TIME_TEXT];
	unsigned total = 0;

	(void)last;
	(void)fprintf(o->f, "%6u%s  %s  %-12s ", d->id, d->part > 1 ? "+" : " ", time_text(d->started_ns, c->precision, t),
	              dialog_kind_name(d->kind));
	user(o, &d->from);
	(void)fputs(" > ", o->f);
	user(o, &d->to);
	(void)fprintf(o->f, "  %s/%s ", dialog_state_name(d->state), dialog_outcome_name(d->outcome));
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

static void
list_end(struct out *o, const struct results *r)
{
	(void)o;
	(void)r;
}

const struct format format_check = {"check", "a line for each finding", false, begin, NULL, NULL, check_end};
const struct format format_list = {"list", "a line for each dialog", false, begin, list_dialog, NULL, list_end};
