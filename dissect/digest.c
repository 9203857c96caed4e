#include "dissect/digest.h"

#include "dissect/chars.h"
#include "dissect/sip.h"

const char *const digest_param_names[DIGEST_PARAM_TOTAL] = {
#define P(id, name, quoted_in_challenge, quoted_in_credentials) name,
#include "dissect/digest_params.def"
#undef P
};

/* One name=value, or what stands in its place. */
struct part {
	struct slice name;
	struct digest_value v; /* value, quoted */
	bool has_value;
	bool broken;   /* no name=value, or its quote is not closed */
	bool no_comma; /* something other than a comma follows */
	bool scheme;   /* it is the name of another scheme, with parameters behind it */
};

static struct slice
skip_gap(struct slice s)
{
	return slice_tail(s, chars_gap(s));
}

static void
take_value(struct slice *s, struct part *p)
{
	size_t n;

	p->has_value = true;
	*s = skip_gap(slice_tail(*s, 1));
	if (s->n != 0 && s->p[0] == '"') {
		p->v.quoted = true;
		n = sip_quoted(*s, &p->v.value);
		p->broken = n == 0;
		*s = slice_tail(*s, n ? n : s->n);
		return;
	}
	for (n = 0; n < s->n && s->p[n] != ',' && !ascii_space(s->p[n]); n++)
		;
	p->v.value = slice_head(*s, n);
	p->broken = n == 0;
	*s = slice_tail(*s, n);
}

/* s is not empty and begins with neither white space nor comma; at least one octet is
 * taken. */
static void
take_part(struct slice *s, struct part *p)
{
	struct slice after;
	size_t n = chars_span(*s, CHARS_TOKEN);

	*p = (struct part){0};
	p->name = slice_head(*s, n);
	after = skip_gap(slice_tail(*s, n));
	if (n != 0 && after.n != 0 && after.p[0] == '=') {
		*s = after;
		take_value(s, p);
	} else if (n != 0 && n < s->n && ascii_space(s->p[n]) &&
	           chars_span(after, CHARS_TOKEN) != 0) {
		/* "Basic QUJD=" or "Digest realm=" after a comma: a token, blanks, a
		 * token, "=". */
		p->scheme = true;
		after = skip_gap(slice_tail(after, chars_span(after, CHARS_TOKEN)));
		if (after.n != 0 && after.p[0] == '=')
			return;
		p->scheme = false;
		p->broken = true;
		*s = slice_tail(*s, n);
	} else {
		p->broken = true;
		*s = slice_tail(*s, n != 0 ? n : slice_index(*s, ','));
	}
	*s = skip_gap(*s);
	p->no_comma = s->n != 0 && s->p[0] != ',';
}

static enum digest_param
param_id(struct slice name)
{
#define P(id, text, quoted_in_challenge, quoted_in_credentials)                          \
	if (name.n == sizeof(text) - 1 && slice_ieq(name, SLICE(text)))                  \
		return DIGEST_##id;
#include "dissect/digest_params.def"
#undef P
	return DIGEST_PARAM_TOTAL;
}

static void
keep(struct digest *out, const struct part *p)
{
	struct digest_value *v;
	enum digest_param i = param_id(p->name);

	if (i == DIGEST_PARAM_TOTAL) {
		if (out->unknown.n == 0)
			out->unknown = p->name;
		return;
	}
	v = &out->p[i];
	if (v->times == 0) {
		v->value = p->v.value;
		v->quoted = p->v.quoted;
	} else if (!slice_eq(v->value, p->v.value)) {
		v->differs = true;
	}
	if (v->times < UINT16_MAX)
		v->times++;
}

/* A list of parameters; true if it keeps to the grammar. Empty elements are legal in a
 * list of HTTP (RFC 7235 7), and not in one of SIP. */
static bool
read_params(struct slice s, struct digest *out)
{
	struct part p;
	bool good = true;

	s = skip_gap(s);
	if (s.n == 0)
		return false;
	/* Each round takes a part, or a comma. */
	while (s.n != 0) {
		if (s.p[0] == ',') {
			good = false;
			s = skip_gap(slice_tail(s, 1));
			continue;
		}
		take_part(&s, &p);
		if (p.scheme) {
			out->merged = true;
			break;
		}
		if (p.has_value)
			keep(out, &p);
		if (p.broken || p.no_comma)
			good = false;
		if (p.no_comma || s.n == 0)
			continue;
		s = skip_gap(slice_tail(s, 1));
		if (s.n == 0)
			good = false; /* a comma at the end */
	}
	return good;
}

/* Schemes whose parameters are in the table: RFC 7616; GB/T 28181-2016 annex I; GB
 * 35114. Those of the others stay in `rest`: they may be credentials in any shape. */
static bool
is_readable(struct slice scheme)
{
	static const char *const names[] = {
	    "Digest", "Capability", "Asymmetric", "Unidirection", "Bidirection",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_ieq(scheme, slice_str(names[i])))
			return true;
	return false;
}

enum dis
digest_dissect(struct slice in, struct arena *a, struct digest *out)
{
	struct slice s = slice_trim(in), after;
	size_t n = chars_span(s, CHARS_TOKEN);
	bool good = n != 0;

	(void)a;
	*out = (struct digest){0};
	if (s.n == 0)
		return DIS_MORE;
	after = skip_gap(slice_tail(s, n));
	if (n != 0 && after.n != 0 && after.p[0] == '=') {
		/* No scheme, or one that is glued to the first parameter. */
		good = false;
		n = slice_istarts(s, SLICE("Digest")) ? 6 : 0;
		after = slice_tail(s, n);
	}
	out->scheme = slice_head(s, n);
	out->is_digest = slice_ieq(out->scheme, SLICE("Digest"));
	if (after.n != 0 && after.p[0] == ',') {
		out->comma_after_scheme = true;
		after = skip_gap(slice_tail(after, 1));
	} else if (n < s.n && !ascii_space(s.p[n])) {
		good = false;
	}
	out->rest = after;
	if (n != 0 && !is_readable(out->scheme))
		return DIS_OK;
	good = read_params(after, out) && good;
	return good || (n != 0 && !out->is_digest) ? DIS_OK : DIS_BAD;
}

enum dis
digest_info_dissect(struct slice in, struct arena *a, struct digest *out)
{
	struct slice s = slice_trim(in);

	(void)a;
	*out = (struct digest){.is_digest = true, .rest = s};
	if (s.n == 0)
		return DIS_MORE;
	return read_params(s, out) ? DIS_OK : DIS_BAD;
}

enum digest_algorithm
digest_algorithm(struct slice name, bool *sess)
{
	static const struct {
		const char *name;
		enum digest_algorithm algorithm;
	} rows[] = {
	    {"", DIGEST_MD5},           {"MD5", DIGEST_MD5},
	    {"SHA-256", DIGEST_SHA256}, {"SHA-512-256", DIGEST_SHA512_256},
	    {"SM3", DIGEST_SM3},
	};
	static const struct slice suffix = {(const uint8_t *)"-sess", 5};
	struct slice s = slice_trim(name);
	size_t i;

	*sess = s.n > suffix.n && slice_ieq(slice_tail(s, s.n - suffix.n), suffix);
	if (*sess)
		s.n -= suffix.n;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_ieq(s, slice_str(rows[i].name)))
			return rows[i].algorithm;
	return DIGEST_ALGORITHM_UNKNOWN;
}

size_t
digest_hex_length(enum digest_algorithm alg)
{
	switch (alg) {
	case DIGEST_MD5:
		return 32;
	case DIGEST_SHA256:
	case DIGEST_SHA512_256:
	case DIGEST_SM3:
		return 64;
	case DIGEST_ALGORITHM_UNKNOWN:
		break;
	}
	return 0;
}

enum digest_qop
digest_qop(struct slice value)
{
	struct slice s = slice_trim(value);

	if (s.n == 0)
		return DIGEST_QOP_NONE;
	if (slice_ieq(s, SLICE("auth")))
		return DIGEST_QOP_AUTH;
	if (slice_ieq(s, SLICE("auth-int")))
		return DIGEST_QOP_AUTH_INT;
	return DIGEST_QOP_UNKNOWN;
}

bool
digest_qop_offered(struct slice list, struct slice qop)
{
	struct slice one;

	qop = slice_trim(qop);
	if (qop.n == 0)
		return false;
	while (slice_cut(list, ',', &one, &list))
		if (slice_ieq(slice_trim(one), qop))
			return true;
	return slice_ieq(slice_trim(list), qop);
}
