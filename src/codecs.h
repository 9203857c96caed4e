/* codecs - what the payload types of one m= line mean: RFC 8866 6.6, RFC 3551 6. All slices point into the description. */
#ifndef SRC_CODECS_H
#define SRC_CODECS_H

#include "dissect/sdp.h"

enum { PAYLOAD_TYPES = 128, PAYLOAD_DYNAMIC = 96 };

struct codecs {
	unsigned total; /* payload types that m= lists */
	bool there[PAYLOAD_TYPES];
	struct slice name[PAYLOAD_TYPES]; /* empty: nothing says what it is */
	uint32_t clock[PAYLOAD_TYPES];
	uint32_t channels[PAYLOAD_TYPES];
};

/* The quick way to see that all is well, as it mostly is: each format of `b` is one of `a`, and each map of `b`
 * stands in `a` as it is. */
bool codecs_chosen(const struct sdp *sa, const struct sdp_level *a, const struct sdp *sb,
                   const struct sdp_level *b);
void codecs_of(const struct sdp *s, const struct sdp_level *x, struct codecs *out);
/* Of two that are there. Where nothing says what one is, its number decides. */
bool codec_same(const struct codecs *a, uint32_t pa, const struct codecs *b, uint32_t pb);
/* The type in `a` that is the same as `pt` of `b`; PAYLOAD_TYPES: none. */
uint32_t codecs_find(const struct codecs *a, const struct codecs *b, uint32_t pt);
bool codecs_common(const struct codecs *a, const struct codecs *b);
/* "PS/90000", or the number; and all of them with their numbers. In the arena. */
struct slice codec_text(const struct codecs *x, uint32_t pt, struct arena *a);
struct slice codecs_text(const struct codecs *x, struct arena *a);

#endif
