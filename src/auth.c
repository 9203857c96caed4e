#include "src/auth.h"

#include <stdlib.h>

#include "src/auth_formula.h"
#include "src/auth_patch.h"
#include "src/auth_users.h"
#include "src/auth_why.h"

/* In bytes of what one header value can make us keep: unescaped values, URIs of variants. */
enum { ARENA_MAX = 8 << 20 };

struct auth {
	const struct passwords *passwords;
	struct auth_formulas *formulas;
	struct auth_users *users;
	struct auth_why *why;
	struct arena arena;
	size_t *lines; /* room for the indices of all */
};

/* Escapes kept or not, method of the request or of its INVITE, own cnonce or the session's first. */
enum { FORMS_MAX = 8 };

struct reading {
	struct auth_formula
	    forms[FORMS_MAX]; /* all that the RFCs allow; the likeliest first */
	size_t total;
	uint8_t want[HASH_MAX];
	bool user_known; /* false: userhash of nobody whom we know */
};

enum need { ALWAYS, WITH_QOP, WITH_QOP_OR_SESS, OPTIONAL };

/* RFC 7616 3.4, RFC 2617 3.2.2. The user name has its own function. */
static const struct needed {
	enum digest_param param;
	enum need need;
	const char *missing, *twice;
} needed[] = {
    {DIGEST_REALM, ALWAYS, "realm missing", "realm given twice"},
    {DIGEST_NONCE, ALWAYS, "nonce missing", "nonce given twice"},
    {DIGEST_URI, ALWAYS, "uri missing", "uri given twice"},
    {DIGEST_RESPONSE, ALWAYS, "response missing", "response given twice"},
    {DIGEST_ALGORITHM, OPTIONAL, "", "algorithm given twice"},
    {DIGEST_QOP, OPTIONAL, "", "qop given twice"},
    {DIGEST_USERHASH, OPTIONAL, "", "userhash given twice"},
    {DIGEST_NC, WITH_QOP, "nc missing", "nc given twice"},
    {DIGEST_CNONCE, WITH_QOP_OR_SESS, "cnonce missing", "cnonce given twice"},
};

const char *
auth_verdict_name(enum auth_verdict v)
{
	static const char *const names[] = {
	    [AUTH_VERIFIED] = "verified",       [AUTH_MISMATCH] = "mismatch",
	    [AUTH_NO_PASSWORD] = "no_password", [AUTH_UNSUPPORTED] = "unsupported",
	    [AUTH_MALFORMED] = "malformed",
	};

	return names[v];
}

struct auth *
auth_new(const struct passwords *p, struct err *e)
{
	struct auth *au = calloc(1, sizeof(*au));

	if (au == NULL) {
		err_set(e, "no memory for digest authentication");
		return NULL;
	}
	arena_init(&au->arena, ARENA_MAX);
	au->passwords = p;
	au->lines = calloc(passwords_total(p) + 1, sizeof(*au->lines));
	if (au->lines == NULL)
		err_set(e, "no memory for digest authentication");
	else if ((au->formulas = auth_formulas_new(e)) != NULL &&
	         (au->users = auth_users_new(p, e)) != NULL &&
	         (au->why = auth_why_new(p, e)) != NULL)
		return au;
	auth_free(au);
	return NULL;
}

void
auth_free(struct auth *au)
{
	if (au == NULL)
		return;
	auth_formulas_free(au->formulas);
	auth_users_free(au->users);
	auth_why_free(au->why);
	arena_free(&au->arena);
	free(au->lines);
	free(au);
}

static bool
malformed(struct auth_out *out, const char *reason)
{
	out->verdict = AUTH_MALFORMED;
	out->reason = reason;
	auth_why_say(out->why, reason, SLICE_EMPTY, 0);
	return false;
}

static bool
unsupported(struct auth_out *out, const char *reason, const char *text,
            struct slice detail)
{
	out->verdict = AUTH_UNSUPPORTED;
	out->reason = reason;
	auth_why_say(out->why, text, detail, 0);
	return false;
}

/* A quoted-string without its backslashes: unq() of RFC 7616 3.4.1. In RFC 2617 they stay. */
static struct slice
unescape(struct arena *a, const struct digest_value *v)
{
	struct slice s = v->value;
	uint8_t *to;
	size_t i, n = 0;

	if (!v->quoted || slice_index(s, '\\') == s.n)
		return s;
	to = arena_alloc(a, s.n);
	if (to == NULL)
		return s;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		to[n++] = s.p[i];
	}
	return slice_of(to, n);
}

/* username*: UTF-8'language'percent-encoded, RFC 5987 3.2. */
static bool
extended_user(struct arena *a, struct slice s, struct slice *user)
{
	struct slice charset, language, text;
	uint8_t *to;
	size_t i, n = 0;

	if (!slice_cut(s, '\'', &charset, &text) ||
	    !slice_cut(text, '\'', &language, &text) ||
	    !slice_ieq(charset, SLICE("utf-8")))
		return false;
	to = arena_alloc(a, text.n + 1);
	if (to == NULL)
		return false;
	for (i = 0; i < text.n; i++) {
		to[n] = text.p[i];
		if (to[n] == '%') {
			if (text.n - i < 3 ||
			    !hex_read(slice_of(text.p + i + 1, 2), &to[n], 1))
				return false;
			i += 2;
		}
		n++;
	}
	*user = slice_of(to, n);
	return true;
}

static bool
user_read(struct auth *au, const struct digest *d, struct slice *user,
          struct auth_out *out)
{
	const struct digest_value *plain = &d->p[DIGEST_USERNAME];
	const struct digest_value *star = &d->p[DIGEST_USERNAME_STAR];
	struct slice extended = SLICE_EMPTY;

	if (plain->differs || star->differs)
		return malformed(out, "username given twice");
	if (plain->times == 0 && star->times == 0)
		return malformed(out, "username missing");
	if (star->times != 0 && !extended_user(&au->arena, star->value, &extended))
		return malformed(out, "username* not decodable");
	*user = plain->times != 0 ? unescape(&au->arena, plain) : extended;
	/* RFC 7616 3.4 allows one of the two. */
	if (star->times != 0 && !slice_eq(*user, extended))
		return malformed(out, "username given twice");
	return true;
}

static bool
params_read(const struct digest *d, struct auth_out *out)
{
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		const struct needed *need = &needed[i];
		const struct digest_value *v = &d->p[need->param];
		bool qop = out->qop != DIGEST_QOP_NONE && out->qop != DIGEST_QOP_UNKNOWN;

		if ((need->need == WITH_QOP && !qop) ||
		    (need->need == WITH_QOP_OR_SESS && !qop && !out->sess))
			continue;
		if (v->differs)
			return malformed(out, need->twice);
		if (v->times == 0 && need->need != OPTIONAL)
			return malformed(out, need->missing);
	}
	return true;
}

/* The response or rspauth: its form, not its value. */
static bool
answer_read(const struct digest_value *answer, struct auth_out *out,
            uint8_t want[HASH_MAX])
{
	size_t digits = digest_hex_length(out->algorithm), i;
	uint8_t octet;

	if (hex_read(answer->value, want, digits / 2))
		return true;
	if (answer->value.n == 0)
		return malformed(out, "response empty");
	for (i = 0; i < answer->value.n; i++) {
		const uint8_t pair[] = {'0', answer->value.p[i]};

		if (!hex_read(slice_of(pair, 2), &octet, 1))
			return malformed(out, "response not hex");
	}
	return malformed(out, digits == 64 ? "response not of 64 hex digits"
	                                   : "response not of 32 hex digits");
}

/* All formulas that the RFCs allow for these credentials. */
static void
forms_make(struct auth *au, const struct auth_in *in, struct slice user,
           const struct auth_out *out, struct reading *r)
{
	static const enum digest_param escaped[] = {
	    DIGEST_USERNAME, DIGEST_REALM, DIGEST_NONCE, DIGEST_URI, DIGEST_CNONCE};
	const struct digest_value *p = in->credentials->p;
	struct auth_formula form = {
	    .algorithm = out->algorithm,
	    .sess = out->sess,
	    .body_in = out->qop == DIGEST_QOP_AUTH_INT,
	    .middle = out->qop == DIGEST_QOP_NONE ? MIDDLE_NONE : MIDDLE_FULL,
	    .user = user,
	    .realm = unescape(&au->arena, &p[DIGEST_REALM]),
	    .nonce = unescape(&au->arena, &p[DIGEST_NONCE]),
	    .uri = unescape(&au->arena, &p[DIGEST_URI]),
	    .cnonce = unescape(&au->arena, &p[DIGEST_CNONCE]),
	    .nc = p[DIGEST_NC].value,
	    .qop = p[DIGEST_QOP].value,
	    .method = in->method,
	    .body = in->body,
	};
	bool escapes = false;
	size_t i, n;

	form.sess_cnonce = form.cnonce;
	r->total = 0;
	r->forms[r->total++] = form;
	for (i = 0; i < sizeof(escaped) / sizeof(escaped[0]); i++)
		escapes |=
		    p[escaped[i]].quoted &&
		    slice_index(p[escaped[i]].value, '\\') != p[escaped[i]].value.n;
	if (escapes) {
		/* A user name that was found by its hash or decoded has no raw form. */
		if (p[DIGEST_USERNAME].times != 0 && !p[DIGEST_USERHASH].times)
			form.user = p[DIGEST_USERNAME].value;
		form.realm = p[DIGEST_REALM].value;
		form.nonce = p[DIGEST_NONCE].value;
		form.uri = p[DIGEST_URI].value;
		form.sess_cnonce = form.cnonce = p[DIGEST_CNONCE].value;
		r->forms[r->total++] = form;
	}
	/* RFC 7616 3.4.2 takes each request's own cnonce, RFC 2617 3.2.2.2 the session's first. */
	for (i = 0, n = r->total; out->sess && in->first_cnonce.n != 0 && i < n; i++) {
		if (slice_eq(r->forms[i].sess_cnonce, in->first_cnonce))
			continue;
		r->forms[r->total] = r->forms[i];
		r->forms[r->total++].sess_cnonce = in->first_cnonce;
	}
	/* ACK carries the credentials of its INVITE: RFC 3261 22.1. So do some with CANCEL. */
	if (slice_eq(in->method, SLICE("ACK")) || slice_eq(in->method, SLICE("CANCEL")))
		for (i = 0, n = r->total; i < n; i++) {
			r->forms[r->total] = r->forms[i];
			r->forms[r->total++].method = SLICE("INVITE");
		}
}

/* Everything about the credentials but whether they are right. False: *out has the verdict. */
static bool
reading_make(struct auth *au, const struct auth_in *in, struct reading *r,
             struct auth_out *out)
{
	const struct digest *d = in->credentials;
	const struct slice more[] = {in->from_user, in->to_user};
	struct slice user;

	memset(out, 0, sizeof(*out));
	out->reason = "";
	arena_reset(&au->arena);
	out->algorithm = digest_algorithm(d->p[DIGEST_ALGORITHM].value, &out->sess);
	out->qop = digest_qop(d->p[DIGEST_QOP].value);
	r->user_known = true;
	if (!d->is_digest)
		return unsupported(out, "scheme not Digest",
		                   "the scheme {detail} is not Digest", d->scheme);
	if (!user_read(au, d, &user, out) || !params_read(d, out))
		return false;
	if (out->algorithm == DIGEST_ALGORITHM_UNKNOWN)
		return unsupported(out, "algorithm unknown",
		                   "the algorithm {detail} is not known",
		                   d->p[DIGEST_ALGORITHM].value);
	if (out->qop == DIGEST_QOP_UNKNOWN)
		return unsupported(out, "qop unknown", "the qop {detail} is not known",
		                   d->p[DIGEST_QOP].value);
	if (!auth_formulas_has(au->formulas, out->algorithm))
		return unsupported(out, "algorithm not in this OpenSSL",
		                   "the OpenSSL in use lacks the algorithm {detail}",
		                   slice_str(auth_algorithm_names[out->algorithm]));
	if (d->p[DIGEST_USERNAME].times != 0 &&
	    slice_ieq(d->p[DIGEST_USERHASH].value, SLICE("true")))
		r->user_known = auth_users_find(
		    au->users, au->formulas, out->algorithm, user,
		    unescape(&au->arena, &d->p[DIGEST_REALM]), more, 2, &user);
	forms_make(au, in, user, out, r);
	return true;
}

/* Of one formula and one line: the password, and the line's text as HA1. */
static bool
line_match(struct auth *au, struct auth_formula *form, size_t i,
           const uint8_t want[HASH_MAX])
{
	const struct password *line = passwords_get(au->passwords, i);
	struct auth_secret secret = {.text = line->password, .remember = true, .line = i};

	if (auth_formulas_match(au->formulas, form, &secret, want))
		return true;
	if (!line->maybe_ha1 || line->password.n != digest_hex_length(form->algorithm))
		return false;
	secret.is_ha1 = true;
	return auth_formulas_match(au->formulas, form, &secret, want);
}

static enum auth_verdict
verdict_of(struct auth *au, struct reading *r, unsigned *line)
{
	size_t max = passwords_total(au->passwords), fit = 0, i, j, n;

	for (i = 0; i < r->total && r->user_known; i++) {
		n = passwords_find(au->passwords, r->forms[i].user, r->forms[i].realm,
		                   au->lines, max);
		for (j = 0; j < n; j++)
			if (line_match(au, &r->forms[i], au->lines[j], r->want)) {
				*line = passwords_get(au->passwords, au->lines[j])->line;
				return AUTH_VERIFIED;
			}
		fit += n;
	}
	return fit != 0 ? AUTH_MISMATCH : AUTH_NO_PASSWORD;
}

/* Something was not computed: that nothing matched does not make the response wrong. */
static bool
uncertain(struct auth *au)
{
	bool failed = auth_formulas_failed(au->formulas);

	return failed || au->arena.failed;
}

/* A response of the wrong length is right for another algorithm, if one of its length fits. */
static void
length_explain(struct auth *au, const struct digest_value *answer, struct reading *r,
               struct auth_out *out)
{
	int alg;

	for (alg = 0; alg < DIGEST_ALGORITHM_UNKNOWN; alg++) {
		unsigned line;
		size_t i;

		if (!auth_formulas_has(au->formulas, (enum digest_algorithm)alg) ||
		    !hex_read(answer->value, r->want,
		              digest_hex_length((enum digest_algorithm)alg) / 2))
			continue;
		for (i = 0; i < r->total; i++) {
			r->forms[i].algorithm = (enum digest_algorithm)alg;
			r->forms[i].ha2_ready = false;
		}
		if (verdict_of(au, r, &line) != AUTH_VERIFIED)
			continue;
		out->variant = AUTH_VARIANT_ALGORITHM;
		auth_why_say(out->why, "; it was computed with {detail}",
		             slice_str(auth_algorithm_names[alg]), 0);
		return;
	}
}

void
auth_check(struct auth *au, const struct auth_in *in, struct auth_out *out)
{
	const struct digest_value *answer = &in->credentials->p[DIGEST_RESPONSE];
	struct reading r;

	if (!reading_make(au, in, &r, out))
		return;
	if (!answer_read(answer, out, r.want)) {
		length_explain(au, answer, &r, out);
		return;
	}
	out->verdict = verdict_of(au, &r, &out->line);
	if (uncertain(au) && out->verdict == AUTH_MISMATCH) {
		unsupported(out, "no memory", "there was no memory to compute it",
		            SLICE_EMPTY);
		return;
	}
	if (out->verdict == AUTH_NO_PASSWORD)
		auth_why_say(
		    out->why,
		    au->passwords == NULL ? "there is no passwords file"
		    : r.user_known
		        ? "no line of the passwords file fits this user and realm"
		        : "no known user has this user hash",
		    SLICE_EMPTY, 0);
	if (out->verdict != AUTH_VERIFIED && passwords_total(au->passwords) != 0) {
		struct auth_case c = {
		    .in = in,
		    .passwords = au->passwords,
		    .formulas = au->formulas,
		    .arena = &au->arena,
		    .forms = r.forms,
		    .total = r.total,
		};

		memcpy(c.want, r.want, HASH_MAX);
		auth_why_search(au->why, &c, out);
	}
}

/* What Authentication-Info repeats must be the request's: RFC 7616 3.5. */
static bool
repeats(const struct digest *info, const struct digest *d, enum digest_param id)
{
	return info->p[id].times == 0 ||
	       (!info->p[id].differs && slice_ieq(info->p[id].value, d->p[id].value));
}

enum auth_verdict
auth_check_rspauth(struct auth *au, const struct auth_in *in, const struct digest *info,
                   struct slice body)
{
	const struct digest_value *answer = &info->p[DIGEST_RSPAUTH];
	struct auth_out out;
	struct reading r;
	unsigned line;
	size_t i;

	if (!reading_make(au, in, &r, &out))
		return out.verdict;
	if (answer->times == 0 || answer->differs || info->p[DIGEST_QOP].differs ||
	    !answer_read(answer, &out, r.want))
		return AUTH_MALFORMED;
	if (info->p[DIGEST_QOP].times != 0)
		out.qop = digest_qop(info->p[DIGEST_QOP].value);
	if (out.qop == DIGEST_QOP_UNKNOWN)
		return AUTH_UNSUPPORTED;
	for (i = 0; i < r.total; i++) {
		struct auth_formula *form = &r.forms[i];

		/* A2 has no method: RFC 7616 3.5. */
		form->method = SLICE_EMPTY;
		form->body = body;
		form->body_in = out.qop == DIGEST_QOP_AUTH_INT;
		form->middle = out.qop == DIGEST_QOP_NONE ? MIDDLE_NONE : MIDDLE_FULL;
		if (info->p[DIGEST_QOP].times != 0)
			form->qop = info->p[DIGEST_QOP].value;
	}
	out.verdict = verdict_of(au, &r, &line);
	if (uncertain(au) && out.verdict == AUTH_MISMATCH)
		return AUTH_UNSUPPORTED;
	if (out.verdict == AUTH_VERIFIED &&
	    (!repeats(info, in->credentials, DIGEST_NC) ||
	     !repeats(info, in->credentials, DIGEST_CNONCE)))
		return AUTH_MISMATCH;
	return out.verdict;
}
