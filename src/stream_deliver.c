#include "src/stream_own.h"

#include <stdlib.h>

#include "dissect/kind.h"
#include "dissect/sip.h"

enum {
	RESIDUE_FIRST = 128,
	MARKS_FIRST = 2,
};

void
stream_drop_residue(struct stream *s)
{
	free(s->residue);
	free(s->marks);
	s->residue = NULL;
	s->marks = NULL;
	s->residue_n = s->residue_room = 0;
	s->marks_total = s->marks_room = 0;
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

static void
use(struct stream_context *c, const struct piece_source *source)
{
	ledger_use(c->ledger, (struct origin){source->capture, source->frame});
}

/* o->n octets, on the stream, carry the message, bytes. d is NULL when nothing came: all octets are
 * residue. False if there is no room for it. */
static bool
emit(struct stream *s, struct slice bytes, const struct framer_out *o,
     const struct delivery *d, struct stream_context *c)
{
	uint64_t frames[RECORD_FRAMES_MAX + 2];
	size_t total = 0, from = d != NULL ? d->used : 0, to = from + o->n, start = 0;
	bool differs = false, current = d != NULL && to > d->before;
	const struct piece_source *last = current ? &d->source : NULL;
	struct record r = {.bytes = bytes,
	                   .src = s->src,
	                   .dst = s->dst,
	                   .carrier = CARRIER_TCP,
	                   .inner = s->websocket.mode != WSFRAMER_OFF};
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
		last =
		    &c->now; /* the frame that filled the hole, or that nothing is known of */
	for (i = 0, start = 0; i < s->marks_total; start = s->marks[i].end, i++) {
		if (s->marks[i].end <= from || start >= to)
			continue;
		use(c, &s->marks[i].source);
		if (s->marks[i].source.capture == last->capture &&
		    total < RECORD_FRAMES_MAX - 2)
			frame_list_add(frames, &total, s->marks[i].source.frame);
	}
	if (current)
		use(c, &d->source);
	use(c, last);
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

/* A message of a WebSocket is a record if it is SIP. RFC 7118 4.2: each is in one of its own; empty
 * lines alone keep the connection open (RFC 5626 4.4.1). */
static void
emit_joined(struct stream *s, struct slice raw, const struct framer_out *o,
            const struct delivery *d, struct stream_context *c)
{
	uint8_t *block = malloc(raw.n);
	struct slice bytes;
	size_t head;

	if (block == NULL) {
		c->records->dropped++;
		return;
	}
	bytes = slice_of(block, wsframer_join(raw, block));
	while (bytes.n != 0 && (bytes.p[0] == '\r' || bytes.p[0] == '\n'))
		bytes = slice_tail(bytes, 1);
	if ((o->faults & RECORD_TOO_LONG) != 0 && sip_head_end(bytes, 0, &head) == DIS_OK)
		bytes = slice_head(bytes, head);
	if (sip_probe(bytes) == DIS_OK && emit(s, bytes, o, d, c)) {
		records_keep(c->records, block);
		s->websocket.found = s->websocket.wanted = true;
		return;
	}
	if (bytes.n == 0)
		c->counts->keepalives++;
	wsframer_refuse(&s->websocket, o);
	free(block);
}

/* Of the view's first o->n octets. Does the record point into them? */
static bool
emit_next(struct stream *s, struct slice view, const struct framer_out *o,
          const struct delivery *d, struct stream_context *c)
{
	struct slice raw = slice_head(view, o->n);

	if (s->websocket.mode == WSFRAMER_OFF)
		return emit(s, raw, o, d, c);
	emit_joined(s, raw, o, d, c);
	return false;
}

/* ---- delivery ---- */

void
stream_mute(struct stream *s, enum stream_kind kind)
{
	s->kind = kind;
	s->websocket.mode = WSFRAMER_OFF;
	pieces_free(&s->pending);
	stream_drop_residue(s);
}

/* The view's first n octets are done with. */
static void
consume(struct stream *s, struct slice *view, size_t *edge, struct delivery *d, size_t n)
{
	*view = slice_tail(*view, n);
	*edge = *edge != FRAMER_NOWHERE && n <= *edge ? *edge - n : FRAMER_NOWHERE;
	if (n != 0)
		s->websocket.opening = *edge == 0;
	d->used += n;
}

void
stream_lost(struct stream *s, uint64_t missing)
{
	if (s->websocket.mode == WSFRAMER_OFF)
		framer_gap(&s->framer, missing);
	else
		wsframer_gap(&s->websocket, missing);
}

/* Where a segment begins that is no SIP, so may a WebSocket, or what cannot be read. */
static enum dis
open_view(struct stream *s, struct slice view)
{
	enum dis answer = wsframer_open(&s->websocket, view);

	if (answer == DIS_OTHER && !s->framer.wanted) {
		answer = tls_probe(view);
		if (answer == DIS_OK)
			stream_mute(s, STREAM_ENCRYPTED);
	}
	s->websocket.opening = answer == DIS_MORE;
	return answer;
}

static enum framer_step
next_step(struct stream *s, struct slice view, size_t edge, struct stream_context *c,
          struct framer_out *o)
{
	if (view.n != 0 && s->websocket.opening && !s->framer.found &&
	    open_view(s, view) == DIS_MORE)
		return FRAMER_MORE;
	if (s->kind == STREAM_ENCRYPTED && s->websocket.mode == WSFRAMER_OFF)
		return FRAMER_OTHER;
	if (s->websocket.mode != WSFRAMER_OFF)
		return wsframer_step(&s->websocket, view, c->limits, o);
	return framer_step(&s->framer, view, edge, c->limits, c->scratch, o);
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
		stream_drop_residue(s);
		stream_lost(s, view.n);
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
		stream_drop_residue(s);
}

bool
stream_deliver(struct stream *s, struct slice bytes, const struct piece_source *source,
               bool differs, struct stream_context *c)
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
	    framer_interrupted(&s->framer, slice_of(s->residue, s->residue_n), bytes,
	                       c->scratch, &o)) {
		if (emit(s, slice_of(s->residue, s->residue_n), &o, NULL, c)) {
			records_keep(c->records, s->residue);
			s->residue = NULL;
		}
		stream_drop_residue(s);
	}
	if (s->residue_n == 0) {
		s->websocket.opening = s->websocket.mode == WSFRAMER_OFF;
		s->websocket.scan = 0;
	} else {
		d.before = edge = s->residue_n;
		if (!residue_add(s, bytes)) {
			stream_drop_residue(s);
			stream_lost(s, bytes.n);
			return false;
		}
		view = slice_of(s->residue, s->residue_n);
	}
	/* Each round consumes an octet at least. */
	while ((step = next_step(s, view, edge, c, &o)) != FRAMER_MORE) {
		if (step == FRAMER_OTHER) {
			if (!stream_is_mute(s))
				stream_mute(s, STREAM_OTHER);
			return false;
		}
		if (step == FRAMER_MESSAGE) {
			d.referred = emit_next(s, view, &o, &d, c) || d.referred;
		} else if (s->websocket.mode == WSFRAMER_OFF &&
		           s->framer.mode == FRAMER_START && o.n == bytes.n &&
		           d.before == 0) {
			c->counts->keepalives++;
			ledger_skip(c->ledger,
			            (struct origin){source->capture, source->frame},
			            SKIP_KEEPALIVE);
		}
		consume(s, &view, &edge, &d, o.n);
	}
	if (s->framer.found || s->websocket.found)
		s->kind = STREAM_SIP;
	else if (s->websocket.compressed)
		s->kind = STREAM_ENCRYPTED;
	/* More frames than a record names may carry a message. */
	if (view.n != 0 && s->websocket.mode == WSFRAMER_OFF &&
	    s->framer.mode != FRAMER_START && s->framer.mode != FRAMER_SEARCH)
		use(c, source);
	settle(s, view, &d, c);
	return d.referred && d.before == 0;
}

static enum framer_step
last_step(struct stream *s, struct slice view, unsigned fault, struct stream_context *c,
          struct framer_out *o)
{
	if (s->websocket.mode != WSFRAMER_OFF)
		return wsframer_finish(&s->websocket, view, fault, o);
	return framer_finish(&s->framer, view, fault, c->limits, c->scratch, o);
}

void
stream_finish(struct stream *s, unsigned fault, struct stream_context *c)
{
	struct slice view = slice_of(s->residue, s->residue_n);
	struct delivery d = {.before = s->residue_n};
	struct framer_out o;
	enum framer_step step;
	bool referred = false;

	/* Each round consumes an octet at least. */
	while (view.n != 0) {
		step = last_step(s, view, fault, c, &o);
		if (step == FRAMER_MESSAGE)
			referred = emit_next(s, view, &o, &d, c) || referred;
		d.used += o.n;
		view = slice_tail(view, o.n);
		/* Messages that a wrong length had swallowed: whole ones first. */
		while (view.n != 0 &&
		       (step = framer_step(&s->framer, view, 0, c->limits, c->scratch,
		                           &o)) != FRAMER_MORE &&
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
	stream_drop_residue(s);
}
