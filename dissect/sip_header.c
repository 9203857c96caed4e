#include "dissect/sip.h"

/* clang-format off */
const struct sip_header_info sip_header_infos[SIP_HDR_TOTAL] = {
    {"", "", 0},
#define H(id, name, compact, flags) {name, compact, flags},
#include "dissect/sip_headers.def"
#undef H
};
/* clang-format on */

/* The same, in any case; most write it as RFC 3261 does. */
static bool
is_name(struct slice name, struct slice row)
{
	return memcmp(name.p, row.p, row.n) == 0 || slice_ieq(name, row);
}

/* Every row of the table becomes a comparison with constants; the commonest stand
 * first there. */
enum sip_hdr
sip_header_id(struct slice name)
{
	uint8_t c = name.n ? ascii_lower(name.p[0]) : 0;

	if (name.n == 1) {
#define H(id, long_name, short_name, flags)                                              \
	if (sizeof(short_name) == 2 && (uint8_t)short_name[0] == c)                      \
		return SIP_##id;
#include "dissect/sip_headers.def"
#undef H
		return SIP_HDR_OTHER;
	}
#define H(id, long_name, short_name, flags)                                              \
	if (name.n == sizeof(long_name) - 1 && (long_name[0] | 0x20) == c &&             \
	    is_name(name, SLICE(long_name)))                                             \
		return SIP_##id;
#include "dissect/sip_headers.def"
#undef H
	return SIP_HDR_OTHER;
}

const struct sip_header *
sip_find(const struct sip *s, enum sip_hdr id, unsigned nth)
{
	uint32_t i;

	if (id >= SIP_HDR_TOTAL || (id != SIP_HDR_OTHER && s->first[id] == 0))
		return NULL;
	for (i = id == SIP_HDR_OTHER ? 0 : s->first[id] - 1; i < s->headers_total; i++)
		if (s->headers[i].id == id && nth-- == 0)
			return &s->headers[i];
	return NULL;
}

unsigned
sip_count(const struct sip *s, enum sip_hdr id)
{
	unsigned total = 0;
	uint32_t i;

	if (id >= SIP_HDR_TOTAL || (id != SIP_HDR_OTHER && s->first[id] == 0))
		return 0;
	for (i = id == SIP_HDR_OTHER ? 0 : s->first[id] - 1; i < s->headers_total; i++)
		total += s->headers[i].id == id;
	return total;
}

enum dis
sip_content_length(const struct sip *s, uint32_t *out)
{
	uint32_t i, length, seen = 0;

	*out = 0;
	if (s->first[SIP_CONTENT_LENGTH] == 0)
		return DIS_OTHER;
	for (i = s->first[SIP_CONTENT_LENGTH] - 1; i < s->headers_total; i++) {
		if (s->headers[i].id != SIP_CONTENT_LENGTH)
			continue;
		if (!parse_u32(s->headers[i].value, UINT32_C(1) << 31, &length))
			return DIS_BAD;
		if (seen++ != 0 && length != *out)
			return DIS_BAD;
		*out = length;
	}
	return DIS_OK;
}

bool
sip_method_known(struct slice method)
{
	/* Methods are compared with regard to case: RFC 3261 7.1. */
	static const char *const known[] = {
	    "REGISTER",  "MESSAGE", "INVITE", "ACK",   "BYE",    "CANCEL", "OPTIONS",
	    "SUBSCRIBE", "NOTIFY",  "INFO",   "PRACK", "UPDATE", "REFER",  "PUBLISH",
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_eq(method, slice_str(known[i])))
			return true;
	return false;
}
