/* Any bytes as a gbscope.conf: refused with a line's number, or every setting in its range. */
#include "src/config.h"

#include "tests/fuzz/inside.h"

enum { TEXT_MAX = 1 << 14 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_expectation(const struct expectation *x, struct slice in)
{
	struct arena a;
	size_t i;

	arena_init(&a, 1 << 20);
	must(x->fact < FACT_TOTAL && x->origin.line >= 1 && x->within_ns >= 0);
	must(inside(x->name, in));
	for (i = 0; i < x->words_total; i++)
		must(inside(x->words[i], in) && x->words[i].n != 0);
	for (i = 0; i < x->by_total; i++)
		must(inside(x->by[i], in) && x->by[i].n != 0);
	(void)touch(expectation_text(x, SLICE_EMPTY, &a));
	arena_free(&a);
}

static void
check_config(const struct config *c, const struct options *o, struct slice in)
{
	const struct expectation *x;
	int i;

	for (i = 0; i < THRESHOLD_TOTAL; i++)
		must(c->thresholds.of[i] == threshold_infos[i].value ||
		     (c->thresholds.of[i] >= threshold_infos[i].low &&
		      c->thresholds.of[i] <= threshold_infos[i].high) ||
		     (c->thresholds.of[i] == 0 &&
		      threshold_infos[i].kind == THRESHOLD_OFF_TIME));
	for (i = 0; i < RULE_TOTAL; i++)
		must(c->severities.of[i][0] <= SEVERITY_ERROR &&
		     c->severities.of[i][1] <= SEVERITY_ERROR);
	must(o->profile >= 0 && o->profile <= 2 &&
	     o->dictionaries_total <= OPTIONS_DICTIONARIES);
	for (x = c->expectations; x != NULL; x = x->next)
		check_expectation(x, in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in;
	struct options o = {.color = -1};
	struct config c;
	struct err e = {""};

	if (n > TEXT_MAX)
		return 0;
	in = exact(data, n);
	config_init(&c);
	if (config_read(&c, &o, in, "f", &e) == 0)
		check_config(&c, &o, in);
	else
		must(strncmp(e.text, "f:", 2) == 0 && e.text[2] >= '1' &&
		     e.text[2] <= '9');
	config_free(&c);
	free((void *)(uintptr_t)in.p);
	return 0;
}
