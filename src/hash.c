#include "src/hash.h"

#include <stdio.h>

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define ROUND                                                                            \
	do {                                                                             \
		v0 += v1;                                                                \
		v1 = ROTL(v1, 13);                                                       \
		v1 ^= v0;                                                                \
		v0 = ROTL(v0, 32);                                                       \
		v2 += v3;                                                                \
		v3 = ROTL(v3, 16);                                                       \
		v3 ^= v2;                                                                \
		v0 += v3;                                                                \
		v3 = ROTL(v3, 21);                                                       \
		v3 ^= v0;                                                                \
		v2 += v1;                                                                \
		v1 = ROTL(v1, 17);                                                       \
		v1 ^= v2;                                                                \
		v2 = ROTL(v2, 32);                                                       \
	} while (0)

struct hash_key
hash_key_random(void)
{
	struct hash_key k = {(uint64_t)(uintptr_t)&k, 0x9E3779B97F4A7C15u};
	FILE *f = fopen("/dev/urandom", "rbe");

	if (f != NULL) {
		setvbuf(f, NULL, _IONBF, 0);
		if (fread(&k, sizeof(k), 1, f) != 1)
			k.k1 ^= (uint64_t)(uintptr_t)f;
		fclose(f);
	}
	return k;
}

/* One to seven octets as one number: each of them is in it. */
static inline uint64_t
few(const uint8_t *p, size_t n)
{
	uint32_t first, last;

	if (n >= 4) {
		memcpy(&first, p, 4);
		memcpy(&last, p + n - 4, 4);
		return (uint64_t)last << 32 | first;
	}
	return (uint64_t)p[n - 1] << 16 | (uint64_t)p[n / 2] << 8 | p[0];
}

uint64_t
hash_more(const struct hash_key *k, uint64_t h, struct slice s)
{
	uint64_t v0 = 0x736f6d6570736575u ^ k->k0 ^ h,
	         v1 = 0x646f72616e646f6du ^ k->k1 ^ s.n;
	uint64_t v2 = 0x6c7967656e657261u ^ k->k0, v3 = 0x7465646279746573u ^ k->k1 ^ h;
	uint64_t m;
	size_t i;

	for (i = 0; s.n - i >= 8; i += 8) {
		memcpy(&m, s.p + i,
		       8); /* in the machine's order: the hash never leaves the process */
		v3 ^= m;
		ROUND;
		v0 ^= m;
	}
	m = s.n > i ? few(s.p + i, s.n - i) : 0;
	v3 ^= m;
	ROUND;
	v0 ^= m;
	v2 ^= 0xff;
	ROUND;
	ROUND;
	ROUND;
	return v0 ^ v1 ^ v2 ^ v3;
}

uint64_t
hash_bytes(const struct hash_key *k, struct slice s)
{
	return hash_more(k, 0, s);
}
