#include "src/subscriptions.h"

#include "tests/unit/conversation.h"

#define CALL                                                                             \
	"c1",                                                                            \
	{                                                                                \
		"p", "d"                                                                 \
	}
#define EVENT(id) "Contact: <sip:p@192.0.2.1>\nEvent: Catalog;id=" id "\n"
#define ITEM(event)                                                                      \
	"<Item><DeviceID>34020000001310000009</DeviceID><Event>" event "</Event></Item>"

static const struct request subscribe = {
    0,       1,         "SUBSCRIBE", "c1", {"p", ""}, 1, EVENT("7") "Expires: 60\n",
    "Query", "Catalog", "5",         NULL};
static const struct request refresh = {
    0,       30,        "SUBSCRIBE", CALL, 2, EVENT("7") "Expires: 60\n",
    "Query", "Catalog", "6",         NULL};
static const struct request leave = {
    0, 10, "SUBSCRIBE", CALL, 3, EVENT("7") "Expires: 0\n", NULL, NULL, NULL, NULL};
static const struct request told = {1,
                                    5,
                                    "NOTIFY",
                                    "c1",
                                    {"d", "p"},
                                    1,
                                    EVENT("7") "Subscription-State: active;expires=55\n",
                                    "Notify",
                                    "Catalog",
                                    "9",
                                    "<SumNum>2</SumNum><DeviceList Num=\"2\">" ITEM("OFF")
                                        ITEM("ADD") "</DeviceList>"};

static void
begin(struct talk *k)
{
	talk_open(k, 0);
	ask(k, &subscribe);
	reply(k, &subscribe, 200, "d", "Expires: 60\n");
}

static void
test_life(void)
{
	const struct gb_subscription *s;
	struct talk k;

	begin(&k);
	ask(&k, &told);
	reply(&k, &told, 200, "", "");
	ask(&k, &refresh);
	reply(&k, &refresh, 200, "", "Expires: 60\n");
	ok(k.facts == 0, "nothing is odd");
	ask(&k, &leave);
	reply(&k, &leave, 200, "", "Expires: 0\n");
	talk_end(&k);
	s = &k.subscriptions[0];
	ok(k.subscriptions_total == 1, "one subscription");
	ok(s->subject == SUBJECT_CATALOG && s->whole && s->request.frame == 1, "to what");
	ok(s->state == SUBSCRIPTION_CANCELLED && s->ended.frame == 8, "cancelled");
	ok(s->refreshes == 1 && s->refreshes_late == 0 && s->refreshes_refused == 0,
	   "refreshed once, in time");
	ok(s->notifies == 1 && s->items == 2 && s->changes[CHANGE_OFF] == 1 &&
	       s->changes[CHANGE_ADD] == 1,
	   "what was told");
	talk_close(&k);
}

static void
test_time(void)
{
	struct request late = refresh, far = refresh;
	struct talk k;

	begin(&k);
	late.later = 100;
	ask(&k, &late);
	reply(&k, &late, 200, "", "Expires: 60\n");
	far.later = 30;
	far.cseq = 3;
	far.method = "OPTIONS";
	far.root = NULL;
	ask(&k, &far);
	talk_end(&k);
	ok(k.subscriptions[0].refreshes_late == 1 &&
	       k.subscriptions[0].state == SUBSCRIPTION_ACTIVE,
	   "a late refresh; it goes on when the capture ends");
	talk_close(&k);

	begin(&k);
	far.later = 100;
	ask(&k, &far);
	talk_end(&k);
	ok(k.subscriptions[0].state == SUBSCRIPTION_EXPIRED &&
	       k.subscriptions[0].ended_ns == k.subscriptions[0].ends_ns &&
	       k.subscriptions[0].ended.frame == 0,
	   "nobody said a word");
	talk_close(&k);
}

/* What comes before the refused request. */
enum before { BEGUN, NOTHING, CANCELLED };

static void
test_refused(void)
{
	static const struct {
		const char *what;
		enum before before;
		int later;
		const char *call, *to_tag, *event;
		enum refusal_cause cause;
	} rows[] = {
	    {"all fits", BEGUN, 1, "c1", "d", EVENT("7"), CAUSE_FORGOTTEN},
	    {"another id", BEGUN, 1, "c1", "d", EVENT("8"), CAUSE_EVENT_ID},
	    {"another tag", BEGUN, 1, "c1", "e", EVENT("7"), CAUSE_TAG},
	    {"another Call-ID", BEGUN, 1, "c2", "d", EVENT("7"), CAUSE_CALL_ID},
	    {"too late", BEGUN, 70, "c1", "d", EVENT("7"), CAUSE_EXPIRED},
	    {"a second in time", BEGUN, 60, "c1", "d", EVENT("7"), CAUSE_FORGOTTEN},
	    {"cancelled before", CANCELLED, 1, "c1", "d", EVENT("7"), CAUSE_CANCELLED},
	    {"a new one", NOTHING, 1, "c1", "", EVENT("7"), CAUSE_NO_DIALOG},
	    {"one that is not seen", NOTHING, 1, "c1", "d", EVENT("7"), CAUSE_UNKNOWN},
	};
	struct request q;
	struct talk k;
	char more[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		talk_open(&k, 0);
		if (rows[i].before != NOTHING) {
			ask(&k, &subscribe);
			reply(&k, &subscribe, 200, "d", "Expires: 60\n");
		}
		if (rows[i].before == CANCELLED) {
			ask(&k, &leave);
			reply(&k, &leave, 200, "", "Expires: 0\n");
		}
		(void)snprintf(more, sizeof(more), "%sExpires: 60\n", rows[i].event);
		q = (struct request){
		    0,   rows[i].later, "SUBSCRIBE", rows[i].call, {"p", rows[i].to_tag},
		    4,   more,          "Query",     "Catalog",    "6",
		    NULL};
		ask(&k, &q);
		reply(&k, &q, 481, "x", "");
		ok((k.facts & NOTICE_REFUSED) && k.cause == rows[i].cause,
		   "%s: refused for %s, wanted %s", rows[i].what,
		   refusal_cause_name(k.cause), refusal_cause_name(rows[i].cause));
		talk_close(&k);
	}
}

static void
test_by_message(void)
{
	struct request q = told;
	struct talk k;

	begin(&k);
	q.method = "MESSAGE";
	q.call = "m1";
	q.tags[1] = "";
	q.more = NULL;
	ask(&k, &q);
	ok(k.facts & NOTICE_BY_MESSAGE, "a Notify in a MESSAGE");
	talk_end(&k);
	ok(k.subscriptions[0].messages == 1 && k.subscriptions[0].notifies == 0 &&
	       k.subscriptions[0].items == 2,
	   "it belongs to the subscription");
	talk_close(&k);

	talk_open(&k, 0);
	ask(&k, &q);
	talk_end(&k);
	ok((k.facts & NOTICE_BY_MESSAGE) && k.subscriptions_total == 0,
	   "to none, where none is seen");
	talk_close(&k);
}

static void
test_middle(void)
{
	struct talk k;

	talk_open(&k, 0);
	ask(&k, &told);
	reply(&k, &told, 200, "", "");
	talk_end(&k);
	ok(k.subscriptions_total == 1 && !k.subscriptions[0].whole &&
	       k.subscriptions[0].state == SUBSCRIPTION_ACTIVE &&
	       k.subscriptions[0].request.frame == 0,
	   "the capture begins in the middle of it");
	talk_close(&k);
}

static void
test_full(void)
{
	struct request q = subscribe;
	struct talk k;
	char call[16];
	int i;

	talk_open(&k, 2);
	for (i = 0; i < 5; i++) {
		(void)snprintf(call, sizeof(call), "c%d", i);
		q.call = call;
		ask(&k, &q);
	}
	ok(k.limits.dropped[LIMIT_SUBSCRIPTIONS] == 3 && k.subscriptions_total == 3 &&
	       k.subscriptions[0].evicted,
	   "beyond the limit the oldest go");
	talk_end(&k);
	ok(k.subscriptions_total == 5 && !k.subscriptions[4].evicted, "all are told of");
	talk_close(&k);
}

int
main(void)
{
	test_life();
	test_time();
	test_refused();
	test_by_message();
	test_middle();
	test_full();
	return done();
}
