/* cursor - reads a slice from front to back; past the end it yields zeros and remembers. */
#ifndef DISSECT_CURSOR_H
#define DISSECT_CURSOR_H

#include "dissect/slice.h"

struct cursor {
	struct slice rest;
	bool ended; /* something was asked for that is not there */
};

static inline struct cursor
cursor(struct slice in)
{
	return (struct cursor){in, false};
}

static inline size_t
cur_left(const struct cursor *c)
{
	return c->rest.n;
}

/* The next n bytes. When fewer are left: those, and ended. */
static inline struct slice
cur_take(struct cursor *c, size_t n)
{
	struct slice s = slice_head(c->rest, n);

	if (s.n < n)
		c->ended = true;
	c->rest = slice_tail(c->rest, n);
	return s;
}

static inline void
cur_skip(struct cursor *c, size_t n)
{
	(void)cur_take(c, n);
}

static inline uint8_t
cur_u8(struct cursor *c)
{
	struct slice s = cur_take(c, 1);

	return s.n == 1 ? s.p[0] : 0;
}

static inline uint16_t
cur_be16(struct cursor *c)
{
	struct slice s = cur_take(c, 2);

	if (s.n < 2)
		return 0;
	return (uint16_t)(s.p[0] << 8 | s.p[1]);
}

static inline uint32_t
cur_be32(struct cursor *c)
{
	uint32_t hi = cur_be16(c);

	return hi << 16 | cur_be16(c);
}

static inline uint16_t
cur_le16(struct cursor *c)
{
	uint16_t v = cur_be16(c);

	return (uint16_t)(v >> 8 | v << 8);
}

static inline uint32_t
cur_le32(struct cursor *c)
{
	uint32_t lo = cur_le16(c);

	return lo | (uint32_t)cur_le16(c) << 16;
}

#endif
