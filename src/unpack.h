/* unpack - a compressed file (gzip, RFC 1952; zstd, RFC 8878) as a stream that stdio reads. */
#ifndef SRC_UNPACK_H
#define SRC_UNPACK_H

#include <stdint.h>
#include <stdio.h>

enum {
	UNPACK_RATIO_MAX =
	    1000, /* times its size that a part of the file may become, ... */
	UNPACK_WINDOW_LOG = 27, /* zstd: it may look back 2^27 bytes, as zstd(1) has it */
	UNPACK_WINDOW = 16 << 20, /* ... a part being so many bytes of what comes out */
};

enum unpack_kind { UNPACK_NONE, UNPACK_GZIP, UNPACK_ZSTD };

struct unpack;

/* By the first octets, as a number in network byte order. */
enum unpack_kind unpack_kind(uint32_t magic);
const char *unpack_name(enum unpack_kind k); /* "gzip", "zstd" */
/* A stream of what `packed` holds from here on; closing it closes `packed` and frees *u. NULL and errno: ENOTSUP
 * where this build cannot. */
FILE *unpack_open(FILE *packed, enum unpack_kind k, struct unpack **u);
/* Why the stream ended early, in words; "" if it did not. */
const char *unpack_trouble(const struct unpack *u);

#endif
