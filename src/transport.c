#include "src/transport.h"

#include <stdlib.h>

#include "dissect/kind.h"
#include "dissect/sip.h"
#include "dissect/tcp.h"
#include "src/clock.h"
#include "src/media.h"
#include "src/mix.h"
#include "src/records.h"
#include "src/stream.h"
#include "src/table.h"

enum {
	SCRATCH_MAX = 1 << 20, /* bytes for dissecting one head */
	MILLISECOND = 1000000,
	TWINS = 1024,       /* datagrams remembered */
	TWIN_MS = 100,      /* a copy comes within so many milliseconds */
	SYN_NEAR = 1 << 20, /* octets of early data that a late SYN may still claim */
};

/* A SIP datagram that passed a while ago. */
struct twin {
	uint64_t hash; /* of addresses, ports and octets */
	int64_t time_ns;
	uint64_t tags;
	int dlt;
	uint16_t ident;
	uint8_t ttl;
	bool there;
};

/* Streams that wait for time to pass; all for the same time, so the oldest is always due first. */
struct stream_queue {
	struct stream *oldest, *newest;
};

/* Both directions of a connection; [0] comes from the end with the smaller address. */
struct connection {
	struct table_entry entry;
	struct stream sides[2];
	size_t held; /* in bytes, as last counted */
	struct connection *hold_older,
	    *hold_newer; /* among those that hold bytes, by age */
	bool holding;
	bool told; /* counted as not SIP */
};

struct transport {
	struct limits *limits;
	struct media *media; /* or NULL */
	struct transport_counts counts;
	struct records records;
	struct arena scratch;
	struct clock clock;
	struct table table;
	struct connection *last; /* the last one found */
	struct connection *hold_oldest, *hold_newest;
	struct stream_queue starts, holes;
	size_t held; /* in bytes of all streams */
	struct stream_context context;
	struct twin twins[TWINS]; /* by their hash */
	bool ended;
};

struct transport *
transport_new(struct limits *l, struct ledger *ledger)
{
	struct transport *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limits = l;
	records_init(&t->records);
	arena_init(&t->scratch, SCRATCH_MAX);
	table_init(&t->table);
	t->context = (struct stream_context){.limits = l,
	                                     .records = &t->records,
	                                     .counts = &t->counts,
	                                     .ledger = ledger,
	                                     .scratch = &t->scratch,
	                                     .hash_key = t->table.secret.k0 | 1};
	return t;
}

void
transport_media(struct transport *t, struct media *media)
{
	t->media = media;
}

/* ---- queues ---- */

static void
queue_leave(struct stream *s)
{
	struct stream_queue *q = s->queue;

	if (q == NULL)
		return;
	if (s->wait_older != NULL)
		s->wait_older->wait_newer = s->wait_newer;
	else
		q->oldest = s->wait_newer;
	if (s->wait_newer != NULL)
		s->wait_newer->wait_older = s->wait_older;
	else
		q->newest = s->wait_older;
	s->queue = NULL;
}

static void
queue_join(struct stream_queue *q, struct stream *s, int64_t now)
{
	s->queue = q;
	s->wait_ns = now;
	s->wait_newer = NULL;
	s->wait_older = q->newest;
	if (q->newest != NULL)
		q->newest->wait_newer = s;
	else
		q->oldest = s;
	q->newest = s;
}

/* Where it must wait by now. */
static void
queue_settle(struct transport *t, struct stream *s)
{
	struct stream_queue *q = NULL;

	if (stream_has_hole(s))
		q = &t->holes;
	else if (stream_awaits_start(s))
		q = &t->starts;
	if (q == s->queue)
		return;
	queue_leave(s);
	if (q != NULL)
		queue_join(q, s, t->clock.now_ns);
}

/* ---- accounts ---- */

static void
account(struct transport *t, const struct datagram *d, enum skip reason)
{
	uint32_t i;

	for (i = 0; i < d->origins_total; i++)
		ledger_skip(t->context.ledger, d->origins[i], reason);
}

static void
account_used(struct transport *t, const struct datagram *d)
{
	uint32_t i;

	for (i = 0; i < d->origins_total; i++)
		ledger_use(t->context.ledger, d->origins[i]);
}

/* ---- connections ---- */

static void
hold_leave(struct transport *t, struct connection *c)
{
	if (!c->holding)
		return;
	if (c->hold_older != NULL)
		c->hold_older->hold_newer = c->hold_newer;
	else
		t->hold_oldest = c->hold_newer;
	if (c->hold_newer != NULL)
		c->hold_newer->hold_older = c->hold_older;
	else
		t->hold_newest = c->hold_older;
	c->holding = false;
}

static void
hold_join(struct transport *t, struct connection *c)
{
	c->holding = true;
	c->hold_newer = NULL;
	c->hold_older = t->hold_newest;
	if (t->hold_newest != NULL)
		t->hold_newest->hold_newer = c;
	else
		t->hold_oldest = c;
	t->hold_newest = c;
}

/* After anything was done to it: what it holds, where it waits, what it is. */
static void
connection_settle(struct transport *t, struct connection *c)
{
	struct stream *a = &c->sides[0], *b = &c->sides[1];
	size_t held;

	stream_follow(a, b);
	stream_follow(b, a);
	held = stream_held(a) + stream_held(b);
	t->held += held - c->held;
	c->held = held;
	if (held != 0 && !c->holding)
		hold_join(t, c);
	else if (held == 0)
		hold_leave(t, c);
	if (!c->told && (a->kind == STREAM_OTHER || b->kind == STREAM_OTHER)) {
		c->told = true;
		t->counts.not_sip++;
	}
	queue_settle(t, a);
	queue_settle(t, b);
}

static void
connection_flush(struct transport *t, struct connection *c)
{
	stream_flush(&c->sides[0], &t->context);
	stream_flush(&c->sides[1], &t->context);
}

static void
connection_free(struct transport *t, struct connection *c)
{
	int i;

	for (i = 0; i < 2; i++) {
		queue_leave(&c->sides[i]);
		stream_clear(&c->sides[i]);
	}
	hold_leave(t, c);
	t->held -= c->held;
	table_remove(&t->table, &c->entry);
	if (t->last == c)
		t->last = NULL;
	free(c);
}

static struct connection *
connection_of_entry(struct table_entry *e)
{
	return (struct connection *)(void *)e; /* its first member */
}

/* Is there anything that a later frame could have completed? */
static bool
is_unfinished(const struct connection *c)
{
	int i;

	if (c->held != 0)
		return true;
	/* Opened, and nothing known of what it is. */
	for (i = 0; i < 2; i++)
		if (c->sides[i].kind != STREAM_UNDECIDED || c->sides[i].talked)
			return false;
	return true;
}

static void
evict_oldest(struct transport *t)
{
	struct connection *c = connection_of_entry(t->table.oldest);

	if (is_unfinished(c))
		t->limits->dropped[LIMIT_STREAMS]++;
	connection_flush(t, c);
	connection_free(t, c);
}

static void
enforce_bytes(struct transport *t)
{
	struct connection *c;

	while (t->held > t->limits->max[LIMIT_STREAM_BYTES] && t->hold_oldest != NULL) {
		c = t->hold_oldest;
		t->limits->dropped[LIMIT_STREAM_BYTES]++;
		connection_flush(t, c);
		connection_settle(t, c);
		/* What still holds something is not the oldest any more. */
		if (c->holding) {
			hold_leave(t, c);
			break;
		}
	}
}

/* The key, and which side speaks. */
static int
key_of(const struct datagram *d, uint8_t key[TABLE_KEY])
{
	uint8_t ends[2][18] = {{0}, {0}};
	int side;

	memcpy(ends[0], d->src.ip, 16);
	ends[0][16] = (uint8_t)(d->src.port >> 8);
	ends[0][17] = (uint8_t)d->src.port;
	memcpy(ends[1], d->dst.ip, 16);
	ends[1][16] = (uint8_t)(d->dst.port >> 8);
	ends[1][17] = (uint8_t)d->dst.port;
	side = memcmp(ends[0], ends[1], sizeof(ends[0])) > 0;
	memset(key, 0, TABLE_KEY);
	memcpy(key, ends[side], sizeof(ends[0]));
	memcpy(key + sizeof(ends[0]), ends[!side], sizeof(ends[0]));
	key[36] = d->src.n;
	return side;
}

static struct connection *
connection_for(struct transport *t, const struct datagram *d,
               const uint8_t key[TABLE_KEY], int side)
{
	struct connection *c = t->last;

	if (c != NULL && memcmp(c->entry.key, key, TABLE_KEY) == 0)
		return c;
	c = connection_of_entry(table_find(&t->table, key));
	if (c == NULL) {
		while (t->table.total != 0 &&
		       t->table.total >= t->limits->max[LIMIT_STREAMS])
			evict_oldest(t);
		c = calloc(1, sizeof(*c));
		if (c == NULL)
			return NULL;
		memcpy(c->entry.key, key, TABLE_KEY);
		c->sides[side].src = c->sides[!side].dst = d->src;
		c->sides[side].dst = c->sides[!side].src = d->dst;
		if (!table_add(&t->table, &c->entry)) {
			free(c);
			return NULL;
		}
	} else {
		table_touch(&t->table, &c->entry);
	}
	t->last = c;
	return c;
}

/* ---- TCP ---- */

/* RFC 9293 3.5. `a` has sent a SYN; the number of its first octet is `first`. */
static void
feed_syn(struct transport *t, struct stream *a, struct stream *b,
         const struct datagram *d)
{
	uint32_t first = d->seq + 1;
	const struct piece *held = pieces_peek(&a->pending);
	bool answer = (d->flags & TCP_ACK) != 0, same_peer;

	/* Repeated, or late behind its own data. */
	if (a->started &&
	    (a->first == first || (!a->from_syn && a->first - first < SYN_NEAR)))
		return;
	/* Does what is known of the other side belong to this connection? */
	same_peer = answer ? b->started && b->first == d->ack
	                   : b->started && b->from_syn && !b->talked;
	if (!same_peer && (b->started || pieces_total(&b->pending) != 0) &&
	    (a->started || b->started)) {
		stream_flush(b, &t->context);
		stream_clear(b);
	}
	if (a->started) {
		stream_flush(a, &t->context);
		stream_clear(a);
		held = NULL;
	}
	if (held != NULL && held->at - first >= SYN_NEAR) {
		stream_flush(a, &t->context);
		stream_clear(a);
	}
	a->from_syn = true;
	stream_start(a, first, &t->context);
	if (answer && !b->started) {
		b->from_syn = true;
		stream_start(b, d->ack, &t->context);
	}
}

/* Only a reset that the receiver would take: RFC 9293 3.10.7.4. */
static void
feed_rst(struct transport *t, struct stream *a, struct stream *b,
         const struct datagram *d)
{
	if (a->started && d->seq - a->next > t->limits->max[LIMIT_STREAM_PENDING])
		return;
	stream_reset(a, &t->context);
	stream_reset(b, &t->context);
}

static enum stream_sum
sum_of(const struct datagram *d)
{
	if (!d->checksum_bad)
		return SUM_RIGHT;
	return (d->flags & TCP_SYN) != 0 ? SUM_WRONG_SYN : SUM_WRONG;
}

static enum skip
mute_reason(const struct stream *s)
{
	return s->kind == STREAM_ENCRYPTED ? SKIP_ENCRYPTED : SKIP_TCP_OTHER;
}

static void
feed_tcp(struct transport *t, const struct datagram *d)
{
	uint8_t key[TABLE_KEY];
	int side = key_of(d, key);
	uint64_t before = t->counts.retransmitted, probes = t->counts.keepalives;
	struct connection *c;
	struct stream *a, *b;
	uint8_t flags = d->flags;
	struct stream_segment seg = {.at = d->seq,
	                             .length = d->length,
	                             .bytes = d->payload,
	                             .differs = d->overlap};

	account(t, d, d->length == 0 ? SKIP_TCP_EMPTY : SKIP_TCP_NOTHING);
	if (d->length != 0) {
		t->counts.tcp++;
		if (t->media != NULL)
			media_segment(t->media, d);
	}
	c = connection_for(t, d, key, side);
	if (c == NULL)
		return;
	a = &c->sides[side];
	b = &c->sides[!side];
	if (stream_is_mute(a) && stream_is_mute(b) && a->from_syn &&
	    (d->flags & TCP_SYN) == 0) {
		if (d->length != 0)
			account(t, d, mute_reason(a)); /* media, mostly */
		return;
	}
	if (d->checksum_known)
		seg.doubtful = stream_sum(a, sum_of(d), &t->context);
	/* The receiver drops it: only its octets may be needed, if no others come. */
	if (seg.doubtful && (a->sums_tell || seg.length != 0))
		flags = 0;
	if ((d->flags & TCP_SYN) != 0)
		seg.at++;
	if ((flags & TCP_SYN) != 0)
		feed_syn(t, a, b, d);
	if ((flags & TCP_ACK) != 0) {
		stream_acked(b, d->ack, &t->context);
		if (d->payload.n != 0 && b->started && b->next == d->ack)
			stream_answered(b, &t->context);
	}
	/* What a reset carries is a text for people: RFC 9293 3.5.3. */
	if (seg.length != 0 && (d->flags & TCP_RST) == 0) {
		stream_data(a, &seg, &t->context);
		if (stream_is_mute(a))
			account(t, d, mute_reason(a));
		else if (t->counts.retransmitted != before)
			account(t, d, SKIP_TCP_REPEAT);
		else if (t->counts.keepalives != probes)
			account(t, d, SKIP_KEEPALIVE);
		else if (a->websocket.compressed)
			account(t, d, SKIP_DEFLATED);
	}
	if ((flags & TCP_FIN) != 0)
		stream_fin(a, seg.at + seg.length, &t->context);
	if ((flags & TCP_RST) != 0)
		feed_rst(t, a, b, d);
	connection_settle(t, c);
	enforce_bytes(t);
}

static struct connection *
connection_of_stream(struct transport *t, const struct stream *s)
{
	struct datagram d = {.src = s->src, .dst = s->dst};
	uint8_t key[TABLE_KEY];

	(void)key_of(&d, key);
	return connection_of_entry(table_find(&t->table, key));
}

/* Starts that were held long enough, holes that were open long enough. Whatever stays goes to the
 * end of its queue with the present time, so each is looked at once a call. */
static void
feed_time(struct transport *t)
{
	struct stream *s;
	int64_t wait_s;

	while (
	    (s = t->starts.oldest) != NULL &&
	    clock_passed(&t->clock, s->wait_ns, (int64_t)STREAM_START_MS * MILLISECOND)) {
		stream_start_held(s, true, &t->context);
		connection_settle(t, connection_of_stream(t, s));
	}
	while ((s = t->holes.oldest) != NULL &&
	       clock_passed(&t->clock, s->wait_ns, STREAM_HOLE_S * CLOCK_SECOND)) {
		wait_s = s->acked ? STREAM_HOLE_MAX_S : STREAM_HOLE_ONE_SIDED_S;
		if (clock_passed(&t->clock, s->hole_ns, wait_s * CLOCK_SECOND) ||
		    (s->acked && (int32_t)(s->ack - s->next) > 0))
			stream_skip_hole(s, &t->context);
		queue_leave(s);
		connection_settle(t, connection_of_stream(t, s));
	}
}

/* ---- messages by themselves ---- */

static uint64_t
datagram_hash(const struct transport *t, const struct datagram *d)
{
	uint8_t ends[36];
	uint64_t key = t->context.hash_key;

	memcpy(ends, d->src.ip, 16);
	memcpy(ends + 16, d->dst.ip, 16);
	ends[32] = (uint8_t)(d->src.port >> 8);
	ends[33] = (uint8_t)d->src.port;
	ends[34] = (uint8_t)(d->dst.port >> 8);
	ends[35] = (uint8_t)d->dst.port;
	return mix(key, slice_of(ends, sizeof(ends))) ^ mix(key, d->payload);
}

/* The same datagram, captured twice: on a mirror port, before and behind a router, in two files. A repeat of
 * the sender's has another identification, or none. */
static bool
is_copy(struct transport *t, const struct datagram *d)
{
	uint64_t hash = datagram_hash(t, d);
	struct twin *w = &t->twins[hash % TWINS];
	int64_t after = d->time_ns - w->time_ns;
	bool copy = w->there && w->hash == hash &&
	            after >= -(int64_t)TWIN_MS * MILLISECOND &&
	            after <= (int64_t)TWIN_MS * MILLISECOND &&
	            ((d->ident != 0 && d->ident == w->ident) || d->ttl != w->ttl ||
	             d->dlt != w->dlt || d->tags != w->tags);

	if (!copy)
		*w = (struct twin){hash,     d->time_ns, d->tags, d->dlt,
		                   d->ident, d->ttl,     true};
	return copy;
}

/* A message that is not SIP. */
static void
feed_other(struct transport *t, const struct datagram *d)
{
	static const enum skip reasons[] = {
	    [UDP_OTHER] = SKIP_UDP_OTHER, [UDP_KEEPALIVE] = SKIP_KEEPALIVE,
	    [UDP_STUN] = SKIP_STUN,       [UDP_DTLS] = SKIP_ENCRYPTED,
	    [UDP_RTP] = SKIP_MEDIA,       [UDP_RTCP] = SKIP_MEDIA,
	    [UDP_HTTP] = SKIP_UDP_OTHER,
	};
	enum udp_kind kind = udp_kind(d->payload);

	if (kind == UDP_KEEPALIVE)
		t->counts.keepalives++;
	else
		t->counts.not_sip++;
	if (t->media != NULL &&
	    (kind == UDP_RTP || kind == UDP_OTHER || kind == UDP_DTLS))
		media_note(t->media, d, kind == UDP_RTP);
	account(t, d, d->overlap ? SKIP_FRAGMENT_OVERLAP : reasons[kind]);
}

static void
feed_message(struct transport *t, const struct datagram *d)
{
	struct record r = {.bytes = d->payload,
	                   .src = d->src,
	                   .dst = d->dst,
	                   .carrier = d->carrier,
	                   .inner = d->inner,
	                   .capture = d->capture,
	                   .frame = d->frame,
	                   .time_ns = d->time_ns,
	                   .multi = d->frames_total > 1};
	size_t total = d->frames_total;

	t->counts.udp++;
	if (sip_probe(d->payload) != DIS_OK) {
		feed_other(t, d);
		return;
	}
	if (is_copy(t, d)) {
		t->counts.duplicates++;
		account(t, d, SKIP_DUPLICATE);
		return;
	}
	if (d->cut)
		r.faults |= RECORD_CUT;
	if (d->overlap)
		r.faults |= RECORD_OVERLAP;
	if (total > RECORD_FRAMES_MAX)
		total = RECORD_FRAMES_MAX;
	account_used(t, d);
	(void)records_add(&t->records, &r, d->frames, total);
}

/* ---- the stage ---- */

void
transport_feed(struct transport *t, const struct datagram *d)
{
	records_reset(&t->records);
	t->context.clock_ns = clock_tick(&t->clock, d->time_ns < 0 ? 0 : d->time_ns);
	t->context.now = (struct piece_source){d->frame, d->time_ns, d->capture};
	t->context.filled = t->context.conflicted = false;
	if (t->starts.oldest != NULL || t->holes.oldest != NULL)
		feed_time(t);
	if (d->message)
		feed_message(t, d);
	else
		feed_tcp(t, d);
}

bool
transport_next(struct transport *t, struct record *out)
{
	struct connection *c;

	while (!records_next(&t->records, out)) {
		if (!t->ended || t->table.total == 0)
			return false;
		/* Each round frees a connection. Those that hold something go first, by age. */
		c = t->hold_oldest;
		if (c == NULL)
			c = connection_of_entry(t->table.oldest);
		records_reset(&t->records);
		connection_flush(t, c);
		connection_free(t, c);
	}
	return true;
}

void
transport_end(struct transport *t)
{
	t->ended = true;
	t->context.filled = false;
}

bool
transport_conflict(const struct transport *t, struct transport_conflict *out)
{
	if (t->context.conflicted)
		*out = t->context.conflict;
	return t->context.conflicted;
}

const struct transport_counts *
transport_counts(const struct transport *t)
{
	static const struct transport_counts none;

	return t != NULL ? &t->counts : &none;
}

uint64_t
transport_no_memory(const struct transport *t)
{
	return t != NULL ? t->records.dropped : 0;
}

void
transport_free(struct transport *t)
{
	if (t == NULL)
		return;
	while (t->table.total != 0)
		connection_free(t, connection_of_entry(t->table.oldest));
	table_free(&t->table);
	records_free(&t->records);
	arena_free(&t->scratch);
	free(t);
}
