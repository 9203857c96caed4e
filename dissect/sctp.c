#include "dissect/sctp.h"

#include "dissect/cursor.h"

enum { DATA = 0, I_DATA = 64, HEADER = 4, LAST = 1, FIRST = 2 };

enum dis
sctp_dissect(struct slice in, struct arena *a, struct sctp *out)
{
	struct cursor c = cursor(in);

	(void)a;
	*out = (struct sctp){.sport = cur_be16(&c)};
	out->dport = cur_be16(&c);
	cur_skip(&c, 8); /* verification tag, checksum */
	out->chunks = c.rest;
	return c.ended ? DIS_MORE : DIS_OK;
}

enum dis
sctp_next(struct slice *chunks, struct sctp_data *out)
{
	/* Each round takes a chunk: four octets at least. */
	while (chunks->n >= HEADER) {
		struct cursor c = cursor(*chunks);
		uint8_t type = cur_u8(&c), flags = cur_u8(&c);
		uint16_t length = cur_be16(&c);
		size_t head = type == DATA ? 12 : 16;

		if (length < HEADER)
			break;
		*chunks = slice_tail(*chunks, (length + 3u) & ~3u);
		if ((type != DATA && type != I_DATA) || length < HEADER + head)
			continue;
		*out = (struct sctp_data){.tsn = cur_be32(&c)};
		out->stream = cur_be16(&c);
		cur_skip(&c, type == DATA ? 0 : 2);
		out->number = type == DATA ? cur_be16(&c) : cur_be32(&c);
		/* In the first part of an I-DATA message, its payload protocol stands there. */
		out->order = cur_be32(&c);
		out->payload = slice_head(c.rest, length - HEADER - head);
		out->length = (uint16_t)(length - HEADER - head);
		out->first = (flags & FIRST) != 0;
		out->last = (flags & LAST) != 0;
		if (type == DATA)
			out->order = out->tsn;
		else if (out->first)
			out->order = 0;
		if (!c.ended)
			return DIS_OK;
	}
	*chunks = SLICE_EMPTY;
	return DIS_OTHER;
}
