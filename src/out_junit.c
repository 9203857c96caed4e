/* JUnit XML: a test for each capture and rule, and for each finding. */
#include "src/cases.h"

/* What tty_text made: of what XML forbids, only its own marks are left to escape. */
static void
put(struct out *o, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&':
			(void)fputs("&amp;", o->f);
			break;
		case '<':
			(void)fputs("&lt;", o->f);
			break;
		case '>':
			(void)fputs("&gt;", o->f);
			break;
		case '"':
			(void)fputs("&quot;", o->f);
			break;
		default:
			(void)fputc(s.p[i], o->f);
			break;
		}
}

static void
line(struct out *o, const char *name, struct slice s)
{
	(void)fprintf(o->f, "\n%s: ", name);
	put(o, tty_text(s, &o->scratch));
}

static void
details(struct out *o, const struct test_case *c)
{
	const struct finding *x = c->finding;

	put(o, c->text);
	if (x == NULL)
		return;
	line(o, "severity", slice_str(severity_name(x->severity)));
	line(o, "file", ci_path(o, x->capture));
	if (x->frame != 0)
		(void)fprintf(o->f, "\nframe: %llu", (unsigned long long)x->frame);
	if (x->field.n != 0)
		line(o, "field", x->field);
	if (x->has_value)
		line(o, "value", x->value);
	if (x->has_expected)
		line(o, "expected", x->expected);
	line(o, "reference", slice_str(rule_infos[x->rule].reference));
	line(o, "meaning", slice_str(rule_infos[x->rule].explanation));
}

static void
element(struct out *o, const struct test_case *c)
{
	static const char *const names[CASE_TOTAL] = {
	    [CASE_PASSED] = "system-out",
	    [CASE_FAILED] = "failure",
	    [CASE_SKIPPED] = "skipped",
	    [CASE_ERROR] = "error",
	};
	const char *name = names[c->answer];

	(void)fprintf(o->f, "<%s", name);
	if (c->answer == CASE_SKIPPED) {
		(void)fputs(" message=\"nothing to check: ", o->f);
		put(o, c->text);
		(void)fputs("\"/>", o->f);
		return;
	}
	if (c->answer != CASE_PASSED) {
		(void)fprintf(o->f, " type=\"%s\" message=\"", c->rule);
		put(o, c->text);
		(void)fputc('"', o->f);
	}
	(void)fputc('>', o->f);
	details(o, c);
	(void)fprintf(o->f, "</%s>", name);
}

static void
end(struct out *o, const struct results *r)
{
	struct cases *all = r ? cases_new(o, r) : NULL;
	struct test_case c;
	uint64_t tests = 0;
	int i;

	if (all == NULL)
		return;
	for (i = 0; i < CASE_TOTAL; i++)
		tests += cases_total(all, (enum case_answer)i);
	(void)fprintf(o->f,
	              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
	              "<testsuite name=\"gbscope\" tests=\"%llu\" failures=\"%llu\" "
	              "errors=\"%llu\" skipped=\"%llu\">\n",
	              (unsigned long long)tests,
	              (unsigned long long)cases_total(all, CASE_FAILED),
	              (unsigned long long)cases_total(all, CASE_ERROR),
	              (unsigned long long)cases_total(all, CASE_SKIPPED));
	while (cases_next(all, &c)) {
		(void)fputs("<testcase classname=\"", o->f);
		put(o, ci_path(o, c.capture));
		(void)fprintf(o->f, ".%s\" name=\"", c.rule);
		put(o, c.name);
		(void)fputs("\">", o->f);
		element(o, &c);
		(void)fputs("</testcase>\n", o->f);
		arena_reset(&o->scratch);
	}
	(void)fputs("</testsuite>\n</testsuites>\n", o->f);
	cases_free(all);
}

const struct format format_junit = {
    .name = "junit",
    .what = "JUnit XML, a test for each rule",
    .topics = true,
    .end = end,
};
