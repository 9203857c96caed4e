/* Times that nobody but the user limits: [thresholds] in gbscope.conf. */
#include "src/check.h"

#include <stdio.h>

/* 6.2 s as "6.200". */
static struct slice
seconds(const struct checker *c, int64_t ns)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%lld.%03lld", (long long)(ns / 1000000000),
	                 (long long)(ns / 1000000 % 1000));

	return arena_keep(c->scratch, slice_of(text, (size_t)n));
}

static void
slow(const struct checker *c, enum threshold id, int64_t took_ns, struct finding *x)
{
	char text[THRESHOLD_TEXT];
	const char *limit = threshold_text(id, c->thresholds->of[id], text);
	size_t i;

	for (i = 0; x->args[i].name != NULL; i++)
		;
	x->args[i++] = (struct finding_arg){"seconds", seconds(c, took_ns)};
	x->args[i++] =
	    (struct finding_arg){"threshold", slice_str(threshold_infos[id].name)};
	x->args[i] =
	    (struct finding_arg){"limit", arena_keep(c->scratch, slice_str(limit))};
}

static bool
over(const struct checker *c, enum threshold id, int64_t took_ns)
{
	int64_t limit = threshold_ns(c->thresholds, id);

	return limit != 0 && took_ns > limit;
}

void
check_time_tx(const struct checker *c, const struct tx *x)
{
	struct finding f = {.rule = RULE_SIP_SLOW};
	enum threshold id =
	    x->method == METHOD_INVITE ? THRESHOLD_INVITE_TIME : THRESHOLD_RESPONSE_TIME;
	int64_t took = x->final_ns - x->request.time_ns;

	if (c->thresholds == NULL || x->status < 200 || x->request.frame == 0 ||
	    !over(c, id, took))
		return;
	f.args[0] = (struct finding_arg){"method", x->method_name};
	slow(c, id, took, &f);
	found_at(c, x->dialog, x->id, &x->request, &f);
}

void
check_time_exchange(const struct checker *c, const struct exchange *x,
                    const struct dialog *d)
{
	struct finding f = {.rule = RULE_MANSCDP_SLOW};
	int64_t took;

	if (c->thresholds == NULL || x->outcome != EXCHANGE_COMPLETE ||
	    x->request.frame == 0 || x->last == NULL)
		return;
	took = x->last->ref.time_ns - x->request.time_ns;
	if (!over(c, THRESHOLD_ANSWER_TIME, took))
		return;
	f.args[0] = (struct finding_arg){"root", x->root};
	f.args[1] = (struct finding_arg){"CmdType", x->CmdType};
	f.args[2] = (struct finding_arg){"SN", x->SN};
	slow(c, THRESHOLD_ANSWER_TIME, took, &f);
	found_at(c, d, x->request_tx, &x->last->ref, &f);
}
