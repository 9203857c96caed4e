#include "src/wsframer.h"

#include "dissect/sip.h"
#include "dissect/websocket.h"
#include "src/record.h"

enum {
	WINDOW = 64,          /* octets of a message that tell whether it may be SIP */
	UNDECIDED_MAX = 4096, /* octets without SIP after which there will be none */
	CONTROL_MAX = 4096,   /* octets of control frames, and of heads, in a message */
};

/* ---- what a message is, by its first octets ---- */

/* The first octets of the payload, unmasked; *whole: there is no need for more. */
static struct slice
window_of(const struct websocket *f, uint8_t window[WINDOW], bool *whole)
{
	struct websocket part = *f;

	part.payload = slice_head(f->payload, WINDOW);
	websocket_unmask(&part, window);
	*whole = part.payload.n == WINDOW || part.payload.n == f->length;
	return slice_of(window, part.payload.n);
}

static bool
begins_message(const struct websocket *f)
{
	return f->opcode == WEBSOCKET_TEXT || f->opcode == WEBSOCKET_BINARY;
}

/* Is there a start line, or what may become one? Of a request it has a URI, and that a scheme. */
static bool
may_be_sip(struct slice start)
{
	return start.n == 0 ||
	       (sip_probe(start) != DIS_OTHER &&
	        (start.n < WINDOW || slice_istarts(slice_trim(start), SLICE("SIP/")) ||
	         slice_index(start, ':') < start.n));
}

/* Octets in any order seldom begin with these. */
static bool
starts_known(struct slice in)
{
	return slice_istarts(in, SLICE("SIP/2.0 ")) ||
	       sip_method_known(slice_head(in, slice_index(in, ' ')));
}

enum dis
wsframer_probe(struct slice in)
{
	uint8_t window[WINDOW];
	struct websocket f;
	struct slice start;
	bool whole;
	enum dis answer = websocket_dissect(in, NULL, &f);

	if (answer != DIS_OK)
		return answer == DIS_MORE && (in.n == 0 || begins_message(&f))
		           ? DIS_MORE
		           : DIS_OTHER;
	if (!begins_message(&f) || f.compressed || f.length == 0)
		return DIS_OTHER;
	start = window_of(&f, window, &whole);
	if (!may_be_sip(start))
		return DIS_OTHER;
	if (!whole)
		return DIS_MORE;
	return starts_known(start) ? DIS_OK : DIS_OTHER;
}

static void
begin(struct wsframer *w, enum wsframer_mode mode)
{
	w->mode = mode;
	w->opening = w->skipping = false;
	w->scan = 0;
	w->taken = w->rest = 0;
}

enum dis
wsframer_open(struct wsframer *w, struct slice view)
{
	struct websocket_hello hello;
	struct websocket f;
	enum dis answer = websocket_hello(view, w->scan, &hello);

	w->scan = answer == DIS_MORE ? view.n : 0;
	if (answer == DIS_OK) {
		begin(w, WSFRAMER_FRAMES);
		w->rest = hello.length;
		w->wanted = w->wanted || hello.sip;
	}
	if (answer != DIS_OTHER)
		return answer;
	answer = wsframer_probe(view);
	/* Where the other side has shown that this is one, a ping, too, is enough. */
	if (answer == DIS_OTHER && w->wanted)
		answer = websocket_dissect(view, NULL, &f);
	if (answer == DIS_OK)
		begin(w, WSFRAMER_FRAMES);
	return answer == DIS_OK || answer == DIS_MORE ? answer : DIS_OTHER;
}

/* ---- steps ---- */

static enum framer_step
skip(size_t n, struct framer_out *out)
{
	out->n = n;
	return FRAMER_SKIP;
}

/* Octets of no frame, or of a message that nobody can put together. */
static enum framer_step
skip_junk(struct wsframer *w, size_t n, struct framer_out *out)
{
	w->lost = true;
	w->skipped += (uint32_t)n;
	w->scan = 0;
	w->taken = 0;
	return skip(n, out);
}

static enum framer_step
skip_rest(struct wsframer *w, struct slice view, struct framer_out *out)
{
	size_t n = view.n < w->rest ? view.n : (size_t)w->rest;

	w->rest -= n;
	return skip(n, out);
}

static uint64_t
size_of(const struct websocket *f)
{
	return f->head + f->length;
}

/* The frame at the view's start is not looked at, nor are those that continue its message. */
static enum framer_step
skip_frame(struct wsframer *w, const struct websocket *f, struct slice view,
           struct framer_out *out)
{
	w->rest = size_of(f);
	if (!websocket_control(f))
		w->skipping = !f->fin;
	return skip_rest(w, view, out);
}

static enum framer_step
message(struct wsframer *w, size_t n, unsigned faults, struct framer_out *out)
{
	out->n = n;
	out->faults = faults;
	if (w->lost)
		out->faults |= RECORD_RESYNC;
	out->skipped = w->skipped;
	w->lost = false;
	w->skipped = 0;
	w->scan = 0;
	w->taken = 0;
	return FRAMER_MESSAGE;
}

void
wsframer_refuse(struct wsframer *w, const struct framer_out *o)
{
	w->seen += o->n;
	w->lost = w->lost || (o->faults & RECORD_RESYNC) != 0;
	w->skipped += o->skipped;
}

/* Its head is all that is wanted of it. The frame at scan brings it beyond the limit. */
static enum framer_step
too_long(struct wsframer *w, const struct websocket *f, uint64_t max,
         struct framer_out *out)
{
	uint64_t most = max < SIP_HEAD_MAX ? max : SIP_HEAD_MAX, need;
	size_t n = w->scan + f->head;

	need = w->taken < most ? most - w->taken : 0;
	if (f->payload.n < need)
		return FRAMER_MORE;
	w->rest = f->length - need;
	w->skipping = !f->fin;
	return message(w, n + (size_t)need, RECORD_TOO_LONG, out);
}

/* A frame of the message that began at the view's start, and is whole up to here. */
static enum framer_step
step_data(struct wsframer *w, const struct websocket *f, uint64_t max,
          struct framer_out *out)
{
	if (f->length > max - w->taken)
		return too_long(w, f, max, out);
	if (f->payload.n < f->length)
		return FRAMER_MORE;
	w->scan += f->head + f->payload.n;
	w->taken += f->length;
	if (f->fin)
		return message(w, w->scan, 0, out);
	return skip(0, out);
}

/* The first frame of a message, at the view's start. */
static enum framer_step
step_first(struct wsframer *w, const struct websocket *f, struct slice view, uint64_t max,
           struct framer_out *out)
{
	uint8_t window[WINDOW];
	struct slice start;
	bool whole;

	w->skipping = false;
	if (f->compressed) {
		w->compressed = true;
		return skip_frame(w, f, view, out);
	}
	start = window_of(f, window, &whole);
	if (!whole)
		return FRAMER_MORE;
	if (!may_be_sip(start)) {
		w->seen += size_of(f);
		return skip_frame(w, f, view, out);
	}
	w->found = w->found || starts_known(start);
	w->wanted = w->wanted || w->found;
	return step_data(w, f, max, out);
}

/* What is no frame may be another attempt to begin: the first one was refused. */
static enum framer_step
step_no_frame(struct wsframer *w, struct slice view, struct framer_out *out)
{
	struct websocket_hello hello;
	enum dis answer = w->scan == 0 ? websocket_hello(view, 0, &hello) : DIS_OTHER;

	if (answer == DIS_MORE)
		return FRAMER_MORE;
	if (answer == DIS_OK) {
		w->rest = hello.length;
		return skip_rest(w, view, out);
	}
	w->mode = WSFRAMER_SEARCH;
	return skip_junk(w, w->scan, out);
}

static enum framer_step
step_frames(struct wsframer *w, struct slice view, uint64_t max, struct framer_out *out)
{
	struct websocket f;
	enum dis answer;

	if (w->rest != 0)
		return skip_rest(w, view, out);
	answer = websocket_dissect(slice_tail(view, w->scan), NULL, &f);
	if (answer == DIS_MORE)
		return FRAMER_MORE;
	if (answer != DIS_OK)
		return step_no_frame(w, view, out);
	if (w->scan == 0) {
		if (begins_message(&f))
			return step_first(w, &f, view, max, out);
		/* A message whose first frame was not seen. */
		if (f.opcode == WEBSOCKET_CONTINUATION && !w->skipping)
			w->lost = true;
		return skip_frame(w, &f, view, out);
	}
	/* RFC 6455 5.4: one message ends before the next begins. */
	if (begins_message(&f))
		return skip_junk(w, w->scan, out);
	if (w->scan > 2 * max + CONTROL_MAX) {
		w->skipping = true;
		return skip_junk(w, w->scan, out);
	}
	if (!websocket_control(&f))
		return step_data(w, &f, max, out);
	if (f.payload.n < f.length)
		return FRAMER_MORE;
	w->scan += f.head + f.payload.n;
	return skip(0, out);
}

static enum framer_step
step_search(struct wsframer *w, struct slice view, struct framer_out *out)
{
	enum dis answer = DIS_OTHER;
	size_t i;

	for (i = 0; i < view.n; i++) {
		/* The opcode of a first frame, without the bits that are never set in one that is read. */
		if ((view.p[i] & 0x7F) != WEBSOCKET_TEXT &&
		    (view.p[i] & 0x7F) != WEBSOCKET_BINARY)
			continue;
		answer = wsframer_probe(slice_tail(view, i));
		if (answer != DIS_OTHER)
			break;
	}
	w->seen += i;
	if (answer == DIS_OK)
		begin(w, WSFRAMER_FRAMES);
	else if (i == 0)
		return FRAMER_MORE;
	return i != 0 ? skip_junk(w, i, out) : skip(0, out);
}

enum framer_step
wsframer_step(struct wsframer *w, struct slice view, const struct limits *l,
              struct framer_out *out)
{
	enum framer_step step = FRAMER_SKIP;

	*out = (struct framer_out){.n = 0};
	/* A skip of nothing is a frame more of a message, or a change of mode. */
	while (step == FRAMER_SKIP && out->n == 0) {
		if (view.n == 0)
			return FRAMER_MORE;
		if (w->mode == WSFRAMER_SEARCH)
			step = step_search(w, view, out);
		else
			step = step_frames(w, view, l->max[LIMIT_MESSAGE_BYTES], out);
		if (w->seen > UNDECIDED_MAX && !w->wanted && !w->compressed)
			return FRAMER_OTHER;
	}
	return step;
}

enum framer_step
wsframer_finish(struct wsframer *w, struct slice view, unsigned fault,
                struct framer_out *out)
{
	struct websocket f;
	enum dis answer;

	*out = (struct framer_out){.n = 0};
	if (view.n == 0)
		return FRAMER_MORE;
	answer = websocket_dissect(slice_tail(view, w->scan), NULL, &f);
	if (w->mode != WSFRAMER_FRAMES || (w->scan == 0 && answer != DIS_OK))
		return skip_junk(w, view.n, out);
	/* Where the frame ends is known, and with it where the next one begins. */
	if (answer == DIS_OK) {
		w->rest = size_of(&f) - (view.n - w->scan);
		w->skipping = websocket_control(&f) || !f.fin;
	} else if (w->scan == view.n) {
		w->skipping = true;
	} else {
		w->mode = WSFRAMER_SEARCH;
	}
	return message(w, view.n, fault, out);
}

void
wsframer_gap(struct wsframer *w, uint64_t missing)
{
	if (w->mode == WSFRAMER_FRAMES && w->rest != 0 && missing <= w->rest) {
		w->rest -= missing;
		return;
	}
	w->lost = true;
	begin(w, WSFRAMER_SEARCH);
}

size_t
wsframer_join(struct slice raw, uint8_t *to)
{
	struct websocket f;
	size_t n = 0;

	/* Each round takes a frame's head at least. */
	while (websocket_dissect(raw, NULL, &f) == DIS_OK) {
		if (!websocket_control(&f)) {
			websocket_unmask(&f, to + n);
			n += f.payload.n;
		}
		raw = slice_tail(raw, f.head + f.payload.n);
	}
	return n;
}
