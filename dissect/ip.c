#include "dissect/ip.h"

#include "dissect/cursor.h"

enum {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	MOBILITY = 135,
	HIP = 139,
	SHIM6 = 140,
	IP4_HEADER = 20,
};

/* The sum of RFC 1071 in the machine's byte order: section 2 (B) shows that the order is free. */
static uint64_t
sum(struct slice s)
{
	uint64_t total = 0;
	uint32_t word;
	size_t i;

	for (i = 0; s.n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		total += word;
	}
	if (i < s.n) {
		word = 0;
		memcpy(&word, s.p + i, s.n - i);
		total += word;
	}
	return total;
}

static bool
sum_is_zero(uint64_t total)
{
	/* Carries may come twice; the measure is the bits above the 16th. */
	while (total >> 16 != 0)
		total = (total & 0xFFFF) + (total >> 16);
	return total == 0xFFFF;
}

bool
ip_checksum_right(const struct ip *ip, struct slice segment)
{
	uint8_t pseudo[8] = {(uint8_t)(segment.n >> 24),
	                     (uint8_t)(segment.n >> 16),
	                     (uint8_t)(segment.n >> 8),
	                     (uint8_t)segment.n,
	                     0,
	                     0,
	                     0,
	                     ip->proto};
	uint64_t total = sum(slice_of(pseudo, sizeof(pseudo)));

	total += sum(slice_of(ip->src, ip->src_n)) + sum(slice_of(ip->dst, ip->src_n));
	return sum_is_zero(total + sum(segment));
}

static bool
is_extension(const struct ip *ip)
{
	switch (ip->proto) {
	case AUTHENTICATION:
		return true; /* in IPv4 too: RFC 4302 3.1.1 */
	case HOP_BY_HOP:
	case ROUTING:
	case FRAGMENT:
	case DESTINATION:
	case MOBILITY:
	case HIP:
	case SHIM6:
		return ip->version == 6;
	default:
		return false;
	}
}

enum dis
ip_extensions_dissect(struct slice in, struct arena *a, struct ip *out)
{
	struct cursor c = cursor(in);
	uint8_t next, units;
	uint16_t bits;
	size_t size, walked = 0;

	(void)a;
	/* Each round consumes eight bytes at least. */
	while (is_extension(out)) {
		if (walked++ == IP_EXTENSIONS_MAX)
			return DIS_LIMIT;
		next = cur_u8(&c);
		units = cur_u8(&c);
		if (out->proto == FRAGMENT) {
			bits = cur_be16(&c);
			out->id = cur_be32(&c);
			if (c.ended)
				return out->cut ? DIS_MORE : DIS_BAD;
			out->offset = bits & 0xFFF8u;
			out->more = bits & 1;
			/* Offset 0 and no more: an atomic fragment, whole by itself (RFC 6946). */
			out->fragment = out->offset != 0 || out->more;
		} else {
			size = out->proto == AUTHENTICATION ? (units + 2u) * 4
			                                    : (units + 1u) * 8;
			if (size < 8)
				size = 8;
			cur_skip(&c, size - 2);
			if (c.ended)
				return out->cut ? DIS_MORE : DIS_BAD;
			if (out->proto == ROUTING || out->proto == DESTINATION)
				out->rerouted = true;
		}
		out->proto = next;
		if (out->fragment)
			break; /* what follows belongs to the whole */
	}
	out->length -= (uint32_t)(in.n - c.rest.n);
	out->payload = c.rest;
	return DIS_OK;
}

static enum dis
ip4_dissect(struct slice in, struct ip *out)
{
	struct cursor c = cursor(in);
	uint8_t ihl = cur_u8(&c) & 15;
	uint16_t total, bits, checksum;
	size_t header = ihl * 4u;
	struct slice src, dst;

	out->version = 4;
	out->src_n = 4;
	cur_skip(&c, 1);
	total = cur_be16(&c);
	out->id = cur_be16(&c);
	bits = cur_be16(&c);
	out->ttl = cur_u8(&c);
	out->proto = cur_u8(&c);
	checksum = cur_be16(&c);
	src = cur_take(&c, 4);
	dst = cur_take(&c, 4);
	if (c.ended)
		return DIS_MORE;
	memcpy(out->src, src.p, 4);
	memcpy(out->dst, dst.p, 4);
	if (header < IP4_HEADER)
		return DIS_BAD;
	cur_skip(&c, header - IP4_HEADER);
	if (c.ended)
		return DIS_MORE;
	/* Segmentation offload leaves 0 in packets that are captured on the sending machine. */
	if (total != 0 && total < header)
		return DIS_BAD;
	out->checksum_bad = checksum != 0 && !sum_is_zero(sum(slice_head(in, header)));
	out->offset = (bits & 0x1FFFu) * 8;
	out->more = (bits & 0x2000) != 0;
	out->fragment = out->offset != 0 || out->more;
	out->payload = c.rest;
	out->length = (uint32_t)c.rest.n;
	if (total != 0) {
		out->length = (uint32_t)(total - header);
		out->cut = c.rest.n < out->length;
		out->payload = slice_head(c.rest, out->length);
	}
	if (out->fragment)
		return DIS_OK;
	return ip_extensions_dissect(out->payload, NULL, out);
}

static enum dis
ip6_dissect(struct slice in, struct ip *out)
{
	struct cursor c = cursor(in);
	struct slice src, dst;

	out->version = 6;
	out->src_n = 16;
	cur_skip(&c, 4);
	out->length = cur_be16(&c);
	out->proto = cur_u8(&c);
	out->ttl = cur_u8(&c);
	src = cur_take(&c, 16);
	dst = cur_take(&c, 16);
	if (c.ended)
		return DIS_MORE;
	memcpy(out->src, src.p, 16);
	memcpy(out->dst, dst.p, 16);
	/* 0: a jumbogram (RFC 2675), or segmentation offload. */
	if (out->length == 0)
		out->length = (uint32_t)c.rest.n;
	out->cut = c.rest.n < out->length;
	out->payload = slice_head(c.rest, out->length);
	return ip_extensions_dissect(out->payload, NULL, out);
}

enum dis
ip_dissect(struct slice in, struct arena *a, struct ip *out)
{
	struct cursor c = cursor(in);
	uint8_t version = cur_u8(&c) >> 4;

	(void)a;
	*out = (struct ip){.version = 0};
	if (c.ended)
		return DIS_MORE;
	if (version == 4)
		return ip4_dissect(in, out);
	if (version == 6)
		return ip6_dissect(in, out);
	return DIS_OTHER;
}
