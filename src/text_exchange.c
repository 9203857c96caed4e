#include "src/text_exchange.h"

#include "src/exchanges.h"

enum { COMMANDS_TOLD = 12, FRAMES_TOLD = 4, COLUMN_WHAT = 34 };

/* ---- a line ---- */

const char *
exchange_outcome_text(enum exchange_outcome x)
{
	return x == EXCHANGE_UNSOLICITED  ? "not asked for"
	       : x == EXCHANGE_NOT_NEEDED ? "without an answer due"
	       : x == EXCHANGE_UNKNOWN    ? "unanswered"
	                                  : exchange_outcome_name(x);
}

static void
number_of(struct out *o, const char *before, uint64_t n, const char *behind)
{
	(void)fprintf(o->f, "%s%llu%s", before, (unsigned long long)n, behind);
}

/* In what it differs: "SN 1731", "CmdType, from". */
static void
differs(struct out *o, const struct exchange *x)
{
	const char *before = " ";
	unsigned bit;

	for (bit = MISMATCH_SN; bit <= MISMATCH_ROOT; bit <<= 1) {
		if ((x->mismatch & bit) == 0)
			continue;
		(void)fprintf(o->f, "%s%s", before,
		              exchange_mismatch_name((enum exchange_mismatch)bit));
		before = ", ";
	}
	if (x->other_text.n == 0)
		return;
	(void)fputc(' ', o->f);
	tty_put(o, x->other_text);
}

static void
types(struct out *o, const struct exchange *x)
{
	struct slice rest = x->types;
	unsigned n;
	size_t at;

	for (n = 0; rest.n != 0 && n < 64; n++) {
		at = slice_index(rest, '/');
		if ((x->types_missing >> n & 1) != 0) {
			(void)fputc(' ', o->f);
			tty_put(o, slice_trim(slice_head(rest, at)));
		}
		rest = slice_tail(rest, at + 1);
	}
}

static void
outcome(struct out *o, const struct exchange *x)
{
	switch (x->outcome) {
	case EXCHANGE_COMPLETE:
		inked(o, x->failed ? INK_BAD : INK_GOOD,
		      x->failed ? "ERROR" : "complete");
		if (x->has_sum)
			number_of(o, " (", x->received, "");
		if (x->has_sum && x->received != x->SumNum)
			number_of(o, ", SumNum ", x->SumNum, "");
		if (x->has_sum)
			(void)fputc(')', o->f);
		break;
	case EXCHANGE_INCOMPLETE:
		inked(o, INK_BAD, "incomplete");
		if (x->has_sum) {
			number_of(o, " (", x->received, "");
			number_of(o, " of ", x->SumNum, ")");
		}
		if (x->types_missing != 0) {
			(void)fputs(" without", o->f);
			types(o, x);
		}
		break;
	case EXCHANGE_REFUSED:
		inked(o, INK_BAD, "refused");
		number_of(o, " (", x->refused, ")");
		break;
	case EXCHANGE_MISMATCHED:
		inked(o, INK_BAD, "mismatched:");
		differs(o, x);
		break;
	case EXCHANGE_UNSOLICITED:
		inked(o, INK_WARN, "not asked for");
		break;
	case EXCHANGE_NOT_NEEDED:
		(void)fputs("no answer due", o->f);
		break;
	case EXCHANGE_UNANSWERED:
	case EXCHANGE_UNKNOWN:
		inked(o, INK_BAD, "unanswered");
		break;
	}
	if (x->outcome != EXCHANGE_MISMATCHED && x->mismatch != 0) {
		(void)fputs(", other", o->f);
		differs(o, x);
	}
}

static void
frames(struct out *o, const struct exchange *x)
{
	const struct exchange_part *p;
	unsigned n = 0;
	const char *before = "  frame ";

	if (x->request.frame != 0) {
		(void)fputs(before, o->f);
		text_place(o, x->request.capture, x->request.frame);
		before = ", ";
	}
	for (p = x->parts; p != NULL && n < FRAMES_TOLD; p = p->next, n++) {
		(void)fputs(before, o->f);
		text_place(o, p->ref.capture, p->ref.frame);
		before = ", ";
	}
	if (x->parts_total > n)
		number_of(o, " ... ", x->parts_total, " answers");
}

/* "Query Catalog SN 7", in a column. */
static void
what(struct out *o, const struct exchange *x)
{
	struct slice sn = x->SN.n != 0 ? x->SN : SLICE("-");
	size_t n = x->root.n + 1 + x->CmdType.n + 4 + sn.n;

	tty_put(o, x->root);
	(void)fputc(' ', o->f);
	tty_put(o, x->CmdType);
	if (x->commands.n != 0) {
		(void)fputc(' ', o->f);
		tty_put(o, x->commands);
		n += 1 + x->commands.n;
	}
	(void)fputs(" SN ", o->f);
	tty_put(o, sn);
	(void)fprintf(o->f, "%*s", n < COLUMN_WHAT ? (int)(COLUMN_WHAT - n) + 2 : 2, "");
}

const struct ref *
exchange_began(const struct exchange *x)
{
	return x->request.frame != 0 || x->parts == NULL ? &x->request : &x->parts->ref;
}

void
exchange_line(struct out *o, const struct exchange *x, bool full)
{
	const struct ref *at = exchange_began(x);
	const struct capture_info *c = capture_info(o->captures, at->capture);
	char t[TIME_TEXT];

	(void)fprintf(o->f, "%s  ",
	              full ? time_text(at->time_ns, c ? c->precision : 6, t)
	                   : text_time(o, at->time_ns, t));
	tty_put(o, x->from.n != 0 ? x->from : SLICE("-"));
	(void)fputs(" > ", o->f);
	tty_put(o, x->to.n != 0 ? x->to : SLICE("-"));
	(void)fputs("  ", o->f);
	what(o, x);
	outcome(o, x);
	if (x->latency_ns >= 0)
		(void)fprintf(o->f, "  %lld.%03lld s",
		              (long long)(x->latency_ns / 1000000000),
		              (long long)(x->latency_ns / 1000000 % 1000));
	frames(o, x);
	arena_reset(&o->scratch);
}

/* ---- the section ---- */

static bool
is_trouble(const struct exchange *x)
{
	/* What is tied to a request is told with that. */
	if (x->outcome == EXCHANGE_MISMATCHED && x->request.frame == 0)
		return false;
	return (x->outcome != EXCHANGE_COMPLETE && x->outcome != EXCHANGE_NOT_NEEDED) ||
	       x->failed || x->mismatch != 0 ||
	       (x->facts & (EXCHANGE_AFTER_WHOLE | EXCHANGE_SURPLUS |
	                    EXCHANGE_SUM_CHANGED | EXCHANGE_ITEM_TWICE)) != 0;
}

void
text_exchange_ended(struct out *o, struct told *t, const struct exchange *x)
{
	const struct ref *at = exchange_began(x);
	FILE *f = o->f;

	if (!is_trouble(x))
		return;
	o->f = told_begin(t, true, at->time_ns, at->frame);
	if (o->f != NULL) {
		(void)fputs("  ", o->f);
		exchange_line(o, x, false);
		(void)fputc('\n', o->f);
		told_done(t, o->f);
	}
	o->f = f;
}

static void
some(struct out *o, uint64_t n, const char *what, enum ink i)
{
	if (n == 0)
		return;
	(void)fputs(", ", o->f);
	ink(o, i);
	(void)fprintf(o->f, "%llu %s", (unsigned long long)n, what);
	ink(o, INK_PLAIN);
}

/* "Catalog: 12 asked, 11 complete (140 items), 1 incomplete" */
static void
command(struct out *o, const struct ask *a)
{
	const uint64_t *n = a->outcomes;

	(void)fputs("  ", o->f);
	tty_put(o, slice_str(a->name));
	if (a->asked == 0) {
		number_of(o, ": ", n[EXCHANGE_UNSOLICITED], " not asked for\n");
		arena_reset(&o->scratch);
		return;
	}
	number_of(o, ": ", a->asked, " asked");
	some(o, n[EXCHANGE_COMPLETE], "complete", INK_GOOD);
	if (a->items != 0) {
		(void)fputs(" (", o->f);
		count_put(o, a->items, "item");
		(void)fputc(')', o->f);
	}
	some(o, n[EXCHANGE_INCOMPLETE], "incomplete", INK_BAD);
	some(o, n[EXCHANGE_UNANSWERED] + n[EXCHANGE_UNKNOWN], "unanswered", INK_BAD);
	some(o, n[EXCHANGE_MISMATCHED], "mismatched", INK_BAD);
	some(o, n[EXCHANGE_REFUSED], "refused", INK_BAD);
	some(o, n[EXCHANGE_UNSOLICITED], "not asked for", INK_WARN);
	some(o, n[EXCHANGE_NOT_NEEDED], "without an answer due", INK_PLAIN);
	(void)fputc('\n', o->f);
	arena_reset(&o->scratch);
}

void
text_exchanges_put(struct out *o, struct told *t, const struct results *r)
{
	const struct asks *s = &r->summary->asks;
	size_t i;

	if (s->total == 0)
		return;
	inked(o, INK_BOLD, "\nExchanges\n");
	for (i = 0; i < s->total && i < COMMANDS_TOLD; i++)
		command(o, &s->of[i]);
	if (s->total > COMMANDS_TOLD)
		number_of(o, "  ... and ", s->total - COMMANDS_TOLD,
		          " more commands; -f json has them all\n");
	told_put(t, o->f);
	if (told_more(t) != 0)
		number_of(
		    o, "  ... and ", told_more(t),
		    " more that did not go well; 'gbscope list exchanges' has them all\n");
}
