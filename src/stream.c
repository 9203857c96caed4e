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
	/* So many wrong checksums and no right one: they are made behind the capture. */
	SUMS_OFFLOADED = 3,
};

size_t
stream_held(const struct stream *s)
{
	return s->pending.held + (s->doubtful != NULL ? s->doubtful->held : 0) +
	       s->residue_room + s->marks_room * sizeof(struct stream_mark);
}

static void
doubtful_free(struct stream *s)
{
	if (s->doubtful != NULL)
		pieces_free(s->doubtful);
	free(s->doubtful);
	s->doubtful = NULL;
}

void
stream_clear(struct stream *s)
{
	struct stream old = *s;

	pieces_free(&s->pending);
	doubtful_free(s);
	free(s->recent);
	stream_drop_residue(s);
	*s = (struct stream){.src = old.src,
	                     .dst = old.dst,
	                     .wait_older = old.wait_older,
	                     .wait_newer = old.wait_newer,
	                     .queue = old.queue,
	                     .wait_ns = old.wait_ns,
	                     .sums_tell = old.sums_tell,
	                     .sums_wrong = old.sums_wrong};
}

/* ---- order ---- */

bool
stream_has_hole(const struct stream *s)
{
	return s->started && (pieces_total(&s->pending) != 0 || s->doubtful != NULL);
}

bool
stream_awaits_start(const struct stream *s)
{
	return !s->started && (pieces_total(&s->pending) != 0 || s->doubtful != NULL);
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

/* ---- segments that came before ---- */

static bool
in_list(const uint64_t *frames, uint32_t n, uint64_t frame)
{
	uint32_t i;

	for (i = 0; i < n && frames[i] < frame; i++)
		;
	return i < n && frames[i] == frame;
}

/* In which of the messages that came out by now were these segments? */
static void
recent_messages(struct stream *s, const struct stream_context *c)
{
	const struct records *rs = c->records;
	struct stream_recent *r;
	size_t i, k;

	if (s->recent == NULL || rs->total == 0)
		return;
	for (k = 0; k < STREAM_RECENT; k++) {
		r = &s->recent[k];
		for (i = 0; r->message == 0 && i < rs->total; i++)
			if (rs->row[i].capture == r->source.capture &&
			    in_list(rs->row[i].frames, rs->row[i].frames_total,
			            r->source.frame))
				r->message = rs->row[i].frame;
	}
}

static void
recent_add(struct stream *s, uint32_t at, struct slice bytes,
           const struct piece_source *source, const struct stream_context *c)
{
	if (s->recent == NULL)
		s->recent = calloc(STREAM_RECENT, sizeof(*s->recent));
	if (s->recent == NULL)
		return;
	s->recent[s->recent_next] = (struct stream_recent){
	    .at = at,
	    .length = (uint32_t)bytes.n,
	    .hash = mix(c->hash_key, bytes),
	    .source = *source,
	};
	s->recent_next = (uint8_t)((s->recent_next + 1) % STREAM_RECENT);
}

/* The same segment with other octets. Told once; of a message under way the marks tell it. */
static void
conflict(const struct stream *s, struct stream_recent *r, struct stream_context *c)
{
	uint64_t again = r->source.capture == c->now.capture ? c->now.frame : 0;

	if (r->told || r->message == 0 || s->kind != STREAM_SIP)
		return;
	r->told = c->conflicted = true;
	c->conflict = (struct transport_conflict){.capture = r->source.capture,
	                                          .frame = r->message,
	                                          .again = again,
	                                          .time_ns = r->source.time_ns};
}

/* Octets that were delivered before: are they the same? Those of an unfinished message are still
 * there; of others, whole segments are known by their hash. */
static void
compare_repeat(struct stream *s, const struct stream_segment *seg,
               struct stream_context *c)
{
	struct slice have = slice_of(s->residue, s->residue_n), again = seg->bytes;
	uint32_t at = s->next - (uint32_t)s->residue_n;
	struct stream_recent *r;
	bool differs = false;
	size_t i;

	c->counts->retransmitted++;
	for (i = 0; s->recent != NULL && i < STREAM_RECENT; i++) {
		r = &s->recent[i];
		if (r->length != 0 && r->at == seg->at && r->length == seg->bytes.n &&
		    r->hash != mix(c->hash_key, seg->bytes)) {
			conflict(s, r, c);
			differs = true;
		}
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

/* ---- octets in order ---- */

static bool
is_start(struct slice bytes)
{
	return bytes.n != 0 &&
	       (sip_probe(bytes) == DIS_OK || wsframer_probe(bytes) == DIS_OK);
}

/* Where the start is not in the capture, the first octet may have been a keep-alive probe's, which
 * means nothing (RFC 9293 3.8.4), before the first message. */
static void
forget_probe(struct stream *s, uint32_t at, struct slice bytes)
{
	if (s->from_syn || at - s->first != 1 || !is_start(bytes) ||
	    !(slice_starts(bytes, SLICE("SIP/")) ||
	      sip_method_known(slice_head(bytes, slice_index(bytes, ' ')))))
		return;
	stream_drop_residue(s);
	s->framer = (struct framer){.wanted = s->framer.wanted, .blind = true};
}

/* They have the number `at`. Returns whether records point into them afterwards. */
static bool
deliver(struct stream *s, uint32_t at, struct slice bytes,
        const struct piece_source *source, bool differs, struct stream_context *c)
{
	bool referred;

	forget_probe(s, at, bytes);
	referred = stream_deliver(s, bytes, source, differs, c);
	if (stream_is_mute(s))
		doubtful_free(s);
	else if (bytes.n != 0)
		recent_add(s, at, bytes, source, c);
	return referred;
}

/* Doubtful ones that better ones came for are done with. */
static void
doubtful_trim(struct stream *s)
{
	const struct piece *p;

	/* Each round takes a piece. */
	while (s->doubtful != NULL && (p = pieces_peek(s->doubtful)) != NULL &&
	       distance(p->at + p->length, s->next) <= 0)
		free(pieces_take(s->doubtful));
	if (s->doubtful != NULL && pieces_total(s->doubtful) == 0)
		doubtful_free(s);
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
		referred = deliver(s, p->at + skip, bytes, &p->source, p->differs, c);
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
	doubtful_trim(s);
}

/* Nothing better comes for the doubtful ones that end before `until`; all: for any. They fill what
 * is missing; where there is something, that stays. */
static void
doubtful_accept(struct stream *s, bool all, uint32_t until, struct stream_context *c)
{
	struct pieces_added added;
	struct piece *p;

	/* Each round takes a piece. */
	while (s->doubtful != NULL && (p = pieces_peek(s->doubtful)) != NULL &&
	       (all || distance(p->at + p->length, until) <= 0)) {
		(void)pieces_take(s->doubtful);
		if (!pieces_add(&s->pending, p->at, slice_of(p->bytes, p->n), p->length,
		                &p->source, &added))
			c->records->dropped++;
		if (p->differs)
			pieces_mark(&s->pending, p->at, p->length);
		free(p);
	}
	if (s->doubtful != NULL && pieces_total(s->doubtful) == 0)
		doubtful_free(s);
}

void
stream_skip_hole(struct stream *s, struct stream_context *c)
{
	const struct piece *p;
	bool filled = c->filled;

	if (!stream_has_hole(s))
		return;
	c->filled = false;
	doubtful_accept(s, true, 0, c);
	p = pieces_peek(&s->pending);
	if (p != NULL && distance(p->at, s->next) > 0) {
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
	s->closed = true;
	stream_finish(s, RECORD_UNFINISHED, c);
}

void
stream_start(struct stream *s, uint32_t at, struct stream_context *c)
{
	bool filled = c->filled;

	s->started = true;
	s->framer.blind = !s->from_syn;
	s->first = s->next = at;
	c->filled = false;
	drain(s, c);
	c->filled = filled;
	fin_reached(s, c);
}

void
stream_start_held(struct stream *s, bool late, struct stream_context *c)
{
	const struct piece *p;

	if (s->started)
		return;
	if (late)
		doubtful_accept(s, true, 0, c);
	p = pieces_peek(&s->pending);
	if (p == NULL)
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
	s->framer = (struct framer){.wanted = s->framer.wanted, .blind = true};
	s->websocket = (struct wsframer){.wanted = s->websocket.wanted};
	s->from_syn = s->fin = s->acked = s->closed = false;
	s->started = true;
	s->first = s->next = seg->at;
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
	if (!pieces_add(&s->pending, seg->at, seg->bytes, seg->length, &c->now, &added))
		c->records->dropped++;
	if (added.covered != 0)
		c->counts->retransmitted++;
	if (seg->differs)
		pieces_mark(&s->pending, seg->at, seg->length);
	if (added.differs || seg->differs)
		c->counts->overlaps++;
}

/* A segment whose checksum is wrong where others' are right: its receiver drops it, and the sender
 * repeats it. Kept for the case that neither is in the capture, or that it was right on the wire. */
static void
doubt(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
{
	struct pieces_added added;

	if (s->started && distance(seg->at + seg->length, s->next) <= 0) {
		compare_repeat(s, seg, c);
		return;
	}
	if (s->started && distance(seg->at, s->next) > FAR)
		return;
	if (stream_held(s) > c->limits->max[LIMIT_STREAM_PENDING]) {
		c->limits->dropped[LIMIT_STREAM_PENDING]++;
		return;
	}
	if (s->doubtful == NULL)
		s->doubtful = calloc(1, sizeof(*s->doubtful));
	if (s->doubtful == NULL)
		return;
	if (!stream_has_hole(s))
		s->hole_ns = c->clock_ns;
	if (!pieces_add(s->doubtful, seg->at, seg->bytes, seg->length, &c->now, &added))
		c->records->dropped++;
	if (pieces_compare(&s->pending, seg->at, seg->bytes))
		c->counts->overlaps++;
	if (s->acked && distance(s->ack, seg->at + seg->length) >= 0)
		stream_acked(s, s->ack, c);
}

/* RFC 9293 3.8.4: the last octet once more, or any octet in its place. */
static bool
is_probe(const struct stream *s, const struct stream_segment *seg)
{
	if (seg->length != 1)
		return false;
	if (s->started)
		return distance(seg->at, s->next) == -1;
	return (seg->bytes.n == 1 && seg->bytes.p[0] == 0) ||
	       (s->acked && seg->at + 1 == s->ack);
}

/* Can it not be of this connection? */
static bool
is_elsewhere(const struct stream *s, const struct stream_segment *seg)
{
	int32_t ahead = distance(seg->at, s->next);
	int32_t end = distance(seg->at + seg->length, s->next);

	if (ahead > FAR || end < -BEHIND ||
	    (end < 0 && distance(seg->at, s->first) < -NEAR))
		return true;
	return ahead > 0 &&
	       (s->closed || (s->fin && distance(seg->at, s->fin_at) >= 0)) &&
	       is_start(seg->bytes);
}

/* In order: the common case. */
static void
next_data(struct stream *s, const struct stream_segment *in, struct stream_context *c)
{
	if (in->differs)
		c->counts->overlaps++;
	s->next = in->at + in->length;
	(void)deliver(s, in->at, in->bytes, &c->now, in->differs, c);
	if (in->bytes.n < in->length && !stream_is_mute(s))
		gap(s, in->length - (uint32_t)in->bytes.n, RECORD_CUT, c);
	doubtful_trim(s);
}

void
stream_data(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
{
	struct stream_segment in = *seg;
	int32_t ahead;

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
	if (is_probe(s, &in)) {
		c->counts->keepalives++;
		ledger_skip(c->ledger, (struct origin){c->now.capture, c->now.frame},
		            SKIP_KEEPALIVE);
		return;
	}
	if (in.doubtful) {
		doubt(s, &in, c);
		return;
	}
	if (s->doubtful != NULL && pieces_compare(s->doubtful, in.at, in.bytes))
		in.differs = true;
	if (!s->started) {
		hold(s, &in, c);
		stream_start_held(s, false, c);
		return;
	}
	if (is_elsewhere(s, &in)) {
		if (!is_start(in.bytes))
			return;
		restart(s, &in, c);
	}
	if (distance(in.at + in.length, s->next) <= 0) {
		compare_repeat(s, &in, c);
		return;
	}
	ahead = distance(in.at, s->next);
	if (ahead < 0) {
		compare_repeat(s, &in, c);
		in.bytes = slice_tail(in.bytes, (size_t)-ahead);
		in.length -= (uint32_t)-ahead;
		in.at = s->next;
	}
	c->filled = true;
	if (ahead <= 0 && pieces_total(&s->pending) == 0) {
		next_data(s, &in, c);
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
	recent_messages(s, c);
}

/* What the peer has acknowledged it has, so it was right on the wire: it was put together by the
 * card of the capturing machine, which leaves the sum of the first part, or none. */
static void
doubtful_acked(struct stream *s, struct stream_context *c)
{
	doubtful_accept(s, false, s->ack, c);
	if (s->started) {
		drain(s, c);
		fin_reached(s, c);
	}
}

void
stream_acked(struct stream *s, uint32_t ack, struct stream_context *c)
{
	if (stream_is_mute(s))
		return;
	if (!s->acked || distance(ack, s->ack) > 0)
		s->ack = ack;
	s->acked = true;
	if (s->doubtful != NULL)
		doubtful_acked(s, c);
	stream_start_held(s, false, c);
}

bool
stream_sum(struct stream *s, enum stream_sum sum, struct stream_context *c)
{
	if (sum == SUM_RIGHT) {
		s->sums_tell = s->sums_tell || s->sums_wrong < SUMS_OFFLOADED;
		return false;
	}
	if (s->sums_tell)
		return true;
	if (sum == SUM_WRONG_SYN)
		s->sums_wrong = SUMS_OFFLOADED;
	else if (s->sums_wrong < SUMS_OFFLOADED)
		s->sums_wrong++;
	if (s->sums_wrong < SUMS_OFFLOADED)
		return true;
	doubtful_accept(s, true, 0, c);
	if (s->started)
		drain(s, c);
	return false;
}

void
stream_answered(struct stream *s, struct stream_context *c)
{
	if (s->residue_n != 0 && s->framer.mode == FRAMER_UNTIL &&
	    pieces_total(&s->pending) == 0)
		stream_finish(s, RECORD_UNFINISHED, c);
}

void
stream_reset(struct stream *s, struct stream_context *c)
{
	stream_flush(s, c);
	s->closed = true;
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
