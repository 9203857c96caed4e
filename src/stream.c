#include "src/stream.h"

#include <stdlib.h>

#include "dissect/sip.h"
#include "src/mix.h"

enum {
	RESIDUE_FIRST = 128,
	MARKS_FIRST = 2,
	NEAR = 65536,       /* octets that a late segment may lie before the first one seen */
	FAR = 64 << 20,     /* octets ahead: beyond what windows of such connections hold */
	BEHIND = 4 << 20,   /* octets back: no retransmission is so late */
	RANGE = 1 << 30,    /* what pieces can span */
};

size_t
stream_held(const struct stream *s)
{
	return s->pending.held + s->residue_room + s->marks_room * sizeof(struct stream_mark);
}

static void
residue_drop(struct stream *s)
{
	free(s->residue);
	free(s->marks);
	s->residue = NULL;
	s->marks = NULL;
	s->residue_n = s->residue_room = 0;
	s->marks_total = s->marks_room = 0;
}

void
stream_clear(struct stream *s)
{
	struct stream old = *s;

	pieces_free(&s->pending);
	residue_drop(s);
	*s = (struct stream){.src = old.src,
			     .dst = old.dst,
			     .wait_older = old.wait_older,
			     .wait_newer = old.wait_newer,
			     .queue = old.queue,
			     .wait_ns = old.wait_ns};
}

/* ---- residue ---- */

static bool
residue_add(struct stream *s, struct slice bytes)
{
	size_t room = s->residue_room ? s->residue_room : RESIDUE_FIRST;
	uint8_t *p;

	if (bytes.n > s->residue_room - s->residue_n) {
		/* Bounded by LIMIT_MESSAGE_BYTES and a segment. */
		while (room < s->residue_n + bytes.n)
			room *= 2;
		p = realloc(s->residue, room);
		if (p == NULL)
			return false;
		s->residue = p;
		s->residue_room = room;
	}
	memcpy(s->residue + s->residue_n, bytes.p, bytes.n);
	s->residue_n += bytes.n;
	return true;
}

/* So many as a record can name; the last one stands for all beyond. */
static void
mark_add(struct stream *s, const struct piece_source *source, bool differs)
{
	struct stream_mark *p, *last;
	uint32_t room;

	if (s->marks_total == s->marks_room && s->marks_total < RECORD_FRAMES_MAX) {
		room = s->marks_room ? s->marks_room * 2 : MARKS_FIRST;
		p = realloc(s->marks, room * sizeof(*p));
		if (p != NULL) {
			s->marks = p;
			s->marks_room = room;
		}
	}
	if (s->marks_total < s->marks_room)
		s->marks[s->marks_total++] = (struct stream_mark){.differs = false};
	if (s->marks_total == 0)
		return;
	last = &s->marks[s->marks_total - 1];
	last->end = s->residue_n;
	last->source = *source;
	last->differs = last->differs || differs;
}

/* ---- records ---- */

/* One delivery: octets in order, from one frame. */
struct delivery {
	struct slice bytes;
	struct piece_source source;
	bool differs;
	size_t before; /* octets of residue that stood before them */
	size_t used;   /* octets of both that went already */
	bool referred; /* a record points to where the view stands */
};

static bool
later(const struct piece_source *a, const struct piece_source *b)
{
	if (a->capture != b->capture || a->frame == b->frame)
		return a->time_ns > b->time_ns;
	return a->frame > b->frame;
}

/* Ascending, each once; there are few, and they are nearly sorted. */
static void
frame_list_add(uint64_t *list, size_t *n, uint64_t frame)
{
	size_t i = *n;

	while (i > 0 && list[i - 1] > frame)
		i--;
	if (i > 0 && list[i - 1] == frame)
		return;
	memmove(&list[i + 1], &list[i], (*n - i) * sizeof(list[0]));
	list[i] = frame;
	*n += 1;
}

/* d is NULL when nothing came: all octets are residue. False if there is no room for it. */
static bool
emit(struct stream *s, struct slice bytes, const struct framer_out *o,
     const struct delivery *d, struct stream_context *c)
{
	uint64_t frames[RECORD_FRAMES_MAX + 2];
	size_t total = 0, from = d != NULL ? d->used : 0, to = from + bytes.n, start = 0;
	bool differs = false, current = d != NULL && to > d->before;
	const struct piece_source *last = current ? &d->source : NULL;
	struct record r = {.bytes = bytes, .src = s->src, .dst = s->dst, .carrier = CARRIER_TCP};
	uint32_t i;

	if (current)
		differs = d->differs;
	for (i = 0; i < s->marks_total; start = s->marks[i].end, i++) {
		if (s->marks[i].end <= from || start >= to)
			continue;
		if (last == NULL || later(&s->marks[i].source, last))
			last = &s->marks[i].source;
		differs = differs || s->marks[i].differs;
	}
	if (last == NULL || (current && c->filled))
		last = &c->now; /* the frame that filled the hole, or that nothing is known of */
	for (i = 0, start = 0; i < s->marks_total; start = s->marks[i].end, i++)
		if (s->marks[i].end > from && start < to &&
		    s->marks[i].source.capture == last->capture && total < RECORD_FRAMES_MAX - 2)
			frame_list_add(frames, &total, s->marks[i].source.frame);
	if (current && d->source.capture == last->capture)
		frame_list_add(frames, &total, d->source.frame);
	frame_list_add(frames, &total, last->frame);

	if (s->index_frame != last->frame || s->index_capture != last->capture)
		s->index = 0;
	s->index_frame = last->frame;
	s->index_capture = last->capture;
	r.faults = o->faults | (differs ? (unsigned)RECORD_OVERLAP : 0);
	r.skipped = o->skipped;
	r.capture = last->capture;
	r.frame = last->frame;
	r.time_ns = last->time_ns;
	r.multi = total > 1;
	r.index = s->index;
	if (s->index < UINT16_MAX)
		s->index++;
	if ((r.faults & RECORD_RESYNC) != 0)
		c->counts->resyncs++;
	return records_add(c->records, &r, frames, total);
}

/* ---- delivery ---- */

static void
become_other(struct stream *s)
{
	s->kind = STREAM_OTHER;
	pieces_free(&s->pending);
	residue_drop(s);
}

/* The view's first n octets are done with. */
static void
consume(struct slice *view, size_t *edge, struct delivery *d, size_t n)
{
	*view = slice_tail(*view, n);
	*edge = *edge != FRAMER_NOWHERE && n <= *edge ? *edge - n : FRAMER_NOWHERE;
	d->used += n;
}

/* What is left of the view becomes the residue. */
static void
settle(struct stream *s, struct slice view, struct delivery *d, struct stream_context *c)
{
	uint8_t *old = s->residue;
	uint32_t i, kept = 0;
	bool fits;

	if (d->before == 0) {
		fits = view.n == 0 || residue_add(s, view);
	} else if (d->referred) {
		/* A record has the old block. */
		s->residue = NULL;
		s->residue_n = s->residue_room = 0;
		fits = view.n == 0 || residue_add(s, view);
		records_keep(c->records, old);
	} else {
		if (d->used != 0 && view.n != 0)
			memmove(s->residue, view.p, view.n);
		s->residue_n = view.n;
		fits = true;
	}
	if (!fits) {
		residue_drop(s);
		framer_gap(&s->framer, view.n);
		return;
	}
	for (i = 0; i < s->marks_total; i++) {
		if (s->marks[i].end <= d->used || view.n == 0)
			continue;
		s->marks[kept] = s->marks[i];
		s->marks[kept++].end -= d->used;
	}
	s->marks_total = kept;
	if (view.n != 0)
		mark_add(s, &d->source, d->differs);
	else
		residue_drop(s);
}

/* Returns whether records point into `bytes` afterwards. */
static bool
deliver(struct stream *s, struct slice bytes, const struct piece_source *source, bool differs,
	struct stream_context *c)
{
	struct delivery d = {.bytes = bytes, .source = *source, .differs = differs};
	struct framer_out o;
	struct slice view = bytes;
	enum framer_step step;
	size_t edge = 0;

	if (bytes.n == 0)
		return false;
	s->talked = true;
	if (s->residue_n != 0 &&
	    framer_interrupted(&s->framer, slice_of(s->residue, s->residue_n), bytes, c->scratch,
			       &o)) {
		if (emit(s, slice_of(s->residue, s->residue_n), &o, NULL, c)) {
			records_keep(c->records, s->residue);
			s->residue = NULL;
		}
		residue_drop(s);
	}
	if (s->residue_n != 0) {
		d.before = edge = s->residue_n;
		if (!residue_add(s, bytes)) {
			residue_drop(s);
			framer_gap(&s->framer, bytes.n);
			return false;
		}
		view = slice_of(s->residue, s->residue_n);
	}
	/* Each round consumes an octet at least. */
	while ((step = framer_step(&s->framer, view, edge, c->limits, c->scratch, &o)) !=
	       FRAMER_MORE) {
		if (step == FRAMER_OTHER) {
			become_other(s);
			return false;
		}
		if (step == FRAMER_MESSAGE) {
			d.referred = emit(s, slice_head(view, o.n), &o, &d, c) || d.referred;
		} else if (s->framer.mode == FRAMER_START && o.n == bytes.n && d.before == 0) {
			c->counts->keepalives++;
		}
		consume(&view, &edge, &d, o.n);
	}
	if (s->framer.found)
		s->kind = STREAM_SIP;
	settle(s, view, &d, c);
	return d.referred && d.before == 0;
}

/* Ends what is unfinished, for the reason given. */
static void
finish(struct stream *s, unsigned fault, struct stream_context *c)
{
	struct slice view = slice_of(s->residue, s->residue_n);
	struct delivery d = {.before = s->residue_n};
	struct framer_out o;
	enum framer_step step;
	bool referred = false;

	/* Each round consumes an octet at least. */
	while (view.n != 0) {
		step = framer_finish(&s->framer, view, fault, c->scratch, &o);
		if (step == FRAMER_MESSAGE)
			referred = emit(s, slice_head(view, o.n), &o, &d, c) || referred;
		d.used += o.n;
		view = slice_tail(view, o.n);
		/* Messages that a wrong length had swallowed: whole ones first. */
		while (view.n != 0 && (step = framer_step(&s->framer, view, 0, c->limits,
							  c->scratch, &o)) != FRAMER_MORE &&
		       step != FRAMER_OTHER) {
			if (step == FRAMER_MESSAGE)
				referred =
				    emit(s, slice_head(view, o.n), &o, &d, c) || referred;
			d.used += o.n;
			view = slice_tail(view, o.n);
		}
	}
	if (referred) {
		records_keep(c->records, s->residue);
		s->residue = NULL;
	}
	residue_drop(s);
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
	finish(s, fault, c);
	framer_gap(&s->framer, missing);
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
		referred = deliver(s, bytes, &p->source, p->differs, c);
		if (p->n < p->length && s->kind != STREAM_OTHER)
			gap(s, p->length - (p->n > skip ? p->n : skip), RECORD_CUT, c);
		if (referred)
			records_keep(c->records, p);
		else
			free(p);
		if (s->kind == STREAM_OTHER)
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
	finish(s, RECORD_UNFINISHED, c);
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
	finish(s, RECORD_UNFINISHED, c);
}

/* The connection goes on somewhere else: another one on the same ports, whose SYN is not in the
 * capture, or the capture lost more than a window. */
static void
restart(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
{
	stream_flush(s, c);
	s->kind = STREAM_UNDECIDED;
	s->framer = (struct framer){.wanted = s->framer.wanted};
	s->from_syn = s->fin = s->acked = false;
	s->started = true;
	s->first = s->next = seg->at;
}

/* Octets that were delivered before: are they the same? Those of an unfinished message are still
 * there; of others, whole segments are known by their hash. */
static void
compare_repeat(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
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
	s->recent[s->recent_next] =
	    (struct stream_recent){seg->at, (uint32_t)seg->bytes.n, mix(c->hash_key, seg->bytes)};
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
	return bytes.n != 0 && sip_probe(bytes) == DIS_OK;
}

void
stream_data(struct stream *s, const struct stream_segment *seg, struct stream_context *c)
{
	struct stream_segment in = *seg;
	int32_t ahead, end;

	if (s->kind == STREAM_OTHER) {
		/* Cheap, and for streams whose beginning is not in the capture the only chance. */
		if (s->from_syn || !is_start(in.bytes))
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
		(void)deliver(s, in.bytes, &c->now, in.differs, c);
		if (in.bytes.n < in.length && s->kind != STREAM_OTHER)
			gap(s, in.length - (uint32_t)in.bytes.n, RECORD_CUT, c);
		if (s->kind != STREAM_OTHER)
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
	if (s->kind == STREAM_OTHER)
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
		finish(s, RECORD_UNFINISHED, c);
}

void
stream_fin(struct stream *s, uint32_t at, struct stream_context *c)
{
	s->fin = true;
	s->fin_at = at;
	fin_reached(s, c);
}

void
stream_want(struct stream *s)
{
	s->framer.wanted = true;
	if (s->kind == STREAM_OTHER) {
		s->kind = STREAM_UNDECIDED;
		s->started = s->fin = false;
		s->framer = (struct framer){.wanted = true, .mode = FRAMER_SEARCH, .lost = true};
	}
}
