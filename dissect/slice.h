/* slice - a piece of somebody's bytes: pointer and length, by value, owning nothing. */
#ifndef DISSECT_SLICE_H
#define DISSECT_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *p;
	size_t n; /* in bytes */
};

#define SLICE(lit) ((struct slice){(const uint8_t *)(lit), sizeof(lit) - 1})
#define SLICE_EMPTY ((struct slice){NULL, 0})
#define SLICE_FMT "%.*s"
#define SLICE_ARG(s)                                                                     \
	((int)((s).n > 4096 ? 4096 : (s).n)),                                            \
	    (const char *)((s).p ? (s).p : (const uint8_t *)"")

static inline struct slice
slice_of(const void *p, size_t n)
{
	return (struct slice){p, n};
}

/* For strings of our own (literals, names in tables), never for captured bytes. */
static inline struct slice
slice_str(const char *s)
{
	return (struct slice){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The first n bytes, or all if there are fewer. */
static inline struct slice
slice_head(struct slice s, size_t n)
{
	return (struct slice){s.p, n < s.n ? n : s.n};
}

/* What follows the first n bytes; empty if there are fewer. */
static inline struct slice
slice_tail(struct slice s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return (struct slice){s.n ? s.p + n : s.p, s.n - n};
}

/* ASCII only, whatever the locale: RFC 3261 7.3.1. */
static inline uint8_t
ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static inline bool
ascii_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_alpha(uint8_t c)
{
	c = ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

static inline bool
ascii_space(uint8_t c) /* SP, HTAB, CR, LF */
{
	/* Most octets are greater than all four. */
	return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* Without ascii_space at its front. */
static inline struct slice
slice_trim_front(struct slice s)
{
	while (s.n != 0 && ascii_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

/* Without ascii_space at both ends. */
static inline struct slice
slice_trim(struct slice s)
{
	s = slice_trim_front(s);
	while (s.n != 0 && ascii_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Offset of the first `c`, or s.n. */
static inline size_t
slice_index(struct slice s, uint8_t c)
{
	const uint8_t *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

bool slice_ieq(struct slice a, struct slice b); /* ASCII case folded */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_istarts(struct slice s, struct slice prefix);
/* Cuts at the first `at`: head before it, tail after it. False, and nothing written, if there is none. */
bool slice_cut(struct slice s, uint8_t at, struct slice *head, struct slice *tail);
/* Offset of the first `what`, or s.n; linear in s.n for the short needles that we use. */
size_t slice_find(struct slice s, struct slice what);
bool slice_digits(struct slice s); /* not empty, all decimal digits */
/* Of decimal digits: without leading zeros, so that equal numbers are equal texts. Anything else: as it is. */
struct slice slice_number(struct slice s);

/* Decimal digits only, leading zeros legal; false on anything else and above max. */
bool parse_u32(struct slice s, uint32_t max, uint32_t *out);
bool parse_u64(struct slice s, uint64_t max, uint64_t *out);

#endif
