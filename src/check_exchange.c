/* Exchanges: a request and what came back: GB/T 28181-2022 9.3 to 9.7, Annex M. */
#include "src/check.h"

void
check_exchange(const struct checker *c, const struct message *m, const struct place *p)
{
	(void)c, (void)m, (void)p;
}

void
check_exchange_ended(const struct checker *c, const struct tracker_event *e)
{
	const struct exchange *x = e->exchange;
	struct dialog d = {
	    .id = x->request_dialog, .kind = DIALOG_MESSAGE, .gb = true, .device = x->to};
	struct finding f = {.severity = SEVERITY_NOTE};
	const struct ref *at = &x->request;
	struct slice when = SLICE("in this capture");

	check_time_exchange(c, x, &d);
	if (e->how == ENDED_EVICTED ||
	    (x->refused != 0 && x->outcome == EXCHANGE_UNANSWERED))
		return; /* a refusal is told by its own rule */
	if (e->how == ENDED_TIMEOUT && e->direction_seen)
		f.severity = SEVERITY_OFF;
	switch (x->outcome) {
	case EXCHANGE_UNANSWERED:
		f.rule = RULE_MANSCDP_UNANSWERED;
		if (e->how == ENDED_TIMEOUT)
			when = SLICE("in time");
		f.args[0] = (struct finding_arg){"root", x->root};
		f.args[1] = (struct finding_arg){"CmdType", x->CmdType};
		f.args[2] = (struct finding_arg){"SN", x->SN};
		f.args[3] = (struct finding_arg){"when", when};
		break;
	case EXCHANGE_INCOMPLETE:
		f.rule = RULE_MANSCDP_INCOMPLETE;
		if (e->how == ENDED_TIMEOUT)
			when = SLICE("before it fell silent");
		at = &x->last->ref;
		f.args[0] = (struct finding_arg){"received", number(c, x->received)};
		f.args[1] = (struct finding_arg){"sum", number(c, x->SumNum)};
		f.args[2] = (struct finding_arg){"CmdType", x->CmdType};
		f.args[3] = (struct finding_arg){"SN", x->SN};
		f.args[4] = (struct finding_arg){"when", when};
		break;
	case EXCHANGE_UNSOLICITED:
		f.rule = RULE_MANSCDP_UNSOLICITED;
		if (x->parts == NULL)
			return;
		at = &x->parts->ref;
		d.id = x->parts->dialog;
		d.device = x->to;
		f.args[0] = (struct finding_arg){"CmdType", x->CmdType};
		f.args[1] = (struct finding_arg){"SN", x->SN};
		break;
	default:
		return;
	}
	found_at(c, &d, x->request_tx, at, &f);
}
