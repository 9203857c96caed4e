/* mix - a quick keyed hash, to tell whether octets that come again are the same. */
#ifndef SRC_MIX_H
#define SRC_MIX_H

#include "dissect/slice.h"

/* key is odd and secret: without it nobody can choose octets that hash alike. Not for tables. */
static inline uint64_t
mix(uint64_t key, struct slice s)
{
	uint64_t a = s.n, b = key, word[2];
	size_t i;

	for (i = 0; s.n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(word, s.p + i, sizeof(word));
		a = (a ^ word[0]) * key;
		b = (b ^ word[1]) * key;
		a ^= a >> 29;
		b ^= b >> 31;
	}
	word[0] = word[1] = 0;
	if (i < s.n)
		memcpy(word, s.p + i, s.n - i);
	a = (a ^ word[0]) * key;
	b = (b ^ word[1]) * key;
	a = (a ^ a >> 32 ^ b) * key;
	return a ^ a >> 32;
}

#endif
