#include "dissect/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum {
	ARENA_FIRST =
	    1024, /* bytes of the first chunk, unless the owner says; each further one doubles, up to ... */
	ARENA_CHUNK = 65536,
	ARENA_ALIGN = alignof(max_align_t),
};

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used; /* in bytes, of what follows the header */
	alignas(max_align_t) uint8_t bytes[];
};

void
arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){.max = max};
}

static struct arena_chunk *
chunk_new(struct arena *a, size_t want)
{
	struct arena_chunk *c;
	size_t first = a->first ? a->first : ARENA_FIRST;
	size_t size = a->chunks ? a->chunks->size * 2 : first;

	if (size > ARENA_CHUNK)
		size = ARENA_CHUNK;
	if (size < want)
		size = want;
	if (a->max != 0 && (a->held > a->max || size > a->max - a->held)) {
		size = want; /* the last chunk may be small */
		if (a->held > a->max || size > a->max - a->held)
			return NULL;
	}
	c = malloc(sizeof(*c) + size);
	if (c == NULL)
		return NULL;
	c->next = a->chunks;
	c->size = size;
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->bytes, size);
	a->chunks = c;
	a->held += size;
	return c;
}

/* align: a power of two. The front of a chunk is aligned for any type. */
static inline void *
take(struct arena *a, size_t n, size_t align)
{
	struct arena_chunk *c = a->chunks;
	size_t at = c ? (c->used + align - 1) & ~(align - 1) : 0;
	void *p;

	if (c == NULL || at > c->size || n > c->size - at) {
		c = n > SIZE_MAX / 2 ? NULL : chunk_new(a, n);
		if (c == NULL) {
			a->failed = true;
			return NULL;
		}
		at = 0;
	}
	p = c->bytes + at;
	c->used = at + n;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p = take(a, n, ARENA_ALIGN);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void *
arena_array_raw(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		a->failed = true;
		return NULL;
	}
	return take(a, bytes, ARENA_ALIGN);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	void *p = arena_array_raw(a, n, size);

	if (p != NULL)
		memset(p, 0, n * size);
	return p;
}

struct slice
arena_keep(struct arena *a, struct slice s)
{
	uint8_t *p;

	if (s.n == 0)
		return SLICE_EMPTY;
	p = take(a, s.n, 1);
	if (p == NULL)
		return SLICE_EMPTY;
	memcpy(p, s.p, s.n);
	return slice_of(p, s.n);
}

static void
chunks_free(struct arena_chunk *c)
{
	struct arena_chunk *next;

	for (; c != NULL; c = next) {
		next = c->next;
		ASAN_UNPOISON_MEMORY_REGION(c->bytes, c->size);
		free(c);
	}
}

void
arena_reset(struct arena *a)
{
	struct arena_chunk *keep = a->chunks;

	a->failed = false;
	if (keep == NULL)
		return;
	chunks_free(keep->next);
	keep->next = NULL;
	keep->used = 0;
	ASAN_POISON_MEMORY_REGION(keep->bytes, keep->size);
	a->held = keep->size;
	/* One huge message must not be paid for ever after. */
	if (keep->size > ARENA_CHUNK)
		arena_free(a);
}

void
arena_free(struct arena *a)
{
	chunks_free(a->chunks);
	a->chunks = NULL;
	a->held = 0;
}
