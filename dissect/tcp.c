#include "dissect/tcp.h"

#include "dissect/cursor.h"

enum { HEADER = 20 };

enum dis
tcp_dissect(struct slice in, struct arena *a, struct tcp *out)
{
	struct cursor c = cursor(in);
	size_t header;

	(void)a;
	*out = (struct tcp){.sport = 0};
	out->sport = cur_be16(&c);
	out->dport = cur_be16(&c);
	out->seq = cur_be32(&c);
	out->ack = cur_be32(&c);
	header = (cur_u8(&c) >> 4) * (size_t)4;
	out->flags = cur_u8(&c);
	out->window = cur_be16(&c);
	out->checksum = cur_be16(&c);
	cur_skip(&c, 2);
	if (c.ended)
		return DIS_MORE;
	if (header < HEADER)
		return DIS_BAD;
	cur_skip(&c, header - HEADER);
	if (c.ended)
		return DIS_MORE;
	out->payload = c.rest;
	return DIS_OK;
}
