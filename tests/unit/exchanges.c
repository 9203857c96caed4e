#include "src/exchanges.h"

#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)

/* What is fed: a body's root and the rest, who says it to whom, its transaction. */
struct said {
	const char *root, *CmdType, *SN, *from, *to, *SumNum;
	uint32_t items, tx;
	int64_t at;
};

static struct limits limits;

static struct exchanges *
fresh(uint64_t max)
{
	static const struct hash_key key = {1, 2};

	limits_init(&limits);
	limits.max[LIMIT_EXCHANGES] = max;
	return exchanges_new(&limits, &key, 60 * SECOND);
}

static void
say(struct exchanges *e, const struct said *s)
{
	struct message m = {.request = true, .method = METHOD_MESSAGE};
	struct dialog d = {.id = 1};
	struct tx x = {.id = s->tx};
	struct place p = {.dialog = &d, .tx = &x};

	m.rec.time_ns = s->at * SECOND;
	m.rec.frame = s->tx;
	m.from.uri.user = slice_str(s->from);
	m.to.uri.user = slice_str(s->to);
	m.mans.m.root = slice_str(s->root);
	m.mans.m.CmdType = slice_str(s->CmdType);
	m.mans.m.SN = slice_str(s->SN);
	m.mans.m.SumNum = s->SumNum ? slice_str(s->SumNum) : SLICE_EMPTY;
	m.mans.m.items = s->items;
	exchanges_clock(e, m.rec.time_ns);
	exchanges_feed(e, &m, &p, m.rec.time_ns);
}

static const struct said query = {"Query", "Catalog", "7", "p", "d", NULL, 0, 1, 0};
static const struct said half = {"Response", "Catalog", "7", "d", "p", "4", 2, 2, 1};

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

	say(e, &query);
	say(e, &half);
	ok(ended(e, -1, 0), "two of four items: it goes on");
	say(e, &again);
	x = exchanges_next(e, &how);
	ok(x != NULL && x->outcome == EXCHANGE_COMPLETE && x->received == 4 &&
	       x->SumNum == 4 && x->parts_total == 2 && x->latency_ns == SECOND &&
	       how == ENDED_ANSWERED,
	   "the other two: it is complete, since the first one after a second");
	say(e, &again);
	ok(ended(e, EXCHANGE_UNSOLICITED, ENDED_ANSWERED),
	   "more of it was not asked for");
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
	say(e, &query);
	say(e, &half);
	exchanges_clock(e, 61 * SECOND);
	ok(ended(e, EXCHANGE_INCOMPLETE, ENDED_TIMEOUT),
	   "or incomplete, a minute after the last part");
	say(e, &query);
	exchanges_end(e);
	ok(ended(e, EXCHANGE_UNANSWERED, ENDED_CAPTURE_OVER) && ended(e, -1, 0),
	   "the capture is over");
	say(e, &query);
	exchanges_answered(e, 99, 404);
	ok(ended(e, -1, 0), "another transaction was refused");
	exchanges_answered(e, 1, 404);
	ok(ended(e, EXCHANGE_UNANSWERED, ENDED_ANSWERED), "its own was refused");
	say(e, &query);
	exchanges_answered(e, 1, 200);
	ok(ended(e, -1, 0), "200 says only that it arrived");
	exchanges_free(e);
}

/* What does not answer it. */
static void
test_others(void)
{
	static const struct {
		const char *name;
		struct said said;
	} rows[] = {
	    {"another SN", {"Response", "Catalog", "8", "d", "p", NULL, 0, 2, 1}},
	    {"another command", {"Response", "DeviceInfo", "7", "d", "p", NULL, 0, 2, 1}},
	    {"another device", {"Response", "Catalog", "7", "e", "p", NULL, 0, 2, 1}},
	    {"another platform", {"Response", "Catalog", "7", "d", "q", NULL, 0, 2, 1}},
	    {"an SN with a zero", {"Response", "Catalog", "07", "d", "p", NULL, 0, 2, 1}},
	};
	struct exchanges *e;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		e = fresh(10);
		say(e, &query);
		say(e, &rows[i].said);
		ok(ended(e, EXCHANGE_UNSOLICITED, ENDED_ANSWERED) && ended(e, -1, 0),
		   "%s", rows[i].name);
		exchanges_free(e);
	}
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
	}
	ok(limits.dropped[LIMIT_EXCHANGES] == 3 && limits_incomplete(&limits),
	   "the oldest give way");
	for (i = 0; i < 3; i++)
		ok(ended(e, EXCHANGE_UNANSWERED, ENDED_EVICTED),
		   "the %d. one that gave way", i + 1);
	say(e, &half);
	exchanges_end(e);
	ok(ended(e, EXCHANGE_UNANSWERED, ENDED_CAPTURE_OVER) &&
	       ended(e, EXCHANGE_INCOMPLETE, ENDED_CAPTURE_OVER),
	   "the newest one gets the answer");
	exchanges_free(e);
	exchanges_free(NULL);
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
	struct exchanges *e = fresh(10);
	struct said control = {"Control", "DeviceControl", "9", "p", "d", NULL, 0, 5, 0};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct message m = {.request = true, .method = METHOD_MESSAGE};

		m.mans.m.root = slice_str(rows[i].root);
		m.mans.m.CmdType = slice_str(rows[i].CmdType);
		ok(exchange_needs_response(&m) == rows[i].needs, SLICE_FMT " " SLICE_FMT,
		   SLICE_ARG(m.mans.m.root), SLICE_ARG(m.mans.m.CmdType));
	}
	say(e, &control);
	exchanges_answered(e, 5, 200);
	ok(ended(e, EXCHANGE_NOT_NEEDED, ENDED_ANSWERED),
	   "a command without Response is over with its 200");
	exchanges_free(e);
}

int
main(void)
{
	test_complete();
	test_ends();
	test_others();
	test_full();
	test_needs();
	return done();
}
