/* Failures: what did not work, as far as a message says it, in order of time. Worth reading before the rest. */
#include "src/text.h"

#include <stdlib.h>

enum { FAILURES_TOLD = 40 };

/* Findings are kept in the order in which they were found: what only time decides is found late. */
struct failure {
	int64_t time_ns;
	uint64_t read; /* which one it is among all that are read */
	char *line;
	size_t n;
};

/* The earliest ones. */
struct failures {
	struct failure told[FAILURES_TOLD];
	size_t total;
	uint64_t more;
};

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
earlier(const struct failure *a, const struct failure *b)
{
	return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->read < b->read;
}

/* Into its place, if it is one of the earliest. */
static void
keep(struct failures *all, const struct failure *f, uint64_t count)
{
	size_t i = all->total;

	all->more += count;
	if (all->total == FAILURES_TOLD && !earlier(f, &all->told[FAILURES_TOLD - 1]))
		return;
	if (all->total < FAILURES_TOLD)
		all->total++;
	else
		i--;
	for (; i > 0 && earlier(f, &all->told[i - 1]); i--)
		all->told[i] = all->told[i - 1];
	all->told[i] = *f;
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

/* The second reading: the line of one that is told. */
static void
line_keep(struct out *o, struct failures *all, const struct finding *x, uint64_t read)
{
	FILE *f = o->f, *to;
	size_t i;

	for (i = 0; i < all->total && all->told[i].read != read; i++)
		;
	if (i == all->total)
		return;
	to = open_memstream(&all->told[i].line, &all->told[i].n);
	if (to == NULL)
		return;
	all->more -= x->count;
	o->f = to;
	line(o, x);
	o->f = f;
	(void)fclose(to);
}

void
text_failures(struct out *o, const struct results *r)
{
	struct failures all = {.total = 0};
	struct finding x;
	uint64_t read;
	size_t i;

	(void)findings_rewind(r->findings);
	for (read = 0; findings_read(r->findings, &x); read++)
		if (told_as_failure(&x))
			keep(&all, &(struct failure){.time_ns = x.time_ns, .read = read},
			     x.count);
	(void)findings_rewind(r->findings);
	for (read = 0; findings_read(r->findings, &x); read++) {
		if (told_as_failure(&x))
			line_keep(o, &all, &x, read);
		arena_reset(&o->scratch);
	}
	if (all.total != 0)
		inked(o, INK_BOLD, "\nFailures\n");
	for (i = 0; i < all.total; i++) {
		if (all.told[i].line != NULL)
			(void)fwrite(all.told[i].line, 1, all.told[i].n, o->f);
		free(all.told[i].line);
	}
	if (all.more != 0)
		(void)fprintf(o->f, "  ... and %llu more; -f json has them all\n",
		              (unsigned long long)all.more);
}
