/* Failures: what did not work, as far as a message says it, in order of time. Worth reading before the rest. */
#include "src/text.h"
#include "src/told.h"

static bool
is_failure(const struct finding *x)
{
	/* Told with the expectations. */
	if (x->rule >= RULE_EXPECT_MESSAGES && x->rule <= RULE_EXPECT_RESPONDED)
		return false;
	switch (x->rule) {
	case RULE_AUTH_MISMATCH:
	case RULE_AUTH_DECISION:
	case RULE_AUTH_REPEATED:
	case RULE_AUTH_LOOP:
	case RULE_MANSCDP_UNANSWERED:
	case RULE_MANSCDP_INCOMPLETE:
	case RULE_MANSCDP_REFUSED:
	case RULE_SIP_UNANSWERED:
	case RULE_NET_FRAGMENT_LOST:
	case RULE_GB_KEEPALIVE_GAP:
		return true;
	default:
		return x->severity == SEVERITY_ERROR;
	}
}

static bool
told_as_failure(const struct finding *x)
{
	return is_failure(x) && x->state != BASELINE_UNCHANGED;
}

static void
line(struct out *o, const struct finding *x)
{
	char t[TIME_TEXT];

	(void)fprintf(o->f, "  %s  frame ", text_time(o, x->time_ns, t));
	text_place(o, x->capture, x->frame);
	(void)fputs("  ", o->f);
	if (x->device.n != 0) {
		tty_put(o, x->device);
		(void)fputs("  ", o->f);
	}
	ink(o, x->severity == SEVERITY_ERROR     ? INK_BAD
	       : x->severity == SEVERITY_WARNING ? INK_WARN
	                                         : INK_PLAIN);
	tty_put(o, finding_message(x, &o->scratch));
	ink(o, INK_PLAIN);
	if (x->count > 1)
		(void)fprintf(o->f, "  (and %llu more like it)",
		              (unsigned long long)(x->count - 1));
	(void)fprintf(o->f, "  [%s]\n", rule_infos[x->rule].id);
}

/* Findings are kept in the order in which they were found: what only time decides is found late. */
void
text_failures(struct out *o, const struct results *r)
{
	struct told t = {.kept = 0};
	struct finding x;
	FILE *f = o->f;

	(void)findings_rewind(r->findings);
	while (findings_read(r->findings, &x)) {
		if (!told_as_failure(&x))
			continue;
		o->f = told_begin_many(&t, false, x.time_ns, 0, x.count);
		if (o->f != NULL) {
			line(o, &x);
			told_done(&t, o->f);
		}
		arena_reset(&o->scratch);
	}
	o->f = f;
	if (t.kept != 0)
		inked(o, INK_BOLD, "\nFailures\n");
	told_put(&t, o->f);
	if (told_more(&t) != 0)
		(void)fprintf(o->f, "  ... and %llu more; -f json has them all\n",
		              (unsigned long long)told_more(&t));
	told_free(&t);
}
