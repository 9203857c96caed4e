#include "dissect/kind.h"

#include "dissect/cursor.h"
#include "dissect/sip.h"

enum {
	KEEPALIVE_MAX = 32, /* octets */
	STUN_HEAD = 20,
	RTP_HEAD = 12,
	DTLS_HEAD = 13,
	TLS_HEAD = 5,
	RECORD_MAX = 16384 + 2048, /* octets of a record: RFC 5246 6.2.3 */
	LINE_MAX = 2048,           /* octets of a first line that are looked at */
	CSRC_MAX =
	    2, /* more than a camera's RTP has; random octets have more, as a rule */
};

/* ---- text ---- */

static bool
is_keepalive(struct slice in)
{
	size_t i;

	for (i = 0; i < in.n; i++)
		if (in.p[i] != '\r' && in.p[i] != '\n' && in.p[i] != 0)
			return false;
	return in.n <= KEEPALIVE_MAX;
}

/* A status line, or a request line whose last word is the version. */
static bool
is_http(struct slice in)
{
	static const struct slice versions[] = {{(const uint8_t *)"HTTP/1.", 7},
	                                        {(const uint8_t *)"RTSP/", 5}};
	struct slice line = slice_head(in, LINE_MAX);
	size_t i, word;

	if (sip_probe(in) == DIS_OK)
		return false; /* a reason phrase may be anything */
	line = slice_head(line, slice_index(line, '\n'));
	line = slice_trim(line);
	word = line.n;
	while (word > 0 && line.p[word - 1] != ' ')
		word--;
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (slice_starts(line, versions[i]) ||
		    (word > 1 && ascii_alpha(line.p[0]) &&
		     slice_starts(slice_tail(line, word), versions[i])))
			return true;
	return false;
}

/* ---- STUN ---- */

static bool
is_stun(struct slice in)
{
	static const uint32_t magic = 0x2112A442;
	struct cursor c = cursor(in);
	uint16_t type = cur_be16(&c), length = cur_be16(&c);

	if (in.n < STUN_HEAD || (type & 0xC000) != 0 || (length & 3) != 0 ||
	    length > in.n - STUN_HEAD)
		return false;
	if (cur_be32(&c) == magic)
		return true;
	/* RFC 3489 11.1 has no magic number: a binding request, its answer, its error. */
	return (type == 0x0001 || type == 0x0101 || type == 0x0111) &&
	       length == in.n - STUN_HEAD;
}

/* ---- DTLS ---- */

static bool
is_dtls(struct slice in)
{
	struct cursor c = cursor(in);
	uint8_t type = cur_u8(&c);
	uint16_t version = cur_be16(&c), length;

	cur_skip(&c, 8); /* epoch, sequence number */
	length = cur_be16(&c);
	/* RFC 9147 4, RFC 9146 3: 25 has a connection id, whose length only the peers know. */
	if (in.n < DTLS_HEAD || type < 20 || type > 25 ||
	    (version != 0xFEFF && version != 0xFEFD && version != 0xFEFC))
		return false;
	return type == 25 || (length != 0 && length <= RECORD_MAX);
}

/* ---- RTP, RTCP ---- */

/* RFC 3551 6, and 20, which GB/T 28181-2022 annex C gives to SVAC audio. WebRTC uses those from 35 on too, always with
 * header extensions. */
static bool
is_payload_type(uint8_t type, bool extended)
{
	static const struct {
		uint8_t from, to;
	} known[] = {{0, 0}, {3, 18}, {20, 20}, {25, 26}, {28, 28}, {31, 34}, {96, 127}};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (type >= known[i].from && type <= known[i].to)
			return true;
	return extended && type >= 35 && type <= 63;
}

/* A question of DNS (RFC 1035 4.1) whose id begins as RTP does. */
static bool
is_dns(struct slice in)
{
	struct cursor c = cursor(in);
	uint16_t questions;
	uint8_t label;

	cur_skip(&c, 4);
	questions = cur_be16(&c);
	cur_skip(&c, 6);
	if (questions != 1)
		return false;
	/* Each round takes a label. */
	do {
		label = cur_u8(&c);
		if (label > 63)
			return false;
		cur_skip(&c, label);
	} while (label != 0 && !c.ended);
	cur_skip(&c, 2);
	return (cur_be16(&c) & 0x7FFF) == 1 && !c.ended; /* Internet; RFC 6762 18.12 */
}

static bool
is_rtp(struct slice in)
{
	struct cursor c = cursor(in);
	uint8_t flags = cur_u8(&c), type = cur_u8(&c) & 0x7F;
	bool padded = (flags & 0x20) != 0, extended = (flags & 0x10) != 0;
	uint8_t sources = flags & 0x0F, last;

	if (in.n < RTP_HEAD || flags >> 6 != 2 || sources > CSRC_MAX ||
	    !is_payload_type(type, extended))
		return false;
	cur_skip(&c, 10 + 4u * sources);
	if (extended) {
		cur_skip(&c, 2);
		cur_skip(&c, 4u * cur_be16(&c));
	}
	if (c.ended || is_dns(in))
		return false;
	last = in.p[in.n - 1];
	/* Of SRTP the last octet is not the padding's length: RFC 3711 3.1. Most is not padded. */
	return !padded || (last != 0 && last <= c.rest.n) || extended;
}

/* RFC 5761 4. What follows the first packet may be encrypted. */
static bool
is_rtcp(struct slice in)
{
	struct cursor c = cursor(in);
	uint8_t flags = cur_u8(&c), type = cur_u8(&c);
	uint16_t words = cur_be16(&c);

	return in.n >= 8 && flags >> 6 == 2 &&
	       (type == 192 || type == 193 || type == 195 ||
	        (type >= 200 && type <= 213)) &&
	       words != 0 && 4u * words <= in.n - 4;
}

enum udp_kind
udp_kind(struct slice payload)
{
	static const struct {
		bool (*is)(struct slice in);
		enum udp_kind kind;
	} kinds[] = {
	    {is_keepalive, UDP_KEEPALIVE}, {is_stun, UDP_STUN}, {is_dtls, UDP_DTLS},
	    {is_rtcp, UDP_RTCP},           {is_rtp, UDP_RTP},   {is_http, UDP_HTTP},
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].is(payload))
			return kinds[i].kind;
	return UDP_OTHER;
}

/* ---- TLS ---- */

enum {
	CHANGE_CIPHER_SPEC = 20,
	ALERT = 21,
	HANDSHAKE = 22,
	APPLICATION_DATA = 23,
	HEARTBEAT = 24,
};

/* The head of a record, as far as it is there. */
static bool
may_be_record(struct slice in)
{
	struct cursor c = cursor(in);
	uint8_t type = cur_u8(&c), major = cur_u8(&c), minor = cur_u8(&c);
	uint16_t length = cur_be16(&c);

	/* Behind the end there are zeros. */
	if (in.n >= 1 && (type < CHANGE_CIPHER_SPEC || type > HEARTBEAT))
		return false;
	if ((in.n >= 2 && major != 3) || (in.n >= 3 && minor > 4))
		return false;
	if (in.n < TLS_HEAD)
		return true;
	switch (type) {
	case CHANGE_CIPHER_SPEC:
		return length == 1 && (c.rest.n == 0 || c.rest.p[0] == 1);
	case ALERT: /* level and description, or these encrypted */
		return length == 2 || (length >= 16 && length <= 256);
	case HANDSHAKE:
		return length >= 4 && length <= RECORD_MAX;
	default: /* no cipher adds less than the tag of the shortest */
		return length > 8 && length <= RECORD_MAX;
	}
}

enum dis
tls_probe(struct slice in)
{
	struct cursor c = cursor(in);
	uint8_t type = cur_u8(&c);
	uint16_t length;

	if (!may_be_record(in))
		return DIS_OTHER;
	if (in.n <= TLS_HEAD)
		return DIS_MORE;
	cur_skip(&c, 2);
	length = cur_be16(&c);
	/* A hello has its length twice, but may be longer than its record. */
	if (type == HANDSHAKE && (c.rest.p[0] == 1 || c.rest.p[0] == 2))
		return c.rest.n < 2 || c.rest.p[1] == 0 ? DIS_OK : DIS_OTHER;
	/* What is behind it must be one too. */
	return may_be_record(slice_tail(c.rest, length)) ? DIS_OK : DIS_OTHER;
}
