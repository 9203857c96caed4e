/* inside - what fuzz targets of dissectors share: an exact copy of the input, and
 * where slices may lie. */
#ifndef TESTS_FUZZ_INSIDE_H
#define TESTS_FUZZ_INSIDE_H

#include <stdlib.h>

#include "dissect/slice.h"

#define must(holds)                                                                      \
	do {                                                                             \
		if (!(holds))                                                            \
			abort();                                                         \
	} while (0)

/* In a block of exactly its size, so that a read beyond it is seen. free() its p. */
static inline struct slice
exact(const uint8_t *data, size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	must(p != NULL);
	if (n != 0)
		memcpy(p, data, n);
	return slice_of(p, n);
}

/* Empty, or a part of `in`. */
static inline bool
inside(struct slice s, struct slice in)
{
	uintptr_t p = (uintptr_t)s.p, start = (uintptr_t)in.p;

	return s.n == 0 || (p >= start && p - start <= in.n && s.n <= in.n - (p - start));
}

/* Every octet can be read: the sanitizer sees it if not. */
static inline unsigned
touch(struct slice s)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < s.n; i++)
		sum += s.p[i];
	return sum;
}

#endif
