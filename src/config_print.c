/* config: what holds here, in the form of a gbscope.conf, with where it comes from. */
#include <stdio.h>

#include "src/config.h"
#include "src/run.h"
#include "src/sink.h"

enum { ORIGIN_COLUMN = 40 };

/* "key = value", and the origin in a column of its own. */
static void
line(FILE *f, const char *key, const char *value, const struct set_by *o)
{
	char text[SET_BY_TEXT];
	int n = fprintf(f, "%s%s = %s", value[0] == '\0' ? "# " : "", key, value);

	(void)fprintf(f, "%*s # %s\n", n < ORIGIN_COLUMN ? ORIGIN_COLUMN - n : 0, "",
	              set_by_text(o, text));
}

static void
rules(FILE *f, const struct config *c)
{
	int i;

	for (i = 0; i < RULE_TOTAL; i++) {
		const uint8_t *of = c->severities.of[i];

		if (c->severity_origins[i].file == NULL)
			continue;
		line(f, rule_infos[i].id,
		     of[0] == of[1] ? severity_name((enum severity)of[0]) : "default",
		     &c->severity_origins[i]);
	}
}

static void
expectations(FILE *f, const struct config *c)
{
	const struct expectation *x, *before = NULL;
	char text[SET_BY_TEXT];
	struct arena a;
	size_t i;

	arena_init(&a, 0);
	for (x = c->expectations; x != NULL; before = x, x = x->next) {
		if (before == NULL || !slice_eq(before->name, x->name))
			(void)fprintf(f, "\n[expect%s" SLICE_FMT "]\n",
			              x->name.n ? " " : "", SLICE_ARG(x->name));
		(void)fprintf(f, SLICE_FMT,
		              SLICE_ARG(expectation_text(x, SLICE_EMPTY, &a)));
		for (i = 0; i < x->by_total; i++)
			(void)fprintf(f, "%s" SLICE_FMT, i ? ", " : " by ",
			              SLICE_ARG(x->by[i]));
		(void)fprintf(f, "  # %s\n", set_by_text(&x->origin, text));
		arena_reset(&a);
	}
	arena_free(&a);
}

int
run_config(const struct options *o, struct err *e)
{
	const struct config *c = o->settings;
	struct sink *s = sink_open(o->output, e);
	char text[THRESHOLD_TEXT];
	struct setting x;
	FILE *f;
	size_t i;
	int t;

	if (s == NULL)
		return EXIT_TROUBLE;
	f = sink_file(s);
	(void)fputs("[check]\n", f);
	for (i = 0; options_setting(o, i, &x); i++)
		line(f, x.key, x.value, &x.origin);
	(void)fputs("\n[thresholds]\n", f);
	for (t = 0; t < THRESHOLD_TOTAL; t++)
		line(f, threshold_infos[t].name,
		     threshold_text((enum threshold)t, c->thresholds.of[t], text),
		     &c->threshold_origins[t]);
	(void)fputs("\n[rules]\n", f);
	rules(f, c);
	expectations(f, c);
	return sink_close(s, 1, e) < 0 ? EXIT_TROUBLE : EXIT_OK;
}
