#include "src/stream.h"

#include <stdlib.h>

#include "dissect/kind.h"
#include "dissect/sip.h"
#include "src/mix.h"
#include "src/stream_own.h"

enum {
	NEAR = 65536,   /* octets that a late segment may lie before the first one seen */
	FAR = 64 << 20, /* octets ahead: beyond what windows of such connections hold */
	BEHIND = 4 << 20, /* octets back: no retransmission is so late */
	RANGE = 1 << 30,  /* what pieces can span */
};

size_t
stream_held(const struct stream *s)
{
	return s->pending.held + s->residue_room +
	       s->marks_room * sizeof(struct stream_mark);
}

void
stream_clear(struct stream *s)
{
	struct stream old = *s;

	pieces_free(&s->pending);
	stream_drop_residue(s);
	*s = (struct stream){.src = old.src,
	                     .dst = old.dst,
	                     .wait_older = old.wait_older,
	                     .wait_newer = old.wait_newer,
	                     .queue = old.queue,
	                     .wait_ns = old.wait_ns};
}

/* ---- order ---- */

bool
stream_has_hole(const struct stream *s)
{
	return s->started && pieces_total(&s->pending) != 0;
}

static int32_t
distance(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static void
gap(struct stream *s, uint32_t missing, unsigned fault, struct stream_context *c)
{
	stream_finish(s, fault, c);
	stream_lost(s, missing);
	if (s->kind == STREAM_SIP) {
		c->counts->holes++;
		c->counts->lost_bytes += missing;
	}
}

/* Delivers what is in order by now. */
static void
drain(struct stream *s, struct stream_context *c)
{
	struct piece *p;
	uint32_t skip;
	struct slice bytes;
	bool referred;

	/* Each round takes a piece. */
	while ((p = pieces_peek(&s->pending)) != NULL && distance(p->at, s->next) <= 0) {
		(void)pieces_take(&s->pending);
		skip = s->next - p->at;
		if (skip >= p->length) {
			free(p);
			continue;
		}
		s->next = p->at + p->length;
		bytes = slice_tail(slice_of(p->bytes, p->n), skip);
		referred = stream_deliver(s, bytes, &p->source, p->differs, c);
		if (p->n < p->length && !stream_is_mute(s))
			gap(s, p->length - (p->n > skip ? p->n : skip), RECORD_CUT, c);
		if (referred)
			records_keep(c->records, p);
		else
			free(p);
		if (stream_is_mute(s))
			return;
	}
	s->hole_ns = c->clock_ns;
}

void
stream_skip_hole(struct stream *s, struct stream_context *c)
{
	const struct piece *p = pieces_peek(&s->pending);
	bool filled = c->filled;

	if (p == NULL || !s->started)
		return;
	c->filled = false;
	if (distance(p->at, s->next) > 0) {
		gap(s, p->at - s->next, RECORD_GAP, c);
		s->next = p->at;
	}
	drain(s, c);
	c->filled = filled;
}

static void
fin_reached(struct stream *s, struct stream_context *c)
{
	if (!s->started || !s->fin || s->next != s->fin_at)
		return;
	s->next++; /* a FIN has a number: RFC 9293 3.4 */
	s->fin = false;
	stream_finish(s, RECORD_UNFINISHED, c);
}

void
stream_start(struct stream *s, uint32_t at, struct stream_context *c)
{
	bool filled = c->filled;

	s->started = true;
	s->first = s->next = at;
	c->filled = false;
	drain(s, c);
	c->filled = filled;
	fin_reached(s, c);
}

void
stream_start_held(struct stream *s, bool late, struct stream_context *c)
{
	const struct piece *p = pieces_peek(&s->pending);

	if (s->started || p == NULL)
		return;
	if (late || pieces_total(&s->pending) >= STREAM_START_MAX ||
	    (s->acked && distance(s->ack, p->at) >= 0))
		stream_start(s, p->at, c);
}

void
stream_flush(struct stream *s, struct stream_context *c)
{
	stream_start_held(s, true, c);
	/* Each round takes a piece at least. */
	while (stream_has_hole(s))
		stream_skip_hole(s, c);
	stream_finish(s, RECORD_UNFINISHED, c);
}

/* The connection goes on somewhere else: another one on the same ports, whose SYN is not in the
 * capture, or the capture lost more than a window. */
static void
restart(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
{
	stream_flush(s, c);
	s->kind = STREAM_UNDECIDED;
	s->framer = (struct framer){.wanted = s->framer.wanted};
	s->websocket = (struct wsframer){.wanted = s->websocket.wanted};
	s->from_syn = s->fin = s->acked = false;
	s->started = true;
	s->first = s->next = seg->at;
}

/* Octets that were delivered before: are they the same? Those of an unfinished message are still
 * there; of others, whole segments are known by their hash. */
static void
compare_repeat(struct stream *s, const struct stream_segment *seg,
               struct stream_context *c)
{
	struct slice have = slice_of(s->residue, s->residue_n), again = seg->bytes;
	uint32_t at = s->next - (uint32_t)s->residue_n;
	const struct stream_recent *r;
	bool differs = false;
	size_t i;

	c->counts->retransmitted++;
	for (i = 0; i < STREAM_RECENT; i++) {
		r = &s->recent[i];
		if (r->length != 0 && r->at == seg->at && r->length == seg->bytes.n &&
		    r->hash != mix(c->hash_key, seg->bytes))
			differs = true;
	}
	if (distance(seg->at, at) < 0)
		again = slice_tail(again, at - seg->at);
	else
		have = slice_tail(have, seg->at - at);
	again = slice_head(again, have.n);
	have = slice_head(have, again.n);
	if (again.n != 0 && memcmp(again.p, have.p, again.n) != 0) {
		differs = true;
		if (s->marks_total != 0)
			s->marks[s->marks_total - 1].differs = true;
	}
	if (differs)
		c->counts->overlaps++;
}

static void
remember_recent(struct stream *s, const struct stream_segment *seg,
                const struct stream_context *c)
{
	s->recent[s->recent_next] = (struct stream_recent){
	    seg->at, (uint32_t)seg->bytes.n, mix(c->hash_key, seg->bytes)};
	s->recent_next = (uint8_t)((s->recent_next + 1) % STREAM_RECENT);
}

static void
hold(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
{
	const struct piece *p = pieces_peek(&s->pending);
	struct pieces_added added;
	int32_t d = p != NULL ? distance(seg->at, p->at) : 0;

	if (d > RANGE || d < -RANGE)
		return;
	if (p == NULL)
		s->hole_ns = c->clock_ns;
	if (seg->differs)
		c->counts->overlaps++;
	if (!pieces_add(&s->pending, seg->at, seg->bytes, seg->length, &c->now, &added))
		c->records->dropped++;
	if (added.covered != 0)
		c->counts->retransmitted++;
	if (added.differs)
		c->counts->overlaps++;
}

static bool
is_start(struct slice bytes)
{
	return bytes.n != 0 &&
	       (sip_probe(bytes) == DIS_OK || wsframer_probe(bytes) == DIS_OK);
}

void
stream_data(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
{
	struct stream_segment in = *seg;
	int32_t ahead, end;

	if (stream_is_mute(s)) {
		/* Cheap, and for streams whose beginning is not in the capture the only chance. */
		if (s->from_syn)
			return;
		if (!s->framer.wanted && tls_probe(in.bytes) == DIS_OK)
			s->kind = STREAM_ENCRYPTED;
		if (!is_start(in.bytes))
			return;
		restart(s, &in, c);
	}
	if (!s->started) {
		/* A keep-alive probe is an octet of nothing: RFC 9293 3.8.4. */
		if (in.length == 1 && in.bytes.n == 1 && in.bytes.p[0] == 0)
			return;
		hold(s, &in, c);
		stream_start_held(s, false, c);
		return;
	}
	ahead = distance(in.at, s->next);
	end = distance(in.at + in.length, s->next);
	if (ahead > FAR || end < -BEHIND ||
	    (end < 0 && distance(in.at, s->first) < -NEAR)) {
		if (!is_start(in.bytes))
			return;
		restart(s, &in, c);
		ahead = 0;
		end = (int32_t)in.length;
	}
	if (end <= 0) {
		compare_repeat(s, &in, c);
		return;
	}
	if (ahead < 0) {
		compare_repeat(s, &in, c);
		in.bytes = slice_tail(in.bytes, (size_t)-ahead);
		in.length -= (uint32_t)-ahead;
		in.at = s->next;
	}
	c->filled = true;
	if (ahead <= 0 && pieces_total(&s->pending) == 0) {
		s->next = in.at + in.length;
		(void)stream_deliver(s, in.bytes, &c->now, in.differs, c);
		if (in.bytes.n < in.length && !stream_is_mute(s))
			gap(s, in.length - (uint32_t)in.bytes.n, RECORD_CUT, c);
		if (!stream_is_mute(s))
			remember_recent(s, &in, c);
	} else {
		if (ahead > 0)
			c->counts->out_of_order++;
		hold(s, &in, c);
		if (ahead <= 0)
			drain(s, c);
	}
	c->filled = false;
	/* Each round takes a piece at least. */
	while (s->pending.held > c->limits->max[LIMIT_STREAM_PENDING]) {
		c->limits->dropped[LIMIT_STREAM_PENDING]++;
		stream_skip_hole(s, c);
	}
	fin_reached(s, c);
}

void
stream_acked(struct stream *s, uint32_t ack, struct stream_context *c)
{
	if (stream_is_mute(s))
		return;
	if (!s->acked || distance(ack, s->ack) > 0)
		s->ack = ack;
	s->acked = true;
	stream_start_held(s, false, c);
}

void
stream_answered(struct stream *s, struct stream_context *c)
{
	if (s->residue_n != 0 && s->framer.mode == FRAMER_UNTIL &&
	    pieces_total(&s->pending) == 0)
		stream_finish(s, RECORD_UNFINISHED, c);
}

void
stream_fin(struct stream *s, uint32_t at, struct stream_context *c)
{
	s->fin = true;
	s->fin_at = at;
	fin_reached(s, c);
}

/* Looks on for SIP, in the way in which it travels in the other direction. */
static void
want(struct stream *s, bool websocket)
{
	s->framer.wanted = true;
	s->websocket.wanted = s->websocket.wanted || websocket;
	if (stream_is_mute(s)) {
		s->kind = STREAM_UNDECIDED;
		s->started = s->fin = false;
		s->framer =
		    (struct framer){.wanted = true, .mode = FRAMER_SEARCH, .lost = true};
		s->websocket = (struct wsframer){.wanted = websocket};
	}
}

void
stream_follow(struct stream *s, const struct stream *other)
{
	if (s->framer.wanted)
		return;
	if (other->kind == STREAM_SIP)
		want(s, other->websocket.mode != WSFRAMER_OFF);
	/* Not before it brought something: a new connection is told by that. */
	else if (other->kind == STREAM_ENCRYPTED && stream_is_mute(other) && s->talked &&
	         (s->kind == STREAM_UNDECIDED || s->kind == STREAM_OTHER))
		stream_mute(s, STREAM_ENCRYPTED);
}

bool
stream_is_mute(const struct stream *s)
{
	return s->kind == STREAM_OTHER ||
	       (s->kind == STREAM_ENCRYPTED && s->websocket.mode == WSFRAMER_OFF);
}
