#include "src/rtpframes.h"

static void
lose(struct rtpframes *f)
{
	f->synced = false;
	f->need = f->head_n = 0;
	f->rest = SLICE_EMPTY;
}

/* Octets that nobody has: inside of a packet they do no harm. */
static void
gap(struct rtpframes *f, uint32_t n)
{
	if (f->head_n == 0 && n <= f->need)
		f->need -= n;
	else
		lose(f);
}

static uint32_t
length_of(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static bool
is_head(const uint8_t *p)
{
	return length_of(p) >= RTPFRAMES_HEAD && (p[RTPFRAMES_LENGTH] & 0xC0) == 0x80;
}

/* Does a packet begin here, and behind it another one, as far as can be seen? */
static bool
begins(struct slice s)
{
	size_t next;

	if (s.n <= RTPFRAMES_LENGTH || !is_head(s.p))
		return false;
	next = length_of(s.p) + (size_t)RTPFRAMES_LENGTH;
	return next + RTPFRAMES_LENGTH >= s.n || is_head(s.p + next);
}

void
rtpframes_feed(struct rtpframes *f, uint32_t at, struct slice bytes, uint32_t length)
{
	uint32_t ahead = at - f->next, old;

	f->rest = SLICE_EMPTY;
	f->cut = 0;
	if (!f->started) {
		f->started = true;
	} else if ((int32_t)ahead < 0) {
		old = f->next - at;
		if (old >= length)
			return;
		bytes = slice_tail(bytes, old);
		length -= old;
		at = f->next;
	} else if (ahead != 0) {
		gap(f, ahead);
	}
	f->next = at + length;
	f->synced = f->synced || begins(bytes);
	if (!f->synced)
		return;
	f->rest = bytes;
	f->cut = length - (uint32_t)bytes.n;
}

bool
rtpframes_next(struct rtpframes *f, struct slice *head, uint32_t *length)
{
	size_t n = f->need < f->rest.n ? f->need : f->rest.n;

	f->rest = slice_tail(f->rest, n);
	f->need -= (uint32_t)n;
	n = sizeof(f->head) - f->head_n;
	n = n < f->rest.n ? n : f->rest.n;
	if (n != 0)
		memcpy(f->head + f->head_n, f->rest.p, n);
	f->head_n += (unsigned)n;
	f->rest = slice_tail(f->rest, n);
	if (f->head_n < sizeof(f->head)) {
		if (f->cut != 0)
			gap(f, f->cut);
		f->cut = 0;
		return false;
	}
	if (!is_head(f->head)) {
		lose(f);
		return false;
	}
	*length = length_of(f->head);
	*head = slice_of(f->head + RTPFRAMES_LENGTH, RTPFRAMES_HEAD);
	f->need = *length - RTPFRAMES_HEAD;
	f->head_n = 0;
	return true;
}
