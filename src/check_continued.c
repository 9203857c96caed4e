/* Datagrams without a start line that go on with the body of a message. */
#include "src/check.h"
#include "src/continued.h"

void
check_continued(const struct checker *c, const struct continuation *x)
{
	struct finding f = {.rule = RULE_NET_DATAGRAM_CONTINUED,
	                    .has_place = true,
	                    .capture = x->capture,
	                    .frame = x->frames[1],
	                    .frames = x->frames,
	                    .frames_total = 2,
	                    .time_ns = x->time_ns,
	                    .kind = DIALOG_OTHER};

	f.args[0] = (struct finding_arg){"frame", number(c, x->frames[0])};
	f.args[1] = (struct finding_arg){"missing", number(c, x->missing)};
	findings_add(c->findings, &f);
}
