/* conversation - messages as text through the tracker, and what ended: for the parts of it that follow several dialogs. */
#ifndef TESTS_UNIT_CONVERSATION_H
#define TESTS_UNIT_CONVERSATION_H

#include <string.h>

#include "src/notices.h"
#include "src/subscriptions.h"
#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)

static const struct addr ends[2] = {
    {.n = 4, .ip = {192, 0, 2, 1}, .port = 5060},
    {.n = 4, .ip = {192, 0, 2, 2}, .port = 5060},
};

enum { KEPT = 16 };

struct talk {
	struct limits limits;
	struct auth *auth;
	struct message_reader reader;
	struct tracker *t;
	struct arena arena;
	uint64_t frame;
	int64_t now;
	unsigned facts; /* of the last message */
	enum refusal_cause cause;
	/* what ended; texts are not looked at any more */
	struct gb_subscription subscriptions[KEPT];
	struct gb_notice notices[KEPT];
	unsigned subscriptions_total, notices_total;
};

static inline void
talk_open(struct talk *k, uint64_t small)
{
	struct tracker_options o = {.exchange_timeout_ns = 60 * SECOND};
	struct err e = {""};

	memset(k, 0, sizeof(*k));
	k->now = 1767578400 * SECOND;
	limits_init(&k->limits);
	if (small != 0)
		k->limits.max[LIMIT_SUBSCRIPTIONS] = k->limits.max[LIMIT_NOTICES] =
		    k->limits.max[LIMIT_CHANNEL_STATES] = small;
	k->auth = auth_new(NULL, &e);
	k->reader.bodies = body_new(&k->limits, &e);
	k->t = tracker_new(&k->limits, k->auth, &o);
	arena_init(&k->arena, 0);
}

static inline void
talk_pull(struct talk *k)
{
	struct tracker_event e;

	while (tracker_next(k->t, &e)) {
		if (e.kind == TRACKER_PLACE) {
			k->facts = notice_facts(&e.place);
			k->cause = k->facts ? e.place.notice->cause : CAUSE_UNKNOWN;
		} else if (e.kind == TRACKER_SUBSCRIPTION &&
		           k->subscriptions_total < KEPT) {
			k->subscriptions[k->subscriptions_total++] = *e.subscription;
		} else if (e.kind == TRACKER_NOTICE && k->notices_total < KEPT) {
			k->notices[k->notices_total++] = *e.notice;
		}
	}
}

static inline void
talk_end(struct talk *k)
{
	tracker_end(k->t);
	talk_pull(k);
}

static inline void
talk_close(struct talk *k)
{
	tracker_free(k->t);
	body_free(k->reader.bodies);
	auth_free(k->auth);
	arena_free(&k->arena);
}

/* A message of one of the ends, so many seconds later. head: start line and headers, body: or NULL; \n for CRLF. */
static inline void
say(struct talk *k, int from, int later, const char *head, const char *body)
{
	static char text[8192], lf[4096];
	static struct record r;
	struct message m;
	size_t i, n = 0;

	(void)snprintf(lf, sizeof(lf), "%sMax-Forwards: 70\nContent-Length: %zu\n%s\n%s",
	               head, body ? strlen(body) : 0,
	               body ? "Content-Type: Application/MANSCDP+xml\n" : "",
	               body ? body : "");
	for (i = 0; lf[i] != '\0'; i++) {
		/* The body has none, so that its length is known. */
		if (lf[i] == '\n')
			text[n++] = '\r';
		text[n++] = lf[i];
	}
	k->frame++;
	k->now += later * SECOND;
	r = (struct record){.bytes = slice_of(text, n),
	                    .src = ends[from],
	                    .dst = ends[1 - from],
	                    .frame = k->frame,
	                    .frames = &k->frame,
	                    .frames_total = 1,
	                    .time_ns = k->now};
	arena_reset(&k->arena);
	(void)message_read(&r, &k->arena, &m);
	(void)message_body(&k->reader, 0, &k->arena, &m);
	tracker_feed(k->t, &m);
	talk_pull(k);
	memset(text, 'x', n); /* whoever keeps something has copied it */
}

#define PLATFORM "34020000002000000001"
#define CAMERA "34020000001320000004"

/* A request between the two; the body's root and CmdType, and what stands behind SN and DeviceID. */
struct request {
	int from, later;
	const char *method, *call, *tags[2]; /* in From, in To; "" none */
	int cseq;
	const char *more; /* headers */
	const char *root, *CmdType, *SN, *rest;
};

static inline void
ask(struct talk *k, const struct request *q)
{
	const char *me = q->from == 0 ? PLATFORM : CAMERA,
	           *you = q->from == 0 ? CAMERA : PLATFORM;
	char head[1024], body[2048];

	(void)snprintf(
	    head, sizeof(head),
	    "%s sip:%s@r SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.%d;branch=z9hG4bK%llu\n"
	    "From: <sip:%s@r>;tag=%s\nTo: <sip:%s@r>%s%s\nCall-ID: %s\nCSeq: %d %s\n%s",
	    q->method, you, q->from + 1, (unsigned long long)k->frame + 1, me, q->tags[0],
	    you, q->tags[1][0] ? ";tag=" : "", q->tags[1], q->call, q->cseq, q->method,
	    q->more ? q->more : "");
	(void)snprintf(
	    body, sizeof(body),
	    "<%s><CmdType>%s</CmdType><SN>%s</SN><DeviceID>" CAMERA "</DeviceID>%s</%s>",
	    q->root ? q->root : "", q->CmdType ? q->CmdType : "", q->SN ? q->SN : "1",
	    q->rest ? q->rest : "", q->root ? q->root : "");
	say(k, q->from, q->later, head, q->root ? body : NULL);
}

/* The answer to it, said right behind it. to_tag: that of To where the request had none. */
static inline void
reply(struct talk *k, const struct request *q, int status, const char *to_tag,
      const char *more)
{
	const char *me = q->from == 0 ? PLATFORM : CAMERA,
	           *you = q->from == 0 ? CAMERA : PLATFORM;
	char head[1024];

	(void)snprintf(head, sizeof(head),
	               "SIP/2.0 %d X\nVia: SIP/2.0/UDP 192.0.2.%d;branch=z9hG4bK%llu\n"
	               "From: <sip:%s@r>;tag=%s\nTo: <sip:%s@r>;tag=%s\nCall-ID: %s\n"
	               "CSeq: %d %s\n%s",
	               status, q->from + 1, (unsigned long long)k->frame, me, q->tags[0],
	               you, q->tags[1][0] ? q->tags[1] : to_tag, q->call, q->cseq,
	               q->method, more ? more : "");
	say(k, 1 - q->from, 0, head, NULL);
}

#endif
