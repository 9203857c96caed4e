#include "src/auth_patch.h"

const char *const auth_algorithm_names[DIGEST_ALGORITHM_UNKNOWN + 1] = {
    [DIGEST_MD5] = "MD5",
    [DIGEST_SHA256] = "SHA-256",
    [DIGEST_SHA512_256] = "SHA-512-256",
    [DIGEST_SM3] = "SM3",
    [DIGEST_ALGORITHM_UNKNOWN] = "",
};

struct maker {
	struct auth_patches *list;
	const struct auth_formula *base;
	const struct auth_in *in;
	struct arena *arena;
};

/* scheme:user@host:port;rest. RFC 3261 25.1, as far as the variants need it. */
struct uri {
	struct slice scheme, user, host, port, rest;
};

static void
add(struct maker *m, struct auth_patch p)
{
	size_t i;

	for (i = 0; i < m->list->total; i++) {
		const struct auth_patch *q = &m->list->at[i];

		if (p.place < PLACE_MIDDLE && q->place == p.place &&
		    slice_eq(q->value, p.value))
			return;
	}
	if (m->list->total < PATCHES_MAX)
		m->list->at[m->list->total++] = p;
}

/* A text in place of that of the credentials, unless it is the same. */
static void
add_text(struct maker *m, enum auth_variant variant, enum auth_place place,
         struct slice value)
{
	const struct auth_formula *b = m->base;
	const struct slice now[] = {
	    [PLACE_URI] = b->uri,     [PLACE_USER] = b->user, [PLACE_REALM] = b->realm,
	    [PLACE_NONCE] = b->nonce, [PLACE_NC] = b->nc,     [PLACE_METHOD] = b->method,
	};

	if (!slice_eq(now[place], value))
		add(m, (struct auth_patch){
		           .variant = variant, .place = place, .value = value});
}

static void
add_middle(struct maker *m, enum auth_variant variant, enum auth_middle middle,
           struct slice qop)
{
	add(m, (struct auth_patch){.variant = variant,
	                           .place = PLACE_MIDDLE,
	                           .middle = middle,
	                           .value = qop});
}

static struct slice
join(struct arena *a, const struct slice *parts, size_t total)
{
	size_t i, n = 0;
	uint8_t *to;

	for (i = 0; i < total; i++)
		n += parts[i].n;
	to = arena_alloc(a, n + 1);
	if (to == NULL)
		return SLICE_EMPTY;
	for (i = 0, n = 0; i < total; i++) {
		if (parts[i].n != 0)
			memcpy(to + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return slice_of(to, n);
}

static bool
uri_split(struct slice s, struct uri *out)
{
	struct slice rest;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (!slice_cut(s, ':', &out->scheme, &rest))
		return false;
	if (!slice_cut(rest, '@', &out->user, &out->host))
		out->host = rest;
	rest = out->host;
	/* The colons of an IPv6 address are none of a port. */
	i = rest.n != 0 && rest.p[0] == '[' ? slice_index(rest, ']') : 0;
	while (i < rest.n && rest.p[i] != ':' && rest.p[i] != ';' && rest.p[i] != '?')
		i++;
	out->host = slice_head(rest, i);
	rest = slice_tail(rest, i);
	if (rest.n != 0 && rest.p[0] == ':') {
		rest = slice_tail(rest, 1);
		for (i = 0; i < rest.n && ascii_digit(rest.p[i]);)
			i++;
		out->port = slice_head(rest, i);
		rest = slice_tail(rest, i);
	}
	out->rest = rest;
	return out->host.n != 0;
}

static void
add_uri(struct maker *m, enum auth_variant variant, const struct uri *u)
{
	const struct slice parts[] = {
	    u->scheme, SLICE(":"),
	    u->user,   u->user.n ? SLICE("@") : SLICE_EMPTY,
	    u->host,   u->port.n ? SLICE(":") : SLICE_EMPTY,
	    u->port,   u->rest,
	};
	struct slice made = join(m->arena, parts, sizeof(parts) / sizeof(parts[0]));

	if (made.n != 0)
		add_text(m, variant, PLACE_URI, made);
}

/* With and without port and parameters. */
static void
add_uri_tails(struct maker *m, struct slice of)
{
	struct uri u, v;

	if (!uri_split(of, &u))
		return;
	v = u;
	v.port = u.port.n != 0 ? SLICE_EMPTY : SLICE("5060");
	add_uri(m, AUTH_VARIANT_URI_PORT, &v);
	if (u.rest.n == 0)
		return;
	v = u;
	v.rest = SLICE_EMPTY;
	add_uri(m, AUTH_VARIANT_URI_PARAMS, &v);
	v.port = u.port.n != 0 ? SLICE_EMPTY : SLICE("5060");
	add_uri(m, AUTH_VARIANT_URI_PARAMS, &v);
}

/* sip:domain for sip:id@domain and the other way round, and the realm for a domain. */
static void
add_uri_domains(struct maker *m, struct slice of)
{
	const struct slice users[] = {m->base->user, m->in->from_user, m->in->to_user};
	struct uri u, v;
	size_t i;

	if (!uri_split(of, &u))
		return;
	if (u.user.n != 0) {
		v = u;
		v.user = SLICE_EMPTY;
		add_uri(m, AUTH_VARIANT_URI_DOMAIN, &v);
		v.port = v.rest = SLICE_EMPTY;
		add_uri(m, AUTH_VARIANT_URI_DOMAIN, &v);
	}
	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		if (users[i].n == 0)
			continue;
		v = u;
		v.user = users[i];
		add_uri(m, AUTH_VARIANT_URI_DOMAIN, &v);
		v.port = v.rest = SLICE_EMPTY;
		add_uri(m, AUTH_VARIANT_URI_DOMAIN, &v);
		v.host = m->base->realm;
		add_uri(m, AUTH_VARIANT_URI_DOMAIN, &v);
	}
	v = (struct uri){.scheme = u.scheme, .host = m->base->realm};
	add_uri(m, AUTH_VARIANT_URI_DOMAIN, &v);
}

static struct slice
cased(struct arena *a, struct slice s, bool upper)
{
	uint8_t *to = arena_alloc(a, s.n + 1);
	size_t i;

	if (to == NULL)
		return s;
	for (i = 0; i < s.n; i++) {
		uint8_t c = ascii_lower(s.p[i]);

		to[i] = upper && ascii_alpha(c) ? (uint8_t)(c - 32) : c;
	}
	return slice_of(to, s.n);
}

/* As numbers printed otherwise: without zeros, with more, always the first. */
static void
add_nc(struct maker *m)
{
	const enum auth_variant as = AUTH_VARIANT_NC_CASE;
	struct slice nc = m->base->nc, bare = nc;
	struct slice quoted[] = {SLICE("\""), nc, SLICE("\"")};

	if (m->base->middle != MIDDLE_FULL)
		return;
	add_text(m, as, PLACE_NC, cased(m->arena, nc, false));
	add_text(m, as, PLACE_NC, cased(m->arena, nc, true));
	while (bare.n > 1 && bare.p[0] == '0')
		bare = slice_tail(bare, 1);
	add_text(m, as, PLACE_NC, bare);
	if (bare.n < 8) {
		struct slice padded[] = {slice_head(SLICE("00000000"), 8 - bare.n), bare};

		add_text(m, as, PLACE_NC, join(m->arena, padded, 2));
	}
	add_text(m, as, PLACE_NC, SLICE("00000001"));
	add_text(m, AUTH_VARIANT_NC_QUOTED, PLACE_NC, join(m->arena, quoted, 3));
}

static void
add_middles(struct maker *m)
{
	const struct auth_formula *b = m->base;
	struct slice qop = b->qop.n != 0 ? b->qop : SLICE("auth");

	if (b->middle == MIDDLE_FULL)
		add_middle(m, AUTH_VARIANT_NO_QOP_FORMULA, MIDDLE_NONE, qop);
	else
		add_middle(m, AUTH_VARIANT_QOP_FORMULA, MIDDLE_FULL, SLICE("auth"));
	if (b->cnonce.n != 0) {
		add_middle(m, AUTH_VARIANT_NO_NC, MIDDLE_NO_NC, qop);
		add_middle(m, AUTH_VARIANT_NO_NC, MIDDLE_ONLY_CNONCE, qop);
	}
}

/* qop=auth over the body, auth-int without it; each with either word. */
static void
add_bodies(struct maker *m)
{
	struct auth_patch p = {.place = PLACE_MIDDLE, .middle = MIDDLE_FULL};

	if (m->base->middle != MIDDLE_FULL)
		return;
	if (m->base->body_in) {
		p.variant = AUTH_VARIANT_AUTH_NO_BODY;
	} else {
		p.variant = AUTH_VARIANT_AUTH_INT;
		p.body_in = true;
	}
	p.value = m->base->body_in ? SLICE("auth") : SLICE("auth-int");
	add(m, p);
	p.value = m->base->qop;
	add(m, p);
	if (m->base->body_in) {
		p.variant = AUTH_VARIANT_AUTH_EMPTY_BODY;
		p.body_in = p.body_empty = true;
		add(m, p);
	}
}

static void
add_methods(struct maker *m)
{
	static const char *const methods[] = {"REGISTER",  "INVITE", "MESSAGE", "ACK",
	                                      "SUBSCRIBE", "NOTIFY", "BYE",     "INFO",
	                                      "CANCEL",    "OPTIONS"};
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		add_text(m, AUTH_VARIANT_METHOD, PLACE_METHOD, slice_str(methods[i]));
}

static void
add_algorithms(struct maker *m)
{
	int alg;

	for (alg = 0; alg < DIGEST_ALGORITHM_UNKNOWN; alg++)
		if (alg != (int)m->base->algorithm &&
		    digest_hex_length((enum digest_algorithm)alg) ==
		        digest_hex_length(m->base->algorithm))
			add(m, (struct auth_patch){
			           .variant = AUTH_VARIANT_ALGORITHM,
			           .place = PLACE_ALGORITHM,
			           .algorithm = (enum digest_algorithm)alg,
			           .value = slice_str(auth_algorithm_names[alg])});
	if (m->base->sess || m->base->cnonce.n != 0)
		add(m, (struct auth_patch){.variant = m->base->sess ? AUTH_VARIANT_NO_SESS
		                                                    : AUTH_VARIANT_SESS,
		                           .place = PLACE_SESS});
}

static void
add_passwords(struct maker *m)
{
	static const struct {
		enum auth_variant variant;
		enum auth_change change;
	} rows[] = {
	    {AUTH_VARIANT_PASSWORD_SPACE, CHANGE_TRIM},
	    {AUTH_VARIANT_PASSWORD_SPACE, CHANGE_ADD_SPACE},
	    {AUTH_VARIANT_PASSWORD_SPACE, CHANGE_ADD_CR},
	    {AUTH_VARIANT_PASSWORD_SPACE, CHANGE_ADD_LF},
	    {AUTH_VARIANT_PASSWORD_CASE, CHANGE_LOWER},
	    {AUTH_VARIANT_PASSWORD_CASE, CHANGE_UPPER},
	    {AUTH_VARIANT_PASSWORD_EMPTY, CHANGE_EMPTY},
	    {AUTH_VARIANT_PASSWORD_HASHED, CHANGE_HASHED},
	    {AUTH_VARIANT_HA1, CHANGE_HA1},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add(m, (struct auth_patch){.variant = rows[i].variant,
		                           .place = PLACE_PASSWORD,
		                           .change = rows[i].change});
}

static void
add_cases(struct maker *m)
{
	struct auth_patch p = {.variant = AUTH_VARIANT_UPPERCASE_HASH,
	                       .place = PLACE_CASE};

	p.upper_ha1 = p.upper_ha2 = true;
	add(m, p);
	p.upper_ha2 = false;
	add(m, p);
}

/* In the order of likelihood: a search ends at the first that fits, and has a budget. */
void
auth_patches_make(struct auth_patches *l, const struct auth_in *in,
                  const struct auth_formula *base, struct arena *a)
{
	struct maker m = {.list = l, .base = base, .in = in, .arena = a};
	const struct digest *challenge = in->challenge;

	l->total = 0;
	add_text(&m, AUTH_VARIANT_REQUEST_URI, PLACE_URI, in->request_uri);
	add_middles(&m);
	if (in->from_user.n != 0)
		add_text(&m, AUTH_VARIANT_FROM_USER, PLACE_USER, in->from_user);
	if (challenge != NULL && challenge->p[DIGEST_REALM].times != 0)
		add_text(&m, AUTH_VARIANT_CHALLENGE_REALM, PLACE_REALM,
		         challenge->p[DIGEST_REALM].value);
	if (challenge != NULL && challenge->p[DIGEST_NONCE].times != 0)
		add_text(&m, AUTH_VARIANT_CHALLENGE_NONCE, PLACE_NONCE,
		         challenge->p[DIGEST_NONCE].value);
	add_text(&m, AUTH_VARIANT_EMPTY_REALM, PLACE_REALM, SLICE_EMPTY);
	add_uri_tails(&m, base->uri);
	add_algorithms(&m);
	add_bodies(&m);
	add_nc(&m);
	add_methods(&m);
	add_passwords(&m);
	add_uri_domains(&m, base->uri);
	add_uri_tails(&m, in->request_uri);
	add_uri_domains(&m, in->request_uri);
	add_text(&m, AUTH_VARIANT_USER_CASE, PLACE_USER, cased(a, base->user, false));
	add_text(&m, AUTH_VARIANT_USER_CASE, PLACE_USER, cased(a, base->user, true));
	add_cases(&m);
}

void
auth_patch_apply(const struct auth_patch *p, struct auth_formula *form)
{
	form->ha2_ready = false;
	switch (p->place) {
	case PLACE_URI:
		form->uri = p->value;
		break;
	case PLACE_USER:
		form->user = p->value;
		break;
	case PLACE_REALM:
		form->realm = p->value;
		break;
	case PLACE_NONCE:
		form->nonce = p->value;
		break;
	case PLACE_NC:
		form->nc = p->value;
		break;
	case PLACE_METHOD:
		form->method = p->value;
		break;
	case PLACE_MIDDLE:
		form->middle = p->middle;
		form->qop = p->value;
		form->body_in = p->body_in;
		if (p->body_empty) {
			form->body = SLICE_EMPTY;
			form->body_ready = false;
		}
		/* Who forgets qop forgets nc. */
		if (form->nc.n == 0)
			form->nc = SLICE("00000001");
		break;
	case PLACE_ALGORITHM:
		form->algorithm = p->algorithm;
		break;
	case PLACE_SESS:
		form->sess = !form->sess;
		break;
	case PLACE_CASE:
		form->upper_ha1 = p->upper_ha1;
		form->upper_ha2 = p->upper_ha2;
		break;
	case PLACE_PASSWORD:
		break;
	}
}
