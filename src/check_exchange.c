/* Exchanges: a request and what came back: GB/T 28181-2022 9.3 to 9.7, Annex M. */
#include "src/check.h"

#include <stdio.h>

#define SECOND INT64_C(1000000000)

/* ---- requests ---- */

static void
request(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct exchange_note *n = p->exchange;
	const struct manscdp *x = &m->mans.m;

	if ((n->facts & EXCHANGE_NO_COMMAND) && body_whole(m) &&
	    m->mans.verdict != BODY_MALFORMED)
		found(c, m, p, RULE_MANSCDP_CONTROL_EMPTY, .field = SLICE("/Control"),
		      ARGS({"CmdType", x->CmdType}));
	if (n->facts & EXCHANGE_SN_OPEN)
		found(c, m, p, RULE_MANSCDP_SN_OPEN,
		      .severity =
		          n->facts & EXCHANGE_SAME_BODY ? SEVERITY_NOTE : SEVERITY_OFF,
		      .field = SLICE("/SN"), VALUE(x->SN),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"frame", number(c, n->other.frame)}));
	if (n->facts & EXCHANGE_SN_AGAIN)
		found(c, m, p, RULE_MANSCDP_SN_AGAIN, .field = SLICE("/SN"), VALUE(x->SN),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"frame", number(c, n->other.frame)}));
}

/* ---- whose answer is it? ---- */

static bool
is_asked(const struct exchange *x, struct slice id)
{
	return slice_eq(id, x->to) || slice_eq(id, x->DeviceID) ||
	       slice_eq(id, x->answers_for);
}

/* The types of both ids differ: one is the other's recorder, platform or channel. GB/T 28181-2022 Annex E. */
static bool
is_relative(struct slice a, struct slice b)
{
	return a.n == 20 && b.n == 20 &&
	       !slice_eq(slice_head(slice_tail(a, 10), 3),
	                 slice_head(slice_tail(b, 10), 3));
}

static void
names(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct exchange_note *n = p->exchange;
	const struct exchange *x = n->exchange;
	unsigned differs = n->part.mismatch;
	struct slice from = m->from.uri.user, id = m->mans.m.DeviceID;

	/* With another SN it is an answer to nothing, but in the 200 to the request. */
	if (differs & MISMATCH_SN)
		found(c, m, p, RULE_MANSCDP_RESPONSE_SN, .field = SLICE("/Response/SN"),
		      VALUE(m->mans.m.SN), EXPECTED(x->SN),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"other", m->mans.m.SN}, {"when", SLICE("in the 200 to it")}));
	/* The case of the letters of a command that is known: manscdp-field-case has it. */
	if ((differs & MISMATCH_CMDTYPE) &&
	    (m->mans.m.command == NULL || !slice_ieq(m->mans.m.CmdType, x->CmdType)))
		found(c, m, p, RULE_MANSCDP_RESPONSE_CMDTYPE,
		      .field = SLICE("/Response/CmdType"), VALUE(m->mans.m.CmdType),
		      EXPECTED(x->CmdType),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"other", m->mans.m.CmdType}));
	if (differs & MISMATCH_FROM)
		found(c, m, p, RULE_MANSCDP_RESPONSE_USER,
		      .severity = is_asked(x, from) ||
		                          (is_asked(x, id) && is_relative(from, x->to))
		                      ? SEVERITY_NOTE
		                      : SEVERITY_OFF,
		      .field = SLICE("From"), VALUE(from), EXPECTED(x->to),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"asked", x->to}, {"other", from}));
	if (differs & MISMATCH_TO)
		found(c, m, p, RULE_MANSCDP_RESPONSE_TO, .field = SLICE("To"),
		      VALUE(m->to.uri.user), EXPECTED(x->from),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"asker", x->from}, {"other", m->to.uri.user}));
	if (differs & MISMATCH_ROOT)
		found(c, m, p, RULE_MANSCDP_RESPONSE_ROOT, VALUE(m->mans.m.root),
		      EXPECTED(SLICE("Response")),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"other", m->mans.m.root}));
	if (differs & MISMATCH_DEVICE)
		found(c, m, p, RULE_MANSCDP_RESPONSE_DEVICE,
		      .severity =
		          is_asked(x, id) || slice_eq(id, x->from) || slice_eq(id, from)
		              ? SEVERITY_NOTE
		              : SEVERITY_OFF,
		      .field = SLICE("/Response/DeviceID"), VALUE(id),
		      EXPECTED(x->answers_for),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"other", id}, {"DeviceID", x->answers_for}));
}

/* ---- how many ---- */

static void
sums(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct exchange_note *n = p->exchange;
	const struct exchange *x = n->exchange;
	const struct manscdp *s = &m->mans.m;
	uint32_t sum;

	if (n->facts & EXCHANGE_SUM_CHANGED)
		found(c, m, p, RULE_MANSCDP_SUM_CHANGED,
		      .field = SLICE("/Response/SumNum"), VALUE(s->SumNum),
		      EXPECTED(number(c, n->number)),
		      ARGS({"sum", s->SumNum}, {"before", number(c, n->number)},
		           {"CmdType", x->CmdType}, {"SN", x->SN}));
	/* More in one message than SumNum says: manscdp-count-mismatch has it. */
	if (!(n->facts & EXCHANGE_SURPLUS) || !parse_u32(s->SumNum, UINT32_MAX, &sum) ||
	    sum < s->items)
		return;
	if (x->self_item && x->received == (uint64_t)x->SumNum + 1)
		found(c, m, p, RULE_MANSCDP_CATALOG_SELF,
		      .field = SLICE("/Response/SumNum"), VALUE(s->SumNum),
		      ARGS({"sum", s->SumNum}, {"id", x->to}));
	else
		found(c, m, p, RULE_MANSCDP_SURPLUS, .field = SLICE("/Response/SumNum"),
		      VALUE(s->SumNum),
		      ARGS({"received", number(c, x->received)}, {"CmdType", x->CmdType},
		           {"SN", x->SN}, {"sum", s->SumNum}));
}

static void
again(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct exchange_note *n = p->exchange;
	const struct exchange *x = n->exchange;
	struct slice root = x->request.frame != 0 ? x->root : SLICE("request");

	/* Nodes of a catalog are looked at when all of it is there. */
	if ((n->facts & EXCHANGE_ITEM_TWICE) && !slice_eq(x->name, SLICE("Catalog")))
		found(c, m, p, RULE_MANSCDP_ITEM_TWICE, VALUE(n->text),
		      ARGS({"id", n->text}, {"CmdType", x->CmdType}, {"SN", x->SN}));
	if (n->facts & EXCHANGE_PART_AGAIN)
		found(c, m, p, RULE_MANSCDP_PART_AGAIN,
		      ARGS({"CmdType", x->CmdType}, {"SN", x->SN},
		           {"frame", number(c, n->other.frame)}));
	if (n->facts & EXCHANGE_AFTER_WHOLE)
		found(c, m, p, RULE_MANSCDP_AFTER_WHOLE,
		      ARGS({"root", root}, {"CmdType", x->CmdType}, {"SN", x->SN},
		           {"frame", number(c, n->other.frame)}));
	if (n->facts & EXCHANGE_SHRUNK)
		found(c, m, p, RULE_MANSCDP_CATALOG_SHRUNK,
		      .field = SLICE("/Response/SumNum"), VALUE(m->mans.m.SumNum),
		      ARGS({"SN", x->SN}, {"sum", m->mans.m.SumNum},
		           {"before", number(c, n->number)},
		           {"frame", number(c, n->other.frame)}));
}

/* ---- when ---- */

static struct slice
seconds(const struct checker *c, int64_t ns)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%lld.%03lld", (long long)(ns / SECOND),
	                 (long long)(ns / 1000000 % 1000));

	return arena_keep(c->scratch, slice_of(text, (size_t)n));
}

/* The first part alone: how long all of them may take, nobody says. */
static void
late(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct exchange_note *n = p->exchange;
	const struct exchange *x = n->exchange;
	int64_t limit = threshold_ns(c->thresholds, THRESHOLD_RESPONSE_LATE);
	int64_t took = x->latency_ns;
	struct slice when = SLICE_EMPTY, root = x->root;

	if (n->facts & EXCHANGE_AFTER_TIMEOUT) {
		took = m->rec.time_ns - n->other.time_ns;
		when = SLICE(", when nobody waited for it any more");
		root = SLICE("request");
	} else if (limit == 0 || took <= limit || x->parts_total != 1) {
		return;
	}
	found(c, m, p, RULE_MANSCDP_LATE,
	      ARGS({"root", root}, {"CmdType", x->CmdType}, {"SN", x->SN},
	           {"seconds", seconds(c, took)}, {"when", when}));
}

static void
answer(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct exchange_note *n = p->exchange;
	const struct exchange *x = n->exchange;

	if (n->part.mismatch != 0)
		names(c, m, p);
	sums(c, m, p);
	again(c, m, p);
	late(c, m, p);
	if (n->facts & EXCHANGE_NOT_DUE)
		found(c, m, p, RULE_MANSCDP_RESPONSE_NOT_DUE,
		      ARGS({"root", x->root}, {"CmdType", x->CmdType},
		           {"commands", x->commands.n ? x->commands : SLICE("nothing")}));
	if ((n->facts & EXCHANGE_FAILED) && x->request.frame != 0)
		found(c, m, p, RULE_MANSCDP_RESULT_ERROR,
		      .field = SLICE("/Response/Result"), VALUE(m->mans.m.Result),
		      ARGS({"root", x->root}, {"CmdType", x->CmdType}, {"SN", x->SN}));
}

void
check_exchange(const struct checker *c, const struct message *m, const struct place *p)
{
	if (p->exchange == NULL)
		return;
	if (p->exchange->request)
		request(c, m, p);
	else
		answer(c, m, p);
}

/* ---- what ended ---- */

static void
unanswered(const struct exchange *x, struct slice when, struct finding *f)
{
	f->rule = RULE_MANSCDP_UNANSWERED;
	f->args[0] = (struct finding_arg){"root", x->root};
	f->args[1] = (struct finding_arg){"CmdType", x->CmdType};
	f->args[2] = (struct finding_arg){"SN", x->SN};
	f->args[3] = (struct finding_arg){"when", when};
}

/* Another SN or CmdType: one finding for both messages. */
static void
mismatched(const struct exchange *x, struct slice when, uint64_t frames[2],
           struct finding *f)
{
	bool sn = x->mismatch == MISMATCH_SN;

	f->rule = sn ? RULE_MANSCDP_RESPONSE_SN : RULE_MANSCDP_RESPONSE_CMDTYPE;
	f->has_value = f->has_expected = true;
	f->value = x->other_text;
	f->expected = sn ? x->SN : x->CmdType;
	f->args[0] = (struct finding_arg){"root", x->root};
	f->args[1] = (struct finding_arg){"CmdType", x->CmdType};
	f->args[2] = (struct finding_arg){"SN", x->SN};
	f->args[3] = (struct finding_arg){"other", x->other_text};
	f->args[4] = (struct finding_arg){"when", when};
	if (x->other.capture != x->request.capture)
		return;
	frames[0] = x->request.frame;
	frames[1] = x->other.frame;
	f->frames = frames;
	f->frames_total = 2;
}

/* Those of its types that did not come, with '/' between. */
static struct slice
missing(const struct checker *c, const struct exchange *x)
{
	uint8_t text[512];
	struct slice rest = x->types, word;
	size_t n = 0, at;
	unsigned i;

	for (i = 0; rest.n != 0 && i < 64; i++) {
		at = slice_index(rest, '/');
		word = slice_trim(slice_head(rest, at));
		rest = slice_tail(rest, at + 1);
		if ((x->types_missing >> i & 1) == 0 || n + word.n + 1 > sizeof(text))
			continue;
		if (n != 0)
			text[n++] = '/';
		memcpy(text + n, word.p, word.n);
		n += word.n;
	}
	return arena_keep(c->scratch, slice_of(text, n));
}

static void
incomplete(const struct checker *c, const struct exchange *x, struct slice when,
           struct finding *f)
{
	if (x->has_sum && x->received < x->SumNum) {
		f->rule = RULE_MANSCDP_INCOMPLETE;
		f->args[0] = (struct finding_arg){"received", number(c, x->received)};
		f->args[1] = (struct finding_arg){"sum", number(c, x->SumNum)};
		f->args[2] = (struct finding_arg){"CmdType", x->CmdType};
		f->args[3] = (struct finding_arg){"SN", x->SN};
		f->args[4] = (struct finding_arg){"when", when};
	} else {
		f->rule = RULE_MANSCDP_CONFIG_MISSING;
		f->args[0] = (struct finding_arg){"SN", x->SN};
		f->args[1] = (struct finding_arg){"asked", x->types};
		f->args[2] = (struct finding_arg){"missing", missing(c, x)};
		f->args[3] = (struct finding_arg){"when", when};
	}
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
	uint64_t frames[2];
	/* What a part lacks that is cut, or what goes where the capture does not look, may be all that is missing. */
	bool timeout = e->how == ENDED_TIMEOUT && !x->cut && e->direction_seen;

	check_time_exchange(c, x, &d);
	if (e->how == ENDED_EVICTED || x->explained)
		return; /* a message of it said why */
	if (timeout)
		f.severity = SEVERITY_OFF;
	switch (x->outcome) {
	case EXCHANGE_UNANSWERED:
		if (x->asked_again)
			return; /* as the request that has its SN now */
		unanswered(x, timeout ? SLICE("in time") : when, &f);
		break;
	case EXCHANGE_MISMATCHED:
		if (x->request.frame == 0)
			return; /* told with the request */
		mismatched(x, timeout ? SLICE("in time") : when, frames, &f);
		break;
	case EXCHANGE_INCOMPLETE:
		if (x->last == NULL || (!x->has_sum && x->types_missing == 0))
			return; /* what is wrong with it, its body's rules say */
		at = &x->last->ref;
		incomplete(c, x, timeout ? SLICE("before it fell silent") : when, &f);
		break;
	case EXCHANGE_UNSOLICITED:
		if (x->parts == NULL)
			return;
		f.rule = RULE_MANSCDP_UNSOLICITED;
		at = &x->parts->ref;
		d.id = x->parts->dialog;
		f.args[0] = (struct finding_arg){"CmdType", x->CmdType};
		f.args[1] = (struct finding_arg){"SN", x->SN};
		break;
	default:
		return;
	}
	found_at(c, &d, x->request_tx, at, &f);
}
