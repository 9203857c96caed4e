#include "dissect/uri_same.h"

#include "dissect/chars.h"

enum { PARAMS_LOOKED_AT = 32 }; /* of one URI */

static unsigned
hex(uint8_t c)
{
	return ascii_digit(c) ? c - (unsigned)'0' : ascii_lower(c) - (unsigned)'a' + 10;
}

/* The first octet, of which an escape is one: 19.1.2. */
static uint8_t
octet(struct slice *s)
{
	uint8_t c = s->p[0];

	if (c == '%' && s->n >= 3 &&
	    chars_span(slice_head(slice_tail(*s, 1), 2), CHARS_HEX) == 2) {
		c = (uint8_t)(hex(s->p[1]) << 4 | hex(s->p[2]));
		*s = slice_tail(*s, 3);
	} else {
		*s = slice_tail(*s, 1);
	}
	return c;
}

bool
sip_user_same(struct slice a, struct slice b)
{
	/* Each round takes an octet of both. */
	while (a.n != 0 && b.n != 0)
		if (octet(&a) != octet(&b))
			return false;
	return a.n == b.n;
}

/* 19.1.4. Transport is in its examples too, but clients leave it out, or add what they use. */
static bool
must_be_in_both(const struct sip_param *p)
{
	static const char *const names[] = {"user", "ttl", "method", "maddr"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_ieq(p->name, slice_str(names[i])))
			return true;
	return false;
}

/* Each parameter of a: the same in b, or not there and of no weight. */
static bool
params_fit(struct slice a, struct slice b)
{
	struct sip_param p, q;
	unsigned i;

	for (i = 0; i < PARAMS_LOOKED_AT && sip_param_next(&a, &p); i++) {
		if (!sip_param_find(b, p.name, &q)) {
			if (must_be_in_both(&p))
				return false;
		} else if (!slice_ieq(p.name, SLICE("lr")) &&
		           !slice_ieq(p.value, q.value)) {
			return false; /* lr has no value that means anything */
		}
	}
	return true;
}

bool
sip_uri_same(struct slice a, struct slice b)
{
	struct sip_uri x, y;
	uint32_t unset;

	if (slice_eq(a, b))
		return true;
	(void)sip_uri_dissect(a, NULL, &x);
	(void)sip_uri_dissect(b, NULL, &y);
	if (!x.sip || !y.sip || !slice_ieq(x.scheme, y.scheme) ||
	    x.has_user != y.has_user || !sip_user_same(x.user, y.user) ||
	    !slice_eq(x.password, y.password) || !slice_ieq(x.host, y.host))
		return false;
	unset =
	    (x.ipv6 || sip_ipv4(x.host)) && slice_ieq(x.scheme, SLICE("sip")) ? 5060 : 0;
	return (x.has_port ? x.port : unset) == (y.has_port ? y.port : unset) &&
	       params_fit(x.params, y.params) && params_fit(y.params, x.params);
}
