#include "src/media.h"

#include <stdlib.h>

#include "dissect/cursor.h"
#include "src/clock.h"
#include "src/hash.h"
#include "src/map.h"

enum {
	HOSTS_MAX = 65536,
	LOOKED_AT =
	    256,      /* streams of one address that who begins to wait there may have */
	RECENT = 256, /* a power of two */
	CHANCES = 8,
	CONNECTIONS_MAX = 4096, /* directions of those at one address */
};

/* A stream that nobody waits for is over when it was silent so long. */
#define SILENT INT64_C(60000000000)

/* A machine: as the one that RTP goes to, or comes from. */
struct host {
	struct addr ip; /* without port */
	bool from;
	struct media_seen
	    stray; /* FROM: the last one that nobody waited for; frame 0: none */
	struct addr stray_dst;
	uint64_t hash;
};

/* What came to one address. */
struct media_flow {
	struct addr dst;
	bool tcp;
	uint64_t hash;
	uint64_t others;
	int64_t first_ns; /* of the first stream */
	struct media_waiter *waiters;
	struct media_stream *newest; /* of its streams */
	struct connection *connections;
	unsigned connections_total;
};

/* One direction of it. */
struct connection {
	struct connection *next; /* at the same address */
	struct addr src, dst;
	struct media_flow *flow;
	uint64_t hash;
	struct rtpframes frames;
};

struct media {
	struct limits *limits;
	struct hash_key key;
	struct map flows, streams, hosts, connections;
	uint64_t tcp; /* addresses of connections that somebody waits at, or did */
	struct media_stream *oldest, *newest; /* that belong to nobody */
	struct media_stream *done, *done_last, *given;
	struct media_stream *recent[RECENT]; /* found without a look into the map */
	struct media_counts counts;
	uint32_t ids;
	struct clock clock;
};

struct media *
media_new(struct limits *l)
{
	struct media *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->limits = l;
	m->key = hash_key_random();
	return m;
}

/* ---- machines ---- */

static uint64_t
host_hash(const struct media *m, const struct addr *ip, bool from)
{
	return hash_bytes(&m->key, slice_of(ip->ip, ip->n)) + from;
}

static struct host *
host_find(const struct media *m, const struct addr *ip, bool from)
{
	struct host *h;
	size_t pos = 0;

	while ((h = map_next(&m->hosts, host_hash(m, ip, from), &pos)) != NULL)
		if (addr_ip_eq(&h->ip, ip) && h->from == from)
			return h;
	return NULL;
}

static void
hosts_forget(struct media *m)
{
	struct host *h;
	size_t pos = 0;

	while ((h = map_each(&m->hosts, &pos)) != NULL)
		free(h);
	map_free(&m->hosts);
}

static struct host *
host_make(struct media *m, const struct addr *ip, bool from)
{
	struct host *h = host_find(m, ip, from);

	if (h != NULL)
		return h;
	if (m->hosts.used >= HOSTS_MAX)
		hosts_forget(m);
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->ip = *ip;
	h->from = from;
	h->hash = host_hash(m, ip, from);
	if (!map_put(&m->hosts, h->hash, h)) {
		free(h);
		return NULL;
	}
	return h;
}

/* ---- addresses ---- */

static size_t
addr_key(const struct addr *a, uint8_t *key)
{
	memcpy(key, a->ip, a->n);
	key[a->n] = (uint8_t)(a->port >> 8);
	key[a->n + 1] = (uint8_t)a->port;
	return a->n + 2u;
}

static struct media_flow *
flow_find(const struct media *m, const struct addr *dst, bool tcp, uint64_t *hash)
{
	struct media_flow *f;
	uint8_t key[18];
	size_t pos = 0;

	*hash = hash_bytes(&m->key, slice_of(key, addr_key(dst, key))) ^ tcp;
	while ((f = map_next(&m->flows, *hash, &pos)) != NULL)
		if (addr_eq(&f->dst, dst) && f->tcp == tcp)
			return f;
	return NULL;
}

static struct media_flow *
flow_make(struct media *m, const struct addr *dst, bool tcp)
{
	uint64_t hash;
	struct media_flow *f = flow_find(m, dst, tcp, &hash);

	if (f != NULL)
		return f;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->dst = *dst;
	f->tcp = tcp;
	f->hash = hash;
	if (!map_put(&m->flows, hash, f)) {
		free(f);
		return NULL;
	}
	m->tcp += tcp;
	return f;
}

/* It is kept while there is somebody at it. */
static void
flow_settle(struct media *m, struct media_flow *f)
{
	struct connection *c;

	if (f->waiters != NULL || f->newest != NULL)
		return;
	while ((c = f->connections) != NULL) {
		f->connections = c->next;
		map_drop(&m->connections, c->hash, c);
		free(c);
	}
	m->tcp -= f->tcp;
	map_drop(&m->flows, f->hash, f);
	free(f);
}

/* ---- streams that belong to nobody ---- */

static void
queue_out(struct media *m, struct media_stream *s)
{
	if (!s->queued)
		return;
	s->queued = false;
	if (s->older != NULL)
		s->older->newer = s->newer;
	else
		m->oldest = s->newer;
	if (s->newer != NULL)
		s->newer->older = s->older;
	else
		m->newest = s->older;
}

static void
queue_in(struct media *m, struct media_stream *s)
{
	s->queued = true;
	s->queued_ns = s->last_ns;
	s->newer = NULL;
	s->older = m->newest;
	if (m->newest != NULL)
		m->newest->newer = s;
	else
		m->oldest = s;
	m->newest = s;
}

/* ---- streams ---- */

static uint64_t
stream_hash(const struct media *m, const struct datagram *d, uint32_t ssrc)
{
	uint8_t key[40];
	size_t n = addr_key(&d->dst, key);

	n += addr_key(&d->src, key + n);
	memcpy(key + n, &ssrc, sizeof(ssrc));
	return hash_bytes(&m->key, slice_of(key, n + sizeof(ssrc)));
}

static struct media_stream **
recent_of(struct media *m, uint32_t ssrc, uint16_t port)
{
	return &m->recent[((ssrc ^ port) * UINT32_C(2654435761)) >> 24 & (RECENT - 1)];
}

static bool
is_of(const struct media_stream *s, const struct datagram *d, uint32_t ssrc)
{
	return s->ssrc == ssrc && s->tcp == (d->carrier == CARRIER_TCP) &&
	       addr_eq(&s->dst, &d->dst) && addr_eq(&s->src, &d->src);
}

/* No more packets are counted in it. */
static void
stream_detach(struct media *m, struct media_stream *s)
{
	struct media_stream **recent = recent_of(m, s->ssrc, s->dst.port);
	struct media_flow *f = s->flow;

	if (f == NULL)
		return;
	if (*recent == s)
		*recent = NULL;
	map_drop(&m->streams, s->hash, s);
	queue_out(m, s);
	if (s->flow_next != NULL)
		s->flow_next->flow_prev = s->flow_prev;
	if (s->flow_prev != NULL)
		s->flow_prev->flow_next = s->flow_next;
	else
		f->newest = s->flow_next;
	s->flow = NULL;
	flow_settle(m, f);
}

static void
count(struct media *m, const struct media_stream *s)
{
	m->counts.streams++;
	m->counts.packets += s->packets;
	m->counts.bytes += s->bytes;
	m->counts.lost += arrivals_lost(&s->arrivals);
}

void
media_give(struct media *m, struct media_stream *s)
{
	s->next = NULL;
	if (m->done_last != NULL)
		m->done_last->next = s;
	else
		m->done = s;
	m->done_last = s;
}

/* A stream of nobody is over. */
static void
stream_done(struct media *m, struct media_stream *s)
{
	stream_detach(m, s);
	count(m, s);
	media_give(m, s);
}

/* Those that are silent; and the oldest, where there are too many. Who went on since it was looked at last has
 * another chance. */
static void
make_room(struct media *m)
{
	struct media_stream *s;
	unsigned chances = 0;
	bool full, silent;

	while ((s = m->oldest) != NULL) {
		full = m->streams.used >= m->limits->max[LIMIT_MEDIA_FLOWS];
		silent = clock_passed(&m->clock, s->last_ns, SILENT);
		if (!full && !clock_passed(&m->clock, s->queued_ns, SILENT))
			return;
		if (!silent && s->last_ns != s->queued_ns && chances++ < CHANCES) {
			queue_out(m, s);
			queue_in(m, s);
			continue;
		}
		if (!silent && !full)
			return;
		m->limits->dropped[LIMIT_MEDIA_FLOWS] += !silent;
		stream_done(m, s);
	}
}

/* ---- whose it is ---- */

enum { SCORE_SSRC = 4, SCORE_SENDER = 2, SCORE_MACHINE = 1 };

static int
score(const struct media_waiter *w, const struct media_stream *s)
{
	int n = w->has_ssrc && (s->ssrc == w->ssrc[0] || s->ssrc == w->ssrc[1])
	            ? SCORE_SSRC
	            : 0,
	    i;
	bool machine = false;

	for (i = 0; i < 2; i++) {
		machine |= w->sender[i].n != 0 && addr_ip_eq(&w->sender[i], &s->src);
		if (w->sender[i].n != 0 && addr_eq(&w->sender[i], &s->src))
			return n + SCORE_SENDER + SCORE_MACHINE;
	}
	return n + (machine ? SCORE_MACHINE : 0);
}

/* Could it be the one that it waits for? */
static bool
suits(const struct media_waiter *w, const struct media_stream *s)
{
	return score(w, s) >= (w->has_ssrc ? SCORE_SSRC : SCORE_MACHINE);
}

/* Does somebody wait for it? */
static bool
is_wanted(const struct media_flow *f, const struct media_stream *s)
{
	const struct media_waiter *w;

	for (w = f->waiters; w != NULL && !suits(w, s); w = w->next)
		;
	return w != NULL;
}

static void
claim(struct media *m, struct media_waiter *w, struct media_stream *s)
{
	unsigned i;

	if (w->streams_total >= MEDIA_CLAIMED_MAX)
		return;
	queue_out(m, s);
	s->waiter = w;
	s->next = NULL;
	if (w->streams_last != NULL)
		w->streams_last->next = s;
	else
		w->streams = s;
	w->streams_last = s;
	w->streams_total++;
	s->expected = !w->has_ssrc ? -1 : s->ssrc == w->ssrc[0] || s->ssrc == w->ssrc[1];
	s->wanted = w->ssrc[1];
	for (i = 0; i < w->clocks_total; i++)
		if (w->clocks[i].type == s->types[0].payload_type)
			arrivals_clock(&s->arrivals, w->clocks[i].hz);
}

/* Has it the stream that it waits for? Then others at its address are not its own. */
static bool
is_served(const struct media_waiter *w)
{
	const struct media_stream *s;

	for (s = w->streams; s != NULL && w->has_ssrc; s = s->next)
		if (s->expected == 1)
			return true;
	return false;
}

/* Of those who wait at its address, the one that it fits best; of equals, the one that has none yet. */
static void
assign(struct media *m, struct media_stream *s)
{
	struct media_waiter *w, *best = NULL;
	bool alone = s->flow->waiters != NULL && s->flow->waiters->next == NULL;
	int n, best_n = -1;

	for (w = s->flow->waiters; w != NULL; w = w->next) {
		n = score(w, s) * 2 + (w->streams == NULL);
		if (n <= 1 && (!alone || is_served(w)))
			continue;
		if (best != NULL && suits(w, s) && suits(best, s))
			(n > best_n ? best : w)->shared = true;
		if (n > best_n) {
			best = w;
			best_n = n;
		}
	}
	if (best != NULL)
		claim(m, best, s);
}

/* ---- datagrams ---- */

static struct media_stream *
stream_find(const struct media *m, const struct datagram *d, uint32_t ssrc, uint64_t hash)
{
	struct media_stream *s;
	size_t pos = 0;

	while ((s = map_next(&m->streams, hash, &pos)) != NULL)
		if (is_of(s, d, ssrc))
			return s;
	return NULL;
}

static void
hosts_note(struct media *m, const struct media_stream *s)
{
	struct host *h;

	if (s->tcp)
		return;
	(void)host_make(m, &s->dst, false);
	h = s->flow->waiters == NULL ? host_make(m, &s->src, true) : NULL;
	if (h != NULL) {
		h->stray = s->types[0];
		h->stray_dst = s->dst;
	}
}

static struct media_seen
seen_of(const struct datagram *d, uint32_t ssrc, uint8_t type)
{
	return (struct media_seen){.ssrc = ssrc,
	                           .payload_type = type,
	                           .src = d->src,
	                           .capture = d->capture,
	                           .frame = d->frame,
	                           .first_ns = d->time_ns};
}

static struct media_stream *
stream_new(struct media *m, const struct datagram *d, struct media_flow *f, uint32_t ssrc,
           uint8_t type, uint64_t hash)
{
	struct media_stream *s;

	make_room(m);
	if (f == NULL)
		f = flow_make(m, &d->dst, false);
	s = f ? calloc(1, sizeof(*s)) : NULL;
	if (s == NULL || !map_put(&m->streams, hash, s)) {
		free(s);
		if (f != NULL)
			flow_settle(m, f);
		return NULL;
	}
	s->id = ++m->ids;
	s->src = d->src;
	s->dst = d->dst;
	s->tcp = d->carrier == CARRIER_TCP;
	s->ssrc = ssrc;
	s->hash = hash;
	s->types[0] = seen_of(d, ssrc, type);
	s->types_total = 1;
	s->last_ns = d->time_ns;
	s->expected = -1;
	arrivals_clock(&s->arrivals, arrivals_hz(type));
	s->flow = f;
	s->flow_next = f->newest;
	if (f->newest != NULL)
		f->newest->flow_prev = s;
	else
		f->first_ns = d->time_ns;
	f->newest = s;
	queue_in(m, s);
	hosts_note(m, s);
	assign(m, s);
	return s;
}

static void
type_note(struct media_stream *s, const struct datagram *d, uint8_t type)
{
	unsigned i;

	for (i = 0; i < s->types_total && s->types[i].payload_type != type; i++)
		;
	if (i == MEDIA_TYPES_MAX)
		return;
	if (i == s->types_total)
		s->types[s->types_total++] = seen_of(d, s->ssrc, type);
	s->last = i;
	s->types[i].packets++;
}

/* f: where its connection is waited for; NULL: a datagram. */
static void
packet(struct media *m, const struct datagram *d, struct media_flow *f)
{
	struct cursor c = cursor(d->payload);
	struct media_stream *s, **recent;
	uint32_t ssrc, stamp;
	uint16_t seq;
	uint8_t type;
	uint64_t hash;

	cur_skip(&c, 1);
	type = cur_u8(&c) & 0x7F;
	seq = cur_be16(&c);
	stamp = cur_be32(&c);
	ssrc = cur_be32(&c);
	if (c.ended)
		return;
	recent = recent_of(m, ssrc, d->dst.port);
	s = *recent;
	if (s == NULL || !is_of(s, d, ssrc)) {
		hash = stream_hash(m, d, ssrc);
		s = stream_find(m, d, ssrc, hash);
		if (s == NULL)
			s = stream_new(m, d, f, ssrc, type, hash);
		if (s == NULL)
			return;
		*recent = s;
	}
	/* A copy of it; unless it is of another kind. */
	if (!arrivals_add(&s->arrivals, seq, stamp, d->time_ns) &&
	    s->types[s->last].payload_type == type)
		return;
	s->packets++;
	s->bytes += d->length;
	s->capture = d->capture;
	s->frame = d->frame;
	s->last_ns = d->time_ns;
	if (s->types[s->last].payload_type == type)
		s->types[s->last].packets++;
	else
		type_note(s, d, type);
}

void
media_note(struct media *m, const struct datagram *d, bool rtp)
{
	struct media_flow *f;
	uint64_t hash;

	if (m->flows.used == 0 && !rtp)
		return;
	(void)clock_tick(&m->clock, d->time_ns);
	if (rtp) {
		packet(m, d, NULL);
		return;
	}
	f = flow_find(m, &d->dst, false, &hash);
	if (f != NULL)
		f->others++;
}

/* ---- connections ---- */

static uint64_t
connection_hash(const struct media *m, const struct datagram *d)
{
	uint8_t key[36];
	size_t n = addr_key(&d->dst, key);

	n += addr_key(&d->src, key + n);
	return hash_bytes(&m->key, slice_of(key, n));
}

static struct connection *
connection_new(struct media *m, const struct datagram *d, uint64_t hash)
{
	uint64_t unused;
	struct media_flow *f = flow_find(m, &d->dst, true, &unused);
	struct connection *c;

	if (f == NULL)
		f = flow_find(m, &d->src, true, &unused);
	if (f == NULL || f->connections_total >= CONNECTIONS_MAX)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL || !map_put(&m->connections, hash, c)) {
		free(c);
		return NULL;
	}
	c->src = d->src;
	c->dst = d->dst;
	c->hash = hash;
	c->flow = f;
	c->next = f->connections;
	f->connections = c;
	f->connections_total++;
	return c;
}

static struct connection *
connection_of(struct media *m, const struct datagram *d)
{
	uint64_t hash = connection_hash(m, d);
	struct connection *c;
	size_t pos = 0;

	while ((c = map_next(&m->connections, hash, &pos)) != NULL)
		if (addr_eq(&c->src, &d->src) && addr_eq(&c->dst, &d->dst))
			return c;
	return connection_new(m, d, hash);
}

/* RFC 5761 4: what stands for RTCP. */
static bool
is_rtcp(uint8_t type)
{
	return type >= 192 && type <= 223;
}

void
media_segment(struct media *m, const struct datagram *d)
{
	struct connection *c = m->tcp != 0 ? connection_of(m, d) : NULL;
	struct datagram frame;
	uint32_t length;

	if (c == NULL)
		return;
	(void)clock_tick(&m->clock, d->time_ns);
	frame = *d;
	rtpframes_feed(&c->frames, d->seq, d->payload, d->length);
	while (rtpframes_next(&c->frames, &frame.payload, &length)) {
		frame.length = length;
		if (!is_rtcp(frame.payload.p[1]))
			packet(m, &frame, c->flow);
	}
}

/* ---- those who wait ---- */

/* What came there before it waited: media may come before the answer; what began before the offer, or belonged to a
 * call that is over, is another's, but its next packets are perhaps for this one. */
static void
look_back(struct media *m, struct media_waiter *w, struct media_flow *f)
{
	struct media_stream *s, *next;
	bool alone = w->next == NULL;
	unsigned n = 0;

	for (s = f->newest; s != NULL && n < LOOKED_AT; s = next, n++) {
		next = s->flow_next;
		if (s->waiter != NULL && s->waiter->flow != NULL) {
			w->shared |= suits(w, s);
			continue;
		}
		if (s->waiter != NULL) {
			/* What came since the offer may be this one's. */
			s->ended = s->ended && s->last_ns < w->since_ns;
			stream_detach(m, s);
		} else if (alone || score(w, s) != 0) {
			if (s->types[0].first_ns >= w->since_ns)
				claim(m, w, s);
			else
				stream_done(m, s);
		}
	}
}

bool
media_wait(struct media *m, struct media_waiter *w, const struct addr *dst)
{
	struct media_flow *f;

	make_room(m);
	if (m->flows.used >= m->limits->max[LIMIT_MEDIA_FLOWS])
		return false;
	f = flow_make(m, dst, w->tcp);
	if (f == NULL)
		return false;
	w->others_before =
	    f->waiters == NULL && f->first_ns >= w->since_ns ? 0 : f->others;
	w->flow = f;
	w->next = f->waiters;
	f->waiters = w;
	look_back(m, w, f);
	return true;
}

uint64_t
media_others(const struct media_waiter *w)
{
	return w->flow != NULL ? w->flow->others - w->others_before : 0;
}

void
media_leave(struct media *m, struct media_waiter *w)
{
	struct media_waiter **at;
	struct media_stream *s;
	struct media_flow *f = w->flow;

	if (f == NULL)
		return;
	for (at = &f->waiters; *at != w; at = &(*at)->next)
		;
	*at = w->next;
	w->next = NULL;
	w->flow = NULL;
	for (s = w->streams; s != NULL; s = s->next) {
		s->at_end = s->packets;
		s->ended = !is_wanted(f, s);
	}
	flow_settle(m, f);
}

struct media_stream *
media_take(struct media *m, struct media_waiter *w)
{
	struct media_stream *first = w->streams, *s;

	for (s = first; s != NULL; s = s->next) {
		stream_detach(m, s);
		s->waiter = NULL;
		count(m, s);
	}
	w->streams = w->streams_last = NULL;
	w->streams_total = 0;
	return first;
}

void
media_stream_free(struct media_stream *s)
{
	free(s);
}

/* ---- the end ---- */

bool
media_waiting(const struct media *m)
{
	return m->done != NULL;
}

struct media_stream *
media_next(struct media *m)
{
	struct media_stream *s = m->done;

	media_stream_free(m->given);
	m->given = s;
	if (s == NULL)
		return NULL;
	m->done = s->next;
	if (m->done == NULL)
		m->done_last = NULL;
	s->next = NULL;
	return s;
}

void
media_end(struct media *m)
{
	while (m->oldest != NULL)
		stream_done(m, m->oldest);
}

const struct media_counts *
media_counts(const struct media *m)
{
	return &m->counts;
}

const struct media_seen *
media_stray(const struct media *m, const struct addr *from, struct addr *dst)
{
	const struct host *h = m->hosts.used != 0 ? host_find(m, from, true) : NULL;

	if (h == NULL || h->stray.frame == 0)
		return NULL;
	*dst = h->stray_dst;
	return &h->stray;
}

bool
media_shown(const struct media *m, const struct addr *to)
{
	return m->hosts.used != 0 && host_find(m, to, false) != NULL;
}

int64_t
media_now(const struct media *m)
{
	return m->clock.now_ns;
}

void
media_free(struct media *m)
{
	struct media_stream *s;
	struct media_flow *f;
	struct connection *c;
	size_t pos = 0;

	if (m == NULL)
		return;
	media_end(m);
	while (media_next(m) != NULL)
		;
	while ((s = map_each(&m->streams, &pos)) != NULL)
		free(s);
	pos = 0;
	while ((c = map_each(&m->connections, &pos)) != NULL)
		free(c);
	pos = 0;
	while ((f = map_each(&m->flows, &pos)) != NULL)
		free(f);
	map_free(&m->streams);
	map_free(&m->connections);
	map_free(&m->flows);
	hosts_forget(m);
	free(m);
}
