#include "src/tracker.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)

static const struct addr ends[2] = {
    {.n = 4, .ip = {192, 0, 2, 1}, .port = 5060},
    {.n = 4, .ip = {192, 0, 2, 2}, .port = 5060},
};

/* A tracker, and what it said since the last message. */
struct bench {
	struct limits limits;
	struct passwords *passwords;
	struct auth *auth;
	struct message_reader reader;
	struct tracker *t;
	struct arena arena;
	uint64_t frame;
	int64_t now;
	unsigned events[TRACKER_SESSION + 1]; /* by enum tracker_kind */
	unsigned how[4];                      /* TX and EXCHANGE, by enum ended_how */
	struct place place;
	struct auth_entry credentials; /* of the place's transaction, the first ones */
	uint32_t dialog, tx, last_written;
	unsigned parts;
};

static void
open_bench(struct bench *b, uint64_t small)
{
	static const enum limit few[] = {LIMIT_TRANSACTIONS, LIMIT_TRANSACTIONS_DONE,
	                                 LIMIT_DIALOGS,      LIMIT_DIALOGS_DONE,
	                                 LIMIT_NONCES,       LIMIT_DEVICES,
	                                 LIMIT_EXCHANGES};
	struct tracker_options o = {.exchange_timeout_ns = 60 * SECOND};
	struct err e = {""};
	size_t i;

	*b = (struct bench){.now = 1767578400 * SECOND};
	limits_init(&b->limits);
	b->passwords = passwords_parse(SLICE("u:r:p\n"), "f", &e);
	b->auth = auth_new(b->passwords, &e);
	b->reader.bodies = body_new(&b->limits, &e);
	for (i = 0; small != 0 && i < sizeof(few) / sizeof(few[0]); i++)
		b->limits.max[few[i]] = small;
	b->t = tracker_new(&b->limits, b->auth, &o);
	arena_init(&b->arena, 0);
}

static void
pull(struct bench *b)
{
	struct tracker_event e;

	memset(b->events, 0, sizeof(b->events));
	memset(b->how, 0, sizeof(b->how));
	b->parts = 0;
	while (tracker_next(b->t, &e)) {
		b->events[e.kind]++;
		switch (e.kind) {
		case TRACKER_PLACE:
			b->place = e.place;
			b->dialog = e.place.dialog->id;
			b->tx = e.place.tx->id;
			b->credentials = e.place.tx->auths
			                     ? *e.place.tx->auths
			                     : (struct auth_entry){.agrees = -1};
			break;
		case TRACKER_TX:
			b->how[e.how]++;
			if (e.tx->dialog->id == 0) /* it can still be looked at */
				b->how[e.how]--;
			break;
		case TRACKER_DIALOG:
			b->last_written = e.dialog->id;
			b->parts++;
			break;
		case TRACKER_EXCHANGE:
			b->how[e.how]++;
			break;
		case TRACKER_SUBSCRIPTION:
		case TRACKER_NOTICE:
		case TRACKER_SESSION:
			break;
		}
	}
}

static void
close_bench(struct bench *b)
{
	tracker_end(b->t);
	pull(b);
	tracker_free(b->t);
	body_free(b->reader.bodies);
	auth_free(b->auth);
	passwords_free(b->passwords);
	arena_free(&b->arena);
}

/* A message from one of the ends, so much later; \n for CRLF. */
static void
feed(struct bench *b, int from, int64_t later, const char *format, ...)
{
	static char text[8192];
	static struct record r;
	struct message m;
	char lf[4096];
	size_t i, n = 0;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(lf, sizeof(lf), format, ap);
	va_end(ap);
	for (i = 0; lf[i] != '\0'; i++) {
		if (lf[i] == '\n')
			text[n++] = '\r';
		text[n++] = lf[i];
	}
	b->frame++;
	b->now += later;
	r = (struct record){.bytes = slice_of(text, n),
	                    .src = ends[from],
	                    .dst = ends[1 - from],
	                    .frame = b->frame,
	                    .frames = &b->frame,
	                    .frames_total = 1,
	                    .time_ns = b->now};
	arena_reset(&b->arena);
	(void)message_read(&r, &b->arena, &m);
	(void)message_body(&b->reader, 0, &b->arena, &m);
	tracker_feed(b->t, &m);
	pull(b);
	memset(text, 'x', n); /* whoever keeps something has copied it */
}

#define REST "Max-Forwards: 70\nContact: <sip:u@192.0.2.1>\nContent-Length: 0\n\n"

static void
request(struct bench *b, const char *method, const char *branch, const char *call,
        int cseq, const char *to_tag, const char *more)
{
	feed(
	    b, 0, SECOND,
	    "%s sip:u@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s\nFrom: <sip:u@r>;tag=f\n"
	    "To: <sip:u@r>%s\nCall-ID: %s\nCSeq: %d %s\n%s" REST,
	    method, branch, to_tag, call, cseq, method, more);
}

static void
answer(struct bench *b, int status, const char *method, const char *branch,
       const char *call, int cseq, const char *to_tag, const char *more)
{
	feed(
	    b, 1, SECOND / 100,
	    "SIP/2.0 %d X\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s\nFrom: <sip:u@r>;tag=f\nTo: <sip:u@r>%s\n"
	    "Call-ID: %s\nCSeq: %d %s\n%s" REST,
	    status, branch, to_tag, call, cseq, method, more);
}

static void
test_transaction(void)
{
	struct bench b;

	open_bench(&b, 0);
	request(&b, "OPTIONS", "a", "c", 1, "", "");
	ok(b.events[TRACKER_PLACE] == 1 && b.tx == 1 &&
	       b.place.facts == PLACE_FIRST_OF_CALL,
	   "a request");
	request(&b, "OPTIONS", "a", "c", 1, "", "");
	ok(b.place.repeat && b.tx == 1, "is repeated");
	answer(&b, 200, "OPTIONS", "a", "c", 1, ";tag=t", "");
	ok(!b.place.repeat && b.tx == 1 && b.place.response != NULL, "and answered");
	answer(&b, 200, "OPTIONS", "a", "c", 1, ";tag=t", "");
	ok(b.place.repeat && b.tx == 1, "twice");
	answer(&b, 404, "OPTIONS", "a", "c", 1, ";tag=t", "");
	ok(b.place.facts & PLACE_SECOND_FINAL && b.place.cseq_last == 200,
	   "once too often");
	answer(&b, 200, "OPTIONS", "zz", "other", 1, ";tag=t", "");
	ok(b.place.facts & PLACE_STRAY && b.tx == 2, "an answer to nothing");
	request(&b, "OPTIONS", "b", "late", 1, "", "");
	b.now += 40 * SECOND;
	request(&b, "OPTIONS", "c", "after", 1, "", "");
	ok(b.how[ENDED_TIMEOUT] == 1, "nobody answers for 32 seconds");
	close_bench(&b);
	ok(b.how[ENDED_CAPTURE_OVER] == 1, "and one the capture ends before");
}

static void
test_call(void)
{
	struct bench b;

	open_bench(&b, 0);
	request(&b, "INVITE", "a", "c", 1, "", "");
	ok(b.place.dialog->kind == DIALOG_CALL && b.place.dialog->state == STATE_TRYING,
	   "a call begins");
	answer(&b, 180, "INVITE", "a", "c", 1, ";tag=t", "");
	ok(b.place.dialog->state == STATE_EARLY, "it rings");
	answer(&b, 200, "INVITE", "a", "c", 1, ";tag=t", "");
	ok(b.place.dialog->state == STATE_CONFIRMED, "it stands");
	answer(&b, 200, "INVITE", "a", "c", 1, ";tag=other", "");
	ok(b.dialog == 2 && b.place.tx->fork, "a fork is another dialog");
	request(&b, "ACK", "k", "c", 1, ";tag=t", "");
	ok(b.dialog == 1, "the ACK is of the first");
	request(&b, "BYE", "b", "c", 1, ";tag=t", "");
	ok(b.place.facts & PLACE_CSEQ_EQUAL && b.place.cseq_last == 1,
	   "its end has the number of its beginning");
	request(&b, "INFO", "i", "c", 9, ";tag=nobody", "");
	ok(b.place.facts & PLACE_NO_DIALOG, "a dialog that there never was");
	answer(&b, 200, "BYE", "b", "c", 1, ";tag=t", "");
	ok(b.place.dialog->state == STATE_TERMINATED &&
	       b.place.dialog->outcome == OUTCOME_OK,
	   "it is over");
	close_bench(&b);
}

static void
test_registration(void)
{
	static const char challenge[] =
	    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\n";
	static const char credentials[] =
	    "Authorization: Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:r\", "
	    "response=\"00000000000000000000000000000000\"\n";
	struct bench b;

	open_bench(&b, 0);
	request(&b, "REGISTER", "a", "c", 1, "", "");
	answer(&b, 401, "REGISTER", "a", "c", 1, ";tag=t", challenge);
	request(&b, "REGISTER", "b", "c", 2, "", credentials);
	ok(b.credentials.out.verdict == AUTH_MISMATCH &&
	       b.credentials.nonce_check == NONCE_CHALLENGED &&
	       b.credentials.challenge.frame == 2 && b.dialog == 1,
	   "a challenge and its answer");
	answer(&b, 403, "REGISTER", "b", "c", 2, ";tag=t", "");
	ok(b.credentials.decision == DECISION_REJECTED && b.credentials.agrees == 1,
	   "refused, and rightly");
	request(&b, "REGISTER", "d", "c", 3, "", credentials);
	ok(b.place.facts & PLACE_AUTH_REPEATED && b.place.other.frame == 3,
	   "sent again all the same");
	request(&b, "REGISTER", "e", "c", 4, "", "");
	ok(!(b.place.facts & PLACE_OPEN_REGISTER), "and once more for the same Contact");
	request(&b, "REGISTER", "g", "c", 5, "", "Contact: <sip:other@192.0.2.1>\n");
	ok(b.place.facts & PLACE_OPEN_REGISTER,
	   "another Contact before there was an answer");
	ok(tracker_find_device(b.t, SLICE("u")) != NULL &&
	       tracker_device(b.t, NULL) != NULL &&
	       tracker_device(b.t, tracker_device(b.t, NULL)) == NULL,
	   "one device");
	close_bench(&b);
}

/* A stamp that leaps ahead ends nothing, until others agree. */
static void
test_clock(void)
{
	struct bench b;

	open_bench(&b, 0);
	request(&b, "OPTIONS", "a", "c1", 1, "", "");
	b.now += 7200 * SECOND;
	request(&b, "OPTIONS", "b", "c2", 1, "", "");
	ok(b.how[ENDED_TIMEOUT] == 0, "one frame from the future");
	b.now -= 7200 * SECOND;
	answer(&b, 200, "OPTIONS", "a", "c1", 1, ";tag=t", "");
	ok(b.tx == 1 && b.place.response != NULL, "the answer after it");
	b.now -= 10 * SECOND;
	request(&b, "OPTIONS", "d", "c3", 1, "", "");
	ok(b.events[TRACKER_PLACE] == 1, "one from the past");
	close_bench(&b);
}

/* As little as one of each is kept: all is said once, nothing is looked at that is gone. */
static void
test_full(void)
{
	static const char challenge[] =
	    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n%d\", qop=\"auth\"\n";
	static const char credentials[] =
	    "Authorization: Digest username=\"u\", realm=\"r\", nonce=\"n%d\", uri=\"sip:r\", "
	    "qop=auth, nc=0000000%d, cnonce=\"c\", response=\"%032d\"\n";
	static const char *const methods[] = {"REGISTER",  "INVITE", "OPTIONS", "MESSAGE",
	                                      "SUBSCRIBE", "CANCEL", "BYE"};
	char branch[16], call[16], more[512];
	unsigned placed = 0, txs = 0, dialogs = 0;
	struct bench b;
	uint64_t small;
	int i;

	for (small = 1; small <= 4; small++) {
		open_bench(&b, small);
		placed = txs = dialogs = 0;
		for (i = 0; i < 2000; i++) {
			const char *method = methods[i % 7];

			(void)snprintf(branch, sizeof(branch), "b%d", i / 3);
			(void)snprintf(call, sizeof(call), "c%d", i % 11);
			(void)snprintf(more, sizeof(more), credentials, i % 5, i % 9 + 1,
			               i);
			request(&b, method, branch, call, i / 7 + 1,
			        i % 2 ? ";tag=t" : "", i % 3 ? more : "");
			placed += b.events[TRACKER_PLACE];
			txs += b.events[TRACKER_TX];
			dialogs += b.events[TRACKER_DIALOG];
			(void)snprintf(more, sizeof(more), challenge, i % 5);
			answer(&b, i % 4 ? 401 : 200, method, branch, call, i / 7 + 1,
			       i % 6 ? ";tag=t" : ";tag=s", more);
			placed += b.events[TRACKER_PLACE];
			txs += b.events[TRACKER_TX];
			dialogs += b.events[TRACKER_DIALOG];
		}
		ok(placed == 4000, "%u of 4000 messages have a place", placed);
		ok(b.limits.dropped[LIMIT_DIALOGS] != 0 &&
		       b.limits.dropped[LIMIT_NONCES] != 0,
		   "some had to go");
		tracker_end(b.t);
		pull(&b);
		txs += b.events[TRACKER_TX];
		dialogs += b.events[TRACKER_DIALOG];
		ok(txs == tracker_transactions(b.t), "%u transactions ended, of %u", txs,
		   tracker_transactions(b.t));
		ok(dialogs >= tracker_dialogs(b.t), "%u parts for %u dialogs", dialogs,
		   tracker_dialogs(b.t));
		close_bench(&b);
	}
}

/* A device that has but one branch, or one Call-ID, costs no more than others. */
static void
test_same(void)
{
	char text[32];
	struct bench b;
	int i;

	open_bench(&b, 0);
	for (i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text), "c%d", i);
		request(&b, "INVITE", "same", text, 1, "", "");
	}
	ok(b.place.facts & PLACE_BRANCH_REUSED, "one branch for all");
	for (i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text), "b%d", i);
		request(&b, "INVITE", text, "same", i + 1, "", "");
	}
	ok(b.dialog == 20001, "one Call-ID for all");
	close_bench(&b);
}

int
main(void)
{
	test_transaction();
	test_call();
	test_registration();
	test_clock();
	test_full();
	test_same();
	return done();
}
