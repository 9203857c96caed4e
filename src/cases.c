#include "src/cases.h"

#include <stdlib.h>

enum stage { STAGE_TROUBLES, STAGE_RULES, STAGE_FINDINGS, STAGE_UNTOLD, STAGE_OVER };

struct cases {
	struct out *out;
	const struct results *results;
	size_t captures;
	uint64_t totals[CASE_TOTAL];
	enum stage stage;
	size_t at; /* the next trouble; the next pair of a capture and a rule */
	struct ci_walk walk;
	struct finding finding;
	struct ci_seen *names;
	bool found[]; /* by capture and rule: it has findings */
};

static enum case_answer
answer_of(const struct cases *c, const struct finding *x)
{
	return x->severity >= c->out->ci->fail_on ? CASE_FAILED : CASE_PASSED;
}

static uint64_t
looked_at(const struct cases *c, size_t capture, enum rule r)
{
	enum topic s = topic_of(r);

	return s == TOPIC_FRAME ? capture_info(c->results->captures, capture)->frames
	                        : topics_count(c->out->ci->topics, capture, s);
}

static void
count(struct cases *c)
{
	struct ci_trouble t;
	size_t i;

	for (i = 0; ci_trouble(c->out, c->results, i, &t); i++)
		c->totals[t.allowed ? CASE_PASSED : CASE_ERROR]++;
	ci_walk(&c->walk, c->out, c->results, CI_RESULTS_MAX);
	while (ci_next(&c->walk, &c->finding)) {
		c->totals[answer_of(c, &c->finding)]++;
		if (c->finding.capture < c->captures)
			c->found[c->finding.capture * RULE_TOTAL + c->finding.rule] =
			    true;
	}
	if (c->walk.untold != 0)
		c->totals[c->walk.untold_failing != 0 ? CASE_FAILED : CASE_PASSED]++;
	for (i = 0; i < c->captures * RULE_TOTAL; i++)
		if (!c->found[i])
			c->totals[looked_at(c, i / RULE_TOTAL,
			                    (enum rule)(i % RULE_TOTAL)) != 0
			              ? CASE_PASSED
			              : CASE_SKIPPED]++;
	ci_walk(&c->walk, c->out, c->results, CI_RESULTS_MAX);
}

struct cases *
cases_new(struct out *o, const struct results *r)
{
	size_t captures = capture_total(r->captures);
	struct cases *c = calloc(1, sizeof(*c) + captures * RULE_TOTAL);

	if (c == NULL)
		return NULL;
	c->out = o;
	c->results = r;
	c->captures = captures;
	c->names = ci_seen_new();
	if (c->names == NULL) {
		free(c);
		return NULL;
	}
	count(c);
	return c;
}

uint64_t
cases_total(const struct cases *c, enum case_answer a)
{
	return c->totals[a];
}

static bool
trouble(struct cases *c, struct test_case *out)
{
	struct ci_trouble t;

	if (!ci_trouble(c->out, c->results, c->at, &t))
		return false;
	c->at++;
	*out = (struct test_case){.answer = t.allowed ? CASE_PASSED : CASE_ERROR,
	                          .capture = t.capture,
	                          .rule = "capture",
	                          .name = SLICE("read to its end")};
	out->text =
	    tty_text(arena_keep(&c->out->scratch, slice_str(t.text)), &c->out->scratch);
	return true;
}

/* "12 REGISTER requests" */
static struct slice
amount(struct cases *c, uint64_t n, enum topic s)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "%llu %s", (unsigned long long)n,
	                   topic_text(s, n));

	return arena_keep(&c->out->scratch, slice_of(text, (size_t)len));
}

static bool
rule(struct cases *c, struct test_case *out)
{
	enum topic s;
	uint64_t n;

	while (c->at < c->captures * RULE_TOTAL && c->found[c->at])
		c->at++;
	if (c->at == c->captures * RULE_TOTAL)
		return false;
	*out = (struct test_case){.capture = (uint32_t)(c->at / RULE_TOTAL),
	                          .rule = rule_infos[c->at % RULE_TOTAL].id};
	s = topic_of((enum rule)(c->at % RULE_TOTAL));
	n = looked_at(c, out->capture, (enum rule)(c->at % RULE_TOTAL));
	out->answer = n != 0 ? CASE_PASSED : CASE_SKIPPED;
	out->name = slice_str(topic_text(s, 2));
	out->text = amount(c, n, s);
	c->at++;
	return true;
}

/* A finding's name must be the same in the next run, and no other's: its device, its field, and a number if that is
 * not enough. */
static struct slice
name_of(struct cases *c, const struct finding *x)
{
	struct arena *a = &c->out->scratch;
	struct slice device = x->device.n != 0 ? tty_text(x->device, a) : SLICE("-"),
	             field = tty_text(x->field, a), key;
	const char *id = rule_infos[x->rule].id;
	size_t room = device.n + field.n + strlen(id) + 64, n;
	uint8_t *p = arena_alloc(a, room);
	uint32_t before;

	if (p == NULL)
		return SLICE_EMPTY;
	/* What only the key has stands behind the name. */
	memcpy(p, device.p, device.n);
	n = device.n;
	if (field.n != 0) {
		p[n++] = ' ';
		memcpy(p + n, field.p, field.n);
		n += field.n;
	}
	key = slice_of(
	    p, n + (size_t)snprintf((char *)p + n, room - n, " %s %u", id, x->capture));
	before = ci_seen(c->names, key);
	if (before != 0)
		n += (size_t)snprintf((char *)p + n, room - n, " (%u)", before + 1);
	return slice_of(p, n);
}

static bool
finding(struct cases *c, struct test_case *out)
{
	if (!ci_next(&c->walk, &c->finding))
		return false;
	*out = (struct test_case){.answer = answer_of(c, &c->finding),
	                          .capture = c->finding.capture,
	                          .rule = rule_infos[c->finding.rule].id,
	                          .name = name_of(c, &c->finding),
	                          .text = ci_message(c->out, &c->finding),
	                          .finding = &c->finding};
	return true;
}

static bool
untold(struct cases *c, struct test_case *out)
{
	char text[128];
	int len;

	if (c->walk.untold == 0 || c->at++ != 0)
		return false;
	len = snprintf(text, sizeof(text), "%llu more findings are not listed",
	               (unsigned long long)c->walk.untold);
	*out = (struct test_case){
	    .answer = c->walk.untold_failing != 0 ? CASE_FAILED : CASE_PASSED,
	    .rule = "findings",
	    .name = SLICE("all listed"),
	    .text = arena_keep(&c->out->scratch, slice_of(text, (size_t)len))};
	return true;
}

bool
cases_next(struct cases *c, struct test_case *out)
{
	static bool (*const stages[])(struct cases *, struct test_case *) = {
	    [STAGE_TROUBLES] = trouble,
	    [STAGE_RULES] = rule,
	    [STAGE_FINDINGS] = finding,
	    [STAGE_UNTOLD] = untold,
	};

	for (; c->stage != STAGE_OVER; c->stage++, c->at = 0)
		if (stages[c->stage](c, out))
			return true;
	return false;
}

void
cases_free(struct cases *c)
{
	if (c == NULL)
		return;
	ci_seen_free(c->names);
	free(c);
}
