#include "src/exchanges.h"

#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)

/* What is fed: a body's root and the rest, who says it to whom, its transaction. */
struct said {
	const char *root, *CmdType, *SN, *from, *to, *SumNum;
	uint32_t items, tx;
	int64_t at;
	const char *body; /* what it looks like; NULL: like all others */
};

static struct limits limits;
static unsigned noted; /* of the last one that was said */

static struct exchanges *
fresh(uint64_t max)
{
	static const struct hash_key key = {1, 2};

	limits_init(&limits);
	limits.max[LIMIT_EXCHANGES] = max;
	return exchanges_new(&limits, &key, 60 * SECOND, false);
}

static void
say(struct exchanges *e, const struct said *s)
{
	struct message m = {.request = true, .method = METHOD_MESSAGE};
	struct dialog d = {.id = 1};
	struct tx x = {.id = s->tx};
	struct place p = {.dialog = &d, .tx = &x};
	const struct exchange_note *note;

	m.rec.time_ns = s->at * SECOND;
	m.rec.frame = s->tx;
	m.from.uri.user = slice_str(s->from);
	m.to.uri.user = slice_str(s->to);
	m.mans.m.root = slice_str(s->root);
	m.mans.m.CmdType = slice_str(s->CmdType);
	m.mans.m.SN = slice_str(s->SN);
	m.mans.m.SumNum = s->SumNum ? slice_str(s->SumNum) : SLICE_EMPTY;
	m.mans.m.items = s->items;
	m.body = slice_str(s->body ? s->body : s->root);
	exchanges_clock(e, m.rec.time_ns);
	note = exchanges_feed(e, &m, &p, m.rec.time_ns);
	noted = note ? note->facts : 0;
}

static const struct said query = {"Query", "Catalog", "7", "p", "d", NULL, 0, 1, 0, NULL};
static const struct said half = {"Response", "Catalog", "7", "d", "p",
                                 "4",        2,         2,   1,   NULL};

/* The next that ended is so; -1: none ended. */
static bool
ended(struct exchanges *e, int outcome, enum ended_how how)
{
	enum ended_how got;
	struct exchange *x = exchanges_next(e, &got);

	if (outcome < 0 || x == NULL)
		return outcome < 0 && x == NULL;
	return (int)x->outcome == outcome && got == how;
}

static void
test_complete(void)
{
	struct exchanges *e = fresh(10);
	struct said again = half;
	struct exchange *x;
	enum ended_how how;

	again.tx = 3;
	again.body = "the other half";
	say(e, &query);
	say(e, &half);
	exchanges_answered(e, 2, 200);
	ok(ended(e, -1, 0), "two of four items: it goes on");
	say(e, &again);
	ok(ended(e, -1, 0), "the other two: their 200 is waited for");
	exchanges_answered(e, 3, 404);
	x = exchanges_next(e, &how);
	ok(x != NULL && x->outcome == EXCHANGE_COMPLETE && x->received == 4 &&
	       x->SumNum == 4 && x->parts_total == 2 && x->latency_ns == SECOND &&
	       how == ENDED_ANSWERED && x->parts->status == 200 && x->last->status == 404,
	   "it is complete, since the first one after a second");
	again.body = "more of it";
	say(e, &again);
	ok(noted & EXCHANGE_AFTER_WHOLE, "what comes then comes too late");
	again.body = "the other half";
	say(e, &again);
	ok(noted == 0, "told once: the rest of it belongs to that");
	exchanges_free(e);
}

/* Parts that come twice, and items. */
static void
test_parts(void)
{
	struct exchanges *e = fresh(10);
	struct said part = half;
	struct exchange *x;
	enum ended_how how;

	say(e, &query);
	part.SumNum = "6";
	say(e, &part);
	part.tx = 3;
	say(e, &part);
	ok(noted == EXCHANGE_PART_AGAIN, "the same octets in another transaction");
	part.body = "more";
	part.tx = 4;
	part.SumNum = "5";
	say(e, &part);
	ok(noted == EXCHANGE_SUM_CHANGED, "another SumNum");
	part.body = "the rest";
	part.tx = 5;
	part.SumNum = "6";
	part.items = 3;
	say(e, &part);
	ok(noted == EXCHANGE_SURPLUS, "more than SumNum");
	exchanges_end(e);
	x = exchanges_next(e, &how);
	ok(x != NULL && x->outcome == EXCHANGE_COMPLETE && x->received == 7 &&
	       x->repeated == 2 && x->SumNum == 6 && x->parts_total == 4,
	   "what came twice counts once, the first SumNum counts");
	exchanges_free(e);
}

static void
test_ends(void)
{
	struct exchanges *e = fresh(10);

	say(e, &query);
	exchanges_clock(e, 59 * SECOND);
	ok(ended(e, -1, 0), "for a minute it waits");
	exchanges_clock(e, 60 * SECOND);
	ok(ended(e, EXCHANGE_UNANSWERED, ENDED_TIMEOUT), "then it is unanswered");
	say(e, &half);
	ok(noted == EXCHANGE_AFTER_TIMEOUT, "and an answer is late");
	exchanges_end(e);
	ok(ended(e, EXCHANGE_UNSOLICITED, ENDED_CAPTURE_OVER), "nobody waits for it");
	exchanges_free(e);

	e = fresh(10);
	say(e, &query);
	say(e, &half);
	exchanges_clock(e, 61 * SECOND);
	ok(ended(e, EXCHANGE_INCOMPLETE, ENDED_TIMEOUT),
	   "or incomplete, a minute after the last part");
	say(e, &query);
	ok(noted == EXCHANGE_SN_AGAIN, "the SN again, when it was over");
	exchanges_end(e);
	ok(ended(e, EXCHANGE_UNANSWERED, ENDED_CAPTURE_OVER) && ended(e, -1, 0),
	   "the capture is over");
	exchanges_free(e);
}

static void
test_refused(void)
{
	struct exchanges *e = fresh(10);
	struct said again = query;

	again.tx = 9;
	say(e, &query);
	exchanges_answered(e, 99, 404);
	ok(ended(e, -1, 0), "another transaction was refused");
	exchanges_answered(e, 1, 404);
	ok(ended(e, EXCHANGE_REFUSED, ENDED_ANSWERED), "its own was refused");
	say(e, &query);
	exchanges_answered(e, 1, 200);
	ok(ended(e, -1, 0), "200 says only that it arrived");
	exchanges_free(e);

	e = fresh(10);
	say(e, &query);
	exchanges_answered(e, 1, 401);
	ok(ended(e, -1, 0), "a challenge is no refusal yet");
	say(e, &again);
	ok(noted == 0, "the same with credentials is the same");
	exchanges_answered(e, 9, 200);
	say(e, &half);
	exchanges_end(e);
	ok(ended(e, EXCHANGE_INCOMPLETE, ENDED_CAPTURE_OVER) && ended(e, -1, 0),
	   "and gets the answer");
	exchanges_free(e);
}

/* What differs in one thing, and whether it is tied to the request when that got no answer of its own. */
static void
test_others(void)
{
	static const struct {
		const char *name;
		struct said said;
		enum exchange_outcome outcome;
		unsigned mismatch;
	} rows[] = {
	    {"another SN",
	     {"Response", "Catalog", "8", "d", "p", NULL, 0, 2, 1, NULL},
	     EXCHANGE_MISMATCHED,
	     MISMATCH_SN},
	    {"an SN with a zero",
	     {"Response", "Catalog", "07", "d", "p", NULL, 0, 2, 1, NULL},
	     EXCHANGE_COMPLETE,
	     0},
	    {"another command",
	     {"Response", "DeviceInfo", "7", "d", "p", NULL, 0, 2, 1, NULL},
	     EXCHANGE_MISMATCHED,
	     MISMATCH_CMDTYPE},
	    {"other letters",
	     {"Response", "catalog", "7", "d", "p", NULL, 0, 2, 1, NULL},
	     EXCHANGE_COMPLETE,
	     MISMATCH_CMDTYPE},
	    {"another device, from the same address",
	     {"Response", "Catalog", "7", "e", "p", NULL, 0, 2, 1, NULL},
	     EXCHANGE_COMPLETE,
	     MISMATCH_FROM},
	    {"another platform, at the same address",
	     {"Response", "Catalog", "7", "d", "q", NULL, 0, 2, 1, NULL},
	     EXCHANGE_COMPLETE,
	     MISMATCH_TO},
	    {"a Notify",
	     {"Notify", "Catalog", "7", "d", "p", NULL, 0, 2, 1, NULL},
	     EXCHANGE_COMPLETE,
	     MISMATCH_ROOT},
	    {"another command with another SN",
	     {"Response", "DeviceInfo", "8", "d", "p", NULL, 0, 2, 1, NULL},
	     EXCHANGE_UNANSWERED,
	     0},
	    {"two others",
	     {"Response", "Catalog", "7", "e", "q", NULL, 0, 2, 1, NULL},
	     EXCHANGE_UNANSWERED,
	     0},
	    {"an answer to the device",
	     {"Response", "Catalog", "7", "p", "d", NULL, 0, 2, 1, NULL},
	     EXCHANGE_UNANSWERED,
	     0},
	};
	struct exchanges *e;
	struct exchange *x;
	enum ended_how how;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		e = fresh(10);
		say(e, &query);
		say(e, &rows[i].said);
		exchanges_answered(e, 2, 200);
		exchanges_clock(e, 90 * SECOND);
		while ((x = exchanges_next(e, &how)) != NULL)
			if (x->id == 1)
				ok(x->outcome == rows[i].outcome &&
				       x->mismatch == rows[i].mismatch &&
				       (x->related == 2) ==
				           (x->outcome == EXCHANGE_MISMATCHED),
				   "%s", rows[i].name);
		exchanges_free(e);
	}
}

/* An answer with a wrong SN, and then the right one. */
static void
test_both(void)
{
	struct exchanges *e = fresh(10);
	struct said wrong = {"Response", "Catalog", "8", "d", "p", NULL, 0, 2, 1, NULL};
	struct said right = {"Response", "Catalog", "7", "d", "p", NULL, 0, 3, 2, NULL};

	say(e, &query);
	say(e, &wrong);
	ok(ended(e, -1, 0), "the first may be meant");
	say(e, &right);
	exchanges_answered(e, 3, 200);
	ok(ended(e, EXCHANGE_UNSOLICITED, ENDED_ANSWERED) &&
	       ended(e, EXCHANGE_COMPLETE, ENDED_ANSWERED),
	   "but was not");
	exchanges_free(e);
}

static void
test_full(void)
{
	struct exchanges *e = fresh(2);
	struct said q = query;
	int i;

	for (i = 0; i < 5; i++) {
		q.tx = (uint32_t)i + 1;
		say(e, &q);
		ok(i == 0 ? noted == 0 : noted == (EXCHANGE_SN_OPEN | EXCHANGE_SAME_BODY),
		   "question %d", i + 1);
	}
	ok(limits.dropped[LIMIT_EXCHANGES] == 3 && limits_incomplete(&limits),
	   "the oldest give way");
	for (i = 0; i < 3; i++)
		ok(ended(e, EXCHANGE_UNANSWERED, ENDED_EVICTED),
		   "the %d. one that gave way", i + 1);
	q = half;
	q.tx = 9;
	say(e, &q);
	exchanges_end(e);
	ok(ended(e, EXCHANGE_UNANSWERED, ENDED_CAPTURE_OVER) &&
	       ended(e, EXCHANGE_INCOMPLETE, ENDED_CAPTURE_OVER),
	   "the newest one gets the answer");
	exchanges_free(e);
	exchanges_free(NULL);
}

/* What is whole but for a 200, and what waits for nothing, gives way first, and nothing is lost. */
static void
test_gives_way(void)
{
	struct exchanges *e = fresh(2);
	struct said q = query, a = half;

	a.SumNum = "2";
	say(e, &q);
	say(e, &a);
	q.SN = "8";
	q.tx = 4;
	say(e, &q);
	q.SN = "9";
	q.tx = 5;
	say(e, &q);
	ok(ended(e, EXCHANGE_COMPLETE, ENDED_ANSWERED) && ended(e, -1, 0) &&
	       limits.dropped[LIMIT_EXCHANGES] == 0,
	   "one that is whole");
	exchanges_free(e);

	e = fresh(10);
	limits.max[LIMIT_EXCHANGES_QUIET] = 1;
	q = (struct said){"Control", "DeviceControl", "9", "p", "d", NULL, 0, 5, 0, NULL};
	say(e, &q);
	exchanges_answered(e, 5, 200);
	ok(ended(e, -1, 0), "a command without Response may get one");
	q.SN = "10";
	q.tx = 6;
	say(e, &q);
	exchanges_answered(e, 6, 200);
	ok(ended(e, EXCHANGE_NOT_NEEDED, ENDED_ANSWERED) && ended(e, -1, 0),
	   "only so many wait for it");
	a = (struct said){"Response", "DeviceControl", "10", "d", "p", NULL, 0, 7, 1,
	                  NULL};
	say(e, &a);
	ok(noted == EXCHANGE_NOT_DUE, "it got one");
	exchanges_answered(e, 7, 200);
	ok(ended(e, EXCHANGE_COMPLETE, ENDED_ANSWERED), "and is answered");
	exchanges_free(e);
}

static void
test_needs(void)
{
	static const struct {
		const char *root, *CmdType;
		bool needs;
	} rows[] = {
	    {"Query", "Catalog", true},        {"Query", "", true},
	    {"Notify", "Keepalive", false},    {"Notify", "Alarm", true},
	    {"Notify", "Broadcast", true},     {"Control", "DeviceControl", false},
	    {"Control", "DeviceConfig", true}, {"Response", "Catalog", false},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct message m = {.request = true, .method = METHOD_MESSAGE};

		m.mans.m.root = slice_str(rows[i].root);
		m.mans.m.CmdType = slice_str(rows[i].CmdType);
		ok(exchange_needs_response(&m) == rows[i].needs, SLICE_FMT " " SLICE_FMT,
		   SLICE_ARG(m.mans.m.root), SLICE_ARG(m.mans.m.CmdType));
	}
}

int
main(void)
{
	test_complete();
	test_parts();
	test_ends();
	test_refused();
	test_others();
	test_both();
	test_full();
	test_gives_way();
	test_needs();
	return done();
}
