/* ip - IPv4 (RFC 791) and IPv6 (RFC 8200) headers, options and extension headers walked. */
#ifndef DISSECT_IP_H
#define DISSECT_IP_H

#include "dissect/dis.h"

enum {
	IP_EXTENSIONS_MAX = 16, /* extension headers walked; more is DIS_LIMIT */
	IP_PROTO_TCP = 6,
	IP_PROTO_UDP = 17,
	IP_PROTO_ICMP = 1,
	IP_PROTO_ICMPV6 = 58,
	IP_PROTO_SCTP = 132,
};

struct ip {
	uint8_t version; /* 4 or 6 */
	uint8_t
	    proto; /* of payload; for a later IPv6 fragment: the fragment header's next header */
	uint8_t ttl;
	uint8_t src[16], dst[16]; /* IPv4 in the first 4 octets */
	bool fragment;            /* part of a fragmented packet */
	bool more;                /* more fragments follow */
	uint32_t id;              /* identification */
	uint32_t offset;          /* of payload in the whole, in bytes */
	struct slice payload;     /* without link-layer padding */
	uint32_t length;   /* of payload as the headers say, in bytes; >= payload.n */
	bool cut;          /* fewer bytes captured than the length field says */
	bool checksum_bad; /* IPv4 header checksum wrong (0 is taken as offloaded) */
	bool
	    rerouted; /* an IPv6 header may name other addresses for the pseudo-header (8.1) */
	uint8_t src_n; /* octets of an address: 4 or 16 */
};

/* DIS_OK (cut says if the capture lacks bytes); DIS_MORE: ends inside the headers; DIS_BAD: lengths
 * that cannot be; DIS_OTHER: version neither 4 nor 6; DIS_LIMIT: too many extension headers. */
enum dis ip_dissect(struct slice in, struct arena *a, struct ip *out);

/* Walks the extension headers at the start of `in`, beginning with the kind out->proto; for what
 * was put together from fragments. Sets proto, payload, length, and fragment if there is another
 * fragment header. out->cut and out->length must be those of `in`. */
enum dis ip_extensions_dissect(struct slice in, struct arena *a, struct ip *out);

/* Is the checksum of a whole TCP segment or UDP datagram right (RFC 9293 3.1, RFC 768)? */
bool ip_checksum_right(const struct ip *ip, struct slice segment);

#endif
