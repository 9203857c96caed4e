/* Streams of RTP: whose they are, when they are over. */
#include "src/media.h"

#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)

static const struct addr camera = {.n = 4, .ip = {192, 0, 2, 14}, .port = 15060},
                         other = {.n = 4, .ip = {192, 0, 2, 15}, .port = 15060},
                         server = {.n = 4, .ip = {192, 0, 2, 1}, .port = 10000};

static void
rtp(struct media *m, const struct addr *src, uint32_t ssrc, uint16_t seq, int64_t t)
{
	uint8_t p[16] = {0x80,
	                 96,
	                 (uint8_t)(seq >> 8),
	                 (uint8_t)seq,
	                 0,
	                 0,
	                 0,
	                 0,
	                 (uint8_t)(ssrc >> 24),
	                 (uint8_t)(ssrc >> 16),
	                 (uint8_t)(ssrc >> 8),
	                 (uint8_t)ssrc};
	struct datagram d = {.src = *src,
	                     .dst = server,
	                     .payload = slice_of(p, sizeof(p)),
	                     .length = sizeof(p),
	                     .frame = 1,
	                     .time_ns = t};

	media_note(m, &d, true);
}

static unsigned
free_all(struct media_stream *s)
{
	struct media_stream *next;
	unsigned n = 0;

	for (; s != NULL; s = next, n++) {
		next = s->next;
		media_stream_free(s);
	}
	return n;
}

static void
nobodys(struct limits *l)
{
	struct media *m = media_new(l);
	struct media_stream *s;
	unsigned n;

	rtp(m, &camera, 1, 1, SECOND);
	rtp(m, &camera, 1, 3, SECOND);
	ok(!media_waiting(m), "it may go on");
	rtp(m, &camera, 2, 1, 62 * SECOND);
	s = media_next(m);
	ok(s != NULL && s->ssrc == 1 && s->packets == 2 &&
	       arrivals_lost(&s->arrivals) == 1,
	   "silent for a minute: over");
	ok(media_next(m) == NULL, "the other one is not");
	media_end(m);
	s = media_next(m);
	ok(s != NULL && s->ssrc == 2 && s->id == 2, "at the end it is");
	ok(media_counts(m)->streams == 2 && media_counts(m)->packets == 3, "counted");
	/* Not one of them is lost when there are too many. */
	l->max[LIMIT_MEDIA_FLOWS] = 4;
	for (n = 0; n < 10; n++)
		rtp(m, &camera, 100 + n, 1, 63 * SECOND);
	media_end(m);
	for (n = 0; media_next(m) != NULL; n++)
		;
	ok(n == 10 && l->dropped[LIMIT_MEDIA_FLOWS] == 6,
	   "%u told, %llu before they were over", n,
	   (unsigned long long)l->dropped[LIMIT_MEDIA_FLOWS]);
	media_free(m);
	limits_init(l);
}

/* One port for all. */
static void
shared(struct limits *l)
{
	struct media *m = media_new(l);
	struct media_waiter a = {.since_ns = SECOND,
	                         .has_ssrc = true,
	                         .ssrc = {1, 1},
	                         .sender = {camera}},
	                    b = {.since_ns = SECOND,
	                         .has_ssrc = true,
	                         .ssrc = {2, 2},
	                         .sender = {other}};

	ok(media_wait(m, &a, &server) && media_wait(m, &b, &server), "two wait there");
	rtp(m, &other, 2, 1, 2 * SECOND);
	rtp(m, &camera, 1, 1, 2 * SECOND);
	rtp(m, &camera, 9, 1, 2 * SECOND);
	ok(a.streams_total == 2 && a.streams->ssrc == 1,
	   "the first one's: by SSRC, and by its sender");
	ok(b.streams_total == 1 && b.streams->ssrc == 2, "the second one's");
	ok(b.streams->expected == 1 && a.streams->next->expected == 0,
	   "which is the one that it waits for");
	media_leave(m, &a);
	rtp(m, &camera, 1, 2, 3 * SECOND);
	ok(a.streams->packets == 2 && a.streams->at_end == 1 && a.streams->ended,
	   "what comes behind the end is counted as that");
	ok(free_all(media_take(m, &a)) == 2, "they are the caller's");
	rtp(m, &camera, 1, 3, 4 * SECOND);
	media_end(m);
	ok(media_next(m)->packets == 1, "what comes then belongs to nobody");
	media_leave(m, &b);
	(void)free_all(media_take(m, &b));
	media_free(m);
}

/* ... and one recorder for both. */
static void
recorder(struct limits *l)
{
	struct media *m = media_new(l);
	struct media_waiter a = {.since_ns = SECOND,
	                         .has_ssrc = true,
	                         .ssrc = {1, 1},
	                         .sender = {camera}},
	                    b = {.since_ns = SECOND,
	                         .has_ssrc = true,
	                         .ssrc = {2, 2},
	                         .sender = {camera}};

	ok(media_wait(m, &a, &server) && media_wait(m, &b, &server), "two wait there");
	rtp(m, &camera, 1, 1, 2 * SECOND);
	rtp(m, &camera, 2, 1, 2 * SECOND);
	ok(a.streams_total == 1 && a.streams->ssrc == 1 && b.streams_total == 1,
	   "of one sender, the SSRC tells whose it is");
	ok(!a.shared && !b.shared, "and none could have the other's");
	media_leave(m, &a);
	media_leave(m, &b);
	(void)free_all(media_take(m, &a));
	(void)free_all(media_take(m, &b));
	media_free(m);
}

/* A stream of a call that is over, and the next call takes its address and SSRC. */
static void
again(struct limits *l)
{
	struct media *m = media_new(l);
	struct media_waiter a = {.since_ns = SECOND}, b = {.since_ns = 9 * SECOND}, c;

	rtp(m, &camera, 1, 1, SECOND / 2);
	ok(media_wait(m, &a, &server) && a.streams == NULL,
	   "what was before it is another's");
	rtp(m, &camera, 1, 2, 2 * SECOND);
	ok(a.streams_total == 1 && a.streams->packets == 1, "its own begins");
	ok(media_next(m) != NULL, "the one before is told");
	media_leave(m, &a);
	ok(media_wait(m, &b, &server) && b.streams == NULL, "the next call");
	rtp(m, &camera, 1, 3, 10 * SECOND);
	ok(b.streams_total == 1 && a.streams->packets == 1,
	   "has the packets from then on");
	c = (struct media_waiter){.since_ns = 9 * SECOND, .sender = {camera}};
	ok(media_wait(m, &c, &server) && c.shared && c.streams == NULL,
	   "a third one sees that there is one that it could have");
	media_leave(m, &b);
	ok(!b.streams->ended, "and for it the stream goes on");
	media_leave(m, &c);
	ok(free_all(media_take(m, &a)) == 1 && free_all(media_take(m, &b)) == 1 &&
	       free_all(media_take(m, &c)) == 0,
	   "each has its own");
	media_free(m);
}

/* Media before the answer, many streams for one, and what nobody knows. */
static void
early(struct limits *l)
{
	struct media *m = media_new(l);
	struct media_waiter a = {
	    .since_ns = SECOND, .clocks = {{96, 8000}}, .clocks_total = 1};
	unsigned n;

	rtp(m, &camera, 1, 1, 2 * SECOND);
	ok(media_wait(m, &a, &server) && a.streams_total == 1, "media before the answer");
	ok(a.streams->arrivals.hz == 8000, "its clock is that of the description");
	for (n = 2; n < 40; n++)
		rtp(m, &camera, n, 1, 2 * SECOND);
	ok(a.streams_total == MEDIA_CLAIMED_MAX, "not more than so many for one");
	media_leave(m, &a);
	(void)free_all(media_take(m, &a));
	media_free(m);
}

int
main(void)
{
	struct limits l;

	limits_init(&l);
	nobodys(&l);
	shared(&l);
	recorder(&l);
	again(&l);
	early(&l);
	return done();
}
