/* TAP 13: a line for each capture and rule, and for each finding, with its details as YAML. */
#include "src/cases.h"
#include "src/member.h"

/* In a description, what begins with '#' is a directive. */
static void
put(struct out *o, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '#' || s.p[i] == '\\')
			(void)fputc('\\', o->f);
		(void)fputc(s.p[i], o->f);
	}
}

/* A string of JSON is one of YAML too. */
static void
yaml(struct out *o, struct emit *j, const char *key, struct slice s)
{
	(void)fprintf(o->f, "  %s: ", key);
	emit_text(j, tty_text(s, &o->scratch), NULL);
	emit_flush(j, o->f);
	(void)fputc('\n', o->f);
}

static void
details(struct out *o, struct emit *j, const struct test_case *c)
{
	const struct finding *x = c->finding;

	(void)fputs("  ---\n", o->f);
	yaml(o, j, "message", c->text);
	if (x != NULL) {
		yaml(o, j, "severity", slice_str(severity_name(x->severity)));
		yaml(o, j, "file", ci_path(o, x->capture));
		(void)fprintf(o->f, "  frame: %llu\n", (unsigned long long)x->frame);
		if (x->field.n != 0)
			yaml(o, j, "field", x->field);
		if (x->has_value)
			yaml(o, j, "got", x->value);
		if (x->has_expected)
			yaml(o, j, "wanted", x->expected);
		yaml(o, j, "reference", slice_str(rule_infos[x->rule].reference));
	}
	(void)fputs("  ...\n", o->f);
}

static void
end(struct out *o, const struct results *r)
{
	struct cases *all = r ? cases_new(o, r) : NULL;
	struct emit j = {.scratch = &o->scratch};
	struct test_case c;
	uint64_t n = 0;
	int i;

	if (all == NULL)
		return;
	for (i = 0; i < CASE_TOTAL; i++)
		n += cases_total(all, (enum case_answer)i);
	(void)fprintf(o->f, "TAP version 13\n1..%llu\n", (unsigned long long)n);
	for (n = 1; cases_next(all, &c); n++) {
		(void)fprintf(o->f, "%sok %llu - ",
		              c.answer == CASE_FAILED || c.answer == CASE_ERROR ? "not "
		                                                                : "",
		              (unsigned long long)n);
		put(o, ci_path(o, c.capture));
		(void)fprintf(o->f, ": %s: ", c.rule);
		put(o, c.name);
		if (c.answer == CASE_SKIPPED) {
			(void)fputs(" # SKIP ", o->f);
			put(o, c.text);
		}
		(void)fputc('\n', o->f);
		if (c.finding != NULL || c.answer == CASE_ERROR ||
		    c.answer == CASE_FAILED)
			details(o, &j, &c);
		arena_reset(&o->scratch);
	}
	emit_free(&j);
	cases_free(all);
}

const struct format format_tap = {
    .name = "tap",
    .what = "TAP 13",
    .topics = true,
    .end = end,
};
