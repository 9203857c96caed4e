/* auth_fill - digest parameters by hand: "name=value|name=value", "-name" takes one away,
 * "+name=value" gives it once more. The values are those of the string, which must live on. */
#ifndef TESTS_UNIT_AUTH_FILL_H
#define TESTS_UNIT_AUTH_FILL_H

#include "src/auth.h"

static inline void
fill_slices(struct digest *d, struct slice name, struct slice value)
{
	static const struct {
		const char *name;
		int quoted;
	} params[] = {
#define P(id, text, in_challenge, in_credentials) {text, in_credentials},
#include "dissect/digest_params.def"
#undef P
	};
	bool more = slice_starts(name, SLICE("+")), less = slice_starts(name, SLICE("-"));
	size_t i;

	name = slice_tail(name, more || less);
	for (i = 0; i < DIGEST_PARAM_TOTAL; i++) {
		struct digest_value *v = &d->p[i];

		if (!slice_eq(name, slice_str(params[i].name)))
			continue;
		if (less) {
			*v = (struct digest_value){.times = 0};
		} else if (more && v->times != 0) {
			v->times++;
			v->differs |= !slice_eq(v->value, value);
		} else {
			*v = (struct digest_value){
			    .value = value, .times = 1, .quoted = params[i].quoted != 0};
		}
	}
}

static inline void
fill_one(struct digest *d, const char *name, const char *value)
{
	fill_slices(d, slice_str(name), slice_str(value));
}

static inline void
fill_more(struct digest *d, const char *text)
{
	struct slice rest = slice_str(text), part, name, value;

	while (rest.n != 0) {
		if (!slice_cut(rest, '|', &part, &rest)) {
			part = rest;
			rest = SLICE_EMPTY;
		}
		value = SLICE_EMPTY;
		if (!slice_cut(part, '=', &name, &value))
			name = part;
		fill_slices(d, name, value);
	}
}

static inline struct digest
fill(const char *text)
{
	struct digest d;

	memset(&d, 0, sizeof(d));
	d.scheme = SLICE("Digest");
	d.is_digest = true;
	fill_more(&d, text);
	return d;
}

/* What surrounds the credentials: one "name=value". */
static inline void
fill_around(struct auth_in *in, struct digest *challenge, const char *text)
{
	struct slice name, value;

	*challenge = fill("realm=3402000000|nonce=1616570703");
	in->challenge = challenge;
	if (!slice_cut(slice_str(text), '=', &name, &value))
		return;
	if (slice_eq(name, SLICE("method")))
		in->method = value;
	else if (slice_eq(name, SLICE("request_uri")))
		in->request_uri = value;
	else if (slice_eq(name, SLICE("from")))
		in->from_user = value;
	else if (slice_eq(name, SLICE("to")))
		in->to_user = value;
	else if (slice_eq(name, SLICE("body")))
		in->body = slice_eq(value, SLICE("NUL")) ? SLICE("a\0b") : value;
	else if (slice_eq(name, SLICE("crealm")))
		challenge->p[DIGEST_REALM].value = value;
	else if (slice_eq(name, SLICE("cnonce")))
		challenge->p[DIGEST_NONCE].value = value;
}

#endif
