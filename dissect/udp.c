#include "dissect/udp.h"

#include "dissect/cursor.h"

enum { HEADER = 8 };

enum dis
udp_dissect(struct slice in, struct arena *a, struct udp *out)
{
	struct cursor c = cursor(in);

	(void)a;
	*out = (struct udp){.sport = 0};
	out->sport = cur_be16(&c);
	out->dport = cur_be16(&c);
	out->length = cur_be16(&c);
	out->checksum = cur_be16(&c);
	if (c.ended)
		return DIS_MORE;
	if (out->length < HEADER)
		return DIS_BAD;
	out->payload = slice_head(c.rest, out->length - (size_t)HEADER);
	out->cut = out->payload.n < out->length - (size_t)HEADER;
	return DIS_OK;
}
