#include "dissect/sip.h"

#include "dissect/chars.h"

/* 1*DIGIT LWS Method: RFC 3261 20.16. The number must fit 32 bits; that it is below
 * 2^31 is a matter of 8.1.1.5. */
enum dis
sip_cseq_dissect(struct slice in, struct arena *a, struct sip_cseq *out)
{
	struct slice s = slice_trim(in);
	size_t n = 0, gap;

	(void)a;
	*out = (struct sip_cseq){0};
	if (s.n == 0)
		return DIS_MORE;
	while (n < s.n && ascii_digit(s.p[n]))
		n++;
	out->number = slice_head(s, n);
	s = slice_tail(s, n);
	gap = chars_gap(s);
	s = slice_tail(s, gap);
	out->method = slice_head(s, chars_word(s));
	if (!parse_u32(out->number, UINT32_MAX, &out->seq))
		return DIS_BAD;
	if (s.n == 0)
		return DIS_MORE;
	return gap != 0 && out->method.n == s.n && sip_token(out->method) ? DIS_OK
	                                                                  : DIS_BAD;
}
