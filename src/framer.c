#include "src/framer.h"

#include "dissect/sip.h"
#include "src/record.h"

enum {
	UNDECIDED_MAX =
	    4096,          /* octets without start line after which a stream is not SIP */
	START_MAX = 8192,  /* octets of a start line that does not end */
	PROBE_ALWAYS = 64, /* a line so short is probed again with each octet */
	CANDIDATES_MAX = 16, /* start lines looked at inside one body */
};

/* ---- the length of a message ---- */

struct lengths {
	enum dis answer; /* as sip_content_length */
	uint32_t n;
	bool typed;   /* has a Content-Type */
	bool quoting; /* of a type that may hold SIP messages */
};

static void
lengths_slow(struct slice head, struct arena *a, struct lengths *out)
{
	struct sip sip;
	enum dis answer = sip_dissect(head, a, &sip);

	out->answer = DIS_OTHER;
	if (answer == DIS_OK || answer == DIS_MORE)
		out->answer = sip_content_length(&sip, &out->n);
	arena_reset(a);
}

static bool
is_quoting(struct slice type)
{
	return slice_istarts(type, SLICE("message/")) ||
	       slice_istarts(type, SLICE("multipart/"));
}

/* Content-Length and Content-Type, without the price of dissecting all headers; whatever is not
 * plain is left to sip_dissect. */
static void
lengths_of(struct slice head, struct arena *a, struct lengths *out)
{
	struct slice rest = head, line, name, value;
	unsigned lengths = 0;
	bool plain = true, was_length = false;
	size_t end;
	enum sip_hdr id;

	*out = (struct lengths){.answer = DIS_OTHER};
	/* Each round consumes a line. */
	for (; rest.n != 0; rest = slice_tail(rest, end + 1)) {
		end = slice_index(rest, '\n');
		line = slice_head(rest, end);
		if (line.n == 0)
			continue;
		if (was_length && (line.p[0] == ' ' || line.p[0] == '\t'))
			plain = false; /* folded */
		was_length = false;
		if ((line.p[0] | 0x20) != 'c' && (line.p[0] | 0x20) != 'l')
			continue;
		if (!slice_cut(line, ':', &name, &value))
			continue;
		id = sip_header_id(slice_trim(name));
		value = slice_trim(value);
		if (id == SIP_CONTENT_TYPE) {
			out->typed = true;
			out->quoting = out->quoting || is_quoting(value);
		} else if (id == SIP_CONTENT_LENGTH) {
			was_length = true;
			if (lengths++ != 0 || !parse_u32(value, INT32_MAX, &out->n))
				plain = false;
			else
				out->answer = DIS_OK;
		}
	}
	if (!plain)
		lengths_slow(head, a, out);
}

/* Does a message with a whole head stand here, with what no message lacks (RFC 3261 8.1.1)? */
static bool
is_message(struct slice in, struct arena *a)
{
	struct sip sip;
	size_t head;
	enum dis answer;
	bool whole;

	if (sip_probe(in) != DIS_OK || sip_head_end(in, 0, &head) != DIS_OK ||
	    head > SIP_HEAD_MAX)
		return false;
	answer = sip_dissect(slice_head(in, head), a, &sip);
	whole = (answer == DIS_OK || answer == DIS_MORE) &&
	        sip_find(&sip, SIP_CALL_ID, 0) != NULL &&
	        sip_find(&sip, SIP_CSEQ, 0) != NULL;
	arena_reset(a);
	return whole;
}

/* A start line, and not by chance: with a method that somebody has registered. */
static bool
starts_known(struct slice in)
{
	return sip_probe(in) == DIS_OK &&
	       (slice_istarts(in, SLICE("SIP/")) ||
	        sip_method_known(slice_head(in, slice_index(in, ' '))));
}

/* ---- steps ---- */

static enum framer_step
skip(struct framer *f, size_t n, struct framer_out *out)
{
	f->scan = 0;
	out->n = n;
	return FRAMER_SKIP;
}

/* Octets that should have been a message. */
static enum framer_step
skip_junk(struct framer *f, size_t n, struct framer_out *out)
{
	f->lost = true;
	f->skipped += (uint32_t)n;
	return skip(f, n, out);
}

static enum framer_step
message(struct framer *f, enum framer_mode next, size_t n, unsigned faults,
        struct framer_out *out)
{
	out->n = n;
	out->faults = faults;
	if (f->no_length)
		out->faults |= RECORD_NO_LENGTH;
	if (f->lost)
		out->faults |= RECORD_RESYNC | (f->blind ? RECORD_BLIND : 0u);
	out->skipped = f->skipped;
	f->mode = next;
	f->scan = 0;
	f->skipped = 0;
	f->lost = next == FRAMER_SEARCH;
	f->no_length = f->blind = false;
	f->line_start = f->tried = false;
	f->rest = 0;
	return FRAMER_MESSAGE;
}

static void
search(struct framer *f)
{
	f->mode = FRAMER_SEARCH;
	f->scan = 0;
	f->lost = true;
	f->line_start = false;
	f->tried = true;
}

/* DIS_OK, DIS_MORE or DIS_OTHER, asked anew only when what came can have changed the answer. */
static enum dis
probe_again(struct framer *f, struct slice view)
{
	enum dis answer;

	if (view.n > PROBE_ALWAYS && view.n < 2 * f->scan &&
	    slice_index(slice_tail(view, f->scan), '\n') == view.n - f->scan)
		return view.n > START_MAX ? DIS_OTHER : DIS_MORE;
	answer = sip_probe(view);
	if (answer == DIS_MORE && view.n > START_MAX)
		return DIS_OTHER;
	if (slice_index(slice_tail(view, f->scan), '\n') == view.n - f->scan)
		f->scan = view.n;
	return answer;
}

/* CRLF between messages is keep-alive (RFC 3261 7.5, RFC 5626 4.4.1); some send NUL. */
static enum framer_step
step_start(struct framer *f, struct slice view, size_t edge, struct framer_out *out)
{
	size_t i = 0;

	f->rest = 0;
	while (i < view.n && (view.p[i] == '\r' || view.p[i] == '\n' || view.p[i] == 0))
		i++;
	if (i != 0)
		return skip(f, i, out);
	switch (probe_again(f, view)) {
	case DIS_OK:
		/* The rest of a body whose length was too small joins with the next method. */
		if (edge != FRAMER_NOWHERE && edge < slice_index(view, ' ') &&
		    !starts_known(view) && starts_known(slice_tail(view, edge)))
			return skip_junk(f, edge, out);
		f->mode = FRAMER_HEAD;
		f->found = true;
		f->scan = 0;
		break;
	case DIS_MORE:
		return FRAMER_MORE;
	default:
		search(f);
		break;
	}
	out->n = 0;
	return FRAMER_SKIP;
}

static enum framer_step
step_head(struct framer *f, struct slice view, const struct limits *l, struct arena *a,
          struct framer_out *out)
{
	uint64_t max = l->max[LIMIT_MESSAGE_BYTES];
	uint64_t head_max = max < SIP_HEAD_MAX ? max : SIP_HEAD_MAX;
	struct lengths lengths;

	if (sip_head_end(view, f->scan, &f->head) != DIS_OK) {
		f->scan = view.n;
		if (view.n < head_max)
			return FRAMER_MORE;
		return message(f, FRAMER_SEARCH, (size_t)head_max, RECORD_TOO_LONG, out);
	}
	lengths_of(slice_head(view, f->head), a, &lengths);
	f->scan = f->head;
	f->quoting = lengths.quoting;
	f->no_length = lengths.answer != DIS_OK;
	if (f->head > head_max)
		return message(f, FRAMER_SEARCH, (size_t)head_max, RECORD_TOO_LONG, out);
	if (lengths.answer == DIS_OK && lengths.n > max - f->head)
		return message(f, FRAMER_SEARCH, f->head, RECORD_TOO_LONG, out);
	f->mode = FRAMER_BODY;
	f->total = f->head;
	if (lengths.answer == DIS_OK)
		f->total += lengths.n;
	else if (lengths.typed || lengths.answer == DIS_BAD)
		f->mode = FRAMER_UNTIL; /* without a type there is no body: 20.15 */
	out->n = 0;
	return FRAMER_SKIP;
}

/* The first start line of a whole message at the beginning of a line in view[from, to), or `to`. */
static size_t
find_message(struct slice view, size_t from, size_t to, struct arena *a)
{
	struct slice all = slice_head(view, to);
	size_t i = from;
	unsigned tries = 0;

	/* Each round goes on to the next line. */
	while (i < to && tries < CANDIDATES_MAX) {
		if (view.p[i] > ' ' && starts_known(slice_tail(view, i))) {
			if (is_message(slice_tail(view, i), a))
				return i;
			tries++;
		}
		i += slice_index(slice_tail(all, i), '\n') + 1;
	}
	return to;
}

/* A length that is too large swallows the start of the next message. Then the line that the
 * declared end cuts is a start line; or what follows the end begins no message, but something
 * before it does. Where the message really ends; f->total if the length is right. */
static size_t
true_end(const struct framer *f, struct slice view, struct arena *a)
{
	struct slice after = slice_trim(slice_tail(view, f->total));
	size_t line = f->total;

	if (f->total == f->head || after.n == 0)
		return f->total;
	if (slice_find(slice_tail(view, f->head), SLICE("SIP/2.0")) == view.n - f->head ||
	    starts_known(after))
		return f->total;
	while (line > f->head && view.p[line - 1] != '\n')
		line--;
	if (line < f->total && starts_known(slice_tail(view, line)) &&
	    is_message(slice_tail(view, line), a))
		return line;
	if (sip_probe(after) != DIS_OTHER)
		return f->total;
	return find_message(view, f->head, f->total, a);
}

static enum framer_step
step_body(struct framer *f, struct slice view, struct arena *a, struct framer_out *out)
{
	size_t end;

	if (view.n < f->total)
		return FRAMER_MORE;
	end = true_end(f, view, a);
	f->no_length = f->no_length || end < f->total;
	return message(f, FRAMER_START, end, 0, out);
}

/* Is the view from i on the start of a message? Only whole lines count, and unfinished ones as
 * DIS_MORE as long as they may become one. */
static enum dis
probe_line(struct slice view, size_t i)
{
	struct slice rest = slice_tail(view, i);
	enum dis answer = sip_probe(rest);

	return answer == DIS_MORE && rest.n > START_MAX ? DIS_OTHER : answer;
}

/* From `i` on, where a line begins, or a segment does, that is or may become a start line.
 * *answer: DIS_OK, DIS_MORE, or DIS_OTHER when there is none: then *i is the length. */
static void
next_start(struct slice view, size_t edge, size_t *i, enum dis *answer)
{
	size_t end;

	*answer = DIS_OTHER;
	/* Each round goes on to the next line or edge. */
	while (*i < view.n) {
		*answer = probe_line(view, *i);
		if (*answer != DIS_OTHER)
			return;
		end = *i + slice_index(slice_tail(view, *i), '\n') + 1;
		*i = edge != FRAMER_NOWHERE && edge > *i && edge < end ? edge : end;
	}
	*i = view.n;
}

/* A body whose end is not known may run into the method: what of the first word is one? */
static size_t
method_offset(struct slice in)
{
	struct slice word = slice_head(in, slice_index(in, ' '));
	size_t i;

	if (starts_known(in))
		return 0;
	for (i = 1; i < word.n; i++)
		if (sip_method_known(slice_tail(word, i)))
			return i;
	return 0;
}

static enum framer_step
step_until(struct framer *f, struct slice view, size_t edge, const struct limits *l,
           struct framer_out *out)
{
	uint64_t max = l->max[LIMIT_MESSAGE_BYTES];
	size_t i = f->scan, end;
	enum dis answer;

	/* Between line starts there is nothing to look at, but for a new segment's. */
	if (i > f->head && view.p[i - 1] != '\n') {
		end = i + slice_index(slice_tail(view, i), '\n') + 1;
		i = edge != FRAMER_NOWHERE && edge >= i && edge < end ? edge : end;
	}
	if (i > view.n)
		i = view.n;
	next_start(view, edge, &i, &answer);
	if (i > max)
		return message(f, FRAMER_SEARCH, (size_t)max, RECORD_TOO_LONG, out);
	if (answer == DIS_OK)
		return message(f, FRAMER_START, i, 0, out);
	f->scan = i;
	return FRAMER_MORE;
}

static enum framer_step
step_search(struct framer *f, struct slice view, size_t edge, struct framer_out *out)
{
	size_t i = 0, end;
	enum dis answer;

	if (f->tried || !(f->line_start || edge == 0)) {
		end = slice_index(view, '\n') + 1;
		i = edge != FRAMER_NOWHERE && edge > 0 && edge < end ? edge : end;
		if (i > view.n)
			i = view.n;
	}
	next_start(view, edge, &i, &answer);
	if (!f->found && !f->wanted) {
		f->seen += i;
		if (f->seen > UNDECIDED_MAX && answer != DIS_OK)
			return FRAMER_OTHER;
	}
	f->tried = false;
	f->line_start = view.p[view.n - 1] == '\n';
	if (answer == DIS_OK)
		i += method_offset(slice_tail(view, i));
	if (answer != DIS_OTHER)
		f->mode = FRAMER_START;
	return skip_junk(f, i, out);
}

enum framer_step
framer_step(struct framer *f, struct slice view, size_t edge, const struct limits *l,
            struct arena *a, struct framer_out *out)
{
	enum framer_step step = FRAMER_SKIP;

	*out = (struct framer_out){.n = 0};
	/* A skip of nothing is a change of mode; a message passes through each mode once. */
	while (step == FRAMER_SKIP && out->n == 0) {
		if (view.n == 0)
			return FRAMER_MORE;
		switch (f->mode) {
		case FRAMER_START:
			step = step_start(f, view, edge, out);
			break;
		case FRAMER_HEAD:
			step = step_head(f, view, l, a, out);
			break;
		case FRAMER_BODY:
			step = step_body(f, view, a, out);
			break;
		case FRAMER_UNTIL:
			step = step_until(f, view, edge, l, out);
			break;
		case FRAMER_SEARCH:
			step = step_search(f, view, edge, out);
			break;
		case FRAMER_REST:
			out->n = view.n < f->rest ? view.n : (size_t)f->rest;
			f->rest -= out->n;
			if (f->rest == 0)
				f->mode = FRAMER_START;
			break;
		}
	}
	return step;
}

bool
framer_interrupted(struct framer *f, struct slice view, struct slice segment,
                   struct arena *a, struct framer_out *out)
{
	*out = (struct framer_out){.n = 0};
	if (f->mode != FRAMER_BODY || f->quoting || segment.n == 0 ||
	    segment.p[0] <= ' ' || !starts_known(segment) || !is_message(segment, a))
		return false;
	f->no_length = true;
	(void)message(f, FRAMER_START, view.n, 0, out);
	return true;
}

enum framer_step
framer_finish(struct framer *f, struct slice view, unsigned fault, const struct limits *l,
              struct arena *a, struct framer_out *out)
{
	uint64_t max = l->max[LIMIT_MESSAGE_BYTES];
	size_t at;

	*out = (struct framer_out){.n = 0};
	if (view.n == 0)
		return FRAMER_MORE;
	switch (f->mode) {
	case FRAMER_HEAD:
		return message(f, FRAMER_START, view.n, fault, out);
	case FRAMER_BODY:
		/* What there is may hold messages that a wrong length has swallowed. */
		at = f->quoting ? view.n : find_message(view, f->head, view.n, a);
		if (at == view.n) {
			(void)message(f, FRAMER_START, view.n, fault, out);
			f->rest = f->total - view.n;
			return FRAMER_MESSAGE;
		}
		f->no_length = true;
		return message(f, FRAMER_START, at, 0, out);
	case FRAMER_UNTIL:
		if (view.n > max)
			return message(f, FRAMER_SEARCH, (size_t)max, RECORD_TOO_LONG,
			               out);
		return message(f, FRAMER_START, view.n,
		               fault & ~(unsigned)RECORD_UNFINISHED, out);
	default:
		return skip_junk(f, view.n, out);
	}
}

void
framer_gap(struct framer *f, uint64_t missing)
{
	if ((f->mode == FRAMER_START || f->mode == FRAMER_REST) && f->rest != 0 &&
	    missing <= f->rest) {
		f->rest -= missing;
		f->mode = f->rest != 0 ? FRAMER_REST : FRAMER_START;
		return;
	}
	search(f);
	f->blind = true;
	f->rest = 0;
	f->line_start = true;
	f->tried = false;
}
