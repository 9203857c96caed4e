#include "dissect/sip.h"

#include "dissect/chars.h"

/* Takes "word SWS" off the front: up to white space, "/" or ";". */
static struct slice
take_word(struct slice *s)
{
	struct slice word;
	size_t n = 0;

	while (n < s->n && !ascii_space(s->p[n]) && s->p[n] != '/' && s->p[n] != ';')
		n++;
	word = slice_head(*s, n);
	*s = slice_tail(*s, n);
	return word;
}

/* Takes SWS "/" SWS; false, and only white space taken, if there is none. */
static bool
take_slash(struct slice *s)
{
	*s = slice_tail(*s, chars_gap(*s));
	if (s->n == 0 || s->p[0] != '/')
		return false;
	*s = slice_tail(*s, 1);
	*s = slice_tail(*s, chars_gap(*s));
	return true;
}

/* True if they keep to via-params: RFC 3261 25.1, RFC 3581 3. */
static bool
read_params(struct sip_via *out)
{
	bool good = sip_params_ok(out->params);
	struct slice rest = out->params;
	struct sip_param p;
	uint32_t port;

	while (sip_param_next(&rest, &p)) {
		if (slice_ieq(p.name, SLICE("branch")) && !out->has_branch) {
			out->has_branch = true;
			out->branch = p.value;
			good = good && !p.quoted && sip_token(p.value);
		} else if (slice_ieq(p.name, SLICE("received")) && !out->has_received) {
			out->has_received = true;
			out->received = p.value;
			/* Some write the brackets of a reference: RFC 5118 4.5. */
			if (p.value.n >= 2 && p.value.p[0] == '[' &&
			    p.value.p[p.value.n - 1] == ']')
				out->received =
				    slice_tail(slice_head(p.value, p.value.n - 1), 1);
			good = good && !p.quoted &&
			       (sip_ipv4(out->received) || sip_ipv6(out->received));
		} else if (slice_ieq(p.name, SLICE("rport")) && !out->has_rport) {
			out->has_rport = true;
			out->rport = p.value;
			if (p.has_value)
				good =
				    good && !p.quoted && parse_u32(p.value, 65535, &port);
		}
	}
	return good;
}

enum dis
sip_via_dissect(struct slice in, struct arena *a, struct sip_via *out)
{
	struct slice s = slice_trim(in), sent_by;
	struct sip_hostport hp;
	size_t n;
	bool good = true;

	(void)a;
	*out = (struct sip_via){0};
	if (s.n == 0)
		return DIS_MORE;
	out->protocol = take_word(&s);
	if (take_slash(&s))
		out->version = take_word(&s);
	if (take_slash(&s))
		out->transport = take_word(&s);
	good = sip_token(out->protocol) && sip_token(out->version) &&
	       sip_token(out->transport);
	/* LWS between sent-protocol and sent-by */
	n = chars_gap(s);
	good = good && n != 0;
	s = slice_tail(s, n);

	n = slice_index(s, ';');
	sent_by = slice_trim(slice_head(s, n));
	if (n < s.n) {
		out->params = slice_trim(slice_tail(s, n + 1));
		good = read_params(out) && good;
	}
	good = sip_hostport(sent_by, &hp) && good;
	out->host = hp.host;
	out->port = hp.port;
	out->has_port = hp.has_port;
	out->ipv6 = hp.ipv6;
	return good ? DIS_OK : DIS_BAD;
}
